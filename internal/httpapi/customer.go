package httpapi

import (
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/timeline"
)

// What contacts are shown and may say when they call themselves, with the
// session tokens of a widget or a portal.

// forCustomer leaves of a user what customers may know of each other and of the
// team: a name. Contacts who have proven who they are see themselves whole;
// who only claims it learns nothing that became known otherwise.
func (v view) forCustomer(id don.ID, u UserSummary) UserSummary {
	mine := id == v.actor.Self()
	if mine && !v.actor.Scope.Claimed {
		return u
	}
	out := UserSummary{Type: u.Type, ID: u.ID, DisplayID: u.DisplayID, DisplayName: u.DisplayName}
	if mine {
		out.DisplayName = ""
	}
	return out
}

// hideNotes takes out what the team notes about a conversation.
func (c *Conversation) hideNotes() {
	c.Description, c.Tags, c.CustomFields, c.Subtype = "", nil, nil, ""
	c.Fragments, c.StockFragment, c.AppliesToParts = nil, "", nil
	c.Account, c.RevOrg, c.Group, c.Channels = nil, nil, nil, nil
	c.IsSpam, c.IsFrozen, c.SnoozedUntil = false, false, wire.Time{}
}

// hideNotes takes out what the team notes about a comment, and which of its
// other records the comment names.
func (e *TimelineEntry) hideNotes() {
	e.Labels, e.ExternalRef, e.PrivateTo, e.Thread = nil, "", nil, nil
	team := e.CreatedBy != nil && e.CreatedBy.Type == don.Member.Wire()
	e.References = slices.DeleteFunc(e.References, func(r RecordSummary) bool { return !team || r.Type != don.Member.Wire() })
}

// ownComment refuses what a comment of a contact cannot have.
func (c call) ownComment(in *entryCreateIn) error {
	if c.Contact == nil {
		return nil
	}
	if v := timeline.Visibility(in.Visibility); v == timeline.Private || v == timeline.Internal {
		return errs.NotPermitted("visibility", "%s is for members; contacts write external comments", v)
	}
	return c.notByContacts([]unwanted{
		{"private_to", len(in.PrivateTo) > 0}, {"labels", len(in.Labels) > 0}, {"external_ref", in.ExternalRef != ""},
		{"expires_at", in.ExpiresAt != nil}, {"body_type", in.BodyType != "" && in.BodyType != timeline.Text},
	})
}

// ownConversation refuses what a conversation cannot have when its contact begins it.
func (c call) ownConversation(in *conversationCreateIn, custom *schema.Change) error {
	if c.Contact == nil {
		return nil
	}
	return c.notByContacts([]unwanted{
		{"members", len(in.Members) > 0}, {"owned_by", in.OwnedBy.Set}, {"tags", in.Tags.Set}, {"channels", len(in.Channels) > 0},
		{"account", in.Account.Set}, {"rev_org", in.RevOrg.Set}, {"group", in.Group.Set}, {"description", in.Description.Set},
		{"is_frozen", in.IsFrozen.Set}, {"is_spam", in.IsSpam.Set}, {"stage", in.Stage != stageIn{}}, {"applies_to_parts", len(in.Parts) > 0},
		{"custom_fields", custom != nil},
	})
}

type unwanted struct {
	field string
	given bool
}

func (c call) notByContacts(list []unwanted) error {
	for _, u := range list {
		if u.given {
			return errs.NotPermitted(u.field, "cannot be given with the session token of a contact; leave it out")
		}
	}
	return nil
}

// own reads the filter of a contact, who lists its own conversations, or those of
// the customer that it acts for. What the team notes is nothing to look for.
func (f conversationFilter) own(c call) (out conversation.Filter, none bool, err error) {
	for i, text := range f.Members {
		if id, err := c.reference(element("members", i), text, don.Contact); err != nil || id != c.Self() {
			return out, false, errs.NotPermitted("members", "a session token lists the conversations of its own contact; leave it out")
		}
	}
	if err := c.notByContacts([]unwanted{
		{"applies_to_parts", f.AppliesToParts != nil}, {"brand", f.Brand != nil}, {"channels", f.Channels != nil},
		{"created_by", f.CreatedBy != nil}, {"filter", f.Filter != nil}, {"custom_fields", f.CustomFields != nil}, {"group", f.Group != nil}, {"has_owner", f.HasOwner != nil},
		{"is_frozen", f.IsFrozen != nil}, {"is_snoozed", f.IsSnoozed != nil}, {"is_spam", f.IsSpam != nil}, {"is_unread", f.IsUnread != nil}, {"owned_by", f.OwnedBy != nil},
		{"source_channel", f.SourceChannel != nil}, {"source_channels", f.SourceChannels != nil},
		{"source_channel_v2", f.SourceChannelV2 != nil}, {"subtype", f.Subtype != nil}, {"tags", f.Tags != nil}, {"tags_v2", f.TagsV2 != nil},
	}); err != nil {
		return out, false, err
	}
	if err := c.notByContacts([]unwanted{
		{"account", f.Account != nil && len(f.Account) == 0}, {"rev_orgs", f.RevOrgs != nil && len(f.RevOrgs) == 0}, {"rev_org", f.RevOrg != nil && len(f.RevOrg) == 0},
	}); err != nil {
		return out, false, err
	}
	f.Members = nil
	s := sieve{c: c}
	out = conversation.Filter{
		Stages: s.values(f.Stage.Name, stageName), Accounts: s.numbers("account", f.Account, don.Account),
		Workspaces: s.numbers("rev_orgs", s.either("rev_orgs", f.RevOrgs, "rev_org", f.RevOrg), don.Workspace),
	}
	for _, text := range s.values(f.State, stateName) {
		out.States = append(out.States, conversation.State(text))
	}
	f.dates(&s, &out)
	return out, s.none, s.err
}
