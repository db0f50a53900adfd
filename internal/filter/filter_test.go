package filter_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
)

func cond(field string, op filter.Op, values ...string) filter.Node {
	return filter.Node{Op: op, Field: field, Values: values}
}

func join(op filter.Op, nodes ...filter.Node) filter.Node { return filter.Node{Op: op, Nodes: nodes} }

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]filter.Node{
		``:                            filter.All,
		"  \n ":                       filter.All,
		`tag:vip`:                     cond("tag", filter.Eq, "vip"),
		`tag: vip`:                    cond("tag", filter.Eq, "vip"),
		`tag = vip=gold`:              cond("tag", filter.Eq, "vip=gold"),
		`a.b!=c`:                      cond("a.b", filter.Ne, "c"),
		`name~"O\"Neil \\ (x)"`:       cond("name", filter.Contains, `O"Neil \ (x)`),
		`name !~ 'it''`:               {},
		`name !~ 'a"b'`:               cond("name", filter.NotContains, `a"b`),
		`name ^= Ä`:                   cond("name", filter.StartsWith, "Ä"),
		`name starts An`:              cond("name", filter.StartsWith, "An"),
		`name CONTAINS An`:            cond("name", filter.Contains, "An"),
		`name not contains An`:        cond("name", filter.NotContains, "An"),
		`n<=5`:                        cond("n", filter.Lte, "5"),
		`n >= -5`:                     cond("n", filter.Gte, "-5"),
		`created > -30d`:              cond("created", filter.Gt, "-30d"),
		`created before 2026-01-31`:   cond("created", filter.Lt, "2026-01-31"),
		`created after now`:           cond("created", filter.Gt, "now"),
		`created last 30 days`:        cond("created", filter.Between, "-30d", "now"),
		`created next 2 Weeks`:        cond("created", filter.Between, "now", "+2w"),
		`created last 1 month`:        cond("created", filter.Between, "-1mo", "now"),
		`n between 1 and 2 and m = 3`: join(filter.And, cond("n", filter.Between, "1", "2"), cond("m", filter.Eq, "3")),
		`t in (a, "b, c" ,d)`:         cond("t", filter.In, "a", "b, c", "d"),
		`t not in (a)`:                cond("t", filter.NotIn, "a"),
		`o empty`:                     cond("o", filter.Empty),
		`o not empty`:                 cond("o", filter.NotEmpty),
		`v is true`:                   cond("v", filter.Eq, "true"),
		`name = and`:                  cond("name", filter.Eq, "and"),
		`at = 2026-01-31T10:00:00Z`:   cond("at", filter.Eq, "2026-01-31T10:00:00Z"),
		`a:1 or b:2 and c:3`:          join(filter.Or, cond("a", filter.Eq, "1"), join(filter.And, cond("b", filter.Eq, "2"), cond("c", filter.Eq, "3"))),
		`(a:1 or b:2) AND c:3`:        join(filter.And, join(filter.Or, cond("a", filter.Eq, "1"), cond("b", filter.Eq, "2")), cond("c", filter.Eq, "3")),
		`not a:1 and b:2`:             join(filter.And, join(filter.Not, cond("a", filter.Eq, "1")), cond("b", filter.Eq, "2")),
		`not (a:1 and b:2)`:           join(filter.Not, join(filter.And, cond("a", filter.Eq, "1"), cond("b", filter.Eq, "2"))),
		`((a:1) and (b:2 and c:3))`:   join(filter.And, cond("a", filter.Eq, "1"), cond("b", filter.Eq, "2"), cond("c", filter.Eq, "3")),
		`account(tier=gold or x:1)`:   {Op: filter.Some, Field: "account", Nodes: []filter.Node{join(filter.Or, cond("tier", filter.Eq, "gold"), cond("x", filter.Eq, "1"))}},
		`android:1 or order:2`:        join(filter.Or, cond("android", filter.Eq, "1"), cond("order", filter.Eq, "2")),
	} {
		got, err := filter.Parse(text)
		if want.Op == "" {
			if err == nil {
				t.Errorf("%s was read as %+v", text, got)
			}
			continue
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}

func TestParseTellsWhere(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 10_000)
	for text, want := range map[string]string{
		`tag`:                                  `column 4: the filter ends where an operator`,
		`tag vip`:                              `column 5: "vip" stands there where an operator`,
		`Ä:1`:                                  `column 1: "Ä:1" stands there where a field`,
		`tag:`:                                 `column 5: the filter ends where a value`,
		`tag:vip x`:                            `column 9: "x" stands there where and, or, or the end`,
		`tag:vip and`:                          `column 12: the filter ends where a field, not or (`,
		`(tag:vip`:                             `column 9: the filter ends where and, or, or )`,
		`tag:vip)`:                             `column 8: ")" stands there`,
		`n in a`:                               `column 6: "a" stands there where (`,
		`n in ()`:                              `column 7: ")" stands there where a value`,
		`n in (a b)`:                           `column 9: "b)" stands there where , or )`,
		`n between 1`:                          `column 12: the filter ends where and`,
		`größe = 1`:                            `column 3: "öße" stands there where an operator`,
		`n = "abc`:                             `column 5: the quoted value has no end`,
		`created last days`:                    `column 14: "days" stands there where a number`,
		`created last 3`:                       `column 15: the filter ends where hours, days`,
		`created last 3 minutes`:               `column 16: "minutes" stands there where hours`,
		`o not filled`:                         `column 3: "not" stands there where an operator`,
		deep:                                   `nested more than 32 levels deep`,
		strings.Repeat("not ", 10_000):         `nested more than 32 levels deep`,
		strings.Repeat("x", 1<<20):             `is 1048576 bytes long; at most 65536`,
		"a:" + strings.Repeat("x", 1025):       `more than 1024 characters`,
		"a:\x00":                               `is no text`,
		strings.Repeat("a:1 or ", 500) + "a:1": `more than 500 conditions`,
		"a in (" + strings.Repeat("1,", 200) + "1)":                             `more than 200 values`,
		strings.Repeat("a in ("+strings.Repeat("1,", 199)+"1) or ", 11) + "b:1": `more than 2000 values`,
	} {
		_, err := filter.Parse(text)
		e := errs.As(err)
		if e == nil || e.Kind != errs.Invalid || e.Field != "filter" || !strings.Contains(e.Message, want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{`tag:vip and created > -30d and account.tier in (gold, silver)`, `not (a ~ "x\"" or b empty)`, `a(b:1)`, `x last 3 days`, `'`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := filter.Parse(text)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if err := filter.Check(n); err != nil {
			t.Fatalf("%q was read as what is refused: %v", text, err)
		}
		again, err := filter.Parse(filter.Format(n))
		if diff := cmp.Diff(n, again); err != nil || diff != "" {
			t.Fatalf("%q became %q: %v %s", text, filter.Format(n), err, diff)
		}
	})
}

// tree draws a filter.
func tree(rt *rapid.T, depth int) filter.Node {
	op := rapid.SampledFrom([]filter.Op{filter.And, filter.Or, filter.Not, filter.Some, filter.Eq, filter.In, filter.Between, filter.Empty, filter.Contains}).Draw(rt, "op")
	value := rapid.SampledFrom([]string{"a", "", "b c", `"`, `\`, "'", "(", "and", "ä:=", ",", "-1"})
	if depth == 0 && (op == filter.And || op == filter.Or || op == filter.Not || op == filter.Some) {
		op = filter.Eq
	}
	n := filter.Node{Op: op}
	switch op {
	case filter.And, filter.Or:
		for range rapid.IntRange(1, 3).Draw(rt, "nodes") {
			n.Nodes = append(n.Nodes, tree(rt, depth-1))
		}
		return n
	case filter.Not, filter.Some:
		n.Nodes = []filter.Node{tree(rt, depth-1)}
	case filter.In:
		n.Values = rapid.SliceOfN(value, 1, 3).Draw(rt, "values")
	case filter.Between:
		n.Values = rapid.SliceOfN(value, 2, 2).Draw(rt, "values")
	case filter.Empty:
	default:
		n.Values = []string{value.Draw(rt, "value")}
	}
	if op != filter.Not {
		n.Field = rapid.SampledFrom([]string{"x", "y", "r.x", "tnt__z"}).Draw(rt, "field")
	}
	return n
}

func TestFormatRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		n := tree(rt, 4).Canonical()
		got, err := filter.Parse(filter.Format(n))
		if diff := cmp.Diff(n, got); err != nil || diff != "" {
			rt.Fatalf("%s: %v %s", filter.Format(n), err, diff)
		}
	})
}

// thing is a record of the properties below.
type thing struct {
	values map[string][]filter.Value
	others []thing
}

func (x thing) Values(field string) []filter.Value { return x.values[field] }

func (x thing) Some(_ string, b filter.Bound) bool {
	for _, o := range x.others {
		if b.Match(o) {
			return true
		}
	}
	return false
}

func catalog() *filter.Catalog {
	c := &filter.Catalog{Fields: map[string]filter.Field{}}
	c.Relations = map[string]func() *filter.Catalog{"r": func() *filter.Catalog { return c }}
	for _, f := range []filter.Field{
		{Name: "x", Type: filter.Text, Keys: func(v string) ([]string, error) { return []string{strings.ToLower(v)}, nil }, Fold: strings.ToLower},
		{Name: "n", Type: filter.Number}, {Name: "at", Type: filter.Time}, {Name: "day", Type: filter.Date}, {Name: "b", Type: filter.Bool},
		{Name: "ref", Type: filter.Ref, Keys: func(v string) ([]string, error) {
			if v == "nobody" {
				return nil, errs.Gone(v)
			}
			if v == "broken" {
				return nil, errors.New("the database is away")
			}
			return []string{v, v + "'"}, nil
		}},
	} {
		c.Fields[f.Name] = f
	}
	return c
}

var berlin = func() *time.Location {
	at, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return at
}()

// now is an hour before clocks go back in Berlin.
var now = time.Date(2026, 10, 25, 1, 30, 0, 0, berlin)

func TestMatch(t *testing.T) {
	t.Parallel()
	text := func(vs ...string) []filter.Value {
		var out []filter.Value
		for _, v := range vs {
			out = append(out, filter.Value{Text: v})
		}
		return out
	}
	at := func(v string) []filter.Value {
		got, err := time.ParseInLocation("2006-01-02 15:04:05.000000", v, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return []filter.Value{{Time: got}}
	}
	day := func(v string) []filter.Value {
		got, err := time.Parse(time.DateOnly, v)
		if err != nil {
			t.Fatal(err)
		}
		return []filter.Value{{Time: got}}
	}
	is := func(field string, v []filter.Value) thing { return thing{values: map[string][]filter.Value{field: v}} }
	none := thing{}
	for _, c := range []struct {
		text  string
		of    thing
		holds bool
	}{
		{`x = Ann`, is("x", text("bo", "ann")), true}, {`x != Ann`, is("x", text("bo", "ann")), false}, {`x != ann`, none, true}, {`x = ann`, none, false},
		{`x in (ann, cy)`, is("x", text("cy")), true}, {`x not in (ann, cy)`, is("x", text("cy")), false}, {`x not in (ann)`, none, true},
		{`x ~ NN`, is("x", text("ann")), true}, {`x ^= NN`, is("x", text("ann")), false}, {`x !~ nn`, is("x", text("ann")), false}, {`x !~ nn`, none, true},
		{`x ~ %`, is("x", text("ann")), false}, {`x ~ _`, is("x", text("a_n")), true},
		{`x empty`, none, true}, {`x not empty`, is("x", text("a")), true}, {`not x empty`, none, false},
		{`n = 5`, is("n", []filter.Value{{Number: 5}}), true}, {`n = 5.0`, is("n", []filter.Value{{Number: 5}}), true}, {`n in (1, 5e0)`, is("n", []filter.Value{{Number: 5}}), true},
		{`n > 5`, is("n", []filter.Value{{Number: 5}}), false}, {`n >= 5`, is("n", []filter.Value{{Number: 5}}), true}, {`n < 5`, none, false}, {`not n < 5`, none, true},
		{`n between 5 and 6`, is("n", []filter.Value{{Number: 6}}), true}, {`n between 6 and 5`, is("n", []filter.Value{{Number: 5.5}}), false},
		{`n = 0`, is("n", []filter.Value{{Number: 0}}), true}, {`n = -0`, is("n", []filter.Value{{Number: 0}}), true},
		{`b = yes`, is("b", text("true")), true}, {`b != true`, is("b", text("true")), false}, {`b = no`, none, false},
		{`ref = a`, is("ref", text("a'")), true}, {`ref = nobody`, is("ref", text("a")), false}, {`ref != nobody`, is("ref", text("a")), true}, {`ref in (nobody, a)`, is("ref", text("a")), true},
		// A day has its own 24 hours, and 25 of the clock's when clocks go back.
		{`at = 2026-10-25`, is("at", at("2026-10-25 00:00:00.000000")), true}, {`at = 2026-10-25`, is("at", at("2026-10-25 23:59:59.999999")), true},
		{`at = 2026-10-25`, is("at", at("2026-10-26 00:00:00.000000")), false}, {`at = today`, is("at", at("2026-10-25 23:59:59.999999")), true},
		{`at > 2026-10-25`, is("at", at("2026-10-25 12:00:00.000000")), false}, {`at > 2026-10-25`, is("at", at("2026-10-26 00:00:00.000000")), true},
		{`at >= 2026-10-25`, is("at", at("2026-10-25 00:00:00.000000")), true}, {`at <= yesterday`, is("at", at("2026-10-24 23:59:59.999999")), true},
		{`at < 2026-10-25`, is("at", at("2026-10-25 00:00:00.000000")), false}, {`at between 2026-10-24 and 2026-10-25`, is("at", at("2026-10-25 23:00:00.000000")), true},
		{`at > now`, is("at", at("2026-10-25 01:30:00.000000")), false}, {`at >= now`, is("at", at("2026-10-25 01:30:00.000000")), true},
		{`at > now`, is("at", at("2026-10-25 01:30:00.000001")), true}, {`at <= now`, is("at", at("2026-10-25 01:30:00.000001")), false},
		{`at = now`, is("at", at("2026-10-25 01:30:00.000000")), true},
		// Days are counted by the calendar, hours by the clock.
		{`at >= +1d`, is("at", at("2026-10-26 01:30:00.000000")), true}, {`at >= +1d`, is("at", at("2026-10-26 01:29:59.000000")), false},
		{`at >= +24h`, is("at", at("2026-10-26 00:30:00.000000")), true}, {`at >= +24h`, is("at", at("2026-10-26 00:29:59.000000")), false},
		{`at last 2 days`, is("at", at("2026-10-23 01:30:00.000000")), true}, {`at last 2 days`, is("at", at("2026-10-23 01:29:59.000000")), false},
		{`at = last-week`, is("at", at("2026-10-12 00:00:00.000000")), true}, {`at = this-week`, is("at", at("2026-10-19 00:00:00.000000")), true},
		{`at = this-week`, is("at", at("2026-10-26 00:00:00.000000")), false}, {`at = next-week`, is("at", at("2026-10-26 00:00:00.000000")), true},
		{`at = last-month`, is("at", at("2026-09-30 23:59:59.000000")), true}, {`at = this-year`, is("at", at("2026-01-01 00:00:00.000000")), true},
		{`at = 2026-10-25T01:30`, is("at", at("2026-10-25 01:30:00.000000")), true}, {`at = 2026-10-24T23:30:00Z`, is("at", at("2026-10-25 01:30:00.000000")), true},
		{`at empty`, none, true},
		{`day = today`, is("day", day("2026-10-25")), true}, {`day > -1d`, is("day", day("2026-10-25")), true}, {`day > -1d`, is("day", day("2026-10-24")), false},
		{`day <= now`, is("day", day("2026-10-25")), true}, {`day = this-month`, is("day", day("2026-10-31")), true}, {`day between 2026-10-01 and 2026-10-02`, is("day", day("2026-10-03")), false},
		{`r.x = ann`, thing{others: []thing{is("x", text("bo")), is("x", text("ann"))}}, true}, {`r.x != ann`, thing{others: []thing{is("x", text("bo")), is("x", text("ann"))}}, false},
		{`r.x != ann`, none, true}, {`r.x empty`, none, true}, {`r.x empty`, thing{others: []thing{is("x", text("bo"))}}, false},
		{`r(x = ann and n = 1)`, thing{others: []thing{is("x", text("ann")), is("n", []filter.Value{{Number: 1}})}}, false},
		{`r.x = ann and r.n = 1`, thing{others: []thing{is("x", text("ann")), is("n", []filter.Value{{Number: 1}})}}, true},
		{`r.r.x = ann`, thing{others: []thing{{others: []thing{is("x", text("ann"))}}}}, true},
	} {
		n, err := filter.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		b, err := filter.Bind(n, catalog(), now)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := b.Match(c.of); got != c.holds {
			t.Errorf("%s of %+v is %v", c.text, c.of, got)
		}
	}
}

func TestBindRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`y:1`:                `"y" is not a field; did you mean`,
		`nonsense:1`:         `there are at, b, day, n, r, ref, x`,
		`r.nonsense:1`:       `"nonsense" is not a field`,
		`q(x:1)`:             `"q" is not a field`,
		`r.r.r.x:1`:          `more than 2 relations`,
		`n ~ 1`:              `n is a number, which contains does not fit; use one of eq, ne`,
		`at in (today)`:      `at is a timestamp`,
		`n = five`:           `"five" is not a number`,
		`n = NaN`:            `"NaN" is not a number`,
		`b = 1`:              `"1" is neither true nor false`,
		`at = 2026-13-01`:    `"2026-13-01" is no time`,
		`at between now and`: ``,
		`x ~ ""`:             `has nothing to look for`,
	} {
		n, err := filter.Parse(text)
		if err == nil {
			_, err = filter.Bind(n, catalog(), now)
		}
		e := errs.As(err)
		if e == nil || e.Kind != errs.Invalid || e.Field != "filter" || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	n, err := filter.Parse(`ref = broken`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := filter.Bind(n, catalog(), now); err == nil || errs.As(err) != nil {
		t.Errorf("an error of the database became %v", err)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	deep := cond("x", filter.Eq, "1")
	for range 40 {
		deep = join(filter.Not, deep)
	}
	for i, n := range []filter.Node{
		{}, {Op: "like", Field: "x", Values: []string{"1"}}, cond("", filter.Eq, "1"), cond("a b", filter.Eq, "1"), cond("x", filter.Eq), cond("x", filter.Eq, "1", "2"),
		cond("x", filter.In), cond("x", filter.Empty, "1"), cond("x", filter.Between, "1"), join(filter.Not), join(filter.Not, filter.All, filter.All),
		{Op: filter.Some, Nodes: []filter.Node{filter.All}}, deep, cond("x", filter.Eq, "\xff"), cond(strings.Repeat("x", 201), filter.Empty),
	} {
		if err := filter.Check(n); !errs.Is(err, errs.Invalid) {
			t.Errorf("%d: %+v: %v", i, n, err)
		}
	}
}

// TestLaws checks what must hold whatever a filter says: Not turns every answer
// round, and what it does to joins.
func TestLaws(t *testing.T) {
	t.Parallel()
	leaf := rapid.SampledFrom([]string{`x = a`, `x ~ b`, `x empty`, `n > 1`, `n = 2`, `b = yes`, `r.x = a`, `r(x ~ a and n < 2)`, `ref = a`})
	rapid.Check(t, func(rt *rapid.T) {
		bind := func(format string, args ...any) filter.Bound {
			n, err := filter.Parse(fmt.Sprintf(format, args...))
			if err != nil {
				rt.Fatal(err)
			}
			b, err := filter.Bind(n, catalog(), now)
			if err != nil {
				rt.Fatal(err)
			}
			return b
		}
		p, q := leaf.Draw(rt, "p"), leaf.Draw(rt, "q")
		of := draw(rt, 2)
		for _, same := range [][2]filter.Bound{
			{bind("not (%s and %s)", p, q), bind("not %s or not %s", p, q)},
			{bind("not (%s or %s)", p, q), bind("not %s and not %s", p, q)},
			{bind("not not %s", p), bind("%s", p)},
			{bind("(%s or %s) and %s", p, q, p), bind("%s", p)},
		} {
			if same[0].Match(of) != same[1].Match(of) {
				rt.Fatalf("%s, %s: %+v", p, q, of)
			}
		}
		if bind("not %s", p).Match(of) == bind("%s", p).Match(of) {
			rt.Fatalf("not %s: %+v", p, of)
		}
	})
}

func draw(rt *rapid.T, depth int) thing {
	out := thing{values: map[string][]filter.Value{}}
	for _, v := range rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "ab"}), 0, 2).Draw(rt, "x") {
		out.values["x"] = append(out.values["x"], filter.Value{Text: v})
	}
	for _, v := range rapid.SliceOfN(rapid.IntRange(0, 3), 0, 2).Draw(rt, "n") {
		out.values["n"] = append(out.values["n"], filter.Value{Number: float64(v)})
	}
	if rapid.Bool().Draw(rt, "b") {
		out.values["b"] = []filter.Value{{Text: "true"}}
	}
	if depth > 0 {
		for range rapid.IntRange(0, 2).Draw(rt, "others") {
			out.others = append(out.others, draw(rt, depth-1))
		}
	}
	return out
}
