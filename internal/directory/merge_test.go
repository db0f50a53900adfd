package directory_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
)

func (b bench) merge(t *testing.T, primary, secondary int64) int64 {
	t.Helper()
	m, err := b.MergeContacts(t.Context(), b.scope, primary, secondary)
	if err != nil {
		t.Fatal(err)
	}
	return m.Item.N
}

func (b bench) undo(t *testing.T, n int64) identity.Parted[contact.Contact] {
	t.Helper()
	p, err := b.UndoMerge(t.Context(), b.scope, n)
	if err != nil {
		t.Fatal(err)
	}
	return *p.Item.Contacts
}

// sees runs observations as one batch and fails the test if one fails.
func (b bench) sees(t *testing.T, obs ...identity.Observation) []identity.Outcome {
	t.Helper()
	var out []identity.Outcome
	err := b.db.Write(t.Context(), b.scope, func(tx *store.Tx) (err error) {
		out, err = identity.Resolve(t.Context(), tx, obs)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range out {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	return out
}

func seen(full string, ids ...contact.Identifier) identity.Observation {
	return identity.Observation{FullName: full, Identifiers: ids, Source: "test"}
}

func mail(v string) contact.Identifier  { return ident("email", v) }
func ref(v string) contact.Identifier   { return ident("external_ref", v) }
func phone(v string) contact.Identifier { return ident("phone", v) }

// pair makes two contacts with an address each.
func (b bench) pair(t *testing.T) (ann, bo int64) {
	t.Helper()
	return b.contact(t, directory.ContactPatch{DisplayName: ptr("Ann"), Email: ptr("ann@x.test")}),
		b.contact(t, directory.ContactPatch{DisplayName: ptr("Bo"), Email: ptr("bo@x.test")})
}

func (b bench) expectMails(t *testing.T, n int64, want ...string) {
	t.Helper()
	if got := b.stored(t, n).Values(contact.KindEmail); !slices.Equal(got, want) {
		t.Errorf("REVU-%d has the addresses %v, want %v", n, got, want)
	}
}

// TestUndoTellsWhatIsGone: an identifier that was released and taken by another
// record while merged stays there.
func TestUndoTellsWhatIsGone(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		ann, bo := b.pair(t)
		if _, err := b.AddIdentifier(t.Context(), b.scope, bo, contact.KindRef, "r1", true); err != nil {
			t.Fatal(err)
		}
		m := b.merge(t, ann, bo)
		if _, err := b.RemoveIdentifier(t.Context(), b.scope, ann, contact.KindEmail, "bo@x.test"); err != nil {
			t.Fatal(err)
		}
		cy := b.contact(t, directory.ContactPatch{Email: ptr("bo@x.test")})
		got := b.undo(t, m)
		want := []identity.Lost{{Kind: contact.KindEmail, Value: "bo@x.test", Reason: identity.Released, MergeN: m}}
		if d := cmp.Diff(want, got.Lost); d != "" {
			t.Error(d)
		}
		b.expectMails(t, bo)
		b.expectMails(t, cy, "bo@x.test")
		if b.stored(t, bo).Ref() != "r1" {
			t.Error("what was not released did not come back")
		}
	})
}

// TestTrashOfMerged deletes a merged record, lets another take an identifier of
// each member, and restores and undoes in both orders.
func TestTrashOfMerged(t *testing.T) {
	for _, restoreFirst := range []bool{true, false} {
		t.Run(fmt.Sprint("restore first ", restoreFirst), func(t *testing.T) {
			onEngines(t, func(t *testing.T, b bench) {
				ann, bo := b.pair(t)
				m := b.merge(t, ann, bo)
				if err := b.DeleteContact(t.Context(), b.scope, ann); err != nil {
					t.Fatal(err)
				}
				if _, err := b.GetContact(t.Context(), b.scope, bo); !errs.Is(err, errs.NotFound) {
					t.Errorf("a member of a deleted record: %v", err)
				}
				cy := b.contact(t, directory.ContactPatch{Email: ptr("bo@x.test")})
				if restoreFirst {
					b.restoreThenUndo(t, m, ann, cy)
				} else {
					b.undoThenRestore(t, m, ann, bo)
				}
				b.expectMails(t, ann, "ann@x.test")
				b.expectMails(t, bo)
				b.expectMails(t, cy, "bo@x.test")
			})
		})
	}
}

func (b bench) restoreThenUndo(t *testing.T, m, ann, cy int64) {
	if _, err := b.RestoreContact(t.Context(), b.scope, ann, false); !errs.Is(err, errs.Conflict) {
		t.Errorf("restoring with a clash: %v", err)
	}
	if _, err := b.RestoreContact(t.Context(), b.scope, ann, true); err != nil {
		t.Fatal(err)
	}
	b.expectMails(t, ann, "ann@x.test")
	want := []identity.Lost{{Kind: contact.KindEmail, Value: "bo@x.test", Reason: identity.TakenBy, Holder: don.Of(don.Contact, cy), MergeN: m}}
	if d := cmp.Diff(want, b.undo(t, m).Lost); d != "" {
		t.Error(d)
	}
}

func (b bench) undoThenRestore(t *testing.T, m, ann, bo int64) {
	if got := b.undo(t, m); !got.InTrash {
		t.Error("the undo of a deleted record's merge does not say that both are in the trash")
	}
	live, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Limit: 10})
	if err != nil || len(live.Items) != 1 {
		t.Errorf("the undo brought contacts back to life: %v, %v", live.Items, err)
	}
	for _, n := range []int64{ann, bo} {
		if _, err := b.RestoreContact(t.Context(), b.scope, n, n == bo); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPurgeOfMerged: what left the trash for good cannot be parted any more, and
// nothing is kept of it.
func TestPurgeOfMerged(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		ann, bo := b.pair(t)
		m := b.merge(t, ann, bo)
		if err := b.DeleteContact(t.Context(), b.scope, ann); err != nil {
			t.Fatal(err)
		}
		b.sweep(t, time.Now().AddDate(0, 0, directory.TrashDays+1))
		if _, err := b.UndoMerge(t.Context(), b.scope, m); !errs.Is(err, errs.Invalid) {
			t.Errorf("undo after the purge: %v", err)
		}
		got, err := b.GetMerge(t.Context(), b.scope, m)
		if err != nil || got.Item.State != identity.Purged {
			t.Errorf("the merge is %q, %v", got.Item.State, err)
		}
		for _, n := range []int64{ann, bo} {
			if _, err := b.GetContact(t.Context(), b.scope, n); !errs.Is(err, errs.NotFound) {
				t.Errorf("REVU-%d: %v", n, err)
			}
		}
		err = b.db.Read(t.Context(), b.scope, func(tx *store.Tx) error {
			left, err := tx.Aliases(t.Context(), don.Contact, []int64{ann})
			if len(left) > 0 {
				t.Errorf("left: %v", left)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestMergeAgain: what a member took off the merged record is no concern of a
// later merge of the same contacts, with or without others still merged in.
func TestMergeAgain(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		ann, bo := b.pair(t)
		cy := b.contact(t, directory.ContactPatch{DisplayName: ptr("Cy")})
		vip, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("vip")})
		if err != nil {
			t.Fatal(err)
		}
		uses := []tag.Use{{N: vip.Item.N}}
		if _, err := b.UpdateContact(t.Context(), b.scope, bo, directory.ContactPatch{Tags: &uses}); err != nil {
			t.Fatal(err)
		}
		b.merge(t, bo, cy) // so that the group of Bo stays
		m := b.merge(t, ann, bo)
		if _, err := b.UpdateContact(t.Context(), b.scope, ann, directory.ContactPatch{Tags: &[]tag.Use{}}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.SetMainIdentifier(t.Context(), b.scope, ann, contact.KindEmail, "bo@x.test"); err != nil {
			t.Fatal(err)
		}
		if got := b.stored(t, ann); len(got.Tags) != 0 || got.Email() != "bo@x.test" {
			t.Errorf("after the edit: tags %v, address %s", got.Tags, got.Email())
		}
		b.undo(t, m)
		b.merge(t, ann, bo)
		if got := b.stored(t, ann); len(got.Tags) != 1 || got.Email() != "ann@x.test" {
			t.Errorf("merged again: tags %v, address %s", got.Tags, got.Email())
		}
	})
}

// TestBatchThroughMembers: observations that arrive together through several
// members of one record each belong to their own.
func TestBatchThroughMembers(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		ann, bo := b.pair(t)
		m := b.merge(t, ann, bo)
		out := b.sees(t,
			seen("Ann Lee", mail("ann@x.test"), ref("a1")), seen("Bo Berg", mail("bo@x.test"), ref("b1"), phone("+49301234561")),
			seen("", mail("ann@x.test"), ref("a2"), phone("+49301234561")), seen("", mail("new@x.test")))
		for _, o := range out[:3] {
			if o.Contact.N != ann || len(o.Held) > 0 {
				t.Errorf("went to REVU-%d, held %v", o.Contact.N, o.Held)
			}
		}
		if got := b.stored(t, ann).Values(contact.KindRef); len(got) != 3 {
			t.Errorf("merged: %v", got)
		}
		b.undo(t, m)
		a, c := b.stored(t, ann), b.stored(t, bo)
		if !slices.Equal(a.Values(contact.KindRef), []string{"a1", "a2"}) || a.FullName != "Ann Lee" || len(a.Values(contact.KindPhone)) != 1 {
			t.Errorf("Ann is %+v", a)
		}
		if !slices.Equal(c.Values(contact.KindRef), []string{"b1"}) || c.FullName != "Bo Berg" || len(c.Values(contact.KindPhone)) != 1 {
			t.Errorf("Bo is %+v", c)
		}
	})
}

