package directory_test

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
)

// Who is moved by time alone joins and leaves without any write.
func TestGroupsFollowTime(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		f, heard := b.follower("one")
		now := time.Now().UTC()
		storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error {
			var cs []*contact.Contact
			for i, ago := range []time.Duration{2 * time.Hour, time.Hour - 1500*time.Millisecond, 10 * time.Minute} {
				at := now.Add(-ago)
				cs = append(cs, &contact.Contact{N: int64(i + 1), DisplayName: "A", State: "active", Version: 1, CreatedAt: at, ModifiedAt: at, CreatedBy: "devu/1", ModifiedBy: "devu/1"})
			}
			return tx.InsertContacts(ctx, cs)
		})
		old, fresh := b.group(t, "old", "created < -1h"), b.group(t, "fresh", "created > -1h")
		b.round(t, f)
		expect := func(n int64, want ...int64) {
			t.Helper()
			if diff := cmp.Diff(want, b.kept(t, n)); diff != "" {
				t.Errorf("GROUP-%d has: %s", n, diff)
			}
		}
		expect(old, 1)
		expect(fresh, 2, 3)
		if len(heard.notes) > 0 {
			t.Errorf("whom groups begin with was told: %v", heard.notes)
		}
		time.Sleep(time.Until(now.Add(1600 * time.Millisecond)))
		b.round(t, f)
		expect(old, 1, 2)
		expect(fresh, 3)
		if len(heard.notes) != 2 {
			t.Errorf("told was %v", heard.notes)
		}
	})
}

// Several processes may follow at once: nothing is told twice, and nothing is lost
// while others write.
func TestGroupsOfSeveralProcesses(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		var people []int64
		for range 40 {
			people = append(people, b.contact(t, directory.ContactPatch{DisplayName: ptr("Bo")}))
		}
		n := b.group(t, "anns", "name = ann")
		first, heard := b.follower("one")
		b.round(t, first)
		second, more := b.follower("two")
		ctx, stop := context.WithCancel(t.Context())
		var running, writing sync.WaitGroup
		for _, f := range []*directory.Follower{first, second} {
			running.Go(func() { f.Work(ctx) })
		}
		for w := range 4 {
			writing.Go(func() {
				for i := range 60 {
					p := directory.ContactPatch{DisplayName: ptr([]string{"Ann", "Bo"}[(i+w)%2])}
					if _, err := b.UpdateContact(ctx, b.scope, people[w*10+i%10], p); err != nil {
						t.Error(err)
					}
				}
			})
		}
		writing.Wait()
		stop()
		running.Wait()
		b.round(t, first)
		want := b.listed(t, "name = ann")
		if diff := cmp.Diff(want, b.kept(t, n)); diff != "" {
			t.Error(diff)
		}
		heard.notes = append(heard.notes, more.notes...)
		joined, left := map[int64]int{}, map[int64]int{}
		for _, note := range heard.notes {
			of := joined
			if note.Op == "member_removed" {
				of = left
			}
			of[don.FromTail(note.Extra["member"].(string)).N]++
		}
		for _, p := range people {
			if in := joined[p] - left[p]; in != map[bool]int{true: 1}[slices.Contains(want, p)] {
				t.Errorf("REVU-%d joined %d times and left %d times", p, joined[p], left[p])
			}
		}
	})
}

// broken fails every other transaction, before or after it is done.
type broken struct {
	*news
	rng *rand.Rand
}

var errBroken = errors.New("broken")

func (b *broken) Bulk(ctx context.Context, s org.Scope, fn func(directory.Tx) error) error {
	switch b.rng.IntN(4) {
	case 0:
		return errBroken
	case 1:
		return errors.Join(b.news.Bulk(ctx, s, fn), errBroken)
	}
	return b.news.Bulk(ctx, s, fn)
}

