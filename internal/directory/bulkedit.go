package directory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/schema"
	"github.com/kith-id/kith/internal/tag"
)

// BulkEdit is one change that many records of a type get alike. One field is
// set, which says what changes.
type BulkEdit struct {
	AddTags    []tag.Use     `json:"add_tags,omitempty"` // a tag without value leaves the value that a record has with it
	RemoveTags []int64       `json:"remove_tags,omitempty"`
	Owners     *[]int64      `json:"owners,omitempty"`  // replace those that a record has
	AccountN   int64         `json:"account,omitempty"` // contacts that have no place in it get one, as their primary
	Custom     schema.Values `json:"custom,omitempty"`  // by name; nil takes a value off
	Delete     bool          `json:"delete,omitempty"`
}

// Part is the part of a record that an edit is about.
type Part struct {
	Tags   []tag.Use             `json:"tags,omitempty"`
	Owners []int64               `json:"owners,omitempty"`
	Places []contact.Association `json:"places,omitempty"`
	Custom schema.Values         `json:"custom,omitempty"`
}

// Edited is what an edit did to a record: enough to take it back.
type Edited struct {
	N       int64     `json:"n"`
	Was     Part      `json:"was,omitzero"`
	Is      Part      `json:"is,omitzero"`
	Deleted time.Time `json:"deleted,omitzero"` // when it went to the trash
}

// Editor makes one edit on many records inside a transaction. What is the same
// for all of them is looked up once.
type Editor struct {
	tx      Tx
	of      don.Type
	edit    BulkEdit
	set     *schema.Set
	targets targets
	records map[int64]*editable
	revert  bool
	tags    map[int64]*tag.Tag // of an editor that reverts: those of the edit that there still are
}