// TestSweepReachesMembers: a deleted tag goes from every member of a record.
func TestSweepReachesMembers(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		ann, bo := b.pair(t)
		vip, err := b.CreateTag(t.Context(), b.scope, directory.TagPatch{Name: ptr("vip")})
		if err != nil {
			t.Fatal(err)
		}
		uses := []tag.Use{{N: vip.Item.N}}
		if _, err := b.UpdateContact(t.Context(), b.scope, bo, directory.ContactPatch{Tags: &uses}); err != nil {
			t.Fatal(err)
		}
		m := b.merge(t, ann, bo)
		if err := b.DeleteTag(t.Context(), b.scope, vip.Item.N); err != nil {
			t.Fatal(err)
		}
		if got := b.undo(t, m); len(got.Edits) != 0 {
			t.Errorf("the sweep counts as a member's edit: %v", got.Edits)
		}
		for _, n := range []int64{ann, bo} {
			if got := b.stored(t, n).Tags; len(got) != 0 {
				t.Errorf("REVU-%d has the tags %v", n, got)
			}
		}
	})
}

// TestSplitTakesWhatCameThrough: further identifiers, and what came through
// those, go along; replaced values come back; what others brought stays.
func TestSplitTakesWhatCameThrough(t *testing.T) {
	for _, merged := range []bool{false, true} {
		t.Run(fmt.Sprint("merged ", merged), func(t *testing.T) {
			onEngines(t, func(t *testing.T, b bench) {
				ann, bo := b.pair(t)
				b.sees(t, seen("", mail("ann@x.test"), ref("u-1")))                           // the identifier to split off
				b.sees(t, seen("Kim", ref("u-1"), mail("kim@x.test"), phone("+49301234561"))) // through it
				b.sees(t, seen("", mail("kim@x.test"), mail("kim2@x.test")))                  // through what came through it
				b.sees(t, seen("", mail("ann@x.test"), mail("ann2@x.test")))
				at := ann
				if merged {
					b.merge(t, bo, ann)
					at = bo
				}
				from, made, err := b.SplitContact(t.Context(), b.scope, at, []directory.Named{{Kind: contact.KindRef, Value: "u-1"}}, nil)
				if err != nil {
					t.Fatal(err)
				}
				b.expectMails(t, made.Item.N, "kim@x.test", "kim2@x.test")
				got := b.stored(t, made.Item.N)
				if got.FullName != "Kim" || got.Ref() != "u-1" || len(got.Values(contact.KindPhone)) != 1 || !got.Verified {
					t.Errorf("the new contact is %+v", got)
				}
				left := b.stored(t, at)
				if left.FullName != "" || left.Ref() != "" || len(left.Values(contact.KindPhone)) != 0 || from.Item.N != at {
					t.Errorf("what was left is %+v", left)
				}
				if !slices.Contains(left.Values(contact.KindEmail), "ann2@x.test") {
					t.Errorf("left with %v", left.Values(contact.KindEmail))
				}
				if out := b.sees(t, seen("", ref("u-1"))); out[0].Contact.N != made.Item.N {
					t.Errorf("the reference still leads to REVU-%d", out[0].Contact.N)
				}
			})
		})
	}
}

