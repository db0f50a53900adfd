package listpair

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
)

// Slice is a list by custom attributes, relations and groups, in the API's words.
type Slice struct {
	Name  string
	Where string // a filter as people write it
	Sorts []string
	Hard  bool // as of a pair
}

// Slices are the pairs of A's kind that custom attributes, relations and groups
// add.
var Slices = []Slice{
	{Name: "half by plan, newest", Where: "tnt__plan = basic", Sorts: []string{"created_date:desc"}},
	{Name: "5 % by plan, newest", Where: "tnt__plan = platinum", Sorts: []string{"created_date:desc"}},
	{Name: "either of two plans, by name", Where: "tnt__plan in (gold, platinum)", Sorts: []string{"display_name:asc"}},
	{Name: "all but a plan, newest", Where: "tnt__plan != basic", Sorts: []string{"created_date:desc"}},
	{Name: "a region, last modified", Where: "tnt__region = r07", Sorts: []string{"modified_date:desc"}},
	{Name: "a region and a plan, newest", Where: "tnt__region = r07 and tnt__plan = gold", Sorts: []string{"created_date:desc"}},
	{Name: "a region, by e-mail", Where: "tnt__region = r07", Sorts: []string{"email:asc"}},
	{Name: "many seats, newest", Where: "tnt__seats > 4900", Sorts: []string{"created_date:desc"}},
	{Name: "few seats, by name", Where: "tnt__seats between 10 and 15", Sorts: []string{"display_name:asc"}},
	{Name: "no seats, newest", Where: "tnt__seats empty", Sorts: []string{"created_date:desc"}},
	{Name: "renewed in a month, newest", Where: "tnt__renewal between 2026-03-01 and 2026-03-31", Sorts: []string{"created_date:desc"}},
	{Name: "tier of the account, newest", Where: "account.tier = gold", Sorts: []string{"created_date:desc"}},
	{Name: "tier of the account and a tag, by name", Where: "account.tier = gold and tag = TAG-2", Sorts: []string{"display_name:asc"}},
	{Name: "tier of the account and a plan, by name", Where: "account.tier in (gold, silver) and tnt__plan = gold", Sorts: []string{"display_name:asc"}},
	{Name: "name of the account, newest", Where: `account.name ^= "Account 5"`, Sorts: []string{"created_date:desc"}},
	{Name: "a group, newest", Where: "group = GROUP-4", Sorts: []string{"created_date:desc"}},
	{Name: "a group and a region, by name", Where: "group = GROUP-4 and tnt__region = r03", Sorts: []string{"display_name:asc"}},
	{Name: "a tag or a plan, verified, newest", Where: "(tag = TAG-2 or tnt__plan = platinum) and verified = true", Sorts: []string{"created_date:desc"}},
	{Name: "all, by seats", Sorts: []string{"tnt__seats:desc"}},
	{Name: "all, by plan, newest first", Sorts: []string{"tnt__plan:asc", "created_date:desc"}},
	{Name: "tier of the account, by seats", Where: "account.tier = gold", Sorts: []string{"tnt__seats:desc"}},
	{Name: "half by plan, by seats", Where: "tnt__plan = basic", Sorts: []string{"tnt__seats:asc", "display_name:asc"}},

	{Name: "an era that is over, newest", Where: "tnt__era = first", Sorts: []string{"created_date:desc"}, Hard: true},
	{Name: "tier of the big account and what it lacks", Where: "account.tier = bronze and tag = TAG-5", Sorts: []string{"created_date:desc"}, Hard: true},
	{Name: "a group of Z, by name from A", Where: "group = GROUP-5", Sorts: []string{"display_name:asc"}, Hard: true},
	{Name: "half by plan and few seats, by e-mail", Where: "tnt__plan = basic and tnt__seats = 4999", Sorts: []string{"email:asc"}, Hard: true},
	{Name: "an era that is over, by seats", Where: "tnt__era = first and tnt__plan = basic", Sorts: []string{"tnt__seats:asc"}, Hard: true},
}

// Groups are the filters of GROUP-4 and those after it.
var Groups = []string{"tnt__plan = gold and tnt__seats > 1000", `name ^= "Z"`}

// Regions is how many values tnt__region has.
const Regions = 20

// Fragment defines the contacts' custom attributes.
func Fragment() schema.Fragment {
	regions := make([]schema.Choice, Regions)
	for i := range regions {
		regions[i].Label = region(i)
	}
	return schema.Fragment{Leaf: don.Contact, Kind: schema.Tenant, Version: 1, Fields: []schema.Field{
		{Name: "plan", Type: schema.Enum, Choices: []schema.Choice{{Label: "basic"}, {Label: "silver"}, {Label: "gold"}, {Label: "platinum"}}, Filterable: true},
		{Name: "region", Type: schema.Enum, Choices: regions, Filterable: true}, {Name: "seats", Type: schema.Int, Filterable: true},
		{Name: "renewal", Type: schema.Date, Filterable: true}, {Name: "era", Type: schema.Text, Filterable: true},
	}}
}

func region(i int) string { return fmt.Sprintf("r%02d", i) }

// Tier is an account's tier.
func Tier(n int64) string {
	switch {
	case n == BigAccount:
		return "bronze"
	case n%10 == 0:
		return "gold"
	case n%10 < 4:
		return "silver"
	}
	return ""
}

// attributes gives a contact custom values, by chances of their own: those of the
// pairs stay as they were.
func (s *Seeder) attributes(c *contact.Contact, at float64) {
	plan := "basic"
	switch p := s.own.Float64(); {
	case p < 0.05:
		plan = "platinum"
	case p < 0.2:
		plan = "gold"
	case p < 0.5:
		plan = "silver"
	}
	days := s.own.IntN(365)
	c.Custom = schema.Values{
		"tnt__plan": plan, "tnt__region": region(s.own.IntN(Regions)),
		"tnt__renewal": time.Date(2026, 1, 1+days, 0, 0, 0, 0, time.UTC).Format(time.DateOnly),
	}
	if seats := s.own.IntN(5500); seats > 500 {
		c.Custom["tnt__seats"] = json.Number(fmt.Sprint(seats - 500))
	}
	if at < 0.02 {
		c.Custom["tnt__era"] = "first"
	}
}
