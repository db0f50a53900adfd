// Package directory is what can be done with customer records: create, read,
// change, delete and restore contacts, accounts, workspaces and tags. It
// validates input, runs the transactions and leaves to package identity
// whatever touches identifiers.
//
// Every operation checks all it can before its first write, and writes inside
// one transaction, so a refused call leaves nothing behind.
package directory

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// DB runs transactions. Bodies of Write may run again.
type DB interface {
	Write(ctx context.Context, s org.Scope, fn func(Tx) error) error
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
	// Writers returns how many small writes of one kind are best under way at a time.
	Writers() int
}

// Tx is what the directory needs of a transaction.
type Tx interface {
	identity.ClaimTx
	identity.ConversationTx
	GrantTx
	accountTx
	workspaceTx
	tagTx
	trashTx
	duplicateTx
	listTx
	keyTx
	ruleTx
	schemaTx
	groupTx
	vistaTx
	userGroupTx
	groupFollowTx
	noticeTx
	fileTx
	deskTx
	MembersByN(ctx context.Context, ns []int64) (map[int64]org.Member, error)
	MembersByEmail(ctx context.Context, keys []string) (map[string]org.Member, error)
}

type accountTx interface {
	RewriteAccount(ctx context.Context, before, after *account.Account) (bool, error)
	AbsorbAccount(ctx context.Context, a *account.Account) error
	PutAccount(ctx context.Context, a *account.Account) error
	Accounts(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Account, error)
	Account(ctx context.Context, n int64, lock bool) (*account.Account, error)
	InsertAccount(ctx context.Context, a *account.Account) error
	UpdateAccount(ctx context.Context, before, after *account.Account) (bool, error)
	DeleteAccount(ctx context.Context, a *account.Account) error
	RestoreAccount(ctx context.Context, a *account.Account) error
	ChildAccounts(ctx context.Context, parent int64) ([]int64, error)
}

type workspaceTx interface {
	Workspaces(ctx context.Context, ns []int64, lock bool) (map[int64]*account.Workspace, error)
	Workspace(ctx context.Context, n int64, lock bool) (*account.Workspace, error)
	WorkspacesOf(ctx context.Context, accountN int64) ([]int64, error)
	InsertWorkspace(ctx context.Context, w *account.Workspace) error
	UpdateWorkspace(ctx context.Context, before, after *account.Workspace) (bool, error)
	DeleteWorkspace(ctx context.Context, w *account.Workspace) error
	RestoreWorkspace(ctx context.Context, w *account.Workspace) error
	RewriteWorkspace(ctx context.Context, before, after *account.Workspace) (bool, error)
	AbsorbWorkspace(ctx context.Context, w *account.Workspace) error
	PutWorkspace(ctx context.Context, w *account.Workspace) error
}

type tagTx interface {
	Tags(ctx context.Context, ns []int64) (map[int64]*tag.Tag, error)
	Tag(ctx context.Context, n int64, lock bool) (*tag.Tag, error)
	TagsNamed(ctx context.Context, names []string) (map[string]*tag.Tag, error)
	InsertTag(ctx context.Context, t *tag.Tag) error
	UpdateTag(ctx context.Context, before, after *tag.Tag) error
	DeleteTag(ctx context.Context, n int64) error
	Tagged(ctx context.Context, t don.Type, tagN, after int64, limit int) ([]int64, error)
	StaleTags(ctx context.Context) ([]int64, error)
}

type trashTx interface {
	ContactsOf(ctx context.Context, of don.ID, after int64, limit int) ([]int64, error)
	DiscardedWith(ctx context.Context, id don.ID, t don.Type) ([]don.ID, error)
	// DiscardedAt returns when a record went to the trash, zero when it is not there.
	DiscardedAt(ctx context.Context, id don.ID) (time.Time, error)
	Trash(ctx context.Context, q TrashQuery) ([]Discarded, error)
	DropTrash(ctx context.Context, ids []don.ID) error
	Merges(ctx context.Context, q MergeQuery) ([]identity.Merge, error)
}

// Service runs the operations on customer records. It is safe for concurrent use.
type Service struct {
	db      DB
	resolve *identity.Resolver
}

// New returns a service over db.
func New(db DB) *Service {
	return &Service{db: db, resolve: identity.NewResolver(identityDB{db}, db.Writers())}
}

// identityDB lends the database to package identity, which asks less of it.
type identityDB struct{ db DB }

func (d identityDB) Write(ctx context.Context, s org.Scope, fn func(identity.Tx) error) error {
	return d.db.Write(ctx, s, func(tx Tx) error { return fn(tx) })
}

// SourceAPI is the source of identifiers and associations given through the API.
const SourceAPI = identity.SourceAPI

// write runs fn in a transaction and completes a conflict that it returns with
// the holder's name.
func (s *Service) write(ctx context.Context, sc org.Scope, fn func(Tx) error) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		err := fn(tx)
		if e := errs.As(err); e != nil && e.Kind == errs.Conflict {
			return nameHolder(ctx, tx, e)
		}
		return err
	})
}

// nameHolder tells a conflict with the display name of the record that it is with.
func nameHolder(ctx context.Context, tx Tx, e *errs.Error) error {
	h, ok := e.Details["holder"].(identity.Holder)
	value, known := e.Details["value"].(string)
	if !ok || !known || h.Name != "" {
		return e
	}
	name, err := displayName(ctx, tx, h.ID)
	if err != nil || name == "" {
		return e // the conflict stands without a name, too
	}
	return identity.Taken(e.Field, value, h.ID, name)
}

func displayName(ctx context.Context, tx Tx, id don.ID) (string, error) {
	names := &Names{}
	if err := names.load(ctx, tx, newNeeds().add(id)); err != nil {
		return "", err
	}
	return names.Of(id), nil
}

// How history and outbox name what happens to what has no other operations.
const (
	opCreated = "created"
	opDeleted = "deleted"
)

// stamp is the author and time that a new record gets.
func stamp(tx Tx) (time.Time, string) { return tx.Now(), tx.Scope().Actor.Tail() }

// check runs a validation of a field's value and names the field in its error.
func check(field string, value string, f func(string) (string, error)) (string, error) {
	out, err := f(value)
	return out, InField(field, err)
}

// InField names the field in an error of package contact.
func InField(field string, err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	named := *e
	named.Field = field
	return &named
}

// tooMany refuses a list that is longer than its field may be.
func tooMany(field string, has, limit int) error {
	if has <= limit {
		return nil
	}
	return errs.NotPermitted(field, "has %d values; at most %d are allowed", has, limit)
}

// contactOf, accountOf and workspaceOf tell ids apart where any record will do.
func contactOf(n int64) don.ID   { return don.Of(don.Contact, n) }
func accountOf(n int64) don.ID   { return don.Of(don.Account, n) }
func workspaceOf(n int64) don.ID { return don.Of(don.Workspace, n) }

// cloneContact copies a contact so that a change does not reach into the original.
func cloneContact(c *contact.Contact) *contact.Contact {
	n := *c
	n.Identifiers = append([]contact.Identifier(nil), c.Identifiers...)
	n.Associations = append([]contact.Association(nil), c.Associations...)
	n.Owners = append([]int64(nil), c.Owners...)
	n.Tags = append([]tag.Use(nil), c.Tags...)
	return &n
}
