package store

import (
	"context"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/timeline"
)

const conversationColumns = `n, title, description, members, owners, account_n, workspace_n, group_n, stage, tags, source_channel, source_channel_v2,
	channels, is_spam, is_frozen, url_context, subtype, custom, last_message_at, closed_at, version, created_at, created_by, modified_at, modified_by, claimed, snoozed_until, parts`

// Fields of the inverted index.
const (
	convMember    = "K.member"
	convOwner     = "K.owner"
	convAccount   = "K.account"
	convWorkspace = "K.workspace"
	convGroup     = "K.group"
	convPart      = "K.part"
	convStage     = "K.stage"
	convState     = "K.state"
	convTag       = "K.tag"
	convSource    = "K.source"
	convSourceV2  = "K.source_v2"
	convChannel   = "K.channel"
	convFlag      = "K.flag" // only what is set has an entry, for that is rare
	convSubtype   = "K.subtype"
)

// Values of convFlag.
const (
	flagSpam    = "spam"
	flagFrozen  = "frozen"
	flagSnoozed = "snoozed"
)

type conversationRow struct {
	conversation.Conversation
	members, owners, tags, channels, custom, parts []byte
}

func scanConversation(r *conversationRow) []any {
	return []any{
		&r.N, &r.Title, &r.Description, &r.members, &r.owners, &r.AccountN, &r.WorkspaceN, &r.GroupN, &r.Stage, &r.tags, &r.SourceChannel, &r.SourceChannelV2,
		&r.channels, &r.Spam, &r.Frozen, &r.URLContext, &r.Subtype, &r.custom, &r.LastMessageAt, &r.ClosedAt, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.Claimed,
		&r.SnoozedUntil, &r.parts,
	}
}

func (r *conversationRow) conversation() (*conversation.Conversation, error) {
	c := r.Conversation
	return &c, unpack(r.members, &c.Members, r.owners, &c.Owners, r.tags, &c.Tags, r.channels, &c.Channels, r.custom, &c.Custom, r.parts, &c.Parts)
}

func conversationAttrs(c *conversation.Conversation) []attr {
	stage, _ := conversation.StageNamed(c.Stage)
	out := []attr{{convStage, c.Stage}, {convState, string(stage.State)}}
	for _, m := range c.Members {
		out = append(out, attr{convMember, m})
	}
	for _, one := range []struct {
		field string
		n     int64
	}{{convAccount, c.AccountN}, {convWorkspace, c.WorkspaceN}, {convGroup, c.GroupN}} {
		if one.n != 0 {
			out = append(out, attr{one.field, num(one.n)})
		}
	}
	for _, one := range []attr{{convSource, c.SourceChannel}, {convSourceV2, c.SourceChannelV2}} {
		if one.value != "" {
			out = append(out, one)
		}
	}
	for _, ch := range c.Channels {
		out = append(out, attr{convChannel, ch})
	}
	if c.Spam {
		out = append(out, attr{convFlag, flagSpam})
	}
	if c.Frozen {
		out = append(out, attr{convFlag, flagFrozen})
	}
	if c.SnoozedUntil != nil {
		out = append(out, attr{convFlag, flagSnoozed})
	}
	out = tagAttrs(out, convTag, c.Tags)
	out = numAttrs(out, convPart, c.Parts)
	return customAttrs(numAttrs(out, convOwner, c.Owners), don.Conversation, c.Subtype, c.Custom)
}

// Conversations returns the live conversations with the numbers given, by number.
// With lock they stay unchanged by others until the transaction ends.
func (tx *Tx) Conversations(ctx context.Context, ns []int64, lock bool) (map[int64]*conversation.Conversation, error) {
	ns = slices.Clone(ns)
	slices.Sort(ns)
	out := make(map[int64]*conversation.Conversation, len(ns))
	for chunk := range slices.Chunk(slices.Compact(ns), chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, chunk)
		sql := "SELECT " + conversationColumns + " FROM conversation WHERE org_id = $1 AND n IN " + list + " ORDER BY n"
		if lock {
			sql += tx.q.lock()
		}
		got, err := collect(ctx, tx.q, sql, args, scanConversation)
		if err != nil {
			return nil, err
		}
		for i := range got {
			c, err := got[i].conversation()
			if err != nil {
				return nil, err
			}
			out[c.N] = c
		}
	}
	return out, nil
}

// Conversation returns one live conversation or not_found.
func (tx *Tx) Conversation(ctx context.Context, n int64, lock bool) (*conversation.Conversation, error) {
	found, err := tx.Conversations(ctx, []int64{n}, lock)
	if err != nil {
		return nil, err
	}
	if c := found[n]; c != nil {
		return c, nil
	}
	return nil, errs.Gone(don.Of(don.Conversation, n).Display())
}

// InsertConversation adds a conversation with its index entries and history.
func (tx *Tx) InsertConversation(ctx context.Context, c *conversation.Conversation) error {
	if err := tx.putConversation(ctx, c); err != nil {
		return err
	}
	return tx.record(ctx, change{don.Of(don.Conversation, c.N), opCreated, ""})
}

