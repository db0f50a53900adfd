package httpapi

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
)

// SearchDeps is what the operations search.* need.
type SearchDeps struct {
	Service *search.Service
	Records *directory.Service
	Desk    *desk.Service
	Cursors *page.Codec
}

// RegisterSearch adds the operations search.*.
func RegisterSearch(api *API, d SearchDeps) {
	core := readOp("search.core", "Search for records by what people type", "search")
	core.Description = "Finds contacts, accounts, workspaces and tags by parts of their names, e-mail addresses, phone numbers, domains and references, and conversations and tickets by their titles, texts and messages and by the names and addresses of their customers, whatever the case, accents and punctuation, and words with a mistake or two in them. Values that are the query come first, then those with its words, with words that begin with them, with them inside words, and with words that are like them."
	operate(api, core, d.core)
	hybrid := readOp("search.hybrid", "Search for records of one kind by what people type", "search")
	hybrid.Description = "The same search as search.core: it goes by letters alone, whatever semantic_weight says."
	operate(api, hybrid, d.hybrid)
}

// namespaces are the kinds of objects that searches are asked about. Those
// without a type are none of Kith's, so that nothing is found there.
var namespaces = map[string]don.Type{
	"account": don.Account, "rev_org": don.Workspace, "rev_user": don.Contact, "tag": don.Tag,
	"article": "", "capability": "", "component": "", "conversation": don.Conversation, "custom_object": "", "custom_part": "", "custom_work": "", "dashboard": "",
	"dataset": "", "dev_user": "", "enhancement": "", "feature": "", "group": "", "incident": "", "issue": "", "linkable": "", "microservice": "",
	"object_member": "", "operation": "", "opportunity": "", "part": "", "product": "", "project": "", "question_answer": "", "runnable": "",
	"service_account": "", "sys_user": "", "task": "", "ticket": don.Ticket, "vista": "", "widget": "", "work": "", "workflow": "",
}

