package directory

import (
	"context"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/ticket"
)

// The fields of conversations, tickets and opportunities that customers do not have.
const (
	fieldTitle       = "title"
	fieldStage       = "stage"
	fieldState       = "state"
	fieldHasOwner    = "has_owner"
	fieldWaiting     = "needs_response"
	fieldSpam        = "spam"
	fieldFrozen      = "frozen"
	fieldSnoozed     = "snoozed"
	fieldSource      = "source_channel"
	fieldChannel     = "channel"
	fieldContact     = "contact"
	fieldMember      = "member"
	fieldReporter    = "reported_by"
	fieldModifiedBy  = "modified_by"
	fieldSeverity    = "severity"
	fieldPart        = "part"
	fieldClosed      = "closed"
	fieldTarget      = "target_close"
	fieldLastMessage = "last_message"
)

// deskSynonyms are the names that the parameters of their lists have for the fields.
var deskSynonyms = map[string]string{
	"owned_by": fieldOwner, "tags": fieldTag, "created_date": fieldCreated, "modified_date": fieldModified, "rev_org": fieldWorkspace,
	"is_spam": fieldSpam, "is_frozen": fieldFrozen, "is_snoozed": fieldSnoozed, "channels": fieldChannel, "applies_to_part": fieldPart, "applies_to_parts": fieldPart, "external_ref": fieldRef,
	"actual_close_date": fieldClosed, "target_close_date": fieldTarget, "last_message_date": fieldLastMessage, "body": fieldDescription,
}

// onDesk reports whether records of a type are what a team does for its customers.
func onDesk(t don.Type) bool { return t == don.Conversation || slices.Contains(ticket.Types, t) }

// deskCatalog gathers fields and their synonyms. What is the customer's is asked for
// over the relations.
func (g *catalogue) deskCatalog(fields []filter.Field) *filter.Catalog {
	c := &filter.Catalog{
		Fields:    map[string]filter.Field{},
		Relations: map[string]func() *filter.Catalog{fieldContact: g.contacts, fieldAccount: g.accounts, fieldWorkspace: g.workspaces},
	}
	for _, f := range fields {
		c.Fields[f.Name] = f
	}
	for other, name := range deskSynonyms {
		if f, ok := c.Fields[name]; ok {
			c.Fields[other] = f
		}
	}
	return c
}

// desk are the fields that conversations, tickets and opportunities share.
func (g *catalogue) desk(t don.Type) []filter.Field {
	return append(g.custom(t), []filter.Field{
		{Name: fieldSubtype, Type: filter.Ref},
		folded(fieldTitle), folded(fieldDescription),
		{Name: fieldStage, Type: filter.Ref, Keys: oneOf("stage", stageNames(t))},
		{Name: fieldState, Type: filter.Ref, Keys: oneOf("state", ticket.States)},
		{Name: fieldTag, Type: filter.Ref, Keys: g.tag},
		{Name: fieldOwner, Type: filter.Ref, Keys: g.owner},
		{Name: fieldHasOwner, Type: filter.Bool},
		{Name: fieldCreatedBy, Type: filter.Ref, Keys: g.author},
		{Name: fieldCreated, Type: filter.Time},
		{Name: fieldModified, Type: filter.Time},
		{Name: fieldClosed, Type: filter.Time},
		{Name: fieldContact, Type: filter.Ref, Keys: g.contact},
		{Name: fieldAccount, Type: filter.Ref, Keys: g.accountsWithin},
		{Name: fieldWorkspace, Type: filter.Ref, Keys: g.places(don.Workspace, identity.KindWorkspaceRef)},
	}...)
}

// attended are the fields of what customers wait for an answer in.
func (g *catalogue) attended() []filter.Field {
	return []filter.Field{
		{Name: fieldWaiting, Type: filter.Bool},
		{Name: fieldSpam, Type: filter.Bool},
		{Name: fieldFrozen, Type: filter.Bool},
		{Name: fieldSource, Type: filter.Ref},
		{Name: fieldChannel, Type: filter.Ref},
		{Name: fieldGroup, Type: filter.Ref, Keys: g.team},
	}
}

func (g *catalogue) conversations() *filter.Catalog {
	return g.deskCatalog(append(append(g.desk(don.Conversation), g.attended()...),
		filter.Field{Name: fieldID, Type: filter.Ref, Keys: g.number(don.Conversation)},
		filter.Field{Name: fieldMember, Type: filter.Ref, Keys: g.participant},
		filter.Field{Name: fieldPart, Type: filter.Ref, Keys: g.part},
		filter.Field{Name: fieldLastMessage, Type: filter.Time},
		filter.Field{Name: fieldSnoozed, Type: filter.Bool},
	))
}

