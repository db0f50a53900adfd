package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/canned"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/timeline"
)

// MacroPatch says what a macro shall be: everything it has on creation, what changes
// on update.
type MacroPatch struct {
	Name    *string
	Actions *[]canned.Action
}

// MacroFound is a macro with the records that it names.
type MacroFound = directory.Found[*canned.Macro]

func wantMacro(w *directory.Wanted, m *canned.Macro) {
	w.Tails(m.CreatedBy, m.ModifiedBy)
	for _, a := range m.Actions {
		w.Tags(a.Tags)
		if a.MemberN != 0 {
			w.Members([]int64{a.MemberN})
		}
	}
}

// apply changes a macro and checks that what new actions name is there.
func (p MacroPatch) apply(ctx context.Context, tx Tx, m *canned.Macro) error {
	set(&m.Name, p.Name)
	set(&m.Actions, p.Actions)
	if err := m.Check(); err != nil || p.Actions == nil {
		return err
	}
	for i, a := range m.Actions {
		field := itemAt("actions", i)
		var uses []tag.Use
		if err := directory.SetTags(ctx, tx, &uses, &a.Tags); err != nil {
			return directory.InField(field+"."+errs.As(err).Field, err)
		}
		if a.MemberN == 0 {
			continue
		}
		var members []int64
		if err := directory.SetMembers(ctx, tx, "owner", &members, &[]int64{a.MemberN}); err != nil {
			return directory.InField(field+".owner", err)
		}
	}
	return nil
}

// CreateMacro adds a macro. Errors: invalid, not_found for what it names, conflict for
// a name that is taken.
func (s *Service) CreateMacro(ctx context.Context, sc org.Scope, p MacroPatch) (MacroFound, error) {
	var made MacroFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		m := &canned.Macro{Version: 1, CreatedAt: tx.Now(), CreatedBy: sc.Actor.Tail(), ModifiedAt: tx.Now(), ModifiedBy: sc.Actor.Tail()}
		if err := p.apply(ctx, tx, m); err != nil {
			return err
		}
		n, err := tx.CountMacros(ctx)
		if err == nil && n >= canned.MaxMacros {
			err = errs.NotPermitted("name", "would be one macro too many: there are %d, which is the limit; delete some first", n)
		}
		if err != nil {
			return err
		}
		if m.N, err = tx.Next(ctx, don.Macro, 1); err != nil {
			return err
		}
		if err := tx.InsertMacro(ctx, m); err != nil {
			return err
		}
		made, err = directory.FoundWith(ctx, tx, wantMacro, m)
		return err
	})
	return made, err
}

// GetMacro returns one macro or not_found.
func (s *Service) GetMacro(ctx context.Context, sc org.Scope, n int64) (MacroFound, error) {
	var got MacroFound
	err := s.db.Read(ctx, sc, func(tx Tx) error {
		m, err := tx.Macro(ctx, n, false)
		if err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantMacro, m)
		return err
	})
	return got, err
}

// Macros returns a page of the macros by name, and the place of its last one when more
// follow.
func (s *Service) Macros(ctx context.Context, sc org.Scope, behind string, limit int) (page directory.Page[*canned.Macro], next string, err error) {
	err = s.db.Read(ctx, sc, func(tx Tx) error {
		next = ""
		all, err := tx.Macros(ctx, behind, limit+1)
		if err != nil {
			return err
		}
		if len(all) > limit {
			all = all[:limit]
			next = contact.FoldName(all[limit-1].Name)
		}
		page, err = directory.PageWith(ctx, tx, wantMacro, directory.Query{}, directory.Rows[*canned.Macro]{Items: all})
		return err
	})
	return page, next, err
}

// UpdateMacro changes a macro. Errors: invalid, not_found, conflict.
func (s *Service) UpdateMacro(ctx context.Context, sc org.Scope, n int64, p MacroPatch) (MacroFound, error) {
	var got MacroFound
	err := s.db.Write(ctx, sc, func(tx Tx) error {
		before, err := tx.Macro(ctx, n, true)
		if err != nil {
			return err
		}
		after := *before
		if err := p.apply(ctx, tx, &after); err != nil {
			return err
		}
		if err := tx.UpdateMacro(ctx, before, &after); err != nil {
			return err
		}
		got, err = directory.FoundWith(ctx, tx, wantMacro, &after)
		return err
	})
	return got, err
}

// DeleteMacro removes a macro for good.
func (s *Service) DeleteMacro(ctx context.Context, sc org.Scope, n int64) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		if _, err := tx.Macro(ctx, n, true); err != nil {
			return err
		}
		return tx.DeleteMacro(ctx, n)
	})
}

// MacroRun is what shall be done by a macro.
type MacroRun struct {
	N       int64
	Version int64 // the one that the caller has seen, 0 for any
	Of      don.ID
	Only    directory.Once
	// May says whether the caller may call an operation on the record: a macro does
	// nothing that its runner may not do by hand.
	May func(operation string) error
}

// RunMacro does a macro's actions to a conversation or ticket, all or none. An error
// names the action that cannot be done. Errors: invalid, not_found, forbidden, conflict
// for a macro that was changed since.
func (s *Service) RunMacro(ctx context.Context, sc org.Scope, r MacroRun) error {
	return s.db.Write(ctx, sc, func(tx Tx) error {
		_, err := madeOnce(ctx, tx, r.Only, func() (int64, error) { return r.N, r.run(ctx, tx) })
		return err
	})
}

