package wire

import (
	"encoding"
	"encoding/json"
	"reflect"
	"sort"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

// binder moves a tree of nodes into Go values.
type binder struct{ lenient bool }

// structure fills the fields of dst from an object.
func (b binder) structure(p *plan, n *node, dst reflect.Value, at *place) error {
	for i := range n.members {
		m := &n.members[i]
		here := place{up: at, name: m.name}
		k, ok := p.byName[m.name]
		if !ok {
			if b.lenient {
				continue
			}
			return unknown(p, m.name, &here)
		}
		f := &p.fields[k]
		if err := b.value(f.plan, &f.rules, &m.value, dst.FieldByIndex(f.index), &here); err != nil {
			return err
		}
	}
	return b.required(p, n, dst, at)
}

func (b binder) required(p *plan, n *node, dst reflect.Value, at *place) error {
	for i := range p.fields {
		f := &p.fields[i]
		if !f.required {
			continue
		}
		given := n.find(f.name)
		if given == nil || given.kind == nullKind || isEmptyString(dst.FieldByIndex(f.index)) {
			return errs.Missing((&place{up: at, name: f.name}).String())
		}
	}
	return nil
}

func isEmptyString(v reflect.Value) bool { return v.Kind() == reflect.String && v.Len() == 0 }

// value fills dst, of the plan's type, from n. Null means absent except for an
// Opt, a pointer's target and the inside of an any.
func (b binder) value(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	if n.kind == nullKind && p.shape != optShape && p.shape != anyShape {
		return nil
	}
	switch p.shape {
	case optShape:
		return b.opt(p, r, n, dst, at)
	case pointerShape:
		target := reflect.New(p.typ.Elem())
		if err := b.value(p.elem, r, n, target.Elem(), at); err != nil {
			return err
		}
		dst.Set(target)
		return nil
	case listShape:
		return b.list(p, r, n, dst, at)
	case mapShape:
		return b.mapping(p, r, n, dst, at)
	case structShape:
		if n.kind != objectKind {
			return mismatch(at, "object", n)
		}
		return b.structure(p, n, dst, at)
	case anyShape:
		return b.anything(n, dst, at)
	default:
		return b.scalar(p, r, n, dst, at)
	}
}

func (b binder) opt(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	dst.Field(0).SetBool(true)
	if n.kind == nullKind {
		dst.Field(1).SetBool(true)
		return nil
	}
	return b.value(p.elem, r, n, dst.Field(2), at)
}

func (b binder) list(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	items, err := itemsOf(p.elem, n, at)
	if err != nil {
		return err
	}
	if err := checkItems(r, len(items), at); err != nil {
		return err
	}
	out := reflect.MakeSlice(p.typ, len(items), len(items))
	for i := range items {
		here := place{up: at, index: i, inList: true}
		if items[i].kind == nullKind && p.elem.shape != anyShape {
			return mismatch(&here, p.elem.expects(), &items[i])
		}
		if err := b.value(p.elem, r, &items[i], out.Index(i), &here); err != nil {
			return err
		}
	}
	dst.Set(out)
	return nil
}

// itemsOf returns the elements of a JSON array, of a query key that stands for
// a list, of key[0]=…&key[1]=… by index, or of the parallel lists key.a=…&key.b=…
// that stand for a list of objects.
func itemsOf(elem *plan, n *node, at *place) ([]node, error) {
	switch n.kind {
	case arrayKind:
		return n.items, nil
	case listText:
		return n.elements(), nil
	case objectKind:
		if n.isIndexed() {
			return n.byIndex(), nil
		}
		if elem.shape == structShape && n.fromQuery() {
			return n.rows(at)
		}
		fallthrough
	default:
		return nil, mismatch(at, "array", n)
	}
}

// rows turns parallel lists into objects: tags.id=a,b&tags.value=x,y is
// {id: a, value: x} and {id: b, value: y}.
func (n *node) rows(at *place) ([]node, error) {
	var rows []node
	for i := range n.members {
		m := &n.members[i]
		here := &place{up: at, name: m.name}
		if m.value.kind != listText {
			return nil, mismatch(here, "array", &m.value)
		}
		column := m.value.elements()
		if i == 0 {
			rows = make([]node, len(column))
		}
		if len(column) != len(rows) {
			return nil, errs.NotPermitted(here.String(), "has %d elements while %s has %d; give one for each",
				len(column), clip(n.members[0].name), len(rows))
		}
		for j := range column {
			rows[j].kind = objectKind
			rows[j].members = append(rows[j].members, member{name: m.name, value: column[j]})
		}
	}
	return rows, nil
}

// isIndexed reports whether n is the object that indexed query keys build.
// Names in a JSON body may be digits too, which makes no list.
func (n *node) isIndexed() bool {
	for i := range n.members {
		if !isIndex(n.members[i].name) || !n.members[i].value.fromQuery() {
			return false
		}
	}
	return len(n.members) > 0
}

// fromQuery reports whether n was read from a query string.
func (n *node) fromQuery() bool {
	if n.kind == objectKind && len(n.members) > 0 {
		return n.members[0].value.fromQuery()
	}
	return n.kind == listText
}

func (n *node) byIndex() []node {
	sorted := make([]member, len(n.members))
	copy(sorted, n.members)
	index := func(i int) int { v, _ := strconv.Atoi(sorted[i].name); return v }
	sort.SliceStable(sorted, func(i, j int) bool { return index(i) < index(j) })
	out := make([]node, 0, len(sorted))
	for i := range sorted {
		out = append(out, sorted[i].value)
	}
	return out
}

func (b binder) mapping(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	if n.kind != objectKind {
		return mismatch(at, "object", n)
	}
	out := reflect.MakeMapWithSize(p.typ, len(n.members))
	for i := range n.members {
		m := &n.members[i]
		here := place{up: at, name: m.name}
		v := reflect.New(p.typ.Elem()).Elem()
		if err := b.value(p.elem, r, &m.value, v, &here); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(m.name).Convert(p.typ.Key()), v)
	}
	dst.Set(out)
	return nil
}

