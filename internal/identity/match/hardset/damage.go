package hardset

import (
	"strings"
)

// thinned leaves out what people often do not say.
func (m *maker) thinned(p person) person {
	m.omit(&p.born, 0.3)
	m.omit(&p.street, 0.25)
	if p.street == "" {
		m.omit(&p.postcode, 0.7)
	}
	m.omit(&p.company, 0.25)
	m.omit(&p.phone, 0.2)
	m.omit(&p.email, 0.08)
	return p
}

func (m *maker) omit(cell *string, chance float64) {
	if m.chance(chance) {
		*cell = ""
	}
}

// damaged is a later appearance of somebody: another spelling, a new address,
// number or job, errors, and less said.
func (m *maker) damaged(p person) person {
	p = m.thinned(m.moved(p))
	if nick, ok := nicknames[p.first]; ok && m.chance(0.25) {
		p.first = nick
	}
	for _, cell := range []*string{&p.first, &p.last, &p.street, &p.city, &p.company} {
		if m.chance(0.08) {
			*cell = m.typo(*cell)
		}
	}
	if m.chance(0.04) {
		p.email = m.typo(p.email)
	}
	if m.chance(0.04) {
		p.phone = m.digitTypo(p.phone)
	}
	if m.chance(0.04) {
		p.born = m.digitTypo(p.born)
	}
	switch n := m.random.IntN(60); {
	case n == 0:
		p.first, p.last = p.last, p.first
	case n < 3:
		p.first = p.first[:1]
	case n < 5:
		p.first, p.last = strings.ToUpper(p.first), strings.ToUpper(p.last)
	case n < 6:
		p.last = m.last() // married
	}
	if m.chance(0.3) {
		p.phone = m.otherFormat(p.phone)
	}
	return p
}

// moved changes what changes in a life.
func (m *maker) moved(p person) person {
	if m.chance(0.15) {
		q := m.person()
		p.street, p.city, p.postcode = q.street, q.city, q.postcode
	}
	if m.chance(0.12) {
		p.phone = m.phone()
	}
	if m.chance(0.2) {
		p.email = m.address(p.first, p.last, freeDomain(m.random))
	}
	if m.chance(0.1) {
		p.company = m.company()
	}
	return p
}

// typo makes one error of the fingers.
func (m *maker) typo(s string) string {
	runes := []rune(s)
	if len(runes) < 3 {
		return s
	}
	at := 1 + m.random.IntN(len(runes)-2)
	letter := rune('a' + m.random.IntN(26))
	switch m.random.IntN(4) {
	case 0:
		runes[at] = letter
	case 1:
		runes[at], runes[at+1] = runes[at+1], runes[at]
	case 2:
		return string(runes[:at]) + string(runes[at+1:])
	default:
		return string(runes[:at]) + string(letter) + string(runes[at:])
	}
	return string(runes)
}

// digitTypo replaces a digit by another.
func (m *maker) digitTypo(s string) string {
	if s == "" {
		return s
	}
	b := []byte(s)
	for range 20 {
		at := m.random.IntN(len(b))
		if b[at] >= '0' && b[at] <= '9' {
			b[at] = byte('0' + m.random.IntN(10))
			break
		}
	}
	return string(b)
}

// otherFormat writes a number as people in the country do.
func (m *maker) otherFormat(phone string) string {
	if rest, ok := strings.CutPrefix(phone, "+49 "); ok {
		return "0" + strings.ReplaceAll(rest, " ", "/")
	}
	return phone
}
