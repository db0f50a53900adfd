package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/testpg"
)

const planRows = 20_000

// planDatabase has enough contacts for PostgreSQL to prefer indexes.
func planDatabase(t *testing.T, c Config) (*DB, org.Scope) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	cs := make([]*contact.Contact, planRows)
	var entries []identity.Entry
	for i := range cs {
		cs[i] = planContact(rng, int64(i+1))
		entries = append(entries, identity.Entries(cs[i], org.Settings{})...)
	}
	return filledDatabase(t, c, func(ctx context.Context, tx *Tx) error {
		if _, err := tx.AddIdentifiers(ctx, entries); err != nil {
			return err
		}
		return tx.InsertContacts(ctx, cs)
	})
}

// filledDatabase has one org, which fill fills, and statistics of it.
func filledDatabase(t *testing.T, c Config, fill func(ctx context.Context, tx *Tx) error) (*DB, org.Scope) {
	t.Helper()
	ctx := t.Context()
	db, err := Open(ctx, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	o, err := db.CreateOrg(ctx, org.Org{Name: "Plan", Slug: "plan", Public: "plan"})
	if err != nil {
		t.Fatal(err)
	}
	s := org.Scope{OrgID: o.ID, Actor: don.Of(don.Member, 1)}
	err = db.Bulk(ctx, s, func(tx *Tx) error { return fill(ctx, tx) })
	if err == nil {
		err = db.Analyze(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
	return db, s
}

func planContact(rng *rand.Rand, n int64) *contact.Contact {
	when := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
	c := &contact.Contact{
		N: n, DisplayName: fmt.Sprintf("Name %05d", rng.IntN(5000)), State: "active", Version: 1, Verified: n%500 > 0,
		CreatedAt: when, CreatedBy: fmt.Sprint("devu/", 1+n%2), ModifiedAt: when.Add(time.Duration(rng.IntN(1e6)) * time.Second), ModifiedBy: "devu/1",
		Associations: []contact.Association{{Type: don.Account, N: 1 + n%5}},
		Tags:         []tag.Use{{N: 1 + n%3}},
		Owners:       []int64{1 + n%4},
	}
	if n%3 > 0 {
		c.Custom = schema.Values{"tnt__plan": []string{"gold", "silver"}[n%2], "tnt__seats": json.Number(fmt.Sprint(n % 50))}
	}
	if n%10 > 0 {
		mail := fmt.Sprintf("p%05d.%d@example.com", rng.IntN(99999), n)
		c.Identifiers = append(c.Identifiers, contact.Identifier{Kind: contact.KindEmail, Value: mail, Proof: contact.Entered, Main: true})
	}
	return c
}

// explainer has the engine explain each text before it runs for the first time.
type explainer struct {
	querier
	engine string
	known  map[string]bool
	seen   func(sql, plan string)
}

func (e explainer) query(ctx context.Context, sql string, args ...any) (rows, error) {
	if err := e.explain(ctx, sql, args); err != nil {
		return nil, err
	}
	return e.querier.query(ctx, sql, args...)
}

func (e explainer) numbers(ctx context.Context, sql string, args ...any) ([]int64, error) {
	if err := e.explain(ctx, sql, args); err != nil {
		return nil, err
	}
	return e.querier.numbers(ctx, sql, args...)
}

func (e explainer) visit(ctx context.Context, each func(int64) bool, sql string, args ...any) error {
	if err := e.explain(ctx, sql, args); err != nil {
		return err
	}
	return e.querier.visit(ctx, each, sql, args...)
}

func (e explainer) explain(ctx context.Context, sql string, args []any) error {
	if e.known[sql] {
		return nil
	}
	e.known[sql] = true
	var text string
	prefix, dest := "EXPLAIN ", []any{&text}
	if e.engine == "sqlite" {
		prefix, dest = "EXPLAIN QUERY PLAN ", []any{new(int64), new(int64), new(int64), &text}
	}
	rs, err := e.querier.query(ctx, prefix+sql, args...)
	if err != nil {
		return err
	}
	var plan strings.Builder
	for rs.Next() {
		if err := rs.Scan(dest...); err != nil {
			return err
		}
		plan.WriteString(text + "\n")
	}
	rs.Close()
	if err := rs.Err(); err != nil {
		return err
	}
	e.seen(sql, plan.String())
	return nil
}

// What no statement of a list may do: read a whole table, or all of an org's
// part of one, or sort what it walks along.
var (
	liteScan = regexp.MustCompile(`(?m)^SCAN (contact|conversation|work|attr|identifier|s|t|x)\b|USING PRIMARY KEY \(org_id=\?\)$|AUTOMATIC`)
	liteSort = regexp.MustCompile(`USE TEMP B-TREE FOR ORDER BY`)
	pgScan   = regexp.MustCompile(`Seq Scan on (contact|conversation|work|attr|identifier)`)
	pgSort   = regexp.MustCompile(`(?m)^ *(-> *)?Sort  \(`)
)

// pgLookup is the record of lookup.
var pgLookup = regexp.MustCompile(`using \w+_pkey on \w+ o\b`)

func checkPlan(t *testing.T, engine, sql, plan string) {
	t.Helper()
	scan, sort := liteScan, liteSort
	if engine == "postgres" {
		scan, sort = pgScan, pgSort
	}
	if byNumber := strings.Contains(sql, "ORDER BY s.n"); byNumber && engine == "sqlite" {
		scan = regexp.MustCompile(`(?m)^SCAN (contact|conversation|work|attr|identifier|s|t|x)\b|AUTOMATIC`) // the order is the table's own
	}
	whole := strings.HasPrefix(sql, "SELECT x.n") && !strings.Contains(sql, "LIMIT") // reads a set that it knows to be large
	if scan.MatchString(plan) && !whole {
		t.Errorf("reads too much:\n%s\n%s", sql, plan)
	}
	if gathers := strings.HasPrefix(sql, "WITH d"); gathers && engine == "postgres" && !pgLookup.MatchString(plan) {
		t.Errorf("does not look up the few records one by one, whatever the planner takes them for:\n%s\n%s", sql, plan)
	}
	if sort.MatchString(plan) && !strings.HasPrefix(sql, "WITH d") {
		t.Errorf("sorts what it walks along:\n%s\n%s", sql, plan)
	}
}

// TestPlans explains every statement that lists of all sorts and filters run,
// in each way that a page can be found.
func TestPlans(t *testing.T) {
	for engine, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Dir: t.TempDir()} },
		"postgres": func() Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			db, s := planDatabase(t, config())
			for name, l := range map[string]limits{
				"probe": {0, 0, 1000, 1000, 0, 0}, "sieve": {0, 50, 0, 5, 0, 50}, "gather": {100, 100, 100, 100, 100, 50},
			} {
				t.Run(name, func(t *testing.T) { explainLists(t, db, s, l) })
			}
		})
	}
}

