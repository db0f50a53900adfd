package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// Conversation is what customers and members say to each other about one matter.
type Conversation struct {
	Atom
	Account         *AccountSummary      `json:"account,omitempty" doc:"The customer."`
	AppliesToParts  []PartSummary        `json:"applies_to_parts,omitempty" doc:"The products that it is about."`
	ActualCloseDate wire.Time            `json:"actual_close_date,omitzero" doc:"Since when it is in a closed stage."`
	Channels        []ChannelSummary     `json:"channels,omitempty"`
	CustomFields    schema.Values        `json:"custom_fields,omitempty" doc:"Values of custom fields by name."`
	Fragments       []string             `json:"custom_schema_fragments,omitempty" doc:"The definitions that the values follow, as schemas.custom.get takes them."`
	Description     string               `json:"description,omitempty"`
	Group           *GroupSummary        `json:"group,omitempty" doc:"The group of the team that sees to it."`
	IsFrozen        bool                 `json:"is_frozen"`
	IsMuted         bool                 `json:"is_muted,omitempty" doc:"Whether the member who calls is told nothing of it."`
	IsSpam          bool                 `json:"is_spam"`
	IsUnread        bool                 `json:"is_unread,omitempty" doc:"Whether a customer has written something since the member who calls last looked; never of what is closed or spam."`
	LastMessageDate wire.Time            `json:"last_external_message_date,omitzero" doc:"When the last message came that customers may read."`
	Members         []UserSummary        `json:"members" doc:"Who takes part: contacts and members, each as what it is now."`
	Messages        []TimelineEntry      `json:"messages,omitempty" doc:"What was said last that its customers may read, the oldest first; in lists, timeline-entries.list tells."`
	Metadata        ConversationMetadata `json:"metadata"`
	OwnedBy         []UserSummary        `json:"owned_by"`
	RevOrg          *OrgSummary          `json:"rev_org,omitempty" doc:"The customer's workspace."`
	SnoozedUntil    wire.Time            `json:"snoozed_until,omitzero" doc:"When it comes back by itself: it is put off until then."`
	SourceChannel   string               `json:"source_channel,omitempty"`
	SourceChannelV2 *ChannelSummary      `json:"source_channel_v2,omitempty"`
	Stage           StageSummary         `json:"stage"`
	StockFragment   string               `json:"stock_schema_fragment,omitempty"`
	Subtype         string               `json:"subtype,omitempty"`
	Tags            []TagWithValue       `json:"tags,omitempty"`
	Title           string               `json:"title,omitempty"`
	UnreadCount     int                  `json:"unread_count,omitempty" doc:"How many messages of customers that are, at most 100."`
}

// ChannelSummary is a channel by which customers write.
type ChannelSummary struct {
	ID string `json:"id" doc:"As whoever wrote it knows the channel."`
}

// ConversationMetadata tells how a conversation came about.
type ConversationMetadata struct {
	URLContext string `json:"url_context,omitempty" doc:"The page on which it began."`
}

// GroupSummary is a group where another record names it.
type GroupSummary struct {
	DisplayID  string `json:"display_id"`
	ID         string `json:"id"`
	MemberType string `json:"member_type" enum:"dev_user,rev_user"`
	Name       string `json:"name"`
}

// StageSummary is how far a record has come.
type StageSummary struct {
	Name    string     `json:"name"`
	Ordinal int        `json:"ordinal" doc:"By which stages are in order."`
	Stage   StageRef   `json:"stage"`
	State   StateOfOne `json:"state"`
}

// StageRef names a stage.
type StageRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// StateOfOne is what a stage has in common with others.
type StateOfOne struct {
	ID      string `json:"id"`
	IsFinal bool   `json:"is_final"`
	Name    string `json:"name" enum:"open,in_progress,closed"`
}

