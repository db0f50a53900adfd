package desk_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	compared "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/ticket"
	"github.com/kith-id/kith/internal/timeline"
)

// The property below merges contacts that have conversations, tickets,
// opportunities and comments, and conversations that have messages, and undoes it in
// any order. Its model keeps of each of these the contacts that it was written with;
// which contacts and which conversations are one, it keeps apart.

// person is a contact in the model.
type person struct {
	n       int64
	into    *person
	trashed bool
}

func (p *person) root() *person {
	for p.into != nil {
		p = p.into
	}
	return p
}

func (p *person) id() don.ID { return don.Of(don.Contact, p.n) }

// matter is a conversation, a work or a comment, with the contacts that it was
// written with.
type matter struct {
	id     don.ID
	people []*person
	into   *matter  // the conversation that it was merged into
	said   []string // in it
}

func (m *matter) root() *matter {
	for m.into != nil {
		m = m.into
	}
	return m
}

// bond is a merge.
type bond struct {
	n         int64
	secondary *person
	undone    bool
}

// tie is a merge of conversations.
type tie struct {
	n         int64
	secondary *matter
	undone    bool
}

type story struct {
	*desk.Service
	dir   *directory.Service
	scope org.Scope
	ctx   context.Context
	rt    *rapid.T

	part, account int64
	words         int
	people        []*person
	bonds         []*bond
	ties          []*tie
	talks, works  []*matter
	comments      []*matter
}

func (s *story) person(name string) *person { return rapid.SampledFrom(s.people).Draw(s.rt, name) }

// want checks how an operation ended; kind "" means well.
func (s *story) want(op string, err error, kind errs.Kind) bool {
	if errs.KindOf(err) != kind {
		s.rt.Fatalf("%s: %v, want %q", op, err, kind)
	}
	return kind == ""
}

// few draws contacts, whatever has become of them, and says how it ends to write
// about them.
func (s *story) few() (ids []don.ID, now []*person, refused errs.Kind) {
	for range rapid.IntRange(1, 2).Draw(s.rt, "people") {
		p := s.person("who")
		ids = append(ids, p.id())
		if r := p.root(); r.trashed {
			refused = errs.NotFound
		} else if !slices.Contains(now, r) {
			now = append(now, r)
		}
	}
	return ids, now, refused
}

func (s *story) create() {
	name := "Ann"
	c, err := s.dir.CreateContact(s.ctx, s.scope, directory.ContactPatch{DisplayName: &name}, nil)
	if s.want("create", err, "") {
		s.people = append(s.people, &person{n: c.Item.N})
	}
}

func (s *story) talk() {
	ids, now, refused := s.few()
	c, err := s.CreateConversation(s.ctx, s.scope, desk.ConversationPatch{Members: &ids}, directory.Once{})
	if s.want("talk", err, refused) {
		s.talks = append(s.talks, &matter{id: don.Of(don.Conversation, c.Items[0].N), people: now})
	}
}

// handOn replaces who takes part: who stays is kept as it was written.
func (s *story) handOn() {
	if len(s.talks) == 0 {
		return
	}
	m := rapid.SampledFrom(s.talks).Draw(s.rt, "talk")
	ids, now, refused := s.few()
	_, err := s.UpdateConversation(s.ctx, s.scope, m.id.N, desk.ConversationPatch{Members: &ids})
	if s.want("hand on", err, refused) {
		s.handed(m.root(), now)
	}
}

// handed gives all parts of a conversation the contacts that it is with from now on.
func (s *story) handed(root *matter, now []*person) {
	was := root.people
	root.people = replaced(was, now)
	gone := slices.ContainsFunc(was, func(p *person) bool { return !slices.Contains(root.people, p) })
	for _, m := range s.talks {
		if m == root || m.root() != root || !gone && len(was) == len(root.people) {
			continue
		}
		if gone {
			m.people = root.people
			continue
		}
		for _, p := range root.people {
			if !slices.Contains(was, p) && !slices.Contains(m.people, p) {
				m.people = append(slices.Clone(m.people), p)
			}
		}
	}
}

