package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

func write(t *testing.T, db *DB, s org.Scope, fn func(*Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), s, fn); err != nil {
		t.Fatal(err)
	}
}

var shopScope = org.Scope{OrgID: 1, Space: don.Space{Partition: "kith", Org: "x"}, Actor: don.Of(don.Member, 2), Via: don.Of(don.ServiceAccount, 3)}

func tokenOf(id string, kind auth.Kind, subject don.ID, expires time.Time) auth.Token {
	hash := id + " hash"
	return auth.Token{ID: id, Kind: kind, Hash: hash, Subject: subject, KeyID: "k", CreatedAt: expires.Add(-time.Hour), ExpiresAt: &expires}
}

// TestActingAsSomebodyIsAudited looks for who really did what.
func TestActingAsSomebodyIsAudited(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		later := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
		write(t, db, shopScope, func(tx *Tx) error {
			as := tokenOf("a", auth.ActAsMember, don.Of(don.Member, 2), later)
			as.Via = don.Of(don.ServiceAccount, 3)
			if err := tx.InsertToken(t.Context(), as); err != nil {
				return err
			}
			return tx.InsertToken(t.Context(), tokenOf("s", auth.Customer, don.Of(don.Contact, 1), later))
		})
		_, err := identityOutcome(t, db, shopScope)
		if err != nil {
			t.Fatal(err)
		}
		own := shopScope
		own.Via = don.ID{}
		if _, err := identityOutcome(t, db, own); err != nil {
			t.Fatal(err)
		}
		got := texts(t, db, `SELECT h.actor || ' ' || h.op || ' ' || COALESCE(a.via, '-') FROM history h LEFT JOIN acted a
			ON a.org_id = h.org_id AND a.type = h.type AND a.n = h.n AND a.id = h.id WHERE h.org_id = $1 ORDER BY h.id`)
		want := []string{"devu/2 updated svcacc/3", "devu/2 created svcacc/3", "devu/2 created -"}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		delta := texts(t, db, "SELECT delta FROM history WHERE org_id = $1 AND type = 5")
		if want := `{"Token":{"old":null,"new":{"id":"a","kind":"pat:act-as","via":"svcacc/3"}}}`; len(delta) != 1 || delta[0] != want {
			t.Errorf("the member's history tells %v, want %s", delta, want)
		}
	})
}

func identityOutcome(t *testing.T, db *DB, s org.Scope) (out []identity.Outcome, err error) {
	err = db.Write(t.Context(), s, func(tx *Tx) error {
		out, err = identity.Resolve(t.Context(), tx, []identity.Observation{{Mode: identity.CreateOnly, DisplayName: "x"}})
		return err
	})
	return out, err
}

// TestBriefTokens is about tokens that are known by their id: what is stored of
// them, how they end together, and when they are forgotten.
func TestBriefTokens(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := time.Now().UTC().Truncate(time.Second)
		someone := don.Of(don.Contact, 1)
		write(t, db, shopScope, func(tx *Tx) error {
			for _, k := range []struct {
				id, parent string
				kind       auth.Kind
				expires    time.Time
			}{
				{"app", "", auth.Application, now.Add(time.Hour)}, {"once", "app", auth.OneTime, now.Add(time.Minute)}, {"child", "once", auth.Customer, now.Add(time.Hour)},
				{"other", "app", auth.Customer, now.Add(time.Hour)}, {"old", "app", auth.Customer, now.Add(-time.Hour)}, {"oldapp", "", auth.Application, now.Add(-time.Hour)},
			} {
				made := tokenOf(k.id, k.kind, someone, k.expires)
				made.Parent = k.parent
				if err := tx.InsertToken(t.Context(), made); err != nil {
					return err
				}
			}
			return nil
		})
		if got := texts(t, db, "SELECT key FROM routes WHERE org_id = $1 AND kind = 'token' ORDER BY key"); !cmp.Equal(got, []string{"app hash", "oldapp hash"}) {
			t.Errorf("routes of %v; brief tokens need none", got)
		}
		write(t, db, shopScope, func(tx *Tx) error { return tx.RevokeChildren(t.Context(), "once") })
		if got := texts(t, db, "SELECT id FROM token WHERE org_id = $1 AND revoked_at IS NOT NULL"); !cmp.Equal(got, []string{"child"}) {
			t.Errorf("the end of one took %v along", got)
		}
		var used, unused bool
		write(t, db, shopScope, func(tx *Tx) (err error) {
			if used, err = tx.SignedBy(t.Context(), "k"); err != nil {
				return err
			}
			unused, err = tx.SignedBy(t.Context(), "other")
			return err
		})
		if !used || unused {
			t.Errorf("a key in use %v, one that is not %v", used, unused)
		}
		foreign := shopScope
		foreign.OrgID = 2
		for _, s := range []org.Scope{foreign, shopScope} {
			write(t, db, s, func(tx *Tx) error {
				_, err := tx.PurgeBrief(t.Context(), now, 10)
				return err
			})
		}
		if got := texts(t, db, "SELECT id FROM token WHERE org_id = $1 ORDER BY id"); !cmp.Equal(got, []string{"app", "child", "oldapp", "once", "other"}) {
			t.Errorf("after the purge there are %v", got)
		}
	})
}

// TestClaimsTakeNoKeys looks into the tables for what a visitor leaves there.
func TestClaimsTakeNoKeys(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		visit := identity.Visit{Fresh: "hash", DisplayName: "Ann", Account: "acme", Identifiers: []contact.Identifier{
			{Kind: contact.KindRef, Value: "u"}, {Kind: contact.KindEmail, Value: "Ann@X.example", Key: "ann@x.example"}, {Kind: contact.KindPhone, Value: "+14155550100"},
		}}
		var n int64
		write(t, db, shopScope, func(tx *Tx) error {
			c, _, err := identity.Welcome(t.Context(), tx, visit)
			if err == nil {
				n = c.N
			}
			return err
		})
		if got := texts(t, db, "SELECT key FROM identifier WHERE org_id = $1"); len(got) > 0 {
			t.Errorf("claims stand in the index: %v", got)
		}
		want := []string{
			identity.Key(identity.KindAccountRef, "acme"), identity.Key(contact.KindRef, "u"), identity.Key(contact.KindEmail, "ann@x.example"),
			identity.Key(identity.KindName, "ann"), identity.Key(contact.KindPhone, "+14155550100"),
		}
		if got := texts(t, db, "SELECT key FROM claim WHERE org_id = $1 AND secret = 'hash' ORDER BY key"); !cmp.Equal(got, want) {
			t.Errorf("claims %v, want %v", got, want)
		}
		// Another org's visitor with the same secret is another visitor.
		foreign := shopScope
		foreign.OrgID, visit.Secret = 2, "hash"
		write(t, db, foreign, func(tx *Tx) error {
			_, created, err := identity.Welcome(t.Context(), tx, visit)
			if err == nil && !created {
				t.Error("a secret works in another org")
			}
			return err
		})
		write(t, db, shopScope, func(tx *Tx) error { return tx.DropTrash(t.Context(), []don.ID{don.Of(don.Contact, n)}) })
		if got := texts(t, db, "SELECT key FROM claim WHERE org_id = $1"); len(got) > 0 {
			t.Errorf("claims of a contact that is gone for good: %v", got)
		}
	})
}
