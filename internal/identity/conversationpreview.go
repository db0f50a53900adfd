package identity

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
)

// ConversationPreview is what a merge of conversations would do.
type ConversationPreview struct {
	Result *conversation.Conversation
	Fields []Outlook
	// Comments are how many messages and notes would come to the primary, at most
	// HistoryLimit.
	Comments int
}

// PreviewConversations tells what MergeConversations would do, with its errors.
func PreviewConversations(ctx context.Context, tx ConversationTx, primary, secondary int64) (ConversationPreview, error) {
	k, p, s, err := previewed(ctx, tx, conversations{tx: tx}, primary, secondary)
	if err != nil {
		return ConversationPreview{}, err
	}
	out := ConversationPreview{Result: k.view(primary)}
	out.Fields = conversationOutlooks(p, s, out.Result)
	for _, n := range k.within(secondary) {
		more, err := tx.CountComments(ctx, don.Of(don.Conversation, n), HistoryLimit-out.Comments)
		if err != nil {
			return ConversationPreview{}, err
		}
		if out.Comments += more; out.Comments >= HistoryLimit {
			break
		}
	}
	return out, nil
}

func conversationOutlooks(p, s, is *conversation.Conversation) []Outlook {
	text := func(v string) string { return v }
	plain := func(v string) Value { return Value{Text: v} }
	person := func(tail string) Value { return Value{ID: don.FromTail(tail)} }
	var out []Outlook
	for _, t := range texts {
		out = append(out, scalar(t.name, *t.field(p), *t.field(s), *t.field(is)))
	}
	stage := Outlook{Field: "stage"}
	if is.Stage != p.Stage {
		stage.Adopted, stage.Dropped = []Value{{Text: is.Stage}}, []Value{{Text: p.Stage}}
	}
	snooze := Outlook{Field: "snoozed_until"}
	for _, c := range []*conversation.Conversation{p, s} {
		if c.SnoozedUntil != nil && is.SnoozedUntil == nil {
			snooze.Dropped = append(snooze.Dropped, Value{Text: c.SnoozedUntil.UTC().Format(time.RFC3339)})
		}
	}
	spam := Outlook{Field: "is_spam"}
	if is.Spam != p.Spam {
		spam.Adopted = []Value{{Text: "false"}}
	}
	out = append(out, stage, snooze, spam,
		record("account", don.Account, p.AccountN, s.AccountN, is.AccountN), record("rev_org", don.Workspace, p.WorkspaceN, s.WorkspaceN, is.WorkspaceN),
		elements("members", p.Members, teamOf(s.Members), text, person, same[string]),
		record("group", don.Group, p.GroupN, s.GroupN, is.GroupN),
		elements("channels", p.Channels, s.Channels, text, plain, same[string]),
		elements("applies_to_parts", p.Parts, s.Parts, func(n int64) string { return namePart(n) }, func(n int64) Value { return Value{ID: don.Of(don.Product, n)} }, same[int64]),
		ownerOutlook(p.Owners, s.Owners), tagOutlook(p.Tags, s.Tags))
	out = append(out, customOutlooks(custom{&p.Custom, &p.Subtype}, custom{&s.Custom, &s.Subtype}, custom{&is.Custom, &is.Subtype})...)
	return meant(out)
}

// record is scalar for a field that names one record, 0 for none.
func record(field string, t don.Type, p, s, is int64) Outlook {
	o := Outlook{Field: field}
	switch {
	case s == 0 || s == p:
	case is == s:
		o.Adopted = []Value{{ID: don.Of(t, s)}}
	default:
		o.Dropped = []Value{{ID: don.Of(t, s)}}
	}
	return o
}
