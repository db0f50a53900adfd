package directory_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

// figure is a contact of the property below, as the test knows it.
type figure struct {
	n           int64
	name, email string
	tags        []string // name, or name=value
	verified    bool
	owned       bool
	firm        *firm
	own         attributes
}

type firm struct {
	n          int64
	name, tier string
	size       int
	parent     *firm
	people     []*figure
}

// scene fills a database with few firms and people who differ in little.
func (b bench) scene(t *testing.T) (people []*figure, firms []*firm) {
	t.Helper()
	err := b.db.Write(t.Context(), b.scope, func(tx *store.Tx) error {
		return tx.InsertMember(t.Context(), org.Member{N: 1, Email: "m@acme.test", DisplayName: "M", State: org.Active, Role: org.Admin}, "m@acme.test")
	})
	if err != nil {
		t.Fatal(err)
	}
	b.defineAttributes(t)
	tags := map[string]int64{}
	for _, name := range []string{"vip", "Trial", "odd"} {
		made, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: &name, AllowedValues: &[]string{"gold", "iron"}})
		if err != nil {
			t.Fatal(err)
		}
		tags[name] = made.Item.N
	}
	for i := range 6 {
		f := &firm{name: []string{"Acme Berlin", "acme Rome", "Bolt"}[i%3], tier: []string{"gold", "", "silver", "gold"}[i%4], size: []int{0, 7, 100, 5000}[i%4]}
		p := directory.AccountPatch{DisplayName: &f.name, Tier: &f.tier}
		if f.size != 0 {
			p.Custom = &schema.Change{Given: map[string]any{"tnt__size": json.Number(fmt.Sprint(f.size))}, Spec: schema.Spec{Tenant: true}}
		}
		if i > 3 {
			f.parent = firms[i-4]
			p.Parent = &f.parent.n
		}
		made, _, err := b.CreateAccount(t.Context(), b.scope, p)
		if err != nil {
			t.Fatal(err)
		}
		f.n = made.Item.N
		firms = append(firms, f)
	}
	for i := range 60 {
		f := &figure{name: []string{"Änne", "Bo Annik", "Cy", "Dee_%"}[i%4] + []string{"", " Roe", " Roth"}[i%3], verified: true}
		p := directory.ContactPatch{DisplayName: &f.name, Ref: ptr(fmt.Sprint("r", i))}
		if i%5 > 0 {
			f.email = fmt.Sprintf("m%d@%s.test", i, []string{"x", "y"}[i%2])
			p.Email = &f.email
		}
		var uses []tag.Use
		for at, name := range []string{"vip", "Trial", "odd"} {
			if i%(at+2) == 0 {
				use := tag.Use{N: tags[name]}
				f.tags = append(f.tags, name)
				if i%4 == 0 {
					use.Value = []string{"gold", "iron"}[i/4%2]
					f.tags = append(f.tags, name+"="+use.Value)
				}
				uses = append(uses, use)
			}
		}
		p.Tags = &uses
		if f.owned = i%7 == 0; f.owned {
			p.Owners = &[]int64{1}
		}
		var places []don.ID
		if i%3 > 0 {
			f.firm = firms[i%len(firms)]
			f.firm.people = append(f.firm.people, f)
			places = append(places, don.Of(don.Account, f.firm.n))
		}
		f.attribute(i, &p)
		f.n = b.contact(t, p, places...)
		people = append(people, f)
	}
	return people, firms
}

// phrase is a condition with what it means.
type phrase[T any] struct {
	text  string
	means func(T) bool
}

func low(s string) string { return strings.ToLower(s) }

