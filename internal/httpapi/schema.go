package httpapi

import (
	"context"
	"slices"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/schema"
)

type schemaSetIn struct {
	Type        string            `json:"type" required:"true" enum:"app_fragment,custom_type_fragment,tenant_fragment"`
	LeafType    string            `json:"leaf_type" required:"true" doc:"account, rev_user (revu), rev_org (revo), conversation, ticket or opportunity."`
	Description string            `json:"description" doc:"At most 4096 bytes."`
	Fields      []fieldIn         `json:"fields" doc:"All fields of the new version; those of the one before that are missing must stand in deleted_fields."`
	Deleted     []string          `json:"deleted_fields" doc:"Fields of the version before to drop. Values that records have stay stored and are no longer shown by name."`
	Composites  []compositeIn     `json:"composite_schemas" doc:"What the values of composite fields consist of. A field of one that is dropped stands in deleted_fields as address.postcode."`
	Subtype     string            `json:"subtype" doc:"Of a custom_type_fragment."`
	SubtypeName string            `json:"subtype_display_name"`
	App         string            `json:"app" doc:"Of an app_fragment."`
	AppName     string            `json:"app_display_name"`
	Overrides   []SchemaOverride  `json:"stock_field_overrides" maxItems:"100"`
	Conditions  []SchemaCondition `json:"conditions"`
	Deprecated  bool              `json:"deprecated" doc:"Whether records can no longer get the subtype or app."`
	IsDep       bool              `json:"is_deprecated" doc:"The same."`
}

type schemaSetOut struct {
	ID string `json:"id" doc:"Of the new version."`
}

type fragmentOut struct {
	Fragment Fragment `json:"fragment"`
}

type fragmentsOut struct {
	Result     []Fragment `json:"result"`
	NextCursor string     `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

func registerSchemas(api *API, d DirectoryDeps) {
	const tag = "schemas"
	set := createOp("schemas.custom.set", "Define custom fields", tag)
	set.Description = "Makes a new version of the fragment: what is given is its whole new state. Records keep their values."
	operate(api, set, d.setSchema)
	operate(api, readOp("schemas.custom.get", "Get a version of a fragment of custom fields", tag), d.getSchema)
	operate(api, readOp("schemas.custom.list", "List versions of fragments of custom fields", tag), d.listSchemas)
	operate(api, readOp("schemas.stock.get", "Get the fields that all records of a kind have", tag), d.getStock)
	operate(api, readOp("schemas.stock.list", "List the fields that all records have", tag), d.listStock)
	operate(api, readOp("schemas.aggregated.get", "Get all fields of a kind of record together", tag), d.aggregated)
	operate(api, readOp("schemas.subtypes.list", "List subtypes", tag), d.listSubtypes)
}

// leafNames are the names that clients have for kinds of records.
var leafNames = map[string]don.Type{
	"revu": don.Contact, "rev_user": don.Contact, "contact": don.Contact, "account": don.Account, "revo": don.Workspace, "rev_org": don.Workspace, "workspace": don.Workspace,
	"ticket": don.Ticket, "opportunity": don.Opportunity, "conversation": don.Conversation,
}

func leaf(field, name string) (don.Type, error) {
	if t, ok := leafNames[name]; ok {
		return t, nil
	}
	return "", errs.BadEnum(field, name, []string{"account", "rev_user", "rev_org", "ticket", "opportunity", "conversation"})
}

func (d DirectoryDeps) setSchema(ctx context.Context, c call, in *schemaSetIn) (*schemaSetOut, error) {
	f := schema.Fragment{Kind: schema.Kind(in.Type), Description: in.Description, Deprecated: in.Deprecated || in.IsDep}
	var err error
	if f.Leaf, err = leaf("leaf_type", in.LeafType); err != nil {
		return nil, err
	}
	switch f.Kind {
	case schema.Subtype:
		f.Name, f.DisplayName = in.Subtype, in.SubtypeName
	case schema.App:
		f.Name, f.DisplayName = in.App, in.AppName
	default: // the others follow
	}
	for i, x := range in.Fields {
		field, err := x.field(element("fields", i))
		if err != nil {
			return nil, err
		}
		f.Fields = append(f.Fields, field)
	}
	for i, x := range in.Composites {
		made, err := x.composite(element("composite_schemas", i))
		if err != nil {
			return nil, err
		}
		f.Composites = append(f.Composites, made)
	}
	for _, o := range in.Overrides {
		f.Overrides = append(f.Overrides, schema.Override(o))
	}
	for _, x := range in.Conditions {
		cond := schema.Condition{Expression: x.Expression}
		for _, e := range x.Effects {
			cond.Effects = append(cond.Effects, schema.Effect(e))
		}
		f.Conditions = append(f.Conditions, cond)
	}
	made, err := d.Service.SetFragment(ctx, c.Scope, f, in.Deleted)
	if err != nil {
		return nil, err
	}
	return &schemaSetOut{c.Scope.Space.Format(directory.FragmentID(made))}, nil
}

func (d DirectoryDeps) getSchema(ctx context.Context, c call, in *idIn) (*fragmentOut, error) {
	id, err := c.object("id", in.ID, don.TenantFragment, don.SubtypeFragment, don.AppFragment)
	if err != nil {
		return nil, err
	}
	f, err := d.Service.GetFragment(ctx, c.Scope, id)
	if err != nil {
		return nil, err
	}
	return &fragmentOut{c.view(f.Names).fragment(f.Item)}, nil
}

type schemasListIn struct {
	Types      []string `json:"types" doc:"app_fragment, custom_type_fragment or tenant_fragment."`
	LeafType   []string `json:"leaf_type" doc:"account, rev_user (revu), rev_org (revo), conversation, ticket or opportunity."`
	Subtype    []string `json:"subtype"`
	App        []string `json:"app"`
	Deprecated *bool    `json:"is_deprecated"`
	Prune      []string `json:"prune" enum:"fields" doc:"fields: without them."`
	All        bool     `json:"all_versions" doc:"Also versions that others took the place of."`
	Cursor     string   `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit      int      `json:"limit" minimum:"0" doc:"Fragments on a page. 50 when absent, at most 100."`
}

