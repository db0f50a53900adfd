package identity

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Preview is what a merge would do.
type Preview struct {
	Primary, Secondary, Result *contact.Contact
	Fields                     []Outlook
	// Members are the contacts whose ids would lead to the primary.
	Members []int64
	// History is how many entries the secondary's history has that would be read
	// with the primary's, at most HistoryLimit.
	History int
}

// HistoryLimit is up to where a preview counts history.
const HistoryLimit = 1000

// Outlook says what a merge would do to one field of the primary.
type Outlook struct {
	Field   string
	Adopted []Value // values that fill an empty field
	Joined  []Value // elements that come to those of the primary
	Dropped []Value // values that give way to the primary's
}

// Value is text or the id of a record that a field has, with what it says of it.
type Value struct {
	ID   don.ID
	Text string
}

// previewed returns what two records are together.
func previewed[T any](ctx context.Context, tx Tx, of kind[T], primary, secondary int64) (k *kin[T], p, s *T, err error) {
	if p, s, err = pair(ctx, tx, of, primary, secondary, false); err != nil {
		return nil, nil, nil, err
	}
	k, err = join(ctx, tx, of, p, s, primary, secondary)
	return k, p, s, err
}

// PreviewMerge tells what MergeContacts would do, with its errors.
func PreviewMerge(ctx context.Context, tx Tx, primary, secondary int64) (Preview, error) {
	k, p, s, err := previewed(ctx, tx, contacts{tx}, primary, secondary)
	if err != nil {
		return Preview{}, err
	}
	out := Preview{Primary: p, Secondary: s, Result: k.view(primary), Members: k.within(secondary)}
	out.Fields = outlooks(p, s, out.Result)
	for _, n := range out.Members {
		more, err := tx.CountHistory(ctx, don.Of(don.Contact, n), HistoryLimit-out.History)
		if err != nil {
			return Preview{}, err
		}
		if out.History += more; out.History >= HistoryLimit {
			break
		}
	}
	return out, nil
}

func outlooks(p, s, result *contact.Contact) []Outlook {
	out := []Outlook{
		scalar("display_name", p.DisplayName, s.DisplayName, result.DisplayName),
		scalar("full_name", p.FullName, s.FullName, result.FullName),
		scalar("description", p.Description, s.Description, result.Description),
	}
	if s.Blocked && !p.Blocked {
		out = append(out, Outlook{Field: "is_blocked", Adopted: []Value{{Text: "true"}}})
	}
	if file := []Value{{ID: don.Of(don.Artifact, s.Picture)}}; s.Picture != 0 && p.Picture == 0 {
		out = append(out, Outlook{Field: "display_picture", Adopted: file})
	} else if s.Picture != 0 {
		out = append(out, Outlook{Field: "display_picture", Dropped: file})
	}
	for _, kind := range kindsOf(s) {
		of := func(i contact.Identifier) bool { return i.Kind == kind }
		out = append(out, elements(Field(kind), only(p.Identifiers, of), only(s.Identifiers, of), contact.Identifier.Norm,
			func(i contact.Identifier) Value { return Value{Text: i.Value} }, func(a, b contact.Identifier) bool { return true }))
	}
	out = append(out,
		elements("associations", p.Associations, s.Associations, namePlace,
			func(a contact.Association) Value { return Value{don.Of(a.Type, a.N), a.Role} }, func(a, b contact.Association) bool { return a.Role == b.Role || b.Role == "" }),
		ownerOutlook(p.Owners, s.Owners), tagOutlook(p.Tags, s.Tags))
	out = append(out, customOutlooks(custom{&p.Custom, &p.Subtype}, custom{&s.Custom, &s.Subtype}, custom{&result.Custom, &result.Subtype})...)
	return meant(out)
}

func ownerOutlook(p, s []int64) Outlook {
	return elements("owned_by", p, s, nameOwner, func(o int64) Value { return Value{ID: don.Of(don.Member, o)} }, same[int64])
}

func tagOutlook(p, s []tag.Use) Outlook {
	return elements("tags", p, s, func(t tag.Use) string { return nameTag(t.N) }, func(t tag.Use) Value { return Value{don.Of(don.Tag, t.N), t.Value} },
		func(a, b tag.Use) bool { return a == b || b.Value == "" })
}

// meant leaves out fields to which a merge does nothing.
func meant(list []Outlook) []Outlook {
	return slices.DeleteFunc(list, func(o Outlook) bool { return len(o.Adopted)+len(o.Joined)+len(o.Dropped) == 0 })
}

func only[T any](list []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return !keep(v) })
}

func kindsOf(c *contact.Contact) []contact.Kind {
	var out []contact.Kind
	for _, i := range c.Identifiers {
		if !slices.Contains(out, i.Kind) {
			out = append(out, i.Kind)
		}
	}
	slices.Sort(out)
	return out
}

func scalar(field, p, s, result string) Outlook {
	o := Outlook{Field: field}
	switch {
	case s == "" || s == p:
	case result == s:
		o.Adopted = []Value{{Text: s}}
	default:
		o.Dropped = []Value{{Text: s}}
	}
	return o
}

func elements[T any](field string, p, s []T, key func(T) string, show func(T) Value, keeps func(a, b T) bool) Outlook {
	o := Outlook{Field: field}
	for _, v := range s {
		at := slices.IndexFunc(p, func(w T) bool { return key(w) == key(v) })
		switch {
		case at >= 0 && !keeps(p[at], v):
			o.Dropped = append(o.Dropped, show(v))
		case at < 0 && len(p) == 0:
			o.Adopted = append(o.Adopted, show(v))
		case at < 0:
			o.Joined = append(o.Joined, show(v))
		}
	}
	return o
}

// PreviewAccounts tells what MergeAccounts would do, with its errors.
func PreviewAccounts(ctx context.Context, tx AccountTx, primary, secondary int64) (result *account.Account, fields []Outlook, err error) {
	k, p, s, err := previewed(ctx, tx, accounts{tx}, primary, secondary)
	if err != nil {
		return nil, nil, err
	}
	result = k.view(primary)
	text := func(v string) string { return v }
	plain := func(v string) Value { return Value{Text: v} }
	fields = []Outlook{
		scalar("display_name", p.DisplayName, s.DisplayName, result.DisplayName), scalar("description", p.Description, s.Description, result.Description),
		scalar("tier", p.Tier, s.Tier, result.Tier),
		elements("external_refs", p.Refs, s.Refs, text, plain, same[string]), elements("domains", p.Domains, s.Domains, text, plain, same[string]),
		elements("websites", p.Websites, s.Websites, text, plain, same[string]), ownerOutlook(p.Owners, s.Owners), tagOutlook(p.Tags, s.Tags),
	}
	fields = append(fields, customOutlooks(custom{&p.Custom, &p.Subtype}, custom{&s.Custom, &s.Subtype}, custom{&result.Custom, &result.Subtype})...)
	return result, meant(fields), nil
}
