package desk

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// ConversationPatch says what a conversation shall be: everything it has on
// creation, what changes on update. What is nil stays as it is; texts that point
// at "" and numbers that point at 0 clear their field.
type ConversationPatch struct {
	Title           *string
	Description     *string
	SourceChannel   *string
	SourceChannelV2 *string
	URLContext      *string
	Channels        *[]string
	Members         *[]don.ID // contacts and members
	Owners          *[]int64
	Tags            ListPatch[tag.Use]
	Account         *int64
	Workspace       *int64
	Group           *int64
	Parts           *[]int64
	Custom          *schema.Change
	Stage           *conversation.Stage
	Spam            *bool
	Frozen          *bool
	Snooze          **time.Time // until when it is put off; nil wakes it
	Messages        []Message   // what is said first, on creation only
}

// Message is what somebody says, with the numbers of the files that hang on it.
type Message struct {
	Body  string
	Files []int64
}

// apply changes a conversation as the patch says; lists are replaced, never
// changed in place.
func (p ConversationPatch) apply(ctx context.Context, tx Tx, c *conversation.Conversation) error {
	for _, step := range []func(context.Context, Tx, *conversation.Conversation) error{p.words, p.people, p.place, p.team, p.about} {
		if err := step(ctx, tx, c); err != nil {
			return err
		}
	}
	if p.Spam != nil {
		c.Spam = *p.Spam
	}
	if p.Frozen != nil {
		c.Frozen = *p.Frozen
	}
	if p.Stage != nil {
		c.Enter(*p.Stage, tx.Now())
	}
	return p.snooze(c, tx.Now())
}

