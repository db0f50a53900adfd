package httpapi

import (
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
	"github.com/kith-id/kith/internal/tag"
)

// dateFilter takes what lies between two times, both included, as times are
// shown: a record's own date finds it, although what is stored is finer.
type dateFilter struct {
	After  *wire.Time `json:"after" doc:"At this time or later."`
	Before *wire.Time `json:"before" doc:"At this time or earlier."`
}

func (f dateFilter) bounds() (after, before *time.Time) {
	if f.After != nil {
		after = &f.After.Time
	}
	if f.Before != nil {
		end := endOf(f.Before.Time)
		before = &end
	}
	return after, before
}

// endOf returns the last moment that is shown as t.
func endOf(t time.Time) time.Time {
	if t.Truncate(time.Millisecond).Equal(t) {
		return t.Add(time.Millisecond - 1)
	}
	return t
}

// typedDateFilter is the filter by date of lists that are not of customer records.
type typedDateFilter struct {
	Type       string     `json:"type" enum:"range,preset" doc:"range when absent."`
	After      *time.Time `json:"after" doc:"Of a range: at or after this time."`
	Before     *time.Time `json:"before" doc:"Of a range: at or before this time."`
	PresetType string     `json:"preset_type" enum:"last_n_days,next_n_days" doc:"Of a preset."`
	Days       int        `json:"days" minimum:"0" maximum:"36500" doc:"Of a preset: how many days."`
}

// has reports whether a time is one that the filter asks for.
func (f typedDateFilter) has(t, now time.Time) bool {
	after, before := f.bounds(now)
	return (after == nil || !t.Before(*after)) && (before == nil || !t.After(*before))
}

// bounds are the ends of the range, which belong to it; nil for none.
func (f typedDateFilter) bounds(now time.Time) (after, before *time.Time) {
	after, before = f.After, f.Before
	if f.Type == "preset" {
		then := now.AddDate(0, 0, -f.Days)
		after, before = &then, &now
		if f.PresetType == "next_n_days" {
			then = now.AddDate(0, 0, f.Days)
			after, before = &now, &then
		}
	}
	if before != nil {
		end := endOf(*before)
		before = &end
	}
	return after, before
}

// check reports what a preset lacks, and what a range has of one.
func (f typedDateFilter) check(field string) error {
	switch {
	case f.Type != "preset" && (f.PresetType != "" || f.Days != 0):
		return errs.NotPermitted(field, "has preset_type or days beside type range; give type preset, or after and before")
	case f.Type != "preset":
		return nil
	case f.PresetType == "":
		return errs.Missing(field + ".preset_type")
	case f.Days == 0:
		return errs.Missing(field + ".days")
	}
	return nil
}

// dates puts a filter by date into the two bounds of a field.
func (s *sieve) dates(field string, f typedDateFilter, after, before **time.Time) {
	if err := f.check(field); err != nil {
		s.fail(err)
	}
	*after, *before = f.bounds(time.Now().UTC())
}

// madeFilter are the filters that all customer records have.
type madeFilter struct {
	whereFilter
	CreatedBy    []string       `json:"created_by" doc:"Made by any of these members."`
	CreatedDate  dateFilter     `json:"created_date" doc:"When the record was made."`
	ModifiedDate dateFilter     `json:"modified_date" doc:"When the record was last changed."`
	OwnedBy      []string       `json:"owned_by" doc:"Looked after by any of these members."`
	Tags         []string       `json:"tags" doc:"With any of these tags: TAG-1, or TAG-1=value for a tag that carries a value."`
	CustomFields map[string]any `json:"custom_fields" doc:"Custom fields with a value or a list of values, any of which must fit: {\"tnt__plan\": [\"gold\"]}."`
}

// sieve reads a filter. Ids of records that do not exist, and values that no
// record can have, match nothing: they are left out, and a field of which
// nothing is left makes the whole list empty.
type sieve struct {
	c    call
	err  error
	none bool
}

