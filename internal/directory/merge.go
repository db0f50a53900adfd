package directory

import (
	"context"
	"strconv"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// MergeQuery selects merges, the latest first.
type MergeQuery struct {
	Of    don.ID // merges that the record took part in or that made it what it is; zero means all
	Below int64  // only those with a lower number; 0 means all
	Limit int
}

// MergeFound is a merge with the names of its records and members.
type MergeFound = Found[identity.Merge]

// MergeContacts merges the secondary contact into the primary. Errors: invalid
// when they are the same or one was merged away, not_found.
func (s *Service) MergeContacts(ctx context.Context, sc org.Scope, primary, secondary int64) (MergeFound, error) {
	return s.merge(ctx, sc, func(tx Tx) (identity.Merge, error) { return identity.MergeContacts(ctx, tx, primary, secondary) })
}

// MergeAccounts merges the secondary account into the primary, as MergeContacts.
func (s *Service) MergeAccounts(ctx context.Context, sc org.Scope, primary, secondary int64) (MergeFound, error) {
	return s.merge(ctx, sc, func(tx Tx) (identity.Merge, error) { return identity.MergeAccounts(ctx, tx, primary, secondary) })
}

// MergeWorkspaces merges the secondary workspace into the primary, as
// MergeContacts. It is also invalid when they belong to two accounts.
func (s *Service) MergeWorkspaces(ctx context.Context, sc org.Scope, primary, secondary int64) (MergeFound, error) {
	return s.merge(ctx, sc, func(tx Tx) (identity.Merge, error) { return identity.MergeWorkspaces(ctx, tx, primary, secondary) })
}

// MergeConversations merges the secondary conversation into the primary, as
// MergeContacts. It is also invalid when they are with different contacts; when one is
// part of the other already, the merge that made it so is returned.
func (s *Service) MergeConversations(ctx context.Context, sc org.Scope, primary, secondary int64) (MergeFound, error) {
	return s.merge(ctx, sc, func(tx Tx) (identity.Merge, error) { return identity.MergeConversations(ctx, tx, primary, secondary) })
}

func (s *Service) merge(ctx context.Context, sc org.Scope, do func(Tx) (identity.Merge, error)) (MergeFound, error) {
	var got MergeFound
	err := s.write(ctx, sc, func(tx Tx) error {
		m, err := do(tx)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.merge, m)
		return err
	})
	return got, err
}

// PreviewFound is what a merge would do, with the names of what it is about.
type PreviewFound = Found[identity.Preview]

// PreviewMerge tells what MergeContacts would do and changes nothing.
func (s *Service) PreviewMerge(ctx context.Context, sc org.Scope, primary, secondary int64) (PreviewFound, error) {
	var got PreviewFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		p, err := identity.PreviewMerge(ctx, tx, primary, secondary)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.preview, p)
		return err
	})
	return got, err
}

// GetMerge returns one merge or not_found.
func (s *Service) GetMerge(ctx context.Context, sc org.Scope, n int64) (MergeFound, error) {
	var got MergeFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		m, err := tx.Merge(ctx, n)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.merge, m)
		return err
	})
	return got, err
}

// ListMerges returns merges, the latest first, with the names they refer to.
func (s *Service) ListMerges(ctx context.Context, sc org.Scope, q MergeQuery) (Found[[]identity.Merge], error) {
	var got Found[[]identity.Merge]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		list, err := tx.Merges(ctx, q)
		if err != nil {
			return err
		}
		names, err := namesOf(ctx, tx, needs.merge, list...)
		got = Found[[]identity.Merge]{Item: list, Names: names}
		return err
	})
	return got, err
}

// AccountPreview is what a merge of accounts would do.
type AccountPreview struct {
	Result               *account.Account
	Fields               []identity.Outlook
	Workspaces, Children int // that would come to the primary, at most 10,000 and 1,000
}

// PreviewAccounts tells what MergeAccounts would do and changes nothing.
func (s *Service) PreviewAccounts(ctx context.Context, sc org.Scope, primary, secondary int64) (Found[AccountPreview], error) {
	var got Found[AccountPreview]
	err := s.db.Read(ctx, sc, func(tx Tx) (err error) {
		var p AccountPreview
		if p.Result, p.Fields, err = identity.PreviewAccounts(ctx, tx, primary, secondary); err != nil {
			return err
		}
		spaces, err := tx.WorkspacesOf(ctx, secondary)
		if err != nil {
			return err
		}
		below, err := childAccounts(ctx, tx, secondary)
		if err != nil {
			return err
		}
		p.Workspaces, p.Children = len(spaces), len(below)
		got, err = found(ctx, tx, needs.accountPreview, p)
		return err
	})
	return got, err
}

// WorkspacePreview is what a merge of workspaces would do.
type WorkspacePreview struct {
	Result *account.Workspace
	Fields []identity.Outlook
}

// PreviewWorkspaces tells what MergeWorkspaces would do and changes nothing.
func (s *Service) PreviewWorkspaces(ctx context.Context, sc org.Scope, primary, secondary int64) (Found[WorkspacePreview], error) {
	var got Found[WorkspacePreview]
	err := s.db.Read(ctx, sc, func(tx Tx) (err error) {
		var p WorkspacePreview
		if p.Result, p.Fields, err = identity.PreviewWorkspaces(ctx, tx, primary, secondary); err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.workspacePreview, p)
		return err
	})
	return got, err
}

// PreviewConversations tells what MergeConversations would do and changes nothing.
func (s *Service) PreviewConversations(ctx context.Context, sc org.Scope, primary, secondary int64) (Found[identity.ConversationPreview], error) {
	var got Found[identity.ConversationPreview]
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		p, err := identity.PreviewConversations(ctx, tx, primary, secondary)
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.conversationPreview, p)
		return err
	})
	return got, err
}

