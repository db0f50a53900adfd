package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/tag"
)

// Tag is a label of the org.
type Tag struct {
	Atom
	AllowedValues []string  `json:"allowed_values,omitempty" doc:"A tag without any must not carry a value."`
	Description   string    `json:"description,omitempty"`
	Name          string    `json:"name"`
	StyleNew      *TagStyle `json:"style_new,omitempty"`
}

func (v view) tag(t *tag.Tag) Tag {
	return Tag{
		Atom: v.atom(don.Of(don.Tag, t.N), t.CreatedAt, t.CreatedBy, t.ModifiedAt, t.ModifiedBy),
		Name: t.Name, Description: t.Description, AllowedValues: t.AllowedValues, StyleNew: style(t.Color),
	}
}

type tagOut struct {
	Tag Tag `json:"tag"`
}

func (c call) tag(f directory.TagFound, err error) (*tagOut, error) {
	if err != nil {
		return nil, err
	}
	return &tagOut{c.view(f.Names).tag(f.Item)}, nil
}

type styleIn struct {
	Color string `json:"color" doc:"As #RRGGBB." example:"#1F7A8C"`
}

type tagCreateIn struct {
	Name          string            `json:"name" required:"true" doc:"Unique in the org, upper and lower case being the same; at most 64 characters."`
	Description   wire.Opt[string]  `json:"description" doc:"At most 4,096 bytes."`
	AllowedValues []string          `json:"allowed_values" doc:"The values that the tag may carry on a record, at most 100."`
	StyleNew      wire.Opt[styleIn] `json:"style_new"`
}

type tagUpdateIn struct {
	ID            string            `json:"id" required:"true" format:"id"`
	Name          wire.Opt[string]  `json:"name" doc:"Unique in the org; at most 64 characters."`
	Description   wire.Opt[string]  `json:"description" doc:"At most 4,096 bytes."`
	AllowedValues setList           `json:"allowed_values" doc:"Values that records carry stay with them when they are no longer allowed."`
	StyleNew      wire.Opt[styleIn] `json:"style_new"`
}

func registerTags(api *API, d DirectoryDeps) {
	const group = "tags"
	operate(api, createOp("tags.create", "Create a tag", group), d.createTag)
	operate(api, readOp("tags.get", "Get a tag", group), d.getTag)
	operate(api, readOp("tags.list", "List tags", group), d.listTags)
	operate(api, writeOp("tags.update", "Update a tag", group, http.StatusConflict), d.updateTag)
	operate(api, writeOp("tags.delete", "Delete a tag and take it off every record", group), d.deleteTag)
}

func color(s wire.Opt[styleIn]) *string {
	if !s.Set {
		return nil
	}
	return &s.Value.Color
}

func (d DirectoryDeps) createTag(ctx context.Context, c call, in *tagCreateIn) (*tagOut, error) {
	return c.tag(d.Service.CreateTag(ctx, c.Scope, directory.TagPatch{
		Name: &in.Name, Description: given(in.Description), AllowedValues: &in.AllowedValues, Color: color(in.StyleNew),
	}))
}

func (d DirectoryDeps) getTag(ctx context.Context, c call, in *idIn) (*tagOut, error) {
	id, err := c.object("id", in.ID, don.Tag)
	if err != nil {
		return nil, err
	}
	return c.tag(d.Service.GetTag(ctx, c.Scope, id.N))
}

func (d DirectoryDeps) updateTag(ctx context.Context, c call, in *tagUpdateIn) (*tagOut, error) {
	id, err := c.object("id", in.ID, don.Tag)
	if err != nil {
		return nil, err
	}
	p := directory.TagPatch{Name: given(in.Name), Description: given(in.Description), Color: color(in.StyleNew), AllowedValues: in.AllowedValues.list()}
	return c.tag(d.Service.UpdateTag(ctx, c.Scope, id.N, p))
}

func (d DirectoryDeps) deleteTag(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Tag)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteTag(ctx, c.Scope, id.N)
}

type tagsListIn struct {
	page.Request
	Name   []string `json:"name" doc:"With any of these names; upper and lower case are the same."`
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, name, display_id. created_date:desc when absent." example:"name:asc"`
}

type tagsOut struct {
	Tags []Tag `json:"tags"`
	page.Links
}

func (d DirectoryDeps) listTags(ctx context.Context, c call, in *tagsListIn) (*tagsOut, error) {
	out := &tagsOut{Tags: []Tag{}}
	l, err := d.listing(c, in.Request, in.SortBy, tagSorts, in.Name)
	if err != nil || !c.sees(don.Tag) {
		return out, err
	}
	p, err := d.Service.ListTags(ctx, c.Scope, tag.Filter{Names: in.Name}, l.query)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, t := range p.Items {
		out.Tags = append(out.Tags, v.tag(t))
	}
	out.Links = l.links(p.Next, p.Prev)
	return out, nil
}
