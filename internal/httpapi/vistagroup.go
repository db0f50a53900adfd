package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

type vistasGroupsIn struct {
	ID       string `json:"id" required:"true" format:"id"`
	TimeZone string `json:"time_zone" maxLength:"64" doc:"The time zone in which the vista's filter counts days, such as Europe/Berlin. UTC when absent."`
	Cursor   string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit    int    `json:"limit" minimum:"0" doc:"Groups on a page. 50 when absent, at most 100."`
}

type vistasGroupsOut struct {
	Groups     []GroupHead `json:"groups" doc:"The largest first; at the end those without a value. A record with several values, such as tags, is in each."`
	NextCursor string      `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
	Dropped    []string    `json:"dropped_fields,omitempty" doc:"What the vista names and is no longer there: it is left out."`
}

func (d DirectoryDeps) vistaGroups(ctx context.Context, c call, in *vistasGroupsIn) (*vistasGroupsOut, error) {
	v, err := d.vistaOf(ctx, c, "id", in.ID)
	if err != nil {
		return nil, err
	}
	if v.View.GroupBy == "" {
		return nil, errs.NotPermitted("id", "%s has no groups; give it custom_view.group_by with vistas.update", don.Of(don.Vista, v.N).Display())
	}
	req, err := page.Request{Limit: in.Limit}.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	q := queryIn{
		whereFilter: whereFilter{Filter: &filterIn{text: v.View.Filter}, TimeZone: in.TimeZone},
		GroupBy:     wire.Some(v.View.GroupBy), GroupLimit: req.Limit, GroupCursor: in.Cursor,
	}
	out := &vistasGroupsOut{Groups: []GroupHead{}, Dropped: v.Dropped}
	where, err := q.grouping()
	if err != nil || !c.sees(v.Leaf) {
		return out, err
	}
	groups, next, err := q.groups(ctx, d, c, v.Leaf, where)
	if err != nil {
		return nil, err
	}
	out.Groups, out.NextCursor = append(out.Groups, groups...), next
	return out, nil
}
