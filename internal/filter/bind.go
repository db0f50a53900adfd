package filter

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// Type is what the values of a field are.
type Type string

// The types.
const (
	Text   Type = "text"
	Number Type = "number"
	Bool   Type = "bool"
	Date   Type = "date" // a day of the calendar, without a zone
	Time   Type = "timestamp"
	Ref    Type = "reference" // of a record, a tag or a choice from a list
)

var textOps = []Op{Eq, Ne, In, NotIn, Contains, NotContains, StartsWith, Empty, NotEmpty}
var orderedOps = []Op{Eq, Ne, In, NotIn, Lt, Lte, Gt, Gte, Between, Empty, NotEmpty}

// Ops returns the operators that fit the type.
func (t Type) Ops() []Op {
	switch t {
	case Text:
		return textOps
	case Number:
		return orderedOps
	case Date, Time:
		return slices.DeleteFunc(slices.Clone(orderedOps), func(o Op) bool { return o == In || o == NotIn })
	case Bool:
		return []Op{Eq, Ne, Empty, NotEmpty}
	default: // the others follow
	}
	return []Op{Eq, Ne, In, NotIn, Empty, NotEmpty}
}

// Field is a field of a kind of record that filters may name.
type Field struct {
	Name  string // as records and indexes know it
	Type  Type
	Multi bool // whether records may have several values; of custom fields
	// Keys brings a value into the form in which records hold it, or the forms of
	// which any will do. Errors are invalid, or not_found for a reference to
	// nothing: then nothing matches. Nil keeps values of text as they are.
	Keys func(value string) ([]string, error)
	// Fold brings a part of a value into the form of Keys; nil keeps it.
	Fold func(part string) string
}

// Catalog is the fields of a kind of record.
type Catalog struct {
	Fields    map[string]Field           // by the names that people use
	Relations map[string]func() *Catalog // to other records
}

// maxHops bounds how many relations lie on the way to a field.
const maxHops = 2

// Bound is a filter whose fields and values are known. Its Op is And, Or, Not,
// Some or one of Any, Has, Prefix, Range and Exists.
type Bound struct {
	Op    Op
	Nodes []Bound
	// Field of a condition, and the relation of Some.
	Field Field
	Keys  []string // of Any: the values; of Has and Prefix: one part
	Range Bounds
}

// The conditions that others are made of.
const (
	Any    Op = "any"    // some value is one of Keys
	Has    Op = "has"    // some value has the part within
	Prefix Op = "prefix" // some value begins with the part
	Within Op = "within" // some value lies in Range
	Exists Op = "exists" // there is a value
)

// Bounds are the ends of a range; nil ends are open. Times and days, as UTC
// midnights, lie from From to before To.
type Bounds struct {
	From, To  *time.Time
	Low, High *float64
	// Whether the end itself is left out.
	AboveLow, BelowHigh bool
}

// IsAll reports whether every record meets the filter.
func (b Bound) IsAll() bool { return b.Op == And && len(b.Nodes) == 0 }

// Bind gives a filter the fields of a catalogue. Relative times count from now,
// in its zone. Errors are invalid and name the field or value.
func Bind(n Node, c *Catalog, now time.Time) (Bound, error) {
	if err := Check(n); err != nil {
		return Bound{}, err
	}
	b := binder{now: now}
	return b.node(n.Canonical(), c, 0)
}

type binder struct{ now time.Time }

func (b binder) node(n Node, c *Catalog, hops int) (Bound, error) {
	switch n.Op {
	case And, Or, Not:
		out := Bound{Op: n.Op}
		for _, child := range n.Nodes {
			bound, err := b.node(child, c, hops)
			if err != nil {
				return Bound{}, err
			}
			out.Nodes = append(out.Nodes, bound)
		}
		return out.merged(), nil
	case Some:
		return b.some(n.Field, n.Nodes[0], c, hops)
	default: // the others follow
	}
	if relation, rest, found := strings.Cut(n.Field, "."); found && c.Relations[relation] != nil {
		n.Field = rest
		positive, negative := n.Op.positive()
		n.Op = positive
		bound, err := b.some(relation, n, c, hops)
		if negative {
			bound = Bound{Op: Not, Nodes: []Bound{bound}}
		}
		return bound, err
	}
	f, known := c.Fields[n.Field]
	if !known {
		return Bound{}, unknown(n.Field, c)
	}
	return b.condition(n, f)
}

