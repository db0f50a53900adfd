package bulkaction_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// stopAt calls stop when the world's service comes to a step the nth time.
func (w *world) stopAt(step string, nth int, stop func()) {
	w.svc.Step = func(name string) {
		if name != step {
			return
		}
		if nth--; nth == 0 {
			stop()
		}
	}
}

// versions sums up how often the contacts were changed.
func (w *world) versions() (sum int64) {
	for _, c := range w.state().Contacts {
		sum += c.Version
	}
	return sum
}

// TestResume takes a process away at every step of an action and of its undo. The
// next one goes on; everything is done once.
func TestResume(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		before, versions := w.state(), w.versions()
		for _, step := range []string{"drop", "pin", "pinned", "apply", "end"} {
			for _, when := range []string{"before", "begun", "written", "after"} {
				w.interrupted(step+" "+when, func() *bulkaction.Action { return w.create(don.Contact, addTags("", tag.Use{N: vip})) }, func(a *bulkaction.Action) {
					w.counts(a, "completed: 20 of 20, 20 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
					if versions += 20; w.versions() != versions || w.with(vip) != 20 {
						w.Errorf("killed at %s %s: %d versions, want %d", step, when, w.versions(), versions)
					}
					w.undone(a.N)
					versions += 20
				})
			}
		}
		a := w.done(don.Contact, addTags("", tag.Use{N: vip}))
		versions += 40
		for _, step := range []string{"undo", "end"} {
			for _, when := range []string{"before", "written", "after"} {
				w.interrupted(step+" "+when, func() *bulkaction.Action { return must(w.svc.Undo(w.Context(), w.scope, a.N))(w) }, func(u *bulkaction.Action) {
					w.counts(u, "undone: 20 of 20, 20 changed, 0 unchanged, 0 skipped, 0 failed, 20 reverted, 0 left")
					if w.versions() != versions {
						w.Errorf("killed at %s %s: %d versions, want %d", step, when, w.versions(), versions)
					}
				})
				w.same(before)
				a = w.done(don.Contact, addTags("", tag.Use{N: vip}))
				versions += 40
			}
		}
	})
}

// interrupted starts work, takes its process away at a step, and lets another go on.
func (w *world) interrupted(step string, start func() *bulkaction.Action, check func(*bulkaction.Action)) {
	w.Helper()
	ctx, cancel := context.WithCancel(w.Context())
	defer cancel()
	nth := 1
	if step == "apply written" || step == "apply after" || step == "undo after" {
		nth = 2
	}
	w.stopAt(step, nth, cancel)
	a := start()
	_ = w.svc.Round(ctx) // it ends with the process
	if ctx.Err() == nil {
		w.Fatalf("the step %q did not come", step)
	}
	w.svc = w.service()
	if err := w.svc.Recover(w.Context()); err != nil {
		w.Fatal(err)
	}
	check(w.finish(a.N))
}

// TestLostLease: a process that was silent for so long that another took over
// writes nothing more.
func TestLostLease(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		second := w.service()
		slow := make(chan struct{})
		var once sync.Once
		w.svc.Step = func(name string) {
			if name == "apply after" {
				once.Do(func() { <-slow })
			}
		}
		a := w.create(don.Contact, addTags("", tag.Use{N: vip}))
		done := make(chan error)
		go func() { done <- w.svc.Round(w.Context()) }()
		for w.get(a.N).Progress.Done == 0 {
			time.Sleep(time.Millisecond)
		}
		if err := second.Round(w.Context()); err != nil { // the lease holds
			w.Fatal(err)
		}
		if p := w.get(a.N).Progress; p.Done != 7 {
			w.Errorf("%d are done, want 7", p.Done)
		}
		if err := second.Recover(w.Context()); err != nil { // as its end would
			w.Fatal(err)
		}
		if err := second.Round(w.Context()); err != nil {
			w.Fatal(err)
		}
		close(slow)
		if err := <-done; err != nil {
			w.Fatal(err)
		}
		w.counts(w.get(a.N), "completed: 20 of 20, 20 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
		if got := w.versions(); got != 40 {
			w.Errorf("%d versions, want 40", got)
		}
	})
}

