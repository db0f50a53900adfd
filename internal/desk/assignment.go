package desk

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/assignment"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/ticket"
	"github.com/kith-id/kith/internal/timeline"
)

// assignmentTx keeps the rules of assignment.
type assignmentTx interface {
	AssignmentRules(ctx context.Context, limit int) ([]*assignment.Rule, error)
	AssignmentRule(ctx context.Context, n int64, lock bool) (*assignment.Rule, error)
	InsertAssignmentRule(ctx context.Context, r *assignment.Rule) error
	UpdateAssignmentRule(ctx context.Context, before, after *assignment.Rule) error
	DeleteAssignmentRule(ctx context.Context, r *assignment.Rule) error
	NoteChosen(ctx context.Context, ruleN, memberN int64) error
}

// owner returns the member whom the rules choose for what somebody else than a
// member begins, by a channel and with people of whom the first contact is the
// customer, and the rule that did; 0 for nobody.
func owner(ctx context.Context, tx Tx, t don.Type, channel string, people []don.ID) (int64, *assignment.Rule, error) {
	if tx.Scope().Actor.Type == don.Member {
		return 0, nil, nil
	}
	rules, err := tx.AssignmentRules(ctx, assignment.MaxRules)
	if err != nil {
		return 0, nil, err
	}
	for _, r := range rules {
		fits, err := fits(ctx, tx, r, t, channel, people)
		if err != nil {
			return 0, nil, err
		}
		if !fits {
			continue
		}
		chosen, err := choose(ctx, tx, r)
		if chosen != 0 || err != nil {
			return chosen, r, err
		}
	}
	return 0, nil, nil
}

// assigned tells the owners of what has just begun that it is theirs, and history by
// which rule when one chose them. The rule may be renamed or deleted later, so its name
// is kept.
func assigned(ctx context.Context, tx Tx, id don.ID, owners []int64, r *assignment.Rule) error {
	if r == nil {
		return directory.Assigned(ctx, tx, id, nil, owners)
	}
	type who struct{ Owners []int64 }
	_, err := tx.Record(ctx, identity.Note{
		ID: id, Op: timeline.OpAssigned, Before: who{}, After: who{owners}, Extra: map[string]any{"rule": r.ID().Tail(), "rule_name": r.Name},
	})
	if err != nil {
		return err
	}
	return directory.AssignedByRule(ctx, tx, id, r.Name, owners)
}

// some is a list of one number, empty for 0.
func some(n int64) []int64 {
	if n == 0 {
		return nil
	}
	return []int64{n}
}

func fits(ctx context.Context, tx Tx, r *assignment.Rule, t don.Type, channel string, people []don.ID) (bool, error) {
	if !r.Fits(t, channel) || r.Contact == "" {
		return r.Fits(t, channel), nil
	}
	at := slices.IndexFunc(people, func(id don.ID) bool { return id.Type == don.Contact })
	if at < 0 {
		return false, nil
	}
	met, err := directory.Meets(ctx, tx, people[at].N, r.Contact)
	if errs.Is(err, errs.Invalid) {
		return false, nil // as of a field that was taken away: what customers begin is not refused for it
	}
	return met, err
}

// choose returns whom a rule chooses now. Others who ask it wait, but not while what
// its members have open is counted.
func choose(ctx context.Context, tx Tx, r *assignment.Rule) (int64, error) {
	members, err := candidates(ctx, tx, r)
	if err != nil || len(members) == 0 {
		return 0, err
	}
	var open map[int64]int
	if r.Counts() {
		if open, err = openOf(ctx, tx, r, members); err != nil {
			return 0, err
		}
	}
	now, err := tx.AssignmentRule(ctx, r.N, true)
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	chosen := now.Choose(members, open)
	if chosen == 0 {
		return 0, nil
	}
	return chosen, tx.NoteChosen(ctx, r.N, chosen)
}

