package httpapi

import (
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/vista"
)

// Vista is a saved view of records.
type Vista struct {
	Atom
	Type        string       `json:"type" enum:"dynamic"`
	Name        string       `json:"name"`
	Description string       `json:"description,omitempty"`
	FilterType  string       `json:"filter_type" enum:"accounts,conversations,rev_orgs,rev_users,works" doc:"What is shown; of works, tickets."`
	Filter      string       `json:"filter" doc:"As text, for the filter of lists."`
	IsDefault   bool         `json:"is_default" doc:"What its owner sees first of this kind."`
	IsPublic    bool         `json:"is_public" doc:"Shown to all members."`
	SharedWith  []SharedWith `json:"shared_with"`
	CustomView  CustomView   `json:"custom_view"`
	Dropped     []string     `json:"dropped_fields" doc:"Custom fields that the vista names and that are no longer there, or can no longer be filtered by: they are left out."`
}

// SharedWith is a member whom a vista is shared with.
type SharedWith struct {
	Member UserSummary `json:"member"`
}

// CustomView is how records are shown.
type CustomView struct {
	Columns []ViewColumn `json:"column_properties"`
	GroupBy string       `json:"group_by,omitempty"`
	SortBy  []string     `json:"sort_by"`
	Layout  string       `json:"layout" enum:"board,list"`
}

// ViewColumn is a column of a view.
type ViewColumn struct {
	Name  string `json:"name" required:"true" maxLength:"200"`
	Width string `json:"width,omitempty" maxLength:"10" doc:"Such as 120px."`
}

// vistaKinds are the names that clients have for what vistas show.
var vistaKinds = map[string]don.Type{"rev_users": don.Contact, "accounts": don.Account, "rev_orgs": don.Workspace, "conversations": don.Conversation, "works": don.Ticket}

func vistaKind(t don.Type) string {
	for name, of := range vistaKinds {
		if of == t {
			return name
		}
	}
	return ""
}

func (v view) vista(s directory.Seen) Vista {
	out := Vista{
		Atom: v.atom(don.Of(don.Vista, s.N), s.CreatedAt, s.CreatedBy, s.ModifiedAt, s.ModifiedBy), Type: "dynamic",
		Name: s.Name, Description: s.Description, FilterType: vistaKind(s.Leaf), Filter: s.View.Filter, IsDefault: s.Default, IsPublic: s.Public,
		SharedWith: []SharedWith{}, Dropped: append([]string{}, s.Dropped...),
		CustomView: CustomView{Columns: []ViewColumn{}, GroupBy: s.View.GroupBy, SortBy: append([]string{}, s.View.Sorts...), Layout: s.View.Layout},
	}
	if out.CustomView.Layout == "" {
		out.CustomView.Layout = vista.List
	}
	for _, u := range v.users(s.With) {
		out.SharedWith = append(out.SharedWith, SharedWith{u})
	}
	for _, c := range s.View.Columns {
		out.CustomView.Columns = append(out.CustomView.Columns, ViewColumn(c))
	}
	return out
}

type vistaOut struct {
	Vista Vista `json:"vista"`
}

func (c call) vista(f directory.VistaFound, err error) (*vistaOut, error) {
	if err != nil {
		return nil, err
	}
	return &vistaOut{c.view(f.Names).vista(f.Item)}, nil
}

type shareIn struct {
	Member string `json:"member" required:"true" format:"id" doc:"A member."`
}

type customViewIn struct {
	Columns    wire.Opt[[]ViewColumn] `json:"column_properties" doc:"The columns in their order. Replaces the list."`
	GroupBy    wire.Opt[string]       `json:"group_by" maxLength:"200" doc:"What rev-users.query and alike can group by: a field, or a date as created:month."`
	SortBy     wire.Opt[[]string]     `json:"sort_by" doc:"As in lists. Replaces the list."`
	Layout     wire.Opt[string]       `json:"layout" enum:"board,list" doc:"board shows a column for each group."`
	ShowGroups *bool                  `json:"show_groups" doc:"Whether groups are shown; false takes group_by off."`
}

