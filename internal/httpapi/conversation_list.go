package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/page"
)

type stageFilter struct {
	Name []string `json:"name" doc:"In any of these stages."`
}

type tagFilterIn struct {
	ID    string `json:"id" required:"true" format:"id" doc:"The tag."`
	Value string `json:"value" maxLength:"64" doc:"With this value; any when absent."`
}

type conversationFilter struct {
	whereFilter
	Account         []string        `json:"account" doc:"With any of these customers, also by their workspaces."`
	ActualCloseDate typedDateFilter `json:"actual_close_date" doc:"When it came to a closed stage."`
	AppliesToParts  []string        `json:"applies_to_parts" doc:"About any of these products."`
	Brand           []string        `json:"brand" doc:"There are no brands in this release, so any value finds none."`
	Channels        []string        `json:"channels" doc:"With any of these channels."`
	CreatedBy       []string        `json:"created_by" doc:"Made by any of these."`
	CreatedDate     typedDateFilter `json:"created_date"`
	CustomFields    map[string]any  `json:"custom_fields" doc:"Custom fields with a value or a list of values, any of which must fit: {\"tnt__plan\": [\"gold\"]}."`
	Group           []string        `json:"group" doc:"Seen to by any of these groups."`
	HasOwner        *bool           `json:"has_owner" doc:"With anybody who looks after it, or with nobody."`
	IsFrozen        *bool           `json:"is_frozen"`
	IsSnoozed       *bool           `json:"is_snoozed" doc:"Put off until a time that has not come, or not."`
	IsSpam          *bool           `json:"is_spam"`
	IsUnread        *bool           `json:"is_unread" doc:"With something to read for the member who calls, or without; for members alone."`
	LastMessage     typedDateFilter `json:"last_message_date" doc:"When the last message came, or the conversation began."`
	Members         []string        `json:"members" doc:"In which any of these contacts and members take part."`
	ModifiedDate    typedDateFilter `json:"modified_date"`
	OwnedBy         []string        `json:"owned_by" doc:"Looked after by any of these members."`
	RevOrg          []string        `json:"rev_org" deprecated:"true" doc:"The same as rev_orgs."`
	RevOrgs         []string        `json:"rev_orgs" doc:"With any of these workspaces."`
	SourceChannel   []string        `json:"source_channel" doc:"From any of these channels, such as email."`
	SourceChannels  []string        `json:"source_channels" deprecated:"true" doc:"The same as source_channel."`
	SourceChannelV2 []string        `json:"source_channel_v2" doc:"From any of these channels, by id."`
	Stage           stageFilter     `json:"stage"`
	State           []string        `json:"state" doc:"In any of these states: open, in_progress, closed."`
	Subtype         []string        `json:"subtype" doc:"Of any of these subtypes."`
	Tags            []string        `json:"tags" deprecated:"true" doc:"With any of these tags: TAG-1, or TAG-1=value for a tag that carries a value."`
	TagsV2          []tagFilterIn   `json:"tags_v2" doc:"With any of these tags."`
}

func (f conversationFilter) read(c call) (conversation.Filter, bool, error) {
	s := sieve{c: c}
	tags := f.Tags
	for _, t := range f.TagsV2 {
		text := t.ID
		if t.Value != "" {
			text += "=" + t.Value
		}
		tags = append(tags[:len(tags):len(tags)], text)
	}
	out := conversation.Filter{
		Accounts: s.numbers("account", f.Account, don.Account), Groups: s.numbers("group", f.Group, don.Group),
		Parts:      s.numbers("applies_to_parts", f.AppliesToParts, don.Product),
		Owners:     s.numbers("owned_by", f.OwnedBy, don.Member),
		Owned:      f.HasOwner,
		Workspaces: s.numbers("rev_orgs", s.either("rev_orgs", f.RevOrgs, "rev_org", f.RevOrg), don.Workspace),
		Sources:    s.values(s.either("source_channel", f.SourceChannel, "source_channels", f.SourceChannels), contact.FullName),
		SourcesV2:  s.values(f.SourceChannelV2, contact.FullName), Channels: s.values(f.Channels, contact.FullName),
		Stages: s.values(f.Stage.Name, stageName), Subtypes: f.Subtype, Tags: s.tags(tags), CreatedBy: s.authors(f.CreatedBy),
		Spam: f.IsSpam, Frozen: f.IsFrozen, Snoozed: f.IsSnoozed, Unread: f.IsUnread,
	}
	if f.IsUnread != nil {
		if err := c.asMember(); err != nil {
			return out, false, err
		}
	}
	for _, text := range s.values(f.State, stateName) {
		out.States = append(out.States, conversation.State(text))
	}
	for _, id := range s.ids("members", f.Members, don.Contact, don.Member) {
		out.Members = append(out.Members, id.Tail())
	}
	f.dates(&s, &out)
	s.nothing(f.Brand)
	return out, s.none || !c.sees(don.Conversation), s.err
}

