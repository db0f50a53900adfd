package httpapi

import (
	"context"
	"net/http"
	"slices"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/ticket"
)

// Work is a ticket or an opportunity.
type Work struct {
	Atom
	Type            string            `json:"type" enum:"opportunity,ticket"`
	Title           string            `json:"title"`
	Body            string            `json:"body,omitempty"`
	AppliesToPart   *PartSummary      `json:"applies_to_part,omitempty"`
	OwnedBy         []UserSummary     `json:"owned_by"`
	ReportedBy      []UserSummary     `json:"reported_by,omitempty"`
	Account         *AccountSummary   `json:"account,omitempty"`
	RevOrg          *OrgSummary       `json:"rev_org,omitempty" doc:"The workspace."`
	Stage           StageSummary      `json:"stage"`
	State           string            `json:"state" enum:"open,in_progress,closed"`
	Tags            []TagWithValue    `json:"tags,omitempty"`
	ExternalRef     string            `json:"external_ref" doc:"The display id when nobody gave one."`
	Artifacts       []ArtifactSummary `json:"artifacts,omitempty" doc:"The files on the work itself."`
	TargetCloseDate *wire.Time        `json:"target_close_date,omitempty"`
	ActualCloseDate *wire.Time        `json:"actual_close_date,omitempty" doc:"Since when the stage has been one of the closed ones."`
	StockFragment   string            `json:"stock_schema_fragment"`
	Subtype         string            `json:"subtype,omitempty"`
	CustomFields    schema.Values     `json:"custom_fields,omitempty" doc:"Values of custom fields by name."`
	Fragments       []string          `json:"custom_schema_fragments,omitempty" doc:"The definitions that the values follow, as schemas.custom.get takes them."`

	Severity      string        `json:"severity,omitempty" enum:"blocker,high,medium,low" doc:"Of tickets, as all up to is_frozen."`
	Group         *GroupSummary `json:"group,omitempty"`
	Channels      []string      `json:"channels,omitempty"`
	SourceChannel string        `json:"source_channel,omitempty"`
	NeedsResponse *bool         `json:"needs_response,omitempty"`
	IsSpam        *bool         `json:"is_spam,omitempty"`
	IsFrozen      *bool         `json:"is_frozen,omitempty"`

	Contacts       []UserSummary  `json:"contacts,omitempty" doc:"Of opportunities, as all that follow."`
	Amount         *float64       `json:"amount,omitempty"`
	CustomerBudget *float64       `json:"customer_budget,omitempty"`
	Probability    *float64       `json:"probability,omitempty"`
	Forecast       string         `json:"forecast_category,omitempty" enum:"omitted,pipeline,upside,strong_upside,commit,won"`
	ForecastV2     *ForecastValue `json:"forecast_category_v2,omitempty"`
	Priority       string         `json:"priority,omitempty" enum:"p0,p1,p2,p3"`
	AnnualValue    *Money         `json:"annual_contract_value,omitempty"`
	Value          *Money         `json:"value,omitempty"`
}

// ForecastValue is a forecast category.
type ForecastValue struct {
	ID      int64  `json:"id"`
	Label   string `json:"label"`
	Ordinal int64  `json:"ordinal"`
}

// Money is an amount in a currency.
type Money struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func (v view) workStage(s ticket.Stage) StageSummary {
	state := int64(slices.Index(ticket.States, s.State)) + 1
	return StageSummary{
		Name: s.Name, Ordinal: s.Ordinal, Stage: StageRef{v.format(don.Of(don.CustomStage, s.N)), s.Name},
		State: StateOfOne{v.format(don.Of(don.CustomState, state)), s.State == ticket.Closed, s.State},
	}
}

func (v view) work(w *ticket.Work, names *desk.WorkNames) Work {
	stage := w.CurrentStage()
	out := Work{
		Atom: v.atom(w.ID(), w.CreatedAt, w.CreatedBy, w.ModifiedAt, w.ModifiedBy), Type: w.Type.Wire(), Title: w.Title, Body: w.Body,
		AppliesToPart: v.partSummary(names.Parts[w.PartN]), OwnedBy: v.users(w.Owners), ReportedBy: v.people(w.Reporters()),
		Stage: v.workStage(stage), State: stage.State, Tags: v.tags(w.Tags), ExternalRef: w.Ref, StockFragment: v.stock(stockOf(w.Type)), Subtype: w.Subtype,
	}
	out.Artifacts = v.artifacts(names.Files[w.ID()])
	if out.ExternalRef == "" {
		out.ExternalRef = w.ID().Display()
	}
	if w.TargetClose != nil {
		out.TargetCloseDate = &wire.Time{Time: *w.TargetClose}
	}
	if w.ActualClose != nil {
		out.ActualCloseDate = &wire.Time{Time: *w.ActualClose}
	}
	out.CustomFields, out.Fragments = v.custom(w.Type, w.Subtype, w.Custom)
	v.workPlace(&out, w)
	if v.actor.Contact != nil {
		out.hideNotes(w)
		return out
	}
	if w.Type == don.Ticket {
		v.care(&out, w, names)
	} else {
		v.deal(&out, w)
	}
	return out
}

