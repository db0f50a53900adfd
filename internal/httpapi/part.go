package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// ProductPart is a product that works are about.
type ProductPart struct {
	Atom
	Type        string         `json:"type" enum:"product"`
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	OwnedBy     []UserSummary  `json:"owned_by"`
	Tags        []TagWithValue `json:"tags,omitempty"`
}

// PartSummary is a part where a work names it.
type PartSummary struct {
	Type      string        `json:"type" enum:"product"`
	ID        string        `json:"id"`
	DisplayID string        `json:"display_id"`
	Name      string        `json:"name"`
	OwnedBy   []UserSummary `json:"owned_by"`
}

func (v view) product(p *ticket.Part) ProductPart {
	return ProductPart{
		Atom: v.atom(don.Of(don.Product, p.N), p.CreatedAt, p.CreatedBy, p.ModifiedAt, p.ModifiedBy), Type: don.Product.Wire(),
		Name: p.Name, Description: p.Description, OwnedBy: v.users(p.Owners), Tags: v.tags(p.Tags),
	}
}

func (v view) partSummary(p *ticket.Part) *PartSummary {
	if p == nil {
		return nil
	}
	id := don.Of(don.Product, p.N)
	return &PartSummary{Type: don.Product.Wire(), ID: v.format(id), DisplayID: id.Display(), Name: p.Name, OwnedBy: v.users(p.Owners)}
}

type partOut struct {
	Part ProductPart `json:"part"`
}

func (c call) product(f desk.PartFound, err error) (*partOut, error) {
	if err != nil {
		return nil, err
	}
	return &partOut{c.view(f.Names).product(f.Item)}, nil
}

type partCreateIn struct {
	Type        string    `json:"type" required:"true" enum:"product" doc:"Kith has products only."`
	Name        string    `json:"name" required:"true" doc:"At most 256 characters."`
	Description string    `json:"description" doc:"At most 64 KiB."`
	OwnedBy     []string  `json:"owned_by" required:"true" doc:"The members who look after the part; may be empty."`
	Tags        []setTag  `json:"tags"`
	Artifacts   []string  `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
	Custom      noCustom  `json:"custom_fields" doc:"Parts have no custom fields."`
	Spec        *struct{} `json:"custom_schema_spec" doc:"Parts have no custom fields."`
}

// noCustom is where custom fields would stand.
type noCustom map[string]any

func (n noCustom) check(what string) error {
	for name := range n {
		return errs.Customization("custom_fields."+name, "field_not_in_schema", "%s have no custom fields; leave %q out", what, name)
	}
	return nil
}

type setTags struct {
	Set wire.Opt[[]setTag] `json:"set" doc:"The whole new list."`
}

type partUpdateIn struct {
	ID          string           `json:"id" required:"true" format:"id"`
	Type        string           `json:"type" enum:"product" doc:"What the part is; it cannot change."`
	Name        wire.Opt[string] `json:"name" doc:"At most 256 characters."`
	Description wire.Opt[string] `json:"description" doc:"At most 64 KiB."`
	OwnedBy     setList          `json:"owned_by"`
	Tags        setTags          `json:"tags"`
	Artifacts   setList          `json:"artifacts" doc:"Files hang on comments and works; must be empty."`
	Custom      noCustom         `json:"custom_fields" doc:"Parts have no custom fields."`
}

func registerParts(api *API, d DeskDeps) {
	const tag = "parts"
	operate(api, createOp("parts.create", "Create a part", tag), d.createPart)
	operate(api, readOp("parts.get", "Get a part", tag), d.getPart)
	operate(api, readOp("parts.list", "List parts", tag), d.listParts)
	operate(api, writeOp("parts.update", "Update a part", tag), d.updatePart)
	del := writeOp("parts.delete", "Delete a part that no work is about", tag)
	operate(api, del, d.deletePart)
}

func (d DeskDeps) createPart(ctx context.Context, c call, in *partCreateIn) (*partOut, error) {
	owners, err := c.numbers("owned_by", in.OwnedBy, don.Member)
	tags, err2 := c.tagUses("tags", in.Tags)
	if err := first(err, err2, noFiles("artifacts", in.Artifacts...), in.Custom.check("parts")); err != nil {
		return nil, err
	}
	return c.product(d.Service.CreatePart(ctx, c.Scope, desk.PartPatch{Name: &in.Name, Description: &in.Description, Owners: &owners, Tags: &tags}))
}

func (d DeskDeps) getPart(ctx context.Context, c call, in *idIn) (*partOut, error) {
	id, err := c.object("id", in.ID, don.Product)
	if err != nil {
		return nil, err
	}
	return c.product(d.Service.GetPart(ctx, c.Scope, id.N))
}

func (d DeskDeps) updatePart(ctx context.Context, c call, in *partUpdateIn) (*partOut, error) {
	id, err := c.object("id", in.ID, don.Product)
	if err := first(err, noFiles("artifacts", in.Artifacts.Set.Value...), in.Custom.check("parts")); err != nil {
		return nil, err
	}
	p := desk.PartPatch{Name: given(in.Name), Description: given(in.Description)}
	if in.OwnedBy.Set.Set {
		owners, err := c.numbers("owned_by.set", in.OwnedBy.Set.Value, don.Member)
		if err != nil {
			return nil, err
		}
		p.Owners = &owners
	}
	if in.Tags.Set.Set {
		tags, err := c.tagUses("tags.set", in.Tags.Set.Value)
		if err != nil {
			return nil, err
		}
		p.Tags = &tags
	}
	return c.product(d.Service.UpdatePart(ctx, c.Scope, id.N, p))
}

func (d DeskDeps) deletePart(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Product)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeletePart(ctx, c.Scope, id.N)
}

type partFilter struct {
	Type       []string `json:"type" enum:"capability,enhancement,feature,linkable,product,runnable" doc:"Of any of these types; Kith has products only."`
	Name       []string `json:"name" doc:"With any of these names; upper and lower case are the same."`
	OwnedBy    []string `json:"owned_by" doc:"Looked after by any of these members."`
	Tags       []string `json:"tags" doc:"With any of these tags: TAG-1, or TAG-1=value for a tag that carries a value."`
	CreatedBy  []string `json:"created_by" doc:"Made by any of these members."`
	ModifiedBy []string `json:"modified_by" doc:"Last changed by any of these members."`
	Subtype    []string `json:"subtype" doc:"Parts have no subtypes, so any finds nothing."`
	Custom     noCustom `json:"custom_fields" doc:"Parts have no custom fields."`
}

func (f partFilter) read(c call) (filter ticket.PartFilter, none bool, err error) {
	s := sieve{c: c}
	filter = ticket.PartFilter{
		Names: f.Name, Owners: s.numbers("owned_by", f.OwnedBy, don.Member), Tags: s.tags(f.Tags),
		CreatedBy: s.authors(f.CreatedBy), ModifiedBy: s.authors(f.ModifiedBy),
	}
	s.nothing(f.Subtype)
	none = s.none || !anyOf(f.Type, don.Product.Wire()) || !c.sees(don.Product)
	return filter, none, first(s.err, f.Custom.check("parts"))
}

type partsListIn struct {
	page.Request
	partFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, name, display_id. created_date:desc when absent."`
}

