package bulkaction_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// world is a database with an org, the directory and a service of bulk actions.
type world struct {
	*testing.T
	db    *store.DB
	scope org.Scope
	dir   *directory.Service
	svc   *bulkaction.Service
}

func onBothEngines(t *testing.T, test func(*world)) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) { test(newWorld(t, db)) })
}

func newWorld(t *testing.T, d *store.DB) *world {
	t.Helper()
	w := &world{T: t, db: d, scope: storetest.Scope(t, d, "acme"), dir: directory.New(d.Directory())}
	w.svc = w.service()
	storetest.Write(t, d, w.scope, func(ctx context.Context, tx *store.Tx) error {
		for n := int64(1); n <= 2; n++ {
			mail := fmt.Sprintf("m%d@acme.test", n)
			if err := tx.InsertMember(ctx, org.Member{N: n, Email: mail, DisplayName: mail, State: org.Active, Role: org.Admin, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}, mail); err != nil {
				return err
			}
		}
		return nil
	})
	for _, name := range []string{"vip", "old", "odd"} {
		must(w.dir.CreateTag(t.Context(), w.scope, directory.TagPatch{Name: &name, AllowedValues: &[]string{"gold", "iron"}}))(w)
	}
	return w
}

// service is another process over the same database.
func (w *world) service() *bulkaction.Service {
	return &bulkaction.Service{DB: store.Runner[bulkaction.Tx]{DB: w.db}, Partition: "kith", Log: slog.New(slog.DiscardHandler)}
}

func must[A any](a A, err error) func(*world) A {
	return func(w *world) A {
		w.Helper()
		if err != nil {
			w.Fatal(err)
		}
		return a
	}
}

// The tags of a world.
const vip, old, odd = 1, 2, 3

func ptr[T any](v T) *T { return &v }

// people adds contacts. Every second one has the tag old, every third odd=iron,
// every fifth is looked after by the first member.
func (w *world) people(count int) {
	w.Helper()
	for i := range count {
		var uses []tag.Use
		if i%2 == 0 {
			uses = append(uses, tag.Use{N: old})
		}
		if i%3 == 0 {
			uses = append(uses, tag.Use{N: odd, Value: "iron"})
		}
		p := directory.ContactPatch{DisplayName: ptr(fmt.Sprint("P", i)), Ref: ptr(fmt.Sprint("r", i)), Email: ptr(fmt.Sprintf("p%d@x.test", i)), Tags: &uses}
		if i%5 == 0 {
			p.Owners = &[]int64{1}
		}
		must(w.dir.CreateContact(w.Context(), w.scope, p, nil))(w)
	}
}

func (w *world) edit(n int64, p directory.ContactPatch) {
	w.Helper()
	must(w.dir.UpdateContact(w.Context(), w.scope, n, p))(w)
}

// plan gives contacts a custom field with two choices, and one that is never
// changed.
func (w *world) fields(leaf don.Type) {
	w.Helper()
	f := schema.Fragment{Kind: schema.Tenant, Leaf: leaf, Fields: []schema.Field{
		{Name: "plan", Type: schema.Enum, Choices: []schema.Choice{{Label: "gold"}, {Label: "iron"}}, Filterable: true},
		{Name: "code", Type: schema.Text, Immutable: true},
	}}
	must(w.dir.SetFragment(w.Context(), w.scope, f, nil))(w)
}

func (w *world) create(t don.Type, spec bulkaction.Spec, plan ...bulkaction.Pair) *bulkaction.Action {
	w.Helper()
	return must(w.svc.Create(w.Context(), w.scope, t, spec, plan))(w)
}

func (w *world) get(n int64) *bulkaction.Action {
	w.Helper()
	return must(w.svc.Get(w.Context(), w.scope, n))(w)
}

