package httpapi

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/page"
)

// Merge is a merge of two records, undone or not.
type Merge struct {
	DisplayID  string        `json:"display_id"`
	ID         string        `json:"id"`
	Type       string        `json:"type" enum:"account,conversation,rev_org,rev_user" doc:"What was merged."`
	Primary    RecordSummary `json:"primary" doc:"The record that was kept."`
	Secondary  RecordSummary `json:"secondary" doc:"The record that became part of it."`
	State      string        `json:"state" enum:"active,undone,purged" doc:"purged: the merged record was deleted and has been removed for good, so that the merge cannot be undone."`
	Rule       string        `json:"rule" doc:"What decided it: member, match (they look alike, and the organisation lets such pairs be merged without asking), signed_link (a token of the org's own backend named identifiers of both), visitor_return (such a token came with the secret of the visitor's browser)."`
	Evidence   []KeyValue    `json:"evidence" doc:"The identifiers that the rule went by."`
	MadeBy     *UserSummary  `json:"made_by,omitempty"`
	MadeDate   wire.Time     `json:"made_date"`
	UndoneBy   *UserSummary  `json:"undone_by,omitempty"`
	UndoneDate wire.Time     `json:"undone_date,omitzero"`
}

// RecordSummary is any record where another names it.
type RecordSummary struct {
	Type        string `json:"type" enum:"account,artifact,conversation,dev_user,opportunity,product,rev_org,rev_user,tag,ticket"`
	DisplayID   string `json:"display_id"`
	DisplayName string `json:"display_name,omitempty"`
	ID          string `json:"id"`
}

func (v view) record(id don.ID) RecordSummary {
	return RecordSummary{Type: id.Type.Wire(), ID: v.format(id), DisplayID: id.Display(), DisplayName: v.names.Of(id)}
}

// mergeable are the types of records that can be merged.
var mergeable = []don.Type{don.Contact, don.Account, don.Workspace, don.Conversation}

func (v view) merge(m identity.Merge) Merge {
	id := don.Of(don.Merge, m.N)
	out := Merge{
		ID: v.format(id), DisplayID: id.Display(), Type: m.Type.Wire(), State: m.State,
		Primary: v.record(don.Of(m.Type, m.Primary)), Secondary: v.record(don.Of(m.Type, m.Secondary)),
		Rule: cmp.Or(m.Rule, "member"), Evidence: []KeyValue{},
		MadeBy: v.author(m.By), MadeDate: wire.At(m.At), UndoneBy: v.author(m.UndoneBy),
	}
	for _, key := range m.Keys {
		out.Evidence = append(out.Evidence, keyValue(key))
	}
	if m.UndoneAt != nil {
		out.UndoneDate = wire.At(*m.UndoneAt)
	}
	return out
}

type revUsersMergeIn struct {
	Primary   string `json:"primary_user" required:"true" format:"id" doc:"The contact that is kept."`
	Secondary string `json:"secondary_user" required:"true" format:"id" doc:"The contact that becomes part of it; its id leads to the primary from then on."`
}

type accountsMergeIn struct {
	Primary   string `json:"primary_account" required:"true" format:"id" doc:"The account that is kept."`
	Secondary string `json:"secondary_account" required:"true" format:"id" doc:"The account that becomes part of it; its id leads to the primary from then on."`
}

type revOrgsMergeIn struct {
	Primary   string `json:"primary_rev_org" required:"true" format:"id" doc:"The workspace that is kept."`
	Secondary string `json:"secondary_rev_org" required:"true" format:"id" doc:"The workspace of the same account that becomes part of it; its id leads to the primary from then on."`
}

type mergePreviewIn struct {
	Primary   string `json:"primary" required:"true" format:"id" doc:"The contact, account, workspace or conversation that would be kept."`
	Secondary string `json:"secondary" required:"true" format:"id" doc:"The record of the same type that would become part of it."`
}

