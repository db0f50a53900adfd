package store

import (
	"context"
	"encoding/json"
	"reflect"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/ticket"
)

// A work's number in its table and in the inverted index is ticket.Key of its id,
// so that tickets and opportunities that have the same number are apart.
const workColumns = `n, title, body, part_n, owners, reported_by, account_n, workspace_n, stage, tags, ref, target_at, closed_at,
	care, deal, subtype, custom, version, created_at, created_by, modified_at, modified_by`

type workRow struct {
	ticket.Work
	key                                            int64
	owners, reporters, tags, care, deal, ownCustom []byte
	target, closed                                 *time.Time
}

func scanWork(r *workRow) []any {
	return []any{
		&r.key, &r.Title, &r.Body, &r.PartN, &r.owners, &r.reporters, &r.AccountN, &r.WorkspaceN, &r.Stage, &r.tags, &r.Ref, &r.target, &r.closed,
		&r.care, &r.deal, &r.Subtype, &r.ownCustom, &r.Version, &r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy,
	}
}

func (r *workRow) work() (*ticket.Work, error) {
	w := r.Work
	id := ticket.OfKey(r.key)
	w.Type, w.N, w.TargetClose, w.ActualClose = id.Type, id.N, r.target, r.closed
	return &w, unpack(r.owners, &w.Owners, r.reporters, &w.ReportedBy, r.tags, &w.Tags, r.care, &w.Care, r.deal, &w.Deal, r.ownCustom, &w.Custom)
}

// workValues are the columns behind n.
func workValues(w *ticket.Work) []any {
	return []any{
		w.Title, w.Body, w.PartN, pack(w.Owners), pack(w.ReportedBy), w.AccountN, w.WorkspaceN, w.Stage, pack(w.Tags), w.Ref, w.TargetClose, w.ActualClose,
		packed(w.Care), packed(w.Deal), w.Subtype, w.Custom.Pack(), w.Version, w.CreatedAt, w.CreatedBy, w.ModifiedAt, w.ModifiedBy, contact.FoldName(w.Title),
	}
}

// packed encodes plain structs for storage.
func packed(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // of texts and numbers, which always encode
	}
	return string(text)
}

// Fields of the inverted index for works.
const (
	workType      = "T.type"
	workPart      = "T.part"
	workOwner     = "T.owner"
	workReporter  = "T.reported_by"
	workPerson    = "T.person" // contacts who reported it or take part in it
	workContact   = "T.contact"
	workPlace     = "T.place" // its workspace, else its account
	workAuthor    = "T.created_by"
	workEditor    = "T.modified_by"
	workStage     = "T.stage"
	workState     = "T.state"
	workTag       = "T.tag"
	workRef       = "T.ref"
	workSeverity  = "T.severity"
	workGroup     = "T.group"
	workChannel   = "T.channel"
	workSource    = "T.source_channel"
	workSubtype   = "T.subtype"
	workForecast  = "T.forecast"
	workResponse  = "T.needs_response"
	workSpam      = "T.spam"
	workFrozen    = "T.frozen"
	yes, notAtAll = "true", "false"
)

func workAttrs(w *ticket.Work) []attr {
	out := []attr{{workType, string(w.Type)}, {workStage, w.Stage}, {workState, w.CurrentStage().State}, {workAuthor, w.CreatedBy}, {workEditor, w.ModifiedBy}}
	for _, a := range []attr{
		{workRef, w.Ref}, {workSeverity, w.Severity}, {workSource, w.SourceChannel}, {workForecast, w.Forecast},
	} {
		if a.value != "" {
			out = append(out, a)
		}
	}
	for field, n := range map[string]int64{workPart: w.PartN, workGroup: w.GroupN} {
		if n != 0 {
			out = append(out, attr{field, num(n)})
		}
	}
	for _, c := range w.Channels {
		out = append(out, attr{workChannel, c})
	}
	if w.Type == don.Ticket {
		for field, set := range map[string]bool{workResponse: w.NeedsResponse, workSpam: w.Spam, workFrozen: w.Frozen} {
			out = append(out, attr{field, truth(set)})
		}
	}
	out = tagAttrs(numAttrs(out, workOwner, w.Owners), workTag, w.Tags)
	return customAttrs(customerAttrs(out, w), w.Type, w.Subtype, w.Custom)
}