// TestGroupsFollowAfterFaults stops at every transaction.
func TestGroupsFollowAfterFaults(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.scene(t)
		f, heard := b.follower("one")
		f.DB = &broken{heard, rand.New(rand.NewPCG(1, 2))}
		groups := map[string]int64{}
		settle := func() {
			t.Helper()
			for tries, lag := 0, time.Hour; lag > 0; tries++ {
				time.Sleep(time.Millisecond)
				if err := f.Round(t.Context()); err != nil && !errors.Is(err, errBroken) || tries > 1000 {
					t.Fatal(err)
				}
				storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) (err error) {
					lag, err = tx.GroupsBehind(ctx)
					return err
				})
			}
		}
		for _, text := range []string{"tag:vip", "account.tier = gold", "name ~ nn"} {
			groups[text] = b.group(t, text, text)
		}
		settle()
		begun := map[string]map[int64]bool{}
		for text, n := range groups {
			begun[text] = map[int64]bool{}
			for _, c := range b.kept(t, n) {
				begun[text][c] = true
			}
		}
		for n := range int64(5) {
			if _, err := b.UpdateAccount(t.Context(), b.scope, n+1, directory.AccountPatch{Tier: ptr([]string{"gold", ""}[n%2])}); err != nil {
				t.Fatal(err)
			}
			if _, err := b.UpdateContact(t.Context(), b.scope, n+1, directory.ContactPatch{DisplayName: ptr("Anni")}); err != nil {
				t.Fatal(err)
			}
			settle()
			for text, g := range groups {
				if diff := cmp.Diff(b.listed(t, text), b.kept(t, g)); diff != "" {
					t.Fatalf("%s: %s", text, diff)
				}
				if diff := cmp.Diff(b.kept(t, g), slices.Sorted(maps.Keys(heard.told(t, g, begun[text])))); diff != "" {
					t.Fatalf("%s was told otherwise: %s", text, diff)
				}
			}
		}
	})
}

// A group whose filter changes follows, one whose filter names what is no longer
// there says so and keeps its members, and what went past a group is found.
func TestGroupsChange(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		people, _ := b.scene(t)
		f, heard := b.follower("one")
		fields := []schema.Field{{Name: "grade", Type: schema.Text, Filterable: true}}
		others := []string{"plan", "seats", "langs", "due", "home", "homes"}
		if _, err := b.SetFragment(t.Context(), b.scope, schema.Fragment{Leaf: don.Contact, Kind: schema.Tenant, Fields: fields}, others); err != nil {
			t.Fatal(err)
		}
		n := b.group(t, "some", "tag:vip")
		b.round(t, f)
		before := b.kept(t, n)
		refilter := func(text string) {
			t.Helper()
			tree := parsed(t, text)
			if _, err := b.UpdateUserGroup(t.Context(), b.scope, n, directory.UserGroupPatch{Tree: &tree}); err != nil {
				t.Fatal(err)
			}
			b.round(t, f)
		}
		refilter("not tag:vip")
		if got := b.kept(t, n); len(got)+len(before) != len(people) || len(heard.notes) != len(people) {
			t.Errorf("%d and %d contacts, %d told", len(before), len(got), len(heard.notes))
		}
		refilter("tnt__grade empty")
		if got := b.kept(t, n); len(got) != len(people) {
			t.Errorf("%d contacts have no plan", len(got))
		}
		if _, err := b.SetFragment(t.Context(), b.scope, schema.Fragment{Leaf: don.Contact, Kind: schema.Tenant}, []string{"grade"}); err != nil {
			t.Fatal(err)
		}
		b.round(t, f)
		g, err := b.GetUserGroup(t.Context(), b.scope, n)
		if err != nil || !strings.Contains(g.Item.Fault, "tnt__grade") {
			t.Errorf("the group says %q, %v", g.Item.Fault, err)
		}
		if _, err := b.UpdateContact(t.Context(), b.scope, people[1].n, directory.ContactPatch{DisplayName: ptr("Zed")}); err != nil {
			t.Fatal(err)
		}
		if err := b.DeleteContact(t.Context(), b.scope, people[0].n); err != nil {
			t.Fatal(err)
		}
		b.round(t, f)
		if got := b.members(t, n); len(got) != len(people)-1 {
			t.Errorf("%d members are left", len(got))
		}
		refilter("tag:vip")
		if g, err = b.GetUserGroup(t.Context(), b.scope, n); err != nil || g.Item.Fault != "" {
			t.Errorf("the group says %q, %v", g.Item.Fault, err)
		}
		storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.TakeFromGroup(ctx, n, before[1:2]); err != nil {
				return err
			}
			return tx.PutInGroup(ctx, n, []int64{2, 999})
		})
		storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error { return tx.FollowGroup(ctx, n, tx.Now()) })
		b.round(t, f)
		if diff := cmp.Diff(b.listed(t, "tag:vip"), b.kept(t, n)); diff != "" {
			t.Error(diff)
		}
	})
}