var aboutPeople = []phrase[*figure]{
	{`tag:vip`, func(f *figure) bool { return slices.Contains(f.tags, "vip") }},
	{`tag in (trial, odd)`, func(f *figure) bool { return slices.Contains(f.tags, "Trial") || slices.Contains(f.tags, "odd") }},
	{`tag = vip=gold`, func(f *figure) bool { return slices.Contains(f.tags, "vip=gold") }},
	{`tags != odd`, func(f *figure) bool { return !slices.Contains(f.tags, "odd") }},
	{`tag empty`, func(f *figure) bool { return len(f.tags) == 0 }},
	{`tag:unheard-of`, func(*figure) bool { return false }},
	{`name = "bo annik"`, func(f *figure) bool { return low(f.name) == "bo annik" }},
	{`name ^= ÄN`, func(f *figure) bool { return strings.HasPrefix(low(f.name), "än") }},
	{`name ~ NN`, func(f *figure) bool { return strings.Contains(low(f.name), "nn") }},
	{`display_name !~ ro`, func(f *figure) bool { return !strings.Contains(low(f.name), "ro") }},
	{`name ~ "_%"`, func(f *figure) bool { return strings.Contains(f.name, "_%") }},
	{`email empty`, func(f *figure) bool { return f.email == "" }},
	{`email ~ @x.`, func(f *figure) bool { return strings.Contains(f.email, "@x.") }},
	{`email in (M1@y.test, m2@x.test)`, func(f *figure) bool { return f.email == "m1@y.test" || f.email == "m2@x.test" }},
	{`verified:true`, func(f *figure) bool { return f.verified }},
	{`verified != yes`, func(f *figure) bool { return !f.verified }},
	{`owner = DEVU-1`, func(f *figure) bool { return f.owned }},
	{`owner = m@ACME.test`, func(f *figure) bool { return f.owned }},
	{`owner not empty`, func(f *figure) bool { return f.owned }},
	{`account empty`, func(f *figure) bool { return f.firm == nil }},
	{`account = ACC-2`, func(f *figure) bool { return f.firm != nil && f.firm.n == 2 }},
	{`account.tier = gold`, func(f *figure) bool { return f.firm != nil && f.firm.tier == "gold" }},
	{`account.tier != gold`, func(f *figure) bool { return f.firm == nil || f.firm.tier != "gold" }},
	{`account.tier empty`, func(f *figure) bool { return f.firm == nil || f.firm.tier == "" }},
	{`account.name ~ cm`, func(f *figure) bool { return f.firm != nil && strings.Contains(low(f.firm.name), "cm") }},
	{`account(tier = gold and name ~ rome)`, func(f *figure) bool {
		return f.firm != nil && f.firm.tier == "gold" && strings.Contains(f.firm.name, "Rome")
	}},
	{`account.parent.tier = gold`, func(f *figure) bool { return f.firm != nil && f.firm.parent != nil && f.firm.parent.tier == "gold" }},
	{`workspace empty`, func(f *figure) bool { return true }},
	{`created > 2001-01-01 and created before tomorrow`, func(*figure) bool { return true }},
	{`created last 2 hours`, func(*figure) bool { return true }},
	{`created < -1h`, func(*figure) bool { return false }},
	{`created_by:me`, func(*figure) bool { return true }},
	{`id in (REVU-1, REVU-7, REVU-999)`, func(f *figure) bool { return f.n == 1 || f.n == 7 }},
	{`ref = r3`, func(f *figure) bool { return f.n == 4 }},
}

var aboutFirms = []phrase[*firm]{
	{`name ^= "acme b"`, func(f *firm) bool { return strings.HasPrefix(low(f.name), "acme b") }},
	{`tier in (gold, silver)`, func(f *firm) bool { return f.tier != "" }},
	{`tier empty`, func(f *firm) bool { return f.tier == "" }},
	{`parent = ACC-1`, func(f *firm) bool { return f.parent != nil && f.parent.n == 1 }},
	{`parent.name ~ berlin`, func(f *firm) bool { return f.parent != nil && strings.Contains(low(f.parent.name), "berlin") }},
	{`contacts.tag = vip`, func(f *firm) bool { return f.has(func(p *figure) bool { return slices.Contains(p.tags, "vip") }) }},
	{`contacts.tag != vip`, func(f *firm) bool { return !f.has(func(p *figure) bool { return slices.Contains(p.tags, "vip") }) }},
	{`contacts.name ~ roth`, func(f *firm) bool {
		return f.has(func(p *figure) bool { return strings.Contains(low(p.name), "roth") })
	}},
	{`contacts(name ~ cy and email not empty)`, func(f *firm) bool {
		return f.has(func(p *figure) bool { return strings.Contains(low(p.name), "cy") && p.email != "" })
	}},
	{`workspaces.name ~ bolt`, func(f *firm) bool { return f.name == "Bolt" }},
}

