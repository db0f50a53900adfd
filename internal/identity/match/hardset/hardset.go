// Package hardset makes customer lists on which matching is hard: twins,
// households, shared mailboxes, recycled phone numbers and colleagues of one
// name, beside people who appear several times with errors. The same options
// give the same rows on every machine.
package hardset

import (
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Header names the columns. The last is the label: rows of one person share it.
var Header = []string{"first_name", "last_name", "email", "phone", "company", "birth_date", "street", "city", "postcode", "person"}

// Label is the place of the label in a row.
const Label = 9

// Options says what to make.
type Options struct {
	Persons int
	Seed    uint64
}

// A maker is the state of one list.
type maker struct {
	random  *rand.Rand
	seen    map[string]bool // addresses that are taken
	rows    [][]string
	persons int
	retired []string // phone numbers somebody gave up
}

// Rows returns the list in random order, without the header.
func Rows(o Options) [][]string {
	m := &maker{random: rand.New(rand.NewPCG(o.Seed, 0x68617264)), seen: map[string]bool{}}
	for m.persons < o.Persons {
		switch p := m.random.IntN(100); {
		case p < 72:
			m.single()
		case p < 76:
			m.twins()
		case p < 84:
			m.household()
		case p < 88:
			m.sharedMailbox()
		case p < 92:
			m.colleagues()
		case p < 94:
			m.namesakes()
		default:
			m.recycled()
		}
	}
	m.random.Shuffle(len(m.rows), func(i, j int) { m.rows[i], m.rows[j] = m.rows[j], m.rows[i] })
	return m.rows
}

// Write writes the list as CSV with the header.
func Write(w io.Writer, o Options) error {
	out := csv.NewWriter(w)
	if err := out.Write(Header); err != nil {
		return fmt.Errorf("hardset: %w", err)
	}
	if err := out.WriteAll(Rows(o)); err != nil {
		return fmt.Errorf("hardset: %w", err)
	}
	return nil
}

// person is who somebody is, as the cells of a row without errors.
type person struct {
	first, last, email, phone, company, born, street, city, postcode string
}

func (p person) row(label string) []string {
	return []string{p.first, p.last, p.email, p.phone, p.company, p.born, p.street, p.city, p.postcode, label}
}

// appear adds the rows of one person: one, often a second with errors, now and
// then a third.
func (m *maker) appear(p person) {
	m.persons++
	label := strconv.Itoa(m.persons)
	m.rows = append(m.rows, m.thinned(p).row(label))
	copies := 0
	switch n := m.random.IntN(10); {
	case n < 4:
		copies = 1
	case n < 5:
		copies = 2
	}
	for range copies {
		m.rows = append(m.rows, m.damaged(p).row(label))
	}
}

func (m *maker) single() { m.appear(m.person()) }

// twins share everything but the given name, and often that is alike.
func (m *maker) twins() {
	a := m.person()
	b := a
	b.first = m.otherFirst(a.first)
	if m.chance(0.3) {
		b.first = m.similarFirst(a.first)
	}
	if m.chance(0.7) {
		b.email = m.address(b.first, b.last, domainOf(a.email))
	}
	if m.chance(0.4) {
		b.phone = m.phone()
	}
	m.appear(a)
	m.appear(b)
}

// household is a couple with or without children, or a parent and a child of
// the same name.
func (m *maker) household() {
	a := m.person()
	m.appear(a)
	for range 1 + m.random.IntN(2) {
		b := a
		b.first = m.otherFirst(a.first)
		b.born = m.date()
		if m.chance(0.08) {
			b.first = a.first // named after the parent
			b.born = m.yearsLater(a.born)
			if m.chance(0.6) { // grown up and gone
				q := m.person()
				b.street, b.city, b.postcode, b.phone = q.street, q.city, q.postcode, q.phone
			}
		}
		if b.first == a.first || m.chance(0.6) {
			b.email = m.address(b.first, b.last, freeDomain(m.random))
		}
		if m.chance(0.5) {
			b.phone = m.phone()
		}
		b.company = m.company()
		m.appear(b)
	}
}

// sharedMailbox is an office whose members give one address and one number.
func (m *maker) sharedMailbox() {
	a := m.person()
	a.email = pick(m.random, boxes) + "@" + companyDomain(a.company)
	m.appear(a)
	for range 1 + m.random.IntN(4) {
		b := m.person()
		b.email, b.company = a.email, a.company
		if m.chance(0.7) {
			b.phone = a.phone
		}
		m.appear(b)
	}
}

// colleagues have one name and one employer, and addresses that differ in a
// digit or an initial.
func (m *maker) colleagues() {
	a := m.person()
	domain := companyDomain(a.company)
	a.email = m.address(a.first, a.last, domain)
	b := m.person()
	b.first, b.last, b.company = a.first, a.last, a.company
	b.email = m.address(a.first, a.last, domain)
	if m.chance(0.3) {
		b.street, b.city, b.postcode = a.street, a.city, a.postcode // the office's
	}
	m.appear(a)
	m.appear(b)
}

// namesakes share a name and a town.
func (m *maker) namesakes() {
	a, b := m.person(), m.person()
	b.first, b.last, b.city, b.postcode = a.first, a.last, a.city, a.postcode
	b.email = m.address(b.first, b.last, domainOf(b.email))
	m.appear(a)
	m.appear(b)
}

// recycled has the number that somebody else had before.
func (m *maker) recycled() {
	a := m.person()
	if len(m.retired) > 0 && m.chance(0.8) {
		a.phone = pick(m.random, m.retired)
	}
	m.retired = append(m.retired, m.phone())
	b := m.person()
	b.phone = m.retired[len(m.retired)-1]
	m.appear(a)
	m.appear(b)
}

func (m *maker) person() person {
	p := person{first: m.first(), last: m.last(), company: m.company(), born: m.date(), phone: m.phone()}
	p.street = strconv.Itoa(1+m.random.IntN(180)) + " " + m.lastOf(4000) + " " + pick(m.random, streetKinds)
	at := m.random.IntN(len(cities))
	p.city, p.postcode = cities[at], fmt.Sprintf("%d%03d", 10+at, m.random.IntN(120))
	domain := freeDomain(m.random)
	if m.chance(0.5) {
		domain = companyDomain(p.company)
	}
	p.email = m.address(p.first, p.last, domain)
	return p
}

// address returns an e-mail address that nobody has yet.
func (m *maker) address(first, last, domain string) string {
	f, l := plain(first), plain(last)
	forms := []string{f + "." + l, f[:1] + l, f + l, l + "." + f, f + "_" + l}
	base := forms[m.random.IntN(len(forms))]
	for n := m.random.IntN(3); ; n++ {
		local := base
		if n > 1 {
			local += strconv.Itoa(n)
		}
		// Some providers ignore dots: no two people have addresses that differ in
		// nothing else.
		if a := local + "@" + domain; !m.seen[strings.ReplaceAll(a, ".", "")] {
			m.seen[strings.ReplaceAll(a, ".", "")] = true
			return a
		}
		if n > 20 {
			n += m.random.IntN(5000)
		}
	}
}

func (m *maker) phone() string {
	return fmt.Sprintf("+49 %d %07d", 150+m.random.IntN(30), m.random.IntN(10_000_000))
}

func (m *maker) date() string {
	return fmt.Sprintf("%d-%02d-%02d", 1940+m.random.IntN(66), 1+m.random.IntN(12), 1+m.random.IntN(28))
}

func (m *maker) yearsLater(born string) string {
	year, err := strconv.Atoi(born[:4])
	if err != nil {
		return m.date()
	}
	return fmt.Sprintf("%d-%02d-%02d", year+20+m.random.IntN(20), 1+m.random.IntN(12), 1+m.random.IntN(28))
}

func (m *maker) chance(p float64) bool { return m.random.Float64() < p }

func domainOf(email string) string { return email[strings.IndexByte(email, '@')+1:] }

func plain(name string) string {
	return strings.NewReplacer(" ", "", "-", "", "'", "", "ä", "ae", "ö", "oe", "ü", "ue", "é", "e", "ł", "l", "ó", "o").Replace(strings.ToLower(name))
}