// TestUndoAfterSplit: what was split off a merged record does not come back.
func TestUndoAfterSplit(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		ann, bo := b.pair(t)
		m := b.merge(t, ann, bo)
		_, made, err := b.SplitContact(t.Context(), b.scope, ann, []directory.Named{{Kind: contact.KindEmail, Value: "bo@x.test"}}, ptr("Bo again"))
		if err != nil {
			t.Fatal(err)
		}
		want := []identity.Lost{{Kind: contact.KindEmail, Value: "bo@x.test", Reason: identity.SplitOff, Holder: don.Of(don.Contact, made.Item.N), MergeN: m}}
		if d := cmp.Diff(want, b.undo(t, m).Lost); d != "" {
			t.Error(d)
		}
		b.expectMails(t, bo)
		b.expectMails(t, ann, "ann@x.test")
		b.expectMails(t, made.Item.N, "bo@x.test")
	})
}

// TestMergesAtOnce merges overlapping pairs, undoes them and resolves their
// identifiers at the same time. Each key ends with one holder, and every
// contact is there once: live or merged away.
func TestMergesAtOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		const people = 6
		var ns []int64
		for i := range people {
			ns = append(ns, b.contact(t, directory.ContactPatch{Email: ptr(fmt.Sprintf("m%d@x.test", i)), Ref: ptr(fmt.Sprint("ref", i)), Phones: &[]string{"+49301234561"}}))
		}
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for i := range 15 {
					p, s := (w+i)%people, (w*i+i+1)%people
					switch i % 3 {
					case 0:
						m, err := b.MergeContacts(t.Context(), b.scope, ns[p], ns[s])
						if err == nil && w%2 == 0 {
							_, err = b.UndoMerge(t.Context(), b.scope, m.Item.N)
						}
						b.tolerable(t, err)
					case 1:
						err := b.db.Write(t.Context(), b.scope, func(tx *store.Tx) error {
							out, err := identity.Resolve(t.Context(), tx, []identity.Observation{seen("Full", mail(fmt.Sprintf("m%d@x.test", p)), ref(fmt.Sprint("ref", s)), phone("+49301234562"))})
							if err == nil && out[0].Created {
								t.Errorf("a contact was created for known identifiers")
							}
							return err
						})
						b.tolerable(t, err)
					default:
						_, err := b.UpdateContact(t.Context(), b.scope, ns[s], directory.ContactPatch{Description: ptr(fmt.Sprint(w, i))})
						b.tolerable(t, err)
					}
				}
			})
		}
		wg.Wait()
		b.expectOneHolder(t, ns)
	})
}

