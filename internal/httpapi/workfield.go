package httpapi

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/ticket"
)

// workTypes are the types of works by their names.
var workTypes = map[string]don.Type{"ticket": don.Ticket, "opportunity": don.Opportunity}

// setStage names a stage.
type setStage struct {
	Name  string `json:"name" maxLength:"64"`
	ID    string `json:"id" maxLength:"200" doc:"As a work's stage.stage has it, in place of the name."`
	Stage string `json:"stage" maxLength:"200" doc:"The same."`
}

// number returns the number of the stage that an id names, 0 for none.
func (s setStage) number(c call) (int64, error) {
	text := cmp.Or(s.ID, s.Stage)
	if text == "" {
		return 0, nil
	}
	id, err := c.reference("stage.id", text, don.CustomStage)
	return id.N, err
}

// setMoney is an amount in a currency.
type setMoney struct {
	Amount   string `json:"amount" required:"true" maxLength:"40" doc:"A decimal number, such as 1200.50."`
	Currency string `json:"currency" required:"true" minLength:"3" maxLength:"3" doc:"An ISO 4217 code, such as EUR."`
}

func moneyOf(field string, o wire.Opt[setMoney]) (**ticket.Money, error) {
	if !o.Set {
		return nil, nil
	}
	var m *ticket.Money
	if !o.Null {
		if _, err := strconv.ParseFloat(o.Value.Amount, 64); err != nil {
			return nil, errs.NotPermitted(field+".amount", "%q is no decimal number; give one such as 1200.50", o.Value.Amount)
		}
		m = &ticket.Money{Amount: o.Value.Amount, Currency: strings.ToUpper(o.Value.Currency)}
	}
	return &m, nil
}

// workFields are what works can be given on creation and on update.
type workFields struct {
	extras
	AppliesToPart   wire.Opt[string]    `json:"applies_to_part" format:"id" doc:"The part that the work is about. Tickets need one."`
	Body            wire.Opt[string]    `json:"body" doc:"At most 64 KiB."`
	ExternalRef     wire.Opt[string]    `json:"external_ref" doc:"The work's id in your own system, unique among works."`
	Stage           setStage            `json:"stage" doc:"The first one of the type when absent on creation."`
	TargetCloseDate wire.Opt[time.Time] `json:"target_close_date"`
	Account         wire.Opt[string]    `json:"account" format:"id" doc:"The customer. Opportunities need one; a ticket without gets that of the contact who reported it."`
	SchemaFragments []string            `json:"custom_schema_fragments" doc:"The org's own fragment; use custom_schema_spec."`
	careFields
	dealFields
}

// careFields are of tickets.
type careFields struct {
	RevOrg        wire.Opt[string] `json:"rev_org" format:"id" doc:"The customer's workspace, of a ticket."`
	Severity      wire.Opt[string] `json:"severity" enum:"blocker,high,medium,low" doc:"Of a ticket."`
	Group         wire.Opt[string] `json:"group" format:"id" doc:"The group of members that works on a ticket."`
	SourceChannel wire.Opt[string] `json:"source_channel" doc:"Where a ticket came from."`
	NeedsResponse wire.Opt[bool]   `json:"needs_response" doc:"Of a ticket."`
	IsSpam        wire.Opt[bool]   `json:"is_spam" doc:"Of a ticket."`
	IsFrozen      wire.Opt[bool]   `json:"is_frozen" doc:"Of a ticket."`
}

// dealFields are of opportunities.
type dealFields struct {
	Amount         wire.Opt[float64]  `json:"amount" doc:"Of an opportunity, in all."`
	CustomerBudget wire.Opt[float64]  `json:"customer_budget" doc:"Of an opportunity."`
	Probability    wire.Opt[float64]  `json:"probability" minimum:"0" maximum:"1" doc:"That an opportunity is won."`
	Forecast       wire.Opt[string]   `json:"forecast_category" enum:"omitted,pipeline,upside,strong_upside,commit,won" doc:"Of an opportunity."`
	ForecastV2     wire.Opt[int64]    `json:"forecast_category_v2" minimum:"1" maximum:"6" doc:"The same by its id, from 1 omitted to 6 won."`
	Priority       wire.Opt[string]   `json:"priority" enum:"p0,p1,p2,p3" doc:"Of an opportunity."`
	AnnualValue    wire.Opt[setMoney] `json:"annual_contract_value" doc:"Of an opportunity."`
	Value          wire.Opt[setMoney] `json:"value" doc:"Of an opportunity."`
}

