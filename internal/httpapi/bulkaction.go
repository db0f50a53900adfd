package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/bulkaction"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/page"
)

// BulkActionDeps is what the operations on bulk actions need.
type BulkActionDeps struct {
	Service *bulkaction.Service
	Cursors *page.Codec
}

// maxPlan is how large a request with a plan of merges may be.
const maxPlan = 4 << 20

// RegisterBulkActions adds the operations bulk-actions.*.
func RegisterBulkActions(api *API, d BulkActionDeps) {
	const tag = "bulk-actions"
	create := createOp("bulk-actions.create", "Change all records that a filter finds", tag)
	create.Description = "The numbers of the records are pinned first, so that what is counted is what is changed, whatever happens meanwhile. The work goes on after this call has returned, and after a restart of the server."
	create.MaxBody = maxPlan
	create.Errors = append(create.Errors, http.StatusTooManyRequests)
	operate(api, create, d.create)
	operate(api, readOp("bulk-actions.get", "Get a bulk action and how far it is", tag), d.get)
	operate(api, readOp("bulk-actions.list", "List bulk actions, the newest first", tag), d.list)
	operate(api, readOp("bulk-actions.report", "List the records that a bulk action, or its undo, did not change, with the reasons", tag), d.report)
	operate(api, writeOp("bulk-actions.start", "Start a bulk action that has pinned its records and waits", tag, http.StatusNotFound), d.turn((*bulkaction.Service).Start))
	operate(api, writeOp("bulk-actions.cancel", "Stop a bulk action; what it has changed stays", tag, http.StatusNotFound), d.turn((*bulkaction.Service).Cancel))
	operate(api, writeOp("bulk-actions.undo", "Take back what a bulk action that has ended did", tag, http.StatusNotFound), d.turn((*bulkaction.Service).Undo))
}

// bulkObjects are the kinds of records that bulk actions change, each with the
// name that its own operations have.
var bulkObjects = []struct {
	of  don.Type
	ops string
}{{don.Contact, "rev-users"}, {don.Account, "accounts"}, {don.Workspace, "rev-orgs"}}

// objectType returns the type that an operation's object names.
func objectType(name string) don.Type {
	for _, o := range bulkObjects {
		if o.of.Wire() == name {
			return o.of
		}
	}
	return ""
}

// mayDo asks whether the caller may do to one record what a bulk action does to
// many, and sees those that it would be done to.
func (c call) mayDo(t don.Type, k bulkaction.Kind) error {
	verb := ".update"
	switch k {
	case bulkaction.Delete:
		verb = ".delete"
	case bulkaction.Merge:
		verb = ".merge"
	default: // the others update
	}
	for _, o := range bulkObjects {
		if o.of == t {
			if err := auth.Allow(c.Actor, o.ops+verb, don.ID{}); err != nil {
				return err
			}
		}
	}
	if !c.sees(t) {
		return errs.Denied("you see no %s records, so you can change none", t.Wire())
	}
	return nil
}

type mergePlanIn struct {
	Primary     string   `json:"primary" required:"true" format:"id" doc:"The contact that stays."`
	Secondaries []string `json:"secondaries" required:"true" doc:"The contacts that are merged into it, in this order."`
}

type bulkChangeIn struct {
	Type         string         `json:"type" required:"true" enum:"add_tags,remove_tags,set_owners,set_account,set_custom_fields,delete,merge" doc:"What is done. delete moves to the trash; merge is for contacts."`
	Tags         []setTag       `json:"tags" maxItems:"100" doc:"Of add_tags and remove_tags. A tag without value leaves the value that a record has with it; remove_tags takes tags off whatever their value."`
	OwnedBy      *[]string      `json:"owned_by" maxItems:"100" doc:"Of set_owners: the members who shall look after the records; an empty list takes all off."`
	Account      string         `json:"account" format:"id" doc:"Of set_account: contacts that have no place in it get one, as their primary."`
	CustomFields map[string]any `json:"custom_fields" doc:"Of set_custom_fields: values by name, such as tnt__plan; null takes one off."`
	Plan         []mergePlanIn  `json:"plan" maxItems:"10000" doc:"Of merge: which contacts are merged, in their order. At most 10,000 secondaries."`
}

