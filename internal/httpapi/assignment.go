package httpapi

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/assignment"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

// AssignmentRule says who looks after what customers begin.
type AssignmentRule struct {
	Atom
	Type           string        `json:"type" enum:"assignment_rule"`
	Name           string        `json:"name"`
	IsEnabled      bool          `json:"is_enabled"`
	AppliesTo      []string      `json:"applies_to" enum:"conversation,ticket"`
	SourceChannels []string      `json:"source_channels" doc:"Of which the new conversation or ticket came by one; all when empty."`
	ContactFilter  string        `json:"contact_filter,omitempty" doc:"Which its first contact meets."`
	Strategy       string        `json:"strategy" enum:"round_robin,least_open"`
	Members        []UserSummary `json:"members" doc:"Among whom the rule chooses, in this order; empty when it chooses in a group."`
	Group          *GroupSummary `json:"group,omitempty" doc:"Among whose members the rule chooses."`
	MaxOpen        int64         `json:"max_open" doc:"Who has as many conversations and tickets open is passed over; 0 for no limit."`
}

type ruleOut struct {
	Rule AssignmentRule `json:"assignment_rule"`
}

func (c call) rule(f desk.RuleFound) AssignmentRule {
	r, v := f.Item, c.view(f.Names)
	out := AssignmentRule{
		Atom: v.atom(r.ID(), r.CreatedAt, r.CreatedBy, r.ModifiedAt, r.ModifiedBy), Type: don.AssignmentRule.Wire(), Name: r.Name, IsEnabled: r.Enabled,
		AppliesTo: []string{}, SourceChannels: append([]string{}, r.Channels...), ContactFilter: r.Contact, Strategy: string(r.Strategy),
		Members: v.users(r.Members), Group: v.groupSummary(f.Group), MaxOpen: r.MaxOpen,
	}
	for _, t := range r.For {
		out.AppliesTo = append(out.AppliesTo, t.Wire())
	}
	return out
}

func (c call) ruleOut(f desk.RuleFound, err error) (*ruleOut, error) {
	if err != nil {
		return nil, err
	}
	return &ruleOut{c.rule(f)}, nil
}

func registerAssignment(api *API, d DeskDeps) {
	const tag = "assignment-rules"
	create := createOp("assignment-rules.create", "Create a rule of assignment", tag)
	create.Description = "It is asked after all others. Rules are for what is begun without an owner by somebody else than a member; the first one that knows who decides."
	operate(api, create, d.createRule)
	operate(api, readOp("assignment-rules.get", "Get a rule of assignment", tag), d.getRule)
	operate(api, readOp("assignment-rules.list", "List the rules of assignment, in the order in which they are asked", tag), d.listRules)
	operate(api, writeOp("assignment-rules.update", "Update a rule of assignment", tag), d.updateRule)
	operate(api, writeOp("assignment-rules.reorder", "Put the rules of assignment into an order", tag), d.orderRules)
	operate(api, writeOp("assignment-rules.delete", "Delete a rule of assignment", tag), d.deleteRule)
}

// ruleFields are what members choose of a rule.
type ruleFields struct {
	IsEnabled      *bool            `json:"is_enabled" doc:"True unless given."`
	AppliesTo      *[]string        `json:"applies_to" enum:"conversation,ticket" doc:"Both unless given. The whole new list."`
	SourceChannels *[]string        `json:"source_channels" doc:"Of which the new conversation or ticket came by one, such as plug for the widget; all when empty. At most 20; the whole new list."`
	ContactFilter  wire.Opt[string] `json:"contact_filter" doc:"A filter over contacts, such as account.tier = gold, which the first contact meets; all, and those without a contact, when empty."`
	Strategy       *string          `json:"strategy" enum:"round_robin,least_open" doc:"One after the other, which is the default, or who has least open."`
	Members        *[]string        `json:"members" doc:"Among whom the rule chooses, in this order, at most 100; deactivated ones are passed over. The whole new list."`
	Group          wire.Opt[string] `json:"group" doc:"A group of members among whom the rule chooses, instead of members."`
	MaxOpen        *int64           `json:"max_open" doc:"Who has as many conversations and tickets open is passed over, at most 1,000, without spam and what is put off; 0 for no limit. When nobody is left, the next rule is asked."`
}