func (f *firm) has(means func(*figure) bool) bool { return slices.ContainsFunc(f.people, means) }

// sentence is a random tree of phrases.
func sentence[T any](rt *rapid.T, of []phrase[T], depth int) phrase[T] {
	if depth == 0 || rapid.IntRange(0, 2).Draw(rt, "leaf") == 0 {
		return rapid.SampledFrom(of).Draw(rt, "phrase")
	}
	a := sentence(rt, of, depth-1)
	b := sentence(rt, of, depth-1)
	switch rapid.SampledFrom([]string{"and", "or", "not"}).Draw(rt, "join") {
	case "and":
		return phrase[T]{"(" + a.text + ") and (" + b.text + ")", func(x T) bool { return a.means(x) && b.means(x) }}
	case "or":
		return phrase[T]{"(" + a.text + ") or (" + b.text + ")", func(x T) bool { return a.means(x) || b.means(x) }}
	}
	return phrase[T]{"not (" + a.text + ")", func(x T) bool { return !a.means(x) }}
}

// TestFiltersMean compares what lists find by random filters, page by page and
// in any order, with what the filters mean.
func TestFiltersMean(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		people, firms := b.scene(t)
		rapid.Check(t, func(rt *rapid.T) {
			p := sentence(rt, slices.Concat(aboutPeople, aboutAttributes), 3)
			want := met(people, p.means, func(f *figure) int64 { return f.n })
			got := all(rt, p.text, []string{"created_date", "display_name", "display_id", "tnt__home.floor", "tnt__plan"}, func(q directory.Query) (directory.Page[*contact.Contact], error) {
				return b.ListContacts(t.Context(), b.scope, contact.Filter{}, q)
			}, func(c *contact.Contact) int64 { return c.N })
			if diff := cmp.Diff(want, got); diff != "" {
				rt.Fatalf("%s\n%s", p.text, diff)
			}
			f := sentence(rt, slices.Concat(aboutFirms, aboutSizes), 2)
			wanted := met(firms, f.means, func(f *firm) int64 { return f.n })
			found := all(rt, f.text, []string{"created_date", "display_name", "display_id", "tnt__size"}, func(q directory.Query) (directory.Page[*account.Account], error) {
				return b.ListAccounts(t.Context(), b.scope, account.Filter{}, q)
			}, func(a *account.Account) int64 { return a.N })
			if diff := cmp.Diff(wanted, found); diff != "" {
				rt.Fatalf("%s\n%s", f.text, diff)
			}
		})
	})
}

func met[T any](all []T, means func(T) bool, n func(T) int64) []int64 {
	var out []int64
	for _, x := range all {
		if means(x) {
			out = append(out, n(x))
		}
	}
	return out
}

// all reads a list to its end, forward or backward.
func all[T any](rt *rapid.T, text string, sorts []string, list func(directory.Query) (directory.Page[T], error), n func(T) int64) []int64 {
	tree, err := filter.Parse(text)
	if err != nil {
		rt.Fatalf("%s: %v", text, err)
	}
	q := directory.Query{
		Limit: rapid.SampledFrom([]int{1, 3, 7, 100}).Draw(rt, "limit"), Backward: rapid.Bool().Draw(rt, "backward"), Where: directory.Where{Tree: tree},
		Sorts: []directory.Sort{{Field: rapid.SampledFrom(sorts).Draw(rt, "sort"), Desc: rapid.Bool().Draw(rt, "desc")}},
	}
	var out []int64
	for range 200 {
		p, err := list(q)
		if err != nil {
			rt.Fatalf("%s: %v", text, err)
		}
		for _, x := range p.Items {
			out = append(out, n(x))
		}
		if q.Edge = p.Next; q.Backward {
			q.Edge = p.Prev
		}
		if q.Edge == nil {
			break
		}
	}
	slices.Sort(out)
	return out
}

