package ticket

import (
	"testing"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// TestStages checks that the numbers by which clients know stages are each one
// stage's, and that names are looked for within the type alone.
func TestStages(t *testing.T) {
	seen := map[int64]string{}
	for of, list := range stages {
		for i, s := range list {
			if other, taken := seen[s.N]; taken {
				t.Errorf("%s has the number %d of %s", s.Name, s.N, other)
			}
			seen[s.N] = s.Name
			if s.Ordinal != i+1 || s.State != Open && s.State != InProgress && s.State != Closed {
				t.Errorf("%s is number %d with the state %q", s.Name, s.Ordinal, s.State)
			}
			if got, ok := StageNumbered(of, s.N); !ok || got != s {
				t.Errorf("number %d of %s is %+v", s.N, of, got)
			}
			if got, err := StageNamed(of, s.Name); err != nil || got != s {
				t.Errorf("%s of %s is %+v, %v", s.Name, of, got, err)
			}
		}
		if first, err := StageNamed(of, FirstStage(of)); err != nil || first.State != Open {
			t.Errorf("new ones of %s are in %+v, %v", of, first, err)
		}
	}
	if _, ok := StageNumbered(don.Ticket, stages[don.Opportunity][0].N); ok {
		t.Error("a ticket can be in a stage of opportunities")
	}
	if _, err := StageNamed(don.Ticket, "closed_won"); !errs.Is(err, errs.Invalid) {
		t.Errorf("a ticket that is closed_won: %v", err)
	}
}

// TestKeys checks that one number tells tickets and opportunities apart.
func TestKeys(t *testing.T) {
	seen := map[int64]don.ID{}
	for n := range int64(5) {
		for _, of := range Types {
			id := don.Of(of, n+1)
			key := Key(id)
			if other, taken := seen[key]; taken {
				t.Errorf("%s has the key of %s", id.Display(), other.Display())
			}
			seen[key] = id
		}
	}
}

func TestForecasts(t *testing.T) {
	for _, name := range Forecasts {
		if got := ForecastOf(ForecastID(name)); got != name {
			t.Errorf("%s comes back as %q", name, got)
		}
	}
	if ForecastID("sure") != 0 || ForecastOf(0) != "" || ForecastOf(99) != "" {
		t.Error("there are forecasts that are none")
	}
}
