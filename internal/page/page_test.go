package page

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
)

var (
	codec = NewCodec([]byte("a secret of some length"))
	list  = ListOf("rev-users.list", "org", map[string]any{"email": "a@x.io"})
	edge  = Cursor{
		Keys:  []any{"Äcme", int64(-7), nil, time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC), true, false, 1.5},
		Bound: int64(99), Back: true,
	}
)

func TestRequestNormal(t *testing.T) {
	tests := []struct {
		name  string
		in    Request
		max   int
		want  Request
		field string
	}{
		{"defaults", Request{}, Max, Request{Limit: 50, Mode: After}, ""},
		{"kept", Request{Cursor: "c", Limit: 7, Mode: Before}, Max, Request{Cursor: "c", Limit: 7, Mode: Before}, ""},
		{"capped", Request{Limit: 101}, Max, Request{Limit: 100, Mode: After}, ""},
		{"capped for scans", Request{Limit: 9999}, MaxBulk, Request{Limit: 500, Mode: After}, ""},
		{"small most", Request{}, 10, Request{Limit: 10, Mode: After}, ""},
		{"negative", Request{Limit: -1}, Max, Request{}, "limit"},
		{"unknown mode", Request{Mode: "sideways"}, Max, Request{}, "mode"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.in.Normal(tt.max)
			if tt.field != "" {
				if e := errs.As(err); e == nil || e.Field != tt.field || e.Kind != errs.Invalid {
					t.Fatalf("got error %v, want one on %s", err, tt.field)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCursorRoundTrip(t *testing.T) {
	for name, cur := range map[string]Cursor{"full": edge, "empty": {}, "null bound": {Keys: []any{nil}}} {
		got, err := codec.Decode(list, codec.Encode(list, cur))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(cur, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestCursorOfAnotherList(t *testing.T) {
	text := codec.Encode(list, edge)
	for name, other := range map[string]List{
		"operation": ListOf("rev-users.scan", "org", map[string]any{"email": "a@x.io"}),
		"filter":    ListOf("rev-users.list", "org", map[string]any{"email": "b@x.io"}),
		"org":       ListOf("rev-users.list", "other", map[string]any{"email": "a@x.io"}),
		"parts":     ListOf("rev-users.list", "org", map[string]any{"email": "a@x.io"}, nil),
	} {
		_, err := codec.Decode(other, text)
		wantRefused(t, name, err)
		if !strings.Contains(err.Error(), "different list") {
			t.Errorf("%s: got %q", name, err)
		}
	}
}

func TestCursorTampered(t *testing.T) {
	text := codec.Encode(list, edge)
	raw, _ := base64.RawURLEncoding.DecodeString(text)
	for i := range raw {
		for bit := range 8 {
			changed := append([]byte(nil), raw...)
			changed[i] ^= 1 << bit
			_, err := codec.Decode(list, base64.RawURLEncoding.EncodeToString(changed))
			wantRefused(t, "bit flipped", err)
		}
	}
	for i := range text {
		changed := []byte(text)
		if changed[i]++; string(changed) != text {
			_, err := codec.Decode(list, string(changed))
			wantRefused(t, "character changed", err)
		}
		_, err := codec.Decode(list, text[:i])
		wantRefused(t, "cut off", err)
	}
	other := NewCodec([]byte("another secret, as long"))
	for name, in := range map[string]string{
		"other key": other.Encode(list, edge), "longer": text + "AAAA", "line break": text[:9] + "\n" + text[9:],
		"padded": text + "=", "huge": strings.Repeat("A", 10_000), "empty": "", "not base64": "!!",
	} {
		_, err := codec.Decode(list, in)
		wantRefused(t, name, err)
	}
}

func TestCursorOfAnotherVersion(t *testing.T) {
	raw, _ := base64.RawURLEncoding.DecodeString(codec.Encode(list, edge))
	body := raw[:len(raw)-macSize]
	body[0] = version + 1
	_, err := codec.Decode(list, base64.RawURLEncoding.EncodeToString(append(body, codec.mac(body)...)))
	wantRefused(t, "version", err)
}

func wantRefused(t *testing.T, name string, err error) {
	t.Helper()
	e := errs.As(err)
	if e == nil || e.Kind != errs.Invalid || e.Code != "bad_request" || e.Field != "cursor" {
		t.Fatalf("%s: got %v, want bad_request on cursor", name, err)
	}
}

func TestPanics(t *testing.T) {
	for name, f := range map[string]func(){
		"short secret": func() { NewCodec([]byte("short")) },
		"odd key":      func() { codec.Encode(list, Cursor{Keys: []any{7}}) },
		"many keys":    func() { codec.Encode(list, Cursor{Keys: make([]any, maxKeys+1)}) },
		"odd part":     func() { ListOf("x", make(chan int)) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func TestCursorProperty(t *testing.T) {
	value := rapid.OneOf(
		rapid.Just[any](nil), rapid.Map(rapid.StringN(0, 40, -1), toAny), rapid.Map(rapid.Int64(), toAny), rapid.Map(rapid.Bool(), toAny),
		rapid.Map(rapid.Int64Range(-1<<40, 1<<40), func(n int64) any { return time.Unix(n, n&0xffff).UTC() }),
	)
	rapid.Check(t, func(t *rapid.T) {
		cur := Cursor{Keys: rapid.SliceOfN(value, 1, maxKeys).Draw(t, "keys"), Bound: value.Draw(t, "bound"), Back: rapid.Bool().Draw(t, "back")}
		text := codec.Encode(list, cur)
		got, err := codec.Decode(list, text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cur, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func toAny[T any](v T) any { return v }

func FuzzDecode(f *testing.F) {
	f.Add(codec.Encode(list, edge))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		cur, err := codec.Decode(list, text)
		if err != nil {
			wantRefused(t, text, err)
			return
		}
		if again := codec.Encode(list, cur); again != text {
			t.Errorf("%q decodes, but to what encodes as %q", text, again)
		}
	})
}

func FuzzTakeValue(f *testing.F) {
	f.Add(appendValue(appendValue(nil, "text"), time.Unix(5, 5)))
	f.Add([]byte{tagText, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, rest, ok := takeValue(data)
		if ok && len(rest) >= len(data) {
			t.Errorf("took nothing of %x", data)
		}
	})
}