type partsOut struct {
	Parts []ProductPart `json:"parts"`
	page.Links
}

func (d DeskDeps) listParts(ctx context.Context, c call, in *partsListIn) (*partsOut, error) {
	out := &partsOut{Parts: []ProductPart{}}
	l, err := DirectoryDeps{Cursors: d.Cursors}.listing(c, in.Request, in.SortBy, tagSorts, in.partFilter)
	if err != nil {
		return nil, err
	}
	f, none, err := in.read(c)
	if err != nil || none {
		return out, err
	}
	p, err := d.Service.ListParts(ctx, c.Scope, f, l.query)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, x := range p.Items {
		out.Parts = append(out.Parts, v.product(x))
	}
	out.Links = l.links(p.Next, p.Prev)
	return out, nil
}

// tagPatch changes the tags of a record.
type tagPatch struct {
	Set    wire.Opt[[]setTag] `json:"set" doc:"The whole new list."`
	Add    []setTag           `json:"add"`
	Remove []setTag           `json:"remove" doc:"Values do not matter."`
}

func (p tagPatch) read(c call) (out desk.ListPatch[tag.Use], err error) {
	if err := oneWay("tags", p.Set.Set, len(p.Add)+len(p.Remove)); err != nil {
		return out, err
	}
	if p.Set.Set {
		uses, err := c.tagUses("tags.set", p.Set.Value)
		out.Set = &uses
		return out, err
	}
	if out.Add, err = c.tagUses("tags.add", p.Add); err != nil {
		return out, err
	}
	out.Remove, err = c.tagUses("tags.remove", p.Remove)
	return out, err
}

// oneWay refuses set beside add and remove.
func oneWay(field string, set bool, others int) error {
	if set && others > 0 {
		return errs.NotPermitted(field, "has set beside add or remove; give set alone, or the others")
	}
	return nil
}