func (v view) conversation(c *conversation.Conversation, found desk.Conversations) Conversation {
	out := Conversation{
		Atom:  v.atom(don.Of(don.Conversation, c.N), c.CreatedAt, c.CreatedBy, c.ModifiedAt, c.ModifiedBy),
		Title: c.Title, Description: c.Description, Account: v.account(c.AccountN), Group: v.groupSummary(found.Groups[c.GroupN]),
		IsSpam: c.Spam, IsFrozen: c.Frozen, Members: v.people(c.MemberIDs()), Metadata: ConversationMetadata{c.URLContext},
		OwnedBy: v.users(c.Owners), SourceChannel: c.SourceChannel, Stage: v.conversationStage(c.Stage), Tags: v.tags(c.Tags),
		Subtype: c.Subtype, StockFragment: v.stock(stockOf(don.Conversation)), IsMuted: slices.Contains(found.Muted, c.N), IsUnread: found.Unread[c.N] > 0, UnreadCount: found.Unread[c.N],
	}
	out.CustomFields, out.Fragments = v.custom(don.Conversation, c.Subtype, c.Custom)
	for _, n := range c.Parts {
		if p := v.partSummary(found.Parts[n]); p != nil {
			out.AppliesToParts = append(out.AppliesToParts, *p)
		}
	}
	if w := don.Of(don.Workspace, c.WorkspaceN); v.names.Has(w) {
		place := v.place(w)
		out.RevOrg = &place
	}
	if c.SourceChannelV2 != "" {
		out.SourceChannelV2 = &ChannelSummary{c.SourceChannelV2}
	}
	for _, id := range c.Channels {
		out.Channels = append(out.Channels, ChannelSummary{id})
	}
	if c.LastMessageAt != nil {
		out.LastMessageDate = wire.At(*c.LastMessageAt)
	}
	if c.ClosedAt != nil {
		out.ActualCloseDate = wire.At(*c.ClosedAt)
	}
	if c.SnoozedUntil != nil {
		out.SnoozedUntil = wire.At(*c.SnoozedUntil)
	}
	if v.actor.Contact != nil {
		out.hideNotes()
	}
	return out
}

// people are the contacts and members, each as what it is now and once.
func (v view) people(ids []don.ID) []UserSummary {
	out := []UserSummary{}
	var shown []don.ID
	for _, id := range ids {
		if !v.names.Has(id) {
			continue
		}
		now := id
		if id.Type == don.Contact {
			now.N = v.names.Contacts[id.N].N
		}
		if slices.Contains(shown, now) {
			continue
		}
		shown = append(shown, now)
		u := v.user(id) // the names have what it is now under what it was
		u.ID, u.DisplayID = v.format(now), now.Display()
		out = append(out, u)
	}
	return out
}

func (v view) groupSummary(g *group.Group) *GroupSummary {
	if g == nil {
		return nil
	}
	id := don.Of(don.Group, g.N)
	return &GroupSummary{ID: v.format(id), DisplayID: id.Display(), Name: g.Name, MemberType: g.Of.Wire()}
}

func (v view) conversationStage(name string) StageSummary {
	s, _ := conversation.StageNamed(name)
	state := int64(slices.Index(conversation.States, s.State)) + 1
	return StageSummary{
		Name: s.Name, Ordinal: s.Ordinal, Stage: StageRef{v.format(don.Of(don.CustomStage, s.Number())), s.Name},
		State: StateOfOne{v.format(don.Of(don.CustomState, state)), s.State.Final(), string(s.State)},
	}
}

type conversationOut struct {
	Conversation Conversation `json:"conversation"`
}

func (c call) conversation(f desk.Conversations, err error) (*conversationOut, error) {
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	out := &conversationOut{v.conversation(f.Items[0], f)}
	for _, m := range f.Messages {
		out.Conversation.Messages = append(out.Conversation.Messages, v.entry(m))
	}
	return out, nil
}

type stageIn struct {
	Name  string `json:"name" doc:"new, needs_response, waiting_on_user, hold, suspended, resolved or archived."`
	ID    string `json:"id" format:"id" doc:"The stage's id, in place of its name."`
	Stage string `json:"stage" format:"id" doc:"The same as id."`
}

// read returns the stage meant, nil for none.
func (s stageIn) read(c call) (*conversation.Stage, error) {
	for _, by := range []struct{ field, text string }{{"stage.id", s.ID}, {"stage.stage", s.Stage}} {
		if by.text == "" {
			continue
		}
		id, err := c.reference(by.field, by.text, don.CustomStage)
		if err != nil {
			return nil, err
		}
		st, ok := conversation.StageNumbered(id.N)
		if !ok {
			return nil, errs.NotPermitted(by.field, "%q is not a stage of conversations; give its name", by.text)
		}
		return &st, nil
	}
	if s.Name == "" {
		return nil, nil
	}
	st, ok := conversation.StageNamed(s.Name)
	if !ok {
		return nil, errs.BadEnum("stage.name", s.Name, conversation.StageNames())
	}
	return &st, nil
}

type metadataIn struct {
	URLContext string `json:"url_context" doc:"The page on which the conversation began; at most 2,048 bytes."`
}

// conversationFields are what a conversation can be given on creation and on update.
type conversationFields struct {
	extras
	Account         wire.Opt[string]     `json:"account" format:"id" doc:"The customer. On creation, when neither this nor rev_org is given, that of the first contact among the members."`
	Description     wire.Opt[string]     `json:"description" doc:"At most 64 KiB."`
	Group           wire.Opt[string]     `json:"group" format:"id" doc:"The group of the team that sees to it."`
	IsFrozen        wire.Opt[bool]       `json:"is_frozen"`
	IsSpam          wire.Opt[bool]       `json:"is_spam"`
	Metadata        wire.Opt[metadataIn] `json:"metadata"`
	RevOrg          wire.Opt[string]     `json:"rev_org" format:"id" doc:"The customer's workspace; its account comes with it."`
	SourceChannel   wire.Opt[string]     `json:"source_channel" doc:"Such as email, plug or slack; at most 256 characters."`
	SourceChannelV2 wire.Opt[string]     `json:"source_channel_v2" doc:"The channel's id; at most 256 characters."`
	Stage           stageIn              `json:"stage"`
	Title           wire.Opt[string]     `json:"title" doc:"At most 256 characters."`
}

