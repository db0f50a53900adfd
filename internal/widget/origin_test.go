package widget

import (
	"regexp"
	"testing"
)

func TestOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"*": "*", "https://a.example": "https://a.example", "HTTPS://A.Example:443/": "https://a.example", "https://a.example:8443": "https://a.example:8443",
		"http://localhost": "http://localhost", "http://localhost:80": "http://localhost", "http://shop.localhost:3000": "http://shop.localhost:3000", "http://127.0.0.2:1": "http://127.0.0.2:1",
		"https://192.0.2.1": "https://192.0.2.1", "https://*.a.example": "https://*.a.example", "https://intranet": "https://intranet", "https://bücher.example": "https://xn--bcher-kva.example",
		// none
		"": "", "a.example": "", "//a.example": "", "https://": "", "https://a.example:": "", "https://a.example:65536": "", "https://a.example/x": "", "https://a.example?": "", "https://a.example#": "",
		"https://x@a.example": "", "http://a.example": "", "http://192.0.2.1": "", "http://localhost.example": "", "https://a b": "", "https://a;b": "", "https://a,b": "", "https://%61%3b": "",
		"https://*.com": "", "https://*.github.io": "", "https://**.a.example": "", "https://*a.example": "", "javascript://a.example": "",
	} {
		got, reason := origin(text)
		if reason != "" {
			got = ""
		}
		if got != want || (want == "") != (reason != "") {
			t.Errorf("%q: %q (%s), want %q", text, got, reason, want)
		}
	}
}

// FuzzOrigin checks that nothing gets into a policy that means more than an origin.
func FuzzOrigin(f *testing.F) {
	for _, seed := range []string{"*", "https://a.example", "https://*.a.example:8443", "http://localhost:1", "https://bücher.example", "https://a;script-src *", "https://%61"} {
		f.Add(seed)
	}
	plain := regexp.MustCompile(`^(\*|https?://(\*\.)?[a-z0-9.-]+(:[1-9][0-9]{0,4})?)$`)
	f.Fuzz(func(t *testing.T, text string) {
		got, reason := origin(text)
		if reason != "" {
			return
		}
		if !plain.MatchString(got) {
			t.Fatalf("%q becomes %q", text, got)
		}
		if again, reason := origin(got); again != got || reason != "" {
			t.Fatalf("%q becomes %q, which becomes %q (%s)", text, got, again, reason)
		}
	})
}
