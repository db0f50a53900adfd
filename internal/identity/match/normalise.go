package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// fold returns text as it is compared: transliterated to Latin letters without
// accents, lower case, with single spaces between words. Apostrophes and dots
// vanish, so that O'Brien is one word; other punctuation separates words.
func fold(s string) string {
	out := make([]byte, 0, len(s)+8)
	if !isASCII(s) {
		s = latin(s)
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && ('a' <= r && r <= 'z' || '0' <= r && r <= '9'):
			out = append(out, byte(r))
		case 'A' <= r && r <= 'Z':
			out = append(out, byte(r)|0x20)
		case r == '\'' || r == '.' || r == '`' || r == '’' || r == '´' || r == 'ʼ':
		case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			out = utf8.AppendRune(out, unicode.ToLower(r))
		default:
			if n := len(out); n > 0 && out[n-1] != ' ' {
				out = append(out, ' ')
			}
		}
	}
	return strings.TrimRight(string(out), " ")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// latin transliterates and drops marks above and below letters.
func latin(s string) string {
	var b strings.Builder
	for _, r := range norm.NFKC.String(strings.ToValidUTF8(s, " ")) {
		r = unicode.ToLower(r)
		if t, ok := letters[r]; ok {
			b.WriteString(t)
			continue
		}
		for _, d := range norm.NFKD.String(string(r)) {
			if unicode.Is(unicode.Mn, d) {
				continue
			}
			if t, ok := letters[d]; ok {
				b.WriteString(t)
			} else {
				b.WriteRune(d)
			}
		}
	}
	return b.String()
}

// letters are those that do not decompose into a Latin letter and a mark.
// Cyrillic and Greek follow the spelling common in passports; what else is
// usual meets again in sound.
var letters = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ı': "i", 'ħ': "h", 'ŋ': "n",
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'ґ': "g", 'д': "d", 'е': "e", 'ё': "e", 'є': "ie", 'ж': "zh", 'з': "z", 'и': "i",
	'і': "i", 'ї': "i", 'й': "i", 'к': "k", 'л': "l", 'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t",
	'у': "u", 'ў': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch", 'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'ь': "",
	'э': "e", 'ю': "iu", 'я': "ia", 'ђ': "dj", 'ј': "j", 'љ': "lj", 'њ': "nj", 'ћ': "c", 'џ': "dz", 'ѓ': "gj", 'ќ': "kj", 'ѕ': "dz",
	'α': "a", 'β': "v", 'γ': "g", 'δ': "d", 'ε': "e", 'ζ': "z", 'η': "i", 'θ': "th", 'ι': "i", 'κ': "k", 'λ': "l", 'μ': "m",
	'ν': "n", 'ξ': "x", 'ο': "o", 'π': "p", 'ρ': "r", 'σ': "s", 'ς': "s", 'τ': "t", 'υ': "y", 'φ': "f", 'χ': "ch", 'ψ': "ps", 'ω': "o",
}

// blanks are the words that stand for nothing.
var blanks = setOf("na", "n a", "null", "none", "nil", "nan", "unknown", "not known", "not available", "not given", "missing", "tbd", "xxx", "undefined")

// blank reports whether a folded value says nothing.
func blank(folded string) bool { return folded == "" || blanks[folded] }

func setOf(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// shorter maps words to the one short form that stands for them all.
func shorter(list string) map[string]string {
	m := map[string]string{}
	for _, group := range strings.Split(list, ",") {
		words := strings.Fields(group)
		for _, w := range words[1:] {
			m[w] = words[0]
		}
	}
	return m
}

var (
	addressWords = shorter(`st street str strasse, ave avenue av, rd road, dr drive drv, ln lane, ct court crt, pl place plc, sq square, blvd boulevard blv,
		cres crescent cresc cr, cct circuit, cir circle circ, hwy highway, pkwy parkway, tce terrace terr ter, cl close, gr grove, pde parade, apt apartment
		apmnt appt, ste suite, fl floor, bldg building, n north, s south, e east, w west, ne northeast, nw northwest, se southeast, sw southwest,
		mt mount, ft fort, hts heights, rte route, unit unt, 1st first, 2nd second, 3rd third, 4th fourth, 5th fifth, 6th sixth, 7th seventh, 8th eighth,
		9th ninth, 10th tenth, vlge village, rmb, po, ctr center centre, pt point, between btwn bet`)
	placeWords   = shorter(`st saint sankt, mt mount, n north, s south, e east, w west, ft fort, hts heights`)
	legalForms   = setOf("inc", "ltd", "llc", "llp", "gmbh", "co", "corp", "corporation", "company", "limited", "incorporated", "ag", "sa", "bv", "nv", "plc", "pty", "kg", "ug", "ab", "as", "oy", "srl", "spa", "sas", "sarl", "kk", "pte", "mbh", "the")
	honorifics   = setOf("mr", "mrs", "ms", "miss", "mister", "dr", "prof", "sir", "herr", "frau", "mme", "mlle", "rev", "phd", "md", "dipl", "ing")
	freeMail     = setOf("gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "msn.com", "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "proton.me", "protonmail.com", "mail.ru", "yandex.ru", "qq.com", "163.com", "orange.fr", "free.fr")
	roleMailbox  = setOf("info", "office", "contact", "sales", "support", "admin", "hello", "mail", "team", "service", "help", "post", "kontakt", "billing", "accounts", "test", "noreply", "webmaster", "reception", "enquiries", "hr", "marketing", "family", "home")
	addressNoise = setOf("the", "at", "near", "off")
)

// mapWords replaces words by their short form and leaves out those to drop,
// unless nothing would be left.
func mapWords(folded string, short map[string]string, drop map[string]bool) string {
	words := strings.Fields(folded)
	out := words[:0:0]
	for _, w := range words {
		if drop[w] {
			continue
		}
		if s, ok := short[w]; ok {
			w = s
		}
		out = append(out, w)
	}
	if len(out) == 0 {
		return folded
	}
	return strings.Join(out, " ")
}

// code returns letters and digits without what separates them.
func code(s string) string { return strings.ReplaceAll(fold(s), " ", "") }

// foldEmail returns an address without what does not tell mailboxes apart: case,
// a plus tag, dots at the provider that ignores them. Text without an @ stays,
// folded, so that a damaged address can still be near the whole one.
func foldEmail(s string) string {
	s = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "mailto:")))
	if i := strings.LastIndexByte(s, '<'); i >= 0 {
		s = strings.TrimSuffix(s[i+1:], ">")
	}
	if !isASCII(s) {
		s = latin(s)
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return code(s)
	}
	local, domain := s[:at], strings.TrimSuffix(s[at+1:], ".")
	if i := strings.IndexByte(local, '+'); i > 0 {
		local = local[:i]
	}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	if domain == "gmail.com" {
		local = strings.ReplaceAll(local, ".", "")
	}
	return local + "@" + domain
}

// foldPhone returns the digits of a number without an extension, and without
// the zeros that stand before a country or area code.
func foldPhone(s string) string {
	s = strings.ToLower(s)
	for _, mark := range []string{"ext", "x", "#", "durchwahl"} {
		if i := strings.Index(s, mark); i > 6 {
			s = s[:i]
		}
	}
	s = strings.ReplaceAll(s, "(0)", "")
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; '0' <= c && c <= '9' && (len(out) > 0 || c != '0') {
			out = append(out, c)
		}
	}
	if len(out) < 4 {
		return ""
	}
	return string(out)
}

// foldURL returns host and path without scheme, www and a final slash.
func foldURL(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	return strings.TrimRight(strings.TrimPrefix(s, "www."), "/")
}