// candidates returns the active members among whom a rule chooses.
func candidates(ctx context.Context, tx Tx, r *assignment.Rule) ([]int64, error) {
	ns := r.Members
	if r.GroupN != 0 {
		g, err := tx.UserGroup(ctx, r.GroupN, false)
		if errs.Is(err, errs.NotFound) {
			return nil, nil
		}
		var in []group.Member
		if err == nil {
			in, err = tx.GroupMembers(ctx, g, 0, assignment.MaxMembers)
		}
		if err != nil {
			return nil, err
		}
		for _, m := range in {
			ns = append(ns, m.N)
		}
	}
	known, err := tx.MembersByN(ctx, ns)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(ns), func(n int64) bool {
		m, there := known[n]
		return !there || m.State != org.Active
	}), nil
}

// openOf counts the conversations and tickets that members have open: no spam, and
// nothing that is put off.
func openOf(ctx context.Context, tx Tx, r *assignment.Rule, members []int64) (map[int64]int, error) {
	limit := assignment.CountMost
	if r.MaxOpen > 0 {
		limit = int(r.MaxOpen)
	}
	no := false
	out := make(map[int64]int, len(members))
	for _, n := range members {
		talks, err := tx.CountConversations(ctx, conversation.Filter{Owners: []int64{n}, States: conversation.OpenStates, Spam: &no, Snoozed: &no}, limit)
		if err != nil {
			return nil, err
		}
		works, err := tx.CountWorks(ctx, ticket.Filter{Types: []don.Type{don.Ticket}, Owners: []int64{n}, States: ticket.OpenStates, Spam: &no}, limit)
		if err != nil {
			return nil, err
		}
		out[n] = talks + works
	}
	return out, nil
}

// RulePatch says what a rule shall be: everything it has on creation, what changes
// on update.
type RulePatch struct {
	Name     *string
	Enabled  *bool
	For      *[]don.Type
	Channels *[]string
	Contact  *string
	Strategy *assignment.Strategy
	Members  *[]int64
	GroupN   *int64 // 0 for none
	MaxOpen  *int64
}

// RuleFound is a rule with the records that it refers to.
type RuleFound struct {
	directory.Found[*assignment.Rule]
	Group *group.Group // nil for none, and for one that was deleted
}

func wantRule(w *directory.Wanted, r *assignment.Rule) {
	w.Tails(r.CreatedBy, r.ModifiedBy)
	w.Members(r.Members)
}

func (p RulePatch) apply(ctx context.Context, tx Tx, r *assignment.Rule) (err error) {
	set(&r.Name, p.Name)
	set(&r.Enabled, p.Enabled)
	set(&r.For, p.For)
	set(&r.Channels, p.Channels)
	set(&r.Strategy, p.Strategy)
	set(&r.MaxOpen, p.MaxOpen)
	if err := directory.SetMembers(ctx, tx, "members", &r.Members, p.Members); err != nil {
		return err
	}
	if p.GroupN != nil && *p.GroupN != 0 {
		g, err := tx.UserGroup(ctx, *p.GroupN, false)
		if err != nil {
			return directory.InField("group", err)
		}
		if g.Of != don.Member {
			return errs.NotPermitted("group", "%q is a group of contacts; give one of members", g.Name)
		}
	}
	set(&r.GroupN, p.GroupN)
	if p.Contact != nil {
		if r.Contact = *p.Contact; r.Contact != "" {
			if r.Contact, err = directory.ContactFilter(ctx, tx, "contact_filter", r.Contact); err != nil {
				return err
			}
		}
	}
	return r.Check()
}

func ruleFound(ctx context.Context, tx Tx, r *assignment.Rule) (RuleFound, error) {
	var out RuleFound
	var err error
	if out.Found, err = directory.FoundWith(ctx, tx, wantRule, r); err != nil || r.GroupN == 0 {
		return out, err
	}
	out.Group, err = tx.UserGroup(ctx, r.GroupN, false)
	if errs.Is(err, errs.NotFound) {
		out.Group, err = nil, nil
	}
	return out, err
}

