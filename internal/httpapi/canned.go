package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/canned"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// Who may see and use a canned reply.
const (
	visibilityShared  = "shared"
	visibilityPrivate = "private"
)

// CannedReply is a text that members answer with.
type CannedReply struct {
	Atom
	Shortcut   string `json:"shortcut"`
	Title      string `json:"title"`
	Body       string `json:"body" doc:"Markdown with placeholders."`
	Visibility string `json:"visibility" enum:"private,shared" doc:"shared: all members use and change it; private: it is yours alone."`
}

func (v view) cannedReply(r *canned.Reply) CannedReply {
	out := CannedReply{
		Atom:     v.atom(don.Of(don.CannedReply, r.N), r.CreatedAt, r.CreatedBy, r.ModifiedAt, r.ModifiedBy),
		Shortcut: r.Shortcut, Title: r.Title, Body: r.Body, Visibility: visibilityShared,
	}
	if r.OwnerN != 0 {
		out.Visibility = visibilityPrivate
	}
	return out
}

type cannedReplyOut struct {
	CannedReply CannedReply `json:"canned_reply"`
}

func (c call) cannedReply(f desk.ReplyFound, err error) (*cannedReplyOut, error) {
	if err != nil {
		return nil, err
	}
	return &cannedReplyOut{c.view(f.Names).cannedReply(f.Item)}, nil
}

type cannedReplyCreateIn struct {
	Shortcut   string `json:"shortcut" required:"true" doc:"By which it is found: letters from a to z, digits, - and _, at most 64. Upper and lower case are the same. Unique among the shared ones, and among your own." example:"refund-policy"`
	Title      string `json:"title" required:"true" doc:"At most 256 characters."`
	Body       string `json:"body" required:"true" doc:"Markdown of at most 64 KiB. Placeholders are {{contact.first_name}}, {{contact.name}}, {{contact.email}}, {{account.name}}, {{agent.name}}, {{agent.first_name}} and {{conversation.id}}, also with what stands there when nothing is known: {{contact.first_name|there}}."`
	Visibility string `json:"visibility" enum:"private,shared" doc:"private when absent."`
}

type cannedReplyUpdateIn struct {
	ID         string           `json:"id" required:"true" format:"id"`
	Shortcut   wire.Opt[string] `json:"shortcut" doc:"As on creation."`
	Title      wire.Opt[string] `json:"title" doc:"At most 256 characters."`
	Body       wire.Opt[string] `json:"body" doc:"As on creation."`
	Visibility string           `json:"visibility" enum:"private,shared" doc:"private takes it for you alone."`
}

type cannedRepliesListIn struct {
	Cursor     string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit      int    `json:"limit" minimum:"0" doc:"Replies on a page. 50 when absent, at most 100."`
	Query      string `json:"query" maxLength:"256" doc:"What the shortcut or the title contains. Shortcuts that begin with it come first."`
	Visibility string `json:"visibility" enum:"private,shared" doc:"Only such ones."`
}