// vistaFields are what a vista can be given on creation and on update.
type vistaFields struct {
	Description wire.Opt[string]    `json:"description" doc:"At most 64 KiB."`
	Filter      *filterIn           `json:"filter" doc:"What is shown, as in lists. All when absent."`
	IsDefault   *bool               `json:"is_default" doc:"Whether you see it first of this kind; another one that was ceases to be."`
	IsPublic    *bool               `json:"is_public" doc:"Whether all members are shown it."`
	SharedWith  wire.Opt[[]shareIn] `json:"shared_with" doc:"Members who are shown it. Replaces the list."`
	CustomView  customViewIn        `json:"custom_view"`
}

func (f vistaFields) patch(c call, leaf don.Type) (directory.VistaPatch, error) {
	p := directory.VistaPatch{
		Description: given(f.Description), Default: f.IsDefault, Public: f.IsPublic,
		GroupBy: given(f.CustomView.GroupBy), Sorts: given(f.CustomView.SortBy), Layout: given(f.CustomView.Layout),
	}
	if f.CustomView.ShowGroups != nil && !*f.CustomView.ShowGroups {
		p.GroupBy = new(string)
	}
	if f.Filter != nil {
		tree, err := f.Filter.tree()
		if err != nil {
			return p, err
		}
		p.Tree = &tree
	}
	if p.Sorts != nil && leaf != "" {
		if _, err := sortsOf(leaf).read(*p.Sorts); err != nil {
			return p, within("custom_view.", "", err)
		}
	}
	if f.CustomView.Columns.Set {
		columns := make([]vista.Column, len(f.CustomView.Columns.Value))
		for i, col := range f.CustomView.Columns.Value {
			columns[i] = vista.Column(col)
		}
		p.Columns = &columns
	}
	if f.SharedWith.Set {
		ids := make([]string, len(f.SharedWith.Value))
		for i, s := range f.SharedWith.Value {
			ids[i] = s.Member
		}
		ns, err := c.numbers("shared_with", ids, don.Member)
		if err != nil {
			return p, err
		}
		p.With = &ns
	}
	return p, nil
}

// sortsOf are the sorts of a list.
func sortsOf(leaf don.Type) sorts {
	switch leaf {
	case don.Contact:
		return contactSorts
	case don.Conversation:
		return conversationSorts
	case don.Ticket:
		return workSorts
	default: // the others follow
	}
	return recordSorts
}

// within names the field of an error as the object has it that the field is in;
// there it may stand for the field of another name.
func within(object, name string, err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	named := *e
	named.Field = object + strings.TrimPrefix(e.Field, name)
	return &named
}

type vistasCreateIn struct {
	Type       string `json:"type" required:"true" enum:"dynamic" doc:"Records by a filter."`
	Name       string `json:"name" required:"true" doc:"At most 256 characters."`
	FilterType string `json:"filter_type" required:"true" enum:"accounts,conversations,rev_orgs,rev_users,works" doc:"works are tickets."`
	vistaFields
}

type vistasUpdateIn struct {
	ID   string           `json:"id" required:"true" format:"id"`
	Name wire.Opt[string] `json:"name" doc:"At most 256 characters."`
	vistaFields
}

func registerVistas(api *API, d DirectoryDeps) {
	const tag = "vistas"
	create := createOp("vistas.create", "Save a view of records", tag)
	create.Description = "It is yours alone unless it is public or shared with others; only you can change it."
	operate(api, create, d.createVista)
	operate(api, readOp("vistas.get", "Get a saved view", tag), d.getVista)
	operate(api, readOp("vistas.list", "List the saved views that you may see", tag), d.listVistas)
	operate(api, readOp("vistas.groups", "Count the groups of a saved view", tag), d.vistaGroups)
	operate(api, writeOp("vistas.update", "Change a saved view of yours", tag), d.updateVista)
	operate(api, writeOp("vistas.delete", "Delete a saved view of yours", tag), d.deleteVista)
}

func (d DirectoryDeps) createVista(ctx context.Context, c call, in *vistasCreateIn) (*vistaOut, error) {
	leaf := vistaKinds[in.FilterType]
	p, err := in.patch(c, leaf)
	if err != nil {
		return nil, err
	}
	p.Name = &in.Name
	return c.vista(d.Service.CreateVista(ctx, c.Scope, leaf, p))
}

// vistaOf returns a vista that a field names. Errors: invalid, not_found, also for
// one that the caller may not see.
func (d DirectoryDeps) vistaOf(ctx context.Context, c call, field, text string) (directory.Seen, error) {
	id, err := c.object(field, text, don.Vista)
	if err != nil {
		return directory.Seen{}, err
	}
	found, err := d.Service.GetVista(ctx, c.Scope, id.N)
	return found.Item, within(field, "", err)
}