func (g *catalogue) works(t don.Type) *filter.Catalog {
	fields := append(g.desk(t),
		filter.Field{Name: fieldID, Type: filter.Ref, Keys: func(v string) ([]string, error) {
			id, err := g.tx.Scope().Space.Parse("", v, t)
			return []string{num(ticket.Key(id))}, err
		}},
		filter.Field{Name: fieldRef, Type: filter.Text, Keys: one(contact.Ref)},
		filter.Field{Name: fieldPart, Type: filter.Ref, Keys: g.part},
		filter.Field{Name: fieldReporter, Type: filter.Ref, Keys: g.author},
		filter.Field{Name: fieldModifiedBy, Type: filter.Ref, Keys: g.author},
		filter.Field{Name: fieldTarget, Type: filter.Time},
	)
	if t == don.Ticket {
		fields = append(append(fields, g.attended()...), filter.Field{Name: fieldSeverity, Type: filter.Ref, Keys: oneOf("severity", ticket.Severities)})
	}
	return g.deskCatalog(fields)
}

func stageNames(t don.Type) []string {
	if t == don.Conversation {
		return conversation.StageNames()
	}
	return ticket.StageNames(t)
}

// oneOf takes one of some names.
func oneOf(what string, names []string) func(string) ([]string, error) {
	return func(v string) ([]string, error) {
		name := strings.ToLower(v)
		if !slices.Contains(names, name) {
			return nil, errs.NotPermitted("", "is no %s; use one of %s", what, strings.Join(names, ", "))
		}
		return []string{name}, nil
	}
}

// contact finds a contact by id, e-mail address or reference, with all that are one
// with it: records keep the one that they were made with.
func (g *catalogue) contact(v string) ([]string, error) {
	id, err := g.tx.Scope().Space.Parse("", v, don.Contact)
	for _, k := range []contact.Kind{contact.KindEmail, contact.KindRef} {
		if err == nil {
			break
		}
		var ok bool
		if id, ok, err = identity.Find(g.ctx, g.tx, k, v); err != nil {
			return nil, err
		}
		if !ok {
			err = errs.Gone(clip(v))
		}
	}
	if err != nil {
		return nil, err
	}
	all, err := OnOneOf(g.ctx, g.tx, []don.ID{id})
	return tails(all), err
}

// participant finds a member who takes part in conversations.
func (g *catalogue) participant(v string) ([]string, error) {
	ns, err := g.owner(v)
	for i, n := range ns {
		ns[i] = string(don.Member) + "/" + n
	}
	return ns, err
}

// accountsWithin finds an account with all that are one with it, and their
// workspaces: records name either.
func (g *catalogue) accountsWithin(v string) ([]string, error) {
	keys, err := g.places(don.Account, identity.KindAccountRef, identity.KindDomain)(v)
	if err != nil {
		return nil, err
	}
	ids := make([]don.ID, len(keys))
	for i, k := range keys {
		ids[i] = don.FromTail(k)
	}
	all, few, err := withSpaces(g.ctx, g.tx, ids)
	if err == nil && !few {
		return keys, nil
	}
	return tails(all), err
}

// withSpaces adds to accounts their workspaces, with all that are one with these,
// if they are few.
func withSpaces(ctx context.Context, tx Tx, accounts []don.ID) (all []don.ID, few bool, err error) {
	if len(accounts) == 0 {
		return nil, true, nil
	}
	of := filter.Bound{Op: filter.Any, Field: filter.Field{Name: fieldAccount, Type: filter.Ref}}
	for _, id := range accounts {
		of.Keys = append(of.Keys, num(id.N))
	}
	slices.Sort(of.Keys)
	spaces, more, err := tx.NumbersWhere(ctx, don.Workspace, of, 2*maxRelated)
	if err != nil || more {
		return nil, false, err
	}
	below, err := OnOneOf(ctx, tx, ids(don.Workspace, spaces))
	return append(slices.Clone(accounts), below...), true, err
}

// team finds a group of members by id or name.
func (g *catalogue) team(v string) ([]string, error) {
	all, err := g.tx.UserGroups(g.ctx, 0, group.MaxGroups)
	if err != nil {
		return nil, err
	}
	id, asID := g.tx.Scope().Space.Parse("", v, don.Group)
	for _, x := range all {
		if x.Of == don.Member && (asID == nil && x.N == id.N || asID != nil && contact.FoldName(x.Name) == contact.FoldName(v)) {
			return []string{num(x.N)}, nil
		}
	}
	return nil, errs.Gone(clip(v))
}

// part finds the parts that are called so, or the one with an id.
func (g *catalogue) part(v string) ([]string, error) {
	if id, err := g.tx.Scope().Space.Parse("", v, don.Product); err == nil {
		return []string{num(id.N)}, nil
	}
	rows, err := g.tx.PartRows(g.ctx, ticket.PartFilter{Names: []string{v}}, Query{Limit: maxRelated})
	if err != nil {
		return nil, err
	}
	if len(rows.Items) == 0 {
		return nil, errs.Gone(clip(v))
	}
	keys := make([]string, len(rows.Items))
	for i, p := range rows.Items {
		keys[i] = num(p.N)
	}
	return keys, nil
}

func tails(ids []don.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.Tail()
	}
	return out
}

