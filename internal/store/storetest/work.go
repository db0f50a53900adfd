package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// someWorks are tickets and opportunities whose numbers count apart.
func someWorks() []*ticket.Work {
	var ws []*ticket.Work
	for i := int64(1); i <= 12; i++ {
		at := listStart.Add(time.Duration(i%4) * time.Hour)
		target := at.AddDate(0, 0, int(i))
		w := &ticket.Work{
			Type: don.Ticket, N: (i + 1) / 2, Title: fmt.Sprintf("Matter %d", i%5), Body: "b", PartN: 1 + i%2, Owners: append([]int64(nil), []int64{1}[:i%2]...),
			ReportedBy: []string{fmt.Sprint("revu/", 1+i%3)}, WorkspaceN: i % 3, Tags: []tag.Use{{N: 1 + i%2}}, Ref: fmt.Sprint("ref-", i), TargetClose: &target,
			Subtype: fmt.Sprint("s", i%2), Version: 1, CreatedAt: at, CreatedBy: "devu/1", ModifiedAt: at, ModifiedBy: "devu/2",
		}
		if i%2 == 0 {
			amount := float64(i) * 1000.5
			w.Type, w.AccountN, w.WorkspaceN = don.Opportunity, 1+i%3, 0
			w.Deal = ticket.Deal{Contacts: []int64{1 + i%3}, Amount: &amount, Forecast: "commit", Value: &ticket.Money{Amount: "10.50", Currency: "EUR"}}
		} else {
			w.Care = ticket.Care{Severity: ticket.Severities[i%4], GroupN: i % 3, Channels: []string{"email"}, SourceChannel: "plug", NeedsResponse: i%3 == 0, Spam: i%5 == 0}
		}
		if w.Stage = ticket.FirstStage(w.Type); i%4 == 3 {
			w.Stage, w.ActualClose = "resolved", &at
		}
		ws = append(ws, w)
	}
	return ws
}

