package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/ticket"
)

type ticketFilter struct {
	RevOrg        []string `json:"rev_org" doc:"Tickets of any of these workspaces."`
	Severity      []string `json:"severity" enum:"blocker,high,medium,low"`
	Group         []string `json:"group" doc:"Of any of these groups."`
	Channels      []string `json:"channels" enum:"email,plug,slack,twilio,twilio_sms"`
	SourceChannel []string `json:"source_channel"`
	NeedsResponse *bool    `json:"needs_response"`
	IsSpam        *bool    `json:"is_spam"`
	IsFrozen      *bool    `json:"is_frozen"`
	Subtype       []string `json:"subtype"`
}

type opportunityFilter struct {
	Account    []string `json:"account" doc:"Opportunities of any of these accounts."`
	Contacts   []string `json:"contacts" doc:"Opportunities with any of these contacts."`
	ForecastV2 []int64  `json:"forecast_category_v2" doc:"With any of these forecast categories, by id."`
	Subtype    []string `json:"subtype"`
}

type workFilter struct {
	whereFilter
	Type            []string          `json:"type" enum:"issue,opportunity,task,ticket" doc:"Of any of these types; there are no issues and tasks."`
	AppliesToPart   []string          `json:"applies_to_part" doc:"About any of these parts."`
	OwnedBy         []string          `json:"owned_by" doc:"Looked after by any of these members."`
	HasOwner        *bool             `json:"has_owner" doc:"With anybody who looks after it, or with nobody."`
	ReportedBy      []string          `json:"reported_by" doc:"Reported by any of these contacts and members."`
	CreatedBy       []string          `json:"created_by" doc:"Made by any of these users."`
	ModifiedBy      []string          `json:"modified_by" doc:"Last changed by any of these users."`
	State           []string          `json:"state" doc:"open, in_progress or closed."`
	Stage           stageFilter       `json:"stage"`
	Tags            []string          `json:"tags" doc:"With any of these tags: TAG-1, or TAG-1=value for a tag that carries a value."`
	CreatedDate     typedDateFilter   `json:"created_date" doc:"When the record was made."`
	ModifiedDate    typedDateFilter   `json:"modified_date" doc:"When the record was last changed."`
	TargetCloseDate typedDateFilter   `json:"target_close_date"`
	ActualCloseDate typedDateFilter   `json:"actual_close_date"`
	ExternalRef     []string          `json:"external_ref" doc:"With any of these references."`
	Account         []string          `json:"account" doc:"Everything of any of these accounts and their workspaces."`
	RevOrg          []string          `json:"rev_org" doc:"Everything of any of these workspaces."`
	Contact         []string          `json:"contact" doc:"Everything of any of these contacts: what they reported, and opportunities with them."`
	CustomFields    map[string]any    `json:"custom_fields" doc:"Custom fields with a value or a list of values, any of which must fit: {\"tnt__plan\": [\"gold\"]}."`
	Ticket          ticketFilter      `json:"ticket" doc:"Only tickets meet it."`
	Opportunity     opportunityFilter `json:"opportunity" doc:"Only opportunities meet it."`
}

func (f workFilter) read(c call) (out ticket.Filter, where directory.Where, none bool, err error) {
	s := sieve{c: c}
	out = ticket.Filter{
		Parts: s.numbers("applies_to_part", f.AppliesToPart, don.Product), Owners: s.numbers("owned_by", f.OwnedBy, don.Member), Owned: f.HasOwner,
		Reporters: s.ids("reported_by", f.ReportedBy, don.Contact, don.Member), CreatedBy: s.authors(f.CreatedBy), ModifiedBy: s.authors(f.ModifiedBy),
		People: s.numbers("contact", f.Contact, don.Contact), Contacts: s.numbers("opportunity.contacts", f.Opportunity.Contacts, don.Contact),
		States: f.State, Stages: f.Stage.Name, Tags: s.tags(f.Tags), Refs: s.values(f.ExternalRef, contact.Ref),
		Severities: f.Ticket.Severity, Groups: s.numbers("ticket.group", f.Ticket.Group, don.Group), Channels: f.Ticket.Channels, Sources: f.Ticket.SourceChannel,
		Subtypes:      s.either("ticket.subtype", f.Ticket.Subtype, "opportunity.subtype", f.Opportunity.Subtype),
		NeedsResponse: f.Ticket.NeedsResponse, Spam: f.Ticket.IsSpam, Frozen: f.Ticket.IsFrozen,
	}
	for _, id := range f.Opportunity.ForecastV2 {
		if name := ticket.ForecastOf(id); name != "" {
			out.Forecasts = append(out.Forecasts, name)
		}
	}
	s.none = s.none || len(f.Opportunity.ForecastV2) > 0 && len(out.Forecasts) == 0
	s.types(f, &out)
	for _, p := range []struct {
		field string
		texts []string
		of    don.Type
	}{
		{"account", f.Account, don.Account}, {"rev_org", f.RevOrg, don.Workspace},
		{"opportunity.account", f.Opportunity.Account, don.Account}, {"ticket.rev_org", f.Ticket.RevOrg, don.Workspace},
	} {
		if len(p.texts) > 0 {
			out.Places = append(out.Places, s.ids(p.field, p.texts, p.of))
		}
	}
	s.dates("created_date", f.CreatedDate, &out.CreatedAfter, &out.CreatedBefore)
	s.dates("modified_date", f.ModifiedDate, &out.ModifiedAfter, &out.ModifiedBefore)
	s.dates("target_close_date", f.TargetCloseDate, &out.TargetAfter, &out.TargetBefore)
	s.dates("actual_close_date", f.ActualCloseDate, &out.ActualAfter, &out.ActualBefore)
	where, err = whereFilter{}.where(f.CustomFields, nil)
	return out, where, s.none || !c.sees(don.Ticket) || !c.sees(don.Opportunity), first(s.err, err)
}

