package conversation

import (
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

func TestStages(t *testing.T) {
	for i, name := range StageNames() {
		s, ok := StageNamed(name)
		again, known := StageNumbered(s.Number())
		if !ok || !known || again != s || s.Ordinal != i+1 {
			t.Errorf("%s is %+v by name and %+v by number", name, s, again)
		}
	}
	if _, ok := StageNumbered(1); ok {
		t.Error("a stage of another record is one of conversations")
	}
}

func TestEnter(t *testing.T) {
	first, then := time.Unix(1, 0), time.Unix(2, 0)
	c := &Conversation{CreatedAt: first}
	resolved, _ := StageNamed("resolved")
	archived, _ := StageNamed("archived")
	c.Enter(resolved, first)
	c.Enter(archived, then)
	if c.Stage != "archived" || c.ClosedAt == nil || !c.ClosedAt.Equal(first) {
		t.Errorf("closed at %v, want the first time", c.ClosedAt)
	}
	if c.Enter(Stages[0], then); c.ClosedAt != nil {
		t.Errorf("open, and closed at %v", c.ClosedAt)
	}
	if !c.ActiveAt().Equal(first) {
		t.Errorf("active at %v", c.ActiveAt())
	}
}

func TestFilterCheck(t *testing.T) {
	f := Filter{Members: make([]string, MaxFilterValues)}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	f.Members = append(f.Members, "revu/1")
	if err := f.Check(); !errs.Is(err, errs.Invalid) || !strings.Contains(errs.As(err).Field, "members") {
		t.Errorf("got %v", err)
	}
}