// among returns the contacts of a conversation as what they are now, by number.
func among(m *matter) []int64 {
	var out []int64
	for _, p := range m.people {
		out = append(out, p.root().n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// tell says something in a conversation, by whichever number.
func (s *story) tell() {
	if len(s.talks) == 0 {
		return
	}
	m := rapid.SampledFrom(s.talks).Draw(s.rt, "talk")
	c := timeline.Comment{Of: m.id, Body: fmt.Sprint("word ", s.words), BodyType: "text", Visibility: timeline.External}
	s.words++
	_, err := s.CreateComment(s.ctx, s.scope, c, nil, directory.Once{})
	s.want("tell", err, "")
	m.root().said = append(m.root().said, c.Body)
}

func (s *story) mergeTalks() {
	if len(s.talks) < 2 {
		return
	}
	p, other := rapid.SampledFrom(s.talks).Draw(s.rt, "primary"), rapid.SampledFrom(s.talks).Draw(s.rt, "secondary")
	refused := errs.Kind("")
	repeated := p != other && other.into == p && p.into == nil
	if p == other || !repeated && (p.into != nil || other.into != nil || !slices.Equal(among(p), among(other))) {
		refused = errs.Invalid
	}
	m, err := s.dir.MergeConversations(s.ctx, s.scope, p.id.N, other.id.N)
	if s.want("merge conversations", err, refused) && !repeated {
		other.into = p
		s.ties = append(s.ties, &tie{n: m.Item.N, secondary: other})
	}
}

func (s *story) undoTalks() {
	for _, t := range s.ties {
		if !t.undone && rapid.Bool().Draw(s.rt, "undo") {
			_, err := s.dir.UndoMerge(s.ctx, s.scope, t.n)
			s.want("undo of conversations", err, "")
			t.part()
			return
		}
	}
}

func (t *tie) part() { t.undone, t.secondary.into = true, nil }

// partTalks takes those ties back whose conversations are with different contacts now.
func (s *story) partTalks() {
	for _, t := range s.ties {
		if !t.undone && !slices.Equal(among(t.secondary), among(t.secondary.into)) {
			t.part()
		}
	}
}

func replaced(stored, now []*person) []*person {
	var out, kept []*person
	for _, p := range stored {
		if slices.Contains(now, p.root()) {
			out, kept = append(out, p), append(kept, p.root())
		}
	}
	for _, p := range now {
		if !slices.Contains(kept, p) {
			out = append(out, p)
		}
	}
	return out
}

func (s *story) report() {
	ids, now, refused := s.few()
	title := "It smokes"
	w, err := s.CreateWork(s.ctx, s.scope, don.Ticket, desk.WorkPatch{Title: &title, PartN: &s.part, Reporters: desk.ListPatch[don.ID]{Set: &ids}})
	if s.want("report", err, refused) {
		s.works = append(s.works, &matter{id: w.Item.ID(), people: now})
	}
}

func (s *story) sell() {
	ids, now, refused := s.few()
	title := "A hundred more"
	w, err := s.CreateWork(s.ctx, s.scope, don.Opportunity, desk.WorkPatch{Title: &title, AccountN: &s.account, Contacts: desk.ListPatch[don.ID]{Set: &ids}})
	if s.want("sell", err, refused) {
		s.works = append(s.works, &matter{id: w.Item.ID(), people: now})
	}
}

func (s *story) note() {
	p := s.person("who")
	var refused errs.Kind
	if p.root().trashed {
		refused = errs.NotFound
	}
	c := timeline.Comment{Of: p.id(), Body: fmt.Sprint("note ", len(s.comments)), BodyType: "text", Visibility: timeline.Internal}
	made, err := s.CreateComment(s.ctx, s.scope, c, nil, directory.Once{})
	if s.want("note", err, refused) {
		s.comments = append(s.comments, &matter{id: don.ID{N: made.Item.Comment.ID}, people: []*person{p.root()}})
	}
}

func (s *story) merge() {
	p, other := s.person("primary"), s.person("secondary")
	refused := fate(p)
	switch {
	case p == other:
		refused = errs.Invalid
	case refused == "":
		refused = fate(other)
	}
	m, err := s.dir.MergeContacts(s.ctx, s.scope, p.n, other.n)
	if s.want("merge", err, refused) {
		other.into = p
		s.bonds = append(s.bonds, &bond{n: m.Item.N, secondary: other})
	}
}

// fate is how an operation on a contact must end because of what it is.
func fate(p *person) errs.Kind {
	switch {
	case p.into != nil:
		return errs.Invalid
	case p.trashed:
		return errs.NotFound
	}
	return ""
}

func (s *story) undo(b *bond) {
	_, err := s.dir.UndoMerge(s.ctx, s.scope, b.n)
	if s.want("undo", err, "") {
		b.secondary.trashed = b.secondary.root().trashed
		b.undone, b.secondary.into = true, nil
		s.partTalks()
	}
}

func (s *story) undoOne() {
	if left := s.merged(); len(left) > 0 {
		s.undo(rapid.SampledFrom(left).Draw(s.rt, "merge"))
	}
}

func (s *story) merged() []*bond {
	return slices.DeleteFunc(slices.Clone(s.bonds), func(b *bond) bool { return b.undone })
}

func (s *story) remove() {
	p := s.person("who")
	if s.want("delete", s.dir.DeleteContact(s.ctx, s.scope, p.n), fate(p)) {
		p.trashed = true
	}
}

func (s *story) restore() {
	p := s.person("who")
	if p.into != nil || !p.trashed {
		return
	}
	_, err := s.dir.RestoreContact(s.ctx, s.scope, p.n, false)
	if s.want("restore", err, "") {
		p.trashed = false
	}
}

func (s *story) step() {
	ops := []func(){s.create, s.talk, s.report, s.note, s.sell, s.handOn, s.merge, s.merge, s.undoOne, s.remove, s.restore, s.tell, s.tell, s.mergeTalks, s.mergeTalks, s.undoTalks}
	if len(s.people) < 3 {
		ops = ops[:1]
	}
	ops[rapid.IntRange(0, len(ops)-1).Draw(s.rt, "op")]()
}

// expect compares what is seen of every matter and of every contact.
func (s *story) expect() {
	for _, m := range s.talks {
		got, err := s.GetConversation(s.ctx, s.scope, m.id.N)
		s.want("get", err, "")
		if now := don.Of(don.Conversation, got.Items[0].N); now != m.root().id {
			s.rt.Fatalf("%v leads to %v, want %v", m.id, now, m.root().id)
		}
		s.same(m.root(), got.Items[0].MemberIDs(), got.Names)
		s.expectSaid(m)
	}
	for _, m := range s.works {
		got, err := s.GetWork(s.ctx, s.scope, m.id)
		s.want("get", err, "")
		people := got.Item.Reporters()
		for _, n := range got.Item.Contacts {
			people = append(people, don.Of(don.Contact, n))
		}
		s.same(m, people, got.Names.Names)
	}
	for _, p := range s.people {
		s.expectOf(p)
	}
}

// expectSaid compares what was said in a conversation and all that are one with it.
func (s *story) expectSaid(m *matter) {
	var want, got []string
	for _, o := range s.talks {
		if o.root() == m.root() {
			want = append(want, o.said...)
		}
	}
	slices.SortFunc(want, func(a, b string) int { return cmp.Compare(len(a), len(b))*2 + strings.Compare(a, b) })
	entries, err := s.Timeline(s.ctx, s.scope, desk.TimelineQuery{Of: m.id, Comments: true, Limit: 100})
	s.want("timeline", err, "")
	for _, e := range entries.Items {
		got = append(got, e.Comment.Body)
	}
	if d := compared.Diff(want, got); d != "" {
		s.rt.Fatalf("said in %v: %s", m.id, d)
	}
}

// same compares the contacts of a matter as they stand in it, and what they lead to.
func (s *story) same(m *matter, stored []don.ID, names *directory.Names) {
	var want, lead, leads []don.ID
	for _, p := range m.people {
		want = append(want, p.id())
		if !p.root().trashed {
			lead = append(lead, p.root().id())
		}
	}
	for _, id := range stored {
		if c := names.Contacts[id.N]; c != nil {
			leads = append(leads, don.Of(don.Contact, c.N))
		}
	}
	if d := compared.Diff(want, stored); d != "" {
		s.rt.Fatalf("%v does not keep whom it was written with: %s", m.id, d)
	}
	if d := compared.Diff(lead, leads); d != "" {
		s.rt.Fatalf("%v leads elsewhere: %s", m.id, d)
	}
}

// expectOf lists what a contact has, with all that is one with it.
func (s *story) expectOf(p *person) {
	q := directory.Query{Limit: 100}
	talks, err := s.ListConversations(s.ctx, s.scope, conversation.Filter{Members: []string{p.id().Tail()}}, q)
	s.want("list", err, "")
	var got []don.ID
	for _, c := range talks.Items {
		got = append(got, don.Of(don.Conversation, c.N))
	}
	s.compare(p, "conversations", s.of(p, s.talks), got)

	works, err := s.ListWorks(s.ctx, s.scope, ticket.Filter{People: []int64{p.n}}, directory.Where{}, q)
	s.want("list", err, "")
	got = nil
	for _, w := range works.Items {
		got = append(got, w.ID())
	}
	s.compare(p, "works", s.of(p, s.works), got)

	entries, err := s.Timeline(s.ctx, s.scope, desk.TimelineQuery{Of: p.id(), Comments: true, Limit: 100})
	if p.root().trashed {
		s.want("timeline", err, errs.NotFound)
		return
	}
	s.want("timeline", err, "")
	got = nil
	for _, e := range entries.Items {
		got = append(got, don.ID{N: e.Comment.ID})
	}
	s.compare(p, "comments", s.of(p, s.comments), got)
}

// of returns the matters of a contact, none when it is in the trash.
func (s *story) of(p *person, all []*matter) []don.ID {
	var out []don.ID
	for _, m := range all {
		if m.into == nil && !p.root().trashed && slices.ContainsFunc(m.people, func(o *person) bool { return o.root() == p.root() }) {
			out = append(out, m.id)
		}
	}
	return out
}

func (s *story) compare(p *person, what string, want, got []don.ID) {
	byID := func(a, b don.ID) int { return int(a.N-b.N) + 1000*slices.Compare([]byte(a.Type), []byte(b.Type)) }
	slices.SortFunc(want, byID)
	slices.SortFunc(got, byID)
	if d := compared.Diff(want, got); d != "" {
		s.rt.Fatalf("%s of REVU-%d: %s", what, p.n, d)
	}
}

// TestMergesKeepWhatHangsOnContacts runs random histories of contacts and of what
// hangs on them: at every moment it is found by each of the contacts that are one,
// and once no two are, by those that it was written with.
func TestMergesKeepWhatHangsOnContacts(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, db *store.DB) {
		t.Parallel()
		runs := 0
		rapid.Check(t, func(rt *rapid.T) {
			// PostgreSQL takes a hundred times as long for the same few rows.
			if runs++; db.Engine() == "postgres" && runs > 5 {
				return
			}
			s := begin(t, rt, db, fmt.Sprintf("o%d", runs))
			for range 8 {
				for range 5 {
					s.step()
				}
				s.expect()
			}
			for _, b := range rapid.Permutation(s.merged()).Draw(rt, "order") {
				s.undo(b)
				s.expect()
			}
		})
	})
}

func begin(t *testing.T, rt *rapid.T, db *store.DB, name string) *story {
	s := &story{
		Service: desk.New(store.Runner[desk.Tx]{DB: db}), dir: directory.New(db.Directory()),
		scope: storetest.Scope(t, db, name), ctx: t.Context(), rt: rt,
	}
	part, err := s.CreatePart(s.ctx, s.scope, desk.PartPatch{Name: &name})
	if err != nil {
		rt.Fatal(err)
	}
	account, _, err := s.dir.CreateAccount(s.ctx, s.scope, directory.AccountPatch{DisplayName: &name})
	if err != nil {
		rt.Fatal(err)
	}
	s.part, s.account = part.Item.N, account.Item.N
	return s
}
