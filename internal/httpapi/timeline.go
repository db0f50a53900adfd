package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/timeline"
)

// The types of entries, and the collections that clients ask for them by.
const (
	entryComment = "timeline_comment"
	entryChange  = "timeline_change_event"

	discussions = "discussions"
	events      = "events"
)

// onTimeline are the types of records that have a timeline.
var onTimeline = []don.Type{don.Contact, don.Account, don.Workspace, don.Conversation, don.Ticket, don.Opportunity}

// TimelineEntry is a comment on a record or a change of it.
type TimelineEntry struct {
	Type string `json:"type" enum:"timeline_change_event,timeline_comment"`
	Atom
	DisplayID       string            `json:"display_id,omitempty" doc:"Entries have none."`
	Object          string            `json:"object"`
	ObjectDisplayID string            `json:"object_display_id"`
	ObjectType      string            `json:"object_type"`
	Visibility      string            `json:"visibility,omitempty" enum:"external,internal,private,public"`
	Panels          []string          `json:"panels,omitempty"`
	Body            string            `json:"body,omitempty" doc:"Of a comment: Markdown, with other records named as <id>. Absent once the comment was deleted."`
	BodyType        string            `json:"body_type,omitempty" enum:"data,text"`
	Deleted         bool              `json:"is_deleted,omitempty" doc:"Of a comment that was deleted."`
	ExternalRef     string            `json:"external_ref,omitempty"`
	Labels          []string          `json:"labels,omitempty"`
	PrivateTo       []UserSummary     `json:"private_to,omitempty" doc:"Who else may read a private comment."`
	References      []RecordSummary   `json:"references,omitempty" doc:"The records that the body names."`
	ExpiresAt       *wire.Time        `json:"expires_at,omitempty"`
	Artifacts       []ArtifactSummary `json:"artifacts,omitempty" doc:"The files on a comment."`
	Reactions       []Reaction        `json:"reactions,omitempty" doc:"To a comment: each emoji once, that of the first reaction first."`
	Thread          *Thread           `json:"thread,omitempty" doc:"Of a comment that was answered."`
	Event           *ChangeEvent      `json:"event,omitempty" doc:"Of a change."`
}

// Thread is the answers to a comment.
type Thread struct {
	TotalReplies int `json:"total_replies" doc:"That you may read; timeline-entries.list has them, with the comment as object."`
}

// ChangeEvent is what happened to a record.
type ChangeEvent struct {
	Type      string         `json:"type" enum:"annotated,created,deleted,linked,updated"`
	Operation string         `json:"operation" doc:"More exactly: created, updated, deleted, restored, rev_user_merged, woken (a conversation that was put off came back because it was time), …"`
	Created   *ChangeCreated `json:"created,omitempty"`
	Deleted   *ChangeDeleted `json:"deleted,omitempty"`
	Linked    *ChangeLinked  `json:"linked,omitempty" doc:"Of links that came, and of those that went, by the operation unlinked."`
	Merged    *ChangeMerged  `json:"merged,omitempty" doc:"Of conversations that were merged, and of an undo, by the operations conversation_merged and conversation_unmerged."`
	Updated   *ChangeUpdated `json:"updated,omitempty"`
}

// ChangeMerged names the conversations of a merge.
type ChangeMerged struct {
	Merge     string        `json:"merge" doc:"The merge, for merges.get and merges.undo."`
	Primary   RecordSummary `json:"primary" doc:"The conversation that was kept."`
	Secondary RecordSummary `json:"secondary" doc:"The conversation that became part of it."`
}

// ChangeCreated names what was created.
type ChangeCreated struct {
	Object *RecordSummary `json:"object,omitempty" doc:"Absent for tickets and opportunities, whose summaries say more."`
}

// ChangeDeleted names what was deleted.
type ChangeDeleted struct {
	ObjectID string `json:"object_id"`
}

// ChangeLinked names the link that came or went.
type ChangeLinked struct {
	Link LinkSummary `json:"link"`
}

// ChangeUpdated is what changed.
type ChangeUpdated struct {
	FieldDeltas []FieldDelta `json:"field_deltas"`
	ObjectType  string       `json:"object_type"`
}

