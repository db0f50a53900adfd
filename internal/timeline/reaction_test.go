package timeline

import (
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/errs"
)

func TestEmoji(t *testing.T) {
	for text, want := range map[string]string{
		"1f44d": "1f44d", "1F44D": "1f44d", "👍": "1f44d", " :+1: ": "1f44d", "thumbsup": "1f44d", "joy": "1f602", "2764-fe0f": "2764", "❤️": "2764", "❤": "2764",
		"👍🏽": "1f44d-1f3fd", "👩‍💻": "1f469-200d-1f4bb", "👨‍👩‍👧": "1f468-200d-1f469-200d-1f467", "🇩🇪": "1f1e9-1f1ea", "1️⃣": "31-20e3", "🏴󠁧󠁢󠁥󠁮󠁧󠁿": "1f3f4-e0067-e0062-e0065-e006e-e0067-e007f", "100": "1f4af",
		"🏽": "1f3fd", "✅": "2705", "♾": "267e",
	} {
		got, err := Emoji("emoji", text)
		if got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
		if again, err := Emoji("emoji", got); again != got || err != nil {
			t.Errorf("%q read again: %q, %v", got, again, err)
		}
	}
	for _, text := range []string{
		"", " ", "a", "1", "ab", "hello", "not_known", "👍👍", "👍a", "41", "1f44d-", "1f44d-200d", "200d", "fe0f", "1f1e9", "ffffff", "110000", "d800", "<b>", "\x00", "31",
		strings.Repeat("1f44d-200d-", 20) + "1f44d", strings.Repeat("👍", 1000),
	} {
		if got, err := Emoji("emoji", text); err == nil || errs.As(err).Field != "emoji" {
			t.Errorf("%q: %q, %v, want an error", text, got, err)
		}
	}
}

func FuzzEmoji(f *testing.F) {
	for _, text := range []string{"+1", "1f44d", "👩‍💻", "31-20e3", "🇩🇪", "x-y"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Emoji("emoji", text)
		if err != nil {
			return
		}
		if again, err := Emoji("emoji", got); again != got || err != nil || len(got) > 100 {
			t.Errorf("%q is %q, which is %q, %v", text, got, again, err)
		}
	})
}