func (f conversationFields) patch(c call) (desk.ConversationPatch, error) {
	p := desk.ConversationPatch{
		Title: given(f.Title), Description: given(f.Description), SourceChannel: given(f.SourceChannel), SourceChannelV2: given(f.SourceChannelV2),
		Spam: given(f.IsSpam), Frozen: given(f.IsFrozen),
	}
	if f.Metadata.Set {
		p.URLContext = &f.Metadata.Value.URLContext
	}
	var err, err2, err3, err4, err5 error
	p.Account, err = c.optional("account", f.Account, don.Account)
	p.Workspace, err2 = c.optional("rev_org", f.RevOrg, don.Workspace)
	p.Group, err3 = c.optional("group", f.Group, don.Group)
	p.Stage, err4 = f.Stage.read(c)
	p.Custom, err5 = f.change(c, "custom_schema_fragments", nil)
	return p, first(err, err2, err3, err4, err5)
}

// optional reads the id of a record that another one shall refer to, 0 for none;
// it is nil when the field is absent.
func (c call) optional(field string, text wire.Opt[string], t don.Type) (*int64, error) {
	switch {
	case !text.Set:
		return nil, nil
	case text.Value == "":
		return new(int64), nil
	}
	id, err := c.reference(field, text.Value, t)
	return &id.N, err
}

type conversationCreateIn struct {
	Type string `json:"type" required:"true" enum:"support"`
	conversationFields
	recordLinks
	Parts    []string `json:"applies_to_parts" doc:"The products that it is about, at most 50."`
	Channels []string `json:"channels" doc:"Ids of channels, at most 100 of at most 256 characters."`
	Key      string   `json:"idempotency_key" maxLength:"255" doc:"Of your choice. The same request with the same key within a day makes one conversation."`
	Members  []string `json:"members" doc:"Who takes part: contacts and members, at most 100."`
	Messages []struct {
		Body      string   `json:"body" doc:"Markdown of at most 64 KiB; may be absent beside artifacts."`
		Artifacts []string `json:"artifacts" maxItems:"50" doc:"Files that were uploaded, see artifacts.prepare, and hang nowhere else."`
	} `json:"messages" maxItems:"20" doc:"What is said first: comments that its customers may read."`
}

type tagListIn struct {
	Set    wire.Opt[[]setTag] `json:"set" doc:"The whole new list; not together with add and remove."`
	Add    []setTag           `json:"add" doc:"Tags to put on."`
	Remove []tagRef           `json:"remove" doc:"Tags to take off."`
}

type tagRef struct {
	ID    string `json:"id" required:"true" format:"id" doc:"The tag."`
	Value string `json:"value" maxLength:"64" doc:"Not looked at."`
}

// read puts the change of tags into a patch.
func (l tagListIn) read(c call, p *desk.ConversationPatch) error {
	if l.Set.Set && len(l.Add)+len(l.Remove) > 0 {
		return errs.NotPermitted("tags.set", "cannot be combined with add and remove; give the whole list or the changes")
	}
	if l.Set.Set {
		uses, err := c.tagUses("tags.set", l.Set.Value)
		p.Tags.Set = &uses
		return err
	}
	var err error
	if p.Tags.Add, err = c.tagUses("tags.add", l.Add); err != nil {
		return err
	}
	for i, t := range l.Remove {
		id, err := c.reference(element("tags.remove", i)+".id", t.ID, don.Tag)
		if err != nil {
			return err
		}
		p.Tags.Remove = append(p.Tags.Remove, tag.Use{N: id.N})
	}
	return nil
}

type conversationUpdateIn struct {
	ID string `json:"id" required:"true" format:"id"`
	conversationFields
	Parts        setList             `json:"applies_to_parts" doc:"The products that it is about, at most 50."`
	Channels     setList             `json:"channels"`
	Members      setList             `json:"members" doc:"Who takes part: contacts and members, at most 100."`
	OwnedBy      setList             `json:"owned_by" doc:"The members who look after it."`
	SnoozedUntil wire.Opt[wire.Time] `json:"snoozed_until" doc:"Puts it off until a time in the future, at most a year ahead: it goes on hold and comes back by itself then, or earlier when a customer writes or its stage is changed. null wakes it now."`
	Tags         tagListIn           `json:"tags"`
}