func (f ruleFields) patch(c call) (desk.RulePatch, error) {
	p := desk.RulePatch{Enabled: f.IsEnabled, Channels: f.SourceChannels, Contact: given(f.ContactFilter), MaxOpen: f.MaxOpen}
	if f.AppliesTo != nil {
		kinds := []don.Type{}
		for _, t := range assignment.Kinds { // in one order, and once
			if slices.Contains(*f.AppliesTo, t.Wire()) {
				kinds = append(kinds, t)
			}
		}
		p.For = &kinds
	}
	if f.Strategy != nil {
		s := assignment.Strategy(*f.Strategy)
		p.Strategy = &s
	}
	if f.Members != nil {
		ns, err := c.numbers("members", *f.Members, don.Member)
		if err != nil {
			return p, err
		}
		p.Members = &ns
	}
	if f.Group.Set {
		var n int64
		if f.Group.Value != "" {
			id, err := c.reference("group", f.Group.Value, don.Group)
			if err != nil {
				return p, err
			}
			n = id.N
		}
		p.GroupN = &n
	}
	return p, nil
}

type ruleCreateIn struct {
	Name string `json:"name" required:"true" doc:"At most 256 characters."`
	ruleFields
}

func (d DeskDeps) createRule(ctx context.Context, c call, in *ruleCreateIn) (*ruleOut, error) {
	p, err := in.patch(c)
	if err != nil {
		return nil, err
	}
	p.Name = &in.Name
	return c.ruleOut(d.Service.CreateRule(ctx, c.Scope, p))
}

func (d DeskDeps) getRule(ctx context.Context, c call, in *idIn) (*ruleOut, error) {
	id, err := c.object("id", in.ID, don.AssignmentRule)
	if err != nil {
		return nil, err
	}
	return c.ruleOut(d.Service.GetRule(ctx, c.Scope, id.N))
}

type rulesOut struct {
	Rules []AssignmentRule `json:"assignment_rules" doc:"All of them; an org can have 100."`
}

func (d DeskDeps) listRules(ctx context.Context, c call, _ *struct{}) (*rulesOut, error) {
	out := &rulesOut{Rules: []AssignmentRule{}}
	if !c.sees(don.AssignmentRule) {
		return out, nil
	}
	all, err := d.Service.Rules(ctx, c.Scope)
	for _, f := range all {
		out.Rules = append(out.Rules, c.rule(f))
	}
	return out, err
}

type ruleUpdateIn struct {
	ID   string  `json:"id" required:"true" format:"id"`
	Name *string `json:"name" doc:"At most 256 characters."`
	ruleFields
}

func (d DeskDeps) updateRule(ctx context.Context, c call, in *ruleUpdateIn) (*ruleOut, error) {
	id, err := c.object("id", in.ID, don.AssignmentRule)
	if err != nil {
		return nil, err
	}
	p, err := in.patch(c)
	if err != nil {
		return nil, err
	}
	p.Name = in.Name
	return c.ruleOut(d.Service.UpdateRule(ctx, c.Scope, id.N, p))
}

type rulesOrderIn struct {
	IDs []string `json:"ids" required:"true" doc:"Every rule once, in the order in which they shall be asked."`
}

func (d DeskDeps) orderRules(ctx context.Context, c call, in *rulesOrderIn) (*rulesOut, error) {
	var ns []int64
	for i, text := range in.IDs {
		id, err := c.object(element("ids", i), text, don.AssignmentRule)
		if err != nil {
			return nil, err
		}
		ns = append(ns, id.N)
	}
	if len(ns) > assignment.MaxRules {
		return nil, errs.NotPermitted("ids", "has %d values; at most %d are allowed", len(ns), assignment.MaxRules)
	}
	if err := d.Service.OrderRules(ctx, c.Scope, ns); err != nil {
		return nil, err
	}
	return d.listRules(ctx, c, nil)
}

func (d DeskDeps) deleteRule(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.AssignmentRule)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteRule(ctx, c.Scope, id.N)
}
