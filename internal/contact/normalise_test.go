package contact

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
)

// normaliserCase is one row of a table test; fail is a part of the message, or
// empty when want is expected.
type normaliserCase struct{ in, want, fail string }

func runTable(t *testing.T, f func(string) (string, error), cases []normaliserCase) {
	t.Helper()
	for _, c := range cases {
		got, err := f(c.in)
		switch {
		case c.fail == "" && (err != nil || got != c.want):
			t.Errorf("%q: got %q, %v; want %q", c.in, got, err, c.want)
		case c.fail != "" && (err == nil || !strings.Contains(err.Error(), c.fail)):
			t.Errorf("%q: got %q, %v; want an error with %q", c.in, got, err, c.fail)
		case c.fail != "" && (errs.As(err) == nil || errs.As(err).Code != "value_not_permitted" || got != ""):
			t.Errorf("%q: got %q and the error %#v", c.in, got, err)
		}
	}
}

func TestEmail(t *testing.T) {
	long := strings.Repeat("a", 64)
	runTable(t, Email, []normaliserCase{
		{in: " Ada.Lovelace+News@Example.COM. ", want: "ada.lovelace+news@example.com"},
		{in: "a@b.co", want: "a@b.co"},
		{in: "a..b.@docomo.ne.jp", want: "a..b.@docomo.ne.jp"},
		{in: "O'Brien@example.ie", want: "o'brien@example.ie"},
		{in: "JOSE\u0301@EXA\u0301MPLE.com", want: "josé@xn--exmple-qta.com"},
		{in: "info@BÜCHER.example", want: "info@xn--bcher-kva.example"},
		{in: "info@XN--BCHER-KVA.example", want: "info@xn--bcher-kva.example"},
		{in: "x@r3---sn.googlevideo.com", want: "x@r3---sn.googlevideo.com"},
		{in: `"A@b"@Example.com`, want: `"a@b"@example.com`},
		{in: `"a\"b"@example.com`, want: `"a\"b"@example.com`},
		{in: long + "@example.com", want: long + "@example.com"},
		{in: long + "a@example.com", fail: "at most 64"},
		{in: "", fail: "empty"},
		{in: "plain", fail: "no @"},
		{in: "@example.com", fail: "nothing before"},
		{in: "a@", fail: "nothing after"},
		{in: "a@b@example.com", fail: "more than one @"},
		{in: `"a"b@example.com`, fail: "outside the quotes"},
		{in: `"a"b"@example.com`, fail: "contains"},
		{in: "a@localhost", fail: "no dot"},
		{in: "a@10.0.0.1", fail: "ends in a number"},
		{in: "a@[10.0.0.1]", fail: "contains ["},
		{in: "a@ex_ample.com", fail: "contains _"},
		{in: "a@-x.com", fail: "hyphen"},
		{in: "a@x..com", fail: "two dots"},
		{in: "a@xn--a.com", fail: "internationalised"},
		{in: "a@" + strings.Repeat("b", 64) + ".com", fail: "63 bytes"},
		{in: "a b@example.com", fail: "space"},
		{in: "a\u00a0b@example.com", fail: "space"},
		{in: "a\u200bb@example.com", fail: "U+200B"},
		{in: "a\x00b@example.com", fail: "U+0000"},
		{in: "a\xffb@example.com", fail: "0xff"},
		{in: "Ada<a@example.com>", fail: "contains '<'"},
		{in: "mailto:a@example.com", fail: "contains ':'"},
		{in: "a@example.com;b@example.com", fail: "more than one @"},
		{in: strings.Repeat("a", 330) + "@example.com", fail: "at most 320"},
	})
}

