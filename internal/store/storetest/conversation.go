package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/search/lexical"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

// someConversations are with two members, three accounts and four workspaces.
func someConversations() []*conversation.Conversation {
	var cs []*conversation.Conversation
	for n := int64(1); n <= 12; n++ {
		at := listStart.Add(time.Duration(n%4) * time.Hour)
		c := &conversation.Conversation{
			N: n, Title: fmt.Sprintf("Matter %d", n%5), Description: "d", Members: []string{fmt.Sprint("revu/", 1+n%2), "devu/1"}, Owners: []int64{1}[:n%2],
			AccountN: 1 + n%3, WorkspaceN: n % 4, GroupN: n % 2, Tags: []tag.Use{{N: 1 + n%2}}, SourceChannel: "email", SourceChannelV2: "v2",
			Channels: []string{fmt.Sprint("ch-", n%3)}, Spam: n%6 == 0, Frozen: n%4 == 0, URLContext: "u", Subtype: fmt.Sprint("s", n%2), Parts: []int64{7, 8}[:n%3],
			Version: 1, CreatedAt: at, CreatedBy: "devu/1", ModifiedAt: at, ModifiedBy: "devu/1",
		}
		c.Enter(conversation.Stages[n%7], at)
		if n%2 == 0 {
			last := at.Add(time.Minute)
			c.LastMessageAt = &last
		}
		if n%5 == 0 {
			c.Snooze(at.AddDate(0, 0, int(n)), at)
		}
		cs = append(cs, c)
	}
	return cs
}

