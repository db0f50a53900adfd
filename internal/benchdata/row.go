package benchdata

import (
	"bytes"
	"strconv"
)

// appendRow appends the line of a row. Its person is the row's own, or for a
// repeated one the person of an earlier row.
func (g generator) appendRow(out []byte, row uint64, kind string) []byte {
	person := row
	if kind == Repeated {
		person, _ = g.earlier(row)
	}
	random := mix(g.seed + person)
	first, last := pick(firstNames, random), pick(lastNames, random>>16)

	out = g.appendRef(out, person)
	out = append(out, ',')
	out = appendName(out, first, last, kind, row)
	out = append(out, ',')
	out = appendFullName(out, first, last, random>>32)
	out = append(out, ',')
	out = g.appendEmail(out, person, first, last, kind, random>>40)
	out = append(out, ',')
	out = g.appendPhone(out, person, kind, row)
	out = append(out, ',')
	out = g.appendDescription(out, row, kind)
	if kind == Ragged && row&1 == 0 {
		return append(out, ",,\n"...) // a cell too few
	}
	out = append(out, ',')
	random = mix(random)
	if random%contactsOfOne == 0 {
		out = appendAccount(out, random>>32%Accounts+1)
	}
	out = append(out, ',')
	switch {
	case kind == UnknownTag:
		out = append(out, "no-such-tag"...)
	case random>>16%contactsTagged == 0:
		out = append(out, "vip"...)
	}
	out = append(out, ',') // owned_by stays empty: no member is known to exist
	if kind == Ragged {
		out = append(out, ",surplus"...)
	}
	return append(out, '\n')
}

func (g generator) appendRef(out []byte, person uint64) []byte {
	out = append(out, "usr_"...)
	for bits, n := refBits-5, g.refs.at(person); bits >= 0; bits -= 5 {
		out = append(out, base32Alphabet[n>>bits&31])
	}
	return out
}

func appendName(out []byte, first, last word, kind string, row uint64) []byte {
	if kind == Missing {
		return out
	}
	if kind == TooLong && !longText(row) {
		return append(out, bytes.Repeat([]byte{'x'}, tooLongName)...)
	}
	out = append(out, first.text...)
	out = append(out, ' ')
	return append(out, last.text...)
}

func appendFullName(out []byte, first, last word, random uint64) []byte {
	if random%contactsInverse == 0 {
		out = append(append(out, '"'), last.text...)
		out = append(append(out, ", "...), first.text...)
		return append(out, '"')
	}
	out = append(append(out, first.text...), ' ')
	return append(out, last.text...)
}

func (g generator) appendEmail(out []byte, person uint64, first, last word, kind string, random uint64) []byte {
	if kind == InvalidEmail {
		return append(out, pick(badEmails, random)...)
	}
	out = append(append(out, first.ascii...), '.')
	out = append(append(out, last.ascii...), '.')
	out = strconv.AppendUint(out, g.mails.at(person), 36)
	return append(append(out, '@'), pick(mailDomains, random)...)
}

// appendPhone appends a number that libphonenumber calls valid: half are
// German mobiles, a quarter each French mobiles and numbers of the USA.
func (g generator) appendPhone(out []byte, person uint64, kind string, row uint64) []byte {
	if kind == InvalidPhone {
		return append(out, pick(badPhones, mix(row))...)
	}
	n := g.phone.at(person)
	country, n := n&3, n>>2 // 24 bits are left
	switch country {
	case 0:
		out = append(append(out, "+33"...), mobileFR[n&7]...)
		return appendDigits(out, n>>3, 7)
	case 1:
		out = append(append(out, "+1"...), areaCodes[n&3]...)
		return appendDigits(out, 2_300_000+n>>2, 7)
	default:
		out = append(append(out, "+49"...), mobileDE[n&7]...)
		return appendDigits(out, 10_000_000+(n>>3)<<1|country&1, 8)
	}
}

// appendDescription says something about four rows in ten. Repeated rows say
// something else than the row they repeat.
func (g generator) appendDescription(out []byte, row uint64, kind string) []byte {
	if kind == TooLong && longText(row) {
		return append(out, bytes.Repeat([]byte{'x'}, tooLongText)...)
	}
	random := mix(g.seed ^ ^row)
	switch random & 7 {
	case 0, 1:
		return append(append(out, "Customer since "...), strconv.Itoa(2000+int(random>>8%25))...)
	case 2:
		out = append(out, `"`...)
		for i := range 2 + random>>8&1 {
			if i > 0 {
				out = append(out, ", "...)
			}
			out = appendQuoted(out, pick(phrases, random>>(16*(i+1))))
		}
		return append(out, '"')
	default:
		return out
	}
}

// longText chooses one too long row in 64 to be so by its description, which
// takes 64 KiB.
func longText(row uint64) bool { return mix(row)&63 == 0 }

func appendAccount(out []byte, n uint64) []byte {
	return appendDigits(append(out, "acc-"...), n, 6)
}

func appendDigits(out []byte, n uint64, width int) []byte {
	start := len(out)
	for range width {
		out = append(out, '0')
	}
	for i := start + width - 1; i >= start; i-- {
		out[i] = byte('0' + n%10)
		n /= 10
	}
	return out
}

func appendQuoted(out []byte, text string) []byte {
	for i := range len(text) {
		if text[i] == '"' {
			out = append(out, '"')
		}
		out = append(out, text[i])
	}
	return out
}