func (b binder) anything(n *node, dst reflect.Value, at *place) error {
	v, err := free(n, at)
	if err != nil || v == nil {
		return err
	}
	dst.Set(reflect.ValueOf(v))
	return nil
}

// free returns n as the Go value for an any: nil, bool, json.Number, string,
// []any, map[string]any, or Text where it came from a query string.
func free(n *node, at *place) (any, error) {
	switch n.kind {
	case nullKind:
		return nil, nil
	case boolKind:
		return n.text == "true", nil
	case numberKind:
		return json.Number(n.text), nil
	case stringKind:
		return n.text, n.check(at)
	case arrayKind:
		return freeList(n.items, at)
	case objectKind:
		if n.isIndexed() {
			return freeList(n.byIndex(), at)
		}
		return freeObject(n, at)
	case elementText:
		return Text(n.text), n.check(at)
	default:
		return freeText(n, at)
	}
}

// freeText decides between one value and a list: a key given once without []
// is a list only if it is written as several quoted elements, because a comma
// may as well belong to the value.
func freeText(n *node, at *place) (any, error) {
	only := n.items[0]
	if len(n.items) > 1 || only.kind == pushText {
		return freeList(n.elements(), at)
	}
	if els := n.elements(); len(els) > 1 && only.text[0] == '"' {
		return freeList(els, at)
	}
	return Text(unquote(only.text)), only.check(at)
}

func freeList(items []node, at *place) (any, error) {
	out := make([]any, len(items))
	for i := range items {
		v, err := free(&items[i], &place{up: at, index: i, inList: true})
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func freeObject(n *node, at *place) (any, error) {
	out := make(map[string]any, len(n.members))
	for i := range n.members {
		m := &n.members[i]
		v, err := free(&m.value, &place{up: at, name: m.name})
		if err != nil {
			return nil, err
		}
		out[m.name] = v
	}
	return out, nil
}

// scalar fills a string, number, bool, time or self-reading type.
func (b binder) scalar(p *plan, r *rules, n *node, dst reflect.Value, at *place) error {
	if p.inner != nil && n.kind == objectKind {
		return b.structure(p.inner, n, dst, at)
	}
	n, err := n.single(at)
	if err != nil {
		return err
	}
	if want := p.wants(); n.kind != want && n.kind != elementText {
		return mismatch(at, p.expects(), n)
	}
	if err := n.check(at); err != nil {
		return err
	}
	switch p.shape {
	case boolShape:
		return setBool(n, dst, at)
	case intShape, uintShape, floatShape:
		return setNumber(p, r, n, dst, at)
	case timeShape:
		return setTime(p, n, dst, at)
	case textShape:
		return setText(n, dst, at)
	default:
		return setString(p, r, n, dst, at)
	}
}

// single returns n itself, or the one value that a query key has.
func (n *node) single(at *place) (*node, error) {
	if n.kind != listText {
		return n, nil
	}
	if len(n.items) != 1 {
		return nil, errs.NotPermitted(at.String(), "is given %d times; give it once", len(n.items))
	}
	one := n.items[0]
	one.kind, one.text = elementText, unquote(one.text)
	return &one, nil
}

func (n *node) check(at *place) error {
	if n.flaw == sound {
		return nil
	}
	return errs.NotPermitted(at.String(), "%s", n.flaw.reason())
}

func (p *plan) wants() kind {
	switch p.shape {
	case boolShape:
		return boolKind
	case intShape, uintShape, floatShape:
		return numberKind
	case listShape:
		return arrayKind
	case mapShape, structShape:
		return objectKind
	case pointerShape, optShape:
		return p.elem.wants()
	default:
		return stringKind
	}
}

func (p *plan) expects() string { return p.wants().String() }

func setBool(n *node, dst reflect.Value, at *place) error {
	if n.kind == elementText && n.text != "true" && n.text != "false" {
		return mismatch(at, "bool", n)
	}
	dst.SetBool(n.text == "true")
	return nil
}

func setTime(p *plan, n *node, dst reflect.Value, at *place) error {
	text := n.text
	t, err := time.Parse(time.RFC3339, text)
	if err != nil && n.kind == elementText {
		t, err = time.Parse(time.RFC3339, plusRestored(text))
	}
	if err != nil {
		return errs.NotPermitted(at.String(), "%q is not a time; write it as RFC 3339 has it, such as 2024-01-31T09:30:00Z", clip(text))
	}
	if p.typ == wireTimeType {
		dst.Set(reflect.ValueOf(Time{t}))
		return nil
	}
	dst.Set(reflect.ValueOf(t))
	return nil
}

// plusRestored undoes what form decoding does to a time zone whose plus sign
// the client did not escape: 09:30:00+02:00 arrives with a space.
func plusRestored(text string) string {
	i := len(text) - len(" 02:00")
	if i > 0 && text[i] == ' ' {
		return text[:i] + "+" + text[i+1:]
	}
	return text
}

func setText(n *node, dst reflect.Value, at *place) error {
	err := dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text))
	if err == nil {
		return nil
	}
	if known := errs.As(err); known != nil {
		named := *known
		named.Field = at.String()
		return &named
	}
	return errs.NotPermitted(at.String(), "%q cannot be read as %s", clip(n.text), dst.Type().Name()).Because(err)
}
