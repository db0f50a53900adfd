package httpapi

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

// getter is the operation that gets records of a type.
type getter struct {
	op    string
	by    string // the field of its request that takes the id, "" for none
	field string // the field of its answer that has the record
	kind  string // the record's type among all records
}

// getters have each type of record that can be got by its id.
var getters = map[don.Type]getter{
	don.Contact:           {"rev-users.get", "id", "rev_user", "rev_user"},
	don.Account:           {"accounts.get", "id", "account", "account"},
	don.Workspace:         {"rev-orgs.get", "id", "rev_org", "rev_org"},
	don.Member:            {"dev-users.get", "id", "dev_user", "dev_user"},
	don.ServiceAccount:    {"service-accounts.get", "id", "service_account", "service_account"},
	don.Token:             {"auth-tokens.get", "token_id", "token", "auth_token"},
	don.Org:               {"dev-orgs.get", "", "dev_org", "dev_org"},
	don.Group:             {"groups.get", "id", "group", "group"},
	don.Tag:               {"tags.get", "id", "tag", "tag"},
	don.Import:            {"imports.get", "id", "import", "import"},
	don.Artifact:          {"artifacts.get", "id", "artifact", "artifact"},
	don.Merge:             {"merges.get", "id", "merge", "merge"},
	don.Vista:             {"vistas.get", "id", "vista", "vista"},
	don.BulkAction:        {"bulk-actions.get", "id", "bulk_action", "bulk_action"},
	don.Conversation:      {"conversations.get", "id", "conversation", "conversation"},
	don.Ticket:            {"works.get", "id", "work", "ticket"},
	don.Opportunity:       {"works.get", "id", "work", "opportunity"},
	don.Product:           {"parts.get", "id", "part", "product"},
	don.Widget:            {"widgets.get", "id", "widget", "widget"},
	don.Link:              {"links.get", "id", "link", "link"},
	don.AssignmentRule:    {"assignment-rules.get", "id", "assignment_rule", "assignment_rule"},
	don.CannedReply:       {"canned-replies.get", "id", "canned_reply", "canned_reply"},
	don.Macro:             {"macros.get", "id", "macro", "macro"},
	don.Type(don.Comment): {"timeline-entries.get", "id", "timeline_entry", entryComment},
}

type atomIn struct {
	ID string `json:"id" required:"true" format:"id" doc:"Of a record of any type, or of a comment."`
}

type atomOut struct {
	Atom map[string]any `json:"atom" doc:"The record as the get operation of its type answers it, with type: rev_user, account, ticket, timeline_comment, … Where records have a type of their own, as groups have, that is group_type and the like here."`
}

// registerAtoms adds atoms.get, which asks the operation that gets records of the
// id's type, as the same caller.
func registerAtoms(api *API) {
	op := Op{
		Path: "atoms.get", Summary: "Get a record of any type", Tags: []string{"atoms"}, Read: true, Errors: []int{http.StatusNotFound}, Input: atomIn{}, Output: atomOut{},
	}
	RegisterRaw(api, op, func(w http.ResponseWriter, r *http.Request) {
		in := new(atomIn)
		err := wire.Decode(r, in, wire.Options{MaxBody: api.maxBody(op), Lenient: api.cfg.Lenient})
		if err == nil {
			err = api.getAtom(w, r, in.ID)
		}
		if err != nil {
			api.WriteError(w, r, err)
		}
	})
}

func (a *API) getAtom(w http.ResponseWriter, r *http.Request, text string) error {
	actor, _ := auth.From(r.Context())
	g, err := getterOf(actor.Scope.Space, text)
	if err != nil {
		return err
	}
	h := a.handlers[g.op]
	if h == nil {
		return errs.Gone(text)
	}
	if err := auth.Allow(actor, g.op, don.ID{}); err != nil {
		return err
	}
	body := []byte("{}")
	if g.by != "" {
		if body, err = json.Marshal(map[string]string{g.by: text}); err != nil {
			return err
		}
	}
	asked := r.Clone(r.Context())
	asked.Method, asked.Body, asked.ContentLength = http.MethodPost, io.NopCloser(bytes.NewReader(body)), int64(len(body))
	asked.Header = http.Header{"Content-Type": {"application/json"}}
	asked.URL.RawQuery = ""
	answer := &kept{header: http.Header{}}
	h(answer, asked)
	if answer.status != http.StatusOK {
		maps.Copy(w.Header(), answer.header)
		w.WriteHeader(answer.status)
		_, _ = w.Write(answer.body.Bytes()) // the client has gone; nobody is left to tell
		return nil
	}
	var got map[string]map[string]any
	dec := json.NewDecoder(&answer.body)
	dec.UseNumber()
	if err := dec.Decode(&got); err != nil {
		return err
	}
	a.WriteJSON(w, r, http.StatusOK, atomOut{typed(got[g.field], g.kind)})
	return nil
}

// getterOf finds the operation by an id.
func getterOf(s don.Space, text string) (getter, error) {
	switch {
	case text == s.OrgDON() || strings.EqualFold(text, s.OrgDisplay()):
		return getters[don.Org], nil
	case strings.Contains(text, ":"+string(don.Comment)+"/"):
		_, err := s.ParseChild("id", text, don.Comment)
		return getters[don.Type(don.Comment)], err
	}
	id, err := s.Parse("id", text, slices.Sorted(maps.Keys(getters))...)
	return getters[id.Type], err
}

// typed gives a record its type among all records.
func typed(record map[string]any, kind string) map[string]any {
	if own, has := record["type"]; has && own != kind {
		record[kind+"_type"] = own
	}
	record["type"] = kind
	return record
}

// kept takes an answer.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *kept) Header() http.Header { return k.header }

func (k *kept) WriteHeader(status int) { k.status = status }

func (k *kept) Write(p []byte) (int, error) {
	if k.status == 0 {
		k.status = http.StatusOK
	}
	return k.body.Write(p)
}
