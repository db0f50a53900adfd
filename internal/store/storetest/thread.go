package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
)

// testThreads walks along answers, and counts them.
func testThreads(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	of := don.Of(don.Account, 7)
	var made []*timeline.Comment
	write := func(c timeline.Comment) *timeline.Comment {
		c.Of, c.BodyType = of, timeline.Text
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertComment(ctx, &c) })
		made = append(made, &c)
		return &c
	}
	root := write(timeline.Comment{Visibility: timeline.Internal})
	second := write(timeline.Comment{Visibility: timeline.Internal})
	write(timeline.Comment{Visibility: timeline.Internal, Parent: root.ID})
	write(timeline.Comment{Visibility: timeline.Private, PrivateTo: []string{"devu/2"}, Parent: root.ID})
	write(timeline.Comment{Visibility: timeline.Internal, Parent: root.ID, ExpiresAt: &listStart}) // its time is over
	gone := write(timeline.Comment{Visibility: timeline.Internal, Parent: root.ID})
	gone.Deleted = true
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.UpdateComment(ctx, gone) })
	read(t, db, s, func(tx *store.Tx) {
		for thread, want := range map[int64]string{0: "01", root.ID: "2345", second.ID: "", timeline.Whole: "012345"} {
			got, err := tx.Comments(t.Context(), of, thread, 0, false, 9)
			if positions(made, got) != want || err != nil {
				t.Errorf("thread %d: %s, %v, want %s", thread, positions(made, got), err, want)
			}
		}
		if got, err := tx.Comments(t.Context(), of, root.ID, gone.ID, true, 2); positions(made, got) != "43" || err != nil {
			t.Errorf("backwards: %s, %v", positions(made, got), err)
		}
		counts, private, err := tx.CountReplies(t.Context(), of, []int64{root.ID, second.ID}, 9)
		if d := cmp.Diff(map[int64]int{root.ID: 1}, counts); err != nil || d != "" || positions(made, private) != "3" {
			t.Errorf("%v, private %s %s", err, positions(made, private), d)
		}
		if got, err := tx.ThreadAuthors(t.Context(), of, root.ID, 9); fmt.Sprint(got) != "[devu/1]" || err != nil {
			t.Errorf("authors %v, %v", got, err)
		}
	})
	read(t, db, other, func(tx *store.Tx) {
		counts, private, err := tx.CountReplies(t.Context(), of, []int64{root.ID}, 9)
		if len(counts)+len(private) != 0 || err != nil {
			t.Errorf("another organisation counts %v, %v", counts, private)
		}
	})
	testReactions(t, db, s, other, root)
}

func positions(all, some []*timeline.Comment) string {
	out := ""
	for _, c := range some {
		for i, a := range all {
			if a.ID == c.ID {
				out += fmt.Sprint(i)
			}
		}
	}
	return out
}

// testReactions keeps one reaction of each with each emoji.
func testReactions(t *testing.T, db *store.DB, s, other org.Scope, c *timeline.Comment) {
	t.Helper()
	second := s
	second.Actor = don.Of(don.Member, 2)
	react := func(s org.Scope, emoji string, on, want bool) {
		t.Helper()
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			got, err := tx.React(ctx, c, emoji, on)
			if got != want {
				t.Errorf("%s with %s, %v: new %v, want %v", s.Actor.Tail(), emoji, on, got, want)
			}
			return err
		})
	}
	react(second, "1f44d", true, true)
	time.Sleep(time.Millisecond)
	react(s, "1f389", true, true)
	react(s, "1f44d", true, true)
	react(s, "1f44d", true, false)
	react(s, "2764", false, false)
	react(s, "1f389", false, true)
	react(s, "1f389", true, true)
	shown := func(s org.Scope) string {
		out := ""
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.Reactions(t.Context(), c.Of, []int64{c.ID, 1})
			if err != nil {
				t.Error(err)
			}
			for _, r := range got[c.ID] {
				out += fmt.Sprint(r.Emoji, r.N, r.Mine, " ")
			}
		})
		return out
	}
	if got := shown(s); got != "1f44d2 true 1f3891 true " {
		t.Errorf("reactions %q", got)
	}
	if got := shown(second); got != "1f44d2 true 1f3891 false " {
		t.Errorf("reactions, for another: %q", got)
	}
	if got := shown(other); got != "" {
		t.Errorf("another organisation reads %q", got)
	}
	read(t, db, s, func(tx *store.Tx) {
		for behind, want := range map[string]string{"": "[devu/1]", "devu/1": "[devu/2]", "devu/2": "[]"} {
			got, err := tx.Reactors(t.Context(), c.Of, c.ID, "1f44d", behind, 1)
			tails := []string{}
			for _, r := range got {
				tails = append(tails, r.By)
			}
			if fmt.Sprint(tails) != want || err != nil {
				t.Errorf("behind %q: %v, %v, want %s", behind, tails, err, want)
			}
		}
	})
	Write(t, db, other, func(ctx context.Context, tx *store.Tx) error { return tx.DropReactions(ctx, c) })
	if shown(s) == "" {
		t.Error("another organisation has taken the reactions off")
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropReactions(ctx, c) })
	react(s, "2764", true, true)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropTrash(ctx, []don.ID{c.Of}) })
	if got := shown(s); got != "" {
		t.Errorf("of the record that was purged: %q", got)
	}
}
