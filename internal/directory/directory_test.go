package directory_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// bench is a directory over a real store.
type bench struct {
	*directory.Service
	db    *store.DB
	scope org.Scope
}

// onEngines runs a test over SQLite and over PostgreSQL.
func onEngines(t *testing.T, test func(t *testing.T, b bench)) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		t.Parallel()
		test(t, bench{directory.New(db.Directory()), db, storetest.Scope(t, db, "acme")})
	})
}

func ptr[T any](v T) *T { return &v }

func (b bench) account(t *testing.T, name string) int64 {
	t.Helper()
	a, _, err := b.CreateAccount(t.Context(), b.scope, directory.AccountPatch{DisplayName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return a.Item.N
}

func (b bench) contact(t *testing.T, p directory.ContactPatch, places ...don.ID) int64 {
	t.Helper()
	var at []directory.Place
	for _, id := range places {
		at = append(at, directory.Place{ID: id})
	}
	c, err := b.CreateContact(t.Context(), b.scope, p, at)
	if err != nil {
		t.Fatal(err)
	}
	return c.Item.N
}

func (b bench) stored(t *testing.T, n int64) *contact.Contact {
	t.Helper()
	c, err := b.GetContact(t.Context(), b.scope, n)
	if err != nil {
		t.Fatal(err)
	}
	return c.Item
}

// sweep repeats the housekeeping until nothing is left, as a server does.
func (b bench) sweep(t *testing.T, now time.Time) {
	t.Helper()
	for range 100 {
		n, err := b.Sweep(t.Context(), b.scope, now)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
	t.Fatal("the sweep does not end")
}

func TestSweepEmptiesTheTrash(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		acme, bolt := b.account(t, "Acme"), b.account(t, "Bolt")
		_, err := b.UpdateAccount(t.Context(), b.scope, bolt, directory.AccountPatch{Parent: &acme})
		if err != nil {
			t.Fatal(err)
		}
		const people = 230 // more than a batch
		var ns []int64
		for range people {
			ns = append(ns, b.contact(t, directory.ContactPatch{}, don.Of(don.Account, acme), don.Of(don.Account, bolt)))
		}
		if err := b.DeleteAccount(t.Context(), b.scope, acme); err != nil {
			t.Fatal(err)
		}
		b.sweep(t, time.Now().AddDate(0, 0, directory.TrashDays-1))
		if got := len(b.stored(t, ns[0]).Associations); got != 2 {
			t.Fatalf("before its time, %d places are left", got)
		}
		b.sweep(t, time.Now().AddDate(0, 0, directory.TrashDays+1))
		for _, n := range ns {
			if got := b.stored(t, n).Associations; len(got) != 1 || got[0].N != bolt {
				t.Fatalf("REVU-%d has the places %v", n, got)
			}
		}
		below, err := b.GetAccount(t.Context(), b.scope, bolt)
		if err != nil || below.Item.ParentN != 0 {
			t.Errorf("the account below has the parent %d, %v", below.Item.ParentN, err)
		}
		if _, err := b.RestoreAccount(t.Context(), b.scope, acme, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("restoring what was purged: %v", err)
		}
		left, err := b.Trash(t.Context(), b.scope, directory.TrashQuery{Limit: 10})
		if err != nil || len(left.Item) != 0 {
			t.Errorf("the trash has %v, %v", left.Item, err)
		}
	})
}

func TestDeleteTagEverywhere(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		made, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("vip"), AllowedValues: &[]string{"gold"}})
		if err != nil {
			t.Fatal(err)
		}
		vip := made.Item.N
		var ns []int64
		for range 205 {
			ns = append(ns, b.contact(t, directory.ContactPatch{Tags: &[]tag.Use{{N: vip, Value: "gold"}}}))
		}
		if err := b.DeleteTag(t.Context(), b.scope, vip); err != nil {
			t.Fatal(err)
		}
		b.expectUntagged(t, vip, ns...)
	})
}