// types reads which types are wanted: conditions on what only one has leave that.
func (s *sieve) types(f workFilter, out *ticket.Filter) {
	t, o := f.Ticket, f.Opportunity
	narrowed := map[don.Type]bool{
		don.Ticket: len(t.RevOrg)+len(t.Severity)+len(t.Group)+len(t.Channels)+len(t.SourceChannel)+len(t.Subtype) > 0 ||
			t.NeedsResponse != nil || t.IsSpam != nil || t.IsFrozen != nil,
		don.Opportunity: len(o.Account)+len(o.Contacts)+len(o.ForecastV2)+len(o.Subtype) > 0,
	}
	for _, one := range ticket.Types {
		other := narrowed[don.Ticket] && one != don.Ticket || narrowed[don.Opportunity] && one != don.Opportunity
		if anyOf(f.Type, one.Wire()) && !other {
			out.Types = append(out.Types, one)
		}
	}
	s.none = s.none || len(out.Types) == 0
	if len(out.Types) == len(ticket.Types) {
		out.Types = nil
	}
}

// workSorts are what works can be sorted by.
var workSorts = sorts{"created_date", "modified_date", "title", "display_id"}

type worksListIn struct {
	page.Request
	workFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, title, display_id. created_date:desc when absent."`
}

type worksOut struct {
	Works []Work `json:"works"`
	page.Links
}

func (d DeskDeps) listWorks(ctx context.Context, c call, in *worksListIn) (*worksOut, error) {
	l, err := DirectoryDeps{Cursors: d.Cursors}.listing(c, in.Request, in.SortBy, workSorts, in.workFilter)
	if err != nil {
		return nil, err
	}
	out, next, prev, err := d.works(ctx, c, in.workFilter, l.query)
	if err != nil {
		return nil, err
	}
	return &worksOut{out, l.links(next, prev)}, nil
}

func (d DeskDeps) works(ctx context.Context, c call, in workFilter, q directory.Query) (out []Work, next, prev []any, err error) {
	if c.Contact != nil {
		return c.works(d.ownTickets(ctx, c, in, q))
	}
	out = []Work{}
	f, custom, none, err := in.read(c)
	if err == nil && in.Filter != nil {
		if err = in.onlyType(); err == nil {
			q.Where, err = in.where(nil, nil)
		}
	}
	if err != nil || none {
		return out, nil, nil, err
	}
	return d.worksWhere(ctx, c, f, custom, q)
}

// worksWhere returns a page of the works that meet a filter, conditions on custom
// fields, and the tree of a query.
func (d DeskDeps) worksWhere(ctx context.Context, c call, f ticket.Filter, custom directory.Where, q directory.Query) (out []Work, next, prev []any, err error) {
	return c.works(d.Service.ListWorks(ctx, c.Scope, f, custom, q))
}

func (c call) works(p desk.WorkPage, err error) (out []Work, next, prev []any, _ error) {
	out = []Work{}
	if err != nil || len(p.Items) == 0 {
		return out, p.Next, p.Prev, err
	}
	v := c.view(p.Names.Names)
	for _, w := range p.Items {
		out = append(out, v.work(w, p.Names))
	}
	return out, p.Next, p.Prev, nil
}

type worksExportIn struct {
	First int `json:"first" minimum:"1" maximum:"5000" doc:"How many works; 50 when absent."`
	workFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, title, display_id. created_date:desc when absent."`
}

type worksExportOut struct {
	Works []Work `json:"works"`
}

func (d DeskDeps) exportWorks(ctx context.Context, c call, in *worksExportIn) (*worksExportOut, error) {
	order, err := workSorts.read(in.SortBy)
	if err != nil {
		return nil, err
	}
	q := directory.Query{Sorts: order, Limit: in.First}
	if in.First == 0 {
		q.Limit = page.Default
	}
	out, _, _, err := d.works(ctx, c, in.workFilter, q)
	return &worksExportOut{out}, err
}

type worksCountIn struct{ workFilter }

func (d DeskDeps) countWorks(ctx context.Context, c call, in *worksCountIn) (*Count, error) {
	f, custom, none, err := in.read(c)
	var where directory.Where
	if err == nil && in.Filter != nil {
		if err = in.onlyType(); err == nil {
			where, err = in.where(nil, nil)
		}
	}
	if err != nil || none {
		return &Count{}, err
	}
	return counted(d.Service.CountWorks(ctx, c.Scope, f, custom, where))
}
