package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

// full is a contact with something in every field.
func full(n int64, now time.Time) *contact.Contact {
	since := now.Add(-time.Hour)
	return &contact.Contact{
		N: n, DisplayName: "Zoë “Q” Lee", FullName: "Zoë Lee", Description: "line\nand <b>",
		Identifiers: []contact.Identifier{
			{Kind: contact.KindEmail, Value: "Zoe@Example.com", Key: "zoe@example.com", Proof: contact.Attested, Source: "api", Main: true, Since: since},
			{Kind: contact.KindRef, Value: `r"1\`, Proof: contact.Entered, Main: true},
		},
		Associations: []contact.Association{{Type: don.Account, N: 7, Role: "buyer", Primary: true, Since: &since, Source: "api"}},
		Owners:       []int64{1, 2}, Tags: []tag.Use{{N: 3, Value: "gold"}, {N: 4}},
		Verified: true, Blocked: true, Picture: 11, State: "active", ImportN: 5, Version: 1,
		CreatedAt: now, CreatedBy: "devu/1", ModifiedAt: now, ModifiedBy: "devu/1",
	}
}

func testContact(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	var want *contact.Contact
	get := func() (c *contact.Contact, err error) {
		err = db.Read(t.Context(), s, func(tx *store.Tx) error {
			c, err = tx.Contact(t.Context(), 9, false)
			return err
		})
		return c, err
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		want = full(9, tx.Now())
		return identity.Create(ctx, tx, want)
	})
	got, err := get()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("stored contact (-want +got):\n%s", d)
	}
	changed := *got
	changed.DisplayName, changed.Tags = "Al", nil
	changed.Identifiers = changed.Identifiers[1:]
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		did, err := identity.Change(ctx, tx, got, &changed)
		if err == nil && !did {
			err = errors.New("the change was not seen")
		}
		return err
	})
	if again, err := get(); err != nil || cmp.Diff(&changed, again) != "" || again.Version != 2 {
		t.Errorf("changed contact: %v\n%s", err, cmp.Diff(&changed, again))
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return identity.Delete(ctx, tx, &changed) })
	if _, err := get(); !errs.Is(err, errs.NotFound) {
		t.Errorf("deleted contact: %v, want not found", err)
	}
	// Its reference is free at once, so restoring it then is a conflict.
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		c := full(10, tx.Now())
		c.Identifiers = c.Identifiers[1:]
		return identity.Create(ctx, tx, c)
	})
	restore := func(without bool) error {
		return db.Write(t.Context(), s, func(tx *store.Tx) error {
			_, err := identity.Restore(t.Context(), tx, 9, without)
			return err
		})
	}
	if err := restore(false); !errs.Is(err, errs.Conflict) {
		t.Errorf("restore of a contact whose reference was taken: %v, want a conflict", err)
	}
	if err := restore(true); err != nil {
		t.Fatal(err)
	}
	if back, err := get(); err != nil || back.DisplayName != "Al" || len(back.Identifiers) != 0 {
		t.Errorf("restored contact: %+v, %v", back, err)
	}
}

// testReservation takes a key that an import has reserved: the import must learn
// of it, and a record that exists cannot be taken from.
func testReservation(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	observe := func(tx *store.Tx, key string) error {
		out, err := identity.Resolve(t.Context(), tx, []identity.Observation{{Identifiers: []contact.Identifier{
			{Kind: contact.KindRef, Value: key, Proof: contact.Entered},
		}}})
		if err == nil && !out[0].Created {
			err = errors.New("a reservation counted as a contact")
		}
		return err
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		first, err := tx.Next(ctx, don.Contact, 10)
		if err != nil {
			return err
		}
		if first != 1 {
			return fmt.Errorf("the first number is %d", first)
		}
		m := &importer.Import{N: 1, Type: don.Contact, State: importer.Running, CreatedAt: tx.Now()}
		if err := tx.InsertImport(ctx, m); err != nil {
			return err
		}
		m.From, m.To = 1, 10
		if err := tx.SaveImport(ctx, m); err != nil {
			return err
		}
		return tx.Reserve(ctx, []importer.Key{{Text: []byte("c:a"), N: 4, Main: true}, {Text: []byte("c:b"), N: 5, Main: true}}, don.Contact, true)
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return observe(tx, "b") })
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		lost, err := tx.Lost(ctx, don.Contact, 1, 10)
		if d := cmp.Diff(map[int64]string{5: "c:b"}, lost); d != "" {
			t.Errorf("lost reservations (-want +got):\n%s", d)
		}
		return err
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		id, ok, err := identity.Find(ctx, tx, contact.KindRef, "b")
		if !ok || id.N <= 10 {
			t.Errorf("the taken key leads to %v", id)
		}
		return err
	})
}

// testRollback mixes writes that fail with writes that do not, at the same
// time: a failure takes back its own writes and nobody else's.
func testRollback(t *testing.T, open Open) {
	db, _ := open(t)
	s := Scope(t, db, "acme")
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			err := db.Write(t.Context(), s, func(tx *store.Tx) error {
				name := fmt.Sprint("tag ", i)
				if err := tx.InsertTag(t.Context(), &tag.Tag{N: int64(i + 1), Name: name, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}); err != nil {
					return err
				}
				switch i % 4 {
				case 1:
					return boom
				case 2:
					panic("a fault in one write")
				}
				return nil
			})
			switch i % 4 {
			case 1:
				if !errors.Is(err, boom) {
					t.Errorf("write %d: %v, want its own error", i, err)
				}
			case 2:
				if err == nil {
					t.Errorf("write %d: no error for a panic", i)
				}
			default:
				if err != nil {
					t.Errorf("write %d: %v", i, err)
				}
			}
		})
	}
	wg.Wait()
	err := db.Read(t.Context(), s, func(tx *store.Tx) error {
		for i := range int64(200) {
			_, err := tx.Tag(t.Context(), i+1, false)
			failed := i%4 == 1 || i%4 == 2
			if failed != errs.Is(err, errs.NotFound) {
				t.Errorf("tag %d: %v", i+1, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// testTenants looks for one org's records in the scope of another.
func testTenants(t *testing.T, open Open) {
	db, _ := open(t)
	a, b := Scope(t, db, "a"), Scope(t, db, "b")
	Write(t, db, a, func(ctx context.Context, tx *store.Tx) error { return identity.Create(ctx, tx, full(9, tx.Now())) })
	Write(t, db, b, func(ctx context.Context, tx *store.Tx) error {
		if found, err := tx.Contacts(ctx, []int64{9}, true); err != nil || len(found) > 0 {
			t.Errorf("contacts of the other org: %v, %v", found, err)
		}
		if found, err := tx.Identifiers(ctx, []string{"e:zoe@example.com", `c:r"1\`}); err != nil || len(found) > 0 {
			t.Errorf("identifiers of the other org: %v, %v", found, err)
		}
		if found, err := tx.ContactsOf(ctx, don.Of(don.Account, 7), 0, 10); err != nil || len(found) > 0 {
			t.Errorf("associations of the other org: %v, %v", found, err)
		}
		// The same identifiers are free here.
		return identity.Create(ctx, tx, full(9, tx.Now()))
	})
	Write(t, db, b, func(ctx context.Context, tx *store.Tx) error {
		c, err := tx.Contact(ctx, 9, true)
		if err != nil {
			return err
		}
		return identity.Delete(ctx, tx, c)
	})
	Write(t, db, a, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Contact(ctx, 9, false) // untouched by the deletion next door
		if err == nil {
			if _, ok, find := identity.Find(ctx, tx, contact.KindEmail, "zoe@example.com"); find != nil || !ok {
				t.Errorf("its e-mail after a deletion in the other org: %v, %v", ok, find)
			}
		}
		return err
	})
}

// testCounter takes numbers from many goroutines: none may come twice.
func testCounter(t *testing.T, open Open) {
	db, other := open(t)
	s := Scope(t, db, "acme")
	var mu sync.Mutex
	seen := map[int64]bool{}
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			d := []*store.DB{db, other}[i%2]
			var first int64
			err := d.Write(t.Context(), s, func(tx *store.Tx) (err error) {
				first, err = tx.Next(t.Context(), don.Tag, 3)
				return err
			})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for n := first; n < first+3; n++ {
				if n < 1 || seen[n] {
					t.Errorf("number %d came twice or is none", n)
				}
				seen[n] = true
			}
		})
	}
	wg.Wait()
	if len(seen) != 120 {
		t.Errorf("%d numbers, want 120", len(seen))
	}
}
