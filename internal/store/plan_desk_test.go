package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/testpg"
	"github.com/kith-id/kith/internal/ticket"
)

const deskRows = 4000

// deskDatabase has enough conversations and tickets for PostgreSQL to prefer indexes.
func deskDatabase(t *testing.T, c Config) (*DB, org.Scope) {
	t.Helper()
	return filledDatabase(t, c, func(ctx context.Context, tx *Tx) error {
		for n := int64(1); n <= deskRows; n++ {
			if err := tx.InsertConversation(ctx, planConversation(n)); err != nil {
				return err
			}
			if err := tx.InsertWork(ctx, planTicket(n)); err != nil {
				return err
			}
		}
		return nil
	})
}

func planConversation(n int64) *conversation.Conversation {
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
	said := at.Add(time.Duration(n*7919%deskRows) * time.Hour)
	c := &conversation.Conversation{
		N: n, Title: fmt.Sprintf("Matter %04d", n*31%deskRows), Members: []string{fmt.Sprint("revu/", 1+n%900), "devu/1"}, Owners: []int64{1 + n%9}, AccountN: 1 + n%90,
		Tags: []tag.Use{{N: 1 + n%3}}, SourceChannel: []string{"email", "plug"}[n%2], Spam: n%50 == 0, LastMessageAt: &said,
		Version: 1, CreatedAt: at, CreatedBy: "devu/1", ModifiedAt: said, ModifiedBy: "devu/1",
	}
	if n%5 == 0 {
		c.Owners = nil
	}
	c.Enter(conversation.Stages[n%7], said)
	return c
}

func planTicket(n int64) *ticket.Work {
	c := planConversation(n)
	w := &ticket.Work{
		Type: don.Ticket, N: n, Title: c.Title, PartN: 1 + n%4, Owners: c.Owners, ReportedBy: c.Members[:1], AccountN: c.AccountN, Stage: ticket.StageNames(don.Ticket)[n%9], Tags: c.Tags,
		Care:    ticket.Care{Severity: ticket.Severities[n%4], SourceChannel: c.SourceChannel, Spam: c.Spam, NeedsResponse: n%3 == 0},
		Version: 1, CreatedAt: c.CreatedAt, CreatedBy: "devu/1", ModifiedAt: c.ModifiedAt, ModifiedBy: "devu/1",
	}
	if w.CurrentStage().State == ticket.Closed {
		w.ActualClose = c.LastMessageAt
	}
	return w
}

func dated(field string, from, to time.Time) filter.Bound {
	return filter.Bound{Op: filter.Within, Field: filter.Field{Name: field}, Range: filter.Bounds{From: &from, To: &to}}
}

// deskFilters are what members look for first, and what is the hardest to find.
func deskFilters(t don.Type) []filter.Bound {
	from := time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC)
	open := is("state", "in_progress", "open")
	people := is("contact")
	for n := range 300 {
		people.Keys = append(people.Keys, fmt.Sprint("revu/", n+1))
	}
	rare := is("contact", "revu/7")
	out := []filter.Bound{
		{Op: filter.And}, open, is("stage", "resolved"), is("owner", "1"), is("has_owner", "false"), is("has_owner", "true"), is("tag", "1"), is("spam", "true"), is("spam", "false"),
		is("needs_response", "true"), is("source_channel", "email"), rare, people, is("account", "account/1", "account/2", "revo/1"), is("title", "matter 0007"),
		{Op: filter.Prefix, Field: filter.Field{Name: "title"}, Keys: []string{"matter 00"}}, {Op: filter.Exists, Field: filter.Field{Name: "contact"}},
		join(filter.Not, filter.Bound{Op: filter.Exists, Field: filter.Field{Name: "account"}}), join(filter.Not, filter.Bound{Op: filter.Exists, Field: filter.Field{Name: "tag"}}),
		join(filter.And, open, is("owner", "1"), is("spam", "false")), join(filter.And, open, is("has_owner", "false"), is("spam", "false")),
		join(filter.And, open, join(filter.Not, is("tag", "1")), people), join(filter.Or, is("owner", "1"), rare),
		dated("created", from, from.Add(time.Hour)), dated("modified", from, from.AddDate(0, 1, 0)), dated("closed", from, from.AddDate(0, 1, 0)),
		join(filter.Not, filter.Bound{Op: filter.Exists, Field: filter.Field{Name: "closed"}}), is("created_by", "devu/1"),
	}
	if t == don.Conversation {
		return append(out, dated("last_message", from, from.Add(time.Hour)), is("member", "devu/1"))
	}
	return append(out, is("severity", "high"), is("part", "1"), is("group", "1"), is("reported_by", "revu/3"), join(filter.Not, filter.Bound{Op: filter.Exists, Field: filter.Field{Name: "severity"}}),
		join(filter.And, is("severity", "blocker"), open, is("part", "1")), dated("target_close", from, from.Add(time.Hour)))
}