// misplaced refuses a value for a field that works of the type do not have.
func misplaced(t don.Type, field string, given bool) error {
	if !given {
		return nil
	}
	e := errs.New(errs.Invalid, "invalid_field", "is not a field of type %s; leave it out", t.Wire())
	e.Field = field
	return e
}

func full[T comparable](o wire.Opt[T]) bool {
	var zero T
	return o.Set && !o.Null && o.Value != zero
}

func (f workFields) fits(t don.Type) error {
	if t == don.Ticket {
		return first(misplaced(t, "amount", full(f.Amount)), misplaced(t, "customer_budget", full(f.CustomerBudget)), misplaced(t, "probability", full(f.Probability)),
			misplaced(t, "forecast_category", full(f.Forecast)), misplaced(t, "forecast_category_v2", full(f.ForecastV2)), misplaced(t, "priority", full(f.Priority)),
			misplaced(t, "annual_contract_value", full(f.AnnualValue)), misplaced(t, "value", full(f.Value)))
	}
	return first(misplaced(t, "rev_org", full(f.RevOrg)), misplaced(t, "severity", full(f.Severity)), misplaced(t, "group", full(f.Group)),
		misplaced(t, "source_channel", full(f.SourceChannel)), misplaced(t, "needs_response", full(f.NeedsResponse)), misplaced(t, "is_spam", full(f.IsSpam)),
		misplaced(t, "is_frozen", full(f.IsFrozen)))
}

// link reads the id of a record that a work shall refer to: 0 clears it.
func (c call) link(field string, o wire.Opt[string], t don.Type) (*int64, error) {
	if !o.Set {
		return nil, nil
	}
	if o.Null || o.Value == "" {
		return new(int64), nil
	}
	id, err := c.reference(field, o.Value, t)
	return &id.N, err
}

// amountOf is nil when a field is absent, and points to nil when it is cleared.
func amountOf[T any](o wire.Opt[T]) **T {
	if !o.Set {
		return nil
	}
	var v *T
	if !o.Null {
		v = &o.Value
	}
	return &v
}

func (f workFields) patch(c call, t don.Type) (p desk.WorkPatch, err error) {
	p = desk.WorkPatch{
		Body: given(f.Body), Ref: given(f.ExternalRef), StageName: f.Stage.Name, TargetClose: amountOf(f.TargetCloseDate), Severity: given(f.Severity),
		SourceChannel: given(f.SourceChannel), NeedsResponse: given(f.NeedsResponse), Spam: given(f.IsSpam), Frozen: given(f.IsFrozen),
		Amount: amountOf(f.Amount), Budget: amountOf(f.CustomerBudget), Probability: amountOf(f.Probability), Forecast: given(f.Forecast), Priority: given(f.Priority),
	}
	if f.ForecastV2.Set {
		name := ticket.ForecastOf(f.ForecastV2.Value)
		p.Forecast = &name
	}
	var all [8]error
	p.PartN, all[0] = c.link("applies_to_part", f.AppliesToPart, don.Product)
	p.AccountN, all[1] = c.link("account", f.Account, don.Account)
	p.WorkspaceN, all[2] = c.link("rev_org", f.RevOrg, don.Workspace)
	p.GroupN, all[3] = c.link("group", f.Group, don.Group)
	p.AnnualValue, all[4] = moneyOf("annual_contract_value", f.AnnualValue)
	p.Value, all[5] = moneyOf("value", f.Value)
	p.StageN, all[6] = f.Stage.number(c)
	p.Custom, all[7] = f.change(c, "custom_schema_fragments", f.SchemaFragments)
	return p, first(append([]error{f.fits(t)}, all[:]...)...)
}

// people reads ids of members or contacts.
func (c call) people(field string, texts []string, allowed ...don.Type) ([]don.ID, error) {
	out := make([]don.ID, len(texts))
	for i, text := range texts {
		id, err := c.reference(element(field, i), text, allowed...)
		if err != nil {
			return nil, err
		}
		out[i] = id
	}
	return out, nil
}

type workCreateIn struct {
	Type    string   `json:"type" required:"true" enum:"opportunity,ticket" doc:"Kith has no issues and tasks."`
	Title   string   `json:"title" required:"true" doc:"1 to 256 characters."`
	OwnedBy []string `json:"owned_by" required:"true" doc:"The members who look after the work; may be empty."`
	workFields
	ReportedBy []string `json:"reported_by" doc:"The contacts and members who reported the work."`
	Tags       []setTag `json:"tags"`
	Channels   []string `json:"channels" enum:"email,plug,slack,twilio,twilio_sms" doc:"Of a ticket."`
	Contacts   []string `json:"contacts" doc:"The contacts who take part in an opportunity."`
	Artifacts  []string `json:"artifacts" maxItems:"50" doc:"Files that were uploaded, see artifacts.prepare, and hang nowhere else."`
}

