package match

import "slices"

// A FieldRole says what a column was taken for.
type FieldRole struct {
	Column string `json:"column"`
	Role   Role   `json:"role"`
}

// A frame is a table ready to be compared.
type frame struct {
	table  *Table
	roles  []FieldRole // by column
	fields []*field
	given  int // the field with given names, -1 when there is none
	last   int // likewise of surnames
	email  int
	names  []int // all fields with names
}

// guessRoles guesses the roles of the columns, but for those excluded.
func (t *Table) guessRoles(excluded []string) ([]FieldRole, []dateOrder) {
	var roles []FieldRole
	orders := make([]dateOrder, len(t.columns))
	for c, name := range t.columns {
		role := Excluded
		if !slices.Contains(excluded, name) {
			p := t.look(c)
			role, orders[c] = guess(name, p), p.order
		}
		roles = append(roles, FieldRole{name, role})
	}
	t.findDateParts(roles)
	t.findSurname(roles)
	dropRepeatedName(roles)
	return roles, orders
}

// findSurname takes the words beside given names for surnames when no header
// says where those are.
func (t *Table) findSurname(roles []FieldRole) {
	is := func(r Role) bool { return slices.ContainsFunc(roles, func(f FieldRole) bool { return f.Role == r }) }
	if is(Surname) || !is(GivenName) {
		return
	}
	given := slices.IndexFunc(roles, func(f FieldRole) bool { return f.Role == GivenName })
	for _, c := range []int{given + 1, given - 1} {
		if c >= 0 && c < len(roles) && roles[c].Role == Place && headerRole(roles[c].Column) == "" {
			roles[c].Role = Surname
			return
		}
	}
}

// dropRepeatedName ignores a full name where its parts have columns of their
// own: the same evidence must not count twice.
func dropRepeatedName(roles []FieldRole) {
	parts := 0
	for _, f := range roles {
		parts += count(f.Role == GivenName || f.Role == Surname)
	}
	for i := range roles {
		if roles[i].Role == FullName {
			if parts >= 2 {
				roles[i].Role = Ignored
			}
			parts = 2 // a second full name is ignored, too
		}
	}
}

// newFrame prepares the fields of a table.
func newFrame(t *Table, roles []FieldRole, orders []dateOrder, incremental bool) *frame {
	fr := &frame{table: t, roles: roles, given: -1, last: -1, email: -1}
	for _, g := range fr.groups() {
		fr.fields = append(fr.fields, fr.fieldsOf(t, g, orders[g[0]], incremental)...)
	}
	fr.findNames()
	return fr
}

// fieldsOf prepares the fields of a group of columns: two of full names, else
// one.
func (fr *frame) fieldsOf(t *Table, columns []int, order dateOrder, incremental bool) []*field {
	c := fr.roles[columns[0]]
	if c.Role == BirthYear {
		c.Role = BirthDate
	}
	if c.Role != FullName {
		return []*field{newField(t, &field{name: c.Column, columns: columns, role: c.Role, order: order}, incremental)}
	}
	return []*field{
		newField(t, &field{name: c.Column + " (given)", columns: columns, role: GivenName, part: givenPart}, incremental),
		newField(t, &field{name: c.Column + " (surname)", columns: columns, role: Surname, part: surnamePart}, incremental),
	}
}

// groups returns the columns of each field: addresses and numbers of which a
// record has several are one field, and so is a date in three columns;
// everything else stands alone.
func (fr *frame) groups() [][]int {
	var out [][]int
	at := map[Role]int{}
	for c, r := range fr.roles {
		if r.Role == Ignored || r.Role == Excluded {
			continue
		}
		if r.Role == Email || r.Role == Phone {
			if i, ok := at[r.Role]; ok {
				out[i] = append(out[i], c)
				continue
			}
			at[r.Role] = len(out)
		}
		switch r.Role {
		case BirthMonth, BirthDay:
			continue
		case BirthYear:
			month := slices.IndexFunc(fr.roles, func(f FieldRole) bool { return f.Role == BirthMonth })
			day := slices.IndexFunc(fr.roles, func(f FieldRole) bool { return f.Role == BirthDay })
			out = append(out, []int{c, month, day})
		default:
			out = append(out, []int{c})
		}
	}
	return out
}