// TestPlansOfDesk is TestPlans for conversations and tickets.
func TestPlansOfDesk(t *testing.T) {
	for engine, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Dir: t.TempDir()} },
		"postgres": func() Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			db, s := deskDatabase(t, config())
			known := map[string]bool{}
			for name, l := range map[string]limits{
				"probe": {0, 0, 1000, 1000, 0, 0}, "sieve": {0, 50, 0, 5, 0, 50}, "gather": {100, 100, 100, 100, 100, 50}, "as it is": planLimits,
			} {
				t.Run(name, func(t *testing.T) { explainDesk(t, db, s, l, known) })
			}
		})
	}
}

// checkDeskPlan is checkPlan, save that counting goes through what a part of the
// statement has found, and that the highest number is read from the end of the key.
func checkDeskPlan(t *testing.T, engine, sql, plan string) {
	t.Helper()
	switch {
	case strings.HasPrefix(sql, "SELECT COALESCE(MAX("):
	case strings.HasPrefix(sql, "SELECT COUNT(*)") && engine == "sqlite":
		if regexp.MustCompile(`(?m)^SCAN (contact|conversation|work|attr|x)\b`).MatchString(plan) {
			t.Errorf("reads too much:\n%s\n%s", sql, plan)
		}
	default:
		checkPlan(t, engine, sql, plan)
	}
}

func explainDesk(t *testing.T, db *DB, s org.Scope, l limits, known map[string]bool) {
	was := planLimits
	planLimits = l
	defer func() { planLimits = was }()
	ctx := t.Context()
	read := func(fn func(tx *Tx) error) {
		t.Helper()
		err := db.Read(ctx, s, func(tx *Tx) error {
			tx.q = explainer{tx.q, db.Engine(), known, func(sql, plan string) { checkDeskPlan(t, db.Engine(), sql, plan) }}
			return fn(tx)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []don.Type{don.Conversation, don.Ticket} {
		for _, f := range deskFilters(kind) {
			read(func(tx *Tx) error { return countsDesk(ctx, tx, kind, f) })
		}
	}
	for _, desc := range []bool{true, false} {
		pages := func(sorts []Sort, edge []any) []Query {
			return []Query{{Sorts: sorts, Limit: 5}, {Sorts: sorts, Limit: 5, Edge: edge, Backward: desc}}
		}
		for _, f := range deskFilters(don.Conversation) {
			for _, field := range []string{SortActive, SortCreated, SortModified, SortTitle, SortID} {
				sorts := []Sort{{Field: field, Desc: desc}}
				for _, q := range pages(sorts, EdgeOf(planConversation(deskRows/2), sorts)) {
					read(func(tx *Tx) error {
						_, _, err := tx.ListConversations(ctx, conversation.Filter{Where: f}, q)
						return err
					})
				}
			}
		}
		for _, f := range deskFilters(don.Ticket) {
			for _, field := range []string{SortModified, SortCreated, SortTitle, SortID} {
				sorts := []Sort{{Field: field, Desc: desc}}
				for _, q := range pages(sorts, EdgeOf(planTicket(deskRows/2), sorts)) {
					read(func(tx *Tx) error {
						_, _, err := tx.ListWorks(ctx, ticket.Filter{Types: []don.Type{don.Ticket}, Where: f}, q)
						return err
					})
				}
			}
		}
	}
}

// countsDesk counts what a filter takes, and groups it.
func countsDesk(ctx context.Context, tx *Tx, t don.Type, f filter.Bound) error {
	if t == don.Conversation {
		if _, err := tx.CountConversations(ctx, conversation.Filter{Where: f}, 100); err != nil {
			return err
		}
	} else if _, err := tx.CountWorks(ctx, ticket.Filter{Types: []don.Type{t}, Where: f}, 100); err != nil {
		return err
	}
	for _, by := range []string{"owner", "stage", "account", "contact"} {
		if _, _, err := tx.Grouped(ctx, t, f, by, 100); err != nil {
			return err
		}
	}
	for _, by := range [][2]string{{"contact", "tag"}, {"contact", "tnt__plan"}, {"account", "tier"}} {
		if _, _, _, err := tx.GroupedVia(ctx, t, f, by[0], by[1], 100); err != nil {
			return err
		}
	}
	return nil
}
