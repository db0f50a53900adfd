package filter_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/filter"
)

// dated is a record with a time, a day, and others that it is related to.
type dated struct {
	at, day time.Time
	others  []dated
}

func (d dated) Values(field string) []filter.Value {
	if field == "day" {
		return []filter.Value{{Time: d.day}}
	}
	return []filter.Value{{Time: d.at}}
}

func (d dated) Some(_ string, b filter.Bound) bool {
	return slices.ContainsFunc(d.others, func(o dated) bool { return b.Match(o) })
}

// TestShifted holds that whoever time has moved is found.
func TestShifted(t *testing.T) {
	t.Parallel()
	var catalog *filter.Catalog
	catalog = &filter.Catalog{
		Fields:    map[string]filter.Field{"at": {Name: "at", Type: filter.Time}, "day": {Name: "day", Type: filter.Date}},
		Relations: map[string]func() *filter.Catalog{"other": func() *filter.Catalog { return catalog }},
	}
	zone, err := time.LoadLocation("America/St_Johns")
	if err != nil {
		t.Fatal(err)
	}
	conditions := []string{
		"at > -2d", "at last 3 hours", "at = today", "at != today", "day = yesterday", "day next 2 days", "at between -1w and -1d", "at before this-week",
		"other.at > -1d", "other.day != tomorrow", "other(at > -1d and day = today)", "at > 2024-03-05", "at empty",
	}
	base := time.Date(2024, 3, 8, 0, 0, 0, 0, zone) // the clocks change on the 10th
	moved, stayed := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.SampledFrom(conditions).Draw(rt, "one")
		switch rapid.IntRange(0, 2).Draw(rt, "join") {
		case 1:
			text = "not (" + text + ") or " + rapid.SampledFrom(conditions).Draw(rt, "two")
		case 2:
			text += " and " + rapid.SampledFrom(conditions).Draw(rt, "two")
		default:
		}
		tree, err := filter.Parse(text)
		if err != nil {
			rt.Fatal(err)
		}
		then := base.Add(time.Duration(rapid.IntRange(0, 96*60).Draw(rt, "then")) * time.Minute)
		now := then.Add(time.Duration(rapid.IntRange(0, 30*60).Draw(rt, "passed")) * time.Minute)
		before, err := filter.Bind(tree, catalog, then)
		if err != nil {
			rt.Fatal(err)
		}
		after, err := filter.Bind(tree, catalog, now)
		if err != nil {
			rt.Fatal(err)
		}
		shifted, any := filter.Shifted(before, after)
		for range 20 {
			d := drawDated(rt, base)
			d.others = []dated{drawDated(rt, base)}
			switch changed := before.Match(d) != after.Match(d); {
			case changed && (!any || !shifted.Match(d)):
				rt.Fatalf("%s: from %v to %v, %v changed and is not found", text, then, now, d)
			case changed:
				moved++
			case any && !shifted.Match(d) || !any:
				stayed++
			}
		}
	})
	if moved < 10 || stayed < 10 {
		t.Errorf("time moved %d and left %d; the test tells nothing", moved, stayed)
	}
}

func drawDated(rt *rapid.T, base time.Time) dated {
	at := base.Add(time.Duration(rapid.IntRange(-10*24*60, 10*24*60).Draw(rt, "at")) * time.Minute)
	return dated{at: at, day: time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)}
}