// Undo is what the undo of a merge did: to contacts, accounts, workspaces or
// conversations.
type Undo struct {
	Contacts   *identity.Parted[contact.Contact]
	Accounts   *identity.Parted[account.Account]
	Workspaces *identity.Parted[account.Workspace]

	Conversations *identity.Parted[conversation.Conversation]
}

// UndoMerge takes a merge back, at any time and in any order. Errors:
// not_found, invalid for one that is undone or whose records are gone for good.
func (s *Service) UndoMerge(ctx context.Context, sc org.Scope, n int64) (Found[Undo], error) {
	var got Found[Undo]
	err := s.write(ctx, sc, func(tx Tx) error {
		m, err := tx.Merge(ctx, n)
		if err != nil {
			return err
		}
		var u Undo
		switch m.Type {
		case don.Account:
			u.Accounts, err = identity.UnmergeAccounts(ctx, tx, n)
		case don.Workspace:
			u.Workspaces, err = identity.UnmergeWorkspaces(ctx, tx, n)
		case don.Conversation:
			u.Conversations, err = identity.UnmergeConversations(ctx, tx, n)
		default:
			u.Contacts, err = UnmergeContacts(ctx, tx, n)
		}
		if err != nil {
			return err
		}
		got, err = found(ctx, tx, needs.undo, u)
		return err
	})
	return got, err
}

// UnmergeContacts takes a merge of contacts back, and with it those of conversations
// that would be with both of them then.
func UnmergeContacts(ctx context.Context, tx Tx, n int64) (*identity.Parted[contact.Contact], error) {
	p, err := identity.UnmergeContacts(ctx, tx, n)
	if err != nil {
		return nil, err
	}
	p.Along, err = identity.PartConversations(ctx, tx, p.Survivor.N, p.Secondary.N)
	return p, err
}

// Named is an identifier as a caller names it.
type Named struct {
	Kind  contact.Kind
	Value string
}

// SplitContact takes identifiers, and what came through them, out of a contact
// to a new one, and returns both. Errors: invalid, not_found for an identifier
// that the contact has not.
func (s *Service) SplitContact(ctx context.Context, sc org.Scope, n int64, names []Named, displayName *string) (from, made ContactFound, err error) {
	chosen, name, err := readSplit(names, displayName)
	if err != nil {
		return from, made, err
	}
	err = s.write(ctx, sc, func(tx Tx) error {
		c, err := liveContact(ctx, tx, n, true)
		if err != nil {
			return err
		}
		split, err := identity.SplitContact(ctx, tx, c, chosen, name)
		if err != nil {
			return err
		}
		if from, err = found(ctx, tx, needs.contact, split.From); err != nil {
			return err
		}
		made, err = found(ctx, tx, needs.contact, split.Made)
		return err
	})
	return from, made, err
}

func readSplit(names []Named, displayName *string) (chosen []contact.Identifier, name string, err error) {
	if len(names) == 0 {
		return nil, "", errs.Missing("identifiers")
	}
	for at, n := range names {
		field := "identifiers[" + strconv.Itoa(at) + "].value"
		i, err := identifier(n.Kind, field, n.Value)
		if err != nil {
			return nil, "", err
		}
		chosen = append(chosen, i)
	}
	err = SetText(&name, "display_name", displayName, contact.DisplayName)
	return chosen, name, err
}

func (n needs) merge(m identity.Merge) {
	n.add(don.Of(m.Type, m.Primary), don.Of(m.Type, m.Secondary), don.FromTail(m.By), don.FromTail(m.UndoneBy))
}

func (n needs) preview(p identity.Preview) {
	n.contact(p.Primary)
	n.contact(p.Secondary)
}

func (n needs) accountPreview(p AccountPreview) { n.account(p.Result); n.outlooks(p.Fields) }

func (n needs) outlooks(fields []identity.Outlook) {
	for _, f := range fields {
		for _, list := range [][]identity.Value{f.Adopted, f.Joined, f.Dropped} {
			for _, v := range list {
				n.add(v.ID)
			}
		}
	}
}

func (n needs) workspacePreview(p WorkspacePreview) {
	n.workspace(p.Result)
	n.outlooks(p.Fields)
}

func (n needs) conversationPreview(p identity.ConversationPreview) {
	n.conversation(p.Result)
	n.outlooks(p.Fields)
}

func (n needs) conversation(c *conversation.Conversation) {
	n.add(don.FromTail(c.CreatedBy), don.FromTail(c.ModifiedBy), don.Of(don.Account, c.AccountN), don.Of(don.Workspace, c.WorkspaceN))
	n.add(c.MemberIDs()...)
	for _, o := range c.Owners {
		n.add(don.Of(don.Member, o))
	}
	for _, t := range c.Tags {
		n.add(don.Of(don.Tag, t.N))
	}
}

func (n needs) undo(u Undo) {
	parted(n, u.Contacts, n.contact)
	parted(n, u.Accounts, n.account)
	parted(n, u.Workspaces, n.workspace)
	parted(n, u.Conversations, n.conversation)
}

func parted[T any](n needs, p *identity.Parted[T], record func(*T)) {
	if p == nil {
		return
	}
	for _, m := range append(p.Along, p.Merge) {
		n.merge(m)
	}
	record(p.Survivor)
	record(p.Secondary)
	n.told(p.Lost, p.Edits)
}

func (n needs) told(lost []identity.Lost, edits []identity.Edit) {
	for _, l := range lost {
		n.add(l.Holder)
	}
	for _, e := range edits {
		n.add(don.FromTail(e.Actor))
	}
}
