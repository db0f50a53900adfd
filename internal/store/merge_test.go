package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/testpg"
)

// onEachEngine runs a test over a fresh database of each engine.
func onEachEngine(t testing.TB, run func(name string, open func(testing.TB) (*DB, org.Scope))) {
	for name, config := range map[string]func(testing.TB) Config{
		"sqlite":   func(t testing.TB) Config { return Config{Dir: t.TempDir()} },
		"postgres": func(t testing.TB) Config { return Config{URL: testpg.DSN(t)} },
	} {
		run(name, func(t testing.TB) (*DB, org.Scope) {
			db, err := Open(t.Context(), config(t))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			o, err := db.CreateOrg(t.Context(), org.Org{Name: "acme", Slug: "acme", Public: don.Random(10)})
			if err != nil {
				t.Fatal(err)
			}
			return db, org.Scope{OrgID: o.ID, Space: don.Space{Partition: "kith", Org: o.Public}, Actor: don.Of(don.Member, 1)}
		})
	}
}

func inTx(t testing.TB, db *DB, s org.Scope, fn func(context.Context, *Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), s, func(tx *Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// person adds a contact with one address.
func person(ctx context.Context, tx *Tx, mail string) (*contact.Contact, error) {
	out, err := identity.Resolve(ctx, tx, []identity.Observation{{
		Mode: identity.CreateOnly, DisplayName: mail,
		Identifiers: []contact.Identifier{{Kind: contact.KindEmail, Value: mail, Proof: contact.Entered, Source: "api"}},
	}})
	if err != nil {
		return nil, err
	}
	return out[0].Contact, out[0].Err
}

type told struct {
	Op   string
	N    int64
	To   int64
	Note string
}

// TestMergeIsTold reads what a merge and its undo leave in history and outbox:
// one note for readers of changes, whose id leads to the map of ids.
func TestMergeIsTold(t *testing.T) {
	onEachEngine(t, func(name string, open func(testing.TB) (*DB, org.Scope)) {
		t.Run(name, func(t *testing.T) {
			db, s := open(t)
			var m identity.Merge
			for _, mail := range []string{"a@x.test", "b@x.test", "c@x.test"} {
				inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := person(ctx, tx, mail); return err })
			}
			inTx(t, db, s, func(ctx context.Context, tx *Tx) (err error) {
				_, err = identity.MergeContacts(ctx, tx, 2, 3)
				return err
			})
			inTx(t, db, s, func(ctx context.Context, tx *Tx) (err error) {
				m, err = identity.MergeContacts(ctx, tx, 1, 2)
				return err
			})
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := identity.UnmergeContacts(ctx, tx, m.N); return err })
			got := tales(t, db, s)
			want := []told{
				{"rev_user_merged", 2, 2, `{"ids":{"revu/3":"revu/2"},"merge":"merge/1"}`},
				{"rev_user_merged", 1, 1, `{"ids":{"revu/2":"revu/1","revu/3":"revu/1"},"merge":"merge/2"}`},
				{"rev_user_unmerged", 1, 1, `{"ids":{"revu/2":"revu/2","revu/3":"revu/2"},"merge":"merge/2"}`},
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	})
}

// TestMergesOfPlacesAreTold reads the same of accounts and workspaces.
func TestMergesOfPlacesAreTold(t *testing.T) {
	onEachEngine(t, func(name string, open func(testing.TB) (*DB, org.Scope)) {
		t.Run(name, func(t *testing.T) {
			db, s := open(t)
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error {
				for n := int64(1); n <= 2; n++ {
					a := &account.Account{N: n, DisplayName: "A", WorkspaceN: n, Version: 1, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}
					w := &account.Workspace{N: n, AccountN: n, DisplayName: "W", Default: true, Version: 1, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}
					if err := tx.InsertAccount(ctx, a); err != nil {
						return err
					}
					if err := tx.InsertWorkspace(ctx, w); err != nil {
						return err
					}
				}
				return nil
			})
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := identity.MergeAccounts(ctx, tx, 1, 2); return err })
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := identity.MergeWorkspaces(ctx, tx, 1, 2); return err })
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := identity.UnmergeAccounts(ctx, tx, 1); return err })
			want := []told{
				{"account_merged", 1, 1, `{"ids":{"account/2":"account/1"},"merge":"merge/1"}`},
				{"rev_org_merged", 1, 1, `{"ids":{"revo/2":"revo/1"},"merge":"merge/2"}`},
				{"rev_org_unmerged", 1, 1, `{"ids":{"revo/2":"revo/2"},"merge":"merge/2"}`},
				{"account_unmerged", 1, 1, `{"ids":{"account/2":"account/2"},"merge":"merge/1"}`},
			}
			if d := cmp.Diff(want, tales(t, db, s)); d != "" {
				t.Error(d)
			}
		})
	})
}