// FieldOutlook says what a merge would do to a field of the primary.
type FieldOutlook struct {
	Field   string         `json:"field" doc:"As the API names it; phone_numbers, external_ref and the like for identifiers."`
	Adopted []OutlookValue `json:"adopted" doc:"Values that fill what the primary has empty."`
	Joined  []OutlookValue `json:"joined" doc:"Elements that come to those of the primary."`
	Dropped []OutlookValue `json:"dropped" doc:"Values that give way to the primary's; an undo brings them back."`
}

// OutlookValue is a value or a record.
type OutlookValue struct {
	Value  string         `json:"value,omitempty"`
	Record *RecordSummary `json:"record,omitempty" doc:"For fields that name records; value is then the role or the tag's value."`
}

// MergeMoves counts what a merge would bring to the primary.
type MergeMoves struct {
	Accounts     int  `json:"accounts,omitempty" doc:"Accounts below that would come to be below the primary."`
	Associations int  `json:"associations"`
	Comments     int  `json:"comments,omitempty" doc:"Messages and notes of a conversation that would be read with the primary's, at most 1,000."`
	History      int  `json:"history" doc:"Entries of history, at most 1,000."`
	HistoryMore  bool `json:"history_more" doc:"Whether there are more."`
	Identifiers  int  `json:"identifiers"`
	OwnedBy      int  `json:"owned_by"`
	RevOrgs      int  `json:"rev_orgs,omitempty" doc:"Workspaces that would come to be the primary's."`
	RevUsers     int  `json:"rev_users" doc:"Contacts whose ids would lead to the primary: the secondary and what was merged into it."`
	Tags         int  `json:"tags"`
}

type mergePreviewOut struct {
	Fields  []FieldOutlook `json:"fields" doc:"Only fields to which the secondary has something to say."`
	Moves   MergeMoves     `json:"moves"`
	Account *Account       `json:"account,omitempty" doc:"The primary as it would be."`
	RevOrg  *RevOrg        `json:"rev_org,omitempty" doc:"The primary as it would be."`
	RevUser *RevUser       `json:"rev_user,omitempty" doc:"The primary as it would be."`

	Conversation *Conversation `json:"conversation,omitempty" doc:"The primary as it would be."`
}

type mergeOut struct {
	Merge Merge `json:"merge"`
}

type mergesListIn struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Merges on a page. 50 when absent, at most 100."`
	Record string `json:"record" format:"id" doc:"Only merges that this record took part in or that made it what it is."`
}

