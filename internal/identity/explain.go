package identity

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/contact"
)

// Explained is the evidence that a contact is one person.
type Explained struct {
	Contact *contact.Contact
	Members []Part
	Merges  []Merge // those that hold the members together, the earliest first
	More    bool    // whether there are more members than are told
}

// Part is a contact that is part of another, as it would be alone; of a contact
// to which nothing was merged, itself.
type Part struct {
	N     int64
	Into  int64 // the part that it was merged into, 0 for the survivor
	Merge int64 // the number of that merge
	Own   *contact.Contact
	// Apart lists the parts that would go with this one if its merge were undone.
	Apart []int64
}

// maxParts bounds how many parts of a contact are explained.
const maxParts = 200

// Explain returns why a contact is one.
func Explain(ctx context.Context, tx Tx, c *contact.Contact) (Explained, error) {
	out := Explained{Contact: c}
	g, err := groupOf(ctx, tx, c)
	if err != nil {
		return out, err
	}
	for _, m := range g.each() {
		if len(out.Members) == maxParts {
			out.More = true
			break
		}
		p := Part{N: m.N, Into: m.Into, Merge: m.MergeN, Own: m.Own}
		if m.Into != 0 {
			p.Apart = g.within(m.N)
			why, err := tx.Merge(ctx, m.MergeN)
			if err != nil {
				return out, err
			}
			out.Merges = append(out.Merges, why)
		}
		out.Members = append(out.Members, p)
	}
	slices.SortFunc(out.Merges, func(a, b Merge) int { return int(a.N - b.N) })
	return out, nil
}

// Loss is what a contact would lose with one identifier.
type Loss struct {
	Key string
	// Merges are those that the identifier is evidence of: without it nothing
	// but a member's word would hold their records together.
	Merges []int64
	// Unverified tells that nothing else proves the contact.
	Unverified bool
	// Unfindable tells that the contact would have no other key to be found by.
	Unfindable bool
}

// Losses tells of each identifier that is more than a claim what falls apart
// without it.
func (e Explained) Losses() []Loss {
	var out []Loss
	keys := 0
	for _, i := range e.Contact.Identifiers {
		if i.Proof != contact.Claimed {
			keys++
		}
	}
	for _, i := range e.Contact.Identifiers {
		if i.Proof == contact.Claimed {
			continue
		}
		l := Loss{Key: Key(i.Kind, i.Norm()), Unverified: keys == 1, Unfindable: keys == 1}
		for _, m := range e.Merges {
			if slices.Contains(m.Keys, l.Key) && len(m.Keys) == 1 {
				l.Merges = append(l.Merges, m.N)
			}
		}
		out = append(out, l)
	}
	return out
}
