package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/canned"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// Macro is a list of actions that are done to a conversation or ticket at one press.
type Macro struct {
	Atom
	Name        string        `json:"name"`
	Actions     []MacroAction `json:"actions"`
	ObjectTypes []string      `json:"object_types" enum:"conversation,ticket" doc:"What all of the actions can be done to."`
	Version     int64         `json:"version" doc:"One more with each change."`
}

// MacroAction is one thing that a macro does. Which fields it has depends on its type.
type MacroAction struct {
	Type     string         `json:"type" enum:"add_tags,note,remove_tags,reply,set_owner,set_severity,set_spam,set_stage,snooze"`
	Body     string         `json:"body,omitempty" doc:"Of reply and note: Markdown with placeholders, see canned-replies.create."`
	Owner    *UserSummary   `json:"owner,omitempty" doc:"Of set_owner: who becomes the owner. Absent for whoever runs the macro."`
	Stage    string         `json:"stage,omitempty"`
	Tags     []TagWithValue `json:"tags,omitempty"`
	Minutes  int            `json:"minutes,omitempty" doc:"Of snooze."`
	IsSpam   *bool          `json:"is_spam,omitempty" doc:"Of set_spam."`
	Severity string         `json:"severity,omitempty" enum:"blocker,high,low,medium"`
}

func (v view) macro(m *canned.Macro) Macro {
	out := Macro{
		Atom: v.atom(don.Of(don.Macro, m.N), m.CreatedAt, m.CreatedBy, m.ModifiedAt, m.ModifiedBy),
		Name: m.Name, Version: m.Version, Actions: []MacroAction{}, ObjectTypes: []string{},
	}
	for _, a := range m.Actions {
		action := MacroAction{Type: string(a.Kind), Body: a.Body, Stage: a.Stage, Tags: v.tags(a.Tags), Minutes: a.Minutes, Severity: a.Severity}
		if a.MemberN != 0 {
			owner := v.user(don.Of(don.Member, a.MemberN))
			action.Owner = &owner
		}
		if a.Kind == canned.Spam {
			action.IsSpam = &a.Spam
		}
		out.Actions = append(out.Actions, action)
	}
	for _, t := range m.For() {
		out.ObjectTypes = append(out.ObjectTypes, t.Wire())
	}
	return out
}

type macroOut struct {
	Macro Macro `json:"macro"`
}

func (c call) macro(f desk.MacroFound, err error) (*macroOut, error) {
	if err != nil {
		return nil, err
	}
	return &macroOut{c.view(f.Names).macro(f.Item)}, nil
}

type macroActionIn struct {
	Type     string   `json:"type" required:"true" enum:"add_tags,note,remove_tags,reply,set_owner,set_severity,set_spam,set_stage,snooze" doc:"Each at most once in a macro. snooze is for conversations and set_severity for tickets."`
	Body     string   `json:"body" doc:"Of reply, which the customer reads, and note, which the team reads: Markdown of at most 64 KiB, with placeholders as in canned-replies.create."`
	Owner    string   `json:"owner" doc:"Of set_owner: a member's id. Absent for whoever runs the macro."`
	Stage    string   `json:"stage" doc:"Of set_stage: the name of a stage of conversations or tickets."`
	Tags     []setTag `json:"tags" maxItems:"100" doc:"Of add_tags and remove_tags."`
	Minutes  int      `json:"minutes" doc:"Of snooze: for how long, from 1 to 525600."`
	IsSpam   *bool    `json:"is_spam" doc:"Of set_spam; true when absent."`
	Severity string   `json:"severity" doc:"Of set_severity: blocker, high, medium or low."`
}

// read returns the action. What belongs to other types is refused.
func (in macroActionIn) read(c call, field string) (canned.Action, error) {
	a := canned.Action{Kind: canned.Kind(in.Type), Body: in.Body, Stage: in.Stage, Minutes: in.Minutes, Severity: in.Severity}
	for _, f := range []struct {
		name  string
		given bool
		of    []canned.Kind
	}{
		{"body", in.Body != "", []canned.Kind{canned.Answer, canned.Note}},
		{"owner", in.Owner != "", []canned.Kind{canned.Assign}},
		{"stage", in.Stage != "", []canned.Kind{canned.Stage}},
		{"tags", len(in.Tags) > 0, []canned.Kind{canned.AddTags, canned.RemoveTags}},
		{"minutes", in.Minutes != 0, []canned.Kind{canned.Snooze}},
		{"is_spam", in.IsSpam != nil, []canned.Kind{canned.Spam}},
		{"severity", in.Severity != "", []canned.Kind{canned.Severity}},
	} {
		if f.given && !someOf(f.of, func(k canned.Kind) bool { return k == a.Kind }) {
			return a, errs.NotPermitted(field+"."+f.name, "is not a field of %s; leave it out", in.Type)
		}
	}
	if a.Kind == canned.Spam {
		a.Spam = in.IsSpam == nil || *in.IsSpam
	}
	if in.Owner != "" {
		id, err := c.reference(field+".owner", in.Owner, don.Member)
		if err != nil {
			return a, err
		}
		a.MemberN = id.N
	}
	if len(in.Tags) == 0 {
		return a, nil
	}
	var err error
	a.Tags, err = c.tagUses(field+".tags", in.Tags)
	return a, err
}