// tales returns the outbox rows of merges with what their history says of ids.
func tales(t *testing.T, db *DB, s org.Scope) []told {
	t.Helper()
	var out []told
	err := db.e.read(t.Context(), func(q querier) (err error) {
		out, err = collect(t.Context(), q, `SELECT o.op, o.n, o.n_to, h.delta FROM outbox o JOIN history h ON h.org_id = o.org_id AND h.type = o.type AND h.n = o.n AND h.id = o.id
			WHERE o.org_id = $1 AND o.op LIKE '%merged' ORDER BY o.id`, []any{s.OrgID},
			func(r *told) []any { return []any{&r.Op, &r.N, &r.To, &r.Note} })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range out {
		var all map[string]json.RawMessage
		if err := json.Unmarshal([]byte(out[i].Note), &all); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(out[i].Op, "rev_user") && all["Identifiers"] == nil {
			t.Errorf("%s of REVU-%d does not tell what became of the identifiers: %s", out[i].Op, out[i].N, out[i].Note)
		}
		text, err := json.Marshal(map[string]json.RawMessage{"ids": all["ids"], "merge": all["merge"]})
		if err != nil {
			t.Fatal(err)
		}
		out[i].Note = string(text)
	}
	return out
}

// TestMergeRevokesTokens shows that tokens of the secondary end with the merge
// and stay so after its undo, and that others' live on.
func TestMergeRevokesTokens(t *testing.T) {
	onEachEngine(t, func(name string, open func(testing.TB) (*DB, org.Scope)) {
		t.Run(name, func(t *testing.T) {
			db, s := open(t)
			var m identity.Merge
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error {
				for n, mail := range []string{"a@x.test", "b@x.test", "c@x.test"} {
					c, err := person(ctx, tx, mail)
					if err != nil {
						return err
					}
					for _, kind := range []auth.Kind{auth.Session, auth.Personal} {
						err = tx.InsertToken(ctx, auth.Token{ID: fmt.Sprint(n, kind), Kind: kind, Hash: fmt.Sprint(n, kind), Subject: don.Of(don.Contact, c.N), CreatedAt: tx.Now()})
						if err != nil {
							return err
						}
					}
				}
				_, err := identity.MergeContacts(ctx, tx, 2, 3)
				return err
			})
			expectRevoked(t, db, s, 3)
			inTx(t, db, s, func(ctx context.Context, tx *Tx) (err error) {
				m, err = identity.MergeContacts(ctx, tx, 1, 2)
				return err
			})
			expectRevoked(t, db, s, 2, 3)
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := identity.UnmergeContacts(ctx, tx, m.N); return err })
			expectRevoked(t, db, s, 2, 3)
		})
	})
}

func expectRevoked(t *testing.T, db *DB, s org.Scope, want ...int64) {
	t.Helper()
	inTx(t, db, s, func(ctx context.Context, tx *Tx) error {
		for n := int64(1); n <= 3; n++ {
			for _, kind := range []auth.Kind{auth.Session, auth.Personal} {
				ts, err := tx.TokensOf(ctx, don.Of(don.Contact, n), kind)
				if err != nil {
					return err
				}
				if len(ts) != 1 || (ts[0].RevokedAt != nil) != slices.Contains(want, n) {
					t.Errorf("REVU-%d: tokens %+v, revoked should be those of %v", n, ts, want)
				}
			}
		}
		return nil
	})
}

// weigh gives a contact entries of history that came through its address.
func weigh(ctx context.Context, tx *Tx, c *contact.Contact, entries int) error {
	via := identity.Via{Key: identity.Key(contact.KindEmail, c.EmailKey()), Source: "import/1"}
	for entries > 0 {
		size := min(entries, 20_000)
		notes := make([]noted, size)
		for i := range notes {
			notes[i] = noted{change: change{don.Of(don.Contact, c.N), opUpdated, `{"FullName":{"old":"a","new":"b"}}`}, via: via}
		}
		if _, err := tx.recordNotes(ctx, notes); err != nil {
			return err
		}
		entries -= size
	}
	return nil
}

// pairOf adds two contacts to merge, the second with so many entries of history.
func pairOf(t testing.TB, db *DB, s org.Scope, entries int) (primary, secondary int64) {
	t.Helper()
	err := db.Bulk(t.Context(), s, func(tx *Tx) error {
		p, err := person(t.Context(), tx, fmt.Sprint("p", entries, "@x.test"))
		if err != nil {
			return err
		}
		c, err := person(t.Context(), tx, fmt.Sprint("s", entries, "@x.test"))
		if err != nil {
			return err
		}
		primary, secondary = p.N, c.N
		return weigh(t.Context(), tx, c, entries)
	})
	if err != nil {
		t.Fatal(err)
	}
	return primary, secondary
}