// finish works until an action rests.
func (w *world) finish(n int64) *bulkaction.Action {
	w.Helper()
	for range 100 {
		if a := w.get(n); a.Over() {
			return a
		}
		if err := w.svc.Round(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	w.Fatalf("the bulk action does not end: %+v", w.get(n))
	return nil
}

// done makes an action and works until it rests.
func (w *world) done(t don.Type, spec bulkaction.Spec, plan ...bulkaction.Pair) *bulkaction.Action {
	w.Helper()
	return w.finish(w.create(t, spec, plan...).N)
}

func (w *world) undone(n int64) *bulkaction.Action {
	w.Helper()
	must(w.svc.Undo(w.Context(), w.scope, n))(w)
	return w.finish(n)
}

// counts compares an action's state and counters, written as they are in want.
func (w *world) counts(a *bulkaction.Action, want string) {
	w.Helper()
	p := a.Progress
	got := fmt.Sprintf("%s: %d of %d, %d changed, %d unchanged, %d skipped, %d failed, %d reverted, %d left",
		a.State, p.Done, p.Matched, p.Changed, p.Unchanged, p.Skipped, p.Failed, p.Reverted, p.Left)
	if got != want {
		w.Errorf("%s: got  %s\nwant %s; %s", a.ID().Display(), got, want, a.Error)
	}
}

// notes returns the report, an entry a line.
func (w *world) notes(n int64) []string {
	w.Helper()
	var out []string
	for after := int64(0); ; {
		r := must(w.svc.Report(w.Context(), w.scope, n, after, 2))(w)
		for _, note := range r.Notes {
			out = append(out, fmt.Sprintf("%s %s %s %s: %s", don.Of(r.Type, note.N).Display(), note.Outcome, note.Code, note.Field, note.Message))
			after = note.At
		}
		if len(r.Notes) < 2 {
			return out
		}
	}
}

func (w *world) wantNotes(n int64, want ...string) {
	w.Helper()
	if d := cmp.Diff(want, w.notes(n)); d != "" {
		w.Errorf("report: %s", d)
	}
}

// state is all of the org's records.
type state struct {
	Contacts   []*contact.Contact
	Accounts   []*account.Account
	Workspaces []*account.Workspace
}

func (w *world) state() (s state) {
	w.Helper()
	q := directory.Query{Limit: 10_000, Sorts: []directory.Sort{{Field: "display_id"}}}
	s.Contacts = must(w.dir.ListContacts(w.Context(), w.scope, contact.Filter{}, q))(w).Items
	s.Accounts = must(w.dir.ListAccounts(w.Context(), w.scope, account.Filter{}, q))(w).Items
	s.Workspaces = must(w.dir.ListWorkspaces(w.Context(), w.scope, account.WorkspaceFilter{}, nil, q))(w).Items
	return s
}

// same compares records, but for when they were changed last and how often.
func (w *world) same(before state) {
	w.Helper()
	opt := cmp.Options{
		cmpopts.EquateEmpty(),
		cmpopts.IgnoreFields(contact.Contact{}, "Version", "ModifiedAt", "ModifiedBy"),
		cmpopts.IgnoreFields(account.Account{}, "Version", "ModifiedAt", "ModifiedBy"),
		cmpopts.IgnoreFields(account.Workspace{}, "Version", "ModifiedAt", "ModifiedBy"),
	}
	if d := cmp.Diff(before, w.state(), opt); d != "" {
		w.Errorf("records: %s", d)
	}
}

// with counts the contacts that a list finds with a tag, so in the index.
func (w *world) with(n int64) int {
	w.Helper()
	f := contact.Filter{Tags: []tag.Use{{N: n}}}
	return len(must(w.dir.ListContacts(w.Context(), w.scope, f, directory.Query{Limit: 10_000}))(w).Items)
}

func (w *world) refuses(err error, kind errs.Kind, want string) {
	w.Helper()
	if !errs.Is(err, kind) || err.Error() != want {
		w.Errorf("got %s %q, want %s %q", errs.KindOf(err), err, kind, want)
	}
}

func addTags(filter string, uses ...tag.Use) bulkaction.Spec {
	return bulkaction.Spec{Kind: bulkaction.AddTags, Filter: filter, Edit: directory.BulkEdit{AddTags: uses}}
}
