package contact

import (
	"regexp/syntax"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// phonePunct is the punctuation that the fast paths remove from numbers.
const phonePunct = " -.()/"

// Phone returns a telephone number as E.164: a plus sign and digits only. Any
// punctuation is accepted when the number starts with + or when defaultCountry,
// an ISO 3166 two-letter code such as DE, says where it would be dialled; pass
// "" when there is none. Phone(Phone(s)) == Phone(s).
//
// It refuses numbers whose length is impossible in their country or possible
// only without area code, numbers with
// an extension (E.164 has no room for it), more than one number, and numbers
// without + when there is no default country.
func Phone(s, defaultCountry string) (e164 string, err error) {
	s = strings.TrimSpace(s)
	if plainPhone(s) {
		return s, nil
	}
	switch {
	case s == "":
		return "", refuse("is empty; give a number such as +4930123456")
	case len(s) > MaxPhoneBytes:
		return "", tooLong(len(s), MaxPhoneBytes, "bytes")
	case s[0] == '+':
		if bare := bareDigits(s); plainPhone(bare) {
			return bare, nil
		}
	}
	switch {
	case !startsLikePhone(s):
		return "", refuse("%q is not a phone number; write it with country code, such as +4930123456", shown(s))
	}
	if defaultCountry, err = Country(defaultCountry); err != nil {
		return "", err
	}
	if number := plainNational(s, defaultCountry); number != "" {
		return number, nil
	}
	return parsePhone(s, defaultCountry)
}

// Country returns a two-letter country code in upper case, or "" for "". It
// refuses codes of no country whose telephone numbers are known.
func Country(code string) (string, error) {
	up := strings.ToUpper(strings.TrimSpace(code))
	if up == "" || len(up) == 2 && phonenumbers.GetCountryCodeForRegion(up) != 0 {
		return up, nil
	}
	return "", refuse("%q is not a country code; give two letters of ISO 3166, such as DE or US", shown(code))
}

// parsePhone asks the library. Its result can itself be a number with a
// national prefix to strip, so it is read again until nothing changes.
func parsePhone(s, country string) (string, error) {
	for range maxPhoneDigits {
		n, err := phonenumbers.Parse(s, country)
		switch {
		case err != nil && country == "" && !strings.ContainsAny(s, "+\uFF0B"):
			return "", refuse("%q has no country code; write it as +<country code><number>, such as +4930123456, or give an import a default country", shown(s))
		case err != nil:
			return "", refuse("%q is not a phone number (%v); write it with country code, such as +4930123456", shown(s), err)
		case n.GetExtension() != "":
			return "", refuse("%q has the extension %s, which a phone number cannot keep; remove it", shown(s), n.GetExtension())
		case phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE:
			return "", refuse("%q is %s; write it with country code, such as +4930123456", shown(s), impossible(n))
		}
		next := phonenumbers.Format(n, phonenumbers.E164)
		if next == s {
			break
		}
		s, country = next, ""
	}
	return s, nil
}

// impossible says in what way a number is not possible.
func impossible(n *phonenumbers.PhoneNumber) string {
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.TOO_SHORT:
		return "too short for a phone number of its country"
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return "a number that works only within its own area"
	case phonenumbers.TOO_LONG:
		return "too long for a phone number of its country"
	default:
		return "not a possible phone number of its country"
	}
}

// startsLikePhone keeps out text that merely contains a number: the library
// would skip what stands before it.
func startsLikePhone(s string) bool {
	if len(s) >= 4 && strings.EqualFold(s[:4], "tel:") {
		return true
	}
	return strings.IndexByte("+(0123456789", s[0]) >= 0 || s[0] >= 0x80
}

// bareDigits removes the common punctuation from a number that starts with +
// and has nothing else besides digits; otherwise it returns "".
func bareDigits(s string) string {
	var buf [MaxPhoneBytes]byte
	n := 1
	buf[0] = '+'
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c-'0' < 10:
			buf[n] = c
			n++
		case strings.IndexByte(phonePunct, c) < 0:
			return ""
		}
	}
	return string(buf[:n])
}

