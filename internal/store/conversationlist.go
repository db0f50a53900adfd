package store

import (
	"context"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
)

var conversationList = &listing{don.Conversation, "conversation", conversationColumns, "", map[string]string{
	SortCreated: "created_at", SortModified: "modified_at", SortTitle: "title_key", SortActive: "active_at", SortID: "n"}}

// ListConversations is ListContacts for conversations.
func (tx *Tx) ListConversations(ctx context.Context, f conversation.Filter, q Query) ([]*conversation.Conversation, bool, error) {
	return list(ctx, tx, conversationList, conversationConds(f), q, scanConversation, (*conversationRow).conversation)
}

// CountConversations returns how many conversations match, at most limit.
func (tx *Tx) CountConversations(ctx context.Context, f conversation.Filter, limit int) (int, error) {
	return count(ctx, tx, conversationList, conversationConds(f), limit)
}

// ConversationRows returns a page of a list of conversations with its edges.
func (tx *Tx) ConversationRows(ctx context.Context, f conversation.Filter, q directory.Query) (directory.Rows[*conversation.Conversation], error) {
	own := query(q)
	items, more, err := tx.ListConversations(ctx, f, own)
	return rowsOf(items, more, own.Sorts), err
}

func conversationConds(f conversation.Filter) conds {
	var cs conds
	cs.merged(convMember, f.Members)
	cs.merged(convWorkspace, nums(f.Workspaces))
	if len(f.Accounts) > 0 {
		of := []cond{attrAny(convAccount, nums(f.Accounts))}
		if len(f.SpacesOf) > 0 {
			of = append(of, attrAny(convWorkspace, nums(f.SpacesOf)))
		}
		cs = append(cs, conversationList.any(of))
	}
	cs.numbers(convOwner, f.Owners)
	cs.owned(conversationList, convOwner, f.Owned)
	cs.numbers(convGroup, f.Groups)
	cs.numbers(convPart, f.Parts)
	cs.tags(convTag, f.Tags)
	cs.attrs(convStage, f.Stages)
	cs.attrs(convState, spelled(f.States))
	cs.attrs(convSource, f.Sources)
	cs.attrs(convSourceV2, f.SourcesV2)
	cs.attrs(convChannel, f.Channels)
	cs.attrs(convSubtype, f.Subtypes)
	cs.flag(flagSpam, f.Spam)
	cs.flag(flagFrozen, f.Frozen)
	cs.flag(flagSnoozed, f.Snoozed)
	cs.unread(f.Reader, f.Unread)
	cs.ownOrNobodys(f.WaitsFor)
	cs.author("conversation", f.CreatedBy)
	cs.date("conversation", "created_at", f.CreatedAfter, f.CreatedBefore)
	cs.date("conversation", "modified_at", f.ModifiedAfter, f.ModifiedBefore)
	cs.date("conversation", "closed_at", f.ClosedAfter, f.ClosedBefore)
	cs.date("conversation", "active_at", f.ActiveAfter, f.ActiveBefore)
	return append(cs, whereConds(conversationList, f.Where)...)
}

// merged asks for any of values that stand for records with all that were merged
// into them, which may be more than a filter lists.
func (cs *conds) merged(field string, values []string) {
	if len(values) > 0 {
		*cs = append(*cs, attrAny(field, values))
	}
}

// flag asks for conversations with a flag, or for the others.
func (cs *conds) flag(name string, want *bool) {
	if want == nil {
		return
	}
	c := attrCond(convFlag, []string{name})
	if !*want {
		c = conversationList.opposite(c)
	}
	*cs = append(*cs, c)
}

// owned asks for what anybody looks after, or for what nobody does.
func (cs *conds) owned(of *listing, field string, want *bool) {
	if want == nil {
		return
	}
	c := attrRange(field, "", func(_ *builder, t string) string { return t + ".owners <> ''" })
	if !*want {
		c = of.opposite(c)
	}
	*cs = append(*cs, c)
}

func nums(ns []int64) []string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = num(n)
	}
	return out
}

func spelled[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