// TestFiltersOfTheDeleted leave out what is deleted and follow what was merged.
func TestFiltersOfTheDeleted(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		one, two := b.account(t, "One"), b.account(t, "Two")
		first := b.contact(t, directory.ContactPatch{DisplayName: ptr("A")}, don.Of(don.Account, one))
		second := b.contact(t, directory.ContactPatch{DisplayName: ptr("B")}, don.Of(don.Account, two))
		list := func(text string, want ...int64) {
			t.Helper()
			tree, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Limit: 10, Sorts: []directory.Sort{{Field: "display_id"}}, Where: directory.Where{Tree: tree}})
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for _, c := range p.Items {
				got = append(got, c.N)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", text, diff)
			}
		}
		list(`account:ACC-2`, second)
		if _, err := b.MergeAccounts(t.Context(), b.scope, one, two); err != nil {
			t.Fatal(err)
		}
		list(`account:ACC-1`, first, second)
		list(`account:ACC-2`, first, second)
		list(`account.name = one`, first, second)
		list(`account.name ~ ne`, first, second)
		list(`account.name ~ two`)
		if err := b.DeleteAccount(t.Context(), b.scope, one); err != nil {
			t.Fatal(err)
		}
		list(`account:ACC-1`)
		list(`account.name ~ ne`)
	})
}

// TestFiltersOfManyConditions answers as many as a filter may hold.
func TestFiltersOfManyConditions(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.contact(t, directory.ContactPatch{DisplayName: ptr("A")})
		b.contact(t, directory.ContactPatch{DisplayName: ptr("B")})
		for _, c := range []struct {
			each, join string
			want       int
		}{
			{`id = REVU-%d`, " or ", 2}, {`name ^= "a%[1]d"`, " or ", 0}, {`not name ^= "a%[1]d"`, " and ", 2}, {`not (name ^= b and email = x%d@x.test)`, " and ", 2},
			{`(name ^= b and not email = x%d@x.test)`, " or ", 1},
		} {
			var parts []string
			for i := range filter.MaxConditions / 2 {
				parts = append(parts, fmt.Sprintf(c.each, i+1))
			}
			tree, err := filter.Parse(strings.Join(parts, c.join))
			if err != nil {
				t.Fatal(err)
			}
			p, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Limit: 10, Where: directory.Where{Tree: tree}})
			if err != nil || len(p.Items) != c.want {
				t.Errorf("%s: %d contacts, %v", c.each, len(p.Items), err)
			}
		}
	})
}

// TestFiltersRefuse what does not fit, by name.
func TestFiltersRefuse(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		for text, want := range map[string]string{
			`tga:vip`:                    `did you mean tag?`,
			`account.teir = gold`:        `did you mean tier?`,
			`verified > 3`:               `verified is a bool, which gt does not fit`,
			`created ~ 2020`:             `use one of eq, ne, lt`,
			`created > someday`:          `"someday" is no time`,
			`email = nonsense`:           `"nonsense"`,
			`phone = 12`:                 `"12"`,
			`account.parent.parent.id=1`: `more than 2 relations`,
			`name ~ " "`:                 `nothing to look for`,
		} {
			tree, err := filter.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Limit: 10, Where: directory.Where{Tree: tree}})
			if e := errs.As(err); e == nil || e.Kind != errs.Invalid || e.Field != "filter" || !strings.Contains(e.Message, want) {
				t.Errorf("%s: %v, want %s", text, err, want)
			}
		}
	})
}