// CreateRule adds a rule behind the others. Errors: invalid, not_found for a
// reference.
func (s *Service) CreateRule(ctx context.Context, sc org.Scope, p RulePatch) (RuleFound, error) {
	var made RuleFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		all, err := tx.AssignmentRules(ctx, assignment.MaxRules)
		if err != nil {
			return err
		}
		if len(all) >= assignment.MaxRules {
			return errs.BadRequest("there are %d rules already, which is all that an organisation can have; change one of them or delete one", len(all))
		}
		r := &assignment.Rule{Version: 1, CreatedAt: tx.Now(), CreatedBy: sc.Actor.Tail(), ModifiedAt: tx.Now(), ModifiedBy: sc.Actor.Tail()}
		r.Enabled, r.For, r.Strategy = true, assignment.Kinds, assignment.RoundRobin
		if len(all) > 0 {
			r.Position = all[len(all)-1].Position + 1
		}
		if err := p.apply(ctx, tx, r); err != nil {
			return err
		}
		if r.N, err = tx.Next(ctx, don.AssignmentRule, 1); err != nil {
			return err
		}
		if err := tx.InsertAssignmentRule(ctx, r); err != nil {
			return err
		}
		made, err = ruleFound(ctx, tx, r)
		return err
	})
	return made, err
}

// GetRule returns one rule or not_found.
func (s *Service) GetRule(ctx context.Context, sc org.Scope, n int64) (RuleFound, error) {
	var got RuleFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		r, err := tx.AssignmentRule(ctx, n, false)
		if err != nil {
			return err
		}
		got, err = ruleFound(ctx, tx, r)
		return err
	})
	return got, err
}

// Rules returns all rules in the order in which they are asked.
func (s *Service) Rules(ctx context.Context, sc org.Scope) ([]RuleFound, error) {
	var got []RuleFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		got = nil
		all, err := tx.AssignmentRules(ctx, assignment.MaxRules)
		if err != nil {
			return err
		}
		for _, r := range all {
			f, err := ruleFound(ctx, tx, r)
			if err != nil {
				return err
			}
			got = append(got, f)
		}
		return nil
	})
	return got, err
}

// UpdateRule changes a rule. Errors: invalid, not_found.
func (s *Service) UpdateRule(ctx context.Context, sc org.Scope, n int64, p RulePatch) (RuleFound, error) {
	var got RuleFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := tx.AssignmentRule(ctx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		if err := tx.UpdateAssignmentRule(ctx, before, &after); err != nil {
			return err
		}
		got, err = ruleFound(ctx, tx, &after)
		return err
	})
	return got, err
}

// DeleteRule removes a rule for good. What it assigned stays so.
func (s *Service) DeleteRule(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		r, err := tx.AssignmentRule(ctx, n, true)
		if err != nil {
			return err
		}
		return tx.DeleteAssignmentRule(ctx, r)
	})
}

// OrderRules puts all rules into an order. Errors: not_found for one that is not
// there, invalid for one that is missing or named twice.
func (s *Service) OrderRules(ctx context.Context, sc org.Scope, ns []int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		all, err := inOrder(ctx, tx, ns)
		if err != nil {
			return err
		}
		for _, r := range all {
			before, err := tx.AssignmentRule(ctx, r.N, true)
			if err != nil {
				return err
			}
			after := *before
			after.Position = int64(slices.Index(ns, r.N))
			if err := tx.UpdateAssignmentRule(ctx, before, &after); err != nil {
				return err
			}
		}
		return nil
	})
}

// inOrder returns all rules, whose numbers an order must name once each.
func inOrder(ctx context.Context, tx Tx, ns []int64) ([]*assignment.Rule, error) {
	all, err := tx.AssignmentRules(ctx, assignment.MaxRules)
	if err != nil {
		return nil, err
	}
	for i, n := range ns {
		if !slices.ContainsFunc(all, func(r *assignment.Rule) bool { return r.N == n }) {
			return nil, directory.InField(itemAt("ids", i), errs.Gone(don.Of(don.AssignmentRule, n).Display()))
		}
	}
	for _, r := range all {
		if !slices.Contains(ns, r.N) {
			return nil, errs.NotPermitted("ids", "does not have %s; name every rule once", r.ID().Display())
		}
	}
	if len(ns) != len(all) {
		return nil, errs.NotPermitted("ids", "has %d values, but there are %d rules; name every rule once", len(ns), len(all))
	}
	return all, nil
}
