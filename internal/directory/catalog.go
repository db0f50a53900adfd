package directory

import (
	"cmp"
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/group"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/schema"
)

// The fields of filters, by the names in which the store indexes them and
// records answer for them.
const (
	fieldID          = "id"
	fieldName        = "name"
	fieldFullName    = "full_name"
	fieldDescription = "description"
	fieldEmail       = "email"
	fieldPhone       = "phone"
	fieldRef         = "ref"
	fieldDomain      = "domain"
	fieldWebsite     = "website"
	fieldTier        = "tier"
	fieldEnvironment = "environment"
	fieldVerified    = "verified"
	fieldOwner       = "owner"
	fieldTag         = "tag"
	fieldAccount     = "account"
	fieldWorkspace   = "workspace"
	fieldParent      = "parent"
	fieldCreated     = "created"
	fieldCreatedBy   = "created_by"
	fieldModified    = "modified"
	fieldSubtype     = "subtype"
	fieldGroup       = "group"
)

// The relations of filters.
const (
	toContacts   = "contacts"
	toWorkspaces = "workspaces"
)

// synonyms are the names that the parameters of lists have for the fields.
var synonyms = map[string]string{
	"display_name": fieldName, "phone_numbers": fieldPhone, "external_ref": fieldRef, "external_refs": fieldRef, "is_verified": fieldVerified,
	"owned_by": fieldOwner, "tags": fieldTag, "rev_org": fieldWorkspace, "created_date": fieldCreated, "modified_date": fieldModified,
	"domains": fieldDomain, "websites": fieldWebsite, "parent_account": fieldParent,
}

// catalogue makes the catalogues of filters. References in them are looked up
// in a transaction.
type catalogue struct {
	ctx  context.Context
	tx   Tx
	err  error // the first that kept it from reading definitions
	sets map[don.Type]*schema.Set
	// Whether the filter says who belongs to a group, which is the same for whoever
	// looks, and not made of others.
	forGroup bool
}

// set returns the custom fields of a kind of record, which it reads once.
func (g *catalogue) set(t don.Type) *schema.Set {
	if s, ok := g.sets[t]; ok {
		return s
	}
	s, err := schemaOf(g.ctx, g.tx, t)
	g.err = cmp.Or(g.err, err)
	if g.sets == nil {
		g.sets = map[don.Type]*schema.Set{}
	}
	g.sets[t] = s
	return s
}

func (g *catalogue) of(t don.Type) *filter.Catalog {
	switch t {
	case don.Account:
		return g.accounts()
	case don.Workspace:
		return g.workspaces()
	case don.Conversation:
		return g.conversations()
	case don.Ticket, don.Opportunity:
		return g.works(t)
	default: // the others follow
	}
	return g.contacts()
}

// relate returns the type of record to which a relation leads.
func relate(relation string) don.Type {
	switch relation {
	case toContacts, fieldContact:
		return don.Contact
	case toWorkspaces, fieldWorkspace:
		return don.Workspace
	}
	return don.Account // account, and the parent of one
}

// catalog gathers fields and their synonyms.
func catalog(relations map[string]func() *filter.Catalog, fields ...filter.Field) *filter.Catalog {
	c := &filter.Catalog{Fields: map[string]filter.Field{}, Relations: relations}
	for _, f := range fields {
		c.Fields[f.Name] = f
	}
	for other, name := range maps.All(synonyms) {
		if f, ok := c.Fields[name]; ok {
			c.Fields[other] = f
		}
	}
	return c
}

func (g *catalogue) contacts() *filter.Catalog {
	return catalog(map[string]func() *filter.Catalog{fieldAccount: g.accounts, fieldWorkspace: g.workspaces}, append(g.common(don.Contact),
		folded(fieldFullName),
		filter.Field{Name: fieldEmail, Type: filter.Text, Keys: one(contact.Email), Fold: strings.ToLower},
		filter.Field{Name: fieldPhone, Type: filter.Text, Keys: one(func(v string) (string, error) { return contact.Phone(v, "") }), Fold: digits},
		filter.Field{Name: fieldRef, Type: filter.Text, Keys: one(contact.Ref)},
		filter.Field{Name: fieldVerified, Type: filter.Bool},
		filter.Field{Name: fieldGroup, Type: filter.Ref, Keys: g.group},
		filter.Field{Name: fieldAccount, Type: filter.Ref, Keys: g.places(don.Account, identity.KindAccountRef, identity.KindDomain)},
		filter.Field{Name: fieldWorkspace, Type: filter.Ref, Keys: g.places(don.Workspace, identity.KindWorkspaceRef)},
	)...)
}