func testListConversations(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	cs := someConversations()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, c := range cs {
			if err := tx.InsertConversation(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	hour, yes, no := listStart.Add(time.Hour), true, false
	stage := func(c *conversation.Conversation) conversation.State {
		s, _ := conversation.StageNamed(c.Stage)
		return s.State
	}
	byTitle := []store.Sort{{Field: store.SortTitle}}
	for name, c := range map[string]struct {
		f     conversation.Filter
		match func(*conversation.Conversation) bool
	}{
		"all":       {conversation.Filter{}, func(*conversation.Conversation) bool { return true }},
		"member":    {conversation.Filter{Members: []string{"revu/2", "revu/9"}}, func(c *conversation.Conversation) bool { return c.N%2 == 1 }},
		"account":   {conversation.Filter{Accounts: []int64{1}, SpacesOf: []int64{3}}, func(c *conversation.Conversation) bool { return c.AccountN == 1 || c.WorkspaceN == 3 }},
		"workspace": {conversation.Filter{Workspaces: []int64{2}}, func(c *conversation.Conversation) bool { return c.WorkspaceN == 2 }},
		"people":    {conversation.Filter{Owners: []int64{1}, Groups: []int64{1}, Tags: []tag.Use{{N: 2}}}, func(c *conversation.Conversation) bool { return c.N%2 == 1 }},
		"owned":     {conversation.Filter{Owned: &yes}, func(c *conversation.Conversation) bool { return len(c.Owners) > 0 }},
		"nobody's":  {conversation.Filter{Owned: &no, Spam: &no}, func(c *conversation.Conversation) bool { return len(c.Owners) == 0 && !c.Spam }},
		"stage":     {conversation.Filter{Stages: []string{"new", "hold"}}, func(c *conversation.Conversation) bool { return c.Stage == "new" || c.Stage == "hold" }},
		"state":     {conversation.Filter{States: []conversation.State{conversation.Closed}}, func(c *conversation.Conversation) bool { return stage(c) == conversation.Closed }},
		"source":    {conversation.Filter{Sources: []string{"email"}, SourcesV2: []string{"v2"}, Channels: []string{"ch-1"}}, func(c *conversation.Conversation) bool { return c.N%3 == 1 }},
		"parts":     {conversation.Filter{Parts: []int64{8, 9}}, func(c *conversation.Conversation) bool { return c.N%3 == 2 }},
		"subtype":   {conversation.Filter{Subtypes: []string{"s1"}}, func(c *conversation.Conversation) bool { return c.N%2 == 1 }},
		"spam":      {conversation.Filter{Spam: &yes}, func(c *conversation.Conversation) bool { return c.Spam }},
		"no spam":   {conversation.Filter{Spam: &no, Frozen: &no}, func(c *conversation.Conversation) bool { return !c.Spam && !c.Frozen }},
		"snoozed":   {conversation.Filter{Snoozed: &yes}, func(c *conversation.Conversation) bool { return c.N%5 == 0 }},
		"awake":     {conversation.Filter{Snoozed: &no}, func(c *conversation.Conversation) bool { return c.N%5 != 0 }},
		"dates":     {conversation.Filter{CreatedBy: []string{"devu/1"}, CreatedAfter: &hour, ModifiedBefore: &hour}, func(c *conversation.Conversation) bool { return c.N%4 == 1 }},
		"closed":    {conversation.Filter{ClosedAfter: &hour}, func(c *conversation.Conversation) bool { return c.ClosedAt != nil && !c.ClosedAt.Before(hour) }},
		"active":    {conversation.Filter{ActiveBefore: &hour}, func(c *conversation.Conversation) bool { return !c.ActiveAt().After(hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			want := numbersWhere(cs, c.match, func(c *conversation.Conversation) (int64, string) { return c.N, contact.FoldName(c.Title) })
			read(t, db, s, func(tx *store.Tx) {
				ordered(t, byTitle, want, func(c *conversation.Conversation) int64 { return c.N }, func(q store.Query) ([]*conversation.Conversation, bool, error) {
					return tx.ListConversations(t.Context(), c.f, q)
				})
				if n, err := tx.CountConversations(t.Context(), c.f, 100); err != nil || n != len(want) {
					t.Errorf("counts %d, %v; want %d", n, err, len(want))
				}
			})
		})
	}
}

func testConversation(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	want := someConversations()[6]
	same := func(wanted *conversation.Conversation) {
		t.Helper()
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.Conversation(t.Context(), want.N, false)
			if d := cmp.Diff(wanted, got); err != nil || d != "" {
				t.Errorf("%v %s", err, d)
			}
		})
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertConversation(ctx, want) })
	same(want)
	later := listStart.AddDate(0, 0, 1)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.TouchConversation(ctx, want.N, later); err != nil {
			return err
		}
		return tx.TouchConversation(ctx, want.N, listStart) // came late, and is not the last
	})
	want.LastMessageAt = &later
	same(want)
	after := *want
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		after.Title, after.Members, after.Spam = "Other", nil, true
		after.Enter(conversation.Stages[5], later)
		changed, err := tx.UpdateConversation(ctx, want, &after)
		if !changed || after.Version != 2 {
			t.Errorf("changed %v, version %d", changed, after.Version)
		}
		return err
	})
	same(&after)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if changed, err := tx.UpdateConversation(ctx, &after, &after); changed || err != nil {
			t.Errorf("what is the same changed: %v", err)
		}
		return tx.DeleteConversation(ctx, &after)
	})
	found := func(wanted int) {
		t.Helper()
		read(t, db, s, func(tx *store.Tx) {
			if n, err := tx.CountConversations(t.Context(), conversation.Filter{Stages: []string{"resolved"}}, 9); n != wanted || err != nil {
				t.Errorf("finds %d, %v; want %d", n, err, wanted)
			}
			todo, err := tx.SearchTodo(t.Context(), false, 9)
			other := func(run lexical.Todo) bool { return run.N != after.N || run.NTo != after.N }
			if told := todo[don.Conversation]; err != nil || len(todo) != 1 || len(told) == 0 || slices.ContainsFunc(told, other) {
				t.Errorf("searches are told of %v, %v; want the conversation alone", todo, err)
			}
		})
	}
	found(0)
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Conversation(ctx, want.N, true); !errs.Is(err, errs.NotFound) {
			t.Errorf("the deleted one: %v", err)
		}
		c := &conversation.Conversation{}
		if err := tx.Discarded(ctx, don.Of(don.Conversation, want.N), c); err != nil {
			return err
		}
		return tx.RestoreConversation(ctx, c)
	})
	found(1)
	same(&after)
}