func TestDomain(t *testing.T) {
	runTable(t, Domain, []normaliserCase{
		{in: " Example.COM. ", want: "example.com"},
		{in: "Bücher.example", want: "xn--bcher-kva.example"},
		{in: "www.com", want: "www.com"},
		{in: "", fail: "empty"},
		{in: "https://www.Example.com/about?x", fail: "starts with a scheme; write only the domain, such as example.com"},
		{in: "example.org/about", fail: "has a path; write only the domain, such as example.org"},
		{in: "example.org:8080", fail: "has a port; write only the domain, such as example.org"},
		{in: "www.example.net", fail: `starts with "www."; write only the domain, such as example.net`},
		{in: "ada@example.net", fail: "is an e-mail address; write only the domain, such as example.net"},
		{in: "acme", fail: "has no dot"},
		{in: "10.1.2.3", fail: "ends in a number"},
		{in: "*.example.com", fail: "contains *"},
		{in: "exa mple.com", fail: "space"},
		{in: strings.Repeat("a.", 130) + "com", fail: "253"},
		{in: strings.Repeat("a", 3000), fail: "at most 253"},
	})
}

func TestWebsiteDomain(t *testing.T) {
	for in, want := range map[string]string{
		"https://www.Example.com:443/x": "example.com", "example.com": "example.com",
		"//example.com/a": "example.com", "http://user:pw@shop.example.com#f": "shop.example.com",
		"https://www.BÜCHER.example": "xn--bcher-kva.example", "http://10.0.0.1/": "", "localhost:80": "", "": "", "http://[::1]/": "",
	} {
		got, ok := WebsiteDomain(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("WebsiteDomain(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestRef(t *testing.T) {
	runTable(t, Ref, []normaliserCase{
		{in: " Cust-1 ", want: "Cust-1"},
		{in: "e\u0301", want: "e\u0301"},
		{in: strings.Repeat("x", 512), want: strings.Repeat("x", 512)},
		{in: strings.Repeat("x", 513), fail: "at most 512"},
		{in: " \t", fail: "empty"},
		{in: "a\nb", fail: "U+000A"},
		{in: "a\x80", fail: "UTF-8"},
	})
}

func TestText(t *testing.T) {
	runTable(t, DisplayName, []normaliserCase{
		{in: "  Ada  Lovelace ", want: "Ada  Lovelace"},
		{in: strings.Repeat("é", 256), want: strings.Repeat("é", 256)},
		{in: strings.Repeat("é", 257), fail: "257 characters long; shorten it to at most 256"},
		{in: " ", fail: "empty"},
		{in: "a\tb", fail: "U+0009"},
		{in: "a\u0085b", fail: "U+0085"},
	})
	runTable(t, FullName, []normaliserCase{{in: "  ", want: ""}, {in: "a\x7fb", fail: "U+007F"}})
	runTable(t, Tier, []normaliserCase{{in: " gold ", want: "gold"}, {in: strings.Repeat("t", 65), fail: "at most 64"}})
	runTable(t, Description, []normaliserCase{
		{in: "a\r\nb\rc\n\td ", want: "a\nb\nc\n\td"},
		{in: "", want: ""},
		{in: "a\x00", fail: "U+0000"},
		{in: "a\xc3", fail: "UTF-8"},
		{in: strings.Repeat("x", 64<<10+1), fail: "at most 65536"},
	})
}

func TestLimitOf(t *testing.T) {
	_, err := Ref(strings.Repeat("x", 513))
	if n, ok := LimitOf(err); !ok || n != MaxRefBytes {
		t.Errorf("LimitOf = %d, %v", n, ok)
	}
	_, err = Ref("")
	if n, ok := LimitOf(err); ok {
		t.Errorf("an empty ref counts as too long, limit %d", n)
	}
}

func TestFoldName(t *testing.T) {
	for in, want := range map[string]string{
		"":                                "",
		"  Ada \t LOVELACE\n":             "ada lovelace",
		"ada":                             "ada",
		"ada ":                            "ada",
		"Straße":                          "strasse",
		"E\u0301lise":                     "élise",
		"Æ\u00a0\u2003Ø":                  "æ ø",
		"a\xffb":                          "a\ufffdb",
		strings.Repeat("A", 100):          strings.Repeat("a", 96),
		strings.Repeat("a", 95) + " bcd":  strings.Repeat("a", 95),
		strings.Repeat("a", 95) + "é":     strings.Repeat("a", 95),
		strings.Repeat("\x80", 10_000):    "\ufffd",
		strings.Repeat(" ", 300) + "ADA ": "ada",
	} {
		if got := FoldName(in); got != want {
			t.Errorf("FoldName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPhone(t *testing.T) {
	phone := func(country string) func(string) (string, error) {
		return func(s string) (string, error) { return Phone(s, country) }
	}
	runTable(t, phone(""), []normaliserCase{
		{in: "+49 (0) 30 / 123-456", want: "+4930123456"},
		{in: "+49 30 123456", want: "+4930123456"},
		{in: "tel:+1-201-555-0123", want: "+12015550123"},
		{in: "\uff0b49 30 123456", want: "+4930123456"},
		{in: "+390612345678", want: "+390612345678"},
		{in: "+800 1234 5678", want: "+80012345678"},
		{in: "030 123456", fail: "an import a default country"},
		{in: "+999123456789", fail: "not a phone number"},
		{in: "+49", fail: "not a phone number"},
		{in: "+4912", fail: "only within its own area"},
		{in: "+1201555012345", fail: "too long"},
		{in: "+44 12", fail: "too short"},
		{in: "+1 201 555 0123 x55", fail: "extension 55"},
		{in: "+493012345, +493012346", fail: "not a phone number"},
		{in: "call me on 123456", fail: "not a phone number"},
		{in: "", fail: "empty"},
		{in: strings.Repeat("1", 33), fail: "at most 32"},
	})
	runTable(t, phone("de"), []normaliserCase{
		{in: "030 123456", want: "+4930123456"},
		{in: "0043 1 234567", want: "+431234567"},
		{in: "+1 201 555 0123", want: "+12015550123"},
		{in: "1", fail: "not a phone number"},
	})
	runTable(t, phone("XX"), []normaliserCase{{in: "030 123456", fail: "not a country code"}})
	runTable(t, Country, []normaliserCase{{in: " de", want: "DE"}, {in: "", want: ""}, {in: "DEU", fail: "country code"}, {in: "001", fail: "country code"}})
}

// libraryAccepts is what the library says of an international number.
func libraryAccepts(s string) bool {
	n, err := phonenumbers.Parse(s, "")
	return err == nil && phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE
}

func checkPlainPhone(t interface {
	Errorf(string, ...any)
}, s string) {
	got, err := Phone(s, "")
	if (err == nil) != libraryAccepts(s) {
		t.Errorf("Phone(%q) = %q, %v; the library says %v", s, got, err, libraryAccepts(s))
	}
	if plainPhone(s) {
		n, err := phonenumbers.Parse(s, "")
		if err != nil || phonenumbers.Format(n, phonenumbers.E164) != s {
			t.Errorf("the fast path keeps %q, the library makes it %q, %v", s, phonenumbers.Format(n, phonenumbers.E164), err)
		}
	}
	if again, err2 := Phone(got, ""); err == nil && (err2 != nil || again != got) {
		t.Errorf("Phone(%q) = %q, but Phone of that = %q, %v", s, got, again, err2)
	}
}

// TestPunctuationAgreesWithLibrary checks the shortcut for formatted numbers.
func TestPunctuationAgreesWithLibrary(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := "+" + rapid.StringOfN(rapid.SampledFrom([]rune("0123456789449 -.()/")), 4, 24, -1).Draw(r, "number")
		bare := bareDigits(s)
		n, err := phonenumbers.Parse(s, "")
		if plainPhone(bare) && (err != nil || phonenumbers.Format(n, phonenumbers.E164) != bare) {
			r.Errorf("%q is taken for %q; the library says %v, %v", s, bare, n, err)
		}
	})
}

// TestNationalAgreesWithLibrary checks the shortcut for numbers without + in
// every country.
func TestNationalAgreesWithLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	fast := map[string]int{}
	for country := range phonenumbers.GetSupportedRegions() {
		for range 150 {
			s := nationalNumber(rnd, country)
			got := plainNational(s, country)
			if got == "" {
				continue
			}
			fast[country]++
			if want, err := parsePhone(s, country); err != nil || got != want {
				t.Errorf("%s: %q is taken for %q; the library says %q, %v", country, s, got, want, err)
			}
		}
	}
	for _, country := range []string{"DE", "FR", "GB", "US", "CH", "NL", "ES", "IT", "JP", "IN", "AU"} {
		if fast[country] < 5 {
			t.Errorf("only %d numbers of %s took the fast path", fast[country], country)
		}
	}
}

// nationalNumber is digits, often after a prefix and often as many as the
// country's example has.
func nationalNumber(rnd *rand.Rand, country string) string {
	n := 1 + rnd.IntN(14)
	if e := phonenumbers.GetExampleNumber(country); e != nil && rnd.IntN(2) == 0 {
		n = len(phonenumbers.GetNationalSignificantNumber(e))
	}
	digits := make([]byte, n)
	for i := range digits {
		digits[i] = byte('0' + rnd.IntN(10))
	}
	prefix := []string{"", "", "0", "00", "1", "8", strconv.Itoa(phonenumbers.GetCountryCodeForRegion(country))}
	return prefix[rnd.IntN(len(prefix))] + string(digits)
}

// TestPhoneAgreesWithLibrary covers every country code with random national
// numbers of every length.
func TestPhoneAgreesWithLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	fast := 0
	for code := range phonenumbers.GetSupportedCallingCodes() {
		for range 40 {
			digits := make([]byte, 1+rnd.IntN(19))
			for i := range digits {
				digits[i] = byte('0' + rnd.IntN(10))
			}
			s := fmt.Sprintf("+%d%s", code, digits)
			checkPlainPhone(t, s)
			if plainPhone(s) {
				fast++
			}
		}
	}
	if fast < 500 {
		t.Errorf("only %d numbers took the fast path", fast)
	}
}

func TestFastPathServesExampleNumbers(t *testing.T) {
	slow := 0
	for region := range phonenumbers.GetSupportedRegions() {
		n := phonenumbers.GetExampleNumberForType(region, phonenumbers.MOBILE)
		if n != nil && !plainPhone(phonenumbers.Format(n, phonenumbers.E164)) {
			slow++
		}
	}
	if slow > 25 {
		t.Errorf("mobile numbers of %d countries need the slow path", slow)
	}
}

// checkIdempotent checks that a normaliser leaves its own results alone.
func checkIdempotent(t *testing.T, f func(string) (string, error), s string) string {
	t.Helper()
	once, err := f(s)
	if err != nil {
		if errs.KindOf(err) != errs.Invalid || !utf8.ValidString(err.Error()) || once != "" {
			t.Errorf("%q: %q, %#v", s, once, err)
		}
		return ""
	}
	if twice, err := f(once); err != nil || twice != once {
		t.Errorf("%q becomes %q, and that becomes %q, %v", s, once, twice, err)
	}
	if !utf8.ValidString(once) {
		t.Errorf("%q becomes %q, which is not UTF-8", s, once)
	}
	return once
}

func TestNormalisersProperties(t *testing.T) {
	part := rapid.StringOfN(rapid.SampledFrom([]rune("aZ9.-_+\"\\@ İßſÅ\u0301ǅΣ\u1e9eﬁ。")), 1, 12, -1)
	rapid.Check(t, func(r *rapid.T) {
		s := part.Draw(r, "local") + "@" + part.Draw(r, "host") + ".com"
		if key := checkIdempotent(t, Email, s); key != "" {
			if again, err := Email(strings.ToUpper(key)); isASCII(key) && (err != nil || again != key) {
				r.Errorf("upper-casing %q gives %q, %v", key, again, err)
			}
		}
		checkIdempotent(t, Domain, part.Draw(r, "domain")+".example")
		checkFold(t, rapid.OneOf(rapid.String(), part).Draw(r, "name"))
	})
}

func checkFold(t *testing.T, s string) {
	t.Helper()
	once := FoldName(s)
	if FoldName(once) != once || len(once) > MaxFoldedBytes || !norm.NFC.IsNormalString(once) || !utf8.ValidString(once) {
		t.Errorf("FoldName(%q) = %q, and of that %q", s, once, FoldName(once))
	}
	if isASCII(s) && foldUnicode(s) != once {
		t.Errorf("FoldName(%q) = %q, the general path says %q", s, once, foldUnicode(s))
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"a@b.co", `"a@b"@x.de`, "ä@ö.com", "a@xn--bcher-kva.example", "x@1.2.3.4", "İ@x.tr"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key := checkIdempotent(t, Email, s)
		if key != "" && (len(key) > MaxEmailBytes || strings.LastIndexByte(key, '@') < 1) {
			t.Errorf("Email(%q) = %q", s, key)
		}
	})
}

func FuzzDomain(f *testing.F) {
	for _, s := range []string{"example.com", "www.example.com", "https://x.y/z", "ä.de", "a.b:80", "www.www.example.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkIdempotent(t, Domain, s)
		if host, ok := WebsiteDomain(s); ok {
			if again, err := Domain(host); err != nil || again != host {
				t.Errorf("WebsiteDomain(%q) = %q, which Domain makes %q, %v", s, host, again, err)
			}
		}
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"+4930123456", "+12015550123", "+5491123456789", "030 1234", "tel:+49;ext=5", "+000"} {
		f.Add(s, "DE")
	}
	f.Fuzz(func(t *testing.T, s, country string) {
		checkIdempotent(t, func(s string) (string, error) { return Phone(s, country) }, s)
		if strings.HasPrefix(s, "+") && len(s) <= MaxPhoneBytes && strings.Trim(s[1:], "0123456789") == "" {
			checkPlainPhone(t, s)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("Ada  Lovelace\r\n")
	f.Add("e\u0301 ß")
	f.Fuzz(func(t *testing.T, s string) {
		checkFold(t, s)
		for _, g := range []func(string) (string, error){Ref, DisplayName, FullName, Tier, Description} {
			checkIdempotent(t, g, s)
		}
	})
}

func benchmark(b *testing.B, in string, f func(string) string) {
	b.ReportAllocs()
	for b.Loop() {
		if f(in) == "" {
			b.Fatal("no result")
		}
	}
}

func BenchmarkEmail(b *testing.B) {
	email := func(s string) string { k, _ := Email(s); return k }
	b.Run("lower", func(b *testing.B) { benchmark(b, "ada.lovelace+news@mail.example.com", email) })
	b.Run("mixed", func(b *testing.B) { benchmark(b, "Ada.Lovelace+News@Mail.Example.com", email) })
	b.Run("unicode", func(b *testing.B) { benchmark(b, "Jösé@bücher.example", email) })
}

func BenchmarkPhone(b *testing.B) {
	phone := func(s string) string { k, _ := Phone(s, "DE"); return k }
	b.Run("e164", func(b *testing.B) { benchmark(b, "+4915112345678", phone) })
	b.Run("formatted", func(b *testing.B) { benchmark(b, "+49 (151) 123-45678", phone) })
	b.Run("national", func(b *testing.B) { benchmark(b, "0151 12345678", phone) })
}

func BenchmarkFoldName(b *testing.B) {
	b.Run("lower", func(b *testing.B) { benchmark(b, "ada lovelace", FoldName) })
	b.Run("mixed", func(b *testing.B) { benchmark(b, "Ada Lovelace", FoldName) })
	b.Run("unicode", func(b *testing.B) { benchmark(b, "Zoë Günther", FoldName) })
}
