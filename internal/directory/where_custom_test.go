package directory_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
)

// attributes are a figure's custom values.
type attributes struct {
	plan  string
	seats float64 // 0 for none
	langs []string
	due   string
	home  address
	homes []address
}

type address struct {
	city  string
	floor int // 0 for none
}

func (a address) value() map[string]any {
	out := map[string]any{}
	if a.city != "" {
		out["city"] = a.city
	}
	if a.floor != 0 {
		out["floor"] = json.Number(fmt.Sprint(a.floor))
	}
	return out
}

// defineAttributes adds fields of which the values differ in little.
func (b bench) defineAttributes(t *testing.T) {
	t.Helper()
	people := schema.Fragment{
		Leaf: don.Contact, Kind: schema.Tenant,
		Fields: []schema.Field{
			{Name: "plan", Type: schema.Enum, Choices: []schema.Choice{{Label: "Gold"}, {Label: "iron"}}, Filterable: true}, {Name: "seats", Type: schema.Double, Filterable: true},
			{Name: "langs", Type: schema.Array, Base: schema.Text, Filterable: true}, {Name: "due", Type: schema.Date, Filterable: true},
			{Name: "home", Type: schema.Composite, Composite: "address"}, {Name: "homes", Type: schema.Array, Base: schema.Composite, Composite: "address"},
		},
		Composites: []schema.CompositeSchema{{Name: "address", Fields: []schema.Field{{Name: "city", Type: schema.Text, Filterable: true}, {Name: "floor", Type: schema.Int, Filterable: true}}}},
	}
	firms := schema.Fragment{Leaf: don.Account, Kind: schema.Tenant, Fields: []schema.Field{{Name: "size", Type: schema.Int, Filterable: true}}}
	for _, f := range []schema.Fragment{people, firms} {
		if _, err := b.SetFragment(t.Context(), b.scope, f, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// attribute gives the i-th figure values.
func (f *figure) attribute(i int, p *directory.ContactPatch) {
	cities, floors := []string{"", "Köln", "Kölln", "Bonn"}, []int{0, -1, 2, 10, 11}
	f.own = attributes{
		plan: []string{"", "Gold", "iron"}[i/3%3], seats: []float64{0, -2.5, 3, 3.5, 1e6}[i%5], langs: [][]string{nil, {"de"}, {"de", "EN"}, {"fr"}}[i/2%4],
		due: []string{"", "2026-01-31", "2026-02-01"}[i/5%3], home: address{cities[i%4], floors[i/4%5]},
	}
	for j := range i % 3 {
		f.own.homes = append(f.own.homes, address{cities[(i+j)%3+1], floors[(i+2*j)%5]})
	}
	given := map[string]any{}
	if f.own.plan != "" {
		given["tnt__plan"] = f.own.plan
	}
	if f.own.seats != 0 {
		given["tnt__seats"] = json.Number(fmt.Sprint(f.own.seats))
	}
	if f.own.due != "" {
		given["tnt__due"] = f.own.due
	}
	var langs, homes []any
	for _, l := range f.own.langs {
		langs = append(langs, l)
	}
	for _, h := range f.own.homes {
		homes = append(homes, h.value())
	}
	if langs != nil {
		given["tnt__langs"] = langs
	}
	if homes != nil {
		given["tnt__homes"] = homes
	}
	for member, x := range f.own.home.value() {
		given["tnt__home."+member] = x
	}
	p.Custom = &schema.Change{Given: given, Spec: schema.Spec{Tenant: true}}
}

var aboutAttributes = []phrase[*figure]{
	{`tnt__plan = gold`, func(f *figure) bool { return f.own.plan == "Gold" }},
	{`tnt__plan in (GOLD, iron)`, func(f *figure) bool { return f.own.plan != "" }},
	{`tnt__plan != iron`, func(f *figure) bool { return f.own.plan != "iron" }},
	{`tnt__plan empty`, func(f *figure) bool { return f.own.plan == "" }},
	{`tnt__seats = 3`, func(f *figure) bool { return f.own.seats == 3 }},
	{`tnt__seats < 3.5`, func(f *figure) bool { return f.own.seats != 0 && f.own.seats < 3.5 }},
	{`tnt__seats between -2.5 and 3`, func(f *figure) bool { return f.own.seats == -2.5 || f.own.seats == 3 }},
	{`tnt__langs = en`, func(f *figure) bool { return slices.Contains(f.own.langs, "EN") }},
	{`tnt__langs ~ e`, func(f *figure) bool { return slices.Contains(f.own.langs, "de") }},
	{`tnt__langs ^= f`, func(f *figure) bool { return slices.Contains(f.own.langs, "fr") }},
	{`tnt__langs not empty`, func(f *figure) bool { return f.own.langs != nil }},
	{`tnt__due > 2026-01-31`, func(f *figure) bool { return f.own.due == "2026-02-01" }},
	{`tnt__due <= 2026-01-31`, func(f *figure) bool { return f.own.due == "2026-01-31" }},
	{`tnt__due != 2026-02-01`, func(f *figure) bool { return f.own.due != "2026-02-01" }},
	{`tnt__home.city = köln`, func(f *figure) bool { return f.own.home.city == "Köln" }},
	{`tnt__home.city ^= köl`, func(f *figure) bool { return strings.HasPrefix(f.own.home.city, "Köl") }},
	{`tnt__home.city ~ ll`, func(f *figure) bool { return f.own.home.city == "Kölln" }},
	{`tnt__home.city empty`, func(f *figure) bool { return f.own.home.city == "" }},
	{`tnt__home.floor >= 2`, func(f *figure) bool { return f.own.home.floor >= 2 }},
	{`tnt__home.floor in (-1, 10)`, func(f *figure) bool { return f.own.home.floor == -1 || f.own.home.floor == 10 }},
	{`tnt__home.floor not empty`, func(f *figure) bool { return f.own.home.floor != 0 }},
	{`tnt__homes.city = bonn`, func(f *figure) bool { return f.lives(func(a address) bool { return a.city == "Bonn" }) }},
	{`tnt__homes.city !~ öl`, func(f *figure) bool {
		return !f.lives(func(a address) bool { return strings.Contains(a.city, "öl") })
	}},
	{`tnt__homes.floor > 2`, func(f *figure) bool { return f.lives(func(a address) bool { return a.floor > 2 }) }},
	{`tnt__homes.floor empty`, func(f *figure) bool { return !f.lives(func(a address) bool { return a.floor != 0 }) }},
	{`tnt__homes.city not empty`, func(f *figure) bool { return len(f.own.homes) > 0 }},
	{`account.tnt__size > 100`, func(f *figure) bool { return f.firm != nil && f.firm.size > 100 }},
	{`account.tnt__size empty`, func(f *figure) bool { return f.firm == nil || f.firm.size == 0 }},
	{`account.contacts.tnt__home.city = bonn`, func(f *figure) bool {
		return f.firm != nil && f.firm.has(func(p *figure) bool { return p.own.home.city == "Bonn" })
	}},
}

func (f *figure) lives(means func(address) bool) bool { return slices.ContainsFunc(f.own.homes, means) }

var aboutSizes = []phrase[*firm]{
	{`tnt__size >= 100`, func(f *firm) bool { return f.size >= 100 }},
	{`tnt__size empty`, func(f *firm) bool { return f.size == 0 }},
	{`contacts.tnt__plan = gold`, func(f *firm) bool { return f.has(func(p *figure) bool { return p.own.plan == "Gold" }) }},
	{`contacts(tnt__homes.city ^= bo and tnt__seats > 0)`, func(f *firm) bool {
		return f.has(func(p *figure) bool {
			return p.own.seats > 0 && p.lives(func(a address) bool { return a.city == "Bonn" })
		})
	}},
}