// FieldDelta is one field before and after.
type FieldDelta struct {
	Name     string      `json:"name"`
	NewValue *FieldValue `json:"new_value,omitempty"`
	OldValue *FieldValue `json:"old_value,omitempty"`
}

// FieldValue is a value of a field; its type says which of the others is there.
type FieldValue struct {
	Type   string          `json:"type" enum:"bool,date_time,id,id_list,json,string,string_list,tag_summary_list"`
	Value  any             `json:"value,omitempty"`
	Values any             `json:"values,omitempty"`
	Names  []RecordSummary `json:"names,omitempty" doc:"Of ids: what they name, as far as it is there."`
}

func (v view) entry(i timeline.Item) TimelineEntry {
	if i.Comment != nil {
		return v.comment(i.Comment)
	}
	return v.event(i.Event)
}

func (v view) entryOf(t string, of don.ID, kind don.ChildKind, n int64) TimelineEntry {
	e := TimelineEntry{Type: t, Object: v.format(of), ObjectDisplayID: of.Display(), ObjectType: of.Type.Wire()}
	e.ID = v.actor.Scope.Space.FormatChild(don.Child{Of: of, Kind: kind, N: n})
	return e
}

func (v view) comment(c *timeline.Comment) TimelineEntry {
	e := v.entryOf(entryComment, c.Of, don.Comment, c.ID)
	id := e.ID
	e.Atom = v.atom(c.Of, c.CreatedAt, c.CreatedBy, c.ModifiedAt, c.ModifiedBy)
	e.ID = id
	e.Visibility, e.Panels = string(c.Visibility), []string{discussions}
	e.Body, e.BodyType, e.Deleted, e.ExternalRef, e.Labels = c.Body, c.BodyType, c.Deleted, c.Ref, c.Labels
	e.Artifacts = v.artifacts(c.Files)
	e.Reactions = reactions(c.Reactions)
	if c.Replies > 0 {
		e.Thread = &Thread{c.Replies}
	}
	if c.Parent != 0 && v.actor.Contact == nil {
		e.Object, e.ObjectType = v.actor.Scope.Space.FormatChild(don.Child{Of: c.Of, Kind: don.Comment, N: c.Parent}), entryComment
	}
	for _, t := range c.PrivateTo {
		e.PrivateTo = append(e.PrivateTo, v.user(don.FromTail(t)))
	}
	for _, m := range desk.Mentions(c.Body) {
		if v.names.Has(m) {
			e.References = append(e.References, v.record(m))
		}
	}
	if c.ExpiresAt != nil {
		at := wire.At(*c.ExpiresAt)
		e.ExpiresAt = &at
	}
	if v.actor.Contact != nil {
		e.hideNotes()
	}
	return e
}

func (v view) event(h *timeline.Event) TimelineEntry {
	e := v.entryOf(entryChange, h.Of, don.TimelineEvent, h.ID)
	id := e.ID
	e.Atom = v.atom(h.Of, h.At, h.Actor, h.At, h.Actor)
	e.ID = id
	e.Visibility, e.Panels = string(timeline.Internal), []string{events}
	e.Event = &ChangeEvent{Type: "annotated", Operation: h.Op}
	switch h.Op {
	case "created":
		e.Event.Type, e.Event.Created = h.Op, &ChangeCreated{}
		if h.Of.Type != don.Ticket && h.Of.Type != don.Opportunity {
			object := v.record(h.Of)
			e.Event.Created.Object = &object
		}
	case "deleted":
		e.Event.Type, e.Event.Deleted = h.Op, &ChangeDeleted{e.Object}
	case "updated":
		e.Event.Type = h.Op
	case timeline.OpWoken:
		e.Event.Type = "updated"
	case timeline.OpLinked:
		e.Event.Type = h.Op
	default: // the rest is told by its name
	}
	if h.Link != nil {
		e.Event.Linked = &ChangeLinked{v.linkSummary(h.Link)}
	}
	if m := h.Merge; m != nil {
		e.Event.Merged = &ChangeMerged{v.format(m.ID), v.record(m.Primary), v.record(m.Secondary)}
	}
	if len(h.Deltas) > 0 || h.Op == "updated" {
		e.Event.Updated = &ChangeUpdated{FieldDeltas: v.deltas(h.Deltas), ObjectType: e.ObjectType}
	}
	return e
}

