package identity

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/timeline"
)

// ConversationTx is what merging conversations needs of a transaction.
type ConversationTx interface {
	Tx
	Conversations(ctx context.Context, ns []int64, lock bool) (map[int64]*conversation.Conversation, error)
	// RewriteConversation is an update without history, and with when the last message
	// came.
	RewriteConversation(ctx context.Context, before, after *conversation.Conversation) (bool, error)
	// AbsorbConversation takes a conversation's row out of lists; PutConversation adds one.
	AbsorbConversation(ctx context.Context, c *conversation.Conversation) error
	PutConversation(ctx context.Context, c *conversation.Conversation) error
	// CountComments returns how many comments a record has, at most limit.
	CountComments(ctx context.Context, of don.ID, limit int) (int, error)
	// MergedConversationsOf returns those conversations of contacts into which others
	// were merged, by number.
	MergedConversationsOf(ctx context.Context, contacts []int64) ([]int64, error)
}

// Operations of merges of conversations in history and outbox.
const (
	OpConversationMerged   = timeline.OpConversationMerged
	OpConversationUnmerged = timeline.OpConversationUnmerged
)

// conversations are the kind of conversations. What is said stays with the one that it
// was said in. All that are one are with the same contacts: whoever reads one of them
// may read the others.
type conversations struct {
	tx  ConversationTx
	now map[int64]int64 // what the contacts are now who were merged into others, while members are edited
}

type talk = conversation.Conversation

func (conversations) of() don.Type { return don.Conversation }
func (conversations) ops() (merged, unmerged string) {
	return OpConversationMerged, OpConversationUnmerged
}
func (conversations) blank(n int64) *talk                     { return &talk{N: n} }
func (conversations) carries(*talk, string) bool              { return false }
func (conversations) begin(*kin[talk], *kinsman[talk], *talk) {}
func (conversations) finish(*kinsman[talk], *talk, bool)      {}
func (conversations) yield(*kin[talk], *kin[talk], Merge)     {}

// clone copies a conversation; its lists are replaced, never changed in place.
func (conversations) clone(c *talk) *talk {
	n := *c
	return &n
}

func (conversations) edition(c *talk) edition {
	return edition{&c.Version, &c.ModifiedAt, &c.ModifiedBy}
}

// Names of what the view of a conversation adopts.
const (
	nameTitle    = "title"
	nameSource   = "source_channel"
	nameSourceV2 = "source_channel_v2"
	nameURL      = "url_context"
	nameStage    = "stage" // with until when it is put off
	nameSpam     = "is_spam"
	nameCustomer = "customer"
	nameTeam     = "group"
)

func nameMember(tail string) string { return "member:" + tail }
func nameChannel(c string) string   { return "channel:" + c }
func namePart(n int64) string       { return "part:" + strconv.FormatInt(n, 10) }

func (conversations) names(v *talk) []string {
	out := []string{nameTitle, nameDescription, nameSource, nameSourceV2, nameURL, nameStage, nameSpam, nameCustomer, nameTeam}
	for _, m := range v.Members {
		out = append(out, nameMember(m))
	}
	for _, o := range v.Owners {
		out = append(out, nameOwner(o))
	}
	for _, t := range v.Tags {
		out = append(out, nameTag(t.N))
	}
	for _, c := range v.Channels {
		out = append(out, nameChannel(c))
	}
	for _, n := range v.Parts {
		out = append(out, namePart(n))
	}
	return append(out, custom{&v.Custom, &v.Subtype}.names()...)
}

// text is a text of a conversation that another fills where it is empty.
type text struct {
	name  string
	field func(*talk) *string
}

var texts = []text{
	{nameTitle, func(c *talk) *string { return &c.Title }},
	{nameDescription, func(c *talk) *string { return &c.Description }},
	{nameSource, func(c *talk) *string { return &c.SourceChannel }},
	{nameSourceV2, func(c *talk) *string { return &c.SourceChannelV2 }},
	{nameURL, func(c *talk) *string { return &c.URLContext }},
}

