package cli

import (
	"fmt"
	"html"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kith-id/kith/internal/httpapi"
)

type searchCmd struct {
	target
	Query []string `arg:"" help:"What to look for: parts of names, addresses, phone numbers, domains, references or messages, or an id."`
	Type  []string `enum:"contacts,accounts,workspaces,tags,conversations,tickets" help:"Only contacts, accounts, workspaces, tags, conversations or tickets; may be repeated." placeholder:"TYPE"`
	Limit int      `default:"10" help:"How many, at most 100."`
	JSON  bool     `name:"json" help:"Print one JSON object."`
}

// Run prints what is found, best first.
func (c searchCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	in := map[string]any{"query": strings.Join(c.Query, " "), "limit": c.Limit}
	var namespaces []string
	for _, t := range c.Type {
		namespaces = append(namespaces, map[string]string{"contacts": "rev_user", "accounts": "account", "workspaces": "rev_org", "tags": "tag", "conversations": "conversation", "tickets": "ticket"}[t])
	}
	if namespaces != nil {
		in["namespaces"] = namespaces
	}
	var out struct {
		Results []httpapi.SearchResult `json:"results"`
		Behind  float64                `json:"index_lag_seconds,omitempty"`
	}
	if err := kith.call(e.ctx, "search.core", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	if out.Behind > 0 {
		fmt.Fprintf(e.Err, "The index is %s behind, so records that changed lately may be missing. A running server catches up by itself.\n",
			time.Duration(out.Behind*float64(time.Second)).Round(time.Second))
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	for _, r := range out.Results {
		id, name := shownResult(r)
		found := html.UnescapeString(strings.NewReplacer("<em>", "", "</em>", "").Replace(r.Snippet))
		if found == name {
			found = ""
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", id, printable(name), printable(found))
	}
	return w.Flush()
}

func shownResult(r httpapi.SearchResult) (id, name string) {
	switch {
	case r.User != nil:
		return r.User.DisplayID, r.User.DisplayName
	case r.Account != nil:
		return r.Account.DisplayID, r.Account.DisplayName
	case r.Org != nil:
		return r.Org.DisplayID, r.Org.DisplayName
	case r.Conversation != nil:
		return r.Conversation.DisplayID, r.Conversation.Title
	case r.Work != nil:
		return r.Work.DisplayID, r.Work.Title
	case r.Tag != nil:
		return r.Tag.DisplayID, r.Tag.Name
	}
	return "", ""
}
