package wire

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// shape is what a Go type can receive.
type shape uint8

const (
	stringShape shape = iota
	boolShape
	intShape
	uintShape
	floatShape
	timeShape
	textShape // a type that reads itself from text
	anyShape
	listShape
	mapShape
	structShape
	pointerShape
	optShape
)

// plan is how a type is filled, worked out once.
type plan struct {
	shape   shape
	typ     reflect.Type
	elem    *plan    // of lists, maps, pointers and Opt
	allowed []string // values the type itself permits
	fields  []field  // of structs
	byName  map[string]int
	inner   *plan // of textShape structs: how the object form is filled
}

type field struct {
	name     string
	index    []int
	plan     *plan
	required bool
	rules    rules
	tag      reflect.StructTag
}

// rules are the limits that a field's tags set. Nil means none.
type rules struct {
	allowed              []string
	minimum, maximum     *float64
	minLength, maxLength *int
	minItems, maxItems   *int
}

var (
	timeType     = reflect.TypeFor[time.Time]()
	wireTimeType = reflect.TypeFor[Time]()
	optionalType = reflect.TypeFor[optional]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	allowerType  = reflect.TypeFor[interface{ Allowed() []string }]()
)

var (
	plans    sync.Map // reflect.Type → *plan, complete ones only
	planning sync.Mutex
)

// Check panics when t, a struct type, cannot be decoded into: a field of a kind
// that has no JSON form, or a tag that does not parse. Operations are checked
// when they are registered, so that such a mistake shows at start.
func Check(t reflect.Type) { planOf(t) }

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	planning.Lock()
	defer planning.Unlock()
	made := map[reflect.Type]*plan{}
	p := build(t, made)
	for t, p := range made {
		plans.LoadOrStore(t, p)
	}
	return p
}

// build returns the plan of t; made holds the plans under construction, so that
// a type may contain itself.
func build(t reflect.Type, made map[reflect.Type]*plan) *plan {
	if p, ok := made[t]; ok {
		return p
	}
	p := &plan{typ: t, shape: shapeOf(t)}
	made[t] = p
	if t.Implements(allowerType) {
		p.allowed = reflect.Zero(t).Interface().(interface{ Allowed() []string }).Allowed()
	}
	switch p.shape {
	case listShape, mapShape, pointerShape:
		p.elem = build(t.Elem(), made)
	case optShape:
		p.elem = build(t.Field(2).Type, made)
	case structShape:
		p.addFields(t, nil, made)
	case textShape:
		if t.Kind() == reflect.Struct {
			p.inner = &plan{typ: t, shape: structShape}
			p.inner.addFields(t, nil, made)
		}
	default: // scalars have no parts
	}
	return p
}

func shapeOf(t reflect.Type) shape {
	switch {
	case t == timeType || t == wireTimeType:
		return timeShape
	case t.Kind() == reflect.Struct && t.Implements(optionalType):
		return optShape
	case t.Kind() != reflect.Pointer && reflect.PointerTo(t).Implements(textType):
		return textShape
	}
	if s, ok := shapeOfKind[t.Kind()]; ok && (s != anyShape || t.NumMethod() == 0) && (s != mapShape || t.Key().Kind() == reflect.String) {
		return s
	}
	panic(fmt.Sprintf("wire: a request cannot have a value of type %s", t))
}

var shapeOfKind = map[reflect.Kind]shape{
	reflect.String: stringShape, reflect.Bool: boolShape,
	reflect.Int: intShape, reflect.Int8: intShape, reflect.Int16: intShape, reflect.Int32: intShape, reflect.Int64: intShape,
	reflect.Uint: uintShape, reflect.Uint8: uintShape, reflect.Uint16: uintShape, reflect.Uint32: uintShape, reflect.Uint64: uintShape,
	reflect.Float32: floatShape, reflect.Float64: floatShape,
	reflect.Interface: anyShape, reflect.Slice: listShape, reflect.Map: mapShape,
	reflect.Struct: structShape, reflect.Pointer: pointerShape,
}

func (p *plan) addFields(t reflect.Type, prefix []int, made map[reflect.Type]*plan) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(append([]int(nil), prefix...), i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			p.addFields(f.Type, index, made)
			continue
		}
		if !f.IsExported() || name == "-" || name == "" {
			continue
		}
		p.addField(field{
			name: name, index: index, plan: build(f.Type, made), tag: f.Tag,
			required: f.Tag.Get("required") == "true", rules: rulesOf(t, f),
		})
	}
}

func (p *plan) addField(f field) {
	if p.byName == nil {
		p.byName = map[string]int{}
	}
	if _, dup := p.byName[f.name]; dup {
		panic(fmt.Sprintf("wire: %s has two fields named %s", p.typ, f.name))
	}
	p.byName[f.name] = len(p.fields)
	p.fields = append(p.fields, f)
}

func rulesOf(t reflect.Type, f reflect.StructField) rules {
	r := rules{
		minLength: intTag(t, f, "minLength"), maxLength: intTag(t, f, "maxLength"),
		minItems: intTag(t, f, "minItems"), maxItems: intTag(t, f, "maxItems"),
		minimum: floatTag(t, f, "minimum"), maximum: floatTag(t, f, "maximum"),
	}
	if enum := f.Tag.Get("enum"); enum != "" {
		r.allowed = strings.Split(enum, ",")
	}
	return r
}

func intTag(t reflect.Type, f reflect.StructField, key string) *int {
	v := floatTag(t, f, key)
	if v == nil {
		return nil
	}
	n := int(*v)
	return &n
}

func floatTag(t reflect.Type, f reflect.StructField, key string) *float64 {
	text, ok := f.Tag.Lookup(key)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(fmt.Sprintf("wire: %s.%s: tag %s:%q is not a number", t, f.Name, key, text))
	}
	return &v
}