func (v view) deltas(list []timeline.Delta) []FieldDelta {
	out := make([]FieldDelta, len(list))
	for i, d := range list {
		out[i] = FieldDelta{Name: d.Name, OldValue: v.value(d.Old), NewValue: v.value(d.New)}
	}
	return out
}

func (v view) value(x timeline.Value) *FieldValue {
	out := &FieldValue{Type: string(x.Kind)}
	switch x.Kind {
	case timeline.None:
		return nil
	case timeline.String, timeline.Time:
		out.Value = x.Texts[0]
	case timeline.List:
		out.Values = x.Texts
	case timeline.Bool:
		out.Value = x.Bool
	case timeline.ID:
		out.Value, out.Names = v.format(x.IDs[0]), v.named(x.IDs)
	case timeline.IDList:
		ids := make([]string, len(x.IDs))
		for i, id := range x.IDs {
			ids[i] = v.format(id)
		}
		out.Values, out.Names = ids, v.named(x.IDs)
	case timeline.Tags:
		out.Type = "tag_summary_list"
		out.Values, out.Names = v.taggings(x.Tags)
	case timeline.Other:
		out.Value = x.Other
	default: // there are no others
	}
	return out
}

// tagging is a tag that a field had.
type tagging struct {
	TagID string `json:"tag_id"`
	Value string `json:"tag_value,omitempty"`
}

func (v view) taggings(uses []tag.Use) (list []tagging, names []RecordSummary) {
	ids := make([]don.ID, len(uses))
	for i, u := range uses {
		ids[i] = don.Of(don.Tag, u.N)
		list = append(list, tagging{v.format(ids[i]), u.Value})
	}
	return list, v.named(ids)
}

func (v view) named(ids []don.ID) []RecordSummary {
	var out []RecordSummary
	for _, id := range ids {
		if v.names.Has(id) {
			out = append(out, v.record(id))
		}
	}
	return out
}

type entryOut struct {
	TimelineEntry TimelineEntry `json:"timeline_entry"`
}

func (c call) entry(f desk.EntryFound, err error) (*entryOut, error) {
	if err != nil {
		return nil, err
	}
	return &entryOut{c.view(f.Names).entry(f.Item)}, nil
}

type entryCreateIn struct {
	Type        string     `json:"type" required:"true" enum:"timeline_comment"`
	Object      string     `json:"object" required:"true" format:"id" doc:"The contact, account, workspace, conversation or work that the comment is on, or the comment that it answers."`
	Body        string     `json:"body" doc:"Markdown of at most 64 KiB; may be absent beside artifacts. Other records are named by their full id, as <don:…>."`
	BodyType    string     `json:"body_type" enum:"data,text" doc:"text when absent. data is for programs; people are not shown it."`
	Visibility  string     `json:"visibility" enum:"external,internal,private,public" doc:"Who may read it: private, who wrote it and private_to; internal, members; external, also the customers whom it is about; public, everybody who sees the record. external when absent. An answer is read at most as widely as the comment that it answers, and so when absent."`
	PrivateTo   []string   `json:"private_to" doc:"Users who may read a private comment, beside who wrote it."`
	Collections []string   `json:"collections" enum:"discussions,events" doc:"Comments belong to discussions."`
	Labels      []string   `json:"labels" doc:"At most 16, each of at most 64 characters."`
	ExternalRef string     `json:"external_ref" doc:"Unique on the object; at most 512 characters."`
	ExpiresAt   *wire.Time `json:"expires_at" doc:"When the comment goes by itself: at least a minute from now."`
	Artifacts   []string   `json:"artifacts" maxItems:"50" doc:"Files that were uploaded, see artifacts.prepare, and hang nowhere else."`
	Key         string     `json:"idempotency_key" maxLength:"255" doc:"Of your choice. The same request with the same key within a day makes one comment."`
}

