package directory_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// The property below compares contacts with a model that knows no merged
// records: each contact has its own facts, an observation changes the contact
// that has its identifier, an edit of a merged record changes the survivor. So
// the model is the replay without merges. Only which contacts are one, and what
// members took off a merged record, it remembers beside them.

type fact struct {
	kind, value string
	main        bool
}

// person is a contact in the model.
type person struct {
	n                      int64
	name, full, desc, plan string
	facts                  []fact
	tags                   map[int64]bool
	trashed                bool
	into                   *person
	merge                  int64           // that put it into the other
	hidden                 map[string]bool // what the other does not show of it
}

type bond struct {
	n                  int64
	primary, secondary *person
	undone             bool
}

type model struct {
	people []*person
	bonds  []*bond
	tags   []int64
}

func (p *person) root() *person {
	for p.into != nil {
		p = p.into
	}
	return p
}

func (m *model) within(p *person) []*person {
	out := []*person{p}
	for _, c := range m.children(p) {
		out = append(out, m.within(c)...)
	}
	return out
}

func (m *model) children(p *person) []*person {
	var out []*person
	for _, c := range m.people {
		if c.into == p {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *person) int { return int(a.merge - b.merge) })
	return out
}

// holder returns the contact that has an exclusive value.
func (m *model) holder(kind, value string) *person {
	for _, p := range m.people {
		if !p.root().trashed && p.has(kind, value) {
			return p
		}
	}
	return nil
}

func (p *person) has(kind, value string) bool {
	return slices.ContainsFunc(p.facts, func(f fact) bool { return f.kind == kind && f.value == value })
}

func (p *person) add(kind, value string) {
	f := fact{kind, value, true}
	for _, o := range p.facts {
		f.main = f.main && o.kind != kind
	}
	p.facts = append(p.facts, f)
}

func (p *person) drop(kind, value string) {
	p.facts = slices.DeleteFunc(p.facts, func(f fact) bool { return f.kind == kind && f.value == value })
	for i := range p.facts {
		if p.facts[i].kind == kind {
			if !slices.ContainsFunc(p.facts, func(f fact) bool { return f.kind == kind && f.main }) {
				p.facts[i].main = true
			}
			return
		}
	}
}

// lead makes a value the main one of its kind.
func (p *person) lead(kind, value string) {
	for i := range p.facts {
		if p.facts[i].kind == kind {
			p.facts[i].main = p.facts[i].value == value
		}
	}
}

// shown is what a list shows of a contact: with all that was merged into it.
type shown struct {
	Name, Full, Desc, Plan string
	Facts                  []string
	Tags                   []int64
}

func (m *model) view(p *person) shown {
	v := shown{Name: p.name, Full: p.full, Desc: p.desc, Plan: p.plan, Tags: slices.Sorted(maps.Keys(p.tags))}
	for _, f := range p.facts {
		v.Facts = append(v.Facts, f.kind+":"+f.value)
	}
	for _, c := range m.children(p) {
		w := m.view(c)
		for _, s := range []struct {
			name  string
			mine  *string
			other string
		}{{"name", &v.Name, w.Name}, {"full", &v.Full, w.Full}, {"desc", &v.Desc, w.Desc}, {"plan", &v.Plan, w.Plan}} {
			if *s.mine == "" && !c.hidden[s.name] {
				*s.mine = s.other
			}
		}
		for _, t := range w.Tags {
			if !slices.Contains(v.Tags, t) && !c.hidden[fmt.Sprint(t)] {
				v.Tags = append(v.Tags, t)
			}
		}
		for _, f := range w.Facts {
			if !slices.Contains(v.Facts, f) {
				v.Facts = append(v.Facts, f)
			}
		}
	}
	slices.Sort(v.Facts)
	slices.Sort(v.Tags)
	return v
}

func stateOf(c *contact.Contact) shown {
	v := shown{Name: c.DisplayName, Full: c.FullName, Desc: c.Description}
	v.Plan, _ = c.Custom["tnt__plan"].(string)
	if contact.Invented(c.DisplayName) {
		v.Name = ""
	}
	for _, i := range c.Identifiers {
		v.Facts = append(v.Facts, string(i.Kind)+":"+i.Norm())
	}
	for _, t := range c.Tags {
		v.Tags = append(v.Tags, t.N)
	}
	slices.Sort(v.Facts)
	slices.Sort(v.Tags)
	return v
}

// history runs random operations on contacts and on the model.
type history struct {
	bench
	*model
	t   *testing.T
	rt  *rapid.T
	ctx context.Context
}