func explainLists(t *testing.T, db *DB, s org.Scope, l limits) {
	was := planLimits
	planLimits = l
	defer func() { planLimits = was }()
	ctx, known := t.Context(), map[string]bool{}
	read := func(f contact.Filter, q Query) {
		err := db.Read(ctx, s, func(tx *Tx) error {
			tx.q = explainer{tx.q, db.Engine(), known, func(sql, plan string) { checkPlan(t, db.Engine(), sql, plan) }}
			_, _, err := tx.ListContacts(ctx, f, q)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	edge, err := planEdge(ctx, db, s)
	if err != nil {
		t.Fatal(err)
	}
	for at, f := range planFilters() {
		for _, field := range []string{SortCreated, SortModified, SortName, SortEmail, SortID} {
			for _, desc := range []bool{false, true} {
				sorts := []Sort{{Field: field, Desc: desc}}
				read(f, Query{Sorts: sorts, Limit: 5})
				read(f, Query{Sorts: sorts, Limit: 5, Edge: EdgeOf(edge, sorts), Backward: desc})
			}
		}
		own := [][]Sort{{{Field: "tnt__plan"}}, {{Field: "tnt__seats", Desc: true, NullsFirst: true}}}
		if at%4 == 0 { // these are put together from lists of the others
			own = append(own, []Sort{{Field: "tnt__plan"}, {Field: SortCreated, Desc: true}},
				[]Sort{{Field: "tnt__seats"}, {Field: "tnt__plan", Desc: true}}, []Sort{{Field: SortCreated}, {Field: "tnt__plan"}})
		}
		for _, sorts := range own {
			read(f, Query{Sorts: sorts, Limit: 5})
			read(f, Query{Sorts: sorts, Limit: 5, Edge: EdgeOf(edge, sorts), Backward: true})
			without := *edge
			without.Custom = nil
			read(f, Query{Sorts: sorts, Limit: 5, Edge: EdgeOf(&without, sorts)})
		}
	}
}

func planEdge(ctx context.Context, db *DB, s org.Scope) (c *contact.Contact, err error) {
	err = db.Read(ctx, s, func(tx *Tx) error {
		c, err = tx.Contact(ctx, planRows/2+1, false)
		return err
	})
	return c, err
}

func planFilters() []contact.Filter {
	no, yes := false, true
	from := time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC)
	to := from.Add(time.Hour)
	low := 20.0
	return []contact.Filter{
		{},
		{Tags: []tag.Use{{N: 1}}},
		{Tags: []tag.Use{{N: 1}}, Owners: []int64{1}, Places: []don.ID{don.Of(don.Account, 2)}},
		{Owners: []int64{1, 2}},
		{CreatedBy: []string{"devu/1"}},
		{Verified: &no},
		{Verified: &yes, Owners: []int64{3}},
		{CreatedAfter: &from, CreatedBefore: &to},
		{Emails: []string{"a@example.com", "b@example.com"}},
		{Where: join(filter.Or, is("tag", "1"), is("owner", "2"))},
		{Where: join(filter.Not, is("tag", "1"))},
		{Where: join(filter.And, is("tag", "1"), join(filter.Not, join(filter.Or, is("owner", "1"), filter.Bound{Op: filter.Exists, Field: filter.Field{Name: "workspace"}})))},
		{Where: filter.Bound{Op: filter.Prefix, Field: filter.Field{Name: "name"}, Keys: []string{"name 00"}}},
		{Where: join(filter.Or, is("email", "a@example.com"), filter.Bound{Op: filter.Within, Field: filter.Field{Name: "created"}, Range: filter.Bounds{From: &from, To: &to}})},
		{Where: is("tnt__plan", "gold")},
		{Where: join(filter.And, filter.Bound{Op: filter.Within, Field: filter.Field{Name: "tnt__seats", Type: filter.Number}, Range: filter.Bounds{Low: &low}}, is("tag", "1"))},
		{Where: join(filter.Not, filter.Bound{Op: filter.Exists, Field: filter.Field{Name: "tnt__plan"}})},
		{Where: join(filter.And, is("account", "account/1", "account/2", "account/3", "account/4", "account/5", "account/6", "account/7", "account/8", "account/9"), is("tag", "1"))},
		{Where: join(filter.Or, join(filter.And, is("tag", "1"), is("owner", "3")), join(filter.Not, is("verified", "true")))},
		{Where: join(filter.And, is("group", "1"), is("tag", "1"))},
		{Where: join(filter.Not, is("group", "1", "2"))},
	}
}

func join(op filter.Op, nodes ...filter.Bound) filter.Bound {
	return filter.Bound{Op: op, Nodes: nodes}
}

func is(field string, keys ...string) filter.Bound {
	return filter.Bound{Op: filter.Any, Field: filter.Field{Name: field}, Keys: keys}
}

// TestFewWithinDates looks few contacts up that have dates in a range. Without
// statistics, as in a database that was never analysed, SQLite takes the index of a
// date, which has both columns, for better than the key, and reads all of the range
// for each contact.
func TestFewWithinDates(t *testing.T) {
	db, s := sqliteDB(t)
	rng := rand.New(rand.NewPCG(2, 2))
	cs := make([]*contact.Contact, 100)
	for i := range cs {
		cs[i] = planContact(rng, int64(i+1))
	}
	if err := db.Write(t.Context(), s, func(tx *Tx) error { return tx.InsertContacts(t.Context(), cs) }); err != nil {
		t.Fatal(err)
	}
	from, to := cs[0].CreatedAt, cs[99].ModifiedAt.AddDate(1, 0, 0)
	gathered := 0
	for _, f := range []contact.Filter{{CreatedAfter: &from, CreatedBefore: &to}, {ModifiedAfter: &from, ModifiedBefore: &to}} {
		f.Places = []don.ID{don.Of(don.Account, 2)}
		for _, field := range []string{SortCreated, SortModified, SortName} {
			err := db.Read(t.Context(), s, func(tx *Tx) error {
				tx.q = explainer{tx.q, db.Engine(), map[string]bool{}, func(sql, plan string) {
					if !strings.Contains(sql, "CROSS JOIN contact t") {
						return
					}
					gathered++
					if !strings.Contains(plan, "SEARCH t USING INDEX sqlite_autoindex_contact_1 (org_id=? AND n=?)") {
						t.Errorf("does not look the contacts up:\n%s\n%s", sql, plan)
					}
				}}
				got, _, err := tx.ListContacts(t.Context(), f, Query{Sorts: []Sort{{Field: field, Desc: true}}, Limit: 50})
				if len(got) != 20 {
					t.Errorf("%d contacts, want 20", len(got))
				}
				if n, err := tx.CountContacts(t.Context(), f, 50); err != nil || n != 20 {
					t.Errorf("counts %d, want 20: %v", n, err)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if gathered < 6 {
		t.Errorf("%d statements look contacts up; the test wants more", gathered)
	}
}

// TestManyConditions asks for as much as callers hand down.
func TestManyConditions(t *testing.T) {
	for engine, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Dir: t.TempDir()} },
		"postgres": func() Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			db, s := planDatabase(t, config())
			const many = 40
			any := filter.Bound{Op: filter.Or}
			for i := range many {
				any.Nodes = append(any.Nodes, is("tag", num(int64(1000+i))))
			}
			any.Nodes[many-1] = is("email", "nobody@example.com")
			list := func(where filter.Bound, want int) {
				t.Helper()
				err := db.Read(t.Context(), s, func(tx *Tx) error {
					got, _, err := tx.ListContacts(t.Context(), contact.Filter{Where: where}, Query{Limit: 5})
					if len(got) != want {
						t.Errorf("found %d, want %d", len(got), want)
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
			list(any, 0)
			list(join(filter.Not, any), 5)
			any.Op = filter.And
			list(any, 0)
			list(join(filter.Not, any), 5)
			for i := range any.Nodes {
				any.Nodes[i] = join(filter.Not, is("tag", num(int64(i+2)))) // all but those with tag 1
			}
			list(any, 5)
			places := is("account")
			for i := range 1000 {
				places.Keys = append(places.Keys, fmt.Sprint("account/", i+3))
			}
			list(places, 5)
			deep := is("tag", "1")
			for i := range many {
				op := filter.And
				if i%2 == 1 {
					op = filter.Or
				}
				deep = join(op, is("owner", num(int64(i%5))), deep)
			}
			list(deep, 5)
			list(join(filter.Not, deep), 5)
		})
	}
}