type cannedRepliesOut struct {
	CannedReplies []CannedReply `json:"canned_replies"`
	NextCursor    string        `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type cannedReplyRenderIn struct {
	ID     string `json:"id" format:"id" doc:"The canned reply."`
	Body   string `json:"body" doc:"In place of id: a text with placeholders."`
	Object string `json:"object" format:"id" doc:"The conversation or ticket on which it shall stand. An example when absent."`
}

type cannedReplyRenderOut struct {
	Body    string   `json:"body" doc:"With values in the place of placeholders."`
	Missing []string `json:"missing" doc:"Placeholders that are in the body still, since nothing is known to stand there." example:"[\"account.name\"]"`
}

func registerCanned(api *API, d DeskDeps) {
	const group = "canned-replies"
	create := conflicting(createOp("canned-replies.create", "Keep a text to answer with", group))
	create.Description = "Shared ones may be written by every member who may call this; private ones are for who wrote them."
	operate(api, create, d.createCannedReply)
	operate(api, readOp("canned-replies.get", "Get a canned reply", group), d.getCannedReply)
	operate(api, readOp("canned-replies.list", "List the canned replies that you may use, by shortcut", group), d.listCannedReplies)
	operate(api, readOp("canned-replies.render", "Fill in a canned reply for a conversation or ticket", group), d.renderCannedReply)
	operate(api, writeOp("canned-replies.update", "Change a canned reply", group, http.StatusNotFound, http.StatusConflict), d.updateCannedReply)
	operate(api, writeOp("canned-replies.delete", "Delete a canned reply", group, http.StatusNotFound), d.deleteCannedReply)
}

// byMember refuses callers who are no members, and so have no texts of their own.
func (c call) byMember() error {
	if c.Scope.Actor.Type != don.Member {
		return errs.Denied("%s is for members; call it with a member's token", c.op)
	}
	return nil
}

// sharedBy reads a visibility, nil for none.
func sharedBy(visibility string) *bool {
	if visibility == "" {
		return nil
	}
	shared := visibility == visibilityShared
	return &shared
}

func (d DeskDeps) createCannedReply(ctx context.Context, c call, in *cannedReplyCreateIn) (*cannedReplyOut, error) {
	if err := c.byMember(); err != nil {
		return nil, err
	}
	shared := in.Visibility == visibilityShared
	return c.cannedReply(d.Service.CreateReply(ctx, c.Scope, desk.ReplyPatch{Shortcut: &in.Shortcut, Title: &in.Title, Body: &in.Body, Shared: &shared}))
}

func (d DeskDeps) getCannedReply(ctx context.Context, c call, in *idIn) (*cannedReplyOut, error) {
	id, err := c.object("id", in.ID, don.CannedReply)
	if err != nil {
		return nil, err
	}
	return c.cannedReply(d.Service.GetReply(ctx, c.Scope, id.N))
}

func (d DeskDeps) updateCannedReply(ctx context.Context, c call, in *cannedReplyUpdateIn) (*cannedReplyOut, error) {
	id, err := c.object("id", in.ID, don.CannedReply)
	if err := first(err, c.byMember()); err != nil {
		return nil, err
	}
	p := desk.ReplyPatch{Shortcut: given(in.Shortcut), Title: given(in.Title), Body: given(in.Body), Shared: sharedBy(in.Visibility)}
	return c.cannedReply(d.Service.UpdateReply(ctx, c.Scope, id.N, p))
}

func (d DeskDeps) deleteCannedReply(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.CannedReply)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteReply(ctx, c.Scope, id.N)
}

// placeAt reads the text behind which a page begins, and how many rows it has.
func (d DeskDeps) placeAt(list page.List, cursor string, limit int) (behind string, rows int, err error) {
	req, err := page.Request{Cursor: cursor, Limit: limit}.Normal(page.Max)
	if err != nil || cursor == "" {
		return "", req.Limit, err
	}
	cur, err := d.Cursors.Decode(list, cursor)
	if err == nil && len(cur.Keys) == 1 {
		behind, _ = cur.Keys[0].(string)
	}
	return behind, req.Limit, err
}

// cursorAt makes the cursor behind a place, "" for none.
func (d DeskDeps) cursorAt(list page.List, place string) string {
	if place == "" {
		return ""
	}
	return d.Cursors.Encode(list, page.Cursor{Keys: []any{place}})
}

func (d DeskDeps) listCannedReplies(ctx context.Context, c call, in *cannedRepliesListIn) (*cannedRepliesOut, error) {
	out := &cannedRepliesOut{CannedReplies: []CannedReply{}}
	if !c.sees(don.CannedReply) {
		return out, nil
	}
	list := page.ListOf(c.op, c.Scope.OrgID, c.Scope.Actor.Tail(), in.Query, in.Visibility)
	q := desk.ReplyQuery{Text: in.Query, Shared: sharedBy(in.Visibility)}
	var err error
	if q.Behind, q.Limit, err = d.placeAt(list, in.Cursor, in.Limit); err != nil {
		return nil, err
	}
	p, next, err := d.Service.Replies(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, r := range p.Items {
		out.CannedReplies = append(out.CannedReplies, v.cannedReply(r))
	}
	out.NextCursor = d.cursorAt(list, next)
	return out, nil
}

func (d DeskDeps) renderCannedReply(ctx context.Context, c call, in *cannedReplyRenderIn) (*cannedReplyRenderOut, error) {
	var id, of don.ID
	var err, err2 error
	switch {
	case in.ID != "" && in.Body != "":
		return nil, errs.NotPermitted("body", "cannot be combined with id; give one of the two")
	case in.ID != "":
		id, err = c.object("id", in.ID, don.CannedReply)
	case in.Body == "":
		return nil, errs.Missing("id")
	}
	if in.Object != "" {
		of, err2 = c.object("object", in.Object, canned.Objects...)
	}
	if err := first(err, err2); err != nil {
		return nil, err
	}
	f, err := d.Service.FillReply(ctx, c.Scope, id.N, in.Body, of)
	if err != nil {
		return nil, err
	}
	return &cannedReplyRenderOut{Body: f.Text, Missing: append([]string{}, f.Missing...)}, nil
}
