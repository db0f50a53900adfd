package timeline

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Delta is what changed about one field.
type Delta struct {
	Name     string // as the API names the field
	Old, New Value
}

// Value is a field's value in a delta. The zero Value is none.
type Value struct {
	Kind  Kind
	Texts []string
	IDs   []don.ID
	Tags  []tag.Use
	Bool  bool
	Other json.RawMessage // of custom fields and what has no kind of its own
}

// Kind says which of a Value's fields counts.
type Kind string

// The kinds of values.
const (
	None   Kind = ""
	String Kind = "string"      // the only one of Texts
	List   Kind = "string_list" // Texts
	ID     Kind = "id"          // the only one of IDs
	IDList Kind = "id_list"
	Tags   Kind = "tag_list"
	Bool   Kind = "bool"
	Time   Kind = "date_time" // the only one of Texts, by RFC 3339
	Other  Kind = "json"
)

// field says how a field of a stored record is told.
type field struct {
	name string
	read func(json.RawMessage) (Value, error)
}

// fields are those whose names or values in history differ from what the API
// shows. Text and flags need no entry.
var fields = map[string]field{
	"Owners":       {"owned_by", numbers(don.Member)},
	"ParentN":      {"parent_account", number(don.Account)},
	"AccountN":     {"account", number(don.Account)},
	"WorkspaceN":   {"rev_org", number(don.Workspace)},
	"GroupN":       {"group", number(don.Group)},
	"PartN":        {"applies_to_part", number(don.Product)},
	"Parts":        {"applies_to_parts", numbers(don.Product)},
	"Members":      {"members", tails},
	"ReportedBy":   {"reported_by", tails},
	"Contacts":     {"contacts", numbers(don.Contact)},
	"Files":        {"artifacts", numbers(don.Artifact)},
	"Associations": {"associations", places},
	"Identifiers":  {"identifiers", identifiers},
	"Tags":         {"tags", tags},
	"Refs":         {"external_refs", texts},
	"OtherRefs":    {"external_refs", texts},
	"Ref":          {"external_ref", text},
	"ExternalRef":  {"external_ref", text},
	"Verified":     {"is_verified", other},
	"Blocked":      {"is_blocked", other},
	"Picture":      {"display_picture", number(don.Artifact)},
	"Default":      {"is_default", other},
	"Spam":         {"is_spam", other},
	"Frozen":       {"is_frozen", other},
	"TargetClose":  {"target_close_date", moment},
	"ActualClose":  {"actual_close_date", moment},
	"ClosedAt":     {"actual_close_date", moment},
	"SnoozedUntil": {"snoozed_until", moment},
}

// unseen are fields of bookkeeping.
var unseen = []string{"Merged", "ImportN", "LastMessageAt", "NameMade"}

// ReadDeltas reads what history has of a change: an object of fields, each with
// the value before and after. What is told besides, such as the numbers of a
// merge, is left out.
func ReadDeltas(text string) ([]Delta, error) {
	if text == "" || text == "{}" {
		return nil, nil
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		return nil, err
	}
	var out []Delta
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var pair struct{ Old, New json.RawMessage }
		if slices.Contains(unseen, name) || name == "" || name[0] < 'A' || name[0] > 'Z' || json.Unmarshal(all[name], &pair) != nil {
			continue
		}
		if name == "Custom" {
			out = append(out, customDeltas(pair.Old, pair.New)...)
			continue
		}
		d, err := readDelta(name, pair.Old, pair.New)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func readDelta(name string, before, after json.RawMessage) (Delta, error) {
	f, known := fields[name]
	if !known {
		f = field{snake(name), other}
	}
	d := Delta{Name: f.name}
	var err error
	if d.Old, err = f.value(before); err == nil {
		d.New, err = f.value(after)
	}
	return d, err
}

func (f field) value(raw json.RawMessage) (Value, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return Value{}, nil
	}
	return f.read(raw)
}