func (in *schemasListIn) takes(leaves []don.Type) func(*schema.Fragment) bool {
	return func(f *schema.Fragment) bool {
		subtype := f.Kind == schema.Subtype && slices.Contains(in.Subtype, f.Name)
		app := f.Kind == schema.App && slices.Contains(in.App, f.Name)
		return (in.All || f.New == 0) && anyOf(in.Types, string(f.Kind)) && (len(leaves) == 0 || slices.Contains(leaves, f.Leaf)) &&
			(len(in.Subtype)+len(in.App) == 0 || subtype || app) && (in.Deprecated == nil || *in.Deprecated == f.Deprecated)
	}
}

func leaves(field string, names []string) ([]don.Type, error) {
	var out []don.Type
	for i, name := range names {
		t, err := leaf(element(field, i), name)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (d DirectoryDeps) listSchemas(ctx context.Context, c call, in *schemasListIn) (*fragmentsOut, error) {
	out := &fragmentsOut{Result: []Fragment{}}
	of, err := leaves("leaf_type", in.LeafType)
	if err != nil {
		return nil, err
	}
	q := directory.FragmentQuery{Take: in.takes(of)}
	list := page.ListOf(c.op, c.Scope.OrgID, in.Types, of, in.Subtype, in.App, in.Deprecated, in.All)
	if q.After, q.Limit, err = pageAt(d.Cursors, list, in.Cursor, in.Limit); err != nil {
		return nil, err
	}
	got, more, err := d.Service.ListFragments(ctx, c.Scope, q)
	if err != nil {
		return nil, err
	}
	v := c.view(got.Names)
	for _, f := range got.Item {
		x := v.fragment(f)
		if slices.Contains(in.Prune, "fields") {
			x.Fields = []SchemaField{}
		}
		out.Result = append(out.Result, x)
	}
	if more {
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{got.Item[len(got.Item)-1].N}})
	}
	return out, nil
}

// StockSchema is the fields that all records of a kind have.
type StockSchema struct {
	ID         string        `json:"id"`
	LeafType   string        `json:"leaf_type" enum:"account,conversation,opportunity,revo,revu,ticket"`
	Fields     []SchemaField `json:"fields"`
	Composites []struct{}    `json:"composite_schemas" doc:"Empty: no stock field is a composite."`
	Offers     []SchemaField `json:"optional_fields" doc:"Fields that are ready to be added with schemas.custom.set, and that no record has until then."`
}

func (v view) stockSchema(t don.Type) StockSchema {
	return StockSchema{ID: v.stock(stockOf(t)), LeafType: string(t), Fields: schemaFields(schema.Stock(t), ""), Composites: []struct{}{}, Offers: schemaFields(schema.Offers(t), "")}
}

type stockGetIn struct {
	ID       string `json:"id" maxLength:"200" doc:"As a record's stock_schema_fragment has it, in place of leaf_type."`
	LeafType string `json:"leaf_type" doc:"account, rev_user (revu), rev_org (revo), conversation, ticket or opportunity."`
}

type stockOut struct {
	Fragment StockSchema `json:"fragment"`
}

func (d DirectoryDeps) getStock(_ context.Context, c call, in *stockGetIn) (*stockOut, error) {
	v := c.view(&directory.Names{})
	if in.ID != "" {
		for _, t := range schema.Leaves {
			if s := v.stockSchema(t); s.ID == in.ID {
				return &stockOut{s}, nil
			}
		}
		return nil, errs.Gone("that stock schema")
	}
	if in.LeafType == "" {
		return nil, errs.Missing("leaf_type")
	}
	t, err := leaf("leaf_type", in.LeafType)
	if err != nil {
		return nil, err
	}
	return &stockOut{v.stockSchema(t)}, nil
}

type stockListIn struct {
	LeafType []string `json:"leaf_type" doc:"account, rev_user (revu), rev_org (revo), conversation, ticket or opportunity; all when absent."`
	Preset   string   `json:"filter_preset" enum:"customizable_types_preset,no_preset" doc:"Either: all kinds can have custom fields."`
	Prune    []string `json:"prune" enum:"fields" doc:"fields: without them."`
}