func (g *catalogue) accounts() *filter.Catalog {
	return catalog(map[string]func() *filter.Catalog{fieldParent: g.accounts, toContacts: g.contacts, toWorkspaces: g.workspaces}, append(g.common(don.Account),
		filter.Field{Name: fieldRef, Type: filter.Text, Keys: one(contact.Ref)},
		filter.Field{Name: fieldDomain, Type: filter.Text, Keys: one(contact.Domain), Fold: strings.ToLower},
		filter.Field{Name: fieldWebsite, Type: filter.Text},
		filter.Field{Name: fieldTier, Type: filter.Text},
		filter.Field{Name: fieldParent, Type: filter.Ref, Keys: numbersIn(g.places(don.Account, identity.KindAccountRef, identity.KindDomain))},
	)...)
}

func (g *catalogue) workspaces() *filter.Catalog {
	return catalog(map[string]func() *filter.Catalog{fieldAccount: g.accounts, toContacts: g.contacts}, append(g.common(don.Workspace),
		filter.Field{Name: fieldRef, Type: filter.Text, Keys: one(contact.Ref)},
		filter.Field{Name: fieldDomain, Type: filter.Text, Keys: one(contact.Domain), Fold: strings.ToLower},
		filter.Field{Name: fieldTier, Type: filter.Text},
		filter.Field{Name: fieldEnvironment, Type: filter.Ref},
		filter.Field{Name: fieldAccount, Type: filter.Ref, Keys: numbersIn(g.places(don.Account, identity.KindAccountRef, identity.KindDomain))},
	)...)
}

// common are the fields that all customer records have.
func (g *catalogue) common(t don.Type) []filter.Field {
	return append(g.custom(t), []filter.Field{
		{Name: fieldID, Type: filter.Ref, Keys: g.number(t)},
		{Name: fieldSubtype, Type: filter.Ref},
		folded(fieldName), folded(fieldDescription),
		{Name: fieldTag, Type: filter.Ref, Keys: g.tag},
		{Name: fieldOwner, Type: filter.Ref, Keys: g.owner},
		{Name: fieldCreatedBy, Type: filter.Ref, Keys: g.author},
		{Name: fieldCreated, Type: filter.Time},
		{Name: fieldModified, Type: filter.Time},
	}...)
}

// custom are the custom fields of a kind of record that may be asked for.
func (g *catalogue) custom(t don.Type) []filter.Field {
	var out []filter.Field
	for _, fragment := range g.set(t).All() {
		for _, x := range fragment.Lookups() {
			if f, ok := x.FilterField(x.Name, env(g.tx.Scope())); ok && x.Filterable {
				out = append(out, f)
			}
		}
	}
	return out
}

// folded is a field of text in which case does not matter.
func folded(name string) filter.Field {
	return filter.Field{Name: name, Type: filter.Text, Keys: func(v string) ([]string, error) { return []string{contact.FoldName(v)}, nil }, Fold: contact.FoldName}
}

func one(norm func(string) (string, error)) func(string) ([]string, error) {
	return func(v string) ([]string, error) {
		key, err := norm(v)
		return []string{key}, err
	}
}

// digits keeps what of a part of a phone number is sure to be in the number.
func digits(part string) string {
	out := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, part)
	if strings.HasPrefix(part, "+") {
		return "+" + out
	}
	return out
}

func (g *catalogue) number(t don.Type) func(string) ([]string, error) {
	return func(v string) ([]string, error) {
		id, err := g.tx.Scope().Space.Parse("", v, t)
		return []string{num(id.N)}, err
	}
}

func num(n int64) string { return strconv.FormatInt(n, 10) }

// me is the word for whoever asks.
const me = "me"

var errMe = errs.NotPermitted("filter", "a group is the same for whoever looks at it; write a member's address in the place of me")

// author finds whoever can make records: by id, or a member by address.
func (g *catalogue) author(v string) ([]string, error) {
	if v == me && g.forGroup {
		return nil, errMe
	}
	if v == me {
		return []string{g.tx.Scope().Actor.Tail()}, nil
	}
	if strings.Contains(v, "@") {
		n, err := g.member(v)
		return []string{don.Of(don.Member, n).Tail()}, err
	}
	id, err := g.tx.Scope().Space.Parse("", v, don.Member, don.Contact, don.SysUser, don.ServiceAccount)
	return []string{id.Tail()}, err
}