func (conversations) adopt(_ *kin[talk], v, from *talk, hidden []string) {
	shown := func(name string) bool { return !slices.Contains(hidden, name) }
	for _, t := range texts {
		if shown(t.name) {
			fill(t.field(v), *t.field(from))
		}
	}
	if shown(nameStage) {
		v.Together(from)
	}
	if shown(nameSpam) {
		v.Spam = v.Spam && from.Spam
	}
	if shown(nameCustomer) && v.AccountN == 0 && v.WorkspaceN == 0 {
		v.AccountN, v.WorkspaceN = from.AccountN, from.WorkspaceN
	}
	if shown(nameTeam) {
		v.GroupN = cmp.Or(v.GroupN, from.GroupN)
	}
	v.Members = unite(v.Members, teamOf(from.Members), func(m string) bool { return shown(nameMember(m)) }, same[string])
	v.Owners = unite(v.Owners, from.Owners, func(o int64) bool { return shown(nameOwner(o)) }, same[int64])
	v.Tags = unite(v.Tags, from.Tags, func(t tag.Use) bool { return shown(nameTag(t.N)) }, func(a, b tag.Use) bool { return a.N == b.N })
	v.Channels = unite(v.Channels, from.Channels, func(c string) bool { return shown(nameChannel(c)) }, same[string])
	v.Parts = unite(v.Parts, from.Parts, func(n int64) bool { return shown(namePart(n)) }, same[int64])
	custom{&v.Custom, &v.Subtype}.adopt(custom{&from.Custom, &from.Subtype}, shown)
	v.LastMessageAt = later(v.LastMessageAt, from.LastMessageAt)
}

func later(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.After(*a) {
		return b
	}
	return a
}

// teamOf and contactsOf part the members of a conversation, by the tails of their ids.
func teamOf(tails []string) []string {
	return only(tails, func(t string) bool { return don.FromTail(t).Type != don.Contact })
}
func contactsOf(tails []string) []string {
	return only(tails, func(t string) bool { return don.FromTail(t).Type == don.Contact })
}

func (k conversations) edit(g *kin[talk], before, after *talk) {
	r := g.root()
	for _, t := range texts {
		if was, is := *t.field(before), *t.field(after); was != is {
			if *t.field(r.Own) = is; is == "" {
				g.hide(t.name)
			}
		}
	}
	k.editPeople(g, before, after)
	plain := func(s string) string { return s }
	r.Own.Owners = editList(g.hide, r.Own.Owners, before.Owners, after.Owners, func(o int64) int64 { return o }, nameOwner, same[int64])
	r.Own.Tags = editList(g.hide, r.Own.Tags, before.Tags, after.Tags, func(t tag.Use) int64 { return t.N }, nameTag, same[tag.Use])
	r.Own.Channels = editList(g.hide, r.Own.Channels, before.Channels, after.Channels, plain, nameChannel, same[string])
	r.Own.Parts = editList(g.hide, r.Own.Parts, before.Parts, after.Parts, func(n int64) int64 { return n }, namePart, same[int64])
	if before.GroupN != after.GroupN {
		r.Own.GroupN = after.GroupN
		g.hide(nameTeam)
	}
	if before.Spam != after.Spam {
		r.Own.Spam = after.Spam
		g.hide(nameSpam)
	}
	r.Own.Frozen = after.Frozen
	if before.Stage != after.Stage || !sameTime(before.SnoozedUntil, after.SnoozedUntil) {
		k.settleStage(g, after)
	}
	editCustom(g.hide, custom{&r.Own.Custom, &r.Own.Subtype}, custom{&before.Custom, &before.Subtype}, custom{&after.Custom, &after.Subtype})
	r.changed(k.tx)
}

// settleStage gives all that are one a stage that no longer depends on those that they
// had before.
func (conversations) settleStage(g *kin[talk], after *talk) {
	r := g.root()
	r.Own.Stage, r.Own.ClosedAt, r.Own.SnoozedUntil = after.Stage, after.ClosedAt, after.SnoozedUntil
	r.dirty = true
	g.hide(nameStage)
}

