package match

// A Decision is what should become of a pair.
type Decision string

// The decisions. Merge may be carried out without asking anybody, where the
// organisation allows that; Review is for a person; Apart is nothing.
const (
	Merge  Decision = "merge"
	Review Decision = "review"
	Apart  Decision = "apart"
)

// MergeProbability is the least probability at which a pair may be merged
// without asking, when the organisation sets no other.
const MergeProbability = 0.95

// decide judges a pair of rows with a score. However high the score, it leaves
// to a person whatever could be two of a family or office: a likeness that
// relatives share does not add up to an identity.
func (r *Run) decide(s *scorer, p Pair) Decision {
	a, b := int(p.A), int(p.B)
	switch v := r.verdict(a, b); {
	case v == Required:
		return Merge
	case v == Forbidden || p.Bits < 0:
		return Apart
	}
	r.frame.compare(a, b, s.levels, s.cache)
	if p.Probability() >= r.mergeAt && r.frame.identical(a, b, s.levels) {
		return Merge
	}
	return Review
}

// facts are what a pair's levels say for one person where nothing says two.
type facts struct {
	named       bool // by the same names
	own, shared int  // that are one person's, and that relatives or colleagues share
	phone       bool // shared are a number and
	beside      bool // one thing more
}

// identical reports whether levels leave nothing that speaks for two people,
// and hold enough of what relatives and colleagues do not share.
func (fr *frame) identical(a, b int, levels []uint8) bool {
	f, ok := fr.facts(a, b, levels)
	if !fr.people() {
		return ok && f.own >= 1 && f.own+f.shared >= 3
	}
	return ok && f.named && f.own >= 1 && f.own+f.shared >= 2
}

// alike reports whether levels leave nothing that speaks for two people, who
// have one name, one phone number, and besides a company, a mailbox's own name or
// a fact of one person. A senior and a junior of one house would pass.
func (fr *frame) alike(a, b int, levels []uint8) bool {
	f, ok := fr.facts(a, b, levels)
	return ok && f.named && f.phone && (f.beside || f.own >= 1)
}

// facts returns what levels say for one person; ok is false when any says that
// these are two.
func (fr *frame) facts(a, b int, levels []uint8) (found facts, ok bool) {
	given, last := missing, missing
	for i, f := range fr.fields {
		l := levels[i]
		if l == missing {
			continue
		}
		switch f.role {
		case GivenName:
			if l == nameSwapped && !fr.exactlySwapped(a, b) || !f.sameName(f.rows[a], f.rows[b], l) {
				return found, false
			}
			given = int(l)
		case Surname:
			if l > nameTypo {
				return found, false
			}
			last = int(l)
		case MiddleName:
			if l > nameInitial {
				return found, false
			}
		default:
			if !fr.people() && f.kind.byWords && l > 2 {
				return found, false
			}
			against, isOwn, isShared := f.evidence(l, fr.people())
			if against {
				return found, false
			}
			found.own, found.shared = found.own+count(isOwn), found.shared+count(isShared)
			found.phone = found.phone || f.role == Phone && isShared
			found.beside = found.beside || f.role == Company && isShared || f.role == Email && l <= emailOther
		}
	}
	found.named = given != missing && last != missing || given == nameSwapped
	return found, true
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}

// evidence tells what a level of a field beside the names says: against one
// person, or for it with a fact of one's own, or with one that others around
// share.
func (f *field) evidence(l uint8, people bool) (against, own, shared bool) {
	switch f.role {
	case BirthDate:
		return l > 1, l == 0, false
	case Email:
		// Colleagues of one name have addresses that differ in a digit or a dot.
		return l >= emailSimilar && l <= emailDomain, l == emailSame, false
	case Phone:
		return false, false, l == 0
	case Code:
		if f.telling() {
			return l > 1, l == 0, false
		}
		return false, false, l == 0
	case Address, Company, Date:
		return false, false, l <= 1
	case Text:
		return l > 4 && !people, l <= 1 && !people, l <= 1 && people
	default:
		return false, false, false
	}
}

// telling reports whether a code is a key of one person rather than of a town or
// a house: hardly two records share a value by chance.
func (f *field) telling() bool { return !f.area && f.chance()*float64(f.filled) < 3 }

// sameName reports whether two given names are one beyond the doubt that twins
// raise: the same, a usual short form, or a slip that made a word which nobody
// else is called.
func (f *field) sameName(a, b uint32, l uint8) bool {
	switch l {
	case nameSame, nameSwapped:
		return true
	case nameVariant:
		return shortForm(f.text(a), f.text(b))
	case nameTypo:
		x, y := f.text(a), f.text(b)
		if x[0] != y[0] || x[len(x)-1] != y[len(y)-1] {
			return false // Anna and Hanna, Martin and Martina
		}
		m, n := f.share[a]*float32(f.filled), f.share[b]*float32(f.filled)
		return min(m, n) < 1.5 && max(m, n) >= 20
	}
	return false
}

// exactlySwapped reports whether two rows have the same names, each in the
// other's field or both in one.
func (fr *frame) exactlySwapped(a, b int) bool {
	given, last := fr.fields[fr.given], fr.fields[fr.last]
	ag, al := given.text(given.rows[a]), last.text(last.rows[a])
	bg, bl := given.text(given.rows[b]), last.text(last.rows[b])
	return ag == bl && al == bg || joinedNames(ag, al) == joinedNames(bg, bl)
}

// shortForm reports whether one name is a short form that nobody would call
// the other twin.
func shortForm(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == "" || !sameNickname(a, b) {
		return false
	}
	return len(b)-len(a) >= 2 && !ownNames[a]
}