func (tx *Tx) putConversation(ctx context.Context, c *conversation.Conversation) error {
	_, err := tx.q.exec(ctx, "INSERT INTO conversation (org_id, "+conversationColumns+", title_key, active_at) VALUES ("+marks(1, 31)+")",
		tx.scope.OrgID, c.N, c.Title, c.Description, pack(c.Members), pack(c.Owners), c.AccountN, c.WorkspaceN, c.GroupN, c.Stage, pack(c.Tags), c.SourceChannel, c.SourceChannelV2,
		pack(c.Channels), c.Spam, c.Frozen, c.URLContext, c.Subtype, c.Custom.Pack(), c.LastMessageAt, c.ClosedAt, c.Version, c.CreatedAt, c.CreatedBy, c.ModifiedAt, c.ModifiedBy,
		c.Claimed, c.SnoozedUntil, pack(c.Parts), contact.FoldName(c.Title), c.ActiveAt())
	if err != nil {
		return err
	}
	if err := tx.said(ctx, don.Of(don.Conversation, c.N)); err != nil {
		return err
	}
	return tx.changeAttrs(ctx, c.N, nil, conversationAttrs(c))
}

// marks writes the parameters from one number to another.
func marks(from, to int) string {
	out := "$" + strconv.Itoa(from)
	for i := from + 1; i <= to; i++ {
		out += ", $" + strconv.Itoa(i)
	}
	return out
}

// UpdateConversation replaces a conversation by its changed form and reports
// whether it differed. When its last message came is TouchConversation's to say.
func (tx *Tx) UpdateConversation(ctx context.Context, before, after *conversation.Conversation) (bool, error) {
	return tx.changeConversation(ctx, before, after, opUpdated)
}

// WakeConversation is UpdateConversation for one whose time has come, and history
// says so.
func (tx *Tx) WakeConversation(ctx context.Context, before, after *conversation.Conversation) (bool, error) {
	return tx.changeConversation(ctx, before, after, timeline.OpWoken)
}

func (tx *Tx) changeConversation(ctx context.Context, before, after *conversation.Conversation, op string) (bool, error) {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return false, err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	if err := tx.writeConversation(ctx, before, after); err != nil {
		return false, err
	}
	return true, tx.record(ctx, change{don.Of(don.Conversation, after.N), op, d})
}

// writeConversation replaces a conversation's row and index entries.
func (tx *Tx) writeConversation(ctx context.Context, before, after *conversation.Conversation) error {
	_, err := tx.q.exec(ctx, `UPDATE conversation SET title = $3, title_key = $4, description = $5, members = $6, owners = $7, account_n = $8, workspace_n = $9, group_n = $10,
		stage = $11, tags = $12, source_channel = $13, source_channel_v2 = $14, channels = $15, is_spam = $16, is_frozen = $17, url_context = $18, subtype = $19, custom = $20,
		closed_at = $21, version = $22, modified_at = $23, modified_by = $24, snoozed_until = $25, parts = $26 WHERE org_id = $1 AND n = $2`,
		tx.scope.OrgID, after.N, after.Title, contact.FoldName(after.Title), after.Description, pack(after.Members), pack(after.Owners), after.AccountN, after.WorkspaceN, after.GroupN,
		after.Stage, pack(after.Tags), after.SourceChannel, after.SourceChannelV2, pack(after.Channels), after.Spam, after.Frozen, after.URLContext, after.Subtype, after.Custom.Pack(),
		after.ClosedAt, after.Version, after.ModifiedAt, after.ModifiedBy, after.SnoozedUntil, pack(after.Parts))
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(docOfConversation(before), docOfConversation(after)) {
		if err := tx.said(ctx, don.Of(don.Conversation, after.N)); err != nil {
			return err
		}
	}
	return tx.changeAttrs(ctx, after.N, conversationAttrs(before), conversationAttrs(after))
}

// TouchConversation notes when the last message of a conversation, or of the one that
// it was merged into, came. An
// earlier one changes nothing, and a message is no change of the record itself.
func (tx *Tx) TouchConversation(ctx context.Context, n int64, at time.Time) error {
	_, err := tx.q.exec(ctx, `UPDATE conversation SET last_message_at = $3, active_at = $3
		WHERE org_id = $1 AND n = COALESCE((SELECT a.survivor FROM alias a WHERE a.org_id = $1 AND a.type = $4 AND a.n = $2), $2)
		AND (last_message_at IS NULL OR last_message_at < $3)`, tx.scope.OrgID, n, at, typeCodes[don.Conversation])
	return err
}

// DeleteConversation moves a conversation to the trash.
func (tx *Tx) DeleteConversation(ctx context.Context, c *conversation.Conversation) error {
	return tx.discard(ctx, "conversation", don.Of(don.Conversation, c.N), c, conversationAttrs(c))
}

// RestoreConversation brings a conversation back from the trash as it was.
func (tx *Tx) RestoreConversation(ctx context.Context, c *conversation.Conversation) error {
	id := don.Of(don.Conversation, c.N)
	if err := tx.takeOut(ctx, id); err != nil {
		return err
	}
	if err := tx.putConversation(ctx, c); err != nil {
		return err
	}
	return tx.record(ctx, change{id, opRestored, ""})
}
