package desk

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// snooze puts a conversation off, or wakes it. A stage that comes along decides
// what becomes of one that is woken.
func (p ConversationPatch) snooze(c *conversation.Conversation, now time.Time) error {
	switch {
	case p.Snooze == nil:
		return nil
	case *p.Snooze == nil && p.Stage == nil:
		c.Wake(now)
		return nil
	case *p.Snooze == nil:
		c.SnoozedUntil = nil
		return nil
	case p.Stage != nil && p.Stage.Name != conversation.Hold:
		return errs.NotPermitted("snoozed_until", "cannot be combined with the stage %q; leave stage out, for what is put off is on hold", p.Stage.Name)
	}
	if err := conversation.CheckSnooze(**p.Snooze, now); err != nil {
		return err
	}
	c.Snooze(**p.Snooze, now)
	return nil
}

// WakeDB runs the transactions of a Waker.
type WakeDB interface {
	DB
	// SnoozeOrgs returns the orgs with conversations whose time has come.
	SnoozeOrgs(ctx context.Context) ([]int64, error)
}

// Waker brings conversations back that were put off, when it is time.
type Waker struct {
	DB     WakeDB
	Scopes func(ctx context.Context, orgID int64) (org.Scope, error) // those in which the system itself works
	Log    *slog.Logger
}

const (
	wakeEvery = 5 * time.Second
	wakeBatch = 100         // conversations in a transaction
	wakeLimit = time.Minute // for one
)

// Work wakes conversations until ctx ends.
func (w *Waker) Work(ctx context.Context) {
	rest := time.NewTimer(0)
	defer rest.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-rest.C:
		}
		if err := w.Round(ctx); err != nil && ctx.Err() == nil {
			w.Log.Error("conversations could not be woken; it will be tried again", "error", err)
		}
		rest.Reset(wakeEvery)
	}
}

// Round wakes those whose time has come. What fails leaves the others alone.
func (w *Waker) Round(ctx context.Context) error {
	orgs, err := w.DB.SnoozeOrgs(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, id := range orgs {
		sc, err := w.Scopes(ctx, id)
		if err == nil {
			err = w.org(ctx, sc)
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

func (w *Waker) org(ctx context.Context, sc org.Scope) error {
	var failed error
	var behind *conversation.Conversation
	for ctx.Err() == nil {
		var due []*conversation.Conversation
		err := w.DB.Read(ctx, sc, func(tx Tx) (err error) {
			due, err = tx.DueConversations(ctx, behind, wakeBatch)
			return err
		})
		if err != nil {
			return errors.Join(failed, err)
		}
		if len(due) == 0 {
			break
		}
		ns := make([]int64, len(due))
		for i, c := range due {
			ns[i] = c.N
		}
		if w.wake(ctx, sc, ns) != nil { // one of them keeps the others from coming back: each alone
			for n := range slices.Values(ns) {
				failed = errors.Join(failed, w.wake(ctx, sc, []int64{n}))
			}
		}
		behind = due[len(due)-1]
	}
	return failed
}

// wake brings back those of some conversations that are due still: another process
// or a member may have been faster.
func (w *Waker) wake(ctx context.Context, sc org.Scope, ns []int64) error {
	ctx, cancel := context.WithTimeout(ctx, wakeLimit)
	defer cancel()
	return w.DB.Write(ctx, sc, func(tx Tx) error {
		found, err := tx.Conversations(ctx, ns, true)
		if err != nil {
			return err
		}
		for _, n := range ns {
			if c := found[n]; c != nil && c.Due(tx.Now()) {
				if err := woken(ctx, tx, c); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// woken brings one back and tells those who follow it.
func woken(ctx context.Context, tx Tx, before *conversation.Conversation) error {
	after := *before
	after.Wake(tx.Now())
	if err := wakeConversation(ctx, tx, before, &after); err != nil {
		return err
	}
	id := don.Of(don.Conversation, after.N)
	followers, err := subscribers(ctx, tx, id)
	if err != nil {
		return err
	}
	return directory.Tell(ctx, tx, timeline.Woken, id, 0, followers)
}