func (d DirectoryDeps) getVista(ctx context.Context, c call, in *idIn) (*vistaOut, error) {
	id, err := c.object("id", in.ID, don.Vista)
	if err != nil {
		return nil, err
	}
	return c.vista(d.Service.GetVista(ctx, c.Scope, id.N))
}

func (d DirectoryDeps) updateVista(ctx context.Context, c call, in *vistasUpdateIn) (*vistaOut, error) {
	id, err := c.object("id", in.ID, don.Vista)
	if err != nil {
		return nil, err
	}
	now, err := d.Service.GetVista(ctx, c.Scope, id.N) // its kind never changes
	if err != nil {
		return nil, err
	}
	p, err := in.patch(c, now.Item.Leaf)
	if err != nil {
		return nil, err
	}
	p.Name = given(in.Name)
	return c.vista(d.Service.UpdateVista(ctx, c.Scope, id.N, p))
}

func (d DirectoryDeps) deleteVista(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Vista)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteVista(ctx, c.Scope, id.N)
}

type vistasListIn struct {
	Type       []string     `json:"type" enum:"curated,dynamic,grouped"`
	ObjectType []string     `json:"object_type" enum:"accounts,conversations,rev_orgs,rev_users,works" doc:"Views of any of these."`
	CreatedBy  []string     `json:"created_by" doc:"Of any of these members."`
	Members    []string     `json:"members" doc:"Those that any of these members may see."`
	SharedWith []sharedWith `json:"shared_with" doc:"Those that are shared with any of these members by name."`
	IsDefault  *bool        `json:"is_default"`
	Flavor     []string     `json:"flavor" enum:"nnl,sprint_board,support_inbox" doc:"Of grouped vistas, which there are none of."`
	State      []string     `json:"state" enum:"active,completed,planned" doc:"Of grouped vistas, which there are none of."`
	SkipItems  *bool        `json:"skip_items" doc:"Without effect: vistas have a filter, and no items."`
}

type sharedWith struct {
	Member string `json:"member" required:"true" format:"id" doc:"A member."`
}

type vistasListPageIn struct {
	page.Request
	vistasListIn
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, name, display_id. display_id:asc when absent." example:"name:asc"`
}

type vistasOut struct {
	page.Links
	Vistas []Vista `json:"vistas"`
}

// takes reads the filter.
func (in vistasListIn) takes(s *sieve) func(*vista.Vista) bool {
	authors, members := s.authors(in.CreatedBy), s.numbers("members", in.Members, don.Member)
	ids := make([]string, len(in.SharedWith))
	for i, w := range in.SharedWith {
		ids[i] = w.Member
	}
	with := s.numbers("shared_with", ids, don.Member)
	s.nothing(in.Flavor)
	s.nothing(in.State)
	return func(v *vista.Vista) bool {
		return anyOf(in.Type, "dynamic") && anyOf(in.ObjectType, vistaKind(v.Leaf)) && anyOf(authors, v.CreatedBy) && (in.IsDefault == nil || *in.IsDefault == v.Default) &&
			someOf(members, func(n int64) bool { return v.Shown(don.Of(don.Member, n)) }) && someOf(with, func(n int64) bool { return slices.Contains(v.With, n) })
	}
}

// someOf reports whether something holds for one of a list; an absent list takes all.
func someOf[T any](list []T, holds func(T) bool) bool {
	return len(list) == 0 || slices.ContainsFunc(list, holds)
}

func (d DirectoryDeps) listVistas(ctx context.Context, c call, in *vistasListPageIn) (*vistasOut, error) {
	out := &vistasOut{Vistas: []Vista{}}
	s := sieve{c: c}
	take := in.takes(&s)
	if s.err != nil || s.none {
		return out, s.err
	}
	l, err := d.listing(c, in.Request, in.SortBy, tagSorts, in.vistasListIn)
	if err != nil {
		return nil, err
	}
	got, err := d.Service.ListVistas(ctx, c.Scope, l.query, take)
	if err != nil {
		return nil, err
	}
	v := c.view(got.Names)
	for _, s := range got.Items {
		out.Vistas = append(out.Vistas, v.vista(s))
	}
	out.Links = l.links(got.Next, got.Prev)
	return out, nil
}
