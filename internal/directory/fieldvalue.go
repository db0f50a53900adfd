package directory

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/tag"
)

// texts makes values of texts; empty ones are none.
func texts(list ...string) []filter.Value {
	var out []filter.Value
	for _, v := range list {
		if v != "" {
			out = append(out, filter.Value{Text: v})
		}
	}
	return out
}

func foldedText(v string) []filter.Value { return texts(contact.FoldName(v)) }

// common returns the values of a field that all customer records have.
func common(field string, n int64, subtype, name, description string, tags []tag.Use, owners []int64, by string, created, modified time.Time) []filter.Value {
	switch field {
	case fieldID:
		return texts(num(n))
	case fieldSubtype:
		return texts(subtype)
	case fieldName:
		return foldedText(name)
	case fieldDescription:
		return foldedText(description)
	case fieldCreatedBy:
		return texts(by)
	case fieldCreated:
		return []filter.Value{{Time: created}}
	case fieldModified:
		return []filter.Value{{Time: modified}}
	case fieldOwner:
		return numbered(owners)
	case fieldTag:
		var out []string
		for _, t := range tags {
			if out = append(out, num(t.N)); t.Value != "" {
				out = append(out, num(t.N)+"="+t.Value)
			}
		}
		return texts(out...)
	}
	return nil
}

func numbered(ns []int64) []filter.Value {
	out := make([]filter.Value, len(ns))
	for i, n := range ns {
		out[i].Text = num(n)
	}
	return out
}

type contactRecord struct {
	w *rowReader
	c *contact.Contact
}

// Values implements filter.Record. What visitors claim is no value.
func (r contactRecord) Values(field string) []filter.Value {
	switch field {
	case fieldEmail:
		return r.identifiers(contact.KindEmail)
	case fieldPhone:
		return r.identifiers(contact.KindPhone)
	case fieldRef:
		return r.identifiers(contact.KindRef)
	case fieldFullName:
		return foldedText(r.c.FullName)
	case fieldVerified:
		if r.c.Verified {
			return texts("true")
		}
		return texts("false")
	case fieldAccount:
		return r.places(don.Account)
	case fieldWorkspace:
		return r.places(don.Workspace)
	case fieldGroup:
		return numbered(r.w.groupsOf(r.c.N))
	}
	if strings.Contains(field, "__") {
		return r.w.custom(don.Contact, field, r.c.Custom)
	}
	return common(field, r.c.N, r.c.Subtype, r.c.DisplayName, r.c.Description, r.c.Tags, r.c.Owners, r.c.CreatedBy, r.c.CreatedAt, r.c.ModifiedAt)
}

func (r contactRecord) identifiers(k contact.Kind) []filter.Value {
	var out []string
	for _, i := range r.c.Identifiers {
		if i.Kind == k && i.Proof != contact.Claimed {
			out = append(out, i.Norm())
		}
	}
	return texts(out...)
}

func (r contactRecord) places(t don.Type) []filter.Value {
	var out []string
	for _, p := range r.c.Associations {
		if p.Type == t {
			out = append(out, don.Of(t, p.N).Tail())
		}
	}
	return texts(out...)
}

// Some implements filter.Record.
func (r contactRecord) Some(relation string, b filter.Bound) bool {
	t := relate(relation)
	return slices.ContainsFunc(r.c.Associations, func(p contact.Association) bool { return p.Type == t && r.w.meets(don.Of(t, p.N), b) })
}

// meets reports whether an account or workspace that a row refers to meets a filter.
func (w *rowReader) meets(id don.ID, b filter.Bound) bool {
	if now, ok := w.moved[id]; ok {
		id = now
	}
	if id.Type == don.Account {
		a := w.accounts[id.N]
		return a != nil && b.Match(accountRecord{w, a})
	}
	s := w.spaces[id.N]
	return s != nil && b.Match(workspaceRecord{w, s})
}

type accountRecord struct {
	w *rowReader
	a *account.Account
}

// Values implements filter.Record.
func (r accountRecord) Values(field string) []filter.Value {
	switch field {
	case fieldRef:
		return texts(r.a.Refs...)
	case fieldDomain:
		return texts(r.a.Domains...)
	case fieldWebsite:
		return texts(r.a.Websites...)
	case fieldTier:
		return texts(r.a.Tier)
	case fieldParent:
		if r.a.ParentN != 0 {
			return numbered([]int64{r.a.ParentN})
		}
		return nil
	}
	if strings.Contains(field, "__") {
		return r.w.custom(don.Account, field, r.a.Custom)
	}
	return common(field, r.a.N, r.a.Subtype, r.a.DisplayName, r.a.Description, r.a.Tags, r.a.Owners, r.a.CreatedBy, r.a.CreatedAt, r.a.ModifiedAt)
}

// Some implements filter.Record.
func (r accountRecord) Some(relation string, b filter.Bound) bool {
	switch relation {
	case fieldParent:
		return r.a.ParentN != 0 && r.w.above(r.a.ParentN, b)
	case toWorkspaces:
		return r.w.some(don.Workspace, fieldAccount, don.Of(don.Account, r.a.N), b)
	}
	return r.w.some(don.Contact, fieldAccount, don.Of(don.Account, r.a.N), b)
}

// above reports whether an account to which a record belongs meets a filter, as
// what it is now.
func (w *rowReader) above(n int64, b filter.Bound) bool {
	id := don.Of(don.Account, n)
	if _, merged := w.moved[id]; !merged && w.accounts[n] == nil && w.err == nil {
		names := &Names{}
		w.fail(names.load(w.ctx, w.tx, newNeeds().add(id)))
		if w.accounts == nil {
			w.accounts = map[int64]*account.Account{}
		}
		if w.moved == nil {
			w.moved = map[don.ID]don.ID{}
		}
		maps.Copy(w.accounts, names.Accounts)
		maps.Copy(w.moved, names.Moved)
	}
	return w.meets(id, b)
}

type workspaceRecord struct {
	w *rowReader
	s *account.Workspace
}

// Values implements filter.Record.
func (r workspaceRecord) Values(field string) []filter.Value {
	switch field {
	case fieldRef:
		return texts(append([]string{r.s.Ref}, r.s.OtherRefs...)...)
	case fieldDomain:
		return texts(r.s.Domain)
	case fieldTier:
		return texts(r.s.Tier)
	case fieldEnvironment:
		return texts(r.s.Environment)
	case fieldAccount:
		return numbered([]int64{r.s.AccountN})
	}
	if strings.Contains(field, "__") {
		return r.w.custom(don.Workspace, field, r.s.Custom)
	}
	return common(field, r.s.N, r.s.Subtype, r.s.DisplayName, r.s.Description, r.s.Tags, r.s.Owners, r.s.CreatedBy, r.s.CreatedAt, r.s.ModifiedAt)
}

// Some implements filter.Record.
func (r workspaceRecord) Some(relation string, b filter.Bound) bool {
	if relation == toContacts {
		return r.w.some(don.Contact, fieldWorkspace, don.Of(don.Workspace, r.s.N), b)
	}
	return r.w.above(r.s.AccountN, b)
}