func (f conversationFilter) dates(s *sieve, out *conversation.Filter) {
	s.dates("created_date", f.CreatedDate, &out.CreatedAfter, &out.CreatedBefore)
	s.dates("modified_date", f.ModifiedDate, &out.ModifiedAfter, &out.ModifiedBefore)
	s.dates("actual_close_date", f.ActualCloseDate, &out.ClosedAfter, &out.ClosedBefore)
	s.dates("last_message_date", f.LastMessage, &out.ActiveAfter, &out.ActiveBefore)
}

// stageName and stateName refuse what no conversation can be in.
func stageName(text string) (string, error) {
	if s, ok := conversation.StageNamed(text); ok {
		return s.Name, nil
	}
	return "", errs.BadEnum("stage.name", text, conversation.StageNames())
}

func stateName(text string) (string, error) {
	for _, s := range conversation.States {
		if string(s) == text {
			return text, nil
		}
	}
	return "", errs.NotPermitted("state", "%q is no state", text)
}

var conversationSorts = sorts{"created_date", "modified_date", "last_message_date", "title", "display_id"}

type conversationsListIn struct {
	page.Request
	conversationFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, last_message_date, title, display_id. created_date:desc when absent." example:"last_message_date:desc"`
}

type conversationsOut struct {
	Conversations []Conversation `json:"conversations"`
	page.Links
}

func (d DeskDeps) listConversations(ctx context.Context, c call, in *conversationsListIn) (*conversationsOut, error) {
	l, err := DirectoryDeps{Cursors: d.Cursors}.listing(c, in.Request, in.SortBy, conversationSorts, in.conversationFilter)
	if err != nil {
		return nil, err
	}
	p, err := d.conversations(ctx, c, in.conversationFilter, l.query)
	if err != nil {
		return nil, err
	}
	return &conversationsOut{c.conversations(p), l.links(p.Next, p.Prev)}, nil
}

func (d DeskDeps) conversations(ctx context.Context, c call, in conversationFilter, q directory.Query) (desk.Conversations, error) {
	if c.Contact != nil {
		filter, none, err := in.own(c)
		if err != nil || none {
			return desk.Conversations{}, err
		}
		if len(filter.Accounts)+len(filter.Workspaces) > 0 {
			return d.Service.ListCustomersConversations(ctx, c.Scope, filter, q)
		}
		return d.Service.ListOwnConversations(ctx, c.Scope, filter, q)
	}
	filter, none, err := in.read(c)
	if err != nil || none {
		return desk.Conversations{}, err
	}
	if q.Where, err = in.where(in.CustomFields, nil); err != nil {
		return desk.Conversations{}, err
	}
	return d.Service.ListConversations(ctx, c.Scope, filter, q)
}

func (c call) conversations(p desk.Conversations) []Conversation {
	out := []Conversation{}
	v := c.view(p.Names)
	for _, item := range p.Items {
		out = append(out, v.conversation(item, p))
	}
	return out
}

type conversationsExportIn struct {
	First int `json:"first" minimum:"1" maximum:"5000" doc:"How many conversations; 50 when absent."`
	conversationFilter
	SortBy []string `json:"sort_by" doc:"Fields to sort by, each as field:asc or field:desc: created_date, modified_date, last_message_date, title, display_id. created_date:desc when absent."`
}

type conversationsExportOut struct {
	Conversations []Conversation `json:"conversations"`
}

func (d DeskDeps) exportConversations(ctx context.Context, c call, in *conversationsExportIn) (*conversationsExportOut, error) {
	order, err := conversationSorts.read(in.SortBy)
	if err != nil {
		return nil, err
	}
	q := directory.Query{Sorts: order, Limit: in.First}
	if in.First == 0 {
		q.Limit = page.Default
	}
	p, err := d.conversations(ctx, c, in.conversationFilter, q)
	if err != nil {
		return nil, err
	}
	return &conversationsExportOut{c.conversations(p)}, nil
}

type conversationsCountIn struct{ conversationFilter }

func (d DeskDeps) countConversations(ctx context.Context, c call, in *conversationsCountIn) (*Count, error) {
	filter, none, err := in.read(c)
	if err != nil || none {
		return &Count{}, err
	}
	where, err := in.where(in.CustomFields, nil)
	if err != nil {
		return nil, err
	}
	return counted(d.Service.CountConversations(ctx, c.Scope, filter, where))
}