// merged joins conditions on one field to one: values of which any will do in an
// Or, and values of which none may be in an And.
func (b Bound) merged() Bound {
	if b.Op == Not {
		return b
	}
	out := Bound{Op: b.Op}
	at := map[string]int{}
	for _, n := range b.Nodes {
		leaf := &n
		if b.Op == And && n.Op == Not {
			leaf = &n.Nodes[0]
		}
		if leaf.Op != Any || b.Op == And && n.Op != Not {
			out.Nodes = append(out.Nodes, n)
			continue
		}
		i, seen := at[leaf.Field.Name]
		if !seen {
			at[leaf.Field.Name] = len(out.Nodes)
			out.Nodes = append(out.Nodes, n)
			continue
		}
		same := &out.Nodes[i]
		if b.Op == And {
			same = &same.Nodes[0]
		}
		same.Keys = slices.Concat(same.Keys, leaf.Keys)
		slices.Sort(same.Keys)
		same.Keys = slices.Compact(same.Keys)
	}
	if len(out.Nodes) == 1 {
		return out.Nodes[0]
	}
	return out
}

// Leaves counts the conditions.
func (b Bound) Leaves() int {
	n := 0
	for _, c := range b.Nodes {
		n += c.Leaves()
	}
	return max(n, 1)
}

func (b binder) some(relation string, n Node, c *Catalog, hops int) (Bound, error) {
	of := c.Relations[relation]
	if of == nil {
		return Bound{}, unknown(relation, c)
	}
	if hops == maxHops {
		return Bound{}, errs.NotPermitted(field, "%s: leads over more than %d relations", relation, maxHops)
	}
	inner, err := b.node(n, of(), hops+1)
	return Bound{Op: Some, Field: Field{Name: relation}, Nodes: []Bound{inner}}, err
}

// positive returns the operator of which a negative one is the opposite.
func (o Op) positive() (positive Op, negative bool) {
	switch o {
	case Ne:
		return Eq, true
	case NotIn:
		return In, true
	case NotContains:
		return Contains, true
	case Empty:
		return NotEmpty, true
	default: // the others follow
	}
	return o, false
}

func (b binder) condition(n Node, f Field) (Bound, error) {
	if !slices.Contains(f.Type.Ops(), n.Op) {
		return Bound{}, errs.NotPermitted(field, "%s is a %s, which %s does not fit; use one of %s", n.Field, f.Type, n.Op, opNames(f.Type.Ops()))
	}
	positive, negative := n.Op.positive()
	out, err := b.compare(n, f, positive)
	if err != nil {
		return Bound{}, err
	}
	out.Field = f
	if negative {
		return Bound{Op: Not, Nodes: []Bound{out}}, nil
	}
	return out, nil
}

func (b binder) compare(n Node, f Field, op Op) (Bound, error) {
	switch op {
	case NotEmpty:
		return Bound{Op: Exists}, nil
	case Contains, StartsWith:
		return part(n, f, op)
	default: // the others follow
	}
	switch f.Type {
	case Number:
		return numbers(n, f, op)
	case Date, Time:
		return b.times(n, f, op)
	default: // the others follow
	}
	out := Bound{Op: Any}
	for _, v := range n.Values {
		keys, err := f.keys(n.Field, v)
		if errs.Is(err, errs.NotFound) {
			continue // it is nobody's
		}
		if err != nil {
			return Bound{}, err
		}
		out.Keys = append(out.Keys, keys...)
	}
	slices.Sort(out.Keys)
	out.Keys = slices.Compact(out.Keys)
	return out, nil
}

// part is a condition on a part of a value.
func part(n Node, f Field, op Op) (Bound, error) {
	v := n.Values[0]
	if f.Fold != nil {
		v = f.Fold(v)
	}
	if v == "" {
		return Bound{}, errs.NotPermitted(field, "%s %s: %q has nothing to look for", n.Field, op, n.Values[0])
	}
	if op == Contains {
		return Bound{Op: Has, Keys: []string{v}}, nil
	}
	return Bound{Op: Prefix, Keys: []string{v}}, nil
}

