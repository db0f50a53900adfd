package benchdata

// Person is somebody of a contacts file.
type Person struct{ Ref, Name, Email, Phone string }

// PersonAt returns the person of a row, counted from 0, of the files of a
// seed. Rows behind a file's last give people who are not in it, up to MaxRows.
func PersonAt(seed uint64, row int) Person {
	g := newGenerator(Options{Seed: seed, Clean: true})
	n := uint64(row)
	random := mix(g.seed + n)
	first, last := pick(firstNames, random), pick(lastNames, random>>16)
	return Person{
		Ref:   string(g.appendRef(nil, n)),
		Name:  string(appendName(nil, first, last, "", n)),
		Email: string(g.appendEmail(nil, n, first, last, "", random>>40)),
		Phone: string(g.appendPhone(nil, n, "", n)),
	}
}
