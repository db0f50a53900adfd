package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
)

// MoveConversation makes a conversation another contact's: that one takes part
// instead of the contacts that did, and its customer is the conversation's. What
// was said stays as it was. Errors: not_found for either, naming rev_user.
func (s *Service) MoveConversation(ctx context.Context, sc org.Scope, n, contactN int64) (Conversations, error) {
	var got Conversations
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := conversationNow(ctx, tx, n, true)
		if err != nil {
			return err
		}
		after := *before
		people, err := instead(ctx, tx, before.MemberIDs(), contactN, conversation.MaxMembers)
		if err != nil {
			return err
		}
		after.Members = tailsOf(people)
		after.AccountN, after.WorkspaceN = 0, 0
		if err := ofFirstContact(ctx, tx, &after); err != nil {
			return err
		}
		if _, err := changeConversation(ctx, tx, before, &after); err != nil {
			return err
		}
		got, err = shownConversation(ctx, tx, &after)
		return err
	})
	return got, err
}

// MoveTicket is MoveConversation for a ticket and who reported it.
func (s *Service) MoveTicket(ctx context.Context, sc org.Scope, n, contactN int64) (WorkFound, error) {
	var got WorkFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := tx.Work(ctx, don.Of(don.Ticket, n), true)
		if err != nil {
			return err
		}
		after := *before
		people, err := instead(ctx, tx, before.Reporters(), contactN, ticket.MaxReporters)
		if err != nil {
			return err
		}
		after.ReportedBy = tailsOf(people)
		place, err := customerOf(ctx, tx, people)
		if err != nil {
			return err
		}
		put(&after, place)
		if _, err := tx.UpdateWork(ctx, before, &after); err != nil {
			return err
		}
		got, err = workFound(ctx, tx, &after)
		return err
	})
	return got, err
}

// instead returns the people with a contact in the place of all contacts among them.
func instead(ctx context.Context, tx Tx, people []don.ID, contactN int64, limit int) ([]don.ID, error) {
	now := don.Of(don.Contact, contactN)
	if _, err := directory.Writable(ctx, tx, "rev_user", []don.ID{now}); err != nil {
		return nil, directory.InField("rev_user", err)
	}
	team := slices.DeleteFunc(slices.Clone(people), func(id don.ID) bool { return id.Type == don.Contact })
	wanted := append([]don.ID{now}, team...)
	return persons(ctx, tx, "rev_user", people, ListPatch[don.ID]{Set: &wanted}, limit)
}
