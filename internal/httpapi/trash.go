package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// Discarded is a deleted record that can still be restored.
type Discarded struct {
	Type        string       `json:"type" enum:"account,conversation,opportunity,rev_org,rev_user,ticket"`
	ID          string       `json:"id"`
	DisplayID   string       `json:"display_id"`
	DisplayName string       `json:"display_name"`
	DeletedBy   *UserSummary `json:"deleted_by,omitempty"`
	DeletedDate wire.Time    `json:"deleted_date"`
	PurgeDate   wire.Time    `json:"purge_date" doc:"When the record will be gone for good."`
}

type trashListIn struct {
	Cursor string   `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int      `json:"limit" minimum:"0" doc:"Records on a page. 50 when absent, at most 100."`
	Type   []string `json:"type" enum:"account,conversation,opportunity,rev_org,rev_user,ticket" doc:"Any of these types; all when absent."`
}

type trashListOut struct {
	Trash      []Discarded `json:"trash"`
	NextCursor string      `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

func registerTrash(api *API, d DirectoryDeps) {
	op := readOp("trash.list", "List deleted records, the latest first", "trash")
	op.Description = "Deleted contacts, accounts, workspaces, tickets and opportunities are kept for 90 days and come back by the restore operation of their type."
	operate(api, op, d.listTrash)
}

func (d DirectoryDeps) listTrash(ctx context.Context, c call, in *trashListIn) (*trashListOut, error) {
	out := &trashListOut{Trash: []Discarded{}}
	list := page.ListOf(c.op, c.Scope.OrgID, in.Type)
	req, err := page.Request{Limit: in.Limit}.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	q := directory.TrashQuery{Types: c.trashTypes(in.Type), Limit: req.Limit + 1}
	if in.Cursor != "" {
		if q.Before, q.Below, err = d.trashEdge(list, in.Cursor); err != nil {
			return nil, err
		}
	}
	if len(q.Types) == 0 {
		return out, nil
	}
	f, err := d.Service.Trash(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	if len(f.Item) > req.Limit {
		f.Item = f.Item[:req.Limit]
		last := f.Item[req.Limit-1]
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{last.DeletedAt, last.ID.Tail()}})
	}
	v := c.view(f.Names)
	for _, r := range f.Item {
		out.Trash = append(out.Trash, v.discarded(r))
	}
	return out, nil
}

// trashTypes are the types wanted that the caller may see.
func (c call) trashTypes(wanted []string) []don.Type {
	var out []don.Type
	for _, t := range []don.Type{don.Contact, don.Account, don.Workspace, don.Conversation, don.Ticket, don.Opportunity} {
		if c.sees(t) && (len(wanted) == 0 || slices.Contains(wanted, t.Wire())) {
			out = append(out, t)
		}
	}
	return out
}

func (d DirectoryDeps) trashEdge(list page.List, cursor string) (time.Time, don.ID, error) {
	cur, err := d.Cursors.Decode(list, cursor)
	if err != nil {
		return time.Time{}, don.ID{}, err
	}
	if len(cur.Keys) == 2 {
		at, isTime := cur.Keys[0].(time.Time)
		tail, isText := cur.Keys[1].(string)
		if isTime && isText {
			return at, don.FromTail(tail), nil
		}
	}
	return time.Time{}, don.ID{}, errs.BadRequest("the cursor is not one of trash.list; begin again at the first page")
}

func (v view) discarded(r directory.Discarded) Discarded {
	return Discarded{
		Type: r.ID.Type.Wire(), ID: v.format(r.ID), DisplayID: r.ID.Display(), DisplayName: r.Name(),
		DeletedBy: v.author(r.DeletedBy), DeletedDate: wire.At(r.DeletedAt), PurgeDate: wire.At(r.Purge()),
	}
}