func TestCancel(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(20)
		before := w.state()
		a := w.create(don.Contact, addTags("", tag.Use{N: vip}))
		w.stopAt("apply after", 2, func() { must(w.service().Cancel(w.Context(), w.scope, a.N))(w) })
		w.counts(w.finish(a.N), "cancelled: 14 of 20, 14 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
		if w.with(vip) != 14 {
			w.Errorf("%d have the tag, want 14", w.with(vip))
		}
		_, err := w.svc.Cancel(w.Context(), w.scope, a.N)
		w.refuses(err, errs.Invalid, "BULK-1 is cancelled; only one that has not ended can be cancelled")
		_, err = w.svc.Start(w.Context(), w.scope, a.N)
		w.refuses(err, errs.Invalid, "BULK-1 is cancelled; only one that is pinned can be started")
		w.svc.Step = nil
		w.counts(w.undone(a.N), "undone: 14 of 20, 14 changed, 0 unchanged, 0 skipped, 0 failed, 14 reverted, 0 left")
		w.same(before)
		_, err = w.svc.Undo(w.Context(), w.scope, a.N)
		w.refuses(err, errs.Invalid, "BULK-1 is undone; only one that has ended can be undone, and once")

		held := addTags("", tag.Use{N: vip})
		held.Hold = true
		b := w.done(don.Contact, held)
		must(w.svc.Cancel(w.Context(), w.scope, b.N))(w)
		w.counts(w.finish(b.N), "cancelled: 0 of 20, 0 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
		_, err = w.svc.Get(w.Context(), w.scope, 9)
		w.refuses(err, errs.NotFound, "BULK-9 does not exist")
	})
}

// TestPinIsExact pins while others tag and untag: what matches at one moment is a
// run of neighbours, whose ends move all the time.
func TestPinIsExact(t *testing.T) {
	bulkaction.SmallParts(t)
	onBothEngines(t, func(w *world) {
		w.people(60)
		has := func(n int64, yes bool) {
			uses := []tag.Use{}
			if yes {
				uses = append(uses, tag.Use{N: vip})
			}
			if _, err := w.dir.UpdateContact(w.Context(), w.scope, n, directory.ContactPatch{Tags: &uses}); err != nil {
				w.Error(err)
			}
		}
		const length = 20
		for n := int64(1); n <= length; n++ {
			has(n, true)
		}
		stop, moving := make(chan struct{}), sync.WaitGroup{}
		moving.Go(func() {
			for first := int64(1); ; first = first%40 + 1 {
				select {
				case <-stop:
					return
				default:
				}
				// The tag goes from the first to the next behind the last, so that
				// between 20 and 21 have it at any moment.
				next := (first+length-1)%60 + 1
				has(next, true)
				has(first, false)
				if first == 40 { // around once more
					for n := int64(41); n <= 60; n++ {
						has(n-40, true)
						has(n, false)
					}
				}
			}
		})
		for range 15 {
			spec := addTags("tag:vip", tag.Use{N: odd, Value: "gold"})
			spec.Hold = true
			a := w.done(don.Contact, spec)
			if m := a.Progress.Matched; m != length && m != length+1 {
				w.Errorf("%d records are pinned; between %d and %d matched at any moment", m, length, length+1)
			}
		}
		close(stop)
		moving.Wait()
	})
}

// TestOrgsNeverMeet asks for an action of another org, and for all records of an org
// that has none.
func TestOrgsNeverMeet(t *testing.T) {
	onBothEngines(t, func(w *world) {
		w.people(5)
		a := w.done(don.Contact, addTags("", tag.Use{N: vip}))
		other := *w
		other.scope = storetest.Scope(w.T, w.db, "other")
		for name, call := range map[string]func() error{
			"get":    func() error { _, err := w.svc.Get(w.Context(), other.scope, a.N); return err },
			"start":  func() error { _, err := w.svc.Start(w.Context(), other.scope, a.N); return err },
			"cancel": func() error { _, err := w.svc.Cancel(w.Context(), other.scope, a.N); return err },
			"undo":   func() error { _, err := w.svc.Undo(w.Context(), other.scope, a.N); return err },
			"report": func() error { _, err := w.svc.Report(w.Context(), other.scope, a.N, 0, 10); return err },
		} {
			if err := call(); !errs.Is(err, errs.NotFound) {
				w.Errorf("%s: %v", name, err)
			}
		}
		if as := must(w.svc.List(w.Context(), other.scope, 0, 10))(w); len(as) != 0 {
			w.Errorf("the other org is shown %d", len(as))
		}
		b := other.done(don.Contact, bulkaction.Spec{Kind: bulkaction.SetOwners, Edit: directory.BulkEdit{Owners: &[]int64{}}})
		w.counts(b, "completed: 0 of 0, 0 changed, 0 unchanged, 0 skipped, 0 failed, 0 reverted, 0 left")
		if got := fmt.Sprint(w.with(vip)); got != "5" {
			w.Error(got)
		}
	})
}