// ids reads ids of the types; others' ids and those of other orgs are left out.
func (s *sieve) ids(field string, texts []string, allowed ...don.Type) []don.ID {
	var out []don.ID
	for i, text := range texts {
		id, err := s.c.Scope.Space.Parse(element(field, i), text, allowed...)
		switch {
		case err == nil:
			out = append(out, id)
		case !errs.Is(err, errs.NotFound):
			s.fail(err)
		}
	}
	s.left(texts, len(out))
	return out
}

func (s *sieve) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// left notes how many of the values given can match at all.
func (s *sieve) left(given []string, usable int) { s.none = s.none || len(given) > 0 && usable == 0 }

func (s *sieve) numbers(field string, texts []string, t don.Type) []int64 {
	var out []int64
	for _, id := range s.ids(field, texts, t) {
		out = append(out, id.N)
	}
	return out
}

// authors reads ids of whoever can make records.
func (s *sieve) authors(texts []string) []string {
	var out []string
	for _, id := range s.ids("created_by", texts, don.Member, don.Contact, don.SysUser, don.ServiceAccount) {
		out = append(out, id.Tail())
	}
	return out
}

// tags reads tags, each with or without a value behind it.
func (s *sieve) tags(texts []string) []tag.Use {
	var out []tag.Use
	for i, text := range texts {
		name, value, _ := strings.Cut(text, "=")
		id, err := s.c.Scope.Space.Parse(element("tags", i), name, don.Tag)
		switch {
		case err == nil:
			out = append(out, tag.Use{N: id.N, Value: value})
		case !errs.Is(err, errs.NotFound):
			s.fail(err)
		}
	}
	s.left(texts, len(out))
	return out
}

// values brings values into the form in which they are compared; those that
// have none match nothing.
func (s *sieve) values(texts []string, norm func(string) (string, error)) []string {
	var out []string
	for _, text := range texts {
		if v, err := norm(text); err == nil {
			out = append(out, v)
		}
	}
	s.left(texts, len(out))
	return out
}

// phones does the same for phone numbers, but one that cannot be read is an
// error: it would silently find nobody.
func (s *sieve) phones(texts []string) []string {
	for i, text := range texts {
		if _, err := contact.Phone(text, ""); err != nil {
			e := *errs.As(err)
			e.Field = element("phone_numbers", i)
			s.fail(&e)
		}
	}
	return s.values(texts, func(t string) (string, error) { return contact.Phone(t, "") })
}

// either joins two names of one filter.
func (s *sieve) either(field string, a []string, other string, b []string) []string {
	if len(a) > 0 && len(b) > 0 {
		s.fail(errs.NotPermitted(field, "cannot be combined with %s; give all values in one of them", other))
	}
	return append(slices.Clone(a), b...)
}

// nothing makes the list empty when a filter for what Kith does not have is set.
func (s *sieve) nothing(values []string) { s.none = s.none || len(values) > 0 }

// sorts are the fields that a list can be sorted by.
type sorts []string

var (
	recordSorts  = sorts{"created_date", "modified_date", "display_name", "display_id", byOwn}
	contactSorts = append(slices.Clone(recordSorts), "email")
	tagSorts     = sorts{"created_date", "modified_date", "name", "display_id"}
)

// maxSorts bounds the fields that a list is sorted by.
const maxSorts = 8

// byOwn among them stands for the custom fields.
const byOwn = "custom fields such as tnt__plan"

func (s sorts) read(by []string) ([]directory.Sort, error) {
	if len(by) > maxSorts {
		return nil, errs.NotPermitted("sort_by", "has %d fields; at most %d are allowed", len(by), maxSorts)
	}
	out := make([]directory.Sort, len(by))
	for i, text := range by {
		field, direction, _ := strings.Cut(text, ":")
		direction, nulls, placed := strings.Cut(direction, ":")
		custom := slices.Contains(s, byOwn) && strings.Contains(field, "__")
		switch {
		case !custom && (!slices.Contains(s, field) || field == byOwn), direction != "asc" && direction != "desc":
			return nil, errs.BadEnum(element("sort_by", i), text, s.allowed())
		case placed && !custom:
			return nil, errs.NotPermitted(element("sort_by", i), "%q: only custom fields say where those without a value come; leave out %q", text, nulls)
		case placed && nulls != "nulls_first" && nulls != "nulls_last":
			return nil, errs.NotPermitted(element("sort_by", i), "%q: %q is neither nulls_first nor nulls_last", text, nulls)
		}
		out[i] = directory.Sort{Field: field, Desc: direction == "desc", NullsFirst: nulls == "nulls_first"}
	}
	return out, nil
}

