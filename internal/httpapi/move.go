package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/don"
)

func registerMoves(api *API, d DeskDeps) {
	move := writeOp("conversations.move", "Make a conversation another contact's", "conversations")
	move.Description = "The contact takes part instead of the contacts that did, and the conversation belongs to its customer. What was said stays as it was."
	operate(api, move, d.moveConversation)
	move = writeOp("works.move", "Make a ticket another contact's", "works")
	move.Description = "The contact has reported it instead of the contacts that did, and the ticket belongs to its customer."
	operate(api, move, d.moveTicket)
}

type moveIn struct {
	ID      string `json:"id" required:"true" format:"id"`
	RevUser string `json:"rev_user" required:"true" format:"id" doc:"Whose it shall be."`
}

func (c call) moving(in *moveIn, t don.Type) (n, contactN int64, err error) {
	id, err := c.object("id", in.ID, t)
	if err != nil {
		return 0, 0, err
	}
	contact, err := c.reference("rev_user", in.RevUser, don.Contact)
	return id.N, contact.N, err
}

func (d DeskDeps) moveConversation(ctx context.Context, c call, in *moveIn) (*conversationOut, error) {
	n, contact, err := c.moving(in, don.Conversation)
	if err != nil {
		return nil, err
	}
	return c.conversation(d.Service.MoveConversation(ctx, c.Scope, n, contact))
}

func (d DeskDeps) moveTicket(ctx context.Context, c call, in *moveIn) (*workOut, error) {
	n, contact, err := c.moving(in, don.Ticket)
	if err != nil {
		return nil, err
	}
	return c.work(d.Service.MoveTicket(ctx, c.Scope, n, contact))
}
