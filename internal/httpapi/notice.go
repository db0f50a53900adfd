package httpapi

import (
	"cmp"
	"context"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/timeline"
)

// Notification is what a member is told.
type Notification struct {
	ID          string        `json:"id"`
	Type        string        `json:"type" enum:"assigned,mentioned,replied,woken" doc:"assigned: you look after the object now; mentioned: a comment names you; replied: a customer wrote in a conversation that you follow, or somebody answered in a thread that you take part in; woken: a conversation that you follow was put off, and its time has come."`
	Object      RecordSummary `json:"object" doc:"What it is about. Without a display_name when it is not there any more."`
	Comment     string        `json:"comment,omitempty" doc:"The comment, for timeline-entries.get."`
	CreatedBy   *UserSummary  `json:"created_by,omitempty"`
	CreatedDate wire.Time     `json:"created_date"`
	Rule        string        `json:"rule,omitempty" doc:"The name that the rule of assignment had which chose you."`
	ReadDate    wire.Time     `json:"read_date,omitzero" doc:"Absent until it is marked as read."`
}

func (v view) notification(n timeline.Notice, found desk.Notices) Notification {
	now := v.names.Now(n.Of)
	if c := v.names.Contacts[n.Of.N]; n.Of.Type == don.Contact && c != nil {
		now.N = c.N
	}
	if end, there := found.Titles[n.Of]; there {
		now = end.ID
	}
	out := Notification{
		ID:   v.actor.Scope.Space.FormatChild(don.Child{Of: don.Of(don.Member, n.MemberN), Kind: don.Notification, N: n.ID}),
		Type: string(n.Kind), Object: v.record(now), CreatedBy: v.author(n.Actor), CreatedDate: wire.At(n.At), Rule: n.Rule,
	}
	out.Object.DisplayName = cmp.Or(v.names.Of(n.Of), found.Titles[n.Of].Title)
	if n.Comment != 0 {
		out.Comment = v.actor.Scope.Space.FormatChild(don.Child{Of: n.Of, Kind: don.Comment, N: n.Comment})
	}
	if n.ReadAt != nil {
		out.ReadDate = wire.At(*n.ReadAt)
	}
	return out
}

type notificationsListIn struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Notifications on a page. 50 when absent, at most 100."`
	State  string `json:"state" enum:"all,unread" doc:"unread: those not marked as read. all when absent."`
}

type notificationsOut struct {
	Notifications []Notification `json:"notifications"`
	NextCursor    string         `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type notificationsReadIn struct {
	IDs []string `json:"ids" maxItems:"100" doc:"The notifications that were read."`
	All bool     `json:"all" doc:"In place of ids: every one that there is by now."`
}

type subscribersListIn struct {
	ID     string `json:"id" required:"true" format:"id" doc:"A contact, account, workspace, conversation or work."`
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Members on a page. 50 when absent, at most 100."`
}

type subscribersOut struct {
	Users      []UserSummary `json:"users"`
	NextCursor string        `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type subscribersUpdateIn struct {
	ID          string `json:"id" required:"true" format:"id" doc:"A contact, account, workspace, conversation or work."`
	Subscribers struct {
		Add    []string `json:"add" doc:"Members who shall be told about it."`
		Remove []string `json:"remove" doc:"Members who shall not, also when they own it, write on it or are named there."`
	} `json:"subscribers"`
}

func registerNotices(api *API, d DeskDeps) {
	const followed, told = "subscribers", "notifications"
	list := readOp("subscribers.list", "List the members who are told about a record", followed)
	list.Description = "Its owners, whoever wrote on it or was named there, and whoever was added; without those who were removed."
	operate(api, list, d.listSubscribers)
	operate(api, writeOp("subscribers.update", "Change who is told about a record", followed), d.updateSubscribers)
	operate(api, readOp("notifications.list", "List what you are told, the latest first", told), d.listNotices)
	operate(api, readOp("notifications.count", "Count what you have not read", told), d.countNotices)
	operate(api, writeOp("notifications.mark-read", "Mark notifications as read", told), d.readNotices)
}

func (d DeskDeps) listSubscribers(ctx context.Context, c call, in *subscribersListIn) (*subscribersOut, error) {
	out := &subscribersOut{Users: []UserSummary{}}
	of, err := c.object("id", in.ID, onTimeline...)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, of.Tail())
	behind, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	p, err := d.Service.Subscribers(ctx, c.Scope, of, behind, limit)
	if err != nil {
		return nil, err
	}
	out.Users = c.view(p.Names).users(p.Items)
	out.NextCursor = d.beside(list, p.Next, nil).NextCursor
	return out, nil
}

func (d DeskDeps) updateSubscribers(ctx context.Context, c call, in *subscribersUpdateIn) (*struct{}, error) {
	of, err := c.object("id", in.ID, onTimeline...)
	add, err2 := c.numbers("subscribers.add", in.Subscribers.Add, don.Member)
	remove, err3 := c.numbers("subscribers.remove", in.Subscribers.Remove, don.Member)
	if err := first(err, err2, err3); err != nil {
		return nil, err
	}
	return nil, d.Service.ChangeSubscribers(ctx, c.Scope, of, add, remove)
}

// asMember refuses callers who are no member.
func (c call) asMember() error {
	if c.Scope.Actor.Type != don.Member {
		return errs.Denied("%s is about the member who calls; call it with a member's token", c.op)
	}
	return nil
}

func (d DeskDeps) listNotices(ctx context.Context, c call, in *notificationsListIn) (*notificationsOut, error) {
	out := &notificationsOut{Notifications: []Notification{}}
	if err := c.asMember(); err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, c.Scope.Actor.Tail(), in.State)
	below, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	found, err := d.Service.Notices(ctx, c.Scope, in.State == "unread", below, limit)
	if err != nil {
		return nil, err
	}
	v := c.view(found.Names)
	for _, n := range found.Items {
		out.Notifications = append(out.Notifications, v.notification(n, found))
	}
	out.NextCursor = d.beside(list, found.Next, nil).NextCursor
	return out, nil
}

func (d DeskDeps) countNotices(ctx context.Context, c call, _ *struct{}) (*Count, error) {
	if err := c.asMember(); err != nil {
		return nil, err
	}
	return counted(d.Service.CountNotices(ctx, c.Scope))
}

func (d DeskDeps) readNotices(ctx context.Context, c call, in *notificationsReadIn) (*struct{}, error) {
	if err := c.asMember(); err != nil {
		return nil, err
	}
	switch {
	case in.All && len(in.IDs) > 0:
		return nil, errs.NotPermitted("all", "cannot be combined with ids; give one of the two")
	case !in.All && len(in.IDs) == 0:
		return nil, errs.Missing("ids")
	}
	ids := make([]int64, len(in.IDs))
	for i, text := range in.IDs {
		id, err := c.Scope.Space.ParseChild(element("ids", i), text, don.Notification)
		if err == nil && id.Of != c.Scope.Actor {
			err = errs.Gone(text)
		}
		if err != nil {
			return nil, err
		}
		ids[i] = id.N
	}
	return nil, d.Service.ReadNotices(ctx, c.Scope, ids, in.All)
}
