package httpapi

import (
	"context"

	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/timeline"
)

// Reaction is how many users reacted to a comment with an emoji.
type Reaction struct {
	Emoji      string `json:"emoji" doc:"Its code points, such as 1f44d."`
	Reacted    bool   `json:"reacted,omitempty" doc:"Whether you did. Absent when not, and in events."`
	TotalUsers int    `json:"total_users"`
}

func reactions(list []timeline.Reaction) []Reaction {
	var out []Reaction
	for _, r := range list {
		out = append(out, Reaction{r.Emoji, r.Mine, r.N})
	}
	return out
}

type reactionsListIn struct {
	Object string `json:"object" required:"true" format:"id" doc:"The comment."`
	Emoji  string `json:"emoji" required:"true" doc:"The emoji itself, its code point such as 1f44d, or a short name such as +1 or joy."`
	Cursor string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Users on a page. 50 when absent, at most 100."`
}

type reactorsOut struct {
	Reactors   []UserSummary `json:"reactors"`
	NextCursor string        `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

type reactionsUpdateIn struct {
	Object string `json:"object" required:"true" format:"id" doc:"The comment."`
	Emoji  string `json:"emoji" required:"true" doc:"The emoji itself, its code point such as 1f44d, or a short name such as +1 or joy."`
	Action string `json:"action" required:"true" enum:"add,remove" doc:"What stands already, or is gone, stays so."`
}

func registerReactions(api *API, d DeskDeps) {
	const tag = "reactions"
	operate(api, readOp("reactions.list", "List who reacted to a comment with an emoji", tag), d.listReactors)
	update := writeOp("reactions.update", "React to a comment, or take a reaction back", tag)
	update.Description = "A comment takes 20 different emojis, and 1,000 users with each. Events tell of it as of a change of the comment."
	operate(api, update, d.react)
}

func (d DeskDeps) react(ctx context.Context, c call, in *reactionsUpdateIn) (*struct{}, error) {
	id, err := c.comment("object", in.Object)
	emoji, err2 := timeline.Emoji("emoji", in.Emoji)
	if err := first(err, err2); err != nil {
		return nil, err
	}
	return nil, d.Service.React(ctx, c.Scope, id, emoji, in.Action == "add")
}

func (d DeskDeps) listReactors(ctx context.Context, c call, in *reactionsListIn) (*reactorsOut, error) {
	out := &reactorsOut{Reactors: []UserSummary{}}
	id, err := c.comment("object", in.Object)
	emoji, err2 := timeline.Emoji("emoji", in.Emoji)
	if err := first(err, err2); err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, id.Of.Tail(), id.N, emoji)
	req, err := page.Request{Cursor: in.Cursor, Limit: in.Limit}.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	behind := ""
	if in.Cursor != "" {
		cur, err := d.Cursors.Decode(list, in.Cursor)
		if err != nil {
			return nil, err
		}
		if len(cur.Keys) == 1 {
			behind, _ = cur.Keys[0].(string)
		}
	}
	p, err := d.Service.Reactors(ctx, c.Scope, id, emoji, behind, req.Limit)
	if err != nil {
		return nil, err
	}
	v := c.view(p.Names)
	for _, r := range p.Items {
		if by := v.author(r.By); by != nil {
			out.Reactors = append(out.Reactors, *by)
		}
	}
	if p.Next != nil {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: p.Next})
	}
	return out, nil
}
