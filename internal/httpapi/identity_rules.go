package httpapi

import (
	"context"
	"encoding/json"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/page"
)

type previewRulesIn struct {
	Settings orgSettingsIn `json:"settings" required:"true" doc:"What would be changed, as for dev-orgs.settings.update."`
	Cursor   string        `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit    int           `json:"limit" minimum:"0" doc:"How many records a page looks at. 50 when absent, at most 100."`
}

// RuleEffect is what changed settings would do to contacts.
type RuleEffect struct {
	Effect   string          `json:"effect" enum:"join,part" doc:"join: these contacts have what one alone could have; merge them, or take it from all but one, before the settings can be changed. part: a rule made the merge by what would be blocked; it stays, and merges.undo takes it back."`
	By       *KeyValue       `json:"by,omitempty" doc:"Of join: what they have."`
	RevUsers []RecordSummary `json:"rev_users" doc:"At most 20."`
	Merge    *Merge          `json:"merge,omitempty"`
}

type previewRulesOut struct {
	Effects    []RuleEffect `json:"effects"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

func (d AuthDeps) previewRules(ctx context.Context, c call, in *previewRulesIn) (*previewRulesOut, error) {
	patch := in.Settings.patch()
	after, err := patch.Apply(c.Scope.Settings)
	if err != nil {
		return nil, err
	}
	req, err := page.Request{Limit: in.Limit}.Normal(page.Max)
	if err != nil {
		return nil, err
	}
	asked, err := json.Marshal(after)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, string(asked))
	from, err := d.rulePlace(list, in.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := d.Records.PreviewRules(ctx, c.Scope, after, from, req.Limit)
	if err != nil {
		return nil, err
	}
	v, out := c.view(f.Names), &previewRulesOut{Effects: []RuleEffect{}}
	for _, e := range f.Item.Effects {
		if e.Merge != nil {
			m := v.merge(*e.Merge)
			out.Effects = append(out.Effects, RuleEffect{Effect: "part", RevUsers: []RecordSummary{m.Primary, m.Secondary}, Merge: &m})
			continue
		}
		out.Effects = append(out.Effects, RuleEffect{Effect: "join", By: optionalKey(e.Key), RevUsers: v.contacts(e.Contacts)})
	}
	if n := f.Item.Next; n != nil {
		phase := int64(0)
		if n.Merges {
			phase = 1
		}
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{n.Email, phase, n.Below}})
	}
	return out, nil
}

func (d AuthDeps) rulePlace(list page.List, cursor string) (directory.RulePlace, error) {
	var from directory.RulePlace
	if cursor == "" {
		return from, nil
	}
	cur, err := d.Cursors.Decode(list, cursor)
	if err == nil && len(cur.Keys) == 3 {
		phase, _ := cur.Keys[1].(int64)
		from.Email, _ = cur.Keys[0].(string)
		from.Below, _ = cur.Keys[2].(int64)
		from.Merges = phase == 1
	}
	return from, err
}