// words stores texts.
func (p ConversationPatch) words(_ context.Context, _ Tx, c *conversation.Conversation) error {
	for _, t := range []struct {
		dst   *string
		field string
		given *string
		norm  func(string) (string, error)
	}{
		{&c.Title, "title", p.Title, contact.FullName},
		{&c.Description, "description", p.Description, contact.Description},
		{&c.SourceChannel, "source_channel", p.SourceChannel, contact.FullName},
		{&c.SourceChannelV2, "source_channel_v2", p.SourceChannelV2, contact.FullName},
		{&c.URLContext, "metadata.url_context", p.URLContext, urlContext},
	} {
		if err := directory.SetText(t.dst, t.field, t.given, t.norm); err != nil {
			return err
		}
	}
	if p.Channels == nil {
		return nil
	}
	if n := len(*p.Channels); n > conversation.MaxChannels {
		return tooMany("channels", n, conversation.MaxChannels)
	}
	var out []string
	for i, text := range *p.Channels {
		v, err := contact.DisplayName(text)
		if err != nil {
			return directory.InField(itemAt("channels", i), err)
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	c.Channels = out
	return nil
}

func urlContext(s string) (string, error) {
	if len(s) > conversation.MaxURLBytes {
		return "", errs.NotPermitted("", "is %d bytes long; shorten it to at most %d", len(s), conversation.MaxURLBytes)
	}
	return contact.Description(s)
}

// people stores who takes part, who looks after it, and its tags.
func (p ConversationPatch) people(ctx context.Context, tx Tx, c *conversation.Conversation) error {
	if p.Members != nil {
		members, err := persons(ctx, tx, "members", c.MemberIDs(), ListPatch[don.ID]{Set: p.Members}, conversation.MaxMembers)
		if err != nil {
			return err
		}
		c.Members = tailsOf(members)
	}
	if err := directory.SetOwners(ctx, tx, &c.Owners, p.Owners); err != nil {
		return err
	}
	return retag(ctx, tx, &c.Tags, p.Tags)
}

// place stores the customer. A workspace brings its account.
func (p ConversationPatch) place(ctx context.Context, tx Tx, c *conversation.Conversation) (err error) {
	if p.Account != nil {
		if c.AccountN, err = keptNumber(ctx, tx, "account", don.Account, c.AccountN, *p.Account); err != nil {
			return err
		}
	}
	if p.Workspace != nil {
		if c.WorkspaceN, err = keptNumber(ctx, tx, "rev_org", don.Workspace, c.WorkspaceN, *p.Workspace); err != nil {
			return err
		}
	}
	if c.WorkspaceN == 0 || p.Account == nil && p.Workspace == nil {
		return nil
	}
	above, err := accountAbove(ctx, tx, c.WorkspaceN)
	if err != nil || above == 0 {
		return err
	}
	now, err := directory.NowOf(ctx, tx, []don.ID{don.Of(don.Account, c.AccountN), don.Of(don.Account, above)})
	switch {
	case err != nil || now[0] == now[1]:
		return err
	case p.Account == nil:
		c.AccountN = above
	case p.Workspace == nil:
		c.WorkspaceN = 0 // of the account before
	default:
		return errs.NotPermitted("rev_org", "%s belongs to %s, not to %s; leave account out, or name that one",
			don.Of(don.Workspace, c.WorkspaceN).Display(), now[1].Display(), now[0].Display())
	}
	return nil
}

// keptNumber is persons for a field that refers to one record, 0 for none.
func keptNumber(ctx context.Context, tx Tx, field string, t don.Type, has, wanted int64) (int64, error) {
	if wanted == 0 {
		return 0, nil
	}
	var had []don.ID
	if has != 0 {
		had = append(had, don.Of(t, has))
	}
	ids, err := persons(ctx, tx, field, had, ListPatch[don.ID]{Set: &[]don.ID{don.Of(t, wanted)}}, 1)
	if err != nil {
		return 0, err
	}
	return ids[0].N, nil
}

// accountAbove returns the account of a workspace, 0 when that is not there.
func accountAbove(ctx context.Context, tx Tx, workspaceN int64) (int64, error) {
	names, err := directory.LoadNames(ctx, tx, don.Of(don.Workspace, workspaceN))
	if err != nil || names.Workspaces[workspaceN] == nil {
		return 0, err
	}
	return names.Workspaces[workspaceN].AccountN, nil
}

// team stores the group.
func (p ConversationPatch) team(ctx context.Context, tx Tx, c *conversation.Conversation) error {
	if p.Group == nil {
		return nil
	}
	if *p.Group != 0 {
		g, err := tx.UserGroup(ctx, *p.Group, false)
		if err != nil {
			return directory.InField("group", err)
		}
		if g.Of != don.Member {
			return errs.NotPermitted("group", "%q is a group of contacts; give one of members", g.Name)
		}
	}
	c.GroupN = *p.Group
	return nil
}

// about stores the products that it is about, and the custom values. What it names
// already stays, although it may be gone by now.
func (p ConversationPatch) about(ctx context.Context, tx Tx, c *conversation.Conversation) error {
	if p.Parts != nil {
		parts := directory.Distinct(*p.Parts)
		if len(parts) > conversation.MaxProducts {
			return tooMany("applies_to_parts", len(parts), conversation.MaxProducts)
		}
		for _, n := range slices.Sorted(slices.Values(parts)) { // in one order, so that two do not wait for each other
			if slices.Contains(c.Parts, n) {
				continue
			}
			if _, err := tx.Part(ctx, n, true); err != nil {
				return directory.InField("applies_to_parts", err)
			}
		}
		if c.Parts = parts; len(parts) == 0 {
			c.Parts = nil
		}
	}
	return directory.SetCustom(ctx, tx, don.Conversation, p.Custom, c.N == 0, &c.Custom, &c.Subtype)
}

// ofFirstContact takes the customer over from the first contact among the members.
func ofFirstContact(ctx context.Context, tx Tx, c *conversation.Conversation) error {
	place, err := customerOf(ctx, tx, c.MemberIDs())
	if err != nil || place.Type != don.Workspace {
		c.AccountN = place.N
		return err
	}
	c.WorkspaceN = place.N
	c.AccountN, err = accountAbove(ctx, tx, place.N)
	return err
}

func tailsOf(ids []don.ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, id.Tail())
	}
	return out
}