func (g *catalogue) owner(v string) ([]string, error) {
	switch actor := g.tx.Scope().Actor; {
	case v == me && g.forGroup:
		return nil, errMe
	case v == me && actor.Type == don.Member:
		return []string{num(actor.N)}, nil
	case v == me:
		return nil, errs.Gone(v)
	case strings.Contains(v, "@"):
		n, err := g.member(v)
		return []string{num(n)}, err
	}
	return g.number(don.Member)(v)
}

func (g *catalogue) member(address string) (int64, error) {
	key, err := contact.Email(address)
	if err != nil {
		return 0, err
	}
	found, err := g.tx.MembersByEmail(g.ctx, []string{key})
	if err != nil {
		return 0, err
	}
	m, ok := found[key]
	if !ok {
		return 0, errs.Gone(address)
	}
	return m.N, nil
}

// tag finds a tag by id or name, with the value that stands behind it or with
// any.
func (g *catalogue) tag(v string) ([]string, error) {
	name, value, valued := strings.Cut(v, "=")
	var n int64
	if id, err := g.tx.Scope().Space.Parse("", name, don.Tag); err == nil {
		n = id.N
	} else {
		key := contact.FoldName(name)
		found, err := g.tx.TagsNamed(g.ctx, []string{name})
		if err != nil {
			return nil, err
		}
		if found[key] == nil {
			return nil, errs.Gone(name)
		}
		n = found[key].N
	}
	if valued {
		return []string{num(n) + "=" + value}, nil
	}
	return []string{num(n)}, nil
}

// group finds a group of contacts by id or name.
func (g *catalogue) group(v string) ([]string, error) {
	if g.forGroup {
		return nil, errs.NotPermitted("filter", "a group cannot be made of other groups; write down the conditions of %q", clip(v))
	}
	all, err := g.tx.UserGroups(g.ctx, 0, group.MaxGroups)
	if err != nil {
		return nil, err
	}
	id, asID := g.tx.Scope().Space.Parse("", v, don.Group)
	for _, x := range all {
		if x.Of == don.Contact && (asID == nil && x.N == id.N || asID != nil && contact.FoldName(x.Name) == contact.FoldName(v)) {
			return []string{num(x.N)}, nil
		}
	}
	return nil, errs.Gone(clip(v))
}

// places finds an account or workspace by id, reference or domain, with all
// that are one with it: places keep the one that they were made with.
func (g *catalogue) places(t don.Type, kinds ...contact.Kind) func(string) ([]string, error) {
	return func(v string) ([]string, error) {
		id, err := g.tx.Scope().Space.Parse("", v, t)
		for _, k := range kinds {
			if err == nil {
				break
			}
			var ok bool
			if id, ok, err = identity.Find(g.ctx, g.tx, k, v); err != nil {
				return nil, err
			}
			if !ok {
				err = errs.Gone(v)
			}
		}
		if err != nil {
			return nil, err
		}
		return g.members(t, id.N)
	}
}

func (g *catalogue) members(t don.Type, n int64) ([]string, error) {
	moved, err := g.tx.Survivors(g.ctx, t, []int64{n})
	if err != nil {
		return nil, err
	}
	if s, ok := moved[n]; ok {
		n = s
	}
	live, err := loadPlaces(g.ctx, g.tx, t, []int64{n})
	if err != nil {
		return nil, err
	}
	if len(live) == 0 {
		return nil, errs.Gone(don.Of(t, n).Display())
	}
	all, err := withMembers(g.ctx, g.tx, live)
	out := make([]string, len(all))
	for i, id := range all {
		out[i] = id.Tail()
	}
	return out, err
}

// loadPlaces returns those of the accounts or workspaces that exist.
func loadPlaces(ctx context.Context, tx Tx, t don.Type, ns []int64) (out []don.ID, err error) {
	if t == don.Account {
		found, err := tx.Accounts(ctx, ns, false)
		for n := range found {
			out = append(out, don.Of(t, n))
		}
		return out, err
	}
	found, err := tx.Workspaces(ctx, ns, false)
	for n := range found {
		out = append(out, don.Of(t, n))
	}
	return out, err
}

// numbersIn makes numbers of the tails of ids.
func numbersIn(keys func(string) ([]string, error)) func(string) ([]string, error) {
	return func(v string) ([]string, error) {
		tails, err := keys(v)
		for i, t := range tails {
			tails[i] = num(don.FromTail(t).N)
		}
		return tails, err
	}
}
