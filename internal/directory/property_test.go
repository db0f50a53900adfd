package directory_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
)

// pool are the values that the property below plays with, few enough to clash.
var pool = map[contact.Kind][]string{
	contact.KindEmail: {"a@x.test", "B@x.test", "c@x.test"},
	contact.KindRef:   {"r1", "r2", "r3"},
	contact.KindPhone: {"+49301234561", "+49301234562"},
}

// TestIdentifiersStayTrue runs random changes of contacts. Whatever happens, the
// identity index holds exactly what the live contacts carry, nothing exclusive
// twice, and each contact has one main identifier of each kind that it has.
func TestIdentifiersStayTrue(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		var ns []int64
		rapid.Check(t, func(rt *rapid.T) {
			for range 6 {
				ns = b.step(t, rt, ns)
				b.expectTrueIndex(t, rt, ns)
			}
		})
	})
}

// step makes one random change; refusals are fine.
func (b bench) step(t *testing.T, rt *rapid.T, ns []int64) []int64 {
	ctx := t.Context()
	kind := rapid.SampledFrom([]contact.Kind{contact.KindEmail, contact.KindRef, contact.KindPhone}).Draw(rt, "kind")
	value := rapid.SampledFrom(pool[kind]).Draw(rt, "value")
	op := rapid.SampledFrom([]string{"create", "update", "add", "remove", "main", "delete", "restore", "restore"}).Draw(rt, "op")
	if len(ns) == 0 {
		op = "create"
	}
	if op == "create" {
		c, err := b.CreateContact(ctx, b.scope, draft(rt), nil)
		allow(rt, op, err)
		if err != nil {
			return ns
		}
		return append(ns, c.Item.N)
	}
	n := rapid.SampledFrom(ns[max(0, len(ns)-4):]).Draw(rt, "n")
	var err error
	switch op {
	case "update":
		_, err = b.UpdateContact(ctx, b.scope, n, draft(rt))
	case "add":
		_, err = b.AddIdentifier(ctx, b.scope, n, kind, value, rapid.Bool().Draw(rt, "main"))
	case "remove":
		_, err = b.RemoveIdentifier(ctx, b.scope, n, kind, value)
	case "main":
		_, err = b.SetMainIdentifier(ctx, b.scope, n, kind, value)
	case "delete":
		err = b.DeleteContact(ctx, b.scope, n)
	case "restore":
		_, err = b.RestoreContact(ctx, b.scope, n, rapid.Bool().Draw(rt, "without"))
	}
	allow(rt, op, err)
	return ns
}

func allow(rt *rapid.T, op string, err error) {
	if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.NotFound) {
		rt.Fatalf("%s: %v", op, err)
	}
}

// draft draws a patch of some identifiers.
func draft(rt *rapid.T) directory.ContactPatch {
	maybe := func(name string, values []string) *string {
		if v := rapid.SampledFrom(append([]string{"-", ""}, values...)).Draw(rt, name); v != "-" {
			return &v
		}
		return nil
	}
	several := func(name string, values []string) *[]string {
		if !rapid.Bool().Draw(rt, "with "+name) {
			return nil
		}
		list := rapid.SliceOfN(rapid.SampledFrom(values), 0, 3).Draw(rt, name)
		return &list
	}
	return directory.ContactPatch{
		Email: maybe("email", pool[contact.KindEmail]), Ref: maybe("external_ref", pool[contact.KindRef]),
		Refs: several("external_refs", pool[contact.KindRef]), Phones: several("phone_numbers", pool[contact.KindPhone]),
	}
}

func (b bench) expectTrueIndex(t *testing.T, rt *rapid.T, ns []int64) {
	var want, got []string
	err := b.db.Read(t.Context(), b.scope, func(tx *store.Tx) error {
		live, err := tx.Contacts(t.Context(), ns, false)
		if err != nil {
			return err
		}
		for _, c := range live {
			for _, e := range identity.Entries(c, org.Settings{}) {
				want = append(want, fmt.Sprint(e))
			}
			expectOneMain(rt, c)
		}
		var keys []string
		for kind, values := range pool {
			for _, v := range values {
				keys = append(keys, identity.Key(kind, strings.ToLower(v)))
			}
		}
		rows, err := tx.Identifiers(t.Context(), keys)
		for _, e := range rows {
			got = append(got, fmt.Sprint(e))
		}
		return err
	})
	if err != nil {
		rt.Fatal(err)
	}
	slices.Sort(want)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		rt.Fatalf("the index is not what the contacts carry: %s", d)
	}
}

func expectOneMain(rt *rapid.T, c *contact.Contact) {
	for kind := range pool {
		mains, has := 0, false
		for _, i := range c.Identifiers {
			has = has || i.Kind == kind
			if i.Kind == kind && i.Main {
				mains++
			}
		}
		if has && mains != 1 {
			rt.Fatalf("REVU-%d has %d main identifiers of kind %s", c.N, mains, kind)
		}
	}
}
