package bulkaction_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/testpg"
)

// db is the store as bulk actions see it.
type db struct{ *store.DB }

func (d db) Write(ctx context.Context, s org.Scope, fn func(bulkaction.Tx) error) error {
	return d.DB.Write(ctx, s, func(tx *store.Tx) error { return fn(tx) })
}

func (d db) Bulk(ctx context.Context, s org.Scope, fn func(bulkaction.Tx) error) error {
	return d.DB.Bulk(ctx, s, func(tx *store.Tx) error { return fn(tx) })
}

func (d db) Read(ctx context.Context, s org.Scope, fn func(bulkaction.Tx) error) error {
	return d.DB.Read(ctx, s, func(tx *store.Tx) error { return fn(tx) })
}

// people are an org with a tag and contacts.
type people struct {
	t  *testing.T
	db db
	sc org.Scope
}

func onEngines(t *testing.T, contacts int, test func(p *people)) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			cfg := store.Config{Dir: t.TempDir()}
			if engine == "postgres" {
				cfg.URL = testpg.DSN(t)
			}
			test(newPeople(t, cfg, contacts))
		})
	}
}

func newPeople(t *testing.T, cfg store.Config, contacts int) *people {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	o, err := s.CreateOrg(t.Context(), org.Org{Name: "acme", Slug: "acme", Public: don.Random(10)})
	if err != nil {
		t.Fatal(err)
	}
	p := &people{t, db{s}, org.Scope{OrgID: o.ID, Space: don.Space{Partition: "kith", Org: o.Public}, Actor: don.Of(don.Member, 1)}}
	err = s.Write(t.Context(), p.sc, func(tx *store.Tx) error {
		n, err := tx.Next(t.Context(), don.Tag, 1)
		if err != nil {
			return err
		}
		return tx.InsertTag(t.Context(), &tag.Tag{N: n, Name: "vip", CreatedAt: tx.Now(), ModifiedAt: tx.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	p.add(contacts)
	return p
}

// add adds contacts.
func (p *people) add(count int) {
	p.t.Helper()
	err := p.db.DB.Write(p.t.Context(), p.sc, func(tx *store.Tx) error {
		first, err := tx.Next(p.t.Context(), don.Contact, count)
		if err != nil {
			return err
		}
		cs := make([]*contact.Contact, count)
		for i := range cs {
			cs[i] = &contact.Contact{N: first + int64(i), DisplayName: fmt.Sprintf("Contact %d", i), Version: 1, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}
		}
		return tx.InsertContacts(p.t.Context(), cs)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// versions returns how often contacts were written and how many have the tag.
func (p *people) versions() (writes int64, tagged int) {
	p.t.Helper()
	err := p.db.DB.Read(p.t.Context(), p.sc, func(tx *store.Tx) error {
		all, err := tx.ContactsAfter(p.t.Context(), 0, 1000)
		writes, tagged = 0, 0
		for _, c := range all {
			writes += c.Version - 1
			tagged += len(c.Tags)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return writes, tagged
}

func (p *people) create(s *bulkaction.Service) int64 {
	p.t.Helper()
	a, err := s.Create(p.t.Context(), p.sc, don.Contact, bulkaction.Spec{Kind: bulkaction.AddTags, Edit: directory.BulkEdit{AddTags: []tag.Use{{N: 1}}}}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	return a.N
}

func (p *people) get(s *bulkaction.Service, n int64) *bulkaction.Action {
	p.t.Helper()
	a, err := s.Get(p.t.Context(), p.sc, n)
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

func (p *people) service(step func(string)) *bulkaction.Service {
	return &bulkaction.Service{DB: p.db, Partition: "kith", Log: slog.New(slog.DiscardHandler), Step: step}
}

// dies works until the step of a number, and there ends like a process that is
// killed. It reports whether there was such a step.
func (p *people) dies(at int) (dead bool) {
	p.t.Helper()
	defer func() {
		if r := recover(); r != nil {
			if dead = r == "killed"; !dead {
				panic(r)
			}
		}
	}()
	steps := 0
	err := p.work(p.service(func(string) {
		if steps++; steps == at {
			panic("killed")
		}
	}))
	if err != nil && !strings.Contains(err.Error(), "killed") { // inside of transactions, panics come as errors
		p.t.Fatal(err)
	}
	return err != nil
}

// finish works until nothing is due.
func (p *people) finish(s *bulkaction.Service) {
	p.t.Helper()
	if err := p.work(s); err != nil {
		p.t.Fatal(err)
	}
}

// work is finish. The leases of a process that died are free.
func (p *people) work(s *bulkaction.Service) error {
	if err := s.Recover(p.t.Context()); err != nil {
		return err
	}
	for {
		due, err := p.db.DueBulkActions(p.t.Context())
		if err != nil || len(due) == 0 {
			return err
		}
		if err := s.Round(p.t.Context()); err != nil {
			return err
		}
	}
}

const crowd = 30

// TestKilledBetweenTransactions ends the process before and after each of its
// transactions, of an action and of its undo: each record is changed once.
func TestKilledBetweenTransactions(t *testing.T) {
	bulkaction.SmallParts(t)
	onEngines(t, crowd, func(p *people) {
		s := p.service(nil)
		n := p.create(s)
		for at, alive := 1, true; alive; at++ {
			alive = p.dies(at)
		}
		a := p.get(s, n)
		if writes, tagged := p.versions(); a.State != bulkaction.Completed || a.Progress.Changed != crowd || tagged != crowd || writes != crowd {
			t.Fatalf("%s: %+v; %d tagged by %d writes", a.State, a.Progress, tagged, writes)
		}
		if _, err := s.Undo(t.Context(), p.sc, n); err != nil {
			t.Fatal(err)
		}
		for at, alive := 1, true; alive; at++ {
			alive = p.dies(at)
		}
		a = p.get(s, n)
		if writes, tagged := p.versions(); a.State != bulkaction.Undone || a.Progress.Reverted != crowd || tagged != 0 || writes != 2*crowd {
			t.Fatalf("%s: %+v; %d tagged by %d writes", a.State, a.Progress, tagged, writes)
		}
	})
}

// TestCancelInTheMiddle stops an action between two of its parts, and takes back
// what it has done.
func TestCancelInTheMiddle(t *testing.T) {
	bulkaction.SmallParts(t)
	onEngines(t, crowd, func(p *people) {
		var n int64
		other := p.service(nil)
		parts := 0
		s := p.service(func(step string) {
			if step != "apply before" {
				return
			}
			if parts++; parts == 3 {
				if _, err := other.Cancel(p.t.Context(), p.sc, n); err != nil {
					p.t.Error(err)
				}
			}
		})
		n = p.create(s)
		p.finish(s)
		a := p.get(s, n)
		if _, tagged := p.versions(); a.State != bulkaction.Cancelled || a.Progress.Changed != 14 || tagged != 14 || a.Progress.Matched != crowd {
			t.Fatalf("%s: %+v; %d tagged", a.State, a.Progress, tagged)
		}
		if _, err := s.Undo(t.Context(), p.sc, n); err != nil {
			t.Fatal(err)
		}
		p.finish(s)
		if _, tagged := p.versions(); tagged != 0 {
			t.Fatalf("%d are still tagged", tagged)
		}
	})
}

// TestPinnedWhileOthersWrite adds contacts while records are pinned and changed:
// they are not part of the action.
func TestPinnedWhileOthersWrite(t *testing.T) {
	bulkaction.SmallParts(t)
	onEngines(t, crowd, func(p *people) {
		s := p.service(func(step string) {
			if step == "pinned before" || step == "apply before" {
				p.add(2)
			}
		})
		n := p.create(s)
		p.finish(s)
		a := p.get(s, n)
		if _, tagged := p.versions(); a.State != bulkaction.Completed || a.Progress.Matched != crowd || tagged != crowd {
			t.Fatalf("%s: %+v; %d tagged", a.State, a.Progress, tagged)
		}
	})
}

// TestAnotherTakesOver gives the action to a second worker while the first
// believes that it is its own: the first writes nothing more.
func TestAnotherTakesOver(t *testing.T) {
	bulkaction.SmallParts(t)
	onEngines(t, crowd, func(p *people) {
		taken := false
		s := p.service(func(step string) {
			if step == "apply before" && !taken {
				taken = true
				p.finish(p.service(nil))
			}
		})
		n := p.create(s)
		p.finish(s)
		a := p.get(s, n)
		if writes, tagged := p.versions(); !taken || a.State != bulkaction.Completed || a.Progress.Changed != crowd || tagged != crowd || writes != crowd {
			t.Fatalf("%s: %+v; %d tagged by %d writes", a.State, a.Progress, tagged, writes)
		}
	})
}

// TestTooMany refuses an action on more records than one may be about, and
// changes none.
func TestTooMany(t *testing.T) {
	bulkaction.SmallParts(t)
	bulkaction.AtMost(t, crowd-1)
	onEngines(t, crowd, func(p *people) {
		s := p.service(nil)
		n := p.create(s)
		p.finish(s)
		a := p.get(s, n)
		if writes, _ := p.versions(); a.State != bulkaction.Failed || a.Error == "" || writes != 0 {
			t.Fatalf("%s %q: %+v; %d writes", a.State, a.Error, a.Progress, writes)
		}
	})
}

// TestOtherOrgs asks for an action of another org.
func TestOtherOrgs(t *testing.T) {
	onEngines(t, 1, func(p *people) {
		s := p.service(nil)
		n := p.create(s)
		o, err := p.db.CreateOrg(p.t.Context(), org.Org{Name: "other", Slug: "other", Public: don.Random(10)})
		if err != nil {
			p.t.Fatal(err)
		}
		if _, err := s.Get(p.t.Context(), org.Scope{OrgID: o.ID}, n); !errs.Is(err, errs.NotFound) {
			p.t.Errorf("another org gets %v", err)
		}
	})
}