// A group that asks what else an account has is worked out a while after each
// change, also when it was before.
func TestGroupsOfAccounts(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		firm := don.Of(don.Account, b.account(t, "Firm"))
		first := b.contact(t, directory.ContactPatch{DisplayName: ptr("Ann")}, firm)
		second := b.contact(t, directory.ContactPatch{DisplayName: ptr("Bo")}, firm)
		f, _ := b.follower("one")
		n := b.group(t, "colleagues of Zed", "account.contacts.name = zed")
		b.round(t, f)
		for _, name := range []string{"Zed", "Ann", "Zed"} {
			if _, err := b.UpdateContact(t.Context(), b.scope, first, directory.ContactPatch{DisplayName: &name}); err != nil {
				t.Fatal(err)
			}
			var want []int64
			if name == "Zed" {
				want = []int64{first, second}
			}
			for deadline := time.Now().Add(30 * time.Second); !slices.Equal(b.kept(t, n), want); time.Sleep(100 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatalf("after %s the group has %v", name, b.kept(t, n))
				}
				b.round(t, f)
			}
		}
	})
}

// A group whose condition moves with the clock and that no index serves is due
// again in some minutes, and not at each step.
func TestGroupsOfSlowClocks(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		fields := []schema.Field{{Name: "calls", Type: schema.Array, Base: schema.Timestamp, Filterable: true}}
		if _, err := b.SetFragment(t.Context(), b.scope, schema.Fragment{Leaf: don.Contact, Kind: schema.Tenant, Fields: fields}, nil); err != nil {
			t.Fatal(err)
		}
		f, _ := b.follower("one")
		n := b.group(t, "called", "tnt__calls > -1h")
		at := func() time.Time {
			g, err := b.GetUserGroup(t.Context(), b.scope, n)
			if err != nil {
				t.Fatal(err)
			}
			return g.Item.DueAt
		}
		b.round(t, f)
		storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error { return tx.FollowGroup(ctx, n, tx.Now()) })
		b.round(t, f) // from now on it is due in a day
		b.round(t, f)
		due := at()
		if in := time.Until(due); in < 5*time.Minute || in > 10*time.Minute {
			t.Errorf("the group is due in %v", in)
		}
		b.round(t, f)
		if again := at(); !again.Equal(due) {
			t.Errorf("a round more moved it from %v to %v", due, again)
		}
	})
}

// TestGroupsRefuse what cannot say who belongs to a group.
func TestGroupsRefuse(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.group(t, "friends", "")
		for text, want := range map[string]string{"owner = me": "in the place of me", "account.owner:me": "in the place of me", "group = friends": "of other groups", "account.contacts.group = friends": "of other groups"} {
			tree := parsed(t, text)
			_, err := b.CreateUserGroup(t.Context(), b.scope, don.Contact, true, directory.UserGroupPatch{Name: &text, Tree: &tree})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", text, err, want)
			}
		}
		if got := b.listed(t, "group = nobody"); got != nil {
			t.Errorf("a group that there is not has %v", got)
		}
		if _, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Limit: 1, Where: directory.Where{Tree: filter.Node{Op: filter.Contains, Field: "group", Values: []string{"x"}}}}); err == nil {
			t.Error("parts of groups' names are no condition")
		}
	})
}

// A group that has not been worked out yet is what it asks for, also among other
// conditions, and so is what is counted and grouped by it.
func TestFilterByGroupNotBuilt(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		b.scene(t)
		f, _ := b.follower("one")
		n := b.group(t, "some", "account.tier = gold and (tag:vip or name ~ roth)")
		find := func(text string) (out []int64) {
			t.Helper()
			p, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{Limit: 100, Sorts: []directory.Sort{{Field: "display_id"}}, Where: directory.Where{Tree: parsed(t, text)}})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range p.Items {
				out = append(out, c.N)
			}
			return out
		}
		for _, filters := range [][2]string{
			{"group = some", "account.tier = gold and (tag:vip or name ~ roth)"},
			{"not group = some and owner = DEVU-1", "not (account.tier = gold and (tag:vip or name ~ roth)) and owner = DEVU-1"},
			{"group in (some, Customers)", "id not empty"},
		} {
			want := find(filters[1])
			if diff := cmp.Diff(want, find(filters[0])); diff != "" || len(want) == 0 {
				t.Errorf("%s before it is worked out: %s", filters[0], diff)
			}
			counted, err := b.Count(t.Context(), b.scope, directory.SoughtBy(don.Contact, directory.Where{Tree: parsed(t, filters[0])}))
			if err != nil || counted.N != len(want) {
				t.Errorf("%s counts %d, %v; want %d", filters[0], counted.N, err, len(want))
			}
		}
		before := find("group = some")
		b.round(t, f)
		if diff := cmp.Diff(before, find("group = some")); diff != "" || len(b.kept(t, n)) != len(before) {
			t.Errorf("once it is worked out: %s", diff)
		}
	})
}
