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
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// pageRows is how many records are read at a time.
const pageRows = 500

// Contacts writes the contacts that match both filters, as of now, in the order in which
// they were created.
//
// The columns are those of an import and, for people to read, some behind them. A
// contact without a reference, and an account or workspace without one, is
// named by its full id, which an import into the same org understands.
func Contacts(ctx context.Context, dir *directory.Service, sc org.Scope, f contact.Filter, where directory.Where, w io.Writer) error {
	q := directory.Query{Limit: pageRows, Until: time.Now().UTC(), Where: where}
	t, err := newTable(ctx, dir, don.Contact, sc, w)
	if err != nil {
		return err
	}
	return pages(t, q, func(q directory.Query) (directory.Page[*contact.Contact], error) {
		return dir.ListContacts(ctx, sc, f, q)
	}, t.contact)
}

// Accounts writes the accounts that match, as Contacts does.
func Accounts(ctx context.Context, dir *directory.Service, sc org.Scope, f account.Filter, where directory.Where, w io.Writer) error {
	now := time.Now().UTC()
	if f.CreatedBefore == nil || f.CreatedBefore.After(now) {
		f.CreatedBefore = &now
	}
	q := directory.Query{Limit: pageRows, Sorts: []directory.Sort{{Field: "created_date"}}, Where: where}
	t, err := newTable(ctx, dir, don.Account, sc, w)
	if err != nil {
		return err
	}
	return pages(t, q, func(q directory.Query) (directory.Page[*account.Account], error) {
		return dir.ListAccounts(ctx, sc, f, q)
	}, t.account)
}

// Empty writes the file of a filter that nothing can match.
func Empty(ctx context.Context, dir *directory.Service, of don.Type, sc org.Scope, w io.Writer) error {
	t, err := newTable(ctx, dir, of, sc, w)
	if err != nil {
		return err
	}
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
	custom []schema.Named
}

func newTable(ctx context.Context, dir *directory.Service, t don.Type, sc org.Scope, w io.Writer) (*table, error) {
	out := &table{scope: sc, out: sheet.NewWriter(w, sheet.WriterOptions{})}
	custom, err := dir.Schema(ctx, sc, t)
	if err != nil {
		return nil, err
	}
	out.custom = custom.Columns()
	for _, f := range importer.Fields(t, sc.Settings, custom) {
		out.header = append(out.header, f.Name)
	}
	out.header = append(out.header, importer.ExportColumns(t)...)
	return out, nil
}

// attributes adds a subtype and custom values to a row.
func (t *table) attributes(r record, subtype string, values schema.Values) record {
	r["subtype"] = subtype
	for _, f := range t.custom {
		if x, has := values.At(f.Name); has {
			r[f.Name] = f.ToText(x, sheet.JoinArray)
		}
	}
	return r
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
	c = c.Proven() // an import of the file would make facts of claims
	ref := c.Ref()
	if ref == "" {
		ref = t.scope.Space.Format(don.Of(don.Contact, c.N))
	}
	p := t.places(c, names)
	verified := "false"
	if c.Verified {
		verified = "true"
	}
	return t.attributes(record{
		"display_name": c.DisplayName, "external_ref": ref, "email": c.Email(), "phone_numbers": sheet.JoinArray(c.Values(contact.KindPhone)),
		"full_name": c.FullName, "description": c.Description,
		"account_external_reference": p.account, "workspace_external_reference": p.workspace,
		"other_account_external_references": sheet.JoinArray(p.otherAccounts), "other_workspace_external_references": sheet.JoinArray(p.otherWorkspaces),
		"tags.name": tags(c.Tags, names), "owned_by": owners(c.Owners, names),
		"display_id": don.Of(don.Contact, c.N).Display(), "is_verified": verified,
		"other_emails": others(c.Values(contact.KindEmail)), "other_external_refs": others(c.Values(contact.KindRef)),
		"created_date": stamp(c.CreatedAt), "modified_date": stamp(c.ModifiedAt),
	}, c.Subtype, c.Custom)
}

// places are references of what a contact belongs to.
type places struct {
	account, workspace             string
	otherAccounts, otherWorkspaces []string
}

// places returns the contact's account and workspace, which are its customer or
// lead to it, and all others. Importing the workspace makes it the customer and
// brings its account along, so any other workspace is among the others.
func (t *table) places(c *contact.Contact, names *directory.Names) (out places) {
	customer := names.Customer(c)
	if customer == nil {
		return out
	}
	accounts, spaces := []int64{}, []int64{}
	for _, a := range append([]contact.Association{*customer}, c.Associations...) {
		list := &accounts
		if a.Type == don.Workspace {
			list = &spaces
		}
		if names.Live(a) && !slices.Contains(*list, a.N) {
			*list = append(*list, a.N)
		}
	}
	main, home := mainPlaces(customer, accounts, names)
	for _, n := range accounts {
		ref := t.ref(don.Account, n, first(names.Accounts[n].Refs))
		if n == main {
			out.account = ref
		} else {
			out.otherAccounts = append(out.otherAccounts, ref)
		}
	}
	for _, n := range spaces {
		ref := t.ref(don.Workspace, n, names.Workspaces[n].Ref)
		if n == home {
			out.workspace = ref
		} else {
			out.otherWorkspaces = append(out.otherWorkspaces, ref)
		}
	}
	return out
}

// mainPlaces returns the account to name first and the customer when that is a
// workspace in it, 0 where there is none.
func mainPlaces(customer *contact.Association, accounts []int64, names *directory.Names) (account, space int64) {
	if len(accounts) == 0 {
		return 0, 0
	}
	account = accounts[0]
	if customer.Type == don.Workspace {
		if home := names.Workspaces[customer.N].AccountN; slices.Contains(accounts, home) {
			return home, customer.N
		}
	}
	return account, 0
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
	return t.attributes(record{
		"display_name": a.DisplayName, "external_refs": refs, "domains": sheet.JoinArray(a.Domains), "websites": sheet.JoinArray(a.Websites),
		"description": a.Description, "tier": a.Tier, "tags.name": tags(a.Tags, names), "owned_by": owners(a.Owners, names),
		"display_id": don.Of(don.Account, a.N).Display(), "parent_account": parent,
		"created_date": stamp(a.CreatedAt), "modified_date": stamp(a.ModifiedAt),
	}, a.Subtype, a.Custom)
}

// stamp writes a time as the API does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