func (c call) actions(list []macroActionIn) ([]canned.Action, error) {
	out := make([]canned.Action, len(list))
	for i, in := range list {
		var err error
		if out[i], err = in.read(c, element("actions", i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

type macroCreateIn struct {
	Name    string          `json:"name" required:"true" doc:"Unique in the org, upper and lower case being the same; at most 256 characters."`
	Actions []macroActionIn `json:"actions" required:"true" maxItems:"20" doc:"What is done. Texts are written first, then the rest in this order."`
}

type macroUpdateIn struct {
	ID      string                    `json:"id" required:"true" format:"id"`
	Name    wire.Opt[string]          `json:"name" doc:"As on creation."`
	Actions wire.Opt[[]macroActionIn] `json:"actions" maxItems:"20" doc:"Replaces the list."`
}

type macrosListIn struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Macros on a page. 50 when absent, at most 100."`
}

type macrosOut struct {
	Macros     []Macro `json:"macros"`
	NextCursor string  `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type macroRunIn struct {
	ID      string `json:"id" required:"true" format:"id" doc:"The macro."`
	Object  string `json:"object" required:"true" format:"id" doc:"The conversation or ticket."`
	Version int64  `json:"version" minimum:"0" doc:"The macro's version that you have seen: it is a conflict when the macro was changed since."`
	Key     string `json:"idempotency_key" maxLength:"255" doc:"Of your choice. The same request with the same key within a day is carried out once."`
}

type macroRunOut struct {
	Conversation *Conversation `json:"conversation,omitempty"`
	Work         *Work         `json:"work,omitempty"`
}

func registerMacros(api *API, d DeskDeps) {
	const group = "macros"
	operate(api, conflicting(createOp("macros.create", "Keep actions to be done at one press", group)), d.createMacro)
	operate(api, readOp("macros.get", "Get a macro", group), d.getMacro)
	operate(api, readOp("macros.list", "List macros by name", group), d.listMacros)
	operate(api, writeOp("macros.update", "Change a macro", group, http.StatusNotFound, http.StatusConflict), d.updateMacro)
	operate(api, writeOp("macros.delete", "Delete a macro", group, http.StatusNotFound), d.deleteMacro)
	run := writeOp("macros.run", "Do a macro's actions to a conversation or ticket", group, http.StatusNotFound, http.StatusConflict)
	run.Description = "All of them or none, as the member who calls and with that member's rights. An error has in action the one that cannot be done."
	operate(api, run, d.runMacro)
}

func (d DeskDeps) createMacro(ctx context.Context, c call, in *macroCreateIn) (*macroOut, error) {
	actions, err := c.actions(in.Actions)
	if err != nil {
		return nil, err
	}
	return c.macro(d.Service.CreateMacro(ctx, c.Scope, desk.MacroPatch{Name: &in.Name, Actions: &actions}))
}

func (d DeskDeps) getMacro(ctx context.Context, c call, in *idIn) (*macroOut, error) {
	id, err := c.object("id", in.ID, don.Macro)
	if err != nil {
		return nil, err
	}
	return c.macro(d.Service.GetMacro(ctx, c.Scope, id.N))
}

func (d DeskDeps) listMacros(ctx context.Context, c call, in *macrosListIn) (*macrosOut, error) {
	out := &macrosOut{Macros: []Macro{}}
	if !c.sees(don.Macro) {
		return out, nil
	}
	list := page.ListOf(c.op, c.Scope.OrgID)
	behind, limit, err := d.placeAt(list, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	p, next, err := d.Service.Macros(ctx, c.Scope, behind, limit)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, m := range p.Items {
		out.Macros = append(out.Macros, v.macro(m))
	}
	out.NextCursor = d.cursorAt(list, next)
	return out, nil
}

func (d DeskDeps) updateMacro(ctx context.Context, c call, in *macroUpdateIn) (*macroOut, error) {
	id, err := c.object("id", in.ID, don.Macro)
	if err != nil {
		return nil, err
	}
	p := desk.MacroPatch{Name: given(in.Name)}
	if in.Actions.Set {
		actions, err := c.actions(in.Actions.Value)
		if err != nil {
			return nil, err
		}
		p.Actions = &actions
	}
	return c.macro(d.Service.UpdateMacro(ctx, c.Scope, id.N, p))
}

func (d DeskDeps) deleteMacro(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Macro)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteMacro(ctx, c.Scope, id.N)
}

func (d DeskDeps) runMacro(ctx context.Context, c call, in *macroRunIn) (*macroRunOut, error) {
	id, err := c.object("id", in.ID, don.Macro)
	of, err2 := c.object("object", in.Object, canned.Objects...)
	once, err3 := onceOf(in.Key, in)
	if err := first(err, err2, err3, c.byMember()); err != nil {
		return nil, err
	}
	err = d.Service.RunMacro(ctx, c.Scope, desk.MacroRun{
		N: id.N, Version: in.Version, Of: of, Only: once,
		May: func(operation string) error { return auth.Allow(c.Actor, operation, of) },
	})
	if err != nil {
		return nil, err
	}
	if of.Type == don.Conversation {
		done, err := c.conversation(d.Service.GetConversation(ctx, c.Scope, of.N))
		if err != nil {
			return nil, err
		}
		return &macroRunOut{Conversation: &done.Conversation}, nil
	}
	done, err := c.work(d.Service.GetWork(ctx, c.Scope, of))
	if err != nil {
		return nil, err
	}
	return &macroRunOut{Work: &done.Work}, nil
}