type bulkCreateIn struct {
	Object   string       `json:"object" required:"true" enum:"account,rev_org,rev_user" doc:"Which records."`
	Filter   *filterIn    `json:"filter" doc:"Which of them, as text such as tag:vip and created > -30d, or as an expression, as in lists. \"\" is all of them. Required unless a plan says which."`
	TimeZone string       `json:"time_zone" maxLength:"64" doc:"The time zone in which the filter counts days, such as Europe/Berlin. UTC when absent."`
	Action   bulkChangeIn `json:"action" required:"true" doc:"What becomes of the records."`
	Hold     bool         `json:"hold" doc:"Wait for bulk-actions.start once the records are pinned, so that their number can be shown first; at most 24 hours."`
}

// spec reads what shall be done.
func (in *bulkCreateIn) spec(c call) (spec bulkaction.Spec, plan []bulkaction.Pair, err error) {
	spec = bulkaction.Spec{Kind: bulkaction.Kind(in.Action.Type), Hold: in.Hold, Zone: in.TimeZone}
	if _, err := org.ParseZone(in.TimeZone); err != nil {
		return spec, nil, err
	}
	if spec.Kind == bulkaction.Merge {
		plan, err = in.plan(c)
		return spec, plan, err
	}
	if in.Filter == nil {
		return spec, nil, errs.Missing("filter")
	}
	tree, err := in.Filter.tree()
	if err != nil {
		return spec, nil, err
	}
	if err := filter.Check(tree); err != nil {
		return spec, nil, err
	}
	spec.Filter = filter.Format(tree)
	return spec, nil, in.Action.edit(c, &spec)
}

// plan reads the merges, one after the other.
func (in *bulkCreateIn) plan(c call) (out []bulkaction.Pair, err error) {
	if in.Object != don.Contact.Wire() {
		return nil, errs.NotPermitted("object", "%q cannot be merged in bulk, only rev_user; use accounts.merge or rev-orgs.merge for each", in.Object)
	}
	if in.Filter != nil {
		return nil, errs.NotPermitted("filter", "does not go with a plan, which names its contacts; leave it out")
	}
	for i, p := range in.Action.Plan {
		field := element("action.plan", i)
		primary, err := c.reference(field+".primary", p.Primary, don.Contact)
		if err != nil {
			return nil, err
		}
		secondaries, err := c.numbers(field+".secondaries", p.Secondaries, don.Contact)
		if err != nil {
			return nil, err
		}
		for _, n := range secondaries {
			out = append(out, bulkaction.Pair{Primary: primary.N, Secondary: n})
		}
	}
	if len(out) == 0 {
		return nil, errs.Missing("action.plan")
	}
	return out, nil
}

// edit reads the change of one record.
func (in *bulkChangeIn) edit(c call, spec *bulkaction.Spec) error {
	e := &spec.Edit
	switch spec.Kind {
	case bulkaction.AddTags, bulkaction.RemoveTags:
		if len(in.Tags) == 0 {
			return errs.Missing("action.tags")
		}
		uses, err := c.tagUses("action.tags", in.Tags)
		if spec.Kind == bulkaction.AddTags {
			e.AddTags = uses
			return err
		}
		for _, u := range uses {
			e.RemoveTags = append(e.RemoveTags, u.N)
		}
		return err
	case bulkaction.SetOwners:
		if in.OwnedBy == nil {
			return errs.Missing("action.owned_by")
		}
		ns, err := c.numbers("action.owned_by", *in.OwnedBy, don.Member)
		e.Owners = &ns
		return err
	case bulkaction.SetAccount:
		if in.Account == "" {
			return errs.Missing("action.account")
		}
		id, err := c.reference("action.account", in.Account, don.Account)
		e.AccountN = id.N
		return err
	case bulkaction.SetCustom:
		if e.Custom = in.CustomFields; len(e.Custom) == 0 {
			return errs.Missing("action.custom_fields")
		}
	default: // delete
		e.Delete = true
	}
	return nil
}

