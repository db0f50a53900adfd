package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/testpg"
)

// eachEngine runs a test on a new database of each engine with one org.
func eachEngine(t *testing.T, run func(t *testing.T, db *DB, s org.Scope)) {
	for name, config := range map[string]func(t *testing.T) Config{
		"SQLite":     func(t *testing.T) Config { return Config{Dir: t.TempDir()} },
		"PostgreSQL": func(t *testing.T) Config { return Config{URL: testpg.DSN(t)} },
	} {
		t.Run(name, func(t *testing.T) {
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
			o, err := db.CreateOrg(t.Context(), org.Org{Name: "acme", Slug: "acme", Public: "acme"})
			if err != nil {
				t.Fatal(err)
			}
			run(t, db, org.Scope{OrgID: o.ID, Actor: don.Of(don.Member, 1)})
		})
	}
}

func someone(n int64, tx *Tx) (*contact.Contact, identity.Entry) {
	c := &contact.Contact{N: n, DisplayName: "Ada", State: "active", Version: 1, CreatedAt: tx.now, CreatedBy: "devu/1", ModifiedAt: tx.now, ModifiedBy: "devu/1"}
	return c, identity.Entry{Key: "r:" + num(n), Subject: don.Of(don.Contact, n), Main: true}
}

func insertSomeone(ctx context.Context, tx *Tx, n int64) error {
	c, e := someone(n, tx)
	if err := tx.AddNewIdentifiers(ctx, []identity.Entry{e}); err != nil {
		return err
	}
	return tx.InsertContacts(ctx, []*contact.Contact{c})
}

