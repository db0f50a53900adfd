package directory_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

// Groups by dates are what counting each record's own day in the zone gives, and
// their filters list what they count.
func TestGroupDates(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		rng := rand.New(rand.NewPCG(1, 2))
		dates := schema.Fragment{Leaf: don.Contact, Kind: schema.Tenant, Fields: []schema.Field{
			{Name: "seen", Type: schema.Timestamp, Filterable: true}, {Name: "due", Type: schema.Date, Filterable: true}, {Name: "hidden", Type: schema.Date},
			{Name: "calls", Type: schema.Array, Base: schema.Date, Filterable: true}, {Name: "alone", Type: schema.Date, Filterable: true, UI: map[string]any{"is_groupable": false}},
		}}
		if _, err := b.SetFragment(t.Context(), b.scope, dates, nil); err != nil {
			t.Fatal(err)
		}
		var cs []*contact.Contact
		for n := range int64(300) {
			at := time.Date(2024, 1, 25, 0, 0, 0, 0, time.UTC).Add(time.Duration(rng.IntN(24*70)) * time.Hour)
			cs = append(cs, &contact.Contact{
				N: n + 1, DisplayName: []string{"Ann", "Bob"}[n%2], State: "active", Version: 1,
				CreatedAt: at, ModifiedAt: at.Add(time.Duration(rng.IntN(500)) * time.Hour), CreatedBy: "devu/1", ModifiedBy: "devu/1",
			})
			if n%3 > 0 {
				at = at.Add(time.Duration(rng.IntN(500)) * time.Hour)
				cs[n].Custom = schema.Values{"tnt__seen": at.Format(schema.TimestampLayout), "tnt__due": at.Format(time.DateOnly)}
			}
		}
		storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error { return tx.InsertContacts(ctx, cs) })
		kiritimati, err := time.LoadLocation("Pacific/Kiritimati") // 14 hours ahead
		if err != nil {
			t.Fatal(err)
		}
		bobs, err := filter.Parse("name = bob")
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{nil, kiritimati} {
			for _, tree := range []filter.Node{filter.All, bobs} {
				for _, field := range []string{"created", "modified", "tnt__seen", "tnt__due"} {
					for _, period := range directory.Periods {
						want := map[string]int{}
						for _, c := range cs {
							if tree.IsAll() || c.DisplayName == "Bob" {
								want[dayOf(t, c, field, zone, period)]++
							}
						}
						where := directory.Where{Tree: tree, Zone: zone}
						got, before, last := map[string]int{}, "", "9999"
						for page := 0; page == 0 || before != ""; page++ {
							groups, next, err := b.GroupDates(t.Context(), b.scope, don.Contact, where, field, period, before, 7)
							if err != nil {
								t.Fatal(err)
							}
							for _, g := range groups {
								if g.Value >= last {
									t.Errorf("%s comes after %s", g.Value, last)
								}
								last = g.Value
								got[g.Value] = g.Count
								part, err := filter.Parse(g.Filter)
								if err != nil {
									t.Fatal(err)
								}
								listed := directory.Where{Tree: filter.Node{Op: filter.And, Nodes: []filter.Node{tree, part}}, Zone: zone}
								p, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Where: listed, Limit: 400})
								if err != nil || len(p.Items) != g.Count {
									t.Errorf("%s lists %d records, and counts %d: %v", g.Filter, len(p.Items), g.Count, err)
								}
							}
							before = next
						}
						if d := cmp.Diff(want, got); d != "" {
							t.Errorf("%s by %s in %v: %s", field, period, zone, d)
						}
					}
				}
			}
		}
		for _, by := range [][2]string{{"created", "year"}, {"name", "day"}, {"tnt__x", "day"}, {"tnt__hidden", "day"}, {"tnt__calls", "day"}, {"tnt__alone", "day"}, {"tnt__due", "year"}} {
			if _, _, err := b.GroupDates(t.Context(), b.scope, don.Contact, directory.Where{Tree: filter.All}, by[0], by[1], "", 7); !errs.Is(err, errs.Invalid) || errs.As(err).Field != "group_by" {
				t.Errorf("grouping by %v: %v", by, err)
			}
		}
	})
}

// dayOf is the first day of the period of one of a contact's dates, "" for none.
func dayOf(t *testing.T, c *contact.Contact, field string, zone *time.Location, period string) string {
	t.Helper()
	at, layout := c.CreatedAt, ""
	switch field {
	case "modified":
		at = c.ModifiedAt
	case "tnt__seen":
		layout = schema.TimestampLayout
	case "tnt__due":
		layout, zone = time.DateOnly, nil
	}
	if text, has := c.Custom[field].(string); has {
		var err error
		if at, err = time.Parse(layout, text); err != nil {
			t.Fatal(err)
		}
	} else if layout != "" {
		return ""
	}
	return firstDay(at, zone, period)
}

// firstDay counts days by hand: the day itself, the Monday before, or the first.
func firstDay(at time.Time, zone *time.Location, period string) string {
	if zone != nil {
		at = at.In(zone)
	}
	switch period {
	case "week":
		for at.Weekday() != time.Monday {
			at = at.AddDate(0, 0, -1)
		}
	case "month":
		return fmt.Sprintf("%04d-%02d-01", at.Year(), at.Month())
	}
	return at.Format(time.DateOnly)
}
