// Package don reads and writes object ids. On the wire every object has a full
// id, the DON (don:identity:kith:devo/AbC123:revu/12), and most have a display
// id (REVU-12). Inputs may use either; see docs/api.md for the grammar.
package don

import (
	"crypto/rand"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// Type is the kind of object an id names, spelled as in the DON.
type Type string

// The object types.
const (
	Contact        Type = "revu"
	Account        Type = "account"
	Workspace      Type = "revo"
	Member         Type = "devu"
	SysUser        Type = "sysu"
	ServiceAccount Type = "svcacc"
	Token          Type = "token"
	Group          Type = "group"
	Org            Type = "devo"
	Tag            Type = "tag"
	Import         Type = "import"
	Artifact       Type = "artifact"
	Merge          Type = "merge"
	Vista          Type = "vista"
	BulkAction     Type = "bulk_action"
	Conversation   Type = "conversation"
	Ticket         Type = "ticket"
	Opportunity    Type = "opportunity"
	Product        Type = "product"
	Widget         Type = "widget"
	AssignmentRule Type = "assignment_rule"
	CustomStage    Type = "custom_stage"
	CustomState    Type = "custom_state"
	Link           Type = "link"
	CannedReply    Type = "canned_reply"
	Macro          Type = "macro"

	TenantFragment  Type = "tenant_fragment"
	SubtypeFragment Type = "custom_type_fragment"
	AppFragment     Type = "app_fragment"
)

type traits struct {
	service string
	prefix  string // of the display id; empty when the type has none
	wire    string // the leaf type in bodies: rev_user, account, …
	random  bool   // local ids are random characters, not numbers
}

var types = map[Type]traits{
	Contact:        {"identity", "REVU", "rev_user", false},
	Account:        {"identity", "ACC", "account", false},
	Workspace:      {"identity", "REV", "rev_org", false},
	Member:         {"identity", "DEVU", "dev_user", false},
	SysUser:        {"identity", "SYSU", "sys_user", false},
	ServiceAccount: {"identity", "SVCACC", "service_account", false},
	Token:          {"identity", "", "token", true},
	Group:          {"identity", "GROUP", "group", false},
	Tag:            {"core", "TAG", "tag", false},
	Import:         {"core", "IMP", "import", false},
	Artifact:       {"core", "ARTIFACT", "artifact", false},
	Merge:          {"core", "MERGE", "merge", false},
	Vista:          {"core", "VISTA", "vista", false},
	BulkAction:     {"core", "BULK", "bulk_action", false},
	Conversation:   {"core", "CONV", "conversation", false},
	Ticket:         {"core", "TKT", "ticket", false},
	Opportunity:    {"core", "OPP", "opportunity", false},
	Product:        {"core", "PROD", "product", false},
	Widget:         {"core", "WID", "widget", false},
	AssignmentRule: {"core", "RULE", "assignment_rule", false},
	CustomStage:    {"core", "", "custom_stage", false},
	CustomState:    {"core", "", "custom_state", false},
	Link:           {"core", "LINK", "link", false},
	CannedReply:    {"core", "CANNED", "canned_reply", false},
	Macro:          {"core", "MACRO", "macro", false},

	TenantFragment:  {"core", "", "tenant_fragment", false},
	SubtypeFragment: {"core", "", "custom_type_fragment", false},
	AppFragment:     {"core", "", "app_fragment", false},
}

// Wire returns the type's name in request and response bodies, such as rev_user.
func (t Type) Wire() string { return types[t].wire }

// ID names one object of an org by its type and local id.
type ID struct {
	Type  Type
	N     int64  // the local id of numbered types
	Local string // the local id of randomly named types
}

// Of returns the id of object n of a numbered type.
func Of(t Type, n int64) ID { return ID{Type: t, N: n} }

// Display returns the display id (REVU-12), or the local id for types that have none.
func (id ID) Display() string {
	if p := types[id.Type].prefix; p != "" {
		return p + "-" + id.local()
	}
	return id.local()
}

func (id ID) local() string {
	if id.Local != "" {
		return id.Local
	}
	return strconv.FormatInt(id.N, 10)
}

// Tail returns the last part of the DON, such as revu/12.
func (id ID) Tail() string { return string(id.Type) + "/" + id.local() }

// Space is what the DONs of one org have in common.
type Space struct {
	Partition string // the installation's, "kith" unless configured
	Org       string // the org's own random id, as in DEV-<org>
}

// Format returns the DON of id in the space.
func (s Space) Format(id ID) string {
	return "don:" + types[id.Type].service + ":" + s.Partition + ":devo/" + s.Org + ":" + id.Tail()
}

// OrgDON returns the DON of the org itself.
func (s Space) OrgDON() string { return "don:identity:" + s.Partition + ":devo/" + s.Org }

// OrgDisplay returns the display id of the org itself.
func (s Space) OrgDisplay() string { return "DEV-" + s.Org }

// Parse reads a DON or display id given for field and checks that it names one
// of the allowed types. A malformed id is invalid_id, another type is
// unexpected_id_type, and a DON of another org or partition is not_found: its
// existence must not show.
func (s Space) Parse(field, text string, allowed ...Type) (ID, error) {
	text = unquote(text)
	id, foreign, ok := s.read(text)
	if !ok {
		return ID{}, errs.BadID(field, text)
	}
	if !allows(allowed, id.Type) {
		e := errs.New(errs.Invalid, "unexpected_id_type", "%q is the id of type %s; give one of type %s", text, id.Type.Wire(), wires(allowed))
		e.Field = field
		return ID{}, e.With("value", text).With("allowed_types", strings.Split(wires(allowed), " or "))
	}
	if foreign {
		return ID{}, errs.Gone(text)
	}
	return id, nil
}

// maxText bounds ids: the longest that Format writes is far shorter.
const maxText = 300 // bytes

func (s Space) read(text string) (id ID, foreign, ok bool) {
	if len(text) > maxText {
		return ID{}, false, false
	}
	if !strings.HasPrefix(text, "don:") {
		id, ok = parseDisplay(text)
		return id, false, ok
	}
	parts := strings.Split(text, ":")
	if len(parts) < 5 {
		return ID{}, false, false
	}
	org, found := strings.CutPrefix(parts[3], "devo/")
	// A contact may be written below its workspace (revo/x:revu/1), the older form.
	last := parts[len(parts)-1]
	if !found || len(parts) > 6 || (len(parts) == 6 && !strings.HasPrefix(last, "revu/")) {
		return ID{}, false, false
	}
	kind, local, found := strings.Cut(last, "/")
	if !found {
		return ID{}, false, false
	}
	id, ok = localID(Type(kind), local)
	if !ok || types[id.Type].service != parts[1] {
		return ID{}, false, false
	}
	return id, org != s.Org || parts[2] != s.Partition, true
}

func parseDisplay(text string) (ID, bool) {
	prefix, local, found := strings.Cut(text, "-")
	if !found {
		return ID{}, false
	}
	for t, tr := range types {
		if tr.prefix != "" && strings.EqualFold(tr.prefix, prefix) {
			return localID(t, local)
		}
	}
	return ID{}, false
}

func localID(t Type, local string) (ID, bool) {
	tr, known := types[t]
	if !known || local == "" || len(local) > 40 {
		return ID{}, false
	}
	if tr.random {
		return ID{Type: t, Local: local}, alnum(local)
	}
	n, err := strconv.ParseInt(local, 10, 64)
	return ID{Type: t, N: n}, err == nil && n > 0 && local[0] != '+' && local[0] != '0'
}

func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}

func allows(allowed []Type, t Type) bool {
	for _, a := range allowed {
		if a == t {
			return true
		}
	}
	return false
}

func wires(ts []Type) string {
	names := make([]string, len(ts))
	for i, t := range ts {
		names[i] = t.Wire()
	}
	return strings.Join(names, " or ")
}

func alnum(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return false
		}
	}
	return true
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Random returns n random base62 characters, about 5.95 bits each.
func Random(n int) string {
	out := make([]byte, 0, n)
	buf := make([]byte, n)
	for len(out) < n {
		_, _ = rand.Read(buf) // never fails, see crypto/rand
		for _, b := range buf {
			// 248 = 4 × 62: larger bytes would favour the first characters.
			if b < 248 && len(out) < n {
				out = append(out, base62[b%62])
			}
		}
	}
	return string(out)
}

// FromTail reads what Tail wrote; unknown text gives the zero ID.
func FromTail(tail string) ID {
	kind, local, _ := strings.Cut(tail, "/")
	id, _ := localID(Type(kind), local)
	return id
}
