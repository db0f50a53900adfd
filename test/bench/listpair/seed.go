package listpair

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Seeder makes the contacts that the pairs are measured on, the same for the
// same seed and number of rows.
type Seeder struct {
	rows int
	rng  *rand.Rand
	own  *rand.Rand // of custom attributes
}

// NewSeeder returns a seeder of rows contacts.
func NewSeeder(rows int, seed uint64) *Seeder {
	return &Seeder{rows: rows, rng: rand.New(rand.NewPCG(seed, 1)), own: rand.New(rand.NewPCG(seed, 2))}
}

func (s *Seeder) chance(p float64) bool { return s.rng.Float64() < p }

// Contact returns the contact with number n, from 1; call it in order.
func (s *Seeder) Contact(n int64) *contact.Contact {
	at := float64(n) / float64(s.rows) // place in history, 0 to 1
	when := Start.Add(time.Duration(at * float64(End.Sub(Start)))).Add(s.random(48 * time.Hour)).Truncate(time.Microsecond)
	c := &contact.Contact{
		N: n, State: "active", Version: 1, Verified: !s.chance(0.001), CreatedAt: when, CreatedBy: "devu/1", ModifiedAt: when, ModifiedBy: "devu/1",
	}
	if at > 0.7 {
		c.CreatedBy = AuthorNewest
	}
	if s.chance(0.4) {
		c.ModifiedAt = when.Add(s.random(End.Sub(when) + 72*time.Hour)).Truncate(time.Microsecond)
	}
	first, last := s.word(2), s.word(3)
	c.DisplayName = first + " " + last
	c.FullName = last + ", " + first
	if s.chance(0.4) {
		c.Description = "Customer since " + when.Format("January 2006") + ", prefers mail"
	}
	s.identify(c, n, first, last)
	s.place(c)
	s.tag(c, at)
	s.owners(c)
	s.attributes(c, at)
	return c
}

func (s *Seeder) random(most time.Duration) time.Duration {
	return time.Duration(s.rng.Int64N(int64(max(most, 1))))
}

// word makes a name of syllables; some 200,000 full names result.
func (s *Seeder) word(syllables int) string {
	const starts, vowels = "BCDFGHJKLMNPRSTVZ", "aeiou"
	out := string(starts[s.rng.IntN(len(starts))])
	for i := range syllables {
		if i > 0 {
			out += string("lmnrst"[s.rng.IntN(6)])
		}
		out += string(vowels[s.rng.IntN(len(vowels))])
	}
	return out
}

func (s *Seeder) identify(c *contact.Contact, n int64, first, last string) {
	add := func(k contact.Kind, v string) {
		c.Identifiers = append(c.Identifiers, contact.Identifier{Kind: k, Value: v, Proof: contact.Entered, Main: true})
	}
	if s.chance(0.9) {
		mail, _ := contact.Email(fmt.Sprintf("%s.%s.%x@mail%d.example", first, last, n*2654435761%(1<<32), s.rng.IntN(20)))
		add(contact.KindEmail, mail)
	}
	add(contact.KindRef, fmt.Sprintf("usr_%08x", n*2654435761%(1<<32)))
	if s.chance(0.5) {
		add(contact.KindPhone, fmt.Sprintf("+4915%09d", n*2654435761%1_000_000_000))
	}
}

func (s *Seeder) place(c *contact.Contact) {
	switch p := s.rng.Float64(); {
	case p < 0.2:
		c.Associations = []contact.Association{{Type: don.Account, N: BigAccount}}
	case p < 0.7:
		c.Associations = []contact.Association{{Type: don.Account, N: 2 + s.rng.Int64N(1000)}}
	}
}

func (s *Seeder) tag(c *contact.Contact, at float64) {
	add := func(n int64, value string) { c.Tags = append(c.Tags, tag.Use{N: n, Value: value}) }
	if s.chance(0.5) {
		add(TagHalf, "")
	}
	if s.chance(0.01) {
		add(TagHundred, []string{"gold", "silver"}[s.rng.IntN(2)])
	}
	if s.chance(0.0001) {
		add(TagRare, "")
	}
	if at < 0.03 && s.chance(0.67) {
		add(TagOldest, "")
	}
	big := len(c.Associations) > 0 && c.Associations[0].N == BigAccount
	if big && s.chance(0.0001) || !big && s.chance(0.25) {
		add(TagElsewhere, "")
	}
}

func (s *Seeder) owners(c *contact.Contact) {
	if s.chance(0.1) {
		c.Owners = append(c.Owners, OwnerTenth)
	}
	if c.DisplayName[0] == 'Z' && s.chance(0.34) {
		c.Owners = append(c.Owners, OwnerOfZ)
	}
}
