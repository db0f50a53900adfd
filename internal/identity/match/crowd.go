package match

import (
	"cmp"
	"slices"
)

// An Alarm is an address or number that touches many people: a kiosk, a
// shared mailbox, a number that stands for "none". It takes no part in
// matching, or it would draw them all together.
type Alarm struct {
	Column string `json:"column"`
	Value  string `json:"value"`
	Rows   int    `json:"rows"`
	People int    `json:"people"` // at least so many different names
}

// A value is crowded when so many rows have it, with so many names that cannot
// be spellings of one another.
const (
	crowdRows   = 4
	crowdPeople = 4
	crowdLooked = 400 // rows of one value that are looked at
)

// findCrowds takes crowded values out of the fields and reports them, those of
// most people first.
func (fr *frame) findCrowds() []Alarm {
	var out []Alarm
	name := fr.ownName()
	if name == nil {
		return nil
	}
	for _, f := range fr.fields {
		if f.role == Email || f.role == Phone {
			crowded := f.crowds(name)
			for v, people := range crowded {
				out = append(out, Alarm{Column: f.name, Value: f.text(v), Rows: int(f.share[v]*float32(f.filled) + 0.5), People: people})
			}
			f.remove(crowded)
		}
		if f.role == Code && !f.area {
			f.area = f.isOfMany(name)
		}
	}
	slices.SortFunc(out, func(a, b Alarm) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Value, b.Value))
	})
	return out
}

// A code is of a town or a house when of its values that several rows have more
// than this share belongs to people of different names.
const sharedCode = 0.15

func (f *field) isOfMany(name *field) bool {
	first := map[uint32]uint32{}
	several, many := 0, 0
	for row, v := range f.rows {
		if v == 0 || f.share[v]*float32(f.filled) < 1.5 {
			continue
		}
		before, ok := first[v]
		if !ok {
			first[v] = uint32(row)
			continue
		}
		x, y := name.rows[before], name.rows[row]
		if x != 0 && y != 0 {
			several++
			many += count(!name.maySpell(x, y))
		}
	}
	return float64(many) > sharedCode*float64(several)
}

// ownName returns the field that tells one person from another in a house or
// office, nil when there is none.
func (fr *frame) ownName() *field {
	for _, r := range []Role{GivenName, Surname} {
		for _, f := range fr.fields {
			if f.role == r {
				return f
			}
		}
	}
	return nil
}

// crowds returns the values that are crowded and how many people have each.
func (f *field) crowds(name *field) map[uint32]int {
	holders := map[uint32][]uint32{}
	for row, v := range f.rows {
		if v == 0 {
			continue
		}
		for _, p := range f.parts(v) {
			if f.share[p]*float32(f.filled) >= crowdRows && len(holders[p]) < crowdLooked {
				holders[p] = append(holders[p], uint32(row))
			}
		}
	}
	out := map[uint32]int{}
	for v, rows := range holders {
		if n := name.people(rows); n >= crowdPeople {
			out[v] = n
		}
	}
	return out
}

// people counts names among rows that are no spellings of one another.
func (f *field) people(rows []uint32) int {
	var known []uint32
	for _, row := range rows {
		v := f.rows[row]
		if v == 0 || slices.ContainsFunc(known, func(k uint32) bool { return f.maySpell(k, v) }) {
			continue
		}
		known = append(known, v)
	}
	return len(known)
}

// maySpell reports whether two values may be spellings of one name.
func (f *field) maySpell(a, b uint32) bool {
	return a == b || nameLevel(f.text(a), f.text(b), f.traits[a], f.traits[b]) < nameAlike
}

// remove makes rows with the values as if they had none.
func (f *field) remove(values map[uint32]int) {
	if len(values) == 0 {
		return
	}
	gone := func(v uint32) bool { return values[v] > 0 }
	for v, parts := range f.multi {
		f.multi[v] = slices.DeleteFunc(parts, gone)
	}
	for row, v := range f.rows {
		if gone(v) || f.multi != nil && v != 0 && len(f.parts(v)) == 0 {
			f.rows[row] = 0
		}
	}
	f.count()
}

// CrowdPeople is the number of people from which an address or number is taken
// for nobody's own.
const CrowdPeople = crowdPeople

// People returns how many of the names cannot be spellings of one another: of
// the holders of an address, at least CrowdPeople mean that it is shared.
func People(names []string) int {
	var known []string
	for _, n := range names {
		n = mapWords(fold(n), nil, honorifics)
		if n != "" && !slices.ContainsFunc(known, func(k string) bool { return wordLevel(k, n) < nameAlike }) {
			known = append(known, n)
		}
	}
	return len(known)
}