func sameTime(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// editPeople changes who takes part. All that are one stay with the same contacts, and
// follow when these are others with another customer.
func (k conversations) editPeople(g *kin[talk], before, after *talk) {
	r := g.root()
	plain := func(s string) string { return s }
	r.Own.Members = editList(g.hide, r.Own.Members, before.Members, after.Members, plain, nameMember, same[string])
	customer := before.AccountN != after.AccountN || before.WorkspaceN != after.WorkspaceN
	if customer {
		r.Own.AccountN, r.Own.WorkspaceN = after.AccountN, after.WorkspaceN
		g.hide(nameCustomer)
	}
	was, is := contactsOf(before.Members), contactsOf(after.Members)
	gone, come := without(was, is), without(is, was)
	if len(gone)+len(come) == 0 {
		return
	}
	for _, m := range g.each() {
		if m == r {
			continue
		}
		people := is
		if len(gone) < len(was) { // who stays is kept as it was written
			stay := only(contactsOf(m.Own.Members), func(t string) bool {
				return !slices.ContainsFunc(gone, func(g string) bool { return k.nowOf(g) == k.nowOf(t) })
			})
			people = unite(stay, come, func(string) bool { return true }, same[string])
		}
		m.Own.Members = append(slices.Clone(people), teamOf(m.Own.Members)...)
		if customer {
			m.Own.AccountN, m.Own.WorkspaceN = after.AccountN, after.WorkspaceN
		}
		m.changed(k.tx)
	}
}

// nowOf returns the number of the contact that one is now, by the tail of its id.
func (k conversations) nowOf(tail string) int64 {
	n := don.FromTail(tail).N
	return cmp.Or(k.now[n], n)
}

// renew is about messages, which change the row alone.
func (conversations) renew(g *kin[talk], row *talk) {
	var latest *time.Time
	for _, m := range g.members {
		latest = later(latest, m.Own.LastMessageAt)
	}
	if row.LastMessageAt != nil && (latest == nil || row.LastMessageAt.After(*latest)) {
		g.root().Own.LastMessageAt, g.root().dirty = row.LastMessageAt, true
	}
}

func (k conversations) load(ctx context.Context, ns []int64, lock bool) (map[int64]*talk, error) {
	return k.tx.Conversations(ctx, ns, lock)
}

func (conversations) reindex(context.Context, *talk, *talk) error { return nil }

func (k conversations) rewrite(ctx context.Context, before, after *talk) (bool, error) {
	return k.tx.RewriteConversation(ctx, before, after)
}

func (k conversations) absorb(ctx context.Context, c *talk) error {
	return k.tx.AbsorbConversation(ctx, c)
}
func (k conversations) put(ctx context.Context, c *talk) error { return k.tx.PutConversation(ctx, c) }

// admit refuses conversations of different contacts, for each would read what the
// other has said.
func (k conversations) admit(ctx context.Context, g *kin[talk], p, s *talk) error {
	one, err := k.people(ctx, p)
	if err != nil {
		return err
	}
	other, err := k.people(ctx, s)
	if err != nil {
		return err
	}
	if !slices.Equal(one, other) {
		return errs.BadRequest("%s is with %s and %s with %s, who would read what the other has said; merge the contacts first if they are one person, or move %s to the contact of the other",
			don.Of(don.Conversation, p.N).Display(), listed(one), don.Of(don.Conversation, s.N).Display(), listed(other), don.Of(don.Conversation, s.N).Display())
	}
	for _, l := range []struct {
		what       string
		has, limit int
	}{
		{"members", len(g.view(p.N).Members), conversation.MaxMembers}, {"channels", len(g.view(p.N).Channels), conversation.MaxChannels}, {"products", len(g.view(p.N).Parts), conversation.MaxProducts}, {"conversations", len(g.members), conversation.MaxMerged},
	} {
		if l.has > l.limit {
			return errs.BadRequest("together %s and %s have %d %s; at most %d are allowed",
				don.Of(don.Conversation, p.N).Display(), don.Of(don.Conversation, s.N).Display(), l.has, l.what, l.limit)
		}
	}
	return nil
}

// people returns the contacts of a conversation as what they are now, by number.
func (k conversations) people(ctx context.Context, c *talk) ([]int64, error) {
	ns := numbersOf(c.Members)
	now, err := k.tx.Survivors(ctx, don.Contact, ns)
	for i, n := range ns {
		ns[i] = cmp.Or(now[n], n)
	}
	slices.Sort(ns)
	return slices.Compact(ns), err
}

func listed(contacts []int64) string {
	out := "nobody"
	for i, n := range contacts {
		if name := don.Of(don.Contact, n).Display(); i == 0 {
			out = name
		} else {
			out += ", " + name
		}
	}
	return out
}

func (conversations) follow(context.Context, *kin[talk], *kinsman[talk]) error { return nil }

func (conversations) leave(context.Context, *kin[talk], *kin[talk], []int64, *Parted[talk]) error {
	return nil
}

// MergeConversations merges a conversation into another, as MergeContacts does
// contacts. One that is part of the other already stays so: the merge that made it so
// is returned. Errors: invalid for conversations of different contacts, for one that
// was merged into a third, and for both being the same; not_found.
func MergeConversations(ctx context.Context, tx ConversationTx, primary, secondary int64) (Merge, error) {
	if primary != secondary {
		now, err := tx.Survivors(ctx, don.Conversation, []int64{secondary})
		if err != nil {
			return Merge{}, err
		}
		if now[secondary] == primary {
			all, err := kinOf(ctx, tx, conversations{tx: tx}, primary)
			if err != nil {
				return Merge{}, err
			}
			if k := all[primary]; k != nil && k.members[secondary] != nil && k.members[secondary].Into == primary {
				return tx.Merge(ctx, k.members[secondary].MergeN)
			}
		}
	}
	of := conversations{tx: tx}
	found, err := tx.Conversations(ctx, []int64{primary, secondary}, false)
	if err != nil {
		return Merge{}, err
	}
	for _, c := range found {
		if err := of.hold(ctx, c); err != nil {
			return Merge{}, err
		}
	}
	return merge(ctx, tx, of, primary, secondary, Why{})
}

// hold keeps the contacts of a conversation from being parted by an undo in another
// transaction, which would not see what this one makes one. They are locked before
// conversations, as an undo does.
func (k conversations) hold(ctx context.Context, c *talk) error {
	people, err := k.people(ctx, c)
	if err == nil {
		_, err = k.tx.Contacts(ctx, people, true)
	}
	return err
}

// UnmergeConversations takes a merge of conversations back, see unmerge.
func UnmergeConversations(ctx context.Context, tx ConversationTx, mergeN int64) (*Parted[conversation.Conversation], error) {
	return unmerge(ctx, tx, conversations{tx: tx}, mergeN)
}

// ChangeMergedConversation saves a conversation that was changed if others were merged
// into it, by a name in history, and reports whether they were. After is the
// conversation as it is shown then.
func ChangeMergedConversation(ctx context.Context, tx ConversationTx, op string, before, after *conversation.Conversation) (merged, changed bool, err error) {
	of := conversations{tx, map[int64]int64{}}
	all, err := kinOf(ctx, tx, of, before.N)
	k := all[before.N]
	if err != nil || k == nil {
		return false, false, err
	}
	if !slices.Equal(before.Members, after.Members) {
		var ns []int64
		for _, m := range k.members {
			ns = append(ns, numbersOf(m.Own.Members)...)
		}
		now, err := tx.Survivors(ctx, don.Contact, append(ns, numbersOf(before.Members)...))
		if err != nil {
			return false, false, err
		}
		maps.Copy(of.now, now)
	}
	changed, err = k.changeAs(ctx, tx, op, before, after)
	return true, changed, err
}

// numbersOf returns the numbers of the contacts among the tails of some ids.
func numbersOf(tails []string) []int64 {
	var out []int64
	for _, t := range contactsOf(tails) {
		out = append(out, don.FromTail(t).N)
	}
	return out
}

// SettleStage lets the stage of a conversation stand for all that were merged into it,
// since something new was said: a conversation that leaves takes its own along.
func SettleStage(ctx context.Context, tx ConversationTx, c *conversation.Conversation) error {
	of := conversations{tx: tx}
	all, err := kinOf(ctx, tx, of, c.N)
	k := all[c.N]
	if err != nil || k == nil {
		return err
	}
	of.renew(k, c)
	of.settleStage(k, c)
	return k.store(ctx, tx)
}

// OwnConversation returns what one of the conversations that are one would be alone.
func OwnConversation(a Alias) (*conversation.Conversation, error) {
	var body kinBody[talk]
	err := json.Unmarshal(a.Body, &body)
	return body.Own, err
}

// PartConversations takes those merges of conversations of contacts back that no longer
// are with the same ones, since a merge of contacts was undone: else each would read
// what the other has said.
func PartConversations(ctx context.Context, tx ConversationTx, contacts ...int64) ([]Merge, error) {
	members, err := tx.Aliases(ctx, don.Contact, contacts)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(contacts)
	for _, a := range members {
		all = append(all, a.N)
	}
	ns, err := tx.MergedConversationsOf(ctx, all)
	if err != nil {
		return nil, err
	}
	var out []Merge
	for _, n := range ns {
		undone, err := partConversation(ctx, tx, n)
		if err != nil {
			return nil, err
		}
		out = append(out, undone...)
	}
	return out, nil
}

// PartRestored is PartConversations for one conversation that comes back from the trash.
func PartRestored(ctx context.Context, tx ConversationTx, c *conversation.Conversation) ([]Merge, error) {
	if err := (conversations{tx: tx}).hold(ctx, c); err != nil {
		return nil, err
	}
	return partConversation(ctx, tx, c.N)
}

func partConversation(ctx context.Context, tx ConversationTx, n int64) ([]Merge, error) {
	of := conversations{tx: tx}
	all, err := kinOf(ctx, tx, of, n)
	if err != nil || all[n] == nil {
		return nil, err
	}
	var out []Merge
	for _, m := range all[n].each() {
		if m.Into == 0 {
			continue
		}
		one, err := of.people(ctx, m.Own)
		if err != nil {
			return nil, err
		}
		other, err := of.people(ctx, all[n].members[m.Into].Own)
		if err != nil {
			return nil, err
		}
		if slices.Equal(one, other) {
			continue
		}
		p, err := unmerge(ctx, tx, of, m.MergeN)
		if err != nil {
			return nil, err
		}
		out = append(out, p.Merge)
	}
	return out, nil
}
