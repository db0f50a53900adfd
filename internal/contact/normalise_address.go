package contact

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"github.com/kith-id/kith/internal/errs"
)

// localPunct are the characters, next to letters and digits, that the part of
// an e-mail address before the @ may have without quotes (RFC 5322 atext and
// the dot). Like browsers, and unlike the RFC, dots may stand anywhere: such
// addresses exist.
const localPunct = ".!#$%&'*+/=?^_`{|}~-"

// Email returns the form of an e-mail address in which addresses are compared:
// no surrounding white space, Unicode NFC, lower case, the domain as ASCII
// (IDNA) without a final dot. A plus-tag and dots in the local part stay.
// Email(Email(s)) == Email(s). The address as typed stays with the caller.
//
// It refuses what cannot receive mail: not exactly one @ outside quotes, a local
// part that is empty or longer than MaxEmailLocalBytes, a domain without a dot,
// spaces, control and invisible characters, more than MaxEmailBytes bytes.
func Email(s string) (string, error) {
	s = strings.TrimSpace(s)
	if key, ok := plainEmail(s); ok {
		return key, nil
	}
	if s == "" {
		return "", refuse("is empty; give an address such as name@example.com")
	}
	if len(s) > MaxEmailBytes {
		return "", tooLong(len(s), MaxEmailBytes, "bytes")
	}
	if err := checkVisible(s); err != nil {
		return "", err
	}
	local, host, err := splitEmail(s)
	if err != nil {
		return "", err
	}
	return joinEmail(lowerNFC(local), host, s)
}

// plainEmail is the fast path of Email for addresses of ASCII letters, digits
// and common punctuation, which it lower-cases. ok is false when the address is
// of another form, which does not yet mean that it is wrong.
func plainEmail(s string) (key string, ok bool) {
	at, upper := -1, -1
	if len(s) > MaxEmailBytes {
		return "", false
	}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch class := asciiClass[c]; {
		case class&isUpper != 0:
			if upper < 0 {
				upper = i
			}
		case class&isHost != 0 || class&isLocal != 0 && at < 0:
		case c == '@' && at < 0:
			at = i
		default:
			return "", false
		}
	}
	if at < 1 || at > MaxEmailLocalBytes || !plainHost(s[at+1:]) {
		return "", false
	}
	if upper < 0 {
		return s, true
	}
	return lowerFrom(s, upper), true
}

// splitEmail cuts an address at its @ and checks the local part.
func splitEmail(s string) (local, host string, err error) {
	at, err := findAt(s)
	if err != nil {
		return "", "", err
	}
	local, host = s[:at], s[at+1:]
	switch {
	case local == "":
		return "", "", refuse("%q has nothing before the @; write it as name@example.com", shown(s))
	case local[0] == '"' && (len(local) < 3 || local[len(local)-1] != '"'):
		return "", "", refuse("%q has text outside the quotes before the @; write it as name@example.com", shown(s))
	case host == "":
		return "", "", refuse("%q has nothing after the @; write it as name@example.com", shown(s))
	}
	return local, host, nil
}

// findAt returns the index of the one @ outside quotes. A quoted local part is
// taken whole; elsewhere only the characters of localPunct may stand beside
// letters and digits.
func findAt(s string) (int, error) {
	at, quoted := -1, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"' && (i == 0 || quoted):
			quoted = !quoted
		case quoted || c >= utf8.RuneSelf || at >= 0 && c != '@' || asciiClass[c]&(isLocal|isUpper) != 0:
		case c != '@':
			return 0, refuse("%q contains %q; give the bare address, such as name@example.com", shown(s), c)
		case at >= 0:
			return 0, refuse("%q has more than one @; give one address, such as name@example.com", shown(s))
		default:
			at = i
		}
	}
	if at < 0 {
		return 0, refuse("%q has no @; write it as name@example.com", shown(s))
	}
	return at, nil
}

// joinEmail puts a normalised local part and the domain together; whole is the
// address as given, for messages.
func joinEmail(local, host, whole string) (string, error) {
	if len(local) > MaxEmailLocalBytes {
		return "", refuse("has %d bytes before the @; an address has at most %d there", len(local), MaxEmailLocalBytes)
	}
	host, why := hostASCII(host)
	if why != "" {
		return "", refuse("%q has a wrong domain: it %s; write it as name@example.com", shown(whole), why)
	}
	key := local + "@" + host
	if len(key) > MaxEmailBytes {
		return "", tooLong(len(key), MaxEmailBytes, "bytes")
	}
	return key, nil
}

// Domain returns a bare host name as ASCII (IDNA) in lower case without a final
// dot, such as example.com. It refuses a scheme, a path, a port, a leading www.
// and names without a dot, and says what to write instead.
// Domain(Domain(s)) == Domain(s).
func Domain(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", refuse("is empty; give a domain such as example.com")
	case len(s) > MaxWebsiteBytes:
		return "", tooLong(len(s), MaxDomainBytes, "bytes")
	}
	if err := checkVisible(s); err != nil {
		return "", err
	}
	host, why := hostASCII(s)
	if why == "" && stripWWW(host) == host {
		return host, nil
	}
	return "", badDomain(s, why)
}

// badDomain explains why s is no bare domain, with the domain meant when it can
// be told.
func badDomain(s, why string) *errs.Error {
	switch {
	case strings.Contains(s, "@"):
		why = "is an e-mail address"
	case strings.Contains(s, "://"):
		why = "starts with a scheme"
	case strings.ContainsAny(s, `/\?#`):
		why = "has a path"
	case strings.Contains(s, ":"):
		why = "has a port"
	case why == "":
		why = `starts with "www."`
	}
	instead := "example.com"
	if host, ok := WebsiteDomain(s); ok {
		instead = host
	}
	return refuse("%q %s; write only the domain, such as %s", shown(s), why, instead)
}

