package directory

import (
	"context"
	"slices"
	"strconv"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/tag"
)

// Scalars of a patch are nil when the field is absent and point at "" when it
// is cleared. Lists are nil when absent and replace what stands otherwise.

// SetText validates a field that may be cleared and stores it.
func SetText(dst *string, field string, given *string, f func(string) (string, error)) error {
	if given == nil {
		return nil
	}
	v, err := check(field, *given, f)
	if err == nil {
		*dst = v
	}
	return err
}

// SetOwners stores the members that own a record; they must exist.
func SetOwners(ctx context.Context, tx Tx, dst *[]int64, given *[]int64) error {
	return SetMembers(ctx, tx, "owned_by", dst, given)
}

// SetMembers stores the members that a field lists; they must exist.
func SetMembers(ctx context.Context, tx Tx, field string, dst *[]int64, given *[]int64) error {
	if given == nil {
		return nil
	}
	ns := Distinct(*given)
	if err := tooMany(field, len(ns), contact.MaxOwners); err != nil {
		return err
	}
	fresh := slices.DeleteFunc(slices.Clone(ns), func(n int64) bool { return slices.Contains(*dst, n) })
	if len(fresh) > 0 {
		known, err := tx.MembersByN(ctx, fresh)
		if err != nil {
			return err
		}
		for _, n := range fresh {
			if _, ok := known[n]; !ok {
				return missing(itemOf(field, *given, n), don.Of(don.Member, n))
			}
		}
	}
	*dst = ns
	return nil
}

// knownMember reports as not_found, naming the field, a member that there is not.
func knownMember(ctx context.Context, tx Tx, field string, n int64) error {
	known, err := tx.MembersByN(ctx, []int64{n})
	if _, ok := known[n]; err == nil && !ok {
		err = missing(field, don.Of(don.Member, n))
	}
	return err
}

// set stores what is given.
func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

// SetTags stores the tags of a record. They must exist and allow their values;
// a use that the record has already stays valid whatever became of the tag's
// allowed values.
func SetTags(ctx context.Context, tx Tx, dst *[]tag.Use, given *[]tag.Use) error {
	if given == nil {
		return nil
	}
	uses := Distinct(*given)
	if err := tooMany("tags", len(uses), contact.MaxTags); err != nil {
		return err
	}
	known, err := tx.Tags(ctx, tagNumbers(uses))
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for _, u := range uses {
		t := known[u.N]
		if t == nil {
			return missing(itemOf("tags", *given, u)+".id", don.Of(don.Tag, u.N))
		}
		if seen[u.N] {
			return errs.NotPermitted("tags", "names %s (%s) twice with different values; a record has a tag once", don.Of(don.Tag, u.N).Display(), t.Name)
		}
		seen[u.N] = true
		if !t.Allows(u.Value) && !slices.Contains(*dst, u) {
			return badTagValue(itemOf("tags", *given, u)+".value", t, u.Value)
		}
	}
	*dst = uses
	return nil
}

func tagNumbers(uses []tag.Use) []int64 {
	ns := make([]int64, len(uses))
	for i, u := range uses {
		ns[i] = u.N
	}
	return Distinct(ns)
}

func badTagValue(field string, t *tag.Tag, value string) error {
	if len(t.AllowedValues) == 0 {
		return errs.NotPermitted(field, "the tag %q takes no value; leave %q out or add it to the tag's allowed_values", t.Name, value)
	}
	return errs.NotPermitted(field, "%q is not an allowed value of the tag %q", value, t.Name).With("allowed_values", t.AllowedValues)
}

// itemOf returns the path of the first element of a list that equals item.
func itemOf[T comparable](field string, list []T, item T) string {
	return field + "[" + strconv.Itoa(slices.Index(list, item)) + "]"
}

// missing reports a reference to a record that does not exist.
func missing(field string, id don.ID) error {
	e := errs.Gone(id.Display())
	e.Field = field
	return e
}

// Distinct returns the list without repetitions, in the order of first appearance.
func Distinct[T comparable](list []T) []T {
	out := make([]T, 0, len(list))
	seen := make(map[T]bool, len(list))
	for _, v := range list {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