// TestSweepFinishesUntagging deletes a tag as a server does that is killed
// right behind the commit.
func TestSweepFinishesUntagging(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		made, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("vip"), AllowedValues: &[]string{"gold"}})
		if err != nil {
			t.Fatal(err)
		}
		vip := made.Item.N
		kept, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("kept")})
		if err != nil {
			t.Fatal(err)
		}
		uses := &[]tag.Use{{N: vip, Value: "gold"}, {N: kept.Item.N}}
		who := b.contact(t, directory.ContactPatch{Tags: uses})
		a, _, err := b.CreateAccount(t.Context(), b.scope, directory.AccountPatch{DisplayName: ptr("Acme"), Tags: uses})
		if err != nil {
			t.Fatal(err)
		}
		w, err := b.CreateWorkspace(t.Context(), b.scope, a.Item.N, directory.WorkspacePatch{DisplayName: ptr("Lab"), Tags: uses})
		if err != nil {
			t.Fatal(err)
		}
		storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error { return tx.DeleteTag(ctx, vip) })
		b.sweep(t, time.Now())
		b.expectUntagged(t, vip, who)
		after, err := b.GetAccount(t.Context(), b.scope, a.Item.N)
		if d := cmp.Diff([]tag.Use{{N: kept.Item.N}}, after.Item.Tags); d != "" || err != nil {
			t.Errorf("account: %s %v", d, err)
		}
		space, err := b.GetWorkspace(t.Context(), b.scope, don.Of(don.Workspace, w.Item.N))
		if d := cmp.Diff([]tag.Use{{N: kept.Item.N}}, space.Item.Tags); d != "" || err != nil {
			t.Errorf("workspace: %s %v", d, err)
		}
	})
}

func (b bench) expectUntagged(t *testing.T, tagN int64, ns ...int64) {
	t.Helper()
	for _, n := range ns {
		for _, u := range b.stored(t, n).Tags {
			if u.N == tagN {
				t.Fatalf("REVU-%d still carries the tag", n)
			}
		}
	}
	err := b.db.Read(t.Context(), b.scope, func(tx *store.Tx) error {
		for _, kind := range []don.Type{don.Contact, don.Account, don.Workspace} {
			left, err := tx.Tagged(t.Context(), kind, tagN, 0, 10)
			if err != nil {
				return err
			}
			if len(left) > 0 {
				t.Errorf("the index still has %v", left)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// atOnce runs the same call many times at once and returns how many succeeded;
// the others must be conflicts that name the field.
func atOnce(t *testing.T, field string, call func(i int) error) int {
	t.Helper()
	var wg sync.WaitGroup
	failures := make([]error, 16)
	for i := range failures {
		wg.Go(func() { failures[i] = call(i) })
	}
	wg.Wait()
	succeeded := 0
	for _, err := range failures {
		e := errs.As(err)
		switch {
		case err == nil:
			succeeded++
		case e == nil || e.Kind != errs.Conflict || e.Field != field:
			t.Errorf("got %v, want a conflict of %s", err, field)
		}
	}
	return succeeded
}

func TestOneOfManyWins(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		tests := map[string]struct {
			field string
			call  func(i int) error
		}{
			"tag": {"name", func(int) error {
				_, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("vip")})
				return err
			}},
			"account reference": {"external_refs", func(i int) error {
				_, _, err := b.CreateAccount(t.Context(), b.scope, directory.AccountPatch{DisplayName: ptr(fmt.Sprint(i)), Refs: &[]string{fmt.Sprint("own", i), "r-1"}})
				return err
			}},
			"account domain": {"domains", func(i int) error {
				_, _, err := b.CreateAccount(t.Context(), b.scope, directory.AccountPatch{DisplayName: ptr(fmt.Sprint(i)), Domains: &[]string{"acme.com"}})
				return err
			}},
			"contact e-mail": {"email", func(i int) error {
				_, err := b.CreateContact(t.Context(), b.scope, directory.ContactPatch{Email: ptr("bo@acme.com"), Ref: ptr(fmt.Sprint("e", i))}, nil)
				return err
			}},
			"contact reference": {"external_ref", func(int) error {
				_, err := b.CreateContact(t.Context(), b.scope, directory.ContactPatch{Ref: ptr("u-1"), Tags: &[]tag.Use{}}, nil)
				return err
			}},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				if n := atOnce(t, tt.field, tt.call); n != 1 {
					t.Errorf("%d of 16 succeeded, want 1", n)
				}
			})
		}
	})
}