// NewEditor checks that the edit suits records of the type, and that whatever it
// names exists. Errors: invalid, not_found, naming the field.
func NewEditor(ctx context.Context, tx Tx, of don.Type, e BulkEdit) (*Editor, error) {
	out := &Editor{tx: tx, of: of, edit: e, records: map[int64]*editable{}}
	for _, check := range []func(context.Context) error{out.checkTags, out.checkOwners, out.checkAccount, out.checkCustom} {
		if err := check(ctx); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (e *Editor) checkTags(ctx context.Context) error {
	if len(e.edit.RemoveTags) > 0 {
		uses := make([]tag.Use, len(e.edit.RemoveTags))
		for i, n := range e.edit.RemoveTags {
			uses[i].N = n
		}
		return SetTags(ctx, e.tx, new([]tag.Use), &uses)
	}
	if len(e.edit.AddTags) == 0 {
		return nil
	}
	return SetTags(ctx, e.tx, new([]tag.Use), &e.edit.AddTags)
}

func (e *Editor) checkOwners(ctx context.Context) error {
	return SetOwners(ctx, e.tx, new([]int64), e.edit.Owners)
}

func (e *Editor) checkAccount(ctx context.Context) (err error) {
	if e.edit.AccountN == 0 {
		return nil
	}
	if e.of != don.Contact {
		return errs.NotPermitted("account", "only contacts have a place in an account; %s records do not", e.of.Wire())
	}
	e.targets, err = targetsOf(ctx, e.tx, e.places())
	return err
}

// places is the place that the edit gives contacts.
func (e *Editor) places() []Place {
	primary := true
	return []Place{{ID: accountOf(e.edit.AccountN), Field: "account", Primary: &primary}}
}

// checkCustom refuses values that no record can have. What depends on a record
// is checked with it.
func (e *Editor) checkCustom(ctx context.Context) (err error) {
	if len(e.edit.Custom) == 0 {
		return nil
	}
	if e.set, err = schemaOf(ctx, e.tx, e.of); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(e.edit.Custom)) {
		if err := e.set.Takes(name, e.edit.Custom[name], env(e.tx.Scope())); err != nil {
			return err
		}
	}
	return nil
}

// Load reads and locks records, beside those that are loaded.
func (e *Editor) Load(ctx context.Context, ns []int64) error {
	if err := e.read(ctx, ns); err != nil || e.edit.AccountN == 0 || e.revert {
		return err
	}
	var all []*contact.Contact
	for _, r := range e.records {
		all = append(all, r.contact)
	}
	var err error
	e.targets, err = targetsOf(ctx, e.tx, e.places(), all...)
	return err
}

// Has reports whether a record is loaded: it exists.
func (e *Editor) Has(n int64) bool { return e.records[n] != nil }

// Change makes the edit on a loaded record in memory. It reports false when the
// record is so already. An error is the reason why the record cannot be changed;
// nothing was written then.
func (e *Editor) Change(n int64) (bool, error) {
	r := e.records[n]
	if e.edit.Delete {
		return true, r.stays
	}
	before := e.part(r)
	if err := e.change(r); err != nil {
		return false, err
	}
	return !e.part(r).equal(before), nil
}

func (e *Editor) change(r *editable) (err error) {
	switch {
	case len(e.edit.AddTags) > 0:
		*r.tags = withTags(*r.tags, e.edit.AddTags)
		return tooMany("tags", len(*r.tags), contact.MaxTags)
	case len(e.edit.RemoveTags) > 0:
		*r.tags = slices.DeleteFunc(slices.Clone(*r.tags), func(u tag.Use) bool { return slices.Contains(e.edit.RemoveTags, u.N) })
	case e.edit.Owners != nil:
		*r.owners = Distinct(*e.edit.Owners)
	case e.edit.AccountN != 0:
		return e.place(r.contact)
	default: // custom values
		*r.custom, err = e.custom(r)
	}
	return err
}

// withTags returns the tags of a record with others set.
func withTags(uses, set []tag.Use) []tag.Use {
	out := slices.Clone(uses)
	for _, u := range set {
		at := tagAt(out, u.N)
		switch {
		case at < 0:
			out = append(out, u)
		case u.Value != "":
			out[at] = u
		}
	}
	return out
}

func tagAt(uses []tag.Use, n int64) int {
	return slices.IndexFunc(uses, func(u tag.Use) bool { return u.N == n })
}

// place gives a contact its place, unless it has one in that account.
func (e *Editor) place(c *contact.Contact) error {
	to := e.targets.Now(accountOf(e.edit.AccountN))
	for _, a := range e.targets.Places(c) {
		if don.Of(a.Type, a.N) == to {
			return nil
		}
	}
	now := e.tx.Now()
	return e.targets.place(c, e.places(), &now, e.tx.Scope().Settings)
}

// custom returns a record's custom values after the edit.
func (e *Editor) custom(r *editable) (schema.Values, error) {
	change := schema.Change{Given: e.edit.Custom}
	for name := range e.edit.Custom {
		switch app := schema.AppOf(name); {
		case app != "":
			change.Spec.Apps = append(change.Spec.Apps, app)
		case !strings.HasPrefix(name, subtypePrefix):
			change.Spec.Tenant = true
		default:
			if err := e.ofSubtype(*r.subtype, name); err != nil {
				return nil, err
			}
			change.Spec.Subtype = *r.subtype
		}
	}
	change.Spec.Apps = Distinct(change.Spec.Apps)
	after, err := e.set.Apply(schema.Record{Values: *r.custom, Subtype: *r.subtype}, change, false, env(e.tx.Scope()))
	return after.Values, err
}

// subtypePrefix begins the names of the custom fields of subtypes.
const subtypePrefix = "ctype__"

// ofSubtype refuses a field that records of a subtype do not have.
func (e *Editor) ofSubtype(subtype, name string) error {
	if e.set.HasField(subtype, name) {
		return nil
	}
	field := "custom_fields." + name
	if subtype == "" {
		return errs.Customization(field, "field_not_in_schema", "has no place in a record without subtype; leave such records out by a condition on subtype")
	}
	return errs.Customization(field, "field_not_in_schema", "is no field of the subtype %q; leave its records out by a condition on subtype", subtype)
}

// Save writes a record that Change changed.
func (e *Editor) Save(ctx context.Context, n int64) (Edited, error) {
	r := e.records[n]
	if e.edit.Delete {
		return Edited{N: n, Deleted: e.tx.Now()}, r.discard(ctx)
	}
	err := r.save(ctx)
	return Edited{N: n, Was: e.partOf(r.was), Is: e.part(r)}, err
}
