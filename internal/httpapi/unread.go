package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

func registerUnread(api *API, d DeskDeps) {
	const tag = "conversations"
	read := writeOp("conversations.mark-read", "Note that you have read a conversation", tag, http.StatusNotFound)
	read.Description = "With it what you were told about the conversation. Others have their own."
	operate(api, read, d.readConversation)
	operate(api, writeOp("conversations.mark-unread", "Lay a conversation aside, as if its customer's last message were new to you", tag, http.StatusNotFound), d.unreadConversation)
	mute := writeOp("conversations.mute", "Be told nothing of a conversation", tag, http.StatusNotFound)
	mute.Description = "Also when a comment names you, until you unmute it; only that it becomes yours is still told. It changes nothing for others, nor what is unread."
	operate(api, mute, d.muteConversation(true))
	operate(api, writeOp("conversations.unmute", "Be told of a conversation again", tag, http.StatusNotFound), d.muteConversation(false))
	waiting := readOp("conversations.count-unread", "Count the conversations that wait for you", tag)
	waiting.Description = "Those with something for you to read that are yours or nobody's, up to 99."
	operate(api, waiting, d.countWaiting)
}

type conversationsReadIn struct {
	ID    string `json:"id" required:"true" format:"id"`
	Entry string `json:"timeline_entry" doc:"The last comment on it that you saw, so that what came meanwhile stays unread. Everything that there is when absent."`
}

func (d DeskDeps) readConversation(ctx context.Context, c call, in *conversationsReadIn) (*struct{}, error) {
	if err := c.asMember(); err != nil {
		return nil, err
	}
	id, err := c.object("id", in.ID, don.Conversation)
	if err != nil {
		return nil, err
	}
	var upTo int64
	if in.Entry != "" {
		entry, err := c.Scope.Space.ParseChild("timeline_entry", in.Entry, don.Comment)
		if err != nil {
			return nil, err
		}
		same, err := d.Service.SameNow(ctx, c.Scope, entry.Of, id)
		if err != nil {
			return nil, err
		}
		if !same {
			return nil, errs.NotPermitted("timeline_entry", "is a comment on %s, not on %s", entry.Of.Display(), id.Display())
		}
		upTo = entry.N
	}
	return nil, d.Service.ReadConversation(ctx, c.Scope, id.N, upTo)
}

func (d DeskDeps) unreadConversation(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	if err := c.asMember(); err != nil {
		return nil, err
	}
	id, err := c.object("id", in.ID, don.Conversation)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.UnreadConversation(ctx, c.Scope, id.N)
}

func (d DeskDeps) countWaiting(ctx context.Context, c call, _ *struct{}) (*Count, error) {
	if err := c.asMember(); err != nil {
		return nil, err
	}
	return counted(d.Service.CountWaiting(ctx, c.Scope, conversation.MaxUnread-1))
}

func (d DeskDeps) muteConversation(is bool) func(context.Context, call, *idIn) (*struct{}, error) {
	return func(ctx context.Context, c call, in *idIn) (*struct{}, error) {
		if err := c.asMember(); err != nil {
			return nil, err
		}
		id, err := c.object("id", in.ID, don.Conversation)
		if err != nil {
			return nil, err
		}
		return nil, d.Service.MuteConversation(ctx, c.Scope, id.N, is)
	}
}
