package artifact

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"mime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

func TestCleanName(t *testing.T) {
	for in, want := range map[string]string{
		"a.txt":                           "a.txt",
		"../../etc/passwd":                "passwd",
		`C:\Users\Bo\a.txt`:               "a.txt",
		"/":                               "",
		"..":                              "",
		" . ":                             "",
		"":                                "",
		"a\x00b\r\n.txt":                  "ab.txt",
		"invoice\u202efdp.exe":            "invoicefdp.exe",
		"\u2066a\u2069.txt":               "a.txt",
		"\ufeffa.txt":                     "a.txt",
		"Grüße 👩‍👩‍👧.png":                 "Grüße 👩‍👩‍👧.png",
		"a\xff.txt":                       "a.txt",
		"a.txt. .":                        "a.txt",
		".htaccess":                       ".htaccess",
		strings.Repeat("ü", 200) + ".pdf": strings.Repeat("ü", 125) + ".pdf",
		strings.Repeat("x", 300):          strings.Repeat("x", 255),
	} {
		got, err := CleanName(in)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q becomes %q, %v; want %q", in, got, err, want)
		}
	}
}

func FuzzCleanName(f *testing.F) {
	f.Add("a/b\\c\u202e\x00.txt")
	f.Add(strings.Repeat("é", 300))
	f.Fuzz(func(t *testing.T, name string) {
		got, err := CleanName(name)
		if err != nil {
			return
		}
		bad := func(r rune) bool {
			return r == '/' || r == '\\' || unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
		}
		if len(got) == 0 || len(got) > maxName || !utf8.ValidString(got) || strings.ContainsFunc(got, bad) || got == "." || got == ".." {
			t.Errorf("%q becomes %q", name, got)
		}
		how, params, err := mime.ParseMediaType(Disposition("text/html", got))
		if err != nil || how != "attachment" || params["filename"] != got {
			t.Errorf("%q is told as %q: %v %v", got, Disposition("text/html", got), params, err)
		}
	})
}

func TestDisposition(t *testing.T) {
	for _, c := range []struct{ kind, name, want string }{
		{"image/png", "a.png", `inline; filename="a.png"; filename*=UTF-8''a.png`},
		{"image/svg+xml", `ü"; x=y\.svg`, `attachment; filename="__; x=y_.svg"; filename*=UTF-8''%C3%BC%22%3B%20x%3Dy%5C.svg`},
	} {
		if got := Disposition(c.kind, c.name); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestCleanType(t *testing.T) {
	for in, want := range map[string]string{"": "", "Image/PNG": "image/png", "text/plain; charset=utf-8": "text/plain", "text": "!", "a b/c": "!", "text/\r\nX: y": "!"} {
		got, err := CleanType(in)
		if (err != nil) != (want == "!") || err == nil && got != want {
			t.Errorf("%q becomes %q, %v", in, got, err)
		}
	}
}

func TestRules(t *testing.T) {
	r := Rules{Types: []string{"image/*", "application/pdf"}}
	for _, c := range []struct {
		declared, name string
		ok             bool
	}{{"image/png", "x", true}, {"", "x.pdf", true}, {"", "x.exe", false}, {"text/html", "x.png", false}, {"", "x", false}} {
		if err := r.Check(c.declared, c.name); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for kind, ok := range map[string]bool{"image/gif": true, "text/html": false, "application/zip": true} {
		if err := r.CheckKind(kind); (err == nil) != ok {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if err := (Rules{}).Check("text/html", "x.html"); err != nil {
		t.Errorf("without types: %v", err)
	}
}

func TestPass(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	s := NewSigner([]byte("key"))
	p := Pass{Do: Fetch, Org: "AbC", N: 7, Version: 2, Until: now.Add(time.Minute).Unix()}
	if got, err := s.Open(s.Token(p), Fetch, now); err != nil || got != p {
		t.Errorf("%+v, %v", got, err)
	}
	for name, f := range map[string]func() (Pass, error){
		"for another purpose": func() (Pass, error) { return s.Open(s.Token(p), Send, now) },
		"too late":            func() (Pass, error) { return s.Open(s.Token(p), Fetch, now.Add(time.Minute)) },
		"of another key":      func() (Pass, error) { return NewSigner([]byte("other")).Open(s.Token(p), Fetch, now) },
		"longer":              func() (Pass, error) { return s.Open(s.Token(p)+"A", Fetch, now) },
		"unsigned":            func() (Pass, error) { return s.Open("e30.", Fetch, now) },
	} {
		if _, err := f(); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if a, b := FetchUntil(now), FetchUntil(now.Add(time.Second)); a != b || a.Sub(now) < FetchLife {
		t.Errorf("ends %v and %v after %v", a, b, now)
	}
}

// TestTurned turns a picture whose first pixel is marked.
func TestTurned(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	img.Set(0, 0, color.NRGBA{R: 255, A: 255})
	for orientation, want := range map[int]image.Point{1: {0, 0}, 2: {2, 0}, 3: {2, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 2}, 8: {0, 2}} {
		got := turned(img, orientation)
		if got.NRGBAAt(want.X, want.Y).R != 255 {
			t.Errorf("orientation %d: the first pixel is not at %v of %v", orientation, want, got.Bounds())
		}
	}
}

func FuzzPortrait(f *testing.F) {
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		f.Fatal(err)
	}
	f.Add(small.Bytes())
	f.Add([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8 "))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00\x2a"))
	f.Fuzz(func(t *testing.T, content []byte) {
		out, kind, err := Portrait(bytes.NewReader(content))
		if err != nil {
			var e *errs.Error
			if !errors.As(err, &e) || e.Kind != errs.Invalid {
				t.Errorf("error %v", err)
			}
			return
		}
		if Sniff(out) != kind || !Inline(kind) {
			t.Errorf("drawn as %s, told as %s", Sniff(out), kind)
		}
	})
}