// leadTo returns the field by which records on the desk name customers, and the
// values that lead to some of these; few is false when they are too many.
func leadTo(ctx context.Context, tx Tx, relation string, found []don.ID) (keys []string, few bool, err error) {
	all, err := OnOneOf(ctx, tx, found)
	if err == nil && relation == fieldAccount {
		all, few, err = withSpaces(ctx, tx, all)
		return tails(all), few, err
	}
	return tails(all), true, err
}

// conversationRecord answers what filters ask of a conversation.
type conversationRecord struct {
	w *rowReader
	c *conversation.Conversation
}

// Values implements filter.Record.
func (r conversationRecord) Values(field string) []filter.Value {
	c := r.c
	stage, _ := conversation.StageNamed(c.Stage)
	switch field {
	case fieldStage:
		return texts(c.Stage)
	case fieldState:
		return texts(string(stage.State))
	case fieldWaiting:
		return truth(c.Waiting())
	case fieldContact:
		return texts(tailsOf(c.Members, don.Contact)...)
	case fieldMember:
		return texts(tailsOf(c.Members, don.Member)...)
	case fieldPart:
		return numbered(c.Parts)
	case fieldSnoozed:
		return truth(c.SnoozedUntil != nil)
	case fieldLastMessage:
		return []filter.Value{{Time: c.ActiveAt()}}
	}
	return r.w.deskValues(deskRow{
		t: don.Conversation, n: c.N, subtype: c.Subtype, title: c.Title, body: c.Description, tags: c.Tags, owners: c.Owners, by: c.CreatedBy,
		created: c.CreatedAt, modified: c.ModifiedAt, closed: c.ClosedAt, account: c.AccountN, workspace: c.WorkspaceN,
		spam: c.Spam, frozen: c.Frozen, source: c.SourceChannel, channels: c.Channels, group: c.GroupN, custom: c.Custom,
	}, field)
}

// Some implements filter.Record.
func (r conversationRecord) Some(relation string, b filter.Bound) bool {
	return r.w.customerMeets(relation, tailsOf(r.c.Members, don.Contact), r.c.AccountN, r.c.WorkspaceN, b)
}

// workRecord answers what filters ask of a ticket or an opportunity.
type workRecord struct {
	w *rowReader
	t *ticket.Work
}

// Values implements filter.Record.
func (r workRecord) Values(field string) []filter.Value {
	t := r.t
	switch field {
	case fieldID:
		return texts(num(ticket.Key(t.ID())))
	case fieldStage:
		return texts(t.Stage)
	case fieldState:
		return texts(t.CurrentStage().State)
	case fieldWaiting:
		return truth(t.NeedsResponse)
	case fieldContact:
		return texts(peopleOf(t)...)
	case fieldReporter:
		return texts(t.ReportedBy...)
	case fieldModifiedBy:
		return texts(t.ModifiedBy)
	case fieldRef:
		return texts(t.Ref)
	case fieldSeverity:
		return texts(t.Severity)
	case fieldPart:
		return numbered([]int64{t.PartN})
	case fieldTarget:
		return dated(t.TargetClose)
	}
	return r.w.deskValues(deskRow{
		t: t.Type, n: t.N, subtype: t.Subtype, title: t.Title, body: t.Body, tags: t.Tags, owners: t.Owners, by: t.CreatedBy,
		created: t.CreatedAt, modified: t.ModifiedAt, closed: t.ActualClose, account: t.AccountN, workspace: t.WorkspaceN,
		spam: t.Spam, frozen: t.Frozen, source: t.SourceChannel, channels: t.Channels, group: t.GroupN, custom: t.Custom,
	}, field)
}

// Some implements filter.Record.
func (r workRecord) Some(relation string, b filter.Bound) bool {
	return r.w.customerMeets(relation, peopleOf(r.t), r.t.AccountN, r.t.WorkspaceN, b)
}

// peopleOf returns the contacts of a work.
func peopleOf(t *ticket.Work) []string {
	out := tailsOf(t.ReportedBy, don.Contact)
	for _, n := range t.Contacts {
		out = append(out, don.Of(don.Contact, n).Tail())
	}
	return out
}

// tailsOf returns those of the ids that are of a type.
func tailsOf(tails []string, t don.Type) []string {
	return slices.DeleteFunc(slices.Clone(tails), func(tail string) bool { return don.FromTail(tail).Type != t })
}

// customerMeets reports whether one of those whom a record is about meets a filter.
func (w *rowReader) customerMeets(relation string, people []string, account, workspace int64, b filter.Bound) bool {
	switch relation {
	case fieldContact:
		return slices.ContainsFunc(people, func(tail string) bool {
			c := w.people[don.FromTail(tail).N]
			return c != nil && b.Match(contactRecord{w, c})
		})
	case fieldWorkspace:
		return workspace != 0 && w.meets(don.Of(don.Workspace, workspace), b)
	}
	if account != 0 && w.above(account, b) {
		return true
	}
	id := don.Of(don.Workspace, workspace)
	if now, ok := w.moved[id]; ok {
		id = now
	}
	s := w.spaces[id.N]
	return s != nil && w.above(s.AccountN, b)
}
