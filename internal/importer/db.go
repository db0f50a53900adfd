package importer

import (
	"bytes"
	"context"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// DB runs transactions. Bulk lets small writes go first.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Bulk(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	DueImports(ctx context.Context) (map[int64][]int64, error)
	Org(ctx context.Context, id int64) (org.Org, error)
	Analyze(ctx context.Context) error
	// Lanes is how many Bulk transactions it pays to run at once.
	Lanes() int
}

// Tx is what the importer needs of a transaction.
type Tx interface {
	identity.Tx

	Import(ctx context.Context, n int64, lock bool) (*Import, error)
	Imports(ctx context.Context, before int64, limit int) ([]*Import, error)
	InsertImport(ctx context.Context, m *Import) error
	SaveImport(ctx context.Context, m *Import) error
	Lease(ctx context.Context, n int64, token string, until time.Time) (bool, error)
	SetDue(ctx context.Context, n int64, due bool) error

	AddFailures(ctx context.Context, importN int64, fs []Failure) error
	Failures(ctx context.Context, importN, after int64, limit int) ([]Failure, error)

	KeysBetween(ctx context.Context, first, last string, limit int) ([]identity.Entry, error)
	Reserve(ctx context.Context, keys []Key, t don.Type, fresh bool) error
	ReserveAttrs(ctx context.Context, keys []Key, fresh bool) error
	Unreserve(ctx context.Context, keys []Key, t don.Type) error
	UnreserveAttrs(ctx context.Context, keys []Key) error
	Lost(ctx context.Context, t don.Type, first, last int64) (map[int64]string, error)
	ForgetLost(ctx context.Context, t don.Type, first, last int64) error

	ImportContacts(ctx context.Context, importN int64, cs []NewContact) error
	WithdrawContacts(ctx context.Context, ns []int64) error
	Created(ctx context.Context, importN, first, last int64, limit int) ([]Created, error)
	EraseCreated(ctx context.Context, importN int64, ns []int64) error
	EraseContacts(ctx context.Context, cs []*contact.Contact) error
	SweepKeys(ctx context.Context, first, last int64, from Place, limit int) (*Place, error)
	SweepAttrs(ctx context.Context, first, last int64, from Place, limit int) (*Place, error)
	NoteMatches(ctx context.Context, importN int64, t don.Type, ns []int64) error
	Matched(ctx context.Context, importN int64, t don.Type, ns []int64) (map[int64]bool, error)
	MergedAway(ctx context.Context, t don.Type, first, last int64) (int64, error)
	CreatedAccounts(ctx context.Context, importN, after int64, limit int) ([]*account.Account, error)
	NoteChange(ctx context.Context, importN int64, id don.ID, version int64, before any) error
	Changes(ctx context.Context, importN int64, t don.Type, after int64, limit int) ([]Change, error)

	Fragments(ctx context.Context, leaf don.Type) ([]*schema.Fragment, error)
	TagsNamed(ctx context.Context, names []string) (map[string]*tag.Tag, error)
	MembersByEmail(ctx context.Context, keys []string) (map[string]org.Member, error)
	MembersByN(ctx context.Context, ns []int64) (map[int64]org.Member, error)
	Accounts(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Account, error)
	Workspaces(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Workspace, error)
}

// Key is one index row to reserve for a record that comes later.
type Key struct {
	Text   []byte
	N      int64 // the record's number
	Row    uint32
	Shared bool
	Main   bool
}

// Change is a record that an import changed: its number, its version after the
// import's last change, and the record before the first as JSON.
type Change struct {
	N       int64
	Version int64
	Before  []byte
}

// Created is a contact that an import created, as its undo sees it.
type Created struct {
	N       int64
	Name    string
	Changed bool // by anybody but that import
	Matched bool // a later import met it and left it unchanged
}

// Place is where a sweep of an index goes on.
type Place struct {
	Field, Value string
	N            int64
}

// CutAttr splits the text of an attribute's key into field and value.
func CutAttr(text []byte) (field, value []byte) {
	field, value, _ = bytes.Cut(text, []byte{0})
	return field, value
}
