package timeline

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// Reaction is how many reacted to a comment with an emoji.
type Reaction struct {
	Emoji string // its code points in hex, such as 1f44d
	N     int
	Mine  bool // whether who asks is among them
}

// Reactor is one who reacted.
type Reactor struct {
	By string // tail of an id
	At time.Time
}

// Limits of reactions.
const (
	MaxEmoji    = 20   // different ones on a comment
	MaxReactors = 1000 // with one emoji on a comment
	maxPoints   = 12   // code points of an emoji
)

// Emoji returns the one form in which an emoji is kept, its code points in small
// hex with dashes between them, of a code point (1f44d), a short name (+1) or
// the emoji itself. Variants that only say how it is drawn are one.
func Emoji(field, text string) (string, error) {
	bad := func() (string, error) {
		return "", errs.NotPermitted(field, "%q is no emoji; give the emoji itself, its code point such as 1f44d, or a short name such as +1, heart or tada", clip(text))
	}
	name := strings.ToLower(strings.Trim(strings.TrimSpace(text), ":"))
	if code, known := shortNames[name]; known {
		return code, nil
	}
	points, ok := pointsOf(name)
	if !ok {
		points = []rune(strings.TrimSpace(text))
	}
	points = slices.DeleteFunc(points, func(r rune) bool { return r == variant })
	if len(points) == 0 || len(points) > maxPoints || !isEmoji(points) {
		return bad()
	}
	out := make([]string, len(points))
	for i, r := range points {
		out[i] = strconv.FormatInt(int64(r), 16)
	}
	return strings.Join(out, "-"), nil
}

func clip(text string) string {
	if r := []rune(text); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return text
}

// pointsOf reads 1f468-200d-1f4bb.
func pointsOf(text string) ([]rune, bool) {
	var out []rune
	for part := range strings.SplitSeq(text, "-") {
		n, err := strconv.ParseUint(part, 16, 21)
		if err != nil || len(part) < 2 || len(out) > maxPoints {
			return nil, false
		}
		out = append(out, rune(n))
	}
	return out, true
}

const (
	variant = 0xfe0f // show as a picture
	joiner  = 0x200d
	keycap  = 0x20e3
)

// pictures are the ranges in which emojis lie, in rising order.
var pictures = [][2]rune{
	{0xa9, 0xa9}, {0xae, 0xae}, {0x203c, 0x203c}, {0x2049, 0x2049}, {0x2122, 0x2122}, {0x2139, 0x2139}, {0x2194, 0x21aa}, {0x231a, 0x23ff}, {0x24c2, 0x24c2},
	{0x25aa, 0x25fe}, {0x2600, 0x27bf}, {0x2934, 0x2935}, {0x2b05, 0x2b55}, {0x3030, 0x3030}, {0x303d, 0x303d}, {0x3297, 0x3299}, {0x1f004, 0x1f004},
	{0x1f0cf, 0x1f0cf}, {0x1f170, 0x1f251}, {0x1f300, 0x1faff},
}

func isPicture(r rune) bool {
	return slices.ContainsFunc(pictures, func(p [2]rune) bool { return p[0] <= r && r <= p[1] })
}

func isTone(r rune) bool { return 0x1f3fb <= r && r <= 0x1f3ff }
func isFlag(r rune) bool { return 0x1f1e6 <= r && r <= 0x1f1ff }
func isTag(r rune) bool  { return 0xe0020 <= r && r <= 0xe007f }

// isEmoji reports whether code points are one emoji: a picture with what changes
// it, several of them joined, a flag, or a key.
func isEmoji(points []rune) bool {
	first := points[0]
	switch {
	case strings.ContainsRune("0123456789#*", first):
		return len(points) == 2 && points[1] == keycap
	case isFlag(first):
		return len(points) == 2 && isFlag(points[1])
	case !isPicture(first) || isTone(first) && len(points) > 1:
		return false
	}
	joined := false
	for _, r := range points[1:] {
		switch {
		case r == joiner && !joined:
			joined = true
			continue
		case isPicture(r) && joined, !joined && (isTone(r) || isTag(r)):
		default:
			return false
		}
		joined = false
	}
	return !joined
}

// shortNames are what emojis that teams use are called elsewhere.
var shortNames = map[string]string{
	"+1": "1f44d", "thumbsup": "1f44d", "-1": "1f44e", "thumbsdown": "1f44e", "heart": "2764", "joy": "1f602", "smile": "1f604", "smiley": "1f603", "grin": "1f601",
	"laughing": "1f606", "slightly_smiling_face": "1f642", "wink": "1f609", "blush": "1f60a", "heart_eyes": "1f60d", "thinking": "1f914", "thinking_face": "1f914",
	"open_mouth": "1f62e", "cry": "1f622", "sob": "1f62d", "sweat_smile": "1f605", "confused": "1f615", "angry": "1f620", "rage": "1f621", "scream": "1f631",
	"tada": "1f389", "clap": "1f44f", "pray": "1f64f", "raised_hands": "1f64c", "wave": "1f44b", "ok_hand": "1f44c", "muscle": "1f4aa", "eyes": "1f440", "fire": "1f525",
	"rocket": "1f680", "100": "1f4af", "star": "2b50", "sparkles": "2728", "bulb": "1f4a1", "warning": "26a0", "white_check_mark": "2705", "heavy_check_mark": "2714",
	"x": "274c", "question": "2753", "exclamation": "2757", "hourglass": "231b", "bug": "1f41b", "zap": "26a1", "boom": "1f4a5", "gift": "1f381", "coffee": "2615",
	"trophy": "1f3c6", "bell": "1f514", "lock": "1f512", "key": "1f511", "mag": "1f50d", "phone": "260e", "email": "2709", "calendar": "1f4c5", "pushpin": "1f4cc",
}
