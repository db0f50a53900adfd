package httpapi

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/link"
	"github.com/kith-id/kith/internal/page"
)

// Link says what one record is to another.
type Link struct {
	Atom
	LinkType string       `json:"link_type" enum:"is_converted_to,is_dependent_on,is_duplicate_of,is_follow_up_of,is_merged_into,is_parent_of,is_related_to"`
	Source   LinkEndpoint `json:"source"`
	Target   LinkEndpoint `json:"target"`
}

// LinkSummary is a link where an entry of a timeline tells of it.
type LinkSummary struct {
	DisplayID string       `json:"display_id"`
	ID        string       `json:"id"`
	LinkType  string       `json:"link_type"`
	Source    LinkEndpoint `json:"source"`
	Target    LinkEndpoint `json:"target"`
}

// LinkEndpoint is a record at one end of a link.
type LinkEndpoint struct {
	Type      string        `json:"type" enum:"conversation,opportunity,ticket"`
	DisplayID string        `json:"display_id"`
	ID        string        `json:"id"`
	OwnedBy   []UserSummary `json:"owned_by"`
	Title     string        `json:"title" doc:"Empty when the record is not there any more."`
}

func (v view) end(e link.End) LinkEndpoint {
	return LinkEndpoint{Type: e.ID.Type.Wire(), ID: v.format(e.ID), DisplayID: e.ID.Display(), OwnedBy: v.users(e.Owners), Title: e.Title}
}

func (v view) link(l *link.Link) Link {
	return Link{
		Atom:     v.atom(don.Of(don.Link, l.N), l.CreatedAt, l.CreatedBy, l.ModifiedAt, l.ModifiedBy),
		LinkType: l.Type, Source: v.end(l.Source), Target: v.end(l.Target),
	}
}

func (v view) linkSummary(l *link.Link) LinkSummary {
	id := don.Of(don.Link, l.N)
	return LinkSummary{ID: v.format(id), DisplayID: id.Display(), LinkType: l.Type, Source: v.end(l.Source), Target: v.end(l.Target)}
}

type linkOut struct {
	Link Link `json:"link"`
}

func (c call) linked(f desk.LinkFound, err error) (*linkOut, error) {
	if err != nil {
		return nil, err
	}
	return &linkOut{c.view(f.Names).link(f.Item)}, nil
}

// linkEnds are what a link is made of.
type linkEnds struct {
	LinkType string `json:"link_type" required:"true" enum:"custom_link,developed_with,imports,is_analyzed_by,is_converted_to,is_dependent_on,is_duplicate_of,is_follow_up_of,is_merged_into,is_parent_of,is_part_of,is_related_to,serves" doc:"is_related_to, which has no direction, and is_follow_up_of are between any two records; is_duplicate_of, is_merged_into and is_parent_of, between two of one type; is_dependent_on, between tickets and opportunities; is_converted_to, from a conversation to a ticket, and from either to an opportunity. The others are bad_request."`
	Source   string `json:"source" required:"true" format:"id" doc:"A conversation, ticket or opportunity."`
	Target   string `json:"target" required:"true" format:"id" doc:"Another one."`
}

func (e linkEnds) read(c call) (link.Link, error) {
	source, err := c.object("source", e.Source, link.Linkable...)
	target, err2 := c.object("target", e.Target, link.Linkable...)
	return link.Link{Type: e.LinkType, Source: link.End{ID: source}, Target: link.End{ID: target}}, first(err, err2)
}

type linkReplaceIn struct {
	ID string `json:"id" required:"true" format:"id" doc:"The link in whose place the new one is put. It keeps its id."`
	linkEnds
}

type linksListIn struct {
	page.Request
	Object      string   `json:"object" required:"true" format:"id" doc:"The conversation, ticket or opportunity whose links are wanted."`
	Direction   string   `json:"direction" enum:"is_source,is_target" doc:"Those of which the object is the source, or the target; both when absent."`
	LinkType    []string `json:"link_type" doc:"Of any of these types."`
	Types       []string `json:"types" doc:"The same as link_type."`
	ObjectTypes []string `json:"object_types" doc:"With a record of any of these types at the other end."`
}

// Pages leads from a page to its neighbours.
type Pages = page.Links

type linksOut struct {
	Links []Link `json:"links"`
	Pages
}

func registerLinks(api *API, d DeskDeps) {
	const group = "links"
	create := createOp("links.create", "Link two records", group)
	create.Description = "A link that stands already is returned as it is."
	operate(api, create, d.createLink)
	operate(api, readOp("links.get", "Get a link", group), d.getLink)
	operate(api, readOp("links.list", "List the links of a record, the oldest first", group), d.listLinks)
	operate(api, conflicting(createOp("links.replace", "Put another link in the place of one", group)), d.replaceLink)
	operate(api, writeOp("links.delete", "Delete a link", group), d.deleteLink)
}

func (d DeskDeps) createLink(ctx context.Context, c call, in *linkEnds) (*linkOut, error) {
	l, err := in.read(c)
	if err != nil {
		return nil, err
	}
	return c.linked(d.Service.CreateLink(ctx, c.Scope, l))
}

func (d DeskDeps) getLink(ctx context.Context, c call, in *idIn) (*linkOut, error) {
	id, err := c.object("id", in.ID, don.Link)
	if err != nil {
		return nil, err
	}
	return c.linked(d.Service.GetLink(ctx, c.Scope, id.N))
}

func (d DeskDeps) replaceLink(ctx context.Context, c call, in *linkReplaceIn) (*linkOut, error) {
	id, err := c.object("id", in.ID, don.Link)
	l, err2 := in.read(c)
	if err := first(err, err2); err != nil {
		return nil, err
	}
	return c.linked(d.Service.ReplaceLink(ctx, c.Scope, id.N, l))
}

func (d DeskDeps) deleteLink(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Link)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteLink(ctx, c.Scope, id.N)
}

func (d DeskDeps) listLinks(ctx context.Context, c call, in *linksListIn) (*linksOut, error) {
	out := &linksOut{Links: []Link{}}
	of, err := c.object("object", in.Object, link.Linkable...)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, of.Tail(), in.Direction, in.LinkType, in.Types, in.ObjectTypes)
	req, err := in.Request.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	q := desk.LinkQuery{
		Of: of, Outbound: in.Direction != "is_target", Inward: in.Direction != "is_source", Types: slices.Concat(in.LinkType, in.Types),
		Backward: req.Mode == page.Before, Limit: req.Limit,
	}
	for _, t := range link.Linkable {
		if slices.Contains(in.ObjectTypes, t.Wire()) {
			q.Others = append(q.Others, t)
		}
	}
	if len(in.ObjectTypes) > 0 && len(q.Others) == 0 {
		return out, nil
	}
	if q.Edge, _, err = pageAt(d.Cursors, list, req.Cursor, req.Limit); err != nil {
		return nil, err
	}
	p, err := d.Service.Links(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, l := range p.Items {
		out.Links = append(out.Links, v.link(l))
	}
	out.Pages = d.beside(list, p.Next, p.Prev)
	return out, nil
}

// beside makes the cursors of the pages before and after one.
func (d DeskDeps) beside(list page.List, next, prev []any) page.Links {
	var out page.Links
	if next != nil {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: next})
	}
	if prev != nil {
		out.PrevCursor = d.Cursors.Encode(list, page.Cursor{Keys: prev, Back: true})
	}
	return out
}