func (in workCreateIn) patch(c call, t don.Type) (desk.WorkPatch, error) {
	p, err := in.workFields.patch(c, t)
	owners, err2 := c.numbers("owned_by", in.OwnedBy, don.Member)
	reporters, err3 := c.people("reported_by", in.ReportedBy, don.Contact, don.Member)
	contacts, err4 := c.people("contacts", in.Contacts, don.Contact)
	tags, err5 := c.tagUses("tags", in.Tags)
	files, err6 := c.numbers("artifacts", in.Artifacts, don.Artifact)
	p.Owners.Set, p.Files.Set, p.Reporters.Set, p.Contacts.Set, p.Tags.Set, p.Channels = &owners, &files, &reporters, &contacts, &tags, &in.Channels
	return p, first(err, err2, err3, err4, err5, err6,
		misplaced(t, "channels", t != don.Ticket && len(in.Channels) > 0), misplaced(t, "contacts", t == don.Ticket && len(in.Contacts) > 0))
}

// listPatch changes a list of ids.
type listPatch struct {
	Set    wire.Opt[[]string] `json:"set" doc:"The whole new list."`
	Add    []string           `json:"add"`
	Remove []string           `json:"remove"`
}

func (l listPatch) read(c call, field string, allowed ...don.Type) (out desk.ListPatch[don.ID], err error) {
	if err := oneWay(field, l.Set.Set, len(l.Add)+len(l.Remove)); err != nil {
		return out, err
	}
	if l.Set.Set {
		ids, err := c.people(field+".set", l.Set.Value, allowed...)
		out.Set = &ids
		return out, err
	}
	if out.Add, err = c.people(field+".add", l.Add, allowed...); err != nil {
		return out, err
	}
	out.Remove, err = c.people(field+".remove", l.Remove, allowed...)
	return out, err
}

type setChannels struct {
	Set wire.Opt[[]string] `json:"set" enum:"email,plug,slack,twilio,twilio_sms" doc:"The whole new list."`
}

type workUpdateIn struct {
	ID    string           `json:"id" required:"true" format:"id"`
	Type  string           `json:"type" enum:"issue,opportunity,task,ticket" doc:"What the work is; it cannot change."`
	Title wire.Opt[string] `json:"title" doc:"1 to 256 characters."`
	workFields
	OwnedBy    listPatch   `json:"owned_by"`
	ReportedBy listPatch   `json:"reported_by"`
	Tags       tagPatch    `json:"tags"`
	Channels   setChannels `json:"channels"`
	Contacts   listPatch   `json:"contacts"`
	Artifacts  listPatch   `json:"artifacts" doc:"Files that were uploaded, see artifacts.prepare; at most 50 in all."`
}

func (in workUpdateIn) patch(c call, t don.Type) (desk.WorkPatch, error) {
	p, err := in.workFields.patch(c, t)
	p.Title, p.Channels = given(in.Title), given(in.Channels.Set)
	owners, err2 := in.OwnedBy.read(c, "owned_by", don.Member)
	p.Owners = numbersIn(owners)
	var err3, err4, err5 error
	p.Reporters, err3 = in.ReportedBy.read(c, "reported_by", don.Contact, don.Member)
	p.Contacts, err4 = in.Contacts.read(c, "contacts", don.Contact)
	p.Tags, err5 = in.Tags.read(c)
	files, err6 := in.Artifacts.read(c, "artifacts", don.Artifact)
	p.Files = numbersIn(files)
	return p, first(err, err2, err3, err4, err5, err6,
		misplaced(t, "channels", t != don.Ticket && len(in.Channels.Set.Value) > 0),
		misplaced(t, "contacts", t == don.Ticket && len(in.Contacts.Set.Value)+len(in.Contacts.Add) > 0))
}

func numbersIn(p desk.ListPatch[don.ID]) (out desk.ListPatch[int64]) {
	ns := func(ids []don.ID) []int64 {
		list := make([]int64, len(ids))
		for i, id := range ids {
			list[i] = id.N
		}
		return list
	}
	if p.Set != nil {
		set := ns(*p.Set)
		out.Set = &set
	}
	out.Add, out.Remove = ns(p.Add), ns(p.Remove)
	return out
}