type entryGetIn struct {
	ID          string `json:"id" doc:"The comment."`
	Object      string `json:"object" format:"id" doc:"With external_ref, in place of id: the record that the comment is on."`
	ExternalRef string `json:"external_ref"`
}

type entryUpdateIn struct {
	ID          string           `json:"id" required:"true"`
	Type        string           `json:"type" required:"true" enum:"timeline_comment"`
	Body        wire.Opt[string] `json:"body" doc:"Markdown of at most 64 KiB."`
	BodyType    wire.Opt[string] `json:"body_type" enum:"data,text"`
	ExternalRef wire.Opt[string] `json:"external_ref" doc:"null takes it away."`
	Labels      setList          `json:"labels"`
	Artifacts   entryFiles       `json:"artifacts"`
}

// entryFiles changes the files on a comment.
type entryFiles struct {
	Set    wire.Opt[[]string] `json:"set" maxItems:"50" doc:"The whole new list; not together with add and remove."`
	Add    []string           `json:"add" maxItems:"10"`
	Remove []string           `json:"remove" maxItems:"10" doc:"Those that are not there are ignored."`
}

func (l entryFiles) read(c call) (desk.ListPatch[int64], error) {
	p, err := listPatch(l).read(c, "artifacts", don.Artifact)
	return numbersIn(p), err
}

type entryIDIn struct {
	ID string `json:"id" required:"true"`
}

type entriesListIn struct {
	page.Request
	Object      string   `json:"object" required:"true" format:"id" doc:"The record whose timeline is wanted, with the entries of all that was merged into it and without answers to comments; or the comment whose answers are wanted."`
	Visibility  []string `json:"visibility" enum:"external,internal,private,public" doc:"With any of exactly these. Changes are internal."`
	Collections []string `json:"collections" enum:"discussions,events" doc:"discussions are comments, events are changes; both when absent."`
	Labels      []string `json:"labels" doc:"With any of these labels."`
}

type entriesOut struct {
	TimelineEntries []TimelineEntry `json:"timeline_entries"`
	page.Links
}

func registerTimeline(api *API, d DeskDeps) {
	const group = "timeline-entries"
	operate(api, conflicting(createOp("timeline-entries.create", "Comment on a record", group)), d.createEntry)
	operate(api, readOp("timeline-entries.get", "Get a comment", group), d.getEntry)
	list := readOp("timeline-entries.list", "List the comments on a record and its changes, the oldest first", group)
	list.Description = "With mode before and no cursor: the latest ones."
	operate(api, list, d.listEntries)
	operate(api, writeOp("timeline-entries.update", "Change a comment", group, http.StatusConflict), d.updateEntry)
	operate(api, writeOp("timeline-entries.delete", "Delete a comment; its place on the timeline stays", group), d.deleteEntry)
}

func conflicting(op Op) Op {
	op.Errors = append(op.Errors, http.StatusConflict)
	return op
}

func (d DeskDeps) createEntry(ctx context.Context, c call, in *entryCreateIn) (*entryOut, error) {
	of, parent, err := c.place("object", in.Object)
	readers, err2 := c.tails("private_to", in.PrivateTo, don.Member, don.Contact)
	once, err3 := onceOf(in.Key, in)
	files, err4 := c.numbers("artifacts", in.Artifacts, don.Artifact)
	if err := first(err, err2, err3, err4, c.ownComment(in)); err != nil {
		return nil, err
	}
	if len(in.Collections) > 0 && !slices.Equal(in.Collections, []string{discussions}) {
		return nil, errs.NotPermitted("collections", "a comment belongs to %s", discussions)
	}
	made := timeline.Comment{
		Of: of, Parent: parent, Body: in.Body, BodyType: or(in.BodyType, timeline.Text), Visibility: timeline.Visibility(in.Visibility),
		PrivateTo: readers, Labels: in.Labels, Ref: in.ExternalRef,
	}
	if made.Visibility == "" && parent == 0 {
		made.Visibility = timeline.External
	}
	if in.ExpiresAt != nil {
		made.ExpiresAt = &in.ExpiresAt.Time
	}
	return c.entry(d.Service.CreateComment(ctx, c.Scope, made, files, once))
}