func (r MacroRun) run(ctx context.Context, tx Tx) error {
	m, err := tx.Macro(ctx, r.N, false)
	if err != nil {
		return err
	}
	if r.Version != 0 && r.Version != m.Version {
		return errs.Clash("version", "the macro %q was changed meanwhile: it has the version %d now, not %d; look at it again", m.Name, m.Version, r.Version)
	}
	now, err := directory.NowOf(ctx, tx, []don.ID{r.Of})
	if err != nil {
		return err
	}
	r.Of = now[0]
	if err := exists(ctx, tx, r.Of); err != nil {
		return err
	}
	for _, a := range m.Actions {
		if err := r.May(a.Operation(r.Of.Type)); err != nil {
			return undoable(a, err)
		}
	}
	if err := r.write(ctx, tx, m); err != nil {
		return err
	}
	if r.Of.Type == don.Conversation {
		return r.changeConversation(ctx, tx, m)
	}
	return r.changeTicket(ctx, tx, m)
}

// undoable names the action that an error keeps from being done.
func undoable(a canned.Action, err error) error {
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal {
		return err
	}
	named := *e
	named.Field = "object"
	named.Message = fmt.Sprintf("the action %s cannot be done, so none was: %s", a.Kind, strings.TrimSpace(e.Field+" "+e.Message))
	return named.With("action", string(a.Kind)).With("reason", named.Message)
}

// write says what the macro says, before anything else changes: an answer moves a
// conversation on, and what the macro says about its stage counts then.
func (r MacroRun) write(ctx context.Context, tx Tx, m *canned.Macro) error {
	var values map[string]string
	for _, a := range m.Actions {
		v := timeline.External
		switch a.Kind {
		case canned.Answer:
		case canned.Note:
			v = timeline.Internal
		default: // says nothing
			continue
		}
		if values == nil {
			var err error
			if values, err = valuesOf(ctx, tx, r.Of); err != nil {
				return err
			}
		}
		body, missing := canned.Fill(a.Body, values)
		if len(missing) > 0 {
			return undoable(a, errs.NotPermitted("body", "has placeholders for which nothing is known of %s: %s; write by hand, or give the macro something to stand there, such as {{%s|…}}",
				r.Of.Display(), strings.Join(missing, ", "), missing[0]))
		}
		if err := comment(ctx, tx, &timeline.Comment{Of: r.Of, Body: body, BodyType: timeline.Text, Visibility: v}, nil); err != nil {
			return undoable(a, err)
		}
	}
	return nil
}

func (r MacroRun) changeConversation(ctx context.Context, tx Tx, m *canned.Macro) error {
	before, err := conversationNow(ctx, tx, r.Of.N, true)
	if err != nil {
		return err
	}
	after := *before
	for _, a := range m.Actions {
		p, err := conversationPatch(a, tx)
		if err == nil {
			err = p.apply(ctx, tx, &after)
		}
		if err != nil {
			return undoable(a, err)
		}
	}
	if _, err := changeConversation(ctx, tx, before, &after); err != nil {
		return err
	}
	return conversationChanged(ctx, tx, before, &after)
}

// assignee is who becomes the owner.
func assignee(a canned.Action, tx Tx) []int64 {
	if a.MemberN == 0 {
		return []int64{tx.Scope().Actor.N}
	}
	return []int64{a.MemberN}
}

// conversationPatch is what an action changes about a conversation.
func conversationPatch(a canned.Action, tx Tx) (p ConversationPatch, err error) {
	switch a.Kind {
	case canned.Assign:
		owners := assignee(a, tx)
		p.Owners = &owners
	case canned.Stage:
		stage, ok := conversation.StageNamed(a.Stage)
		if !ok {
			return p, errs.BadEnum("stage", a.Stage, conversation.StageNames())
		}
		p.Stage = &stage
	case canned.AddTags:
		p.Tags.Add = a.Tags
	case canned.RemoveTags:
		p.Tags.Remove = a.Tags
	case canned.Snooze:
		until := tx.Now().Add(time.Duration(a.Minutes) * time.Minute)
		at := &until
		p.Snooze = &at
	case canned.Spam:
		p.Spam = &a.Spam
	case canned.Severity:
		err = errs.NotPermitted("", "conversations have no severity")
	default: // what is said was written
	}
	return p, err
}

func (r MacroRun) changeTicket(ctx context.Context, tx Tx, m *canned.Macro) error {
	before, err := tx.Work(ctx, r.Of, true)
	if err != nil {
		return err
	}
	after := *before
	for _, a := range m.Actions {
		p, err := ticketPatch(a, tx)
		if err == nil {
			err = p.apply(ctx, tx, &after)
		}
		if err != nil {
			return undoable(a, err)
		}
	}
	if _, err := tx.UpdateWork(ctx, before, &after); err != nil {
		return err
	}
	return directory.Assigned(ctx, tx, r.Of, before.Owners, after.Owners)
}

// ticketPatch is what an action changes about a ticket.
func ticketPatch(a canned.Action, tx Tx) (p WorkPatch, err error) {
	switch a.Kind {
	case canned.Assign:
		owners := assignee(a, tx)
		p.Owners.Set = &owners
	case canned.Stage:
		p.StageName = a.Stage
	case canned.AddTags:
		p.Tags.Add = a.Tags
	case canned.RemoveTags:
		p.Tags.Remove = a.Tags
	case canned.Snooze:
		err = errs.NotPermitted("", "tickets cannot be snoozed")
	case canned.Spam:
		p.Spam = &a.Spam
	case canned.Severity:
		p.Severity = &a.Severity
	default: // what is said was written
	}
	return p, err
}