// rowsOfContacts counts what the creation of contacts leaves behind.
func rowsOfContacts(t *testing.T, db *DB, s org.Scope) map[string]int64 {
	t.Helper()
	counts := map[string]int64{}
	err := db.Read(t.Context(), s, func(tx *Tx) error {
		for table, sql := range map[string]string{
			"contact":    "SELECT COUNT(*) FROM contact WHERE org_id = $1",
			"identifier": "SELECT COUNT(*) FROM identifier WHERE org_id = $1",
			"attr":       "SELECT COUNT(*) FROM attr WHERE org_id = $1 AND field = 'c.name'",
			"history":    "SELECT COUNT(*) FROM history WHERE org_id = $1 AND type = 1 AND op = 'created'",
			"outbox":     "SELECT COUNT(*) FROM outbox WHERE org_id = $1 AND type = 1 AND op = 'created'",
		} {
			var n int64
			if _, err := one(t.Context(), tx.q, sql, []any{s.OrgID}, &n); err != nil {
				return err
			}
			counts[table] = n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func all(n int64) map[string]int64 {
	return map[string]int64{"contact": n, "identifier": n, "attr": n, "history": n, "outbox": n}
}

// A write is whole or not at all, whether its statements travel one by one,
// together behind a read, or together with the commit, and whenever it fails.
func TestWritesAreWhole(t *testing.T) {
	errOwn := errors.New("the body's own")
	read := func(ctx context.Context, tx *Tx) error {
		_, err := tx.Contacts(ctx, []int64{1}, true)
		return err
	}
	insert := func(n int64) func(context.Context, *Tx) error {
		return func(ctx context.Context, tx *Tx) error { return insertSomeone(ctx, tx, n) }
	}
	many := func(ctx context.Context, tx *Tx) error {
		for n := range int64(copyRows + 5) {
			if err := insertSomeone(ctx, tx, 100+n); err != nil {
				return err
			}
		}
		return nil
	}
	fail := func(context.Context, *Tx) error { return errOwn }
	type steps []func(context.Context, *Tx) error
	tests := map[string]struct {
		steps steps
		added int64
		ok    func(error) bool
	}{
		"insert":               {steps{insert(2)}, 1, nil},
		"read, insert":         {steps{read, insert(2)}, 1, nil},
		"insert, read":         {steps{insert(2), read}, 1, nil},
		"insert, read, insert": {steps{insert(2), read, insert(3)}, 2, nil},
		"many":                 {steps{insert(2), many, read}, copyRows + 6, nil},
		"nothing":              {steps{}, 0, nil},
		"taken":                {steps{insert(2), insert(1)}, 0, func(err error) bool { return errs.Is(err, errs.Conflict) }},
		"taken before a read":  {steps{insert(2), insert(1), read}, 0, func(err error) bool { return errs.Is(err, errs.Conflict) }},
		"taken after a read":   {steps{read, insert(2), insert(1)}, 0, func(err error) bool { return errs.Is(err, errs.Conflict) }},
		"own error":            {steps{insert(2), fail}, 0, func(err error) bool { return errors.Is(err, errOwn) }},
		"own error after read": {steps{insert(2), read, fail}, 0, func(err error) bool { return errors.Is(err, errOwn) }},
	}
	eachEngine(t, func(t *testing.T, db *DB, s org.Scope) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				if err := db.Write(t.Context(), s, func(tx *Tx) error { return empty(t.Context(), tx) }); err != nil {
					t.Fatal(err)
				}
				if err := db.Write(t.Context(), s, func(tx *Tx) error { return insertSomeone(t.Context(), tx, 1) }); err != nil {
					t.Fatal(err)
				}
				err := db.Write(t.Context(), s, func(tx *Tx) error {
					for _, step := range tt.steps {
						if err := step(t.Context(), tx); err != nil {
							return err
						}
					}
					return nil
				})
				if tt.ok == nil && err != nil || tt.ok != nil && !tt.ok(err) {
					t.Fatalf("the write ended with %v", err)
				}
				if diff := cmp.Diff(all(1+tt.added), rowsOfContacts(t, db, s)); diff != "" {
					t.Errorf("rows (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func empty(ctx context.Context, tx *Tx) error {
	for _, sql := range []string{
		"DELETE FROM contact WHERE org_id = $1", "DELETE FROM identifier WHERE org_id = $1", "DELETE FROM attr WHERE org_id = $1",
		"DELETE FROM history WHERE org_id = $1", "DELETE FROM outbox WHERE org_id = $1",
	} {
		if err := tx.q.send(ctx, sql, tx.scope.OrgID); err != nil {
			return err
		}
	}
	return nil
}

// A body that goes on after a failed statement must not pass for committed.
func TestSwallowedErrorIsNoSuccess(t *testing.T) {
	db, err := Open(t.Context(), Config{URL: testpg.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.Write(t.Context(), org.Scope{OrgID: 1}, func(tx *Tx) error {
		_, _ = tx.q.exec(t.Context(), "SELECT 1 / 0")
		return nil
	})
	if err == nil {
		t.Error("a transaction that the server has rolled back counts as committed")
	}
}

// A request that ends early leaves no transaction behind on its connection.
func TestAbandonedWrite(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *DB, s org.Scope) {
		for range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			_ = db.Write(ctx, s, func(tx *Tx) error {
				if err := insertSomeone(ctx, tx, 7); err != nil {
					return err
				}
				if _, err := tx.Contacts(ctx, []int64{7}, true); err != nil {
					return err
				}
				cancel()
				return ctx.Err()
			})
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := db.Write(ctx, s, func(tx *Tx) error { return insertSomeone(ctx, tx, 7) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(all(1), rowsOfContacts(t, db, s)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// More bodies panic than there are connections, and none of these is lost.
func TestPanicsLeaveConnectionsFree(t *testing.T) {
	eachEngine(t, func(t *testing.T, db *DB, s org.Scope) {
		for range 50 {
			for name, do := range map[string]func(context.Context, org.Scope, func(*Tx) error) error{"read": db.Read, "write": db.Write} {
				if err := do(t.Context(), s, func(*Tx) error { panic("a bug") }); err == nil {
					t.Fatalf("a %s that panics succeeds", name)
				}
			}
		}
		for range 50 {
			if err := db.Read(t.Context(), s, func(tx *Tx) error { _, err := tx.Settings(t.Context()); return err }); err != nil {
				t.Fatal(err)
			}
		}
	})
}
