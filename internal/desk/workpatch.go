package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// ListPatch changes a list: Set replaces it, else Add and Remove change it.
type ListPatch[T any] struct {
	Set         *[]T
	Add, Remove []T
}

func (p ListPatch[T]) empty() bool { return p.Set == nil && len(p.Add)+len(p.Remove) == 0 }

// WorkPatch says what a work shall be: everything it has on creation, what changes
// on update. Pointers are nil for what stays and point to zero values for what is
// cleared.
type WorkPatch struct {
	Title         *string
	Body          *string
	Ref           *string
	PartN         *int64
	AccountN      *int64
	WorkspaceN    *int64
	GroupN        *int64
	Owners        ListPatch[int64]
	Reporters     ListPatch[don.ID]
	Contacts      ListPatch[don.ID]
	Tags          ListPatch[tag.Use]
	StageName     string // "" for the one that it is in
	StageN        int64  // its number, 0 when not given by it
	TargetClose   **time.Time
	Severity      *string
	Channels      *[]string
	SourceChannel *string
	NeedsResponse *bool
	Spam          *bool
	Frozen        *bool
	Amount        **float64
	Budget        **float64
	Probability   **float64
	Forecast      *string
	Priority      *string
	AnnualValue   **ticket.Money
	Value         **ticket.Money
	Custom        *schema.Change
	Files         ListPatch[int64]
}