func (f Field) keys(name, v string) ([]string, error) {
	if f.Type == Bool {
		switch strings.ToLower(v) {
		case "true", "yes":
			return []string{"true"}, nil
		case "false", "no":
			return []string{"false"}, nil
		}
		return nil, errs.NotPermitted(field, "%s: %q is neither true nor false", name, v)
	}
	if f.Keys == nil {
		return []string{v}, nil
	}
	keys, err := f.Keys(v)
	if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
		return nil, errs.NotPermitted(field, "%s: %q %s", name, v, e.Message)
	}
	return keys, err
}

func numbers(n Node, f Field, op Op) (Bound, error) {
	values := make([]float64, len(n.Values))
	keys := make([]string, len(n.Values))
	for i, v := range n.Values {
		x, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return Bound{}, errs.NotPermitted(field, "%s: %q is not a number", n.Field, v)
		}
		values[i], keys[i] = x, strconv.FormatFloat(x+0, 'g', -1, 64)
	}
	out := Bound{Op: Within}
	switch op {
	case Lt, Lte:
		out.Range = Bounds{High: &values[0], BelowHigh: op == Lt}
	case Gt, Gte:
		out.Range = Bounds{Low: &values[0], AboveLow: op == Gt}
	case Between:
		out.Range = Bounds{Low: &values[0], High: &values[1]}
	default:
		slices.Sort(keys)
		return Bound{Op: Any, Keys: slices.Compact(keys)}, nil
	}
	return out, nil
}

// times makes a range from comparisons with instants and stretches of time:
// after a day means after its end, at a day means within it.
func (b binder) times(n Node, f Field, op Op) (Bound, error) {
	at := make([]when, len(n.Values))
	for i, v := range n.Values {
		w, err := readTime(n.Field, v, b.now)
		if err != nil {
			return Bound{}, err
		}
		if f.Type == Date {
			w = w.days()
		}
		at[i] = w
	}
	out := Bound{Op: Within}
	w := at[0]
	switch op {
	case Eq:
		out.Range = Bounds{From: instant(w.from), To: w.end()}
	case Between:
		out.Range = Bounds{From: instant(w.from), To: at[1].end()}
	case Lt:
		out.Range.To = instant(w.from)
	case Lte:
		out.Range.To = w.end()
	case Gt:
		out.Range.From = w.end()
	case Gte:
		out.Range.From = instant(w.from)
	default: // the others follow
	}
	return out, nil
}

// days is the stretch by the calendar, written as UTC midnights.
func (w when) days() when {
	utc := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	from, to := utc(w.from), utc(w.to)
	if w.point() || !to.After(from) {
		to = from.AddDate(0, 0, 1)
	}
	return when{from, to}
}

// end is the first instant behind: times are kept in microseconds.
func (w when) end() *time.Time {
	if w.point() {
		return instant(w.from.Truncate(time.Microsecond).Add(time.Microsecond))
	}
	return instant(w.to)
}

func instant(t time.Time) *time.Time {
	t = t.UTC()
	return &t
}

// unknown says that there is no such field, and which one may be meant.
func unknown(name string, c *Catalog) error {
	if strings.Contains(name, "__") {
		return errs.Customization("custom_fields."+clip(name), "field_not_in_schema", "there is no custom field %q that can be filtered by; is_filterable makes one so", clip(name))
	}
	names := slices.Collect(maps.Keys(c.Fields))
	for r := range c.Relations {
		if _, both := c.Fields[r]; !both {
			names = append(names, r)
		}
	}
	slices.Sort(names)
	if near := nearest(strings.ToLower(name), names); near != "" {
		return errs.NotPermitted(field, "%q is not a field; did you mean %s?", clip(name), near)
	}
	return errs.NotPermitted(field, "%q is not a field; there are %s", clip(name), strings.Join(names, ", "))
}

// nearest returns the name that is at most two letters away, "" for none.
func nearest(name string, names []string) string {
	best, at := "", 3
	for _, n := range names {
		if d := distance(name, n); d < at {
			best, at = n, d
		}
	}
	return best
}

// distance is how many letters are to be added, removed or changed.
func distance(a, b string) int {
	if len(a) > MaxName || len(b) > MaxName {
		return MaxName
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
