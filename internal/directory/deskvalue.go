package directory

import (
	"strings"
	"time"

	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/internal/ticket"
)

// deskRow is what conversations, tickets and opportunities have in common.
type deskRow struct {
	t                         don.Type
	n                         int64
	subtype, title, body, by  string
	tags                      []tag.Use
	owners                    []int64
	created, modified         time.Time
	closed                    *time.Time
	account, workspace, group int64
	spam, frozen              bool
	source                    string
	channels                  []string
	custom                    schema.Values
}

// deskValues returns the values of a field of such a record.
func (w *rowReader) deskValues(r deskRow, field string) []filter.Value {
	switch field {
	case fieldTitle:
		return foldedText(r.title)
	case fieldHasOwner:
		return truth(len(r.owners) > 0)
	case fieldSpam:
		return truth(r.spam)
	case fieldFrozen:
		return truth(r.frozen)
	case fieldSource:
		return texts(r.source)
	case fieldChannel:
		return texts(r.channels...)
	case fieldGroup:
		return nonzero(r.group)
	case fieldClosed:
		return dated(r.closed)
	case fieldAccount:
		return placed(don.Of(don.Account, r.account), don.Of(don.Workspace, r.workspace))
	case fieldWorkspace:
		return placed(don.Of(don.Workspace, r.workspace))
	}
	if strings.Contains(field, "__") {
		return w.custom(r.t, field, r.custom)
	}
	return common(field, r.n, r.subtype, r.title, r.body, r.tags, r.owners, r.by, r.created, r.modified)
}

func truth(v bool) []filter.Value {
	if v {
		return texts("true")
	}
	return texts("false")
}

func dated(t *time.Time) []filter.Value {
	if t == nil {
		return nil
	}
	return []filter.Value{{Time: *t}}
}

func nonzero(n int64) []filter.Value {
	if n == 0 {
		return nil
	}
	return numbered([]int64{n})
}

func placed(ids ...don.ID) []filter.Value {
	var out []filter.Value
	for _, id := range ids {
		if id.N != 0 {
			out = append(out, texts(id.Tail())...)
		}
	}
	return out
}

// wantDesk adds the customers of a record on the desk to what a step of rows needs.
func wantDesk(need needs, row any) {
	switch r := row.(type) {
	case *conversation.Conversation:
		for _, tail := range tailsOf(r.Members, don.Contact) {
			need.add(don.FromTail(tail))
		}
		need.add(don.Of(don.Account, r.AccountN), don.Of(don.Workspace, r.WorkspaceN))
	case *ticket.Work:
		for _, tail := range peopleOf(r) {
			need.add(don.FromTail(tail))
		}
		need.add(don.Of(don.Account, r.AccountN), don.Of(don.Workspace, r.WorkspaceN))
	}
}
