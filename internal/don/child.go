package don

import (
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Child names what belongs to one record and has no id of its own beside it: an
// entry of its timeline, or what a member is told.
type Child struct {
	Of   ID
	Kind ChildKind
	N    int64 // rises with time
}

// ChildKind is the kind of a child, spelled as in the DON.
type ChildKind string

// The kinds of children.
const (
	Comment       ChildKind = "comment"
	TimelineEvent ChildKind = "timeline_event"
	Notification  ChildKind = "notification" // of a member
)

var childKinds = []ChildKind{Comment, TimelineEvent, Notification}

// FormatChild returns the DON of a child: that of its record with
// :comment/<local id> behind it.
func (s Space) FormatChild(c Child) string {
	return s.Format(c.Of) + ":" + string(c.Kind) + "/" + encode62(c.N)
}

// ParseChild reads what FormatChild wrote. Errors are those of Parse.
func (s Space) ParseChild(field, text string, allowed ...ChildKind) (Child, error) {
	text = unquote(text)
	above, last, _ := cutLast(text, ":")
	kind, local, _ := strings.Cut(last, "/")
	n, ok := decode62(local)
	id, foreign, known := s.read(above)
	c := Child{Of: id, Kind: ChildKind(kind), N: n}
	if !ok || !known || len(text) > maxText || !strings.HasPrefix(text, "don:") || !slices.Contains(childKinds, c.Kind) {
		return Child{}, errs.BadID(field, text)
	}
	for _, k := range allowed {
		if k != c.Kind {
			continue
		}
		if foreign {
			return Child{}, errs.Gone(text)
		}
		return c, nil
	}
	e := errs.New(errs.Invalid, "unexpected_id_type", "%q is the id of a %s", text, kind)
	e.Field = field
	return Child{}, e.With("value", text)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return "", s, false
}

// encode62 writes a number above 0 in base 62.
func encode62(n int64) string {
	var buf [11]byte // 62^11 is more than there are
	at := len(buf)
	for ; n > 0; n /= 62 {
		at--
		buf[at] = base62[n%62]
	}
	return string(buf[at:])
}

// decode62 reads what encode62 wrote.
func decode62(s string) (int64, bool) {
	if s == "" || len(s) > 11 || s[0] == '0' {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		digit := strings.IndexByte(base62, s[i])
		if digit < 0 || n > (1<<63-1-int64(digit))/62 {
			return 0, false
		}
		n = n*62 + int64(digit)
	}
	return n, true
}