var values = map[string][]string{
	"email":        {"a@x.test", "b@x.test", "c@x.test"},
	"external_ref": {"r1", "r2", "r3"},
	"phone":        {"+49301234561", "+49301234562"},
}

func (h *history) pick(name string, of []string) string {
	return rapid.SampledFrom(of).Draw(h.rt, name)
}
func (h *history) text(name string) string { return h.pick(name, []string{"", "Ann", "Bo", "Cy"}) }

// person draws a contact, more often than not one that can be changed.
func (h *history) person() *person {
	open := slices.DeleteFunc(slices.Clone(h.people), func(p *person) bool { return fate(p) != "" })
	if len(open) > 0 && rapid.IntRange(0, 3).Draw(h.rt, "sane") > 0 {
		return rapid.SampledFrom(open).Draw(h.rt, "who")
	}
	return rapid.SampledFrom(h.people).Draw(h.rt, "who")
}

func (h *history) exclusive() (kind, value string) {
	kind = h.pick("kind", []string{"email", "external_ref"})
	return kind, h.pick("value", values[kind])
}

func ident(kind, value string) contact.Identifier {
	return contact.Identifier{Kind: contact.Kind(kind), Value: value, Proof: contact.Entered, Source: "test"}
}

// want checks how an operation ended; kind "" means well.
func (h *history) want(op string, err error, kind errs.Kind) bool {
	if errs.KindOf(err) != kind {
		h.rt.Fatalf("%s: %v, want %q", op, err, kind)
	}
	return kind == ""
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

func (h *history) create() {
	kind, value := h.exclusive()
	name := h.text("name")
	patch := directory.ContactPatch{Email: &value}
	if kind != "email" {
		patch = directory.ContactPatch{Ref: &value}
	}
	if name != "" {
		patch.DisplayName = &name
	}
	var refused errs.Kind
	if h.holder(kind, value) != nil {
		refused = errs.Conflict
	}
	c, err := h.CreateContact(h.ctx, h.scope, patch, nil)
	if h.want("create", err, refused) {
		p := &person{n: c.Item.N, name: name, tags: map[int64]bool{}}
		p.add(kind, value)
		h.people = append(h.people, p)
	}
}

// observe is what a channel says: it finds or creates, adds and fills.
func (h *history) observe() {
	kind, value := h.exclusive()
	more, extra := h.exclusive()
	phone, full := h.pick("phone", values["phone"]), h.text("full")
	ids := [][2]string{{kind, value}, {more, extra}, {"phone", phone}}
	o := identity.Observation{FullName: full, Source: "test"}
	for _, i := range ids {
		o.Identifiers = append(o.Identifiers, ident(i[0], i[1]))
	}
	var out []identity.Outcome
	err := h.db.Write(h.ctx, h.scope, func(tx *store.Tx) (err error) {
		out, err = identity.Resolve(h.ctx, tx, []identity.Observation{o})
		return err
	})
	if err != nil || out[0].Err != nil {
		h.rt.Fatal(err, out)
	}
	var p *person
	for _, k := range []string{"external_ref", "email"} {
		for _, i := range ids {
			if i[0] == k && p == nil {
				p = h.holder(k, i[1])
			}
		}
	}
	if (p == nil) != out[0].Created {
		h.rt.Fatalf("observe %v: created %v, model found %v", ids, out[0].Created, p)
	}
	if p == nil {
		p = &person{n: out[0].Contact.N, tags: map[int64]bool{}}
		h.people = append(h.people, p)
	} else if out[0].Contact.N != p.root().n {
		h.rt.Fatalf("observe %v: went to REVU-%d, want REVU-%d", ids, out[0].Contact.N, p.root().n)
	}
	for _, i := range ids {
		if !p.has(i[0], i[1]) && (i[0] == "phone" || h.holder(i[0], i[1]) == nil) {
			p.add(i[0], i[1])
		}
	}
	if p.full == "" && full != "" {
		p.full = full
		h.reveal(p, "full")
	}
}

// reveal shows again what an observation has just brought.
func (h *history) reveal(p *person, name string) {
	for ; p != nil; p = p.into {
		delete(p.hidden, name)
	}
}

// row is an update by an import: what it says replaces what was.
func (h *history) row() {
	value := h.pick("ref", values["external_ref"])
	mail, desc, t := h.pick("mail", values["email"]), h.text("desc"), rapid.SampledFrom(h.model.tags).Draw(h.rt, "tag")
	p := h.holder("external_ref", value)
	if p == nil {
		return
	}
	other := h.holder("email", mail)
	var refused errs.Kind
	if other != nil && other.root() != p.root() {
		refused = errs.Conflict
	}
	err := h.db.Write(h.ctx, h.scope, func(tx *store.Tx) error {
		found, err := tx.Contacts(h.ctx, []int64{p.root().n}, true)
		if err != nil {
			return err
		}
		via := identity.Via{Key: identity.Key(contact.KindRef, value), Source: "import/1"}
		_, err = identity.Observe(h.ctx, tx, found[p.root().n], via, func(c *contact.Contact) *contact.Contact {
			after := *c
			after.Identifiers = slices.Clone(c.Identifiers)
			if !slices.ContainsFunc(c.Identifiers, func(i contact.Identifier) bool { return i.Kind == contact.KindEmail && i.Norm() == mail }) {
				after.Identifiers = append(after.Identifiers, ident("email", mail))
			}
			after.Tags = slices.Clone(c.Tags)
			if !slices.Contains(c.Tags, tag.Use{N: t}) {
				after.Tags = append(after.Tags, tag.Use{N: t})
			}
			if desc != "" {
				after.Description = desc
				after.Custom = schema.Values{"tnt__plan": desc}
			}
			return &after
		})
		return err
	})
	if !h.want("row", err, refused) {
		return
	}
	if other == nil {
		p.add("email", mail)
	}
	if !p.tags[t] {
		p.tags[t] = true
		h.reveal(p, fmt.Sprint(t))
	}
	if desc != "" && p.desc != desc {
		p.desc = desc
		h.reveal(p, "desc")
	}
	if desc != "" && p.plan != desc {
		p.plan = desc
		h.reveal(p, "plan")
	}
}

// hide notes that a member took something off a merged record.
func (h *history) hide(p *person, name string, has func(shown) bool) {
	for _, c := range h.children(p) {
		if has(h.view(c)) {
			if c.hidden == nil {
				c.hidden = map[string]bool{}
			}
			c.hidden[name] = true
		}
	}
}

// edit is a member's update of texts and tags.
func (h *history) edit() {
	p := h.person()
	full, desc, plan, t := h.text("full"), h.text("desc"), h.text("plan"), rapid.SampledFrom(h.model.tags).Draw(h.rt, "tag")
	now := h.view(p)
	var uses []tag.Use
	for _, n := range now.Tags {
		if n != t {
			uses = append(uses, tag.Use{N: n})
		}
	}
	had := slices.Contains(now.Tags, t)
	if !had {
		uses = append(uses, tag.Use{N: t})
	}
	change := schema.Change{Given: map[string]any{"tnt__plan": nil}, Spec: schema.Spec{Tenant: true}}
	if plan != "" {
		change.Given["tnt__plan"] = plan
	}
	_, err := h.UpdateContact(h.ctx, h.scope, p.n, directory.ContactPatch{FullName: &full, Description: &desc, Tags: &uses, Custom: &change})
	if !h.want("edit", err, fate(p)) {
		return
	}
	if full != now.Full {
		if p.full = full; full == "" {
			h.hide(p, "full", func(v shown) bool { return v.Full != "" })
		}
	}
	if desc != now.Desc {
		if p.desc = desc; desc == "" {
			h.hide(p, "desc", func(v shown) bool { return v.Desc != "" })
		}
	}
	if plan != now.Plan {
		if p.plan = plan; plan == "" {
			h.hide(p, "plan", func(v shown) bool { return v.Plan != "" })
		}
	}
	if p.tags[t] = !had; had {
		delete(p.tags, t)
		h.hide(p, fmt.Sprint(t), func(v shown) bool { return slices.Contains(v.Tags, t) })
	}
}

func (h *history) addIdentifier() {
	p := h.person()
	kind, value := h.exclusive()
	refused, other := fate(p), h.holder(kind, value)
	if refused == "" && other != nil && other.root() != p {
		refused = errs.Conflict
	}
	_, err := h.AddIdentifier(h.ctx, h.scope, p.n, contact.Kind(kind), value, false)
	if h.want("add", err, refused) && other == nil {
		p.add(kind, value)
	}
}

func (h *history) removeIdentifier() {
	p := h.person()
	kind := h.pick("kind", []string{"email", "external_ref", "phone"})
	value := h.pick("value", values[kind])
	refused := fate(p)
	if refused == "" && !slices.Contains(h.view(p).Facts, kind+":"+value) {
		refused = errs.NotFound
	}
	_, err := h.RemoveIdentifier(h.ctx, h.scope, p.n, contact.Kind(kind), value)
	if h.want("remove", err, refused) {
		for _, q := range h.within(p) {
			q.drop(kind, value)
		}
	}
}

func (h *history) setMain() {
	p := h.person()
	kind, value := h.exclusive()
	refused := fate(p)
	if refused == "" && !slices.Contains(h.view(p).Facts, kind+":"+value) {
		refused = errs.NotFound
	}
	_, err := h.SetMainIdentifier(h.ctx, h.scope, p.n, contact.Kind(kind), value)
	if h.want("main", err, refused) && p.has(kind, value) {
		p.lead(kind, value)
	}
}

func (h *history) merge() {
	p, s := h.person(), h.person()
	refused := fate(p)
	switch {
	case p == s:
		refused = errs.Invalid
	case refused == "":
		refused = fate(s)
	}
	m, err := h.MergeContacts(h.ctx, h.scope, p.n, s.n)
	if h.want("merge", err, refused) {
		s.into, s.merge, s.hidden = p, m.Item.N, nil
		h.bonds = append(h.bonds, &bond{n: m.Item.N, primary: p, secondary: s})
	}
}

func (h *history) undo(b *bond) {
	var refused errs.Kind
	if b.undone {
		refused = errs.Invalid
	}
	_, err := h.UndoMerge(h.ctx, h.scope, b.n)
	if h.want("undo", err, refused) {
		b.secondary.trashed = b.secondary.root().trashed
		b.undone, b.secondary.into, b.secondary.hidden = true, nil, nil
	}
}

func (h *history) remove() {
	p := h.person()
	if h.want("delete", h.DeleteContact(h.ctx, h.scope, p.n), fate(p)) {
		p.trashed = true
	}
}

func (h *history) restore() {
	p := h.person()
	without := rapid.Bool().Draw(h.rt, "without")
	refused := errs.NotFound
	if p.into != nil {
		refused = errs.Invalid
	}
	clash := map[*person][]fact{}
	if p.into == nil && p.trashed {
		refused = ""
		for _, q := range h.within(p) {
			for _, f := range q.facts {
				if f.kind != "phone" && h.holder(f.kind, f.value) != nil {
					clash[q] = append(clash[q], f)
				}
			}
		}
		if len(clash) > 0 && !without {
			refused = errs.Conflict
		}
	}
	_, err := h.RestoreContact(h.ctx, h.scope, p.n, without)
	if h.want("restore", err, refused) {
		p.trashed = false
		for q, lost := range clash {
			for _, f := range lost {
				q.drop(f.kind, f.value)
			}
		}
	}
}

func (h *history) step() {
	ops := []func(){h.create, h.observe, h.observe, h.row, h.row, h.edit, h.edit, h.addIdentifier, h.removeIdentifier, h.setMain,
		h.merge, h.merge, h.merge, h.remove, h.restore, h.restore, func() {
			if len(h.bonds) > 0 {
				h.undo(rapid.SampledFrom(h.bonds).Draw(h.rt, "merge"))
			}
		}}
	if len(h.people) < 2 {
		ops = ops[:2]
	}
	ops[rapid.IntRange(0, len(ops)-1).Draw(h.rt, "op")]()
}

// expect compares everything that can be seen with the model.
func (h *history) expect() {
	var index []string
	live := map[int64]*contact.Contact{}
	err := h.db.Read(h.ctx, h.scope, func(tx *store.Tx) (err error) {
		var ns []int64
		for _, p := range h.people {
			ns = append(ns, p.n)
		}
		if live, err = tx.Contacts(h.ctx, ns, false); err != nil {
			return err
		}
		var keys []string
		for kind, list := range values {
			for _, v := range list {
				keys = append(keys, identity.Key(contact.Kind(kind), v))
			}
		}
		rows, err := tx.Identifiers(h.ctx, keys)
		for _, e := range rows {
			index = append(index, fmt.Sprint(e))
		}
		return err
	})
	if err != nil {
		h.rt.Fatal(err)
	}
	var carried []string
	for _, p := range h.people {
		c := live[p.n]
		if alive := p.into == nil && !p.trashed; alive != (c != nil) {
			h.rt.Fatalf("REVU-%d: live %v, want %v", p.n, c != nil, alive)
		}
		if c != nil {
			for _, e := range identity.Entries(c, org.Settings{}) {
				carried = append(carried, fmt.Sprint(e))
			}
			h.expectContact(p, c)
			expectOneMain(h.rt, c)
		}
		h.expectByID(p)
	}
	slices.Sort(index)
	slices.Sort(carried)
	if d := cmp.Diff(carried, index); d != "" {
		h.rt.Fatalf("the index is not what the contacts carry: %s", d)
	}
}

func (h *history) expectContact(p *person, c *contact.Contact) {
	if d := cmp.Diff(h.view(p), stateOf(c)); d != "" {
		h.rt.Fatalf("REVU-%d is not what it should be: %s", p.n, d)
	}
	if len(h.children(p)) == 0 {
		h.expectFacts(p, c)
	}
}

// expectFacts compares the identifiers with their order and main ones.
func (h *history) expectFacts(p *person, c *contact.Contact) {
	var got []fact
	for _, i := range c.Identifiers {
		got = append(got, fact{string(i.Kind), i.Norm(), i.Main})
	}
	byKind := func(a, b fact) int { return strings.Compare(a.kind, b.kind) }
	slices.SortStableFunc(got, byKind)
	want := slices.Clone(p.facts)
	slices.SortStableFunc(want, byKind)
	for _, kind := range []string{"email", "external_ref"} { // what changed its place among its kind is sorted for lack of a rule
		sortKind(got, kind)
		sortKind(want, kind)
	}
	if !slices.Equal(got, want) {
		h.rt.Fatalf("REVU-%d has %v, want %v", p.n, got, want)
	}
}

func sortKind(list []fact, kind string) {
	first := slices.IndexFunc(list, func(f fact) bool { return f.kind == kind })
	if first < 0 {
		return
	}
	last := first
	for last < len(list) && list[last].kind == kind {
		last++
	}
	slices.SortFunc(list[first:last], func(a, b fact) int { return strings.Compare(a.value, b.value) })
}

// expectByID asks for a contact by its id, which leads to the survivor.
func (h *history) expectByID(p *person) {
	got, err := h.GetContact(h.ctx, h.scope, p.n)
	if p.root().trashed {
		h.want("get", err, errs.NotFound)
		return
	}
	if !h.want("get", err, "") {
		return
	}
	want := int64(0)
	if p.into != nil {
		want = p.root().n
	}
	if got.Item.Survivor != want {
		h.rt.Fatalf("REVU-%d leads to REVU-%d, want REVU-%d", p.n, got.Item.Survivor, want)
	}
	if p.into != nil {
		h.expectFacts(p, got.Item)
	}
}

// TestUndoIsExact runs random histories and undoes their merges in any order:
// at every moment, and when nothing is merged any more, each contact is what it
// would be had there never been a merge, but for members' edits.
func TestUndoIsExact(t *testing.T) {
	onEngines(t, func(t *testing.T, b bench) {
		orgs := 0
		rapid.Check(t, func(rt *rapid.T) {
			// PostgreSQL takes a hundred times as long for the same few rows.
			if orgs++; b.db.Engine() == "postgres" && orgs > 12 {
				return
			}
			h := &history{bench: b, model: &model{}, t: t, rt: rt, ctx: t.Context()}
			h.scope = storetest.Scope(t, b.db, fmt.Sprintf("%s%d", strings.ToLower(b.db.Engine()), orgs))
			plan := schema.Fragment{Leaf: don.Contact, Kind: schema.Tenant, Fields: []schema.Field{{Name: "plan", Type: schema.Text}}}
			if _, err := h.SetFragment(h.ctx, h.scope, plan, nil); err != nil {
				rt.Fatal(err)
			}
			for i := range 2 {
				got, err := h.CreateTag(h.ctx, h.scope, directory.TagPatch{Name: ptr(fmt.Sprint("tag", i))})
				if err != nil {
					rt.Fatal(err)
				}
				h.model.tags = append(h.model.tags, got.Item.N)
			}
			for range 50 {
				h.step()
				h.expect()
			}
			left := slices.DeleteFunc(slices.Clone(h.bonds), func(b *bond) bool { return b.undone })
			for _, b := range rapid.Permutation(left).Draw(rt, "order") {
				h.undo(b)
				h.expect()
			}
			for _, p := range h.people {
				if p.into != nil {
					rt.Fatalf("REVU-%d is still merged", p.n)
				}
			}
			h.expectNothingKept()
		})
	})
}

// expectNothingKept looks for groups left behind after the last undo.
func (h *history) expectNothingKept() {
	err := h.db.Read(h.ctx, h.scope, func(tx *store.Tx) error {
		var ns []int64
		for _, p := range h.people {
			ns = append(ns, p.n)
		}
		left, err := tx.Aliases(h.ctx, don.Contact, ns)
		if len(left) > 0 {
			h.rt.Fatalf("groups are left: %v", left)
		}
		return err
	})
	if err != nil {
		h.rt.Fatal(err)
	}
}