// customDeltas tells of each custom field that differs.
func customDeltas(before, after json.RawMessage) []Delta {
	var was, is map[string]json.RawMessage
	if json.Unmarshal(orEmpty(before), &was) != nil || json.Unmarshal(orEmpty(after), &is) != nil {
		return nil
	}
	names := maps.Clone(was)
	if names == nil {
		names = map[string]json.RawMessage{}
	}
	maps.Copy(names, is)
	var out []Delta
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if string(was[name]) == string(is[name]) {
			continue
		}
		d := Delta{Name: name}
		f := field{name, other}
		d.Old, _ = f.value(was[name]) // other takes everything
		d.New, _ = f.value(is[name])
		out = append(out, d)
	}
	return out
}

func orEmpty(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("{}")
	}
	return raw
}

// snake turns DisplayName into display_name.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if 'A' <= r && r <= 'Z' {
			if i > 0 {
				b.WriteByte('_')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// other reads what explains itself.
func other(raw json.RawMessage) (Value, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return Value{}, err
	}
	switch v := v.(type) {
	case string:
		return text(raw)
	case bool:
		return Value{Kind: Bool, Bool: v}, nil
	case []any:
		var list []string
		if json.Unmarshal(raw, &list) == nil {
			return Value{Kind: List, Texts: list}, nil
		}
	}
	return Value{Kind: Other, Other: raw}, nil
}

// moment reads a time.
func moment(raw json.RawMessage) (Value, error) {
	var at time.Time
	err := json.Unmarshal(raw, &at)
	return Value{Kind: Time, Texts: []string{at.UTC().Format("2006-01-02T15:04:05.000Z")}}, err
}

func text(raw json.RawMessage) (Value, error) {
	var s string
	err := json.Unmarshal(raw, &s)
	if s == "" {
		return Value{}, err
	}
	return Value{Kind: String, Texts: []string{s}}, err
}

func texts(raw json.RawMessage) (Value, error) {
	v := Value{Kind: List}
	return v.filled(json.Unmarshal(raw, &v.Texts))
}

// filled is the value, or none when its list is empty.
func (v Value) filled(err error) (Value, error) {
	if len(v.Texts)+len(v.IDs)+len(v.Tags) == 0 {
		return Value{}, err
	}
	return v, err
}

func number(t don.Type) func(json.RawMessage) (Value, error) {
	return func(raw json.RawMessage) (Value, error) {
		var n int64
		if err := json.Unmarshal(raw, &n); err != nil || n == 0 {
			return Value{}, err
		}
		return Value{Kind: ID, IDs: []don.ID{don.Of(t, n)}}, nil
	}
}

func numbers(t don.Type) func(json.RawMessage) (Value, error) {
	return func(raw json.RawMessage) (Value, error) {
		var ns []int64
		err := json.Unmarshal(raw, &ns)
		v := Value{Kind: IDList}
		for _, n := range ns {
			v.IDs = append(v.IDs, don.Of(t, n))
		}
		return v.filled(err)
	}
}

func tails(raw json.RawMessage) (Value, error) {
	var list []string
	err := json.Unmarshal(raw, &list)
	v := Value{Kind: IDList}
	for _, t := range list {
		v.IDs = append(v.IDs, don.FromTail(t))
	}
	return v.filled(err)
}

func places(raw json.RawMessage) (Value, error) {
	var list []struct {
		T don.Type `json:"t"`
		N int64    `json:"n"`
	}
	err := json.Unmarshal(raw, &list)
	v := Value{Kind: IDList}
	for _, p := range list {
		v.IDs = append(v.IDs, don.Of(p.T, p.N))
	}
	return v.filled(err)
}

// identifiers tells values with what they are, such as email ada@acme.example.
func identifiers(raw json.RawMessage) (Value, error) {
	var list []struct {
		K string `json:"k"`
		V string `json:"v"`
	}
	err := json.Unmarshal(raw, &list)
	v := Value{Kind: List}
	for _, i := range list {
		v.Texts = append(v.Texts, i.K+" "+i.V)
	}
	return v.filled(err)
}

func tags(raw json.RawMessage) (Value, error) {
	v := Value{Kind: Tags}
	return v.filled(json.Unmarshal(raw, &v.Tags))
}
