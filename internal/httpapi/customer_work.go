package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/ticket"
)

// Tickets, as the contacts who reported them make, read and list them.

// hideNotes takes out what the team notes about a ticket. What a member wrote into its
// body was perhaps written for the team.
func (w *Work) hideNotes(of *ticket.Work) {
	if don.FromTail(of.CreatedBy).Type != don.Contact {
		w.Body = ""
	}
	w.Account, w.RevOrg, w.Tags, w.Subtype, w.CustomFields, w.Fragments = nil, nil, nil, "", nil, nil
	w.AppliesToPart, w.TargetCloseDate, w.ExternalRef = nil, nil, w.DisplayID
}

// ownTicket refuses what a ticket cannot have when a contact reports it.
func (c call) ownTicket(in *workCreateIn) error {
	if c.Contact == nil {
		return nil
	}
	if in.Type != don.Ticket.Wire() {
		return errs.NotPermitted("type", "%s is for members; contacts report tickets", in.Type)
	}
	for i, text := range in.ReportedBy {
		if id, err := c.reference(element("reported_by", i), text, don.Contact, don.Member); err != nil || id != c.Self() {
			return errs.NotPermitted("reported_by", "a contact reports tickets itself; leave it out")
		}
	}
	return c.notByContacts([]unwanted{
		{"owned_by", len(in.OwnedBy) > 0}, {"applies_to_part", in.AppliesToPart.Set}, {"source_channel", in.SourceChannel.Set}, {"tags", len(in.Tags) > 0}, {"channels", len(in.Channels) > 0}, {"account", in.Account.Set}, {"rev_org", in.RevOrg.Set},
		{"group", in.Group.Set}, {"stage", in.Stage != setStage{}}, {"severity", in.Severity.Set}, {"needs_response", in.NeedsResponse.Set},
		{"is_spam", in.IsSpam.Set}, {"is_frozen", in.IsFrozen.Set}, {"external_ref", in.ExternalRef.Set}, {"target_close_date", in.TargetCloseDate.Set},
		{"custom_fields", len(in.CustomFields) > 0}, {"custom_schema_spec", in.SchemaSpec.Subtype != ""}, {"custom_schema_fragments", len(in.SchemaFragments) > 0},
	})
}

// own reads the filter of a contact, who lists the tickets that it reported, or those
// of the customer that it acts for. What the team notes is nothing to look for.
func (f workFilter) own(c call) (out ticket.Filter, none bool, err error) {
	for i, text := range f.ReportedBy {
		if id, err := c.reference(element("reported_by", i), text, don.Contact, don.Member); err != nil || id != c.Self() {
			return out, false, errs.NotPermitted("reported_by", "a session token lists the tickets of its own contact; leave it out")
		}
	}
	if err := c.notByContacts([]unwanted{
		{"filter", f.Filter != nil}, {"applies_to_part", f.AppliesToPart != nil}, {"owned_by", f.OwnedBy != nil}, {"has_owner", f.HasOwner != nil},
		{"created_by", f.CreatedBy != nil}, {"modified_by", f.ModifiedBy != nil}, {"tags", f.Tags != nil}, {"external_ref", f.ExternalRef != nil},
		{"contact", f.Contact != nil}, {"custom_fields", f.CustomFields != nil}, {"target_close_date", f.TargetCloseDate != typedDateFilter{}},
		{"ticket.severity", f.Ticket.Severity != nil}, {"ticket.group", f.Ticket.Group != nil}, {"ticket.channels", f.Ticket.Channels != nil},
		{"ticket.source_channel", f.Ticket.SourceChannel != nil}, {"ticket.needs_response", f.Ticket.NeedsResponse != nil}, {"ticket.is_spam", f.Ticket.IsSpam != nil},
		{"ticket.is_frozen", f.Ticket.IsFrozen != nil}, {"ticket.subtype", f.Ticket.Subtype != nil},
		{"account", f.Account != nil && len(f.Account) == 0}, {"rev_org", f.RevOrg != nil && len(f.RevOrg) == 0},
	}); err != nil {
		return out, false, err
	}
	only := workFilter{
		Type: f.Type, State: f.State, Stage: f.Stage, CreatedDate: f.CreatedDate, ModifiedDate: f.ModifiedDate, ActualCloseDate: f.ActualCloseDate,
		Account: f.Account, RevOrg: f.RevOrg, Ticket: ticketFilter{RevOrg: f.Ticket.RevOrg}, Opportunity: f.Opportunity,
	}
	s := sieve{c: c}
	out = ticket.Filter{States: only.State, Stages: only.Stage.Name}
	s.types(only, &out)
	for _, p := range []struct {
		field string
		texts []string
		of    don.Type
	}{{"account", f.Account, don.Account}, {"rev_org", f.RevOrg, don.Workspace}, {"ticket.rev_org", f.Ticket.RevOrg, don.Workspace}} {
		if len(p.texts) > 0 {
			out.Places = append(out.Places, s.ids(p.field, p.texts, p.of))
		}
	}
	s.dates("created_date", f.CreatedDate, &out.CreatedAfter, &out.CreatedBefore)
	s.dates("modified_date", f.ModifiedDate, &out.ModifiedAfter, &out.ModifiedBefore)
	s.dates("actual_close_date", f.ActualCloseDate, &out.ActualAfter, &out.ActualBefore)
	onlyDeals := len(out.Types) == 1 && out.Types[0] != don.Ticket
	return out, s.none || onlyDeals, first(s.err, out.Check())
}

// ownTickets is works for a contact.
func (d DeskDeps) ownTickets(ctx context.Context, c call, in workFilter, q directory.Query) (desk.WorkPage, error) {
	f, none, err := in.own(c)
	switch {
	case err != nil || none:
		return desk.WorkPage{}, err
	case len(f.Places) > 0:
		return d.Service.ListCustomersTickets(ctx, c.Scope, f, q)
	default:
		return d.Service.ListOwnTickets(ctx, c.Scope, f, q)
	}
}
