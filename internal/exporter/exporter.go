// Package exporter writes customer records as CSV that an import takes back:
// imported with update, every row is unchanged.
package exporter

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// pageRows is how many records are read at a time.
const pageRows = 500

// Contacts writes the contacts that match, as of now, in the order in which
// they were created.
//
// The columns are those of an import; values that an import has no column for
// (further e-mails and references) stand behind them for people to read. A
// contact without a reference, and an account or workspace without one, is
// named by its full id, which an import into the same org understands.
func Contacts(ctx context.Context, dir *directory.Service, sc org.Scope, f contact.Filter, w io.Writer) error {
	q := directory.Query{Limit: pageRows, Until: time.Now().UTC()}
	t := newTable(don.Contact, sc, w)
	return pages(t, q, func(q directory.Query) (directory.Page[*contact.Contact], error) {
		return dir.ListContacts(ctx, sc, f, q)
	}, t.contact)
}

// Accounts writes the accounts that match, as Contacts does.
func Accounts(ctx context.Context, dir *directory.Service, sc org.Scope, f account.Filter, w io.Writer) error {
	now := time.Now().UTC()
	if f.CreatedBefore == nil || f.CreatedBefore.After(now) {
		f.CreatedBefore = &now
	}
	q := directory.Query{Limit: pageRows, Sorts: []directory.Sort{{Field: "created_date"}}}
	t := newTable(don.Account, sc, w)
	return pages(t, q, func(q directory.Query) (directory.Page[*account.Account], error) {
		return dir.ListAccounts(ctx, sc, f, q)
	}, t.account)
}

// Empty writes the file of a filter that nothing can match.
func Empty(of don.Type, sc org.Scope, w io.Writer) error {
	t := newTable(of, sc, w)
	if err := t.out.Write(t.header); err != nil {
		return err
	}
	return t.out.Flush()
}

// table is the file on its way out.
type table struct {
	scope  org.Scope
	out    *sheet.Writer
	header []string
}

func newTable(t don.Type, sc org.Scope, w io.Writer) *table {
	out := &table{scope: sc, out: sheet.NewWriter(w, sheet.WriterOptions{})}
	for _, f := range importer.Fields(t, sc.Settings) {
		out.header = append(out.header, f.Name)
	}
	out.header = append(out.header, importer.ExportColumns(t)...)
	return out
}

// pages writes page after page; each page is read by itself, so that nothing is
// held up while the receiver takes its time.
func pages[T any](t *table, q directory.Query, read func(directory.Query) (directory.Page[T], error), row func(T, *directory.Names) record) error {
	if err := t.out.Write(t.header); err != nil {
		return err
	}
	for {
		p, err := read(q)
		if err != nil {
			return err
		}
		for _, item := range p.Items {
			if err := t.write(row(item, p.Names)); err != nil {
				return err
			}
		}
		if p.Next == nil {
			return t.out.Flush()
		}
		q.Edge = p.Next
	}
}

// record is a row, its values by column.
type record map[string]string

func (t *table) write(r record) error {
	cells := make([]string, len(t.header))
	for i, name := range t.header {
		cells[i] = r[name]
	}
	return t.out.Write(cells)
}

func (t *table) contact(c *contact.Contact, names *directory.Names) record {
	ref := c.Ref()
	if ref == "" {
		ref = t.scope.Space.Format(don.Of(don.Contact, c.N))
	}
	account, workspace := t.places(c, names)
	verified := "false"
	if c.Verified {
		verified = "true"
	}
	return record{
		"display_name": c.DisplayName, "external_ref": ref, "email": c.Email(), "phone_numbers": sheet.JoinArray(c.Values(contact.KindPhone)),
		"full_name": c.FullName, "description": c.Description,
		"account_external_reference": account, "workspace_external_reference": workspace,
		"tags.name": tags(c.Tags, names), "owned_by": owners(c.Owners, names),
		"display_id": don.Of(don.Contact, c.N).Display(), "is_verified": verified,
		"other_emails": others(c.Values(contact.KindEmail)), "other_external_refs": others(c.Values(contact.KindRef)),
		"created_date": stamp(c.CreatedAt), "modified_date": stamp(c.ModifiedAt),
	}
}

// places returns references of the contact's account and of its workspace in
// that account, those of its customer first. Importing a workspace brings its
// account along, so a workspace whose account the contact is not in is left out.
func (t *table) places(c *contact.Contact, names *directory.Names) (account, workspace string) {
	customer := names.Customer(c)
	if customer == nil {
		return "", ""
	}
	accounts, spaces := []int64{}, []int64{}
	for _, a := range append([]contact.Association{*customer}, c.Associations...) {
		switch {
		case !names.Live(a):
		case a.Type == don.Account:
			accounts = append(accounts, a.N)
		default:
			spaces = append(spaces, a.N)
		}
	}
	if len(accounts) == 0 {
		return "", ""
	}
	n := accounts[0]
	if customer.Type == don.Workspace {
		if home := names.Workspaces[customer.N].AccountN; slices.Contains(accounts, home) {
			n = home
		}
	}
	for _, s := range spaces {
		if w := names.Workspaces[s]; w.AccountN == n {
			workspace = t.ref(don.Workspace, s, w.Ref)
			break
		}
	}
	return t.ref(don.Account, n, first(names.Accounts[n].Refs)), workspace
}

// ref returns a record's reference, or its full id when it has none.
func (t *table) ref(of don.Type, n int64, ref string) string {
	if ref != "" {
		return ref
	}
	return t.scope.Space.Format(don.Of(of, n))
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func others(values []string) string {
	if len(values) < 2 {
		return ""
	}
	return sheet.JoinArray(values[1:])
}

// tags names tags, each with its value. Those that were deleted are gone.
func tags(uses []tag.Use, names *directory.Names) string {
	var out []string
	for _, u := range uses {
		t := names.Tags[u.N]
		if t == nil {
			continue
		}
		text := t.Name
		if u.Value != "" {
			text += "=" + u.Value
		}
		out = append(out, text)
	}
	return sheet.JoinArray(out)
}

// owners are members by e-mail. An import does not give records to members who
// have left, so those are not written.
func owners(ns []int64, names *directory.Names) string {
	var out []string
	for _, n := range ns {
		if m, ok := names.Members[n]; ok && m.State == org.Active {
			out = append(out, m.Email)
		}
	}
	return sheet.JoinArray(out)
}

func (t *table) account(a *account.Account, names *directory.Names) record {
	refs := sheet.JoinArray(a.Refs)
	if refs == "" {
		refs = t.ref(don.Account, a.N, "")
	}
	parent := ""
	if p := names.Accounts[a.ParentN]; p != nil {
		parent = t.ref(don.Account, p.N, first(p.Refs))
	}
	return record{
		"display_name": a.DisplayName, "external_refs": refs, "domains": sheet.JoinArray(a.Domains), "websites": sheet.JoinArray(a.Websites),
		"description": a.Description, "tier": a.Tier, "tags.name": tags(a.Tags, names), "owned_by": owners(a.Owners, names),
		"display_id": don.Of(don.Account, a.N).Display(), "parent_account": parent,
		"created_date": stamp(a.CreatedAt), "modified_date": stamp(a.ModifiedAt),
	}
}

// stamp writes a time as the API does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
