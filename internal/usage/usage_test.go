package usage

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestCheck(t *testing.T) {
	good := Event{Name: "report exported", At: noon, Payload: []byte(`{}`)}
	for _, tt := range []struct {
		name      string
		change    func(*Event)
		byContact bool
		field     string
	}{
		{"good", func(*Event) {}, false, ""},
		{"no name", func(e *Event) { e.Name = "" }, false, "e.name"},
		{"long name", func(e *Event) { e.Name = strings.Repeat("ä", MaxName+1) }, false, "e.name"},
		{"full name", func(e *Event) { e.Name = strings.Repeat("ä", MaxName) }, false, ""},
		{"line in a name", func(e *Event) { e.Name = "a\nb" }, false, "e.name"},
		{"long id", func(e *Event) { e.Ref = strings.Repeat("x", MaxRef+1) }, false, "e.event_id"},
		{"large payload", func(e *Event) { e.Payload = make([]byte, MaxPayload+1) }, false, "e.payload"},
		{"large context", func(e *Event) { e.Context = make([]byte, MaxContext+1) }, false, "e.client_context"},
		{"ahead", func(e *Event) { e.At = noon.Add(Ahead + 1) }, false, "e.event_time"},
		{"just ahead", func(e *Event) { e.At = noon.Add(Ahead) }, false, ""},
		{"old", func(e *Event) { e.At = noon.AddDate(0, 0, -KeptDays).Add(-1) }, false, "e.event_time"},
		{"not too old", func(e *Event) { e.At = noon.AddDate(0, 0, -KeptDays) }, false, ""},
		{"old, from a contact", func(e *Event) { e.At = noon.AddDate(0, 0, -ContactDays-1) }, true, "e.event_time"},
	} {
		e := good
		tt.change(&e)
		field := ""
		if err := e.Check("e", noon, tt.byContact); err != nil {
			field = errs.As(err).Field
		}
		if field != tt.field {
			t.Errorf("%s: the error is about %q, want %q", tt.name, field, tt.field)
		}
	}
}

func TestSum(t *testing.T) {
	today := DayOf(noon)
	one, two := don.Of(don.Contact, 1), don.Of(don.Contact, 2)
	got := Sum([]Tally{
		{Of: one, N: 9, First: noon.AddDate(0, 0, -80), Last: noon}, {Of: two, N: 2, First: noon.AddDate(0, 0, -90), Last: noon.Add(-time.Hour)},
		{Of: one, Day: today, Name: "a", N: 2, Last: noon}, {Of: two, Day: today - 29, Name: "a", N: 1, Last: noon.AddDate(0, 0, -29)},
		{Of: one, Day: today - 30, Name: "old", N: 5, Last: noon.AddDate(0, 0, -30)}, {Of: one, Day: today - 1, Name: "b", N: 3, Last: noon.AddDate(0, 0, -1)},
		{Of: one, Day: today + 1, Name: "c", N: 1, Last: noon.Add(time.Minute)},
	}, noon)
	want := Summary{N: 11, First: noon.AddDate(0, 0, -90), Last: noon, Days: make([]int64, ShownDays), Names: []Named{
		{"a", 3, noon}, {"b", 3, noon.AddDate(0, 0, -1)}, {"c", 1, noon.Add(time.Minute)},
	}}
	want.Days[0], want.Days[28], want.Days[29] = 1, 3, 3
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestTallies counts an event for each record that it is about.
func TestTallies(t *testing.T) {
	got := Tallies([]*Event{
		{ContactN: 1, AccountN: 2, WorkspaceN: 3, Name: "a", At: noon}, {ContactN: 1, Name: "a", At: noon.Add(-time.Hour)}, {ContactN: 1, Name: "b", At: noon.AddDate(0, 0, -1)},
	})
	day, c := DayOf(noon), don.Of(don.Contact, 1)
	var own []Tally
	others := 0
	for _, tally := range got {
		if tally.Of == c {
			own = append(own, tally)
		} else {
			others++
		}
	}
	want := []Tally{
		{Of: c, N: 3, First: noon.AddDate(0, 0, -1), Last: noon}, {Of: c, Day: day - 1, Name: "b", N: 1, First: noon.AddDate(0, 0, -1), Last: noon.AddDate(0, 0, -1)},
		{Of: c, Day: day, Name: "a", N: 2, First: noon.Add(-time.Hour), Last: noon},
	}
	if d := cmp.Diff(want, own); d != "" || others != 4 {
		t.Errorf("%d of others; %s", others, d)
	}
}