type stockListOut struct {
	Result []StockSchema `json:"result"`
}

func (d DirectoryDeps) listStock(_ context.Context, c call, in *stockListIn) (*stockListOut, error) {
	of, err := leaves("leaf_type", in.LeafType)
	if err != nil {
		return nil, err
	}
	out, v := &stockListOut{Result: []StockSchema{}}, c.view(&directory.Names{})
	for _, t := range schema.Leaves {
		if len(of) > 0 && !slices.Contains(of, t) {
			continue
		}
		s := v.stockSchema(t)
		if slices.Contains(in.Prune, "fields") {
			s.Fields, s.Offers = []SchemaField{}, []SchemaField{}
		}
		out.Result = append(out.Result, s)
	}
	return out, nil
}

type aggregatedIn struct {
	LeafType string     `json:"leaf_type" required:"true" doc:"account, rev_user (revu), rev_org (revo), conversation, ticket or opportunity."`
	Spec     schemaSpec `json:"custom_schema_spec" doc:"The subtype and apps whose fields are wanted besides the org's own."`
}

// AggregatedSchema is all fields of a kind of record.
type AggregatedSchema struct {
	LeafType     string            `json:"leaf_type" enum:"account,conversation,opportunity,revo,revu,ticket"`
	StockFields  []SchemaField     `json:"stock_fields"`
	CustomFields []SchemaField     `json:"custom_fields" doc:"Names have their prefix."`
	Overrides    []SchemaOverride  `json:"stock_field_overrides"`
	Conditions   []SchemaCondition `json:"conditions"`
	// No stock field is a composite; the published API wants the list.
	StockComposites  []struct{}        `json:"stock_composite_schemas"`
	CustomComposites []SchemaComposite `json:"custom_composite_schemas" doc:"Names have the prefix of their fragment, here and in composite_type."`
}

type aggregatedOut struct {
	Schema AggregatedSchema `json:"schema"`
}

func (d DirectoryDeps) aggregated(ctx context.Context, c call, in *aggregatedIn) (*aggregatedOut, error) {
	t, err := leaf("leaf_type", in.LeafType)
	if err != nil {
		return nil, err
	}
	set, err := d.Service.Schema(ctx, c.Scope, t)
	if err != nil {
		return nil, err
	}
	out := AggregatedSchema{
		LeafType: string(t), StockFields: schemaFields(schema.Stock(t), ""), CustomFields: []SchemaField{}, Overrides: []SchemaOverride{}, Conditions: []SchemaCondition{},
		StockComposites: []struct{}{}, CustomComposites: []SchemaComposite{},
	}
	for _, f := range set.All() {
		if f.Kind == schema.Subtype && f.Name != in.Spec.Subtype || f.Kind == schema.App && !slices.Contains(in.Spec.Apps, f.Name) {
			continue
		}
		for _, x := range schemaFields(f.Fields, f.Prefix()) {
			if x.Composite != "" {
				x.Composite = f.Prefix() + x.Composite
			}
			out.CustomFields = append(out.CustomFields, x)
		}
		for _, x := range composites(f.Composites) {
			x.Name = f.Prefix() + x.Name
			out.CustomComposites = append(out.CustomComposites, x)
		}
		out.Overrides = append(out.Overrides, overrides(f.Overrides)...)
		out.Conditions = append(out.Conditions, conditions(f.Conditions)...)
	}
	return &aggregatedOut{out}, nil
}

type subtypesIn struct {
	LeafTypes []string `json:"leaf_types" doc:"account, rev_user (revu), rev_org (revo), conversation, ticket or opportunity; all when absent."`
}

// Subtype is a subtype of a kind of record.
type Subtype struct {
	LeafType    string `json:"leaf_type" enum:"account,conversation,opportunity,revo,revu,ticket"`
	Value       string `json:"value"`
	DisplayName string `json:"display_name"`
	Deprecated  bool   `json:"is_deprecated"`
	Fragment    string `json:"fragment_id"`
}

type subtypesOut struct {
	Subtypes []Subtype `json:"subtypes"`
}

func (d DirectoryDeps) listSubtypes(ctx context.Context, c call, in *subtypesIn) (*subtypesOut, error) {
	of, err := leaves("leaf_types", in.LeafTypes)
	if err != nil {
		return nil, err
	}
	out, v := &subtypesOut{Subtypes: []Subtype{}}, c.view(&directory.Names{})
	for _, t := range schema.Leaves {
		if len(of) > 0 && !slices.Contains(of, t) {
			continue
		}
		set, err := d.Service.Schema(ctx, c.Scope, t)
		if err != nil {
			return nil, err
		}
		for _, f := range set.All() {
			if f.Kind == schema.Subtype {
				out.Subtypes = append(out.Subtypes, Subtype{string(t), f.Name, f.DisplayName, f.Deprecated, v.format(directory.FragmentID(f))})
			}
		}
	}
	return out, nil
}
