package desk

import (
	"context"
	"strconv"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
)

// ListConversations returns a page of the conversations that match. Contacts,
// accounts and workspaces of the filter stand for all that are one with them.
func (s *Service) ListConversations(ctx context.Context, sc org.Scope, f conversation.Filter, q directory.Query) (Conversations, error) {
	var got Conversations
	if err := f.Check(); err != nil {
		return got, err
	}
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		f := f
		none, err := sought(ctx, tx, &f)
		if none || err != nil {
			return err
		}
		rows, err := directory.ConversationRows(ctx, tx, f, q)
		if err != nil {
			return err
		}
		got, err = shownConversations(ctx, tx, q, rows)
		return err
	})
	return got, err
}

// CountConversations returns how many conversations match.
func (s *Service) CountConversations(ctx context.Context, sc org.Scope, f conversation.Filter, where directory.Where) (directory.Counted, error) {
	var out directory.Counted
	if err := f.Check(); err != nil {
		return out, err
	}
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		f := f
		none, err := sought(ctx, tx, &f)
		if none || err != nil {
			return err
		}
		out, err = directory.CountConversations(ctx, tx, f, where)
		return err
	})
	return out, err
}

// maxSpaces bounds the workspaces of accounts that a filter looks for one by one:
// of larger accounts it goes by what conversations say of their account.
const maxSpaces = 1000

// sought turns records of a filter into all that are one with them, and leaves out
// those that do not exist. None reports that nothing is left of a field.
func sought(ctx context.Context, tx Tx, f *conversation.Filter) (none bool, err error) {
	for _, list := range []struct {
		t  don.Type
		ns *[]int64
	}{{don.Account, &f.Accounts}, {don.Workspace, &f.Workspaces}} {
		ids, gone, err := alive(ctx, tx, idsOf(list.t, *list.ns))
		if gone || err != nil {
			return gone, err
		}
		*list.ns = numbers(ids)
	}
	var members []don.ID
	for _, tail := range f.Members {
		members = append(members, don.FromTail(tail))
	}
	members, none, err = alive(ctx, tx, members)
	if none || err != nil {
		return none, err
	}
	f.Members = tailsOf(members)
	if err := spacesOf(ctx, tx, f); err != nil {
		return false, err
	}
	if f.Unread != nil {
		if f.Reader, _, err = reader(ctx, tx); err != nil {
			return false, err
		}
	}
	f.Tags, none, err = liveTags(ctx, tx, f.Tags)
	return none, err
}

// spacesOf adds the workspaces of the accounts: a merge of accounts that is undone
// takes workspaces back, and with them what was written meanwhile.
func spacesOf(ctx context.Context, tx Tx, f *conversation.Filter) error {
	var all []don.ID
	for _, n := range f.Accounts {
		ns, err := tx.WorkspacesOf(ctx, n)
		if err != nil {
			return err
		}
		if all = append(all, idsOf(don.Workspace, ns)...); len(all) > maxSpaces {
			return nil
		}
	}
	all, err := directory.OnOneOf(ctx, tx, all)
	f.SpacesOf = numbers(all)
	return err
}

func tooMany(field string, has, limit int) error {
	return errs.NotPermitted(field, "has %d values; at most %d are allowed", has, limit)
}

func itemAt(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }

// Found returns those of some conversations and works that exist, by number and by
// id, with the records they refer to.
func (s *Service) Found(ctx context.Context, sc org.Scope, ids []don.ID) (Conversations, WorkPage, error) {
	var convs Conversations
	var works WorkPage
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		byType := map[don.Type]filter.Bound{}
		for _, id := range ids {
			n := id.N
			if id.Type != don.Conversation {
				n = ticket.Key(id)
			}
			b := filter.Bound{Op: filter.Any, Field: filter.Field{Name: "id", Type: filter.Ref}}
			b.Keys = append(byType[id.Type].Keys, strconv.FormatInt(n, 10))
			byType[id.Type] = b
		}
		q := directory.Query{Limit: len(ids) + 1, Sorts: []directory.Sort{{Field: "display_id"}}}
		if b, some := byType[don.Conversation]; some {
			rows, err := tx.ConversationRows(ctx, conversation.Filter{Where: b}, q)
			if err != nil {
				return err
			}
			if convs, err = shownConversations(ctx, tx, q, rows); err != nil {
				return err
			}
		}
		if b, some := byType[don.Ticket]; some {
			rows, err := tx.WorkRows(ctx, ticket.Filter{Where: b}, q)
			if err != nil {
				return err
			}
			works.Items = rows.Items
			if works.Names, err = workNames(ctx, tx, rows.Items...); err != nil {
				return err
			}
		}
		return nil
	})
	return convs, works, err
}
