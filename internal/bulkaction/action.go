// Package bulkaction changes all records that a filter finds, as one job: it
// pins their numbers first, so that what is shown is what is changed whatever
// happens meanwhile, then works through them in batches, reports those that it
// could not change, can be stopped, and can be taken back.
//
// The pinned numbers stand in the database in parts. A part is changed in one
// transaction, which also stores how far the action is and what undoes the part:
// so a part is applied once, whichever process works on it and whenever that is
// killed.
package bulkaction

import (
	"encoding/json"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
)

// State is where a bulk action stands.
type State string

// The states. What is queued, running or undoing is taken up again after a
// restart.
const (
	Queued    State = "queued"  // its records are about to be pinned
	Pinned    State = "pinned"  // waits for its start
	Running   State = "running" // changes its records
	Completed State = "completed"
	Cancelled State = "cancelled"
	Failed    State = "failed" // cannot go on; what it changed stays
	Undoing   State = "undoing"
	Undone    State = "undone"
)

// Kind is what an action does.
type Kind string

// The kinds.
const (
	AddTags    Kind = "add_tags"
	RemoveTags Kind = "remove_tags"
	SetOwners  Kind = "set_owners"
	SetAccount Kind = "set_account"
	SetCustom  Kind = "set_custom_fields"
	Delete     Kind = "delete"
	Merge      Kind = "merge"
)

// Kinds are all kinds.
var Kinds = []Kind{AddTags, RemoveTags, SetOwners, SetAccount, SetCustom, Delete, Merge}

// Spec is what the user chose.
type Spec struct {
	Kind     Kind               `json:"kind"`
	Edit     directory.BulkEdit `json:"edit,omitzero"`        // of all kinds but Merge
	Filter   string             `json:"filter,omitempty"`     // which records, as text
	Zone     string             `json:"zone,omitempty"`       // in which the filter counts days
	Hold     bool               `json:"hold,omitempty"`       // wait for the start once the records are pinned
	UndoneBy string             `json:"undone_by,omitempty"`  // tail of the DON of whoever asked for the undo
	Via      string             `json:"via,omitempty"`        // the service account that asked in the member's name
	UndoVia  string             `json:"undone_via,omitempty"` // the same, of the undo
}

// Pair is one merge of a plan.
type Pair struct{ Primary, Secondary int64 }

// Limits.
const (
	MaxPairs = 10_000 // merges in a plan
	// MaxWaiting is how many actions of an org may wait or be at work.
	MaxWaiting = 100
	// startWithin is how long pinned records stay good.
	startWithin = 24 * time.Hour
	// UndoDays is how long an action that has ended can be undone, as deleted
	// records can be restored. After that its records and report are forgotten.
	UndoDays = directory.TrashDays
	// runWithin bounds the work of an action or of its undo, pinWithin that of
	// pinning its records.
	runWithin = 24 * time.Hour
	pinWithin = 30 * time.Minute
)

// maxMatched is how many records an action may be about.
var maxMatched int64 = 5_000_000

// Progress counts what an action has done. When it has completed, Done is
// Matched and the sum of the outcomes.
type Progress struct {
	Matched   int64 `json:"matched"` // exact once the records are pinned
	Done      int64 `json:"done"`
	Changed   int64 `json:"changed"`
	Unchanged int64 `json:"unchanged"` // were so already
	Skipped   int64 `json:"skipped"`   // gone since they were pinned
	Failed    int64 `json:"failed"`    // could not be changed
	Reverted  int64 `json:"reverted"`  // by the undo
	Left      int64 `json:"left"`      // by the undo: somebody has changed them since
	Notes     int64 `json:"notes"`     // entries of the report

	PinnedAt  *time.Time `json:"pinned_at,omitempty"`
	StartedAt *time.Time `json:"started_at,omitempty"` // of the undo, once there is one
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

// Action is one bulk action as it is stored.
type Action struct {
	N          int64
	Type       don.Type // contact, account or workspace
	State      State
	Spec       Spec
	Progress   Progress
	At         int64 // the part that was worked on last, by its UpTo
	Error      string
	Lease      string
	LeaseUntil *time.Time
	CreatedAt  time.Time
	CreatedBy  string
	ModifiedAt time.Time
}

// ID returns the action's id.
func (a *Action) ID() don.ID { return don.Of(don.BulkAction, a.N) }

// Over reports whether nothing more will happen by itself.
func (a *Action) Over() bool {
	switch a.State {
	case Queued, Running, Undoing:
		return false
	default: // it has ended, or waits for its start
	}
	return true
}

// Part is some of the pinned records, which one transaction works on. UpTo is
// the number of the last one and tells where the part stands; of a plan, whose
// order is the user's, it is the place of the last pair, from 1.
type Part struct {
	UpTo  int64
	Ns    []int64
	Pairs []Pair
	Done  []Done // what was changed, in its order
}

// pinned is how the records of a part are stored.
type pinned struct {
	Ns          []int64 `json:"n,omitempty"`
	Primaries   []int64 `json:"p,omitempty"`
	Secondaries []int64 `json:"s,omitempty"`
}

// Pack returns the part's records as they are stored.
func (p *Part) Pack() (string, error) {
	body := pinned{Ns: p.Ns}
	for _, pair := range p.Pairs {
		body.Primaries, body.Secondaries = append(body.Primaries, pair.Primary), append(body.Secondaries, pair.Secondary)
	}
	text, err := json.Marshal(body)
	return string(text), err
}

// Unpack reads what Pack returned.
func (p *Part) Unpack(text []byte) error {
	var body pinned
	if err := json.Unmarshal(text, &body); err != nil {
		return err
	}
	p.Ns = body.Ns
	for i, n := range body.Primaries {
		p.Pairs = append(p.Pairs, Pair{n, body.Secondaries[i]})
	}
	return nil
}

// Done is what an action did to a record. Of a merge, N is the secondary.
type Done struct {
	directory.Edited
	Merge int64 `json:"merge,omitempty"`
}

// Outcome is why a record is in the report.
type Outcome string

// The outcomes.
const (
	NotChanged Outcome = "failed"  // the record refused the change
	Gone       Outcome = "skipped" // the record was deleted or merged since it was pinned
	Instead    Outcome = "merged"  // what the record was merged into was changed in its place
	Kept       Outcome = "left"    // the undo left it as it is
)

// Note is an entry of the report.
type Note struct {
	At      int64 // its place in the report, from 1
	N       int64 // of the record
	Outcome Outcome
	Code    string // as in errors of the API
	Field   string
	Message string
}
