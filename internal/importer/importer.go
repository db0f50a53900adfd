// Package importer brings customer lists into Kith from CSV: it reads, maps,
// validates, plans, applies and reports, resumes where it was stopped, and can
// be undone.
//
// An import runs in three passes so that its speed does not fall with size.
// The first reads the file into normalised rows and sorts their identity keys
// on disk. The second reserves the keys in the identity index, in key order, in
// short transactions; a reservation is an index entry whose record does not
// exist yet, and any other writer may take it. The third adds the records in
// the order of the file; a record and its row's place in the file are committed
// together, so a row is applied exactly once.
package importer

import (
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/tag"
)

// State is where an import stands.
type State string

// The states. Queued and running imports are picked up again after a restart.
const (
	Queued    State = "queued"
	Running   State = "running"
	Completed State = "completed"
	Failed    State = "failed" // the file as a whole cannot be imported; nothing was applied after Error
	// Cancelling imports release what they reserved; what they applied stays.
	Cancelling State = "cancelling"
	Cancelled  State = "cancelled"
	Undoing    State = "undoing"
	Undone     State = "undone"
)

// Options are what the user chose.
type Options struct {
	Update         bool              `json:"update,omitempty"`
	DryRun         bool              `json:"dry_run,omitempty"`
	Tags           []string          `json:"tags,omitempty"`     // added to every record
	Map            map[string]string `json:"map,omitempty"`      // field → column
	Preset         string            `json:"preset,omitempty"`   // names a product's export
	RefFrom        string            `json:"ref_from,omitempty"` // email, phone or a column
	DefaultCountry string            `json:"default_country,omitempty"`
}

// Phase is what a running import is doing.
type Phase string

// The phases.
const (
	Reading   Phase = "reading"
	Matching  Phase = "matching"
	Writing   Phase = "writing"
	Reverting Phase = "undoing"
)

// Progress counts what an import has done. When it is over, Rows is the sum of
// the outcomes.
type Progress struct {
	Phase    Phase   `json:"phase,omitempty"`
	Fraction float64 `json:"fraction"` // 0 to 1 of the whole work
	// Waiting says what a running import waits for, such as space on the disk.
	Waiting   string `json:"waiting,omitempty"`
	Rows      int64  `json:"rows"`
	Created   int64  `json:"created"`
	Updated   int64  `json:"updated"`
	Unchanged int64  `json:"unchanged"`
	Repeated  int64  `json:"repeated"` // later rows of a reference that the file has twice
	Skipped   int64  `json:"skipped"`  // rows that still are the sample row
	Failed    int64  `json:"failed"`
	// ByCode counts the failed rows by the codes of their problems; a row with
	// several counts for each.
	ByCode map[string]int64 `json:"failed_by_code,omitempty"`
	// Undo.
	Removed  int64 `json:"removed,omitempty"`
	Restored int64 `json:"restored,omitempty"`
	Left     int64 `json:"left,omitempty"` // touched since, so left as they are
	// Kept are the first MaxKept of those that an undo left.
	Kept []Kept `json:"left_records,omitempty"`
	// What the file turned out to be.
	Encoding  string   `json:"encoding,omitempty"`
	Delimiter string   `json:"delimiter,omitempty"`
	Gzip      bool     `json:"gzip,omitempty"`
	Header    []string `json:"header,omitempty"`
	Ignored   []string `json:"ignored_columns,omitempty"`
	Seconds   float64  `json:"seconds,omitempty"`
	// Plan is what a dry run would change, at most MaxDifferences records.
	Plan []Difference `json:"plan,omitempty"`
}

// Import is one import as it is stored.
type Import struct {
	N          int64
	Type       don.Type // contact or account
	State      State
	FileName   string
	Node       string // the data folder that has the file
	Options    Options
	Progress   Progress
	From, To   int64 // record numbers reserved for the rows, 0 before
	DoneRow    int64 // rows up to this one are applied
	Error      string
	Lease      string
	LeaseUntil *time.Time
	CreatedAt  time.Time
	CreatedBy  string
	ModifiedAt time.Time
}

// ID returns the import's id.
func (i *Import) ID() don.ID { return don.Of(don.Import, i.N) }

// Over reports whether nothing more will happen by itself.
func (i *Import) Over() bool {
	switch i.State {
	case Queued, Running, Cancelling, Undoing:
		return false
	case Completed, Failed, Cancelled, Undone:
	}
	return true
}

// Code is the stable code of a row's problem.
type Code string

// The codes of problems.
const (
	MissingRequired Code = "missing_required"
	InvalidEmail    Code = "invalid_email"
	InvalidPhone    Code = "invalid_phone"
	InvalidDomain   Code = "invalid_domain"
	InvalidValue    Code = "invalid_value"
	TooLong         Code = "too_long"
	RaggedRow       Code = "ragged_row"
	UnknownAccount  Code = "unknown_account"
	UnknownSpace    Code = "unknown_workspace"
	UnknownTag      Code = "unknown_tag"
	UnknownOwner    Code = "unknown_owner"
	DuplicateInFile Code = "duplicate_in_file"
	EmailTaken      Code = "email_taken"
	RefTaken        Code = "external_ref_taken"
	DomainTaken     Code = "domain_taken"
)

// Problem is one thing wrong with a row. Message says what to do.
type Problem struct {
	Column  string `json:"column,omitempty"`
	Value   string `json:"value,omitempty"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// Failure is a row that was not taken, with all of its problems.
type Failure struct {
	Row      int64     `json:"row"`  // data row, from 1
	Line     int       `json:"line"` // physical line of the file
	Cells    []string  `json:"cells"`
	Problems []Problem `json:"problems"`
}

// draft is a valid row, normalised.
type draft struct {
	ref      string
	name     string
	nameKey  string // folded
	fullName string
	about    string
	email    string // as given
	emailKey string // normalised
	phones   []string
	places   []place
	// What the contact has beside those.
	moreRefs   []string
	moreEmails []string // as given
	moreKeys   []string // of those, normalised
	more       []place
	tags       []tag.Use
	owners     []int64
	account    *accountDraft
	customDraft
}

type place struct {
	t don.Type
	n int64
}

// accountDraft is the part of a draft that only accounts have.
type accountDraft struct {
	Refs     []string
	Domains  []string
	Websites []string
	Tier     string
}

func fileInfo(p *Progress, i sheet.Info) {
	p.Encoding, p.Gzip = string(i.Encoding), i.Gzip
	p.Delimiter = string(rune(i.Delimiter))
}