func or(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

// tails reads a list of ids that a record shall refer to as the tails of them.
func (c call) tails(field string, texts []string, allowed ...don.Type) ([]string, error) {
	var out []string
	for i, text := range texts {
		id, err := c.reference(element(field, i), text, allowed...)
		if err != nil {
			return nil, err
		}
		out = append(out, id.Tail())
	}
	return out, nil
}

// comment reads the id of a comment and asks whether the caller may run the
// operation on its record.
func (c call) comment(field, text string) (don.Child, error) {
	id, err := c.Scope.Space.ParseChild(field, text, don.Comment)
	if err != nil {
		return id, err
	}
	return id, auth.Allow(c.Actor, c.op, id.Of)
}

func (d DeskDeps) getEntry(ctx context.Context, c call, in *entryGetIn) (*entryOut, error) {
	if c.Contact != nil && in.ExternalRef != "" {
		return nil, errs.Denied("session tokens of contacts find comments by id only; leave external_ref out")
	}
	if in.ID == "" && in.ExternalRef != "" && in.Object != "" {
		of, err := c.object("object", in.Object, onTimeline...)
		if err != nil {
			return nil, err
		}
		return c.entry(d.Service.GetCommentByRef(ctx, c.Scope, of, in.ExternalRef))
	}
	switch {
	case in.ID == "":
		return nil, errs.Missing("id")
	case in.ExternalRef != "" || in.Object != "":
		return nil, errs.NotPermitted("external_ref", "cannot be combined with id; give id, or object and external_ref")
	}
	id, err := c.comment("id", in.ID)
	if err != nil {
		return nil, err
	}
	return c.entry(d.Service.GetComment(ctx, c.Scope, id))
}

func (d DeskDeps) updateEntry(ctx context.Context, c call, in *entryUpdateIn) (*entryOut, error) {
	id, err := c.comment("id", in.ID)
	files, err2 := in.Artifacts.read(c)
	if err := first(err, err2); err != nil {
		return nil, err
	}
	p := desk.CommentPatch{Body: given(in.Body), BodyType: given(in.BodyType), Ref: given(in.ExternalRef), Labels: in.Labels.list(), Files: files}
	return c.entry(d.Service.UpdateComment(ctx, c.Scope, id, p))
}

func (d DeskDeps) deleteEntry(ctx context.Context, c call, in *entryIDIn) (*struct{}, error) {
	id, err := c.comment("id", in.ID)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteComment(ctx, c.Scope, id)
}

func (d DeskDeps) listEntries(ctx context.Context, c call, in *entriesListIn) (*entriesOut, error) {
	out := &entriesOut{TimelineEntries: []TimelineEntry{}}
	of, thread, err := c.place("object", in.Object)
	if err != nil {
		return nil, err
	}
	if c.Contact != nil {
		if err := c.notByContacts([]unwanted{{"labels", in.Labels != nil}}); err != nil {
			return nil, err
		}
	}
	list := page.ListOf(c.op, c.Scope.OrgID, of.Tail(), thread, in.Visibility, in.Collections, in.Labels)
	req, err := in.Request.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	q := desk.TimelineQuery{
		Of: of, Thread: thread, Comments: anyOf(in.Collections, discussions), Events: anyOf(in.Collections, events), Labels: in.Labels,
		Backward: req.Mode == page.Before, Limit: req.Limit,
	}
	for _, v := range in.Visibility {
		q.Visibilities = append(q.Visibilities, timeline.Visibility(v))
	}
	if q.Edge, _, err = pageAt(d.Cursors, list, req.Cursor, req.Limit); err != nil {
		return nil, err
	}
	p, err := d.Service.Timeline(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, i := range p.Items {
		out.TimelineEntries = append(out.TimelineEntries, v.entry(i))
	}
	if p.Next != nil {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: p.Next})
	}
	if p.Prev != nil {
		out.PrevCursor = d.Cursors.Encode(list, page.Cursor{Keys: p.Prev, Back: true})
	}
	return out, nil
}
