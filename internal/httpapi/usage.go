package httpapi

import (
	"context"
	"encoding/json"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/usage"
)

type clientName struct {
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// clientContext is where an event happened: at which device, and on which page.
type clientContext struct {
	Browser *clientName `json:"browser,omitempty"`
	CPU     *struct {
		Architecture string `json:"architecture,omitempty"`
	} `json:"cpu,omitempty"`
	Device *struct {
		Type         string `json:"type,omitempty" doc:"Such as mobile, tablet or desktop."`
		Manufacturer string `json:"manufacturer,omitempty"`
		Model        string `json:"model,omitempty"`
	} `json:"device,omitempty"`
	Engine *clientName `json:"engine,omitempty"`
	IP     string      `json:"ip,omitempty"`
	Locale string      `json:"locale,omitempty" doc:"Such as en-US."`
	OS     *clientName `json:"os,omitempty"`
	Page   *struct {
		Domain   string `json:"domain,omitempty"`
		Path     string `json:"path,omitempty"`
		Referrer string `json:"referrer,omitempty"`
		Title    string `json:"title,omitempty"`
		URL      string `json:"url,omitempty"`
	} `json:"page,omitempty"`
	Timezone  string `json:"timezone,omitempty" doc:"Such as Asia/Kolkata."`
	UserAgent string `json:"user_agent,omitempty"`
}

type eventsPublishIn struct {
	EventsList []struct {
		Name          string         `json:"name" required:"true" doc:"What happened, such as report_exported: at most 128 characters."`
		Payload       map[string]any `json:"payload" required:"true" doc:"More about it: an object of at most 4 KiB. When no contact's session token calls, it names the contact: by its id as rev_user, or by its external reference as user_ref."`
		EventID       string         `json:"event_id" doc:"Yours, at most 128 characters. An event of a contact that came before under the same id is not kept again."`
		EventTime     *wire.Time     `json:"event_time" doc:"When it happened; now when absent. At most 90 days ago; from a session token 7, and what lies ahead there counts as now."`
		ClientContext *clientContext `json:"client_context" doc:"At which device and on which page: at most 2 KiB."`
	} `json:"events_list" required:"true" maxItems:"100"`
}

// TrackedEvent is something that a contact did in the product.
type TrackedEvent struct {
	Name          string          `json:"name"`
	Payload       any             `json:"payload"`
	EventID       string          `json:"event_id,omitempty"`
	EventTime     wire.Time       `json:"event_time"`
	ClientContext any             `json:"client_context,omitempty"`
	RevUser       UserSummary     `json:"rev_user"`
	Account       *AccountSummary `json:"account,omitempty" doc:"That the contact belonged to then."`
	RevOrg        *OrgSummary     `json:"rev_org,omitempty" doc:"That the contact belonged to then."`
	CreatedBy     *UserSummary    `json:"created_by,omitempty" doc:"Who published it."`
}

func (v view) tracked(e *usage.Event) TrackedEvent {
	out := TrackedEvent{
		Name: e.Name, Payload: e.Payload, EventID: e.Ref, EventTime: wire.At(e.At),
		RevUser: v.user(don.Of(don.Contact, e.ContactN)), CreatedBy: v.author(e.PublishedBy),
	}
	if len(e.Context) > 0 {
		out.ClientContext = e.Context
	}
	if c := v.names.Contacts[e.ContactN]; c != nil {
		out.RevUser = v.user(don.Of(don.Contact, c.N))
	}
	if a := v.names.Accounts[e.AccountN]; a != nil {
		id := don.Of(don.Account, a.N)
		out.Account = &AccountSummary{id.Display(), a.DisplayName, v.format(id)}
	}
	if w := v.names.Workspaces[e.WorkspaceN]; w != nil {
		id := don.Of(don.Workspace, w.N)
		out.RevOrg = &OrgSummary{don.Workspace.Wire(), id.Display(), w.DisplayName, v.format(id)}
	}
	return out
}

// usedIn names whose events are wanted.
type usedIn struct {
	RevUser string `json:"rev_user" format:"id" doc:"Of a contact, with those of all that was merged into it."`
	Account string `json:"account" format:"id" doc:"In place of rev_user: of whoever belonged to the account then."`
	RevOrg  string `json:"rev_org" format:"id" doc:"In place of rev_user: of whoever belonged to the workspace then."`
}

func (in usedIn) read(c call) (don.ID, error) {
	var of don.ID
	for _, by := range []struct {
		field, text string
		t           don.Type
	}{{"rev_user", in.RevUser, don.Contact}, {"account", in.Account, don.Account}, {"rev_org", in.RevOrg, don.Workspace}} {
		if by.text == "" {
			continue
		}
		if of.N != 0 {
			return of, errs.NotPermitted(by.field, "cannot be combined with another record; give one of rev_user, account and rev_org")
		}
		var err error
		if of, err = c.object(by.field, by.text, by.t); err != nil {
			return of, err
		}
	}
	if of.N == 0 {
		return of, errs.Missing("rev_user")
	}
	return of, nil
}

type trackedListIn struct {
	usedIn
	Name      []string   `json:"name" maxItems:"50" doc:"Events with any of these names."`
	EventTime dateFilter `json:"event_time"`
	Cursor    string     `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit     int        `json:"limit" minimum:"0" doc:"Events on a page. 50 when absent, at most 100."`
}

type trackedListOut struct {
	EventsList []TrackedEvent `json:"events_list"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type usageOut struct {
	Total     int64       `json:"total" doc:"Events of all time, also those that are not kept any more."`
	FirstSeen wire.Time   `json:"first_seen,omitzero" doc:"The first event of all time."`
	LastSeen  wire.Time   `json:"last_seen,omitzero"`
	Days      []usageDay  `json:"days" doc:"The last 30 days, in UTC; today is the last one."`
	Names     []usageName `json:"names" doc:"Of these days, the most frequent first: at most 20."`
	More      bool        `json:"more" doc:"There are more names."`
}

type usageDay struct {
	Date  string `json:"date" doc:"As YYYY-MM-DD."`
	Count int64  `json:"count"`
}

type usageName struct {
	Name     string    `json:"name"`
	Count    int64     `json:"count"`
	LastSeen wire.Time `json:"last_seen"`
}

func registerUsage(api *API, d DeskDeps) {
	const tag = "track-events"
	publish := createOp("track-events.publish", "Tell what contacts do in your product", tag)
	publish.Description = "With the session token of a contact: what that one does. With other tokens, also those of applications: what the contacts do whom the payloads name. " +
		"All events are kept, for 90 days, or none."
	operate(api, publish, d.publishEvents)
	operate(api, readOp("track-events.list", "List what a contact, account or workspace did, the latest first", tag), d.listTracked)
	operate(api, readOp("track-events.summary", "Sum up what a contact, account or workspace did", tag), d.sumUsage)
}

func (d DeskDeps) publishEvents(ctx context.Context, c call, in *eventsPublishIn) (*struct{}, error) {
	if len(in.EventsList) == 0 {
		return nil, errs.Missing("events_list")
	}
	list := make([]desk.Tracked, len(in.EventsList))
	for i, e := range in.EventsList {
		t := desk.Tracked{Field: element("events_list", i), Event: usage.Event{Name: e.Name, Ref: e.EventID}}
		if e.EventTime != nil {
			t.At = e.EventTime.Time
		}
		if err := c.whoDid(&t, e.Payload); err != nil {
			return nil, err
		}
		var err, err2 error
		if t.Payload, err = json.Marshal(e.Payload); e.ClientContext != nil {
			t.Context, err2 = json.Marshal(e.ClientContext)
		}
		if err := first(err, err2); err != nil {
			return nil, err
		}
		list[i] = t
	}
	return nil, d.Service.Publish(ctx, c.Scope, list)
}

// whoDid reads whom an event is about: the contact who calls, or whom the payload names.
func (c call) whoDid(t *desk.Tracked, payload map[string]any) error {
	if c.Contact != nil {
		t.Contact = c.Self()
		return nil
	}
	t.By = t.Field + ".payload.rev_user"
	id, named := payload["rev_user"]
	ref, referred := payload["user_ref"]
	var err error
	switch {
	case named && referred:
		return errs.NotPermitted(t.By, "cannot be combined with user_ref; name the contact by one of the two")
	case named:
		text, _ := id.(string)
		t.Contact, err = c.reference(t.By, text, don.Contact)
	case referred:
		t.By = t.Field + ".payload.user_ref"
		text, _ := ref.(string)
		t.UserRef, err = contact.Ref(text)
		err = directory.InField(t.By, err)
		if err == nil && t.UserRef == "" {
			err = errs.NotPermitted(t.By, "must be the contact's external reference, as text")
		}
	default:
		e := errs.Missing(t.By)
		e.Message = "whom the event is about is missing: give the contact's id as rev_user in its payload, or its external reference as user_ref"
		return e
	}
	return err
}

func (d DeskDeps) listTracked(ctx context.Context, c call, in *trackedListIn) (*trackedListOut, error) {
	out := &trackedListOut{EventsList: []TrackedEvent{}}
	of, err := in.read(c)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, of.Tail(), in.Name, in.EventTime)
	req, err := page.Request{Cursor: in.Cursor, Limit: in.Limit}.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	q := usage.Query{Of: of, Names: in.Name, Limit: req.Limit}
	q.After, q.Before = in.EventTime.bounds()
	if in.Cursor != "" {
		cur, err := d.Cursors.Decode(list, in.Cursor)
		if err != nil {
			return nil, err
		}
		if len(cur.Keys) == 2 {
			at, _ := cur.Keys[0].(int64)
			q.Edge.At = time.UnixMicro(at).UTC()
			q.Edge.ID, _ = cur.Keys[1].(int64)
		}
	}
	p, err := d.Service.TrackedEvents(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, e := range p.Items {
		out.EventsList = append(out.EventsList, v.tracked(e))
	}
	if p.Next != nil {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: p.Next})
	}
	return out, nil
}

func (d DeskDeps) sumUsage(ctx context.Context, c call, in *usedIn) (*usageOut, error) {
	of, err := in.read(c)
	if err != nil {
		return nil, err
	}
	s, now, err := d.Service.Usage(ctx, c.Scope, of)
	if err != nil {
		return nil, err
	}
	out := &usageOut{Total: s.N, Names: []usageName{}, More: s.More}
	if s.N > 0 {
		out.FirstSeen, out.LastSeen = wire.At(s.First), wire.At(s.Last)
	}
	first := usage.DayOf(now) - usage.ShownDays + 1
	for i, n := range s.Days {
		out.Days = append(out.Days, usageDay{usage.Start(first + int64(i)).Format(time.DateOnly), n})
	}
	for _, n := range s.Names {
		out.Names = append(out.Names, usageName{n.Name, n.N, wire.At(n.Last)})
	}
	return out, nil
}
