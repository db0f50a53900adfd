package directory_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// news is what transactions of a follower tell of groups.
type news struct {
	store.Runner[directory.Tx]
	notes []identity.Note
}

type hearing struct {
	directory.Tx
	notes *[]identity.Note
}

func (h hearing) Record(ctx context.Context, notes ...identity.Note) ([]int64, error) {
	*h.notes = append(*h.notes, notes...)
	return h.Tx.Record(ctx, notes...)
}

func (n *news) Bulk(ctx context.Context, s org.Scope, fn func(directory.Tx) error) error {
	var notes []identity.Note
	err := n.Runner.Bulk(ctx, s, func(tx directory.Tx) error {
		notes = nil
		return fn(hearing{tx, &notes})
	})
	if err == nil {
		n.notes = append(n.notes, notes...)
	}
	return err
}

// told replays what listeners were told of a group's members.
func (n *news) told(t *testing.T, group int64, begun map[int64]bool) map[int64]bool {
	t.Helper()
	out := maps.Clone(begun)
	for _, note := range n.notes {
		if note.ID != don.Of(don.Group, group) {
			continue
		}
		member := don.FromTail(note.Extra["member"].(string)).N
		if out[member] == (note.Op == "member_added") {
			t.Errorf("GROUP-%d: %s of REVU-%d, which changes nothing", group, note.Op, member)
		}
		if delete(out, member); note.Op == "member_added" {
			out[member] = true
		}
	}
	return out
}

func (b bench) follower(name string) (*directory.Follower, *news) {
	heard := &news{Runner: store.Runner[directory.Tx]{DB: b.db}}
	return &directory.Follower{
		DB: heard, Name: name, Log: slog.New(slog.DiscardHandler),
		Scopes: func(context.Context) ([]org.Scope, error) {
			sc := b.scope
			sc.Actor = org.System
			return []org.Scope{sc}, nil
		},
	}, heard
}

func (b bench) group(t *testing.T, name, text string) int64 {
	t.Helper()
	p := directory.UserGroupPatch{Name: &name}
	if text != "" {
		tree := parsed(t, text)
		p.Tree = &tree
	}
	made, err := b.CreateUserGroup(t.Context(), b.scope, don.Contact, text != "", p)
	if err != nil {
		t.Fatal(err)
	}
	return made.Item.N
}

