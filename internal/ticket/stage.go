package ticket

import (
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// The states that stages belong to.
const (
	Open       = "open"
	InProgress = "in_progress"
	Closed     = "closed"
)

// States are all states, in their order.
var States = []string{Open, InProgress, Closed}

// OpenStates are those in which something is to be done.
var OpenStates = []string{Open, InProgress}

// Stages of tickets that messages lead to and from.
const (
	inWork         = "work_in_progress"
	awaitsCustomer = "awaiting_customer_response"
)

// Stage is how far a work is.
type Stage struct {
	N       int64 // its number among the stages of all types
	Ordinal int   // its place among those of its type
	Name    string
	State   string
}

// Stages of each type, in their order; new works are in the first.
var stages = map[don.Type][]Stage{
	don.Ticket: numbered(1, []Stage{
		{Name: "queued", State: Open}, {Name: inWork, State: InProgress},
		{Name: awaitsCustomer, State: InProgress}, {Name: "awaiting_product_assist", State: InProgress},
		{Name: "awaiting_development", State: InProgress}, {Name: "in_development", State: InProgress},
		{Name: "resolved", State: Closed}, {Name: "canceled", State: Closed}, {Name: "accepted", State: Closed},
	}),
	don.Opportunity: numbered(21, []Stage{
		{Name: "qualification", State: Open}, {Name: "validation", State: InProgress}, {Name: "negotiation", State: InProgress},
		{Name: "contract", State: InProgress}, {Name: "closed_won", State: Closed}, {Name: "closed_lost", State: Closed},
	}),
}

func numbered(from int64, list []Stage) []Stage {
	for i := range list {
		list[i].N, list[i].Ordinal = from+int64(i), i+1
	}
	return list
}

// FirstStage is the stage of new works of a type.
func FirstStage(t don.Type) string { return stages[t][0].Name }

// StageNames are the names of a type's stages, in their order.
func StageNames(t don.Type) []string {
	out := make([]string, len(stages[t]))
	for i, s := range stages[t] {
		out[i] = s.Name
	}
	return out
}

// StageNamed returns a stage of a type by its name. Errors: invalid.
func StageNamed(t don.Type, name string) (Stage, error) {
	for _, s := range stages[t] {
		if s.Name == strings.ToLower(name) {
			return s, nil
		}
	}
	return Stage{}, errs.BadEnum("stage.name", name, StageNames(t))
}

// StageNumbered returns a stage of a type by its number among all; ok is false
// when the type has none with it.
func StageNumbered(t don.Type, n int64) (s Stage, ok bool) {
	at := slices.IndexFunc(stages[t], func(s Stage) bool { return s.N == n })
	if at < 0 {
		return Stage{}, false
	}
	return stages[t][at], true
}

// AfterAnswer returns the stage that a ticket is in once a customer has said something:
// what waits for the customer or is closed is in work again.
func AfterAnswer(stage string) string {
	s, err := StageNamed(don.Ticket, stage)
	if err == nil && (s.State == Closed || s.Name == awaitsCustomer) {
		return inWork
	}
	return stage
}

// CurrentStage returns the stage that a work is in.
func (w *Work) CurrentStage() Stage {
	s, _ := StageNamed(w.Type, w.Stage)
	return s
}

// What some fields may be.
var (
	Severities = []string{"blocker", "high", "medium", "low"}
	Channels   = []string{"email", "plug", "slack", "twilio", "twilio_sms"}
	Priorities = []string{"p0", "p1", "p2", "p3"}
	// Forecasts are the forecast categories; their ids count from 1.
	Forecasts = []string{"omitted", "pipeline", "upside", "strong_upside", "commit", "won"}
)

// ForecastID returns the id of a forecast category, 0 when there is no such one.
func ForecastID(name string) int64 { return int64(slices.Index(Forecasts, name) + 1) }

// ForecastOf returns the forecast category with an id, "" when there is none.
func ForecastOf(id int64) string {
	if id < 1 || id > int64(len(Forecasts)) {
		return ""
	}
	return Forecasts[id-1]
}
