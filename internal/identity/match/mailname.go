package match

import "strings"

// weighAddresses corrects the level of two addresses that are alike because
// they are made of the owners' names: that says no more than the names do.
// Namesakes have them at other domains, colleagues of one name at one.
func (fr *frame) weighAddresses(a, b int, out []uint8) {
	i := fr.email
	f := fr.fields[i]
	if l := out[i]; l == missing || l < emailTypo || l > emailSimilar || f.multi != nil {
		return
	}
	localA, domainA, okA := strings.Cut(f.text(f.rows[a]), "@")
	localB, domainB, okB := strings.Cut(f.text(f.rows[b]), "@")
	if !okA || !okB || !fr.madeOfNames(a, localA) || !fr.madeOfNames(b, localB) {
		return
	}
	switch {
	case domainA == domainB && !freeMail[domainA] && localA != localB:
		out[i] = emailSimilar
	case domainA != domainB || localA != localB:
		out[i] = missing
	}
}

// madeOfNames reports whether a mailbox is the row's names or initials, with
// at most one digit.
func (fr *frame) madeOfNames(row int, local string) bool {
	letters := make([]byte, 0, len(local))
	digits := 0
	for i := range len(local) {
		switch c := local[i]; {
		case 'a' <= c && c <= 'z':
			letters = append(letters, c)
		case '0' <= c && c <= '9':
			digits++
		}
	}
	if digits > 1 {
		return false
	}
	rest := spelling(string(letters))
	names := fr.namesOf(row)
	whole := 0
	for _, n := range names {
		if n = spelling(n); len(n) >= 2 {
			if before, after, ok := strings.Cut(rest, n); ok {
				rest = before + after
				whole++
			}
		}
	}
	if whole == 0 {
		return false
	}
	for _, n := range names {
		if rest != "" {
			rest = strings.TrimPrefix(rest, spelling(n[:1]))
		}
	}
	return rest == ""
}

// namesOf returns the words of a row's names.
func (fr *frame) namesOf(row int) []string {
	var out []string
	for _, i := range fr.names {
		f := fr.fields[i]
		if v := f.rows[row]; v != 0 {
			out = append(out, strings.Fields(f.text(v))...)
		}
	}
	return out
}