func (s sorts) allowed() []string {
	var out []string
	for _, field := range s {
		out = append(out, field+":asc", field+":desc")
	}
	return out
}

// listing is one call of a list: what identifies it and which page is wanted.
type listing struct {
	deps  DirectoryDeps
	list  page.List
	query directory.Query
}

// listing reads which page of a list is wanted. The filter is what the caller
// gave; it decides for which list a cursor is good.
func (d DirectoryDeps) listing(c call, req page.Request, by []string, allowed sorts, filter any) (listing, error) {
	l := listing{deps: d, list: page.ListOf(c.op, c.Scope.OrgID, filter, by)}
	req, err := req.Normal(page.Max)
	if err != nil {
		return l, err
	}
	order, err := allowed.read(by)
	if err != nil {
		return l, err
	}
	l.query = directory.Query{Sorts: order, Limit: req.Limit, Backward: req.Mode == page.Before}
	if req.Cursor != "" {
		cur, err := d.Cursors.Decode(l.list, req.Cursor)
		if err != nil {
			return l, err
		}
		l.query.Edge = cur.Keys
	}
	return l, nil
}

// pageAt reads where a list goes on, by a number that its cursors carry, and
// how many rows its page has.
func pageAt(cursors *page.Codec, list page.List, cursor string, limit int) (edge int64, rows int, err error) {
	req, err := page.Request{Cursor: cursor, Limit: limit}.Normal(page.Max)
	if err != nil || cursor == "" {
		return 0, req.Limit, err
	}
	cur, err := cursors.Decode(list, cursor)
	if err == nil && len(cur.Keys) == 1 {
		edge, _ = cur.Keys[0].(int64)
	}
	return edge, req.Limit, err
}

// cutAt cuts off what was read beyond a page, and returns the cursor that goes on
// behind the page, "" on the last one.
func cutAt[T any](cursors *page.Codec, list page.List, items []T, limit int, number func(T) int64) ([]T, string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], cursors.Encode(list, page.Cursor{Keys: []any{number(items[limit-1])}})
}

// anyOf reports whether a list that filters takes a value; an absent one takes all.
func anyOf(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }

// scan reads which page of a scan is wanted. A scan ends at the state of the
// moment its first page is asked for, which travels in the cursor.
func (d DirectoryDeps) scan(c call, cursor string, filter any) (listing, error) {
	l := listing{deps: d, list: page.ListOf(c.op, c.Scope.OrgID, filter)}
	l.query = directory.Query{Limit: page.MaxBulk, Until: time.Now().UTC()}
	if cursor == "" {
		return l, nil
	}
	cur, err := d.Cursors.Decode(l.list, cursor)
	if err != nil {
		return l, err
	}
	l.query.Edge = cur.Keys
	l.query.Until, _ = cur.Bound.(time.Time)
	return l, nil
}

// links are the cursors of a page's neighbours.
func (l listing) links(next, prev []any) page.Links {
	var out page.Links
	if next != nil {
		out.NextCursor = l.deps.Cursors.Encode(l.list, l.cursor(next, false))
	}
	if prev != nil {
		out.PrevCursor = l.deps.Cursors.Encode(l.list, l.cursor(prev, true))
	}
	return out
}

func (l listing) cursor(edge []any, back bool) page.Cursor {
	cur := page.Cursor{Keys: edge, Back: back}
	if !l.query.Until.IsZero() {
		cur.Bound = l.query.Until
	}
	return cur
}