// searched returns the types that the caller may search of those asked for; all
// when none are.
func (c call) searched(field func(int) string, names []string) ([]don.Type, error) {
	var out []don.Type
	for i, name := range names {
		t, ok := namespaces[name]
		if !ok {
			return nil, errs.BadEnum(field(i), name, []string{"account", "conversation", "rev_org", "rev_user", "tag", "ticket"})
		}
		if t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	if len(names) == 0 {
		out = slices.Clone(search.Types)
	}
	return slices.DeleteFunc(out, func(t don.Type) bool { return !c.sees(t) }), nil
}

type searchCoreIn struct {
	Cursor     string    `json:"cursor" maxLength:"8192" doc:"Where to go on, from next_cursor or prev_cursor of the page before. Absent for the first page."`
	Limit      int       `json:"limit" minimum:"0" doc:"Results on a page, at most 100. 10 when absent."`
	Mode       page.Mode `json:"mode" doc:"Whether the page lies after or before the cursor; after when absent."`
	Namespaces []string  `json:"namespaces" maxItems:"40" doc:"Which kinds of records: account, conversation, rev_org, rev_user, tag, ticket. All when absent; kinds that Kith does not have are empty."`
	Query      string    `json:"query" required:"true" doc:"What to look for: parts of names, addresses, phone numbers, domains or references, or an id such as ACC-12. All words have to fit. At most 400 characters."`
	SortBy     string    `json:"sort_by" enum:"created_date,modified_date,relevance" doc:"relevance when absent."`
	SortOrder  string    `json:"sort_order" enum:"asc,desc" doc:"desc when absent: the best, or the latest, first."`
}

type searchHybridIn struct {
	Limit          int     `json:"limit" minimum:"0" maximum:"50" doc:"Results; 10 when absent."`
	Namespace      string  `json:"namespace" required:"true" doc:"Which kind of records: account, conversation, rev_org, rev_user, tag or ticket."`
	Query          string  `json:"query" required:"true" doc:"What to look for, at most 400 characters."`
	SemanticWeight float64 `json:"semantic_weight" minimum:"0" maximum:"1" doc:"Taken and not used: nothing is found by meaning."`
}

// SearchResult is a record that a search found.
type SearchResult struct {
	Type         string          `json:"type" enum:"account,conversation,org,tag,user,work"`
	Account      *AccountSummary `json:"account,omitempty"`
	Conversation *Conversation   `json:"conversation,omitempty"`
	ModifiedDate wire.Time       `json:"modified_date"`
	Org          *OrgSummary     `json:"org,omitempty"`
	Snippet      string          `json:"snippet,omitempty" doc:"The value that was found, as HTML: escaped, and what fits the query in em elements."`
	Tag          *TagSummary     `json:"tag,omitempty"`
	User         *UserSummary    `json:"user,omitempty"`
	Work         *Work           `json:"work,omitempty" doc:"A ticket."`
}

// SearchHybridOut is what a search found. The document of the API leaves out what unexported types embed.
type SearchHybridOut struct {
	Results []SearchResult `json:"results"`
	Behind  float64        `json:"index_lag_seconds,omitempty" doc:"Absent when all changes are searched. Otherwise for how long the change that waits longest has waited to be indexed."`
	Ended   bool           `json:"incomplete,omitempty" doc:"The search ended early, for too many records are like what is looked for: more may fit. Add a word, or go on with the cursor if there is one."`
}

type searchCoreOut struct {
	SearchHybridOut
	page.Links
}

const (
	searchDefault = 10
	searchMost    = page.Max
)

func (d SearchDeps) core(ctx context.Context, c call, in *searchCoreIn) (*searchCoreOut, error) {
	types, err := c.searched(func(i int) string { return element("namespaces", i) }, in.Namespaces)
	if err != nil {
		return nil, err
	}
	req, err := page.Request{Cursor: in.Cursor, Limit: cmp.Or(in.Limit, searchDefault), Mode: in.Mode}.Normal(searchMost)
	if err != nil {
		return nil, err
	}
	r := search.Request{
		Text: in.Query, Types: types, Sort: search.Sort(cmp.Or(in.SortBy, string(search.Relevance))), Desc: in.SortOrder != "asc",
		Back: req.Mode == page.Before, Limit: req.Limit,
	}
	list := page.ListOf(c.op, c.Scope.OrgID, in.Query, in.Namespaces, r.Sort, r.Desc)
	if req.Cursor != "" {
		cur, err := d.Cursors.Decode(list, req.Cursor)
		if err != nil {
			return nil, err
		}
		r.Edge = searchEdge(cur.Keys)
	}
	found, answer, err := d.find(ctx, c, r)
	if err != nil {
		return nil, err
	}
	out := &searchCoreOut{SearchHybridOut: *found}
	cursor := func(k search.Key, back bool) string {
		return d.Cursors.Encode(list, page.Cursor{Keys: []any{int64(k.Pass), k.At, string(k.Type), k.N}, Back: back})
	}
	came := r.Edge != nil
	if hits := answer.Hits; len(hits) > 0 && (r.Back && came || !r.Back && answer.More) {
		out.NextCursor = cursor(hits[len(hits)-1].Key, false)
	}
	if hits := answer.Hits; len(hits) > 0 && (!r.Back && came || r.Back && answer.More) {
		out.PrevCursor = cursor(hits[0].Key, true)
	}
	if answer.Resume != nil && r.Back {
		out.PrevCursor = cursor(*answer.Resume, true)
	} else if answer.Resume != nil {
		out.NextCursor = cursor(*answer.Resume, false)
	}
	return out, nil
}

// searchEdge reads where a cursor of a search stands.
func searchEdge(keys []any) *search.Key {
	if len(keys) != 4 {
		return nil
	}
	var k search.Key
	pass, _ := keys[0].(int64)
	k.Pass = lexical.Pass(pass)
	k.At, _ = keys[1].(time.Time)
	t, _ := keys[2].(string)
	k.Type = don.Type(t)
	k.N, _ = keys[3].(int64)
	return &k
}

func (d SearchDeps) hybrid(ctx context.Context, c call, in *searchHybridIn) (*SearchHybridOut, error) {
	types, err := c.searched(func(int) string { return "namespace" }, []string{in.Namespace})
	if err != nil {
		return nil, err
	}
	out, _, err := d.find(ctx, c, search.Request{
		Text: in.Query, Types: types, Sort: search.Relevance, Desc: true, Limit: cmp.Or(in.Limit, searchDefault),
	})
	return out, err
}

// find searches and shows what it finds.
func (d SearchDeps) find(ctx context.Context, c call, r search.Request) (*SearchHybridOut, search.Answer, error) {
	if id, err := c.Scope.Space.Parse("query", r.Text, r.Types...); err == nil && len(r.Types) > 0 {
		r.IDs = []don.ID{id}
	}
	answer, err := d.Service.Find(ctx, c.Scope, r)
	if err != nil {
		return nil, answer, err
	}
	ids := make([]don.ID, len(answer.Hits))
	for i, h := range answer.Hits {
		ids[i] = don.Of(h.Type, h.N)
	}
	names, err := d.Records.Names(ctx, c.Scope, ids...)
	if err != nil {
		return nil, answer, err
	}
	v := c.view(names)
	onDesk, err := d.deskHits(ctx, c, ids)
	if err != nil {
		return nil, answer, err
	}
	out := &SearchHybridOut{Results: make([]SearchResult, 0, len(ids)), Behind: answer.Behind.Seconds(), Ended: answer.Ended}
	for i, id := range ids {
		s, ok := onDesk[id]
		if !ok {
			s, ok = v.hit(id)
		}
		if ok { // it may have been deleted in this moment
			s.Snippet = answer.Hits[i].Snippet
			out.Results = append(out.Results, s)
		}
	}
	return out, answer, nil
}

// deskHits shows the conversations and tickets that were found.
func (d SearchDeps) deskHits(ctx context.Context, c call, ids []don.ID) (map[don.ID]SearchResult, error) {
	wanted := slices.DeleteFunc(slices.Clone(ids), func(id don.ID) bool { return id.Type != don.Conversation && id.Type != don.Ticket })
	if len(wanted) == 0 {
		return nil, nil
	}
	convs, works, err := d.Desk.Found(ctx, c.Scope, wanted)
	if err != nil {
		return nil, err
	}
	out := map[don.ID]SearchResult{}
	for i, shown := range c.conversations(convs) {
		item := convs.Items[i]
		out[don.Of(don.Conversation, item.N)] = SearchResult{Type: "conversation", Conversation: &shown, ModifiedDate: wire.At(item.ModifiedAt)}
	}
	if len(works.Items) > 0 {
		v := c.view(works.Names.Names)
		for _, w := range works.Items {
			shown := v.work(w, works.Names)
			out[w.ID()] = SearchResult{Type: "work", Work: &shown, ModifiedDate: wire.At(w.ModifiedAt)}
		}
	}
	return out, nil
}

// hit shows a record that was found.
func (v view) hit(id don.ID) (SearchResult, bool) {
	switch id.Type {
	case don.Contact:
		if c := v.names.Contacts[id.N]; c != nil {
			u := v.user(id)
			return SearchResult{Type: "user", User: &u, ModifiedDate: wire.At(c.ModifiedAt)}, true
		}
	case don.Account:
		if a := v.names.Accounts[id.N]; a != nil {
			return SearchResult{Type: "account", Account: v.account(id.N), ModifiedDate: wire.At(a.ModifiedAt)}, true
		}
	case don.Workspace:
		if w := v.names.Workspaces[id.N]; w != nil {
			p := v.place(id)
			return SearchResult{Type: "org", Org: &p, ModifiedDate: wire.At(w.ModifiedAt)}, true
		}
	case don.Tag:
		if t := v.names.Tags[id.N]; t != nil {
			s := v.tagSummary(t)
			return SearchResult{Type: "tag", Tag: &s, ModifiedDate: wire.At(t.ModifiedAt)}, true
		}
	default: // nothing else is searched
	}
	return SearchResult{}, false
}
