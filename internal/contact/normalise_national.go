package contact

import (
	"strconv"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// plainNational is the fast path of Phone for numbers without + in a country
// whose rules are simple. It returns the number as E.164, or "" when the library
// has to be asked. country is a result of Country.
func plainNational(s, country string) string {
	rules := nationalRules()[country]
	if rules == nil {
		return ""
	}
	var buf [MaxPhoneBytes + 8]byte
	e164 := append(append(buf[:0], '+'), rules.code...)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c-'0' < 10:
			e164 = append(e164, c)
		case strings.IndexByte(phonePunct, c) < 0:
			return ""
		}
	}
	start := 1 + len(rules.code)
	digits := e164[start:]
	if len(digits) < 4 || rules.idd[firstThree(digits)] {
		return ""
	}
	switch {
	case digits[0] == '0' && rules.trunkZero:
		e164 = append(e164[:start], digits[1:]...)
		if !rules.full(len(e164) - start) {
			return ""
		}
	case strings.HasPrefix(string(digits), rules.code) || rules.plan.prefixed[firstThree(digits)]:
		return ""
	}
	if number := string(e164); plainPhone(number) {
		return number
	}
	return ""
}

// nationalRule says how numbers are dialled inside a country.
type nationalRule struct {
	code      string     // country calling code
	plan      *phonePlan // of the country itself
	lengths   uint32     // as in phonePlan, without those for local use only
	trunkZero bool       // a leading 0 is the national prefix and never part of the number
	idd       [1000]bool // first three digits with which a number for abroad may start
}

func (r *nationalRule) full(digits int) bool {
	return digits <= maxPhoneDigits && r.lengths&(1<<digits) != 0
}

// nationalRules holds the rules by country, built once from the metadata of the
// library. Countries that share a calling code have none, except the main one.
var nationalRules = sync.OnceValue(func() map[string]*nationalRule {
	rules := map[string]*nationalRule{}
	all, err := phonenumbers.MetadataCollection()
	if err != nil {
		return rules
	}
	for _, m := range all.GetMetadata() {
		code := int(m.GetCountryCode())
		if m.GetId() != "001" && phonenumbers.GetRegionCodeForCountryCode(code) == m.GetId() {
			if r := newNationalRule(m); r != nil {
				rules[m.GetId()] = r
			}
		}
	}
	return rules
})

func newNationalRule(m *phonenumbers.PhoneMetadata) *nationalRule {
	r := &nationalRule{code: strconv.Itoa(int(m.GetCountryCode())), plan: newPhonePlan(m)}
	idd, err := digitMatcher(m.GetInternationalPrefix())
	if r.plan == nil || err != nil {
		return nil
	}
	number, err := digitMatcher(m.GetGeneralDesc().GetNationalNumberPattern())
	if err != nil {
		return nil
	}
	r.trunkZero = m.GetNationalPrefixForParsing() == "0" && m.GetNationalPrefixTransformRule() == ""
	for i := range r.idd {
		three := threeDigits(i)
		r.idd[i] = idd(three)
		if three[0] == '0' && number(three) {
			r.trunkZero = false
		}
	}
	for _, n := range m.GetGeneralDesc().GetPossibleLength() {
		if n > 0 && n <= maxPhoneDigits {
			r.lengths |= 1 << n
		}
	}
	return r
}

// firstThree returns the number that the first three digits form.
func firstThree[T string | []byte](digits T) int {
	return int(digits[0]-'0')*100 + int(digits[1]-'0')*10 + int(digits[2]-'0')
}

// threeDigits is the inverse of firstThree.
func threeDigits(n int) [3]rune {
	return [3]rune{rune('0' + n/100), rune('0' + n/10%10), rune('0' + n%10)}
}