func (d BulkActionDeps) create(ctx context.Context, c call, in *bulkCreateIn) (*bulkActionOut, error) {
	spec, plan, err := in.spec(c)
	if err != nil {
		return nil, err
	}
	of := objectType(in.Object)
	if err := c.mayDo(of, spec.Kind); err != nil {
		return nil, err
	}
	a, err := d.Service.Create(ctx, c.Scope, of, spec, plan)
	if e := errs.As(err); e != nil && e.Field != "" && e.Field != "filter" {
		err = within("action.", "", err)
	}
	return d.one(ctx, c, a, err)
}

type bulkIDIn struct {
	ID string `json:"id" required:"true" format:"id" doc:"In full or as BULK-1."`
}

func (d BulkActionDeps) get(ctx context.Context, c call, in *bulkIDIn) (*bulkActionOut, error) {
	id, err := c.object("id", in.ID, don.BulkAction)
	if err != nil {
		return nil, err
	}
	a, err := d.Service.Get(ctx, c.Scope, id.N)
	return d.one(ctx, c, a, err)
}

// turn answers with what a step of a bulk action makes of it, if the caller may do
// what the action does.
func (d BulkActionDeps) turn(step func(*bulkaction.Service, context.Context, org.Scope, int64) (*bulkaction.Action, error)) func(context.Context, call, *bulkIDIn) (*bulkActionOut, error) {
	return func(ctx context.Context, c call, in *bulkIDIn) (*bulkActionOut, error) {
		id, err := c.object("id", in.ID, don.BulkAction)
		if err != nil {
			return nil, err
		}
		a, err := d.Service.Get(ctx, c.Scope, id.N)
		if err != nil {
			return nil, err
		}
		if err := c.mayDo(a.Type, a.Spec.Kind); err != nil {
			return nil, err
		}
		a, err = step(d.Service, ctx, c.Scope, id.N)
		return d.one(ctx, c, a, err)
	}
}

type bulkListIn struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Bulk actions on a page. 50 when absent; more than 100 gives 100."`
}

func (d BulkActionDeps) list(ctx context.Context, c call, in *bulkListIn) (*bulkActionsOut, error) {
	list := page.ListOf(c.op, c.Scope.OrgID)
	before, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil || !c.sees(don.BulkAction) {
		return &bulkActionsOut{BulkActions: []BulkAction{}}, err
	}
	as, err := d.Service.List(ctx, c.Scope, before, limit+1)
	if err != nil {
		return nil, err
	}
	out := &bulkActionsOut{}
	as, out.NextCursor = cutAt(d.Cursors, list, as, limit, func(a *bulkaction.Action) int64 { return a.N })
	out.BulkActions, err = d.actions(ctx, c, as...)
	return out, err
}

type bulkReportIn struct {
	bulkIDIn
	bulkListIn
}

func (d BulkActionDeps) report(ctx context.Context, c call, in *bulkReportIn) (*bulkReportOut, error) {
	id, err := c.object("id", in.ID, don.BulkAction)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, id.N)
	after, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	r, err := d.Service.Report(ctx, c.Scope, id.N, after, limit+1)
	if err != nil {
		return nil, err
	}
	out := &bulkReportOut{Records: []BulkReportEntry{}}
	r.Notes, out.NextCursor = cutAt(d.Cursors, list, r.Notes, limit, func(n bulkaction.Note) int64 { return n.At })
	if c.sees(r.Type) {
		out.Records = c.view(r.Names).bulkReport(r)
	}
	return out, nil
}