// workPlace shows the workspace and the account; that of a workspace is the one
// that it belongs to by now.
func (v view) workPlace(out *Work, w *ticket.Work) {
	n := w.AccountN
	if space := v.names.Workspaces[w.WorkspaceN]; space != nil {
		shown := v.place(don.Of(don.Workspace, w.WorkspaceN))
		out.RevOrg, n = &shown, space.AccountN
	}
	out.Account = v.account(n)
}

func (v view) care(out *Work, w *ticket.Work, names *desk.WorkNames) {
	out.Severity, out.Channels, out.SourceChannel = w.Severity, w.Channels, w.SourceChannel
	out.NeedsResponse, out.IsSpam, out.IsFrozen = &w.NeedsResponse, &w.Spam, &w.Frozen
	out.Group = v.groupSummary(names.Groups[w.GroupN])
}

func (v view) deal(out *Work, w *ticket.Work) {
	contacts := make([]don.ID, len(w.Contacts))
	for i, n := range w.Contacts {
		contacts[i] = don.Of(don.Contact, n)
	}
	out.Contacts, out.Amount, out.CustomerBudget, out.Probability = v.people(contacts), w.Amount, w.CustomerBudget, w.Probability
	out.Forecast, out.Priority = w.Forecast, w.Priority
	if id := ticket.ForecastID(w.Forecast); id > 0 {
		out.ForecastV2 = &ForecastValue{id, w.Forecast, id}
	}
	if w.AnnualValue != nil {
		out.AnnualValue = &Money{w.AnnualValue.Amount, w.AnnualValue.Currency}
	}
	if w.Value != nil {
		out.Value = &Money{w.Value.Amount, w.Value.Currency}
	}
}

type workOut struct {
	Work Work `json:"work"`
}

func (c call) work(f desk.WorkFound, err error) (*workOut, error) {
	if err != nil {
		return nil, err
	}
	return &workOut{c.view(f.Names.Names).work(f.Item, f.Names)}, nil
}

func registerWorks(api *API, d DeskDeps) {
	const tag = "works"
	create := createOp("works.create", "Create a ticket or an opportunity", tag)
	create.Errors = append(create.Errors, http.StatusConflict)
	create.Description = "With the session token of a contact: a ticket that the contact reports."
	operate(api, create, d.createWork)
	operate(api, readOp("works.get", "Get a ticket or an opportunity", tag), d.getWork)
	operate(api, readOp("works.list", "List tickets and opportunities", tag), d.listWorks)
	operate(api, readOp("works.count", "Count tickets and opportunities", tag), d.countWorks)
	operate(api, readOp("works.export", "Get many tickets and opportunities at once", tag), d.exportWorks)
	operate(api, writeOp("works.update", "Update a ticket or an opportunity", tag, http.StatusConflict), d.updateWork)
	operate(api, writeOp("works.delete", "Move a ticket or an opportunity to the trash", tag), d.deleteWork)
	operate(api, writeOp("works.restore", "Bring a ticket or an opportunity back from the trash", tag, http.StatusConflict), d.restoreWork)
}

func (d DeskDeps) createWork(ctx context.Context, c call, in *workCreateIn) (*workOut, error) {
	t := workTypes[in.Type]
	p, err := in.patch(c, t)
	if err := first(err, c.ownTicket(in)); err != nil {
		return nil, err
	}
	p.Title = &in.Title
	if c.Contact != nil {
		return c.work(d.Service.CreateOwnTicket(ctx, c.Scope, p))
	}
	return c.work(d.Service.CreateWork(ctx, c.Scope, t, p))
}

func (d DeskDeps) getWork(ctx context.Context, c call, in *idIn) (*workOut, error) {
	id, err := c.object("id", in.ID, ticket.Types...)
	if err != nil {
		return nil, err
	}
	return c.work(d.Service.GetWork(ctx, c.Scope, id))
}

func (d DeskDeps) updateWork(ctx context.Context, c call, in *workUpdateIn) (*workOut, error) {
	id, err := c.object("id", in.ID, ticket.Types...)
	if err != nil {
		return nil, err
	}
	if in.Type != "" && workTypes[in.Type] != id.Type {
		return nil, errs.NotPermitted("type", "%s is of type %s, which cannot change", id.Display(), id.Type.Wire())
	}
	p, err := in.patch(c, id.Type)
	if err != nil {
		return nil, err
	}
	return c.work(d.Service.UpdateWork(ctx, c.Scope, id, p))
}

func (d DeskDeps) deleteWork(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, ticket.Types...)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteWork(ctx, c.Scope, id)
}

func (d DeskDeps) restoreWork(ctx context.Context, c call, in *restoreIn) (*workOut, error) {
	id, err := c.object("id", in.ID, ticket.Types...)
	if err != nil {
		return nil, err
	}
	return c.work(d.Service.RestoreWork(ctx, c.Scope, id, in.Without))
}
