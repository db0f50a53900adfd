package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// attr is one entry of the inverted index.
type attr struct{ field, value string }

// Fields of the inverted index. The first letter is the record's; that of
// contacts, which come in millions, sorts last, so that imports append.
const (
	contactName   = contact.AttrName
	contactPlace  = contact.AttrPlace
	contactTag    = contact.AttrTag
	contactOwner  = contact.AttrOwner
	accountName   = "a.name"
	accountTag    = "a.tag"
	accountOwner  = "a.owner"
	accountTier   = "a.tier"
	accountSite   = "a.site"
	accountParent = "a.parent"
	spaceName     = "W.name"
	spaceAccount  = "W.account"
	spaceTag      = "W.tag"
	spaceOwner    = "W.owner"
	spaceTier     = "W.tier"
	spaceEnv      = "W.environment"
)

func num(n int64) string { return strconv.FormatInt(n, 10) }

// place spells an association as the index has it.
func place(t don.Type, n int64) string { return don.Of(t, n).Tail() }

// tagAttrs indexes a tag twice when it carries a value: with and without it.
func tagAttrs(out []attr, field string, uses []tag.Use) []attr {
	for _, u := range uses {
		out = append(out, attr{field, num(u.N)})
		if u.Value != "" {
			out = append(out, attr{field, num(u.N) + "=" + u.Value})
		}
	}
	return out
}

func numAttrs(out []attr, field string, ns []int64) []attr {
	for _, n := range ns {
		out = append(out, attr{field, num(n)})
	}
	return out
}

func contactAttrs(c *contact.Contact) []attr {
	list := contact.Attrs(c.DisplayName, c.Associations, c.Tags, c.Owners)
	out := make([]attr, len(list))
	for i, a := range list {
		out[i] = attr{a.Field, a.Value}
	}
	return customAttrs(out, don.Contact, c.Subtype, c.Custom)
}

// letters stand before the names of fields, as in those above.
var letters = map[don.Type]string{
	don.Contact: "c.", don.Account: "a.", don.Workspace: "W.", don.Conversation: "K.", don.Ticket: "T.", don.Opportunity: "T.",
}

// customAttrs adds the entries of a subtype and of custom values.
func customAttrs(out []attr, of don.Type, subtype string, v schema.Values) []attr {
	if subtype != "" {
		out = append(out, attr{letters[of] + "subtype", subtype})
	}
	if len(v) == 0 {
		return out
	}
	for _, e := range v.Index(contact.FoldName) {
		out = append(out, attr{letters[of] + e.Field, e.Value})
	}
	return out
}

type attrEntry struct {
	attr
	n int64
}

// addAttrs adds entries in index order; those that stand already stay.
func (tx *Tx) addAttrs(ctx context.Context, entries []attrEntry) error {
	slices.SortFunc(entries, func(a, b attrEntry) int {
		if c := strings.Compare(a.field, b.field); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
	_, err := tx.q.insert(ctx, attrTable, ignore, len(entries), func(i int, w *record) {
		e := entries[i]
		w.Int(tx.scope.OrgID)
		w.Text(e.field)
		w.Text(e.value)
		w.Int(e.n)
	})
	return err
}

// changeAttrs brings the index from the entries before to those after.
func (tx *Tx) changeAttrs(ctx context.Context, n int64, before, after []attr) error {
	for _, a := range before {
		if slices.Contains(after, a) {
			continue
		}
		err := tx.q.send(ctx, "DELETE FROM attr WHERE org_id = $1 AND field = $2 AND value = $3 AND n = $4", tx.scope.OrgID, a.field, a.value, n)
		if err != nil {
			return err
		}
	}
	var add []attrEntry
	for _, a := range after {
		if !slices.Contains(before, a) {
			add = append(add, attrEntry{a, n})
		}
	}
	if len(add) == 0 {
		return nil
	}
	return tx.addAttrs(ctx, add)
}
