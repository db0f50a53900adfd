package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/don"
)

type conversationsMergeIn struct {
	Primary   string `json:"primary_conversation" required:"true" format:"id" doc:"The conversation that is kept."`
	Secondary string `json:"secondary_conversation" required:"true" format:"id" doc:"The conversation of the same contacts that becomes part of it; its id leads to the primary from then on."`
}

type conversationsMergeOut struct {
	Conversation Conversation `json:"conversation" doc:"The primary as it is now."`
	Merge        Merge        `json:"merge"`
}

func registerConversationMerges(api *API, d DeskDeps) {
	op := writeOp("conversations.merge", "Merge a conversation into another of the same contacts", "conversations")
	op.Description = "What was said in both stands on one timeline. The primary keeps its values and gets those it lacks, and members, owners, tags and channels of both. It is open when one of them was, and is not put off any more. It can be undone at any time: see merges.undo. Repeated, it answers as before."
	operate(api, op, d.mergeConversations)
}

func (d DeskDeps) mergeConversations(ctx context.Context, c call, in *conversationsMergeIn) (*conversationsMergeOut, error) {
	p, s, err := c.two("primary_conversation", in.Primary, "secondary_conversation", in.Secondary, don.Conversation)
	if err != nil {
		return nil, err
	}
	f, err := d.Records.MergeConversations(ctx, c.Scope, p.N, s.N)
	if err != nil {
		return nil, err
	}
	is, err := c.conversation(d.Service.GetConversation(ctx, c.Scope, p.N))
	if err != nil {
		return nil, err
	}
	return &conversationsMergeOut{is.Conversation, c.view(f.Names).merge(f.Item)}, nil
}