// customerAttrs index whose work it is. People are indexed once, whatever makes
// the work theirs.
func customerAttrs(out []attr, w *ticket.Work) []attr {
	switch {
	case w.WorkspaceN != 0:
		out = append(out, attr{workPlace, place(don.Workspace, w.WorkspaceN)})
	case w.AccountN != 0:
		out = append(out, attr{workPlace, place(don.Account, w.AccountN)})
	}
	people := map[int64]bool{}
	for _, tail := range w.ReportedBy {
		out = append(out, attr{workReporter, tail})
		if id := don.FromTail(tail); id.Type == don.Contact {
			people[id.N] = true
		}
	}
	for _, n := range w.Contacts {
		people[n] = true
	}
	for n := range people {
		out = append(out, attr{workPerson, num(n)})
	}
	return numAttrs(out, workContact, w.Contacts)
}

func truth(v bool) string {
	if v {
		return yes
	}
	return notAtAll
}

var workList = &listing{don.Ticket, "work", workColumns, "", map[string]string{
	SortCreated: "created_at", SortModified: "modified_at", SortTitle: "name_key", SortID: "n"}}

func workConds(f ticket.Filter) conds {
	var cs conds
	var types, reporters []string
	for _, t := range f.Types {
		types = append(types, string(t))
	}
	for _, id := range f.Reporters {
		reporters = append(reporters, id.Tail())
	}
	cs.attrs(workRef, f.Refs)
	for _, ids := range f.Places {
		var places []string
		for _, id := range ids {
			places = append(places, place(id.Type, id.N))
		}
		cs = append(cs, attrAny(workPlace, places))
	}
	cs.numbers(workPerson, f.People)
	cs.numbers(workContact, f.Contacts)
	cs.numbers(workPart, f.Parts)
	cs.numbers(workOwner, f.Owners)
	cs.owned(workList, workOwner, f.Owned)
	cs.numbers(workGroup, f.Groups)
	cs.tags(workTag, f.Tags)
	for _, c := range []struct {
		field  string
		values []string
	}{
		{workReporter, reporters}, {workAuthor, f.CreatedBy}, {workEditor, f.ModifiedBy}, {workStage, f.Stages}, {workState, f.States}, {workType, types},
		{workSeverity, f.Severities}, {workChannel, f.Channels}, {workSource, f.Sources}, {workSubtype, f.Subtypes}, {workForecast, f.Forecasts},
	} {
		cs.attrs(c.field, c.values)
	}
	for field, wanted := range map[string]*bool{workResponse: f.NeedsResponse, workSpam: f.Spam, workFrozen: f.Frozen} {
		if wanted != nil {
			cs.attrs(field, []string{truth(*wanted)})
		}
	}
	cs.date("work", "created_at", f.CreatedAfter, f.CreatedBefore)
	cs.date("work", "modified_at", f.ModifiedAfter, f.ModifiedBefore)
	cs.date("work", "target_at", f.TargetAfter, f.TargetBefore)
	cs.date("work", "closed_at", f.ActualAfter, f.ActualBefore)
	return append(cs, whereConds(workList, f.Where)...)
}

// ListWorks is ListContacts for tickets and opportunities.
func (tx *Tx) ListWorks(ctx context.Context, f ticket.Filter, q Query) ([]*ticket.Work, bool, error) {
	if err := f.Check(); err != nil {
		return nil, false, err
	}
	return list(ctx, tx, workList, workConds(f), q, scanWork, (*workRow).work)
}

// CountWorks returns how many works match, at most limit.
func (tx *Tx) CountWorks(ctx context.Context, f ticket.Filter, limit int) (int, error) {
	if err := f.Check(); err != nil {
		return 0, err
	}
	return count(ctx, tx, workList, workConds(f), limit)
}

// Work returns one live work or not_found. With lock it stays unchanged by others
// until the transaction ends.
func (tx *Tx) Work(ctx context.Context, id don.ID, lock bool) (*ticket.Work, error) {
	sql := "SELECT " + workColumns + " FROM work WHERE org_id = $1 AND n = $2"
	if lock {
		sql += tx.q.lock()
	}
	got, err := collect(ctx, tx.q, sql, []any{tx.scope.OrgID, ticket.Key(id)}, scanWork)
	if err != nil {
		return nil, err
	}
	if len(got) == 0 {
		return nil, errs.Gone(id.Display())
	}
	return got[0].work()
}