// findNames finds the fields with names, and the one given name and the one
// surname whose values may be swapped.
func (fr *frame) findNames() {
	for i, f := range fr.fields {
		switch {
		case f.role == GivenName && fr.given < 0:
			fr.given = i
		case f.role == Surname && fr.last < 0:
			fr.last = i
		case f.role == Email:
			fr.email = i
		}
		if f.role == GivenName || f.role == Surname {
			fr.names = append(fr.names, i)
		}
	}
	if fr.given < 0 || fr.last < 0 {
		fr.given, fr.last = -1, -1
	}
}

// compare writes the levels of two rows' fields into out.
func (fr *frame) compare(a, b int, out []uint8, cache *levelCache) {
	for i, f := range fr.fields {
		out[i] = cache.level(uint32(i), f, f.rows[a], f.rows[b])
	}
	if fr.given >= 0 {
		fr.crossNames(a, b, out)
	}
	if fr.email >= 0 && len(fr.names) > 0 {
		fr.weighAddresses(a, b, out)
	}
}

// crossNames corrects the levels of given name and surname when they agree
// better with each other's.
func (fr *frame) crossNames(a, b int, out []uint8) {
	g, s := out[fr.given], out[fr.last]
	if (g <= nameTypo || g == missing) && (s <= nameTypo || s == missing) && (g != missing || s != missing) {
		return
	}
	given, last := fr.fields[fr.given], fr.fields[fr.last]
	ag, al := given.text(given.rows[a]), last.text(last.rows[a])
	bg, bl := given.text(given.rows[b]), last.text(last.rows[b])
	x, y := crossed(given, last, given.rows[a], last.rows[b]), crossed(given, last, given.rows[b], last.rows[a])
	whole := ag != "" && al != "" || bg != "" && bl != ""
	switch {
	case x == missing && y == missing:
	case x <= nameTypo && y <= nameTypo, whole && joinedNames(ag, al) == joinedNames(bg, bl):
		// One fact about both fields, so one of them says it.
		out[fr.given], out[fr.last] = nameSwapped, missing
	case (x <= nameVariant && y == missing || y <= nameVariant && x == missing) && (g == missing || g > nameTypo) && (s == missing || s > nameTypo):
		out[fr.given], out[fr.last] = nameElsewhere, missing
	}
}

// crossed compares a given name with a surname.
func crossed(given, last *field, g, l uint32) uint8 {
	if g == 0 || l == 0 {
		return missing
	}
	x, y := given.traits[g], last.traits[l]
	if x.apart(y) > apartLimit {
		return nameDifferent
	}
	return uint8(nameLevel(given.text(g), last.text(l), x, y))
}

func joinedNames(given, last string) string {
	out := make([]byte, 0, len(given)+len(last))
	for _, s := range [2]string{given, last} {
		for i := range len(s) {
			if s[i] != ' ' {
				out = append(out, s[i])
			}
		}
	}
	return string(out)
}

// A levelCache remembers levels of pairs of values: common values meet again
// and again. It is for one goroutine.
type levelCache struct {
	keys   []uint64
	levels []uint8
}

const cacheSlots = 1 << 16

func newLevelCache() *levelCache {
	return &levelCache{keys: make([]uint64, cacheSlots), levels: make([]uint8, cacheSlots)}
}

func (c *levelCache) level(n uint32, f *field, a, b uint32) uint8 {
	if a == b || a == 0 || b == 0 {
		return f.level(a, b)
	}
	if a > b {
		a, b = b, a
	}
	h := mix(uint64(a)<<32 | uint64(b) ^ uint64(n)<<58)
	slot := (h + uint64(n)) % cacheSlots
	if c.keys[slot] == h {
		return c.levels[slot]
	}
	l := f.level(a, b)
	c.keys[slot], c.levels[slot] = h, l
	return l
}

// people reports whether the records are about people, of whom some belong
// together.
func (fr *frame) people() bool {
	return slices.ContainsFunc(fr.fields, func(f *field) bool { return f.role == GivenName })
}
