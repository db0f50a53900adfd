package store

import (
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search/lexical"
	"github.com/kith-id/kith/internal/tag"
)

// What records are found by.

func contactDoc(n int64, display, full string, ids []contact.Identifier) lexical.Doc {
	d := lexical.Doc{N: n, Fields: make([]lexical.Field, 0, 2+len(ids))}
	d.Title("display_name", display)
	if full != display {
		d.Title("full_name", full)
	}
	for _, i := range ids {
		switch i.Kind {
		case contact.KindEmail:
			d.Add("email", i.Value)
		case contact.KindPhone:
			d.Fields = append(d.Fields, lexical.Field{Name: "phone_numbers", Text: strings.TrimPrefix(i.Norm(), "+"), Phone: true})
		case contact.KindRef:
			d.Add("external_refs", i.Value)
		default:
			d.Add(string(i.Kind), i.Value)
		}
	}
	return d
}

func docOfContact(c *contact.Contact) lexical.Doc {
	return contactDoc(c.N, c.DisplayName, c.FullName, c.Identifiers)
}

func accountDoc(a *account.Account) lexical.Doc {
	d := lexical.Doc{N: a.N}
	d.Title("display_name", a.DisplayName)
	d.Add("external_refs", a.Refs...)
	d.Add("domains", a.Domains...)
	d.Add("websites", a.Websites...)
	return d
}

func workspaceDoc(w *account.Workspace) lexical.Doc {
	d := lexical.Doc{N: w.N}
	d.Title("display_name", w.DisplayName)
	d.Add("external_ref", w.Ref)
	d.Add("external_ref", w.OtherRefs...)
	d.Add("domain", w.Domain)
	return d
}

func tagDoc(t *tag.Tag) lexical.Doc {
	d := lexical.Doc{N: t.N}
	d.Title("name", t.Name)
	d.Title("description", t.Description)
	return d
}

// SearchDocs returns what those of some records of a type are found by that
// exist, in the order of their numbers.
func (tx *Tx) SearchDocs(ctx context.Context, t don.Type, ns []int64) ([]lexical.Doc, error) {
	ns = slices.Clone(deskKeys(t, ns))
	slices.Sort(ns)
	var out []lexical.Doc
	for chunk := range slices.Chunk(slices.Compact(ns), chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, evened(chunk))
		got, err := tx.searchDocs(ctx, t, "n IN "+list+" ORDER BY n", args)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// SearchDocsIn returns the same of up to limit records from one number to another.
func (tx *Tx) SearchDocsIn(ctx context.Context, t don.Type, from, to int64, limit int) ([]lexical.Doc, error) {
	if t == don.Ticket { // between them stand works of other types
		ends := deskKeys(t, []int64{from, to})
		return tx.searchDocs(ctx, t, "n >= $2 AND n <= $3 AND n % 4 = 1 ORDER BY n LIMIT $4", []any{tx.scope.OrgID, ends[0], ends[1], limit})
	}
	return tx.searchDocs(ctx, t, "n >= $2 AND n <= $3 ORDER BY n LIMIT $4", []any{tx.scope.OrgID, from, to, limit})
}

func (tx *Tx) searchDocs(ctx context.Context, t don.Type, where string, args []any) ([]lexical.Doc, error) {
	switch t {
	case don.Contact:
		type row struct {
			n             int64
			display, full string
			ids           []byte
		}
		got, err := collect(ctx, tx.q, "SELECT n, display_name, full_name, identifiers FROM contact WHERE org_id = $1 AND "+where, args,
			func(r *row) []any { return []any{&r.n, &r.display, &r.full, &r.ids} })
		return docs(got, err, func(r *row) (lexical.Doc, error) {
			var ids []contact.Identifier
			err := unpack(r.ids, &ids)
			return contactDoc(r.n, r.display, r.full, ids), err
		})
	case don.Account:
		got, err := collect(ctx, tx.q, "SELECT "+accountColumns+" FROM account WHERE org_id = $1 AND "+where, args, scanAccount)
		return docs(got, err, func(r *accountRow) (lexical.Doc, error) {
			a, err := r.account()
			return accountDoc(a), err
		})
	case don.Workspace:
		got, err := collect(ctx, tx.q, "SELECT "+spaceColumns+" FROM workspace WHERE org_id = $1 AND "+where, args, scanSpace)
		return docs(got, err, func(r *spaceRow) (lexical.Doc, error) {
			w, err := r.workspace()
			return workspaceDoc(w), err
		})
	case don.Conversation:
		return tx.conversationDocs(ctx, where, args)
	case don.Ticket:
		return tx.ticketDocs(ctx, where, args)
	default: // don.Tag
		got, err := tx.tags(ctx, where, args)
		return docs(got, err, func(t **tag.Tag) (lexical.Doc, error) { return tagDoc(*t), nil })
	}
}

func docs[T any](rows []T, err error, doc func(*T) (lexical.Doc, error)) ([]lexical.Doc, error) {
	if err != nil {
		return nil, err
	}
	out := make([]lexical.Doc, len(rows))
	for i := range rows {
		if out[i], err = doc(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// todoColumns are those of tables of records that something is to be done for.
