package store

import (
	"context"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
	"github.com/kith-id/kith/internal/testpg"
)

// What was there before there was an index is to be indexed, block by block.
func TestMigrationAsksForTheIndex(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		migrateTo(t, db, 16)
		exec(t, db,
			`INSERT INTO contact (org_id, n, display_name, name_key, email_key, full_name, description, identifiers, associations, owners, tags, verified, state, import_n, version, created_at, created_by, modified_at, modified_by) VALUES
				(1, 1, 'Ann', 'ann', '', '', '', '', '', '', '', TRUE, 'active', 0, 1, '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1'),
				(1, 65536, 'Anna', 'anna', '', '', '', '', '', '', '', TRUE, 'active', 0, 1, '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1'),
				(2, 131071, 'Bob', 'bob', '', '', '', '', '', '', '', TRUE, 'active', 0, 1, '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1')`,
			`INSERT INTO tag (org_id, n, name, name_key, description, allowed_values, color, created_at, created_by, modified_at, modified_by) VALUES
				(1, 3, 'vip', 'vip', '', '', '', '2024-01-01T00:00:00.000000Z', 'devu/1', '2024-01-01T00:00:00.000000Z', 'devu/1')`)
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		todo := func(orgID int64) (out map[don.Type][]lexical.Todo) {
			t.Helper()
			err := db.Read(t.Context(), org.Scope{OrgID: orgID}, func(tx *Tx) (err error) {
				out, err = tx.SearchTodo(t.Context(), false, 100)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		got := todo(1)
		if c := got[don.Contact]; len(got) != 2 || len(c) != 2 || c[0].N != 0 || c[0].NTo != 65_535 || c[1].N != 65_536 || c[1].NTo != 131_071 || len(got[don.Tag]) != 1 {
			t.Errorf("to be indexed are %v", got)
		}
		if c := todo(2)[don.Contact]; len(c) != 1 || c[0].N != 65_536 {
			t.Errorf("of the other org are to be indexed %v", c)
		}
		if lag, err := db.SearchLag(t.Context()); err != nil || lag != 24*time.Hour {
			t.Errorf("the lag is %v, %v", lag, err)
		}
		x := &search.Indexer{DB: Runner[search.IndexTx]{DB: db}, Name: "x", Log: slog.New(slog.DiscardHandler)}
		if err := x.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		a, err := (&search.Service{DB: Runner[search.Tx]{DB: db}}).Find(t.Context(), org.Scope{OrgID: 1}, search.Request{Text: "ann", Types: search.Types, Sort: search.Relevance, Desc: true, Limit: 10})
		if err != nil || len(a.Hits) != 2 || a.Hits[0].N != 1 || a.Hits[1].N != 65_536 {
			t.Errorf("found are %v, %v", a.Hits, err)
		}
		if lag, err := db.SearchLag(t.Context()); err != nil || lag != 0 {
			t.Errorf("the lag is %v in the end, %v", lag, err)
		}
	})
}

// What no statement of a search may do.
var (
	liteSearchScan = regexp.MustCompile(`(?m)^SCAN (contact|search_\w+|t|x)\b|COVERING INDEX contact_(created|modified) \(org_id=\?\)$|TEMP B-TREE|AUTOMATIC`)
	liteWalk       = regexp.MustCompile(`^SELECT n, (created|modified)_at FROM`) // along an index, as far as it is read
	pgSearchScan   = regexp.MustCompile(`Seq Scan on (contact|search_posting)`)
)

// TestSearchPlans explains every statement of searches, with common and rare
// words, mistakes, and by date.
func TestSearchPlans(t *testing.T) {
	for engine, config := range map[string]func() Config{
		"sqlite":   func() Config { return Config{Dir: t.TempDir()} },
		"postgres": func() Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(engine, func(t *testing.T) {
			db, s := planDatabase(t, config())
			x := &search.Indexer{DB: Runner[search.IndexTx]{DB: db}, Name: "x", Log: slog.New(slog.DiscardHandler)}
			for lag := time.Hour; lag > 0; time.Sleep(200 * time.Millisecond) { // a block that has just grown is left alone for a while
				err := x.Round(t.Context())
				if err == nil {
					lag, err = db.SearchLag(t.Context())
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			if err := db.Analyze(t.Context()); err != nil {
				t.Fatal(err)
			}
			known := map[string]bool{}
			svc := &search.Service{DB: explained{db, func(sql, plan string) {
				scan := liteSearchScan
				if engine == "postgres" {
					scan = pgSearchScan
				} else if liteWalk.MatchString(sql) {
					scan = regexp.MustCompile("TEMP B-TREE")
				}
				if scan.MatchString(plan) {
					t.Errorf("reads too much:\n%s\n%s", sql, plan)
				}
			}, known}}
			for _, text := range []string{"name", "n", "name 00123", "p00123.17@example.com", "anme 00042", "exmple", "00", "nobody"} {
				for _, sort := range []search.Sort{search.Relevance, search.Created, search.Modified} {
					for _, edge := range []*search.Key{nil, {Pass: lexical.Within, Type: don.Contact, N: 10_000, At: time.Date(2024, 1, 5, 0, 0, 0, 0, time.UTC)}} {
						r := search.Request{Text: text, Types: search.Types, Sort: sort, Desc: true, Edge: edge, Limit: 10}
						if _, err := svc.Find(t.Context(), s, r); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			// The statements that matter were among them.
			for _, part := range []string{"FROM search_posting", "FROM search_word", "FROM search_todo", "WITH d(dn)", "SELECT n, created_at FROM contact", "SELECT n, display_name, full_name, identifiers FROM contact"} {
				if !slices.ContainsFunc(slices.Collect(maps.Keys(known)), func(sql string) bool { return strings.Contains(sql, part) }) {
					t.Errorf("no statement has %q", part)
				}
			}
		})
	}
}

// explained runs searches whose statements are explained.
type explained struct {
	db    *DB
	seen  func(sql, plan string)
	known map[string]bool
}

func (e explained) Read(ctx context.Context, s org.Scope, fn func(search.Tx) error) error {
	return e.db.Read(ctx, s, func(tx *Tx) error {
		tx.q = explainer{tx.q, e.db.Engine(), e.known, e.seen}
		return fn(tx)
	})
}

// Two processes that begin in one microsecond may give what they leave the same
// id: both writes succeed, and nothing is dropped that the other one left.
func TestTodoOfOneMoment(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := time.Now()
		db.now = func() time.Time { return at }
		s := org.Scope{OrgID: 1}
		for n := range int64(3000) {
			sequence.Store(0) // as another process has another one
			if err := db.Write(t.Context(), s, func(tx *Tx) error { return tx.written(t.Context(), don.Contact, n) }); err != nil {
				t.Fatalf("write %d of the same microsecond: %v", n, err)
			}
		}
		var all []lexical.Todo
		err := db.Write(t.Context(), s, func(tx *Tx) error {
			got, err := tx.SearchTodo(t.Context(), false, 10_000)
			all = got[don.Contact]
			ids := map[int64]int{}
			for _, t := range all {
				ids[t.ID]++
			}
			if len(all) != 3000 || len(ids) == 3000 {
				t.Errorf("%d rows with %d ids", len(all), len(ids))
			}
			if err != nil {
				return err
			}
			return tx.DropSearchTodo(t.Context(), don.Contact, all[:1000])
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Read(t.Context(), s, func(tx *Tx) error {
			got, err := tx.SearchTodo(t.Context(), false, 10_000)
			if len(got[don.Contact]) != 2000 {
				t.Errorf("%d rows are left, want 2000", len(got[don.Contact]))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