func testListWorks(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	ws := someWorks()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		for _, w := range ws {
			if err := tx.InsertWork(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
	hour, yes, no := listStart.Add(time.Hour), true, false
	week := listStart.AddDate(0, 0, 7)
	byTitle := []store.Sort{{Field: store.SortTitle}}
	for name, c := range map[string]struct {
		f     ticket.Filter
		match func(*ticket.Work) bool
	}{
		"all":           {ticket.Filter{}, func(*ticket.Work) bool { return true }},
		"tickets":       {ticket.Filter{Types: []don.Type{don.Ticket}}, func(w *ticket.Work) bool { return w.Type == don.Ticket }},
		"both types":    {ticket.Filter{Types: ticket.Types, Parts: []int64{2}}, func(w *ticket.Work) bool { return w.PartN == 2 }},
		"owner and tag": {ticket.Filter{Owners: []int64{1}, Tags: []tag.Use{{N: 2}}}, func(w *ticket.Work) bool { return len(w.Owners) == 1 }},
		"reporter":      {ticket.Filter{Reporters: []don.ID{don.Of(don.Contact, 2)}}, func(w *ticket.Work) bool { return w.ReportedBy[0] == "revu/2" }},
		"anyhow of a contact": {ticket.Filter{People: []int64{3}}, func(w *ticket.Work) bool {
			return w.ReportedBy[0] == "revu/3" || slices.Contains(w.Contacts, 3)
		}},
		"taking part": {ticket.Filter{Contacts: []int64{1}}, func(w *ticket.Work) bool { return slices.Contains(w.Contacts, 1) }},
		"account or workspace": {ticket.Filter{Places: [][]don.ID{{don.Of(don.Account, 1), don.Of(don.Workspace, 2)}}}, func(w *ticket.Work) bool {
			return w.AccountN == 1 || w.WorkspaceN == 2
		}},
		"no place":   {ticket.Filter{Places: [][]don.ID{{}}}, func(*ticket.Work) bool { return false }},
		"owned":      {ticket.Filter{Owned: &yes}, func(w *ticket.Work) bool { return len(w.Owners) > 0 }},
		"nobody's":   {ticket.Filter{Owned: &no}, func(w *ticket.Work) bool { return len(w.Owners) == 0 }},
		"stage":      {ticket.Filter{Stages: []string{"resolved", "qualification"}}, func(w *ticket.Work) bool { return w.Stage == "resolved" || w.Stage == "qualification" }},
		"state":      {ticket.Filter{States: []string{ticket.Closed}}, func(w *ticket.Work) bool { return w.ActualClose != nil }},
		"references": {ticket.Filter{Refs: []string{"ref-2", "ref-3", "none"}}, func(w *ticket.Work) bool { return w.Ref == "ref-2" || w.Ref == "ref-3" }},
		"severity":   {ticket.Filter{Severities: []string{"high"}}, func(w *ticket.Work) bool { return w.Severity == "high" }},
		"group":      {ticket.Filter{Groups: []int64{1}, Channels: []string{"email"}, Sources: []string{"plug"}}, func(w *ticket.Work) bool { return w.GroupN == 1 }},
		"subtype":    {ticket.Filter{Subtypes: []string{"s1"}}, func(w *ticket.Work) bool { return w.Subtype == "s1" }},
		"waiting":    {ticket.Filter{NeedsResponse: &yes}, func(w *ticket.Work) bool { return w.NeedsResponse }},
		"spam":       {ticket.Filter{Spam: &yes}, func(w *ticket.Work) bool { return w.Spam }},
		"tickets that are none": {ticket.Filter{Types: []don.Type{don.Ticket}, Spam: &no, Frozen: &no}, func(w *ticket.Work) bool {
			return w.Type == don.Ticket && !w.Spam
		}},
		"forecast":   {ticket.Filter{Forecasts: []string{"commit"}}, func(w *ticket.Work) bool { return w.Type == don.Opportunity }},
		"made":       {ticket.Filter{CreatedBy: []string{"devu/1"}, CreatedAfter: &hour, ModifiedBefore: &hour}, func(w *ticket.Work) bool { return w.CreatedAt.Equal(hour) }},
		"changed by": {ticket.Filter{ModifiedBy: []string{"devu/1"}}, func(*ticket.Work) bool { return false }},
		"due":        {ticket.Filter{TargetBefore: &week}, func(w *ticket.Work) bool { return !w.TargetClose.After(week) }},
		"closed":     {ticket.Filter{ActualAfter: &hour}, func(w *ticket.Work) bool { return w.ActualClose != nil && !w.ActualClose.Before(hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			key := func(w *ticket.Work) int64 { return ticket.Key(w.ID()) }
			want := numbersWhere(ws, c.match, func(w *ticket.Work) (int64, string) { return key(w), contact.FoldName(w.Title) })
			read(t, db, s, func(tx *store.Tx) {
				ordered(t, byTitle, want, key, func(q store.Query) ([]*ticket.Work, bool, error) { return tx.ListWorks(t.Context(), c.f, q) })
				if n, err := tx.CountWorks(t.Context(), c.f, 100); err != nil || n != len(want) {
					t.Errorf("counts %d, %v; want %d", n, err, len(want))
				}
			})
		})
	}
}

func testWork(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	same := func(want *ticket.Work) {
		t.Helper()
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.Work(t.Context(), want.ID(), false)
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%v %s", err, d)
			}
		})
	}
	for _, want := range someWorks()[:2] {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertWork(ctx, want) })
		same(want)
		after := *want
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			after.Title, after.ReportedBy, after.Ref = "Other", nil, ""
			changed, err := tx.UpdateWork(ctx, want, &after)
			if !changed || after.Version != 2 {
				t.Errorf("changed %v, version %d", changed, after.Version)
			}
			return err
		})
		same(&after)
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			if changed, err := tx.UpdateWork(ctx, &after, &after); changed || err != nil {
				t.Errorf("what is the same changed: %v", err)
			}
			return tx.DeleteWork(ctx, &after)
		})
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Work(ctx, want.ID(), true); !errs.Is(err, errs.NotFound) {
				t.Errorf("the deleted one: %v", err)
			}
			w := &ticket.Work{}
			if err := tx.Discarded(ctx, want.ID(), w); err != nil {
				return err
			}
			return tx.RestoreWork(ctx, w)
		})
		same(&after)
	}
}