// TestNoCircleAtOnce lets accounts be put below each other at the same time.
func TestNoCircleAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		const count = 6
		var ns [count]int64
		for i := range ns {
			ns[i] = b.account(t, fmt.Sprint(i))
		}
		var wg sync.WaitGroup
		for i := range ns {
			wg.Go(func() {
				_, err := b.UpdateAccount(t.Context(), b.scope, ns[i], directory.AccountPatch{Parent: &ns[(i+1)%count]})
				if err != nil && !errs.Is(err, errs.Invalid) {
					t.Errorf("got %v, want success or a refusal", err)
				}
			})
		}
		wg.Wait()
		for i := range ns {
			seen, at := 0, ns[i]
			for ; at != 0 && seen <= count; seen++ {
				a, err := b.GetAccount(t.Context(), b.scope, at)
				if err != nil {
					t.Fatal(err)
				}
				at = a.Item.ParentN
			}
			if at != 0 {
				t.Fatal("the accounts form a circle")
			}
		}
	})
}

// TestWorkspaceOfDeletedAccount creates workspaces while their account is deleted.
func TestWorkspaceOfDeletedAccount(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		acme := b.account(t, "Acme")
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				if i == 6 {
					if err := b.DeleteAccount(t.Context(), b.scope, acme); err != nil {
						t.Error(err)
					}
					return
				}
				_, err := b.CreateWorkspace(t.Context(), b.scope, acme, directory.WorkspacePatch{DisplayName: ptr(fmt.Sprint(i))})
				if err != nil && !errs.Is(err, errs.NotFound) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		err := b.db.Read(t.Context(), b.scope, func(tx *store.Tx) error {
			left, err := tx.WorkspacesOf(t.Context(), acme)
			if len(left) > 0 {
				t.Errorf("the workspaces %v outlived their account", left)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// TestRefusedWritesNothing checks that a refused update leaves record, index
// and version as they were.
func TestRefusedWritesNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.contact(t, directory.ContactPatch{Email: ptr("cy@acme.com")})
		who := b.contact(t, directory.ContactPatch{DisplayName: ptr("Bo"), Ref: ptr("u-1"), Email: ptr("bo@acme.com")})
		before := b.stored(t, who)
		_, err := b.UpdateContact(t.Context(), b.scope, who, directory.ContactPatch{DisplayName: ptr("New"), Ref: ptr("u-2"), Email: ptr("cy@acme.com")})
		if !errs.Is(err, errs.Conflict) {
			t.Fatalf("got %v, want a conflict", err)
		}
		if d := cmp.Diff(before, b.stored(t, who)); d != "" {
			t.Error(d)
		}
		b.contact(t, directory.ContactPatch{Ref: ptr("u-2")}) // was not taken
		if _, err := b.CreateContact(t.Context(), b.scope, directory.ContactPatch{Ref: ptr("u-1")}, nil); !errs.Is(err, errs.Conflict) {
			t.Errorf("the reference was freed: %v", err)
		}
	})
}

func TestUnchangedUpdateKeepsVersion(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		who := b.contact(t, directory.ContactPatch{DisplayName: ptr("Bo"), Email: ptr("bo@acme.com"), Phones: &[]string{"+49301234567"}})
		_, err := b.UpdateContact(t.Context(), b.scope, who, directory.ContactPatch{DisplayName: ptr("Bo"), Email: ptr("bo@acme.com"), Phones: &[]string{"+49 30 1234567"}})
		if err != nil {
			t.Fatal(err)
		}
		if v := b.stored(t, who).Version; v != 1 {
			t.Errorf("version %d, want 1", v)
		}
	})
}
