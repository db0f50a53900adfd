package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/org"
)

// Contacts whom the team has put into the group of customer admins, and who have
// proved who they are, read the conversations and tickets of the accounts and workspaces that
// they belong to, too. They write in their own ones only.

// actsFor returns the accounts and workspaces whose conversations the contact who
// calls may read beside its own, with all that is one with them.
func actsFor(ctx context.Context, tx Tx) ([]don.ID, error) {
	if !byCustomer(tx.Scope()) || tx.Scope().Claimed {
		return nil, nil
	}
	now, err := directory.NowOf(ctx, tx, []don.ID{tx.Scope().Actor})
	if err != nil {
		return nil, err
	}
	is, err := customerAdmin(ctx, tx, now[0].N)
	if !is || err != nil {
		return nil, err
	}
	names, err := directory.LoadNames(ctx, tx, now[0])
	if err != nil || names.Contacts[now[0].N] == nil {
		return nil, err
	}
	var places []don.ID
	for _, a := range names.Places(names.Contacts[now[0].N]) {
		if a.Until == nil || a.Until.After(tx.Now()) {
			places = append(places, don.Of(a.Type, a.N))
		}
	}
	return directory.OnOneOf(ctx, tx, places)
}

func customerAdmin(ctx context.Context, tx Tx, contactN int64) (bool, error) {
	in, err := tx.StaticGroupsOf(ctx, []int64{contactN})
	if err != nil {
		return false, err
	}
	for _, n := range in[contactN] {
		g, err := tx.UserGroup(ctx, n, false)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return false, err
		}
		if err == nil && g.Standard == group.CustomerAdmins {
			return true, nil
		}
	}
	return false, nil
}

// knows reports whether the caller may read a conversation.
func knows(ctx context.Context, tx Tx, c *conversation.Conversation) (bool, error) {
	part, err := takesPart(ctx, tx, c)
	if part || err != nil {
		return part, err
	}
	places, err := actsFor(ctx, tx)
	if len(places) == 0 || err != nil {
		return false, err
	}
	return allOfOneOf(ctx, tx, places, c)
}

// allOfOneOf is ofOneOf for a conversation with all its parts: one of them may be of
// nobody, or of another customer.
func allOfOneOf(ctx context.Context, tx Tx, places []don.ID, c *conversation.Conversation) (bool, error) {
	parts, err := partsOf(ctx, tx, c.N)
	if err != nil {
		return false, err
	}
	for _, p := range append([]*conversation.Conversation{c}, parts[c.N]...) {
		of, err := ofOneOf(ctx, tx, places, p.AccountN, p.WorkspaceN)
		if !of || err != nil {
			return false, err
		}
	}
	return true, nil
}

// ofOneOf reports whether what is with an account or a workspace is with one of some.
// The account of a workspace is the one that it belongs to now.
func ofOneOf(ctx context.Context, tx Tx, places []don.ID, account, workspace int64) (bool, error) {
	if workspace != 0 {
		id := don.Of(don.Workspace, workspace)
		if slices.Contains(places, id) {
			return true, nil
		}
		now, err := directory.NowOf(ctx, tx, []don.ID{id})
		if err != nil {
			return false, err
		}
		if account, err = accountAbove(ctx, tx, now[0].N); err != nil {
			return false, err
		}
	}
	return account != 0 && slices.Contains(places, don.Of(don.Account, account)), nil
}

// ListCustomersConversations is ListConversations for a contact who acts for the
// accounts and workspaces of the filter. Errors: invalid for others.
func (s *Service) ListCustomersConversations(ctx context.Context, sc org.Scope, f conversation.Filter, q directory.Query) (Conversations, error) {
	var got Conversations
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		places, err := actsFor(ctx, tx)
		if err != nil {
			return err
		}
		if err := allActedFor(ctx, tx, places, append(idsOf(don.Account, f.Accounts), idsOf(don.Workspace, f.Workspaces)...)); err != nil {
			return err
		}
		f := f
		none, err := sought(ctx, tx, &f)
		if none || err != nil {
			return err
		}
		rows, err := tx.ConversationRows(ctx, f, q)
		if err != nil {
			return err
		}
		if rows.Items, err = those(ctx, tx, places, rows.Items); err != nil {
			return err
		}
		got, err = shownConversations(ctx, tx, q, rows)
		return err
	})
	return got, err
}

// allActedFor refuses accounts and workspaces that the caller does not act for.
func allActedFor(ctx context.Context, tx Tx, places, wanted []don.ID) error {
	for _, id := range wanted {
		may, field := slices.Contains(places, id), "account"
		if id.Type == don.Workspace {
			field = "rev_orgs"
			if !may {
				above, err := accountAbove(ctx, tx, id.N)
				if err != nil {
					return err
				}
				may = above != 0 && slices.Contains(places, don.Of(don.Account, above))
			}
		}
		if !may {
			return errs.NotPermitted(field, "%s is for its customer admins; leave it out to list what is your own", id.Display())
		}
	}
	return nil
}

// those takes the conversations of the places.
func those(ctx context.Context, tx Tx, places []don.ID, all []*conversation.Conversation) ([]*conversation.Conversation, error) {
	var out []*conversation.Conversation
	for _, c := range all {
		of, err := allOfOneOf(ctx, tx, places, c)
		if err != nil {
			return nil, err
		}
		if of {
			out = append(out, c)
		}
	}
	return out, nil
}