// WorkWithRef returns the work that has an external reference, nil when none has.
func (tx *Tx) WorkWithRef(ctx context.Context, ref string) (*ticket.Work, error) {
	got, err := collect(ctx, tx.q, "SELECT "+workColumns+" FROM work WHERE org_id = $1 AND ref = $2 AND ref <> ''", []any{tx.scope.OrgID, ref}, scanWork)
	if err != nil || len(got) == 0 {
		return nil, err
	}
	return got[0].work()
}

// InsertWork adds a work with its index entries and history.
func (tx *Tx) InsertWork(ctx context.Context, w *ticket.Work) error {
	return tx.putWork(ctx, w, opCreated)
}

func (tx *Tx) putWork(ctx context.Context, w *ticket.Work, op string) error {
	args := append([]any{tx.scope.OrgID, ticket.Key(w.ID())}, workValues(w)...)
	added, err := tx.q.exec(ctx, `INSERT INTO work (org_id, `+workColumns+`, name_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) ON CONFLICT DO NOTHING`, args...)
	if err != nil {
		return err
	}
	if added == 0 {
		return identity.ErrAgain // another transaction has just taken the reference
	}
	if err := tx.said(ctx, w.ID()); err != nil {
		return err
	}
	if err := tx.changeAttrs(ctx, ticket.Key(w.ID()), nil, workAttrs(w)); err != nil {
		return err
	}
	return tx.record(ctx, change{w.ID(), op, ""})
}

// UpdateWork replaces a work by its changed form and reports whether it differed.
func (tx *Tx) UpdateWork(ctx context.Context, before, after *ticket.Work) (bool, error) {
	d, err := delta(before, after)
	if err != nil || d == "{}" {
		return false, err
	}
	after.Version = before.Version + 1
	after.ModifiedAt, after.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	args := append([]any{tx.scope.OrgID, ticket.Key(after.ID())}, workValues(after)...)
	_, err = tx.q.exec(ctx, `UPDATE work SET title = $3, body = $4, part_n = $5, owners = $6, reported_by = $7, account_n = $8, workspace_n = $9, stage = $10,
		tags = $11, ref = $12, target_at = $13, closed_at = $14, care = $15, deal = $16, subtype = $17, custom = $18, version = $19, created_at = $20, created_by = $21,
		modified_at = $22, modified_by = $23, name_key = $24 WHERE org_id = $1 AND n = $2`, args...)
	if err != nil {
		return false, err
	}
	if !reflect.DeepEqual(docOfWork(before), docOfWork(after)) {
		if err := tx.said(ctx, after.ID()); err != nil {
			return false, err
		}
	}
	if err := tx.changeAttrs(ctx, ticket.Key(after.ID()), workAttrs(before), workAttrs(after)); err != nil {
		return false, err
	}
	return true, tx.record(ctx, change{after.ID(), opUpdated, d})
}

// DeleteWork moves a work to the trash.
func (tx *Tx) DeleteWork(ctx context.Context, w *ticket.Work) error {
	key := ticket.Key(w.ID())
	n, err := tx.q.exec(ctx, "DELETE FROM work WHERE org_id = $1 AND n = $2", tx.scope.OrgID, key)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Gone(w.ID().Display())
	}
	if err := tx.said(ctx, w.ID()); err != nil {
		return err
	}
	if err := tx.changeAttrs(ctx, key, workAttrs(w), nil); err != nil {
		return err
	}
	return tx.intoTrash(ctx, w.ID(), w)
}

// RestoreWork brings a work back from the trash.
func (tx *Tx) RestoreWork(ctx context.Context, w *ticket.Work) error {
	if err := tx.takeOut(ctx, w.ID()); err != nil {
		return err
	}
	return tx.putWork(ctx, w, opRestored)
}

// UserGroupsOf returns the groups with the numbers given, by number.
func (tx *Tx) UserGroupsOf(ctx context.Context, ns []int64) (map[int64]*group.Group, error) {
	out := make(map[int64]*group.Group, len(ns))
	if len(ns) == 0 {
		return out, nil
	}
	list, args := inList([]any{tx.scope.OrgID}, ns)
	got, err := tx.userGroups(ctx, "n IN "+list, args[1:]...)
	for _, g := range got {
		out[g.N] = g
	}
	return out, err
}