// snooze is nil when the field is absent, and points to nil when it is null.
func (in conversationUpdateIn) snooze() **time.Time {
	if !in.SnoozedUntil.Set {
		return nil
	}
	var until *time.Time
	if !in.SnoozedUntil.Null {
		until = &in.SnoozedUntil.Value.Time
	}
	return &until
}

func registerConversations(api *API, d DeskDeps) {
	const tag = "conversations"
	operate(api, createOp("conversations.create", "Create a conversation", tag), d.createConversation)
	operate(api, readOp("conversations.get", "Get a conversation", tag), d.getConversation)
	operate(api, readOp("conversations.list", "List conversations", tag), d.listConversations)
	operate(api, readOp("conversations.export", "Get many conversations at once", tag), d.exportConversations)
	operate(api, readOp("conversations.count", "Count conversations", tag), d.countConversations)
	operate(api, writeOp("conversations.update", "Update a conversation", tag), d.updateConversation)
	operate(api, writeOp("conversations.delete", "Move a conversation to the trash", tag), d.deleteConversation)
	operate(api, writeOp("conversations.restore", "Bring a conversation back from the trash", tag), d.restoreConversation)
}

func (d DeskDeps) createConversation(ctx context.Context, c call, in *conversationCreateIn) (*conversationOut, error) {
	p, err := in.patch(c)
	owners, tags, err2 := in.read(c)
	if err := first(err, err2); err != nil {
		return nil, err
	}
	once, err := onceOf(in.Key, in)
	parts, err2 := c.numbers("applies_to_parts", in.Parts, don.Product)
	if err := first(err, c.ownConversation(in, p.Custom), err2); err != nil {
		return nil, err
	}
	p.Owners, p.Tags.Set, p.Channels, p.Parts = owners, tags, &in.Channels, &parts
	if p.Members, err = c.peopleOf("members", &in.Members); err != nil {
		return nil, err
	}
	for i, m := range in.Messages {
		files, err := c.numbers(element("messages", i)+".artifacts", m.Artifacts, don.Artifact)
		if err != nil {
			return nil, err
		}
		p.Messages = append(p.Messages, desk.Message{Body: m.Body, Files: files})
	}
	if c.Contact != nil {
		p.Members = &[]don.ID{c.Self()}
	}
	return c.conversation(d.Service.CreateConversation(ctx, c.Scope, p, once))
}

// peopleOf reads contacts and members that a record shall refer to, nil for no list.
func (c call) peopleOf(field string, texts *[]string) (*[]don.ID, error) {
	if texts == nil {
		return nil, nil
	}
	out := make([]don.ID, len(*texts))
	for i, text := range *texts {
		var err error
		if out[i], err = c.reference(element(field, i), text, don.Contact, don.Member); err != nil {
			return nil, err
		}
	}
	return &out, nil
}

func (d DeskDeps) getConversation(ctx context.Context, c call, in *idIn) (*conversationOut, error) {
	id, err := c.object("id", in.ID, don.Conversation)
	if err != nil {
		return nil, err
	}
	return c.conversation(d.Service.GetConversation(ctx, c.Scope, id.N))
}

func (d DeskDeps) updateConversation(ctx context.Context, c call, in *conversationUpdateIn) (*conversationOut, error) {
	id, err := c.object("id", in.ID, don.Conversation)
	if err != nil {
		return nil, err
	}
	p, err := in.patch(c)
	members, err2 := c.peopleOf("members.set", in.Members.list())
	if err := first(err, err2, in.Tags.read(c, &p)); err != nil {
		return nil, err
	}
	p.Members, p.Channels, p.Snooze = members, in.Channels.list(), in.snooze()
	if p.Owners, err = c.numbersOf("owned_by.set", in.OwnedBy, don.Member); err != nil {
		return nil, err
	}
	if p.Parts, err = c.numbersOf("applies_to_parts.set", in.Parts, don.Product); err != nil {
		return nil, err
	}
	return c.conversation(d.Service.UpdateConversation(ctx, c.Scope, id.N, p))
}

// numbersOf reads the ids of a list that replaces another, nil for no list.
func (c call) numbersOf(field string, list setList, t don.Type) (*[]int64, error) {
	ids := list.list()
	if ids == nil {
		return nil, nil
	}
	ns, err := c.numbers(field, *ids, t)
	return &ns, err
}

func (d DeskDeps) deleteConversation(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Conversation)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteConversation(ctx, c.Scope, id.N)
}

func (d DeskDeps) restoreConversation(ctx context.Context, c call, in *idIn) (*conversationOut, error) {
	id, err := c.object("id", in.ID, don.Conversation)
	if err != nil {
		return nil, err
	}
	return c.conversation(d.Service.RestoreConversation(ctx, c.Scope, id.N))
}