// plainPhone reports whether s is E.164 already, and possible. It decides from
// tables; false only means that the library has to be asked.
func plainPhone(s string) bool {
	if len(s) < 5 || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i]-'0' > 9 {
			return false
		}
	}
	plans, code := phonePlans(), 0
	for i := 1; i <= 3; i++ {
		code = code*10 + int(s[i]-'0')
		if p := plans[code]; p != nil {
			return p.accepts(s[i+1:])
		}
	}
	return false
}

// A phonePlan is what decides about most numbers of a country calling code.
type phonePlan struct {
	lengths  uint32     // bit n is set when national numbers may have n digits
	prefixed [1000]bool // first three digits with which the library may strip a prefix
}

func (p *phonePlan) accepts(national string) bool {
	if len(national) < 3 || len(national) > maxPhoneDigits || p.lengths&(1<<len(national)) == 0 {
		return false
	}
	return !p.prefixed[firstThree(national)]
}

// phonePlans builds the plans by country calling code, once, from the metadata
// of the library. Codes it cannot tell for sure have none.
var phonePlans = sync.OnceValue(func() *[1000]*phonePlan {
	var plans [1000]*phonePlan
	all, err := phonenumbers.MetadataCollection()
	if err != nil { // the library itself would have panicked at start
		return &plans
	}
	for _, m := range all.GetMetadata() {
		code := int(m.GetCountryCode())
		// Countries that share a code are judged by the main one.
		if code > 0 && code < len(plans) && phonenumbers.GetRegionCodeForCountryCode(code) == m.GetId() {
			plans[code] = newPhonePlan(m)
		}
	}
	return &plans
})

// newPhonePlan returns nil when numbers of the code cannot be judged by length.
func newPhonePlan(m *phonenumbers.PhoneMetadata) *phonePlan {
	p := &phonePlan{}
	desc := m.GetGeneralDesc()
	for _, n := range desc.GetPossibleLength() {
		if n > 0 && n <= maxPhoneDigits {
			p.lengths |= 1 << n
		}
	}
	prefix, err := digitMatcher(m.GetNationalPrefixForParsing())
	if desc.GetNationalNumberPattern() == "" || err != nil {
		return nil
	}
	for i := range p.prefixed {
		p.prefixed[i] = prefix(threeDigits(i))
	}
	return p
}

// digitMatcher returns a test of whether a number that starts with three digits
// may match the pattern from its start. It follows the pattern's program, so it
// never says no to a number that matches.
func digitMatcher(pattern string) (func([3]rune) bool, error) {
	if pattern == "" {
		return func([3]rune) bool { return false }, nil
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil {
		return nil, err
	}
	return func(digits [3]rune) bool { return mayMatch(prog, digits[:]) }, nil
}

// mayMatch runs the program over the digits, in all its states at once. It
// reports whether it has matched or could still.
func mayMatch(prog *syntax.Prog, digits []rune) bool {
	states := map[uint32]bool{}
	matched := follow(prog, uint32(prog.Start), states)
	for _, d := range digits {
		next := map[uint32]bool{}
		for pc := range states {
			if in := &prog.Inst[pc]; reads(in) && in.MatchRune(d) {
				matched = follow(prog, in.Out, next) || matched
			}
		}
		states = next
	}
	return matched || len(states) > 0
}

// follow adds to states every instruction reachable from pc without reading a
// character, and reports whether the end is among them. Conditions such as word
// boundaries count as met.
func follow(prog *syntax.Prog, pc uint32, states map[uint32]bool) (matched bool) {
	if states[pc] {
		return false
	}
	states[pc] = true
	switch in := &prog.Inst[pc]; {
	case in.Op == syntax.InstMatch:
		return true
	case in.Op == syntax.InstFail || reads(in):
		return false
	case in.Op == syntax.InstAlt || in.Op == syntax.InstAltMatch:
		matched = follow(prog, in.Arg, states)
		fallthrough
	default:
		return follow(prog, in.Out, states) || matched
	}
}

// reads reports whether the instruction consumes a character.
func reads(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}