type mergesListOut struct {
	Merges     []Merge `json:"merges"`
	NextCursor string  `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

// LostIdentifier is an identifier, or an account above, that an undo could not
// give back.
type LostIdentifier struct {
	Kind   string         `json:"kind" doc:"An identifier's kind, or parent for the account above."`
	Value  string         `json:"value"`
	Reason string         `json:"reason" enum:"released,taken,split,circle" doc:"released: a member took it off the merged record; taken: another record has had it since; split: it was split off to another contact; circle: the account above has come to be below this one."`
	Holder *RecordSummary `json:"holder,omitempty" doc:"The record that got it."`
}

// KeptEdit is a change by a member that stays with the primary.
type KeptEdit struct {
	Date   wire.Time    `json:"date"`
	By     *UserSummary `json:"by,omitempty"`
	Fields []string     `json:"fields" doc:"What was changed."`
}

// MergeUndone is what the undo of a merge did.
type MergeUndone struct {
	Merge        Merge            `json:"merge"`
	RevUser      *RevUser         `json:"rev_user,omitempty" doc:"The secondary as it is again."`
	Survivor     *RevUser         `json:"survivor,omitempty" doc:"The contact that it was part of, as it is now."`
	Account      *Account         `json:"account,omitempty" doc:"The secondary as it is again."`
	SurvivorAcc  *Account         `json:"survivor_account,omitempty" doc:"The account that it was part of, as it is now."`
	RevOrg       *RevOrg          `json:"rev_org,omitempty" doc:"The secondary as it is again."`
	SurvivorOrg  *RevOrg          `json:"survivor_rev_org,omitempty" doc:"The workspace that it was part of, as it is now."`
	Conversation *Conversation    `json:"conversation,omitempty" doc:"The secondary as it is again."`
	SurvivorConv *Conversation    `json:"survivor_conversation,omitempty" doc:"The conversation that it was part of, as it is now."`
	InTrash      bool             `json:"in_trash" doc:"Whether both are in the trash, because the merged record was."`
	NotRestored  []LostIdentifier `json:"not_restored" doc:"Identifiers that the secondary had and that are gone, and accounts that can no longer be above."`
	KeptEdits    []KeptEdit       `json:"kept_edits" doc:"What members changed about the merged record, which stays with the survivor; the latest 100."`
	MoreEdits    bool             `json:"more_edits" doc:"Whether kept_edits is not all of them."`
	AlsoUndone   []Merge          `json:"also_undone,omitempty" doc:"Merges of workspaces that were taken back with that of their accounts, for one workspace cannot belong to two; and those of conversations with that of their contacts, who would read each other's."`
}

// chosenIdentifier is an identifier to split off.
type chosenIdentifier struct {
	Kind  identifierKind `json:"kind" required:"true"`
	Value string         `json:"value" required:"true"`
}

type splitIn struct {
	ID          string             `json:"id" required:"true" format:"id" doc:"The contact."`
	Identifiers []chosenIdentifier `json:"identifiers" required:"true" minItems:"1" maxItems:"100" doc:"What to take out of it. What came through these goes along."`
	DisplayName wire.Opt[string]   `json:"display_name" doc:"Of the new contact. What came through the identifiers, or an invented one, when absent."`
}

type splitOut struct {
	RevUser RevUser `json:"rev_user" doc:"The new contact."`
	From    RevUser `json:"from" doc:"The contact that it was taken out of, as it is now."`
}

func registerMerges(api *API, d DirectoryDeps) {
	merge := writeOp("rev-users.merge", "Merge a contact into another", "rev-users")
	merge.Description = "The primary keeps its values, gets those it lacks, and all identifiers, places, owners and tags of both. It can be undone at any time: see merges.undo."
	operate(api, merge, d.mergeContacts)
	accounts := writeOp("accounts.merge", "Merge an account into another", "accounts")
	accounts.Description = "The primary keeps its values and gets those it lacks. Workspaces and accounts below come to be the primary's, and contacts' places are read as the primary's. It can be undone at any time: see merges.undo."
	operate(api, accounts, d.mergeAccounts)
	spaces := writeOp("rev-orgs.merge", "Merge a workspace into another of the same account", "rev-orgs")
	spaces.Description = "The primary keeps its values and gets those it lacks. The secondary's external reference leads to it, and contacts' places are read as the primary's. If one of them is the account's default workspace, the primary is. It can be undone at any time: see merges.undo."
	operate(api, spaces, d.mergeWorkspaces)
	split := createOp("rev-users.split", "Take identifiers, and what came through them, out to a new contact", "rev-users")
	operate(api, split, d.splitContact)
	operate(api, readOp("merges.preview", "Show what a merge would do, without doing it", "merges"), d.previewMerge)
	operate(api, readOp("merges.list", "List merges, the latest first", "merges"), d.listMerges)
	operate(api, readOp("merges.get", "Get a merge", "merges"), d.getMerge)
	undo := writeOp("merges.undo", "Take a merge back, at any time and in any order", "merges")
	undo.Description = "The secondary is again what it would be without the merge: what came through its identifiers meanwhile goes with it. What members changed stays with the survivor and is listed."
	operate(api, undo, d.undoMerge)
}

// two reads the ids of the records of a merge and asks whether the caller may
// merge both.
func (c call) two(field, primary, other, secondary string, of don.Type) (p, s don.ID, err error) {
	if p, err = c.object(field, primary, of); err != nil {
		return p, s, err
	}
	s, err = c.object(other, secondary, of)
	return p, s, err
}

func (d DirectoryDeps) mergeContacts(ctx context.Context, c call, in *revUsersMergeIn) (*struct{}, error) {
	p, s, err := c.two("primary_user", in.Primary, "secondary_user", in.Secondary, don.Contact)
	if err != nil {
		return nil, err
	}
	_, err = d.Service.MergeContacts(ctx, c.Scope, p.N, s.N)
	return nil, err
}

func (d DirectoryDeps) mergeAccounts(ctx context.Context, c call, in *accountsMergeIn) (*struct{}, error) {
	p, s, err := c.two("primary_account", in.Primary, "secondary_account", in.Secondary, don.Account)
	if err != nil {
		return nil, err
	}
	_, err = d.Service.MergeAccounts(ctx, c.Scope, p.N, s.N)
	return nil, err
}

func (d DirectoryDeps) mergeWorkspaces(ctx context.Context, c call, in *revOrgsMergeIn) (*struct{}, error) {
	p, s, err := c.two("primary_rev_org", in.Primary, "secondary_rev_org", in.Secondary, don.Workspace)
	if err != nil {
		return nil, err
	}
	_, err = d.Service.MergeWorkspaces(ctx, c.Scope, p.N, s.N)
	return nil, err
}

func (d DirectoryDeps) previewMerge(ctx context.Context, c call, in *mergePreviewIn) (*mergePreviewOut, error) {
	p, err := c.object("primary", in.Primary, mergeable...)
	if err != nil {
		return nil, err
	}
	s, err := c.object("secondary", in.Secondary, p.Type)
	if err != nil {
		return nil, err
	}
	switch p.Type {
	case don.Account:
		return d.previewAccounts(ctx, c, p, s)
	case don.Workspace:
		return d.previewWorkspaces(ctx, c, p, s)
	case don.Conversation:
		return d.previewConversations(ctx, c, p, s)
	default:
		return d.previewContacts(ctx, c, p, s)
	}
}

func (d DirectoryDeps) previewContacts(ctx context.Context, c call, p, s don.ID) (*mergePreviewOut, error) {
	f, err := d.Service.PreviewMerge(ctx, c.Scope, p.N, s.N)
	if err != nil {
		return nil, err
	}
	v, was, is := c.view(f.Names), f.Item.Primary, f.Item.Result
	shown := v.contact(is)
	out := &mergePreviewOut{Fields: v.outlooks(f.Item.Fields), RevUser: &shown, Moves: MergeMoves{
		Associations: len(is.Associations) - len(was.Associations), Identifiers: len(is.Identifiers) - len(was.Identifiers),
		OwnedBy: len(is.Owners) - len(was.Owners), Tags: len(is.Tags) - len(was.Tags), RevUsers: len(f.Item.Members),
		History: f.Item.History, HistoryMore: f.Item.History >= identity.HistoryLimit,
	}}
	return out, nil
}

func (d DirectoryDeps) previewAccounts(ctx context.Context, c call, p, s don.ID) (*mergePreviewOut, error) {
	f, err := d.Service.PreviewAccounts(ctx, c.Scope, p.N, s.N)
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	shown := v.accountBody(f.Item.Result)
	out := &mergePreviewOut{Fields: v.outlooks(f.Item.Fields), Account: &shown}
	out.Moves = MergeMoves{Accounts: f.Item.Children, RevOrgs: f.Item.Workspaces}
	out.Moves.count(f.Item.Fields, "external_refs", "domains")
	return out, nil
}

func (d DirectoryDeps) previewWorkspaces(ctx context.Context, c call, p, s don.ID) (*mergePreviewOut, error) {
	f, err := d.Service.PreviewWorkspaces(ctx, c.Scope, p.N, s.N)
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	shown := v.workspace(f.Item.Result)
	out := &mergePreviewOut{Fields: v.outlooks(f.Item.Fields), RevOrg: &shown}
	out.Moves.count(f.Item.Fields, "external_ref")
	return out, nil
}

func (d DirectoryDeps) previewConversations(ctx context.Context, c call, p, s don.ID) (*mergePreviewOut, error) {
	f, err := d.Service.PreviewConversations(ctx, c.Scope, p.N, s.N)
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	shown := v.conversation(f.Item.Result, desk.Conversations{})
	out := &mergePreviewOut{Fields: v.outlooks(f.Item.Fields), Conversation: &shown, Moves: MergeMoves{Comments: f.Item.Comments}}
	out.Moves.count(f.Item.Fields)
	return out, nil
}

// count counts what comes to the primary's lists; keys are the fields of identifiers.
func (m *MergeMoves) count(fields []identity.Outlook, keys ...string) {
	for _, o := range fields {
		n := len(o.Adopted) + len(o.Joined)
		switch {
		case slices.Contains(keys, o.Field):
			m.Identifiers += n
		case o.Field == "owned_by":
			m.OwnedBy = n
		case o.Field == "tags":
			m.Tags = n
		}
	}
}

func (v view) outlooks(fields []identity.Outlook) []FieldOutlook {
	out := make([]FieldOutlook, len(fields))
	for i, o := range fields {
		out[i] = FieldOutlook{o.Field, v.values(o.Adopted), v.values(o.Joined), v.values(o.Dropped)}
	}
	return out
}

func (v view) values(list []identity.Value) []OutlookValue {
	out := make([]OutlookValue, len(list))
	for i, o := range list {
		out[i].Value = o.Text
		if o.ID.N != 0 {
			r := v.record(o.ID)
			out[i].Record = &r
		}
	}
	return out
}

func (d DirectoryDeps) getMerge(ctx context.Context, c call, in *idIn) (*mergeOut, error) {
	id, err := c.object("id", in.ID, don.Merge)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.GetMerge(ctx, c.Scope, id.N)
	if err != nil {
		return nil, err
	}
	if !c.sees(f.Item.Type) {
		return nil, errs.Gone(id.Display())
	}
	return &mergeOut{c.view(f.Names).merge(f.Item)}, nil
}

func (d DirectoryDeps) listMerges(ctx context.Context, c call, in *mergesListIn) (*mergesListOut, error) {
	out := &mergesListOut{Merges: []Merge{}}
	q, list, err := d.mergeQuery(c, in)
	if errs.Is(err, errs.NotFound) || !slices.ContainsFunc(mergeable, c.sees) {
		return out, nil // a filter by what is not there finds nothing
	}
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	q.Limit++
	f, err := d.Service.ListMerges(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	if len(f.Item) > limit {
		f.Item = f.Item[:limit]
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{f.Item[limit-1].N}})
	}
	v := c.view(f.Names)
	for _, m := range f.Item {
		if !c.sees(m.Type) {
			continue
		}
		out.Merges = append(out.Merges, v.merge(m))
	}
	return out, nil
}

func (d DirectoryDeps) mergeQuery(c call, in *mergesListIn) (directory.MergeQuery, page.List, error) {
	list := page.ListOf(c.op, c.Scope.OrgID, in.Record)
	req, err := page.Request{Limit: in.Limit}.Normal(page.Max)
	q := directory.MergeQuery{Limit: req.Limit}
	if err != nil {
		return q, list, err
	}
	if in.Record != "" {
		if q.Of, err = c.reference("record", in.Record, mergeable...); err != nil {
			return q, list, err
		}
	}
	if in.Cursor == "" {
		return q, list, nil
	}
	cur, err := d.Cursors.Decode(list, in.Cursor)
	if err != nil {
		return q, list, err
	}
	if len(cur.Keys) == 1 {
		q.Below, _ = cur.Keys[0].(int64)
	}
	return q, list, nil
}

func (d DirectoryDeps) undoMerge(ctx context.Context, c call, in *idIn) (*MergeUndone, error) {
	id, err := c.object("id", in.ID, don.Merge)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.UndoMerge(ctx, c.Scope, id.N)
	if err != nil {
		return nil, err
	}
	v := c.view(f.Names)
	switch u := f.Item; {
	case u.Accounts != nil:
		out := undone(v, u.Accounts)
		again, survivor := v.accountBody(u.Accounts.Secondary), v.accountBody(u.Accounts.Survivor)
		out.Account, out.SurvivorAcc = &again, &survivor
		return out, nil
	case u.Workspaces != nil:
		out := undone(v, u.Workspaces)
		again, survivor := v.workspace(u.Workspaces.Secondary), v.workspace(u.Workspaces.Survivor)
		out.RevOrg, out.SurvivorOrg = &again, &survivor
		return out, nil
	case u.Conversations != nil:
		out := undone(v, u.Conversations)
		again, survivor := v.conversation(u.Conversations.Secondary, desk.Conversations{}), v.conversation(u.Conversations.Survivor, desk.Conversations{})
		out.Conversation, out.SurvivorConv = &again, &survivor
		return out, nil
	default:
		out := undone(v, u.Contacts)
		again, survivor := v.contact(u.Contacts.Secondary), v.contact(u.Contacts.Survivor)
		out.RevUser, out.Survivor = &again, &survivor
		return out, nil
	}
}

func undone[T any](v view, p *identity.Parted[T]) *MergeUndone {
	out := &MergeUndone{Merge: v.merge(p.Merge), InTrash: p.InTrash, NotRestored: []LostIdentifier{}, KeptEdits: []KeptEdit{}, MoreEdits: p.MoreEdits}
	for _, l := range p.Lost {
		out.NotRestored = append(out.NotRestored, v.lost(l))
	}
	for _, e := range p.Edits {
		out.KeptEdits = append(out.KeptEdits, KeptEdit{Date: wire.At(e.At), By: v.author(e.Actor), Fields: changedFields(e.Delta)})
	}
	for _, m := range p.Along {
		out.AlsoUndone = append(out.AlsoUndone, v.merge(m))
	}
	return out
}

func (v view) lost(l identity.Lost) LostIdentifier {
	out := LostIdentifier{Kind: string(l.Kind), Value: l.Value, Reason: l.Reason}
	if l.Holder.N != 0 {
		r := v.record(l.Holder)
		out.Holder = &r
	}
	return out
}

// wireFields are the API's names of what history keeps of records.
var wireFields = map[string]string{
	"Domain": "domain", "Environment": "environment", "Ref": "external_ref",
	"Associations": "associations", "Description": "description", "DisplayName": "display_name", "Domains": "domains", "FullName": "full_name",
	"Identifiers": "identifiers", "Owners": "owned_by", "ParentN": "parent", "Refs": "external_refs", "State": "state", "Tags": "tags", "Tier": "tier",
	"Verified": "is_verified", "Blocked": "is_blocked", "Picture": "display_picture", "Websites": "websites",
	"Title": "title", "Stage": "stage", "SnoozedUntil": "snoozed_until", "Members": "members", "AccountN": "account", "WorkspaceN": "rev_org", "GroupN": "group", "Parts": "applies_to_parts", "Spam": "is_spam",
	"Custom": "custom_fields", "Subtype": "subtype", "Channels": "channels", "Frozen": "is_frozen", "URLContext": "metadata", "SourceChannel": "source_channel", "SourceChannelV2": "source_channel_v2",
}

func changedFields(delta []byte) []string {
	var fields map[string]json.RawMessage
	out := []string{}
	if err := json.Unmarshal(delta, &fields); err != nil {
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if wire, known := wireFields[name]; known {
			out = append(out, wire)
		}
	}
	return out
}

func (d DirectoryDeps) splitContact(ctx context.Context, c call, in *splitIn) (*splitOut, error) {
	id, err := c.object("id", in.ID, don.Contact)
	if err != nil {
		return nil, err
	}
	names := make([]directory.Named, len(in.Identifiers))
	for i, n := range in.Identifiers {
		names[i] = directory.Named{Kind: contact.Kind(n.Kind), Value: n.Value}
	}
	from, made, err := d.Service.SplitContact(ctx, c.Scope, id.N, names, given(in.DisplayName))
	if err != nil {
		return nil, err
	}
	return &splitOut{RevUser: c.view(made.Names).contact(made.Item), From: c.view(from.Names).contact(from.Item)}, nil
}