// WebsiteDomain returns the domain that a website belongs to, as Domain would
// and without www.; the scheme may be missing. ok is false when the address has
// no host name with a dot, for instance because it is a number.
func WebsiteDomain(website string) (domain string, ok bool) {
	website = strings.TrimSpace(website)
	if len(website) > MaxWebsiteBytes {
		return "", false
	}
	if !strings.Contains(website, "://") {
		website = "https://" + strings.TrimPrefix(website, "//")
	}
	u, err := url.Parse(website)
	if err != nil {
		return "", false
	}
	if checkVisible(u.Hostname()) != nil {
		return "", false
	}
	host, why := hostASCII(u.Hostname())
	return stripWWW(host), why == ""
}

// stripWWW removes a leading "www." unless no domain would be left.
func stripWWW(host string) string {
	if rest, ok := strings.CutPrefix(host, "www."); ok && strings.Contains(rest, ".") {
		return stripWWW(rest)
	}
	return host
}

// hostASCII normalises a host name. why is empty when it is one, else the end
// of a sentence that starts with the host.
func hostASCII(s string) (host, why string) {
	if plainHost(s) {
		return lowerASCII(s), ""
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(s, "."))
	if err != nil && isASCII(s) && !strings.Contains(strings.ToLower(s), "xn--") {
		ascii = strings.ToLower(strings.TrimSuffix(s, ".")) // let the checks below say what is wrong
	} else if err != nil {
		return "", "is not a valid internationalised name"
	}
	if why := hostProblem(ascii); why != "" {
		return "", why
	}
	return ascii, ""
}

// plainHost reports whether s is a host name of ASCII labels, none of them
// punycode, without a final dot; only lower-casing is left to do.
func plainHost(s string) bool {
	if len(s) > MaxDomainBytes {
		return false
	}
	start, digits, labels := 0, true, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] != '.' {
			class := asciiClass[s[i]]
			if class&(isHost|isUpper) == 0 {
				return false
			}
			digits = digits && class&isDigit != 0
			continue
		}
		if !plainLabel(s[start:i]) {
			return false
		}
		labels++
		if i < len(s) {
			start, digits = i+1, true
		}
	}
	return labels > 1 && !digits
}

// plainLabel checks the ends and the length of one label; its characters have
// been checked.
func plainLabel(l string) bool {
	n := len(l)
	if n == 0 || n > maxLabelBytes || l[0] == '-' || l[n-1] == '-' {
		return false
	}
	return n < 4 || l[2] != '-' || l[3] != '-' || l[0]|0x20 != 'x' || l[1]|0x20 != 'n'
}

// hostProblem returns why an ASCII name is no host name, or "".
func hostProblem(s string) string {
	if len(s) > MaxDomainBytes {
		return "is longer than 253 bytes"
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		switch {
		case l == "":
			return "has two dots in a row or a dot at an end"
		case len(l) > maxLabelBytes:
			return "has a part longer than 63 bytes between its dots"
		case l[0] == '-' || l[len(l)-1] == '-':
			return "has a hyphen at the end of a part"
		}
		for i := range len(l) {
			if asciiClass[l[i]]&isHost == 0 {
				return "contains " + string(rune(l[i]))
			}
		}
	}
	last := labels[len(labels)-1]
	switch {
	case len(labels) < 2:
		return "has no dot"
	case strings.Trim(last, "0123456789") == "":
		return "ends in a number"
	}
	return ""
}

// checkVisible refuses what nobody can see or type in an address: white space
// inside, control and format characters, bytes that are not UTF-8.
func checkVisible(s string) error {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return notUTF8(s[i])
		case unicode.IsSpace(r):
			return refuse("%q contains a space or line break; remove it", shown(s))
		case unicode.IsControl(r):
			return hasControl(r)
		case unicode.Is(unicode.Cf, r):
			return refuse("contains the invisible character U+%04X; remove it", r)
		}
		i += size
	}
	return nil
}

// lowerNFC lower-cases until nothing changes: composing can bring forth a
// character that has a lower case.
func lowerNFC(s string) string {
	for range 4 {
		next := norm.NFC.String(strings.ToLower(norm.NFC.String(s)))
		if next == s {
			break
		}
		s = next
	}
	return s
}

// lowerASCII lower-cases A to Z and returns s itself when there is none. It is
// strings.ToLower without its scan for other letters.
func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i]-'A' < 26 {
			return lowerFrom(s, i)
		}
	}
	return s
}

// lowerFrom lower-cases s, at most MaxEmailBytes long, from index i on.
func lowerFrom(s string, i int) string {
	var buf [MaxEmailBytes]byte
	n := copy(buf[:], s)
	for ; i < n; i++ {
		if c := buf[i]; c-'A' < 26 {
			buf[i] = c | 0x20
		}
	}
	return string(buf[:n])
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// The classes of asciiClass; a byte may be in several.
const (
	isDigit byte = 1 << iota
	isUpper      // upper-case letter
	isHost       // lower-case letter, digit, hyphen or dot
	isLocal      // isHost or localPunct
)

var asciiClass = func() (t [256]byte) {
	for c := '0'; c <= '9'; c++ {
		t[c] = isDigit | isHost | isLocal
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c] = isHost | isLocal
		t[c-'a'+'A'] = isUpper
	}
	for _, c := range localPunct {
		t[c] |= isLocal
	}
	t['-'] |= isHost
	t['.'] |= isHost
	return t
}()
