package errs

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKindOf(t *testing.T) {
	cause := errors.New("disk full")
	tests := []struct {
		err  error
		want Kind
	}{
		{nil, ""},
		{cause, Internal},
		{Missing("id"), Invalid},
		{fmt.Errorf("while reading: %w", Gone("REVU-1")), NotFound},
		{Clash("email", "is taken").Because(cause), Conflict},
	}
	for _, tt := range tests {
		if got := KindOf(tt.err); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.err, got, tt.want)
		}
	}
	if err := Denied("no").Because(cause); !errors.Is(err, cause) || strings.Contains(err.Error(), "disk") {
		t.Errorf("the cause is lost, or shown: %v", err)
	}
}

func TestValuesOfClientsAreClipped(t *testing.T) {
	long := strings.Repeat("ä", 1<<16)
	for _, e := range []*Error{BadID("id", long), BadEnum("mode", long, []string{"after", "before"})} {
		shown, _ := e.Details["value"].(string)
		if len(e.Error()) > 1000 || len(shown) > 300 || !utf8.ValidString(shown) {
			t.Errorf("%s: %d bytes, the value %d", e.Code, len(e.Error()), len(shown))
		}
	}
	e := BadEnum("mode", "sideways", []string{"after", "before"})
	if want := `mode: "sideways" is not one of after, before`; e.Error() != want {
		t.Errorf("got %s, want %s", e, want)
	}
}

func TestWithLeavesTheOriginal(t *testing.T) {
	a := Gone("REVU-1")
	b := a.With("x", 1)
	if len(a.Details) != 0 || b.Details["x"] != 1 {
		t.Errorf("got %v and %v", a.Details, b.Details)
	}
}