// tolerable accepts refusals that the others' work explains.
func (b bench) tolerable(t *testing.T, err error) {
	if err != nil && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.Unavailable) {
		t.Error(err)
	}
}

func (b bench) expectOneHolder(t *testing.T, ns []int64) {
	t.Helper()
	err := b.db.Read(t.Context(), b.scope, func(tx *store.Tx) error {
		live, err := tx.Contacts(t.Context(), ns, false)
		if err != nil {
			return err
		}
		away, err := tx.Survivors(t.Context(), don.Contact, ns)
		if err != nil {
			return err
		}
		if len(live)+len(away) != len(ns) {
			t.Errorf("%d live and %d merged away, want %d together", len(live), len(away), len(ns))
		}
		return b.expectIndexOf(t, tx, live, len(ns))
	})
	if err != nil {
		t.Error(err)
	}
}

func (b bench) expectIndexOf(t *testing.T, tx *store.Tx, live map[int64]*contact.Contact, people int) error {
	var want, keys []string
	for _, c := range live {
		for _, e := range identity.Entries(c, org.Settings{}) {
			want = append(want, fmt.Sprint(e))
		}
	}
	for i := range people {
		keys = append(keys, identity.Key(contact.KindEmail, fmt.Sprintf("m%d@x.test", i)), identity.Key(contact.KindRef, fmt.Sprint("ref", i)))
	}
	rows, err := tx.Identifiers(context.Background(), append(slices.Clone(keys), identity.Key(contact.KindPhone, "+49301234561"), identity.Key(contact.KindPhone, "+49301234562")))
	var got []string
	exclusive := 0
	for _, e := range rows {
		got = append(got, fmt.Sprint(e))
		if e.Holder == 0 {
			exclusive++
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the index is not what the contacts carry: %s", d)
	}
	if exclusive != len(keys) {
		t.Errorf("%d exclusive keys have a holder, want %d", exclusive, len(keys))
	}
	return err
}