func parsed(t *testing.T, text string) filter.Node {
	t.Helper()
	tree, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// kept is who is in a group by the index.
func (b bench) kept(t *testing.T, n int64) (out []int64) {
	t.Helper()
	err := b.db.Read(t.Context(), b.scope, func(tx *store.Tx) (err error) {
		out, err = tx.AllInGroup(t.Context(), n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// listed is who meets a filter by a list.
func (b bench) listed(t *testing.T, text string) (out []int64) {
	t.Helper()
	p, err := b.ListContacts(t.Context(), b.scope, contact.Filter{}, directory.Query{
		Limit: 1000, Sorts: []directory.Sort{{Field: "display_id"}}, Where: directory.Where{Tree: parsed(t, text)},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Items {
		out = append(out, c.N)
	}
	return out
}

var followedFilters = []string{
	`tag:vip`, `tag != odd`, `tag = vip=gold and verified:true`, `name ~ NN`, `email empty`, `email ~ @x.`, `owner not empty`, `account empty`, `account = ACC-2`,
	`account.tier = gold`, `account.tier != gold and name ^= bo`, `account.parent.tier = gold`, `account(tier = gold and name ~ rome)`, `account.contacts.tag = vip`,
	`workspace.account.tier = gold`, `created last 2 hours`, `description ~ later`,
}

// TestGroupsFollow changes records at random and compares who is in each group with
// who meets its filter, and with what listeners were told.
func TestGroupsFollow(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		people, firms := b.scene(t)
		f, heard := b.follower("one")
		groups, begun := map[string]int64{}, map[string]map[int64]bool{}
		for _, text := range followedFilters {
			groups[text] = b.group(t, text, text)
		}
		friends := b.group(t, "friends", "")
		b.round(t, f)
		for text, n := range groups {
			begun[text] = map[int64]bool{}
			for _, c := range b.kept(t, n) {
				begun[text][c] = true
			}
		}
		check := func(what string) {
			t.Helper()
			for text, n := range groups {
				kept := b.kept(t, n)
				if diff := cmp.Diff(b.listed(t, text), kept); diff != "" {
					t.Errorf("after %s, %s: the list and the group differ: %s", what, text, diff)
				}
				told := slices.Sorted(maps.Keys(heard.told(t, n, begun[text])))
				if diff := cmp.Diff(kept, told); diff != "" {
					t.Errorf("after %s, %s: the group and what was told of it differ: %s", what, text, diff)
				}
				if diff := cmp.Diff(kept, b.listed(t, fmt.Sprintf("group = GROUP-%d", n))); diff != "" {
					t.Errorf("after %s, the group and the filter for it differ: %s", what, diff)
				}
			}
			if diff := cmp.Diff(b.members(t, friends), b.kept(t, friends)); diff != "" {
				t.Errorf("after %s, the static group and the index differ: %s", what, diff)
			}
		}
		check("the beginning")
		h := &hand{bench: b, people: people, firms: firms, friends: friends}
		rapid.Check(t, func(rt *rapid.T) {
			if t.Failed() {
				return // what is there is wrong already: nothing can be learnt of smaller steps
			}
			var did []string
			for range rapid.IntRange(1, 5).Draw(rt, "steps") {
				did = append(did, h.step(t, rt))
			}
			b.round(t, f)
			// Those that ask for what else an account has are worked out a while later.
			storetest.Write(t, b.db, b.scope, func(ctx context.Context, tx *store.Tx) error {
				return tx.FollowGroup(ctx, groups[`account.contacts.tag = vip`], tx.Now())
			})
			b.round(t, f)
			check(strings.Join(did, ", "))
		})
	})
}

// round works until nothing waits.
func (b bench) round(t *testing.T, f *directory.Follower) {
	t.Helper()
	for lag, rounds := time.Hour, 0; lag > 0; rounds++ {
		if rounds == 10 {
			t.Fatalf("something still waits after ten rounds, for %v", lag)
		}
		time.Sleep(time.Millisecond) // what was asked for in this moment is due in the next
		if err := f.Round(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := b.db.Read(t.Context(), b.scope, func(tx *store.Tx) (err error) {
			lag, err = tx.GroupsBehind(t.Context())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (b bench) members(t *testing.T, n int64) (out []int64) {
	t.Helper()
	found, err := b.GroupMembers(t.Context(), b.scope, n, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range found.Item.Members {
		out = append(out, m.Now)
	}
	slices.Sort(out)
	return out
}

// hand changes records at random. What cannot be done now is left.
type hand struct {
	bench
	people  []*figure
	firms   []*firm
	friends int64
	merges  []int64
}

func (h *hand) step(t *testing.T, rt *rapid.T) string {
	ctx := t.Context()
	n := rapid.SampledFrom(h.people).Draw(rt, "who").n
	other := rapid.SampledFrom(h.people).Draw(rt, "other").n
	firm := rapid.SampledFrom(h.firms).Draw(rt, "firm").n
	text := rapid.SampledFrom([]string{"Änne", "Bo Annik", "Rome"}).Draw(rt, "text")
	var err error
	what := rapid.SampledFrom([]string{"name", "tags", "mail", "owner", "description", "delete", "restore", "place", "merge", "undo", "tier", "parent", "firm", "closed", "opened", "one firm", "join", "leave", "tag"}).Draw(rt, "what")
	switch what {
	case "name":
		_, err = h.UpdateContact(ctx, h.scope, n, directory.ContactPatch{DisplayName: &text})
	case "tags":
		_, err = h.UpdateContact(ctx, h.scope, n, directory.ContactPatch{Tags: &[]tag.Use{{N: rapid.Int64Range(1, 3).Draw(rt, "tag")}}})
	case "mail":
		_, err = h.UpdateContact(ctx, h.scope, n, directory.ContactPatch{Email: ptr(rapid.SampledFrom([]string{"", "a@x.test", "b@y.test"}).Draw(rt, "mail"))})
	case "owner":
		_, err = h.UpdateContact(ctx, h.scope, n, directory.ContactPatch{Owners: &[]int64{}})
	case "description":
		_, err = h.UpdateContact(ctx, h.scope, n, directory.ContactPatch{Description: ptr(rapid.SampledFrom([]string{"", "Later"}).Draw(rt, "about"))})
	case "delete":
		err = h.DeleteContact(ctx, h.scope, n)
	case "restore":
		_, err = h.RestoreContact(ctx, h.scope, n, true)
	case "place":
		_, err = h.Associate(ctx, h.scope, n, []directory.Place{{ID: don.Of(don.Account, firm)}})
	case "merge":
		var m directory.MergeFound
		if m, err = h.MergeContacts(ctx, h.scope, n, other); err == nil {
			h.merges = append(h.merges, m.Item.N)
		}
	case "one firm":
		var m directory.MergeFound
		if m, err = h.MergeAccounts(ctx, h.scope, firm, rapid.SampledFrom(h.firms).Draw(rt, "second").n); err == nil {
			h.merges = append(h.merges, m.Item.N)
		}
	case "undo":
		if len(h.merges) > 0 {
			_, err = h.UndoMerge(ctx, h.scope, rapid.SampledFrom(h.merges).Draw(rt, "merge"))
		}
	case "tier":
		_, err = h.UpdateAccount(ctx, h.scope, firm, directory.AccountPatch{Tier: ptr(rapid.SampledFrom([]string{"", "gold"}).Draw(rt, "tier"))})
	case "parent":
		_, err = h.UpdateAccount(ctx, h.scope, firm, directory.AccountPatch{Parent: &rapid.SampledFrom(h.firms).Draw(rt, "above").n})
	case "firm":
		_, err = h.UpdateAccount(ctx, h.scope, firm, directory.AccountPatch{DisplayName: &text})
	case "closed":
		err = h.DeleteAccount(ctx, h.scope, firm)
	case "opened":
		_, err = h.RestoreAccount(ctx, h.scope, firm, true)
	case "join":
		err = h.JoinGroup(ctx, h.scope, h.friends, directory.Joining{ID: don.Of(don.Contact, n)})
	case "leave":
		err = h.LeaveGroup(ctx, h.scope, h.friends, directory.Joining{ID: don.Of(don.Contact, n)})
	case "tag":
		_, err = h.UpdateTag(ctx, h.scope, 3, directory.TagPatch{Name: ptr(rapid.SampledFrom([]string{"odd", "even"}).Draw(rt, "called"))})
	}
	if err != nil {
		return what + " (refused)"
	}
	return fmt.Sprint(what, " of ", n)
}