// mergeTimes returns the median time of a merge and its undo for contacts with
// few and with many entries, in the same database and in turn.
func mergeTimes(t testing.TB, db *DB, s org.Scope, few, many int) [2]time.Duration {
	t.Helper()
	var pairs [2][2]int64
	for i, entries := range []int{few, many} {
		pairs[i][0], pairs[i][1] = pairOf(t, db, s, entries)
	}
	var times [2][]time.Duration
	for range 31 {
		for i, p := range pairs {
			start := time.Now()
			var m identity.Merge
			inTx(t, db, s, func(ctx context.Context, tx *Tx) (err error) {
				m, err = identity.MergeContacts(ctx, tx, p[0], p[1])
				return err
			})
			inTx(t, db, s, func(ctx context.Context, tx *Tx) error { _, err := identity.UnmergeContacts(ctx, tx, m.N); return err })
			times[i] = append(times[i], time.Since(start))
		}
	}
	var out [2]time.Duration
	for i := range times {
		slices.Sort(times[i])
		out[i] = times[i][len(times[i])/2]
	}
	return out
}

// TestMergeCostsTheSame merges a contact with ten entries of history and one
// with a hundred thousand. Set side by side, they take the same time.
func TestMergeCostsTheSame(t *testing.T) {
	onEachEngine(t, func(name string, open func(testing.TB) (*DB, org.Scope)) {
		t.Run(name, func(t *testing.T) {
			db, s := open(t)
			took := mergeTimes(t, db, s, 10, 100_000)
			t.Logf("merge and undo: %v with 10 entries, %v with 100,000", took[0], took[1])
			if took[1] > 3*took[0]+10*time.Millisecond {
				t.Errorf("merging a contact with 100,000 entries took %v, one with 10 %v", took[1], took[0])
			}
		})
	})
}

// counted counts the statements of a transaction and the rows they change or return.
type counted struct {
	querier
	statements, touched int64
}

func (c *counted) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	n, err := c.querier.exec(ctx, sql, args...)
	c.statements++
	c.touched += n
	return n, err
}

func (c *counted) send(ctx context.Context, sql string, args ...any) error {
	_, err := c.exec(ctx, sql, args...)
	return err
}

func (c *counted) query(ctx context.Context, sql string, args ...any) (rows, error) {
	rs, err := c.querier.query(ctx, sql, args...)
	c.statements++
	return &countedRows{rs, c}, err
}

type countedRows struct {
	rows
	of *counted
}

func (r *countedRows) Next() bool {
	more := r.rows.Next()
	if more {
		r.of.touched++
	}
	return more
}

// TestMergeTouchesTheSame counts what a merge and its undo do: the same
// statements and rows for a contact with ten entries of history and for
// one with thousands.
func TestMergeTouchesTheSame(t *testing.T) {
	onEachEngine(t, func(name string, open func(testing.TB) (*DB, org.Scope)) {
		t.Run(name, func(t *testing.T) {
			db, s := open(t)
			var got [2][2]int64
			for i, entries := range []int{10, 5_000} {
				p, c := pairOf(t, db, s, entries)
				var m identity.Merge
				inTx(t, db, s, func(ctx context.Context, tx *Tx) (err error) {
					count := &counted{querier: tx.q}
					tx.q = count
					if m, err = identity.MergeContacts(ctx, tx, p, c); err != nil {
						return err
					}
					_, err = identity.UnmergeContacts(ctx, tx, m.N)
					got[i] = [2]int64{count.statements, count.touched}
					return err
				})
			}
			t.Logf("statements and rows: %v", got)
			if got[0] != got[1] || got[0][0] < 10 {
				t.Errorf("with 10 entries %v statements and rows, with 5,000 %v", got[0], got[1])
			}
		})
	})
}

// BenchmarkMerge measures the same with a million entries.
func BenchmarkMerge(b *testing.B) {
	onEachEngine(b, func(name string, open func(testing.TB) (*DB, org.Scope)) {
		b.Run(name, func(b *testing.B) {
			db, s := open(b)
			took := mergeTimes(b, db, s, 10, 1_000_000)
			b.ReportMetric(float64(took[0].Microseconds())/1000, "ms/10-entries")
			b.ReportMetric(float64(took[1].Microseconds())/1000, "ms/1000000-entries")
		})
	})
}