func (p WorkPatch) apply(ctx context.Context, tx Tx, w *ticket.Work) error {
	for _, step := range []func(context.Context, Tx, *ticket.Work) error{
		p.texts, p.stage, p.people, p.customer, p.links, p.own,
	} {
		if err := step(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}

func (p WorkPatch) texts(ctx context.Context, tx Tx, w *ticket.Work) error {
	if err := directory.SetText(&w.Title, "title", p.Title, contact.DisplayName); err != nil {
		return err
	}
	if err := directory.SetText(&w.Body, "body", p.Body, contact.Description); err != nil {
		return err
	}
	if err := directory.SetText(&w.Ref, "external_ref", p.ref(tx, w), optional(contact.Ref)); err != nil {
		return err
	}
	if p.TargetClose != nil {
		w.TargetClose = *p.TargetClose
	}
	if w.Ref == "" {
		return nil
	}
	holder, err := tx.WorkWithRef(ctx, w.Ref)
	if err == nil && holder != nil && holder.ID() != w.ID() {
		return identity.Taken("external_ref", w.Ref, holder.ID(), holder.Title)
	}
	return err
}

// ref returns the reference given, cleared when it is only what the API shows for
// a work without one.
func (p WorkPatch) ref(tx Tx, w *ticket.Work) *string {
	if p.Ref != nil && w.N != 0 && directory.OwnRef(tx.Scope(), w.ID(), *p.Ref) {
		return new(string)
	}
	return p.Ref
}

// optional lets a normaliser accept an empty value, which clears its field.
func optional(norm func(string) (string, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		if strings.TrimSpace(s) == "" {
			return "", nil
		}
		return norm(s)
	}
}

// stage moves the work; it is closed as long as its stage is one of the closed.
func (p WorkPatch) stage(_ context.Context, tx Tx, w *ticket.Work) error {
	to, known := ticket.StageNumbered(w.Type, p.StageN)
	if p.StageN != 0 && !known {
		return errs.NotPermitted("stage", "is none of the stages of type %s", w.Type.Wire())
	}
	if !known {
		var err error
		if to, err = ticket.StageNamed(w.Type, cmp.Or(p.StageName, w.Stage)); err != nil {
			return err
		}
	}
	w.Stage = to.Name
	switch {
	case to.State != ticket.Closed:
		w.ActualClose = nil
	case w.ActualClose == nil:
		now := tx.Now()
		w.ActualClose = &now
	}
	return nil
}

func (p WorkPatch) people(ctx context.Context, tx Tx, w *ticket.Work) error {
	if !p.Owners.empty() {
		owners := changed(w.Owners, p.Owners)
		if err := directory.SetOwners(ctx, tx, &w.Owners, &owners); err != nil {
			return err
		}
	}
	reporters, err := persons(ctx, tx, "reported_by", w.Reporters(), p.Reporters, ticket.MaxReporters)
	if err != nil {
		return err
	}
	w.ReportedBy = tailsOf(reporters)
	contacts, err := persons(ctx, tx, "contacts", idsOf(don.Contact, w.Contacts), p.Contacts, ticket.MaxContacts)
	w.Contacts = nil
	if len(contacts) > 0 {
		w.Contacts = numbers(contacts)
	}
	return err
}

// changed returns a list after a change.
func changed[T comparable](list []T, p ListPatch[T]) []T {
	if p.Set != nil {
		return *p.Set
	}
	out := slices.DeleteFunc(slices.Clone(list), func(v T) bool { return slices.Contains(p.Remove, v) })
	return directory.Distinct(append(out, p.Add...))
}

// persons changes a list of people. Who stays keeps the id that stands in the
// record, although it may have been merged since: so the undo of the merge finds
// everything as it was.
func persons(ctx context.Context, tx Tx, field string, stored []don.ID, p ListPatch[don.ID], limit int) ([]don.ID, error) {
	if p.empty() {
		return stored, nil
	}
	is, err := directory.NowOf(ctx, tx, stored)
	if err != nil {
		return nil, err
	}
	gone, err := directory.NowOf(ctx, tx, p.Remove)
	if err != nil {
		return nil, err
	}
	given := p.Add
	if p.Set != nil {
		given = *p.Set
	}
	if len(given) > limit {
		return nil, tooMany(field, len(given), limit)
	}
	wanted, err := directory.Writable(ctx, tx, field, given)
	if err != nil {
		return nil, err
	}
	var out []don.ID
	for i, id := range stored {
		if p.Set == nil && !slices.Contains(gone, is[i]) || slices.Contains(wanted, is[i]) {
			out = append(out, id)
		} else {
			is[i] = don.ID{}
		}
	}
	for _, id := range directory.Distinct(wanted) {
		if !slices.Contains(is, id) {
			out = append(out, id)
		}
	}
	if len(out) > limit {
		return nil, tooMany(field, len(out), limit)
	}
	return out, nil
}

// customer makes the work another account's or workspace's. The account of a
// workspace is what that belongs to, so that it follows merges and their undo.
func (p WorkPatch) customer(ctx context.Context, tx Tx, w *ticket.Work) error {
	if p.AccountN == nil && p.WorkspaceN == nil {
		return nil
	}
	is, above, err := placeOf(ctx, tx, w)
	if err != nil {
		return err
	}
	var account, workspace don.ID
	if p.AccountN != nil && *p.AccountN != 0 {
		now, err := directory.Writable(ctx, tx, "account", []don.ID{don.Of(don.Account, *p.AccountN)})
		if err != nil {
			return err
		}
		account = now[0]
	}
	if p.WorkspaceN != nil && *p.WorkspaceN != 0 {
		now, err := directory.Writable(ctx, tx, "rev_org", []don.ID{don.Of(don.Workspace, *p.WorkspaceN)})
		if err != nil {
			return err
		}
		workspace = now[0]
		_, belongs, err := placeOf(ctx, tx, &ticket.Work{WorkspaceN: workspace.N})
		if err != nil {
			return err
		}
		if account.N != 0 && account != belongs {
			return errs.NotPermitted("rev_org", "%s belongs to %s, not to %s; give one of account and rev_org, or two that belong together", workspace.Display(), belongs.Display(), account.Display())
		}
	}
	switch {
	case workspace.N != 0 && workspace != is:
		put(w, workspace)
	case workspace.N != 0: // it is there already
	case account.N != 0 && account == above && (p.WorkspaceN == nil || is.Type != don.Workspace): // it is there already, perhaps in a workspace
	case account.N != 0:
		put(w, account)
	case p.AccountN == nil && is.Type == don.Workspace: // only the workspace is taken away
		put(w, above)
	case p.AccountN != nil:
		put(w, don.ID{})
	}
	if w.Type == don.Opportunity && w.AccountN == 0 && w.WorkspaceN == 0 && w.N != 0 {
		return errs.NotPermitted("account", "cannot be taken off an opportunity; give another account")
	}
	return nil
}

// placeOf returns the workspace or account that a work belongs to, and the account,
// as what they are now.
func placeOf(ctx context.Context, tx Tx, w *ticket.Work) (is, account don.ID, err error) {
	is = don.Of(don.Account, w.AccountN)
	if w.WorkspaceN != 0 {
		is = don.Of(don.Workspace, w.WorkspaceN)
	}
	now, err := directory.NowOf(ctx, tx, []don.ID{is})
	if err != nil || now[0].Type == don.Account {
		return now[0], now[0], err
	}
	found, err := tx.Workspaces(ctx, []int64{now[0].N}, false)
	if ws := found[now[0].N]; err == nil && ws != nil {
		account = don.Of(don.Account, ws.AccountN)
	}
	return now[0], account, err
}

func (p WorkPatch) links(ctx context.Context, tx Tx, w *ticket.Work) error {
	if p.PartN != nil && *p.PartN != w.PartN {
		if *p.PartN == 0 && w.Type == don.Ticket {
			return errs.NotPermitted("applies_to_part", "cannot be taken off a ticket; give another part")
		}
		if *p.PartN != 0 {
			if _, err := tx.Part(ctx, *p.PartN, false); err != nil {
				return directory.InField("applies_to_part", err)
			}
		}
		w.PartN = *p.PartN
	}
	if p.GroupN != nil && *p.GroupN != w.GroupN {
		if *p.GroupN != 0 {
			g, err := tx.UserGroup(ctx, *p.GroupN, false)
			if err != nil {
				return directory.InField("group", err)
			}
			if g.Of != don.Member {
				return errs.NotPermitted("group", "%q is a group of contacts; give one of members", g.Name)
			}
		}
		w.GroupN = *p.GroupN
	}
	if err := retag(ctx, tx, &w.Tags, p.Tags); err != nil {
		return err
	}
	return directory.SetCustom(ctx, tx, w.Type, p.Custom, w.N == 0, &w.Custom, &w.Subtype)
}

// own sets what only one type has; the HTTP layer refuses the other's.
func (p WorkPatch) own(_ context.Context, _ Tx, w *ticket.Work) error {
	for _, e := range []struct {
		field   string
		given   *string
		dst     *string
		allowed []string
	}{
		{"severity", p.Severity, &w.Severity, ticket.Severities}, {"forecast_category", p.Forecast, &w.Forecast, ticket.Forecasts},
		{"priority", p.Priority, &w.Priority, ticket.Priorities},
	} {
		if e.given == nil {
			continue
		}
		if *e.given != "" && !slices.Contains(e.allowed, *e.given) {
			return errs.BadEnum(e.field, *e.given, e.allowed)
		}
		*e.dst = *e.given
	}
	if p.Channels != nil {
		w.Channels = directory.Distinct(*p.Channels)
	}
	if err := directory.SetText(&w.SourceChannel, "source_channel", p.SourceChannel, optional(contact.FullName)); err != nil {
		return err
	}
	set(&w.NeedsResponse, p.NeedsResponse)
	set(&w.Spam, p.Spam)
	set(&w.Frozen, p.Frozen)
	set(&w.Amount, p.Amount)
	set(&w.CustomerBudget, p.Budget)
	set(&w.Probability, p.Probability)
	set(&w.AnnualValue, p.AnnualValue)
	set(&w.Value, p.Value)
	return nil
}
