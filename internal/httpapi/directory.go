package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/page"
)

// DirectoryDeps is what the operations on customer records need.
type DirectoryDeps struct {
	Service *directory.Service
	Matcher *directory.Matcher
	Cursors *page.Codec
}

// RegisterDirectory adds the operations accounts.*, rev-orgs.*, rev-users.*,
// tags.*, merges.*, duplicates.*, duplicate-scans.* and trash.list.
func RegisterDirectory(api *API, d DirectoryDeps) {
	registerAccounts(api, d)
	registerWorkspaces(api, d)
	registerContacts(api, d)
	registerAssociations(api, d)
	registerIdentifiers(api, d)
	registerTags(api, d)
	registerTrash(api, d)
	registerMerges(api, d)
	registerDuplicates(api, d)
	registerSchemas(api, d)
	registerGroupCounts(api, d)
	registerQueries(api, d)
	registerFilters(api, d)
	registerGroups(api, d)
	registerVistas(api, d)
}

// call is one call of an operation by a known caller.
type call struct {
	auth.Actor
	op string
}

// operate registers an operation whose handler knows its caller, and shows a
// conflict's holder only to callers who may see it.
func operate[In, Out any](api *API, op Op, h func(ctx context.Context, c call, in *In) (*Out, error)) {
	Register(api, op, func(ctx context.Context, in *In) (*Out, error) {
		a, _ := auth.From(ctx)
		c := call{a, op.Path}
		out, err := h(ctx, c, in)
		if err != nil {
			return nil, c.shown(err)
		}
		return out, nil
	})
}

// object reads the id of the record that an operation is about and asks whether
// the caller may run the operation on it.
func (c call) object(field, text string, allowed ...don.Type) (don.ID, error) {
	id, err := c.Scope.Space.Parse(field, text, allowed...)
	if err != nil {
		return don.ID{}, err
	}
	return id, auth.Allow(c.Actor, c.op, id)
}

// sees reports whether the caller may see records of a type in lists.
func (c call) sees(t don.Type) bool { return auth.Restrict(c.Actor, t).All }

// reference reads the id of a record that another one shall refer to.
func (c call) reference(field, text string, allowed ...don.Type) (don.ID, error) {
	return c.Scope.Space.Parse(field, text, allowed...)
}

// numbers reads a list of ids of one type that a record shall refer to.
func (c call) numbers(field string, texts []string, t don.Type) ([]int64, error) {
	out := make([]int64, len(texts))
	for i, text := range texts {
		id, err := c.reference(element(field, i), text, t)
		if err != nil {
			return nil, err
		}
		out[i] = id.N
	}
	return out, nil
}

// holder is the record that stands in the way of a value.
type holder struct {
	Type        string `json:"type"`
	ID          string `json:"id"`
	DisplayID   string `json:"display_id"`
	DisplayName string `json:"display_name,omitempty"`
}

// shown puts an error's holders into the form of the API, and takes them out
// where the caller may not see them.
func (c call) shown(err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	if id, ok := e.Details["primary_identity"].(don.ID); ok {
		return e.With("primary_identity", c.Scope.Space.Format(id))
	}
	if e.Kind != errs.Conflict {
		return err
	}
	if h, ok := e.Details["holder"].(identity.Holder); ok {
		if !c.sees(h.ID.Type) {
			hidden := errs.Clash(e.Field, "is already in use")
			if v, ok := e.Details["value"]; ok {
				hidden = hidden.With("value", v)
			}
			return hidden
		}
		e = e.With("holder", c.holderOf(h))
	}
	if list, ok := e.Details["clashes"].([]map[string]any); ok {
		e = e.With("clashes", c.clashes(list))
	}
	return e
}

func (c call) clashes(list []map[string]any) []map[string]any {
	out := make([]map[string]any, len(list))
	for i, clash := range list {
		out[i] = map[string]any{"field_name": clash["field_name"], "value": clash["value"]}
		if h, ok := clash["holder"].(identity.Holder); ok && c.sees(h.ID.Type) {
			out[i]["holder"] = c.holderOf(h)
		}
	}
	return out
}

func (c call) holderOf(h identity.Holder) holder {
	return holder{Type: h.ID.Type.Wire(), ID: c.Scope.Space.Format(h.ID), DisplayID: h.ID.Display(), DisplayName: h.Name}
}

// Ops of one resource have these in common.
func readOp(path, summary, tag string) Op {
	return Op{Path: path, Summary: summary, Tags: []string{tag}, Read: true}
}

func writeOp(path, summary, tag string, errors ...int) Op {
	return Op{Path: path, Summary: summary, Tags: []string{tag}, Errors: errors}
}

func createOp(path, summary, tag string) Op {
	return Op{Path: path, Summary: summary, Tags: []string{tag}, Status: http.StatusCreated, Errors: []int{http.StatusNotFound}}
}
