package httpapi

import (
	"context"
	"time"

	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/tag"
)

// BulkAction is a change of many records.
type BulkAction struct {
	Atom
	Object   string       `json:"object" enum:"account,rev_org,rev_user" doc:"Which records."`
	Filter   string       `json:"filter,omitempty" doc:"Which of them, as text."`
	TimeZone string       `json:"time_zone,omitempty"`
	Action   BulkChange   `json:"action"`
	Hold     bool         `json:"hold,omitempty"`
	State    string       `json:"state" enum:"queued,pinned,running,completed,cancelled,failed,undoing,undone" doc:"queued: its records are being pinned. pinned: it waits for bulk-actions.start. failed: it could not go on; what it had changed stays."`
	Error    string       `json:"error,omitempty" doc:"Why it failed."`
	Progress BulkProgress `json:"progress"`
	UndoneBy *UserSummary `json:"undone_by,omitempty"`
}

// BulkChange is what a bulk action does to each record.
type BulkChange struct {
	Type         string          `json:"type" enum:"add_tags,remove_tags,set_owners,set_account,set_custom_fields,delete,merge"`
	Tags         []TagWithValue  `json:"tags,omitempty"`
	OwnedBy      []UserSummary   `json:"owned_by,omitempty"`
	Account      *AccountSummary `json:"account,omitempty"`
	CustomFields map[string]any  `json:"custom_fields,omitempty"`
}

// BulkProgress is how far a bulk action is.
type BulkProgress struct {
	Matched   int64      `json:"matched" doc:"How many records it is about: exact once they are pinned, and those found so far before."`
	Done      int64      `json:"done" doc:"Of those. Once it has completed, all of them, and the sum of the next four."`
	Changed   int64      `json:"changed"`
	Unchanged int64      `json:"unchanged" doc:"Were so already."`
	Skipped   int64      `json:"skipped" doc:"Were deleted or merged after they were pinned."`
	Failed    int64      `json:"failed" doc:"Could not be changed; the report has the reasons."`
	Reverted  int64      `json:"reverted" doc:"By the undo."`
	Left      int64      `json:"left" doc:"By the undo, as they are: somebody has changed them since. The report lists them."`
	PinnedAt  *wire.Time `json:"pinned_date,omitempty" doc:"When the records were counted."`
	StartedAt *wire.Time `json:"started_date,omitempty" doc:"When it, or its undo, was started."`
	EndedAt   *wire.Time `json:"ended_date,omitempty"`
}

// BulkReportEntry is a record that a bulk action, or its undo, did not change.
type BulkReportEntry struct {
	Record  BulkRecord `json:"record"`
	Outcome string     `json:"outcome" enum:"failed,skipped,merged,left" doc:"failed: it could not be changed. skipped: it was deleted or merged after it was pinned. merged: what it was merged into was changed in its place. left: the undo left it as it is."`
	Code    string     `json:"code" doc:"As the type of errors has it, or merged or changed."`
	Field   string     `json:"field_name,omitempty"`
	Message string     `json:"message"`
}

// BulkRecord is a record of a bulk action.
type BulkRecord struct {
	Type        string `json:"type" enum:"account,rev_org,rev_user"`
	DisplayID   string `json:"display_id"`
	DisplayName string `json:"display_name,omitempty"`
	ID          string `json:"id"`
}

type bulkActionOut struct {
	BulkAction BulkAction `json:"bulk_action"`
}

type bulkActionsOut struct {
	BulkActions []BulkAction `json:"bulk_actions"`
	NextCursor  string       `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type bulkReportOut struct {
	Records    []BulkReportEntry `json:"records"`
	NextCursor string            `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

// one answers with one bulk action.
func (d BulkActionDeps) one(ctx context.Context, c call, a *bulkaction.Action, err error) (*bulkActionOut, error) {
	if err != nil {
		return nil, err
	}
	all, err := d.actions(ctx, c, a)
	if err != nil {
		return nil, err
	}
	return &bulkActionOut{all[0]}, nil
}

func (d BulkActionDeps) actions(ctx context.Context, c call, as ...*bulkaction.Action) ([]BulkAction, error) {
	names, err := d.Service.Names(ctx, c.Scope, as...)
	if err != nil {
		return nil, err
	}
	v := c.view(names)
	out := make([]BulkAction, len(as))
	for i, a := range as {
		out[i] = v.bulkAction(a)
	}
	return out, nil
}

func (v view) bulkAction(a *bulkaction.Action) BulkAction {
	p := a.Progress
	return BulkAction{
		Atom:   v.atom(a.ID(), a.CreatedAt, a.CreatedBy, a.ModifiedAt, ""),
		Object: a.Type.Wire(), Filter: a.Spec.Filter, TimeZone: a.Spec.Zone, Action: v.bulkChange(a.Spec), Hold: a.Spec.Hold,
		State: string(a.State), Error: a.Error, UndoneBy: v.author(a.Spec.UndoneBy),
		Progress: BulkProgress{
			Matched: p.Matched, Done: p.Done, Changed: p.Changed, Unchanged: p.Unchanged, Skipped: p.Skipped, Failed: p.Failed,
			Reverted: p.Reverted, Left: p.Left, PinnedAt: timeOf(p.PinnedAt), StartedAt: timeOf(p.StartedAt), EndedAt: timeOf(p.EndedAt),
		},
	}
}

func timeOf(t *time.Time) *wire.Time {
	if t == nil {
		return nil
	}
	at := wire.At(*t)
	return &at
}

func (v view) bulkChange(s bulkaction.Spec) BulkChange {
	out := BulkChange{Type: string(s.Kind), Tags: v.tags(s.Edit.AddTags), Account: v.account(s.Edit.AccountN), CustomFields: s.Edit.Custom}
	for _, n := range s.Edit.RemoveTags {
		out.Tags = append(out.Tags, v.tags([]tag.Use{{N: n}})...)
	}
	if s.Edit.Owners != nil {
		out.OwnedBy = v.users(*s.Edit.Owners)
	}
	return out
}

func (v view) bulkReport(r bulkaction.Report) []BulkReportEntry {
	out := make([]BulkReportEntry, len(r.Notes))
	for i, n := range r.Notes {
		id := don.Of(r.Type, n.N)
		out[i] = BulkReportEntry{
			Record:  BulkRecord{Type: r.Type.Wire(), ID: v.format(id), DisplayID: id.Display(), DisplayName: v.names.Of(id)},
			Outcome: string(n.Outcome), Code: n.Code, Field: n.Field, Message: n.Message,
		}
	}
	return out
}
