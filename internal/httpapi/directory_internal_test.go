package httpapi

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

func caller(role org.Role) call {
	s := org.Scope{OrgID: 1, Space: don.Space{Partition: "kith", Org: "AbC"}}
	return call{auth.Actor{Scope: s, Member: org.Member{N: 1, State: org.Active, Role: role}}, "rev-users.create"}
}

// TestHolderIsShownToWhoMaySeeIt checks both the details and the message of a
// conflict.
func TestHolderIsShownToWhoMaySeeIt(t *testing.T) {
	taken := identity.Taken("email", "bo@acme.com", don.Of(don.Contact, 7), "Bo")
	shown := errs.As(caller(org.Admin).shown(taken))
	want := map[string]any{"value": "bo@acme.com", "holder": holder{"rev_user", "don:identity:kith:devo/AbC:revu/7", "REVU-7", "Bo"}}
	if d := cmp.Diff(want, shown.Details); d != "" || !strings.Contains(shown.Message, "REVU-7 (Bo)") {
		t.Errorf("admin: %q %s", shown.Message, d)
	}
	hidden := errs.As(caller("guest").shown(taken))
	if d := cmp.Diff(map[string]any{"value": "bo@acme.com"}, hidden.Details); d != "" || hidden.Field != "email" || hidden.Kind != errs.Conflict {
		t.Errorf("guest: %+v %s", hidden, d)
	}
	if strings.Contains(hidden.Message, "REVU") || strings.Contains(hidden.Message, "Bo") {
		t.Errorf("guest is told %q", hidden.Message)
	}
}

func TestClashesAreShownToWhoMaySeeThem(t *testing.T) {
	clash := map[string]any{"field_name": "email", "value": "bo@acme.com", "holder": identity.Holder{ID: don.Of(don.Contact, 7), Name: "Bo"}}
	err := errs.New(errs.Conflict, "conflict", "clashes").With("clashes", []map[string]any{clash})
	for role, want := range map[org.Role]map[string]any{
		org.Admin: {"field_name": "email", "value": "bo@acme.com", "holder": holder{"rev_user", "don:identity:kith:devo/AbC:revu/7", "REVU-7", "Bo"}},
		"guest":   {"field_name": "email", "value": "bo@acme.com"},
	} {
		got := errs.As(caller(role).shown(err)).Details["clashes"]
		if d := cmp.Diff([]map[string]any{want}, got); d != "" {
			t.Errorf("%s: %s", role, d)
		}
	}
}

func TestWindow(t *testing.T) {
	all := []int64{1, 2, 3, 4, 5}
	keys := func(n int64) []any { return []any{n} }
	compare := func(a, b []any) int { return compareKeys(a[0], b[0]) }
	edge := func(n int64) []any { return []any{n} }
	tests := []struct {
		q    directory.Query
		want string // part, next, prev
	}{
		{directory.Query{Limit: 2}, "[1 2] [2] []"},
		{directory.Query{Limit: 9}, "[1 2 3 4 5] [] []"},
		{directory.Query{Limit: 2, Edge: edge(2)}, "[3 4] [4] [3]"},
		{directory.Query{Limit: 2, Edge: edge(4)}, "[5] [] [5]"},
		{directory.Query{Limit: 2, Edge: edge(5)}, "[] [] []"},
		{directory.Query{Limit: 2, Edge: edge(0)}, "[1 2] [2] []"},
		{directory.Query{Limit: 2, Backward: true}, "[4 5] [] [4]"},
		{directory.Query{Limit: 2, Backward: true, Edge: edge(4)}, "[2 3] [3] [2]"},
		{directory.Query{Limit: 2, Backward: true, Edge: edge(2)}, "[1] [1] []"},
		{directory.Query{Limit: 2, Backward: true, Edge: edge(1)}, "[] [] []"},
	}
	for _, tt := range tests {
		part, next, prev := window(all, tt.q, keys, compare)
		if got := fmt.Sprint(part, next, prev); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.q, got, tt.want)
		}
	}
	if part, next, prev := window(nil, directory.Query{Limit: 2}, keys, compare); part != nil || next != nil || prev != nil {
		t.Error("a window on nothing shows something")
	}
}

func TestEveryOperationIsDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	api := New(Config{})
	RegisterDirectory(api, DirectoryDeps{})
	RegisterDesk(api, DeskDeps{})
	RegisterFiles(api, FileDeps{})
	RegisterEvents(api, EventDeps{})
	RegisterWidgets(api, WidgetDeps{})
	RegisterSampleData(api, SampleDataDeps{})
	RegisterBulkActions(api, BulkActionDeps{})
	RegisterSearch(api, SearchDeps{})
	for _, op := range api.Operations() {
		if !strings.Contains(string(docs), "| `"+op.Path+"` | ") || !strings.Contains(string(docs), " | "+op.Summary+" |\n") {
			t.Errorf("docs/api.md does not list %s as %q", op.Path, op.Summary)
		}
		if op.Summary == "" || len(op.Tags) == 0 && op.Path != "ping" {
			t.Errorf("%s has no summary or tag", op.Path)
		}
	}
}
