// Package listpair is the published list of filter-and-sort pairs by which
// lists of contacts are measured, and the data they are measured on.
package listpair

import (
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/tag"
)

// Sort is one key of a pair's order; Field is the API's name.
type Sort struct {
	Field string
	Desc  bool
}

// Pair is one list: a filter and a sort. Hard pairs are chosen against the
// planner: a filter and a sort that have nothing to do with each other, or work
// against each other.
type Pair struct {
	Name   string
	Filter contact.Filter
	Sorts  []Sort
	Hard   bool
}

// The seeded records that pairs name.
const (
	TagHalf      = 1        // on half of the contacts
	TagHundred   = 2        // on 1 %, half of them with the value gold
	TagRare      = 3        // on 0.01 %
	TagOldest    = 4        // on 2 %, all of the oldest 3 %
	TagElsewhere = 5        // on a quarter of those outside BigAccount and on 20 in it
	BigAccount   = 1        // a fifth of the contacts
	SmallAccount = 500      // one of 1,000 with 0.05 % each
	OwnerTenth   = 1        // a member who owns 10 %
	OwnerOfZ     = 2        // a member who owns the contacts named Z…, some 2 %
	AuthorNewest = "devu/9" // made the newest 30 %
)

// How many accounts and tags there are, numbered from 1.
const (
	Accounts = 1001
	Tags     = 5
)

// Start and End bound the dates of creation.
var (
	Start = time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	End   = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
)

func ascending(fields ...string) (out []Sort) {
	for _, f := range fields {
		out = append(out, Sort{Field: f})
	}
	return out
}

func descending(fields ...string) (out []Sort) {
	for _, f := range fields {
		out = append(out, Sort{f, true})
	}
	return out
}

const (
	created  = "created_date"
	modified = "modified_date"
	name     = "display_name"
	email    = "email"
	id       = "display_id"
)

func at(year int, month time.Month, day int) *time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	return &t
}

func tags(ns ...int64) (out []tag.Use) {
	for _, n := range ns {
		out = append(out, tag.Use{N: n})
	}
	return out
}

func accounts(ns ...int64) (out []don.ID) {
	for _, n := range ns {
		out = append(out, don.Of(don.Account, n))
	}
	return out
}

func is(v bool) *bool { return &v }

// Pairs are the forty.
var Pairs = []Pair{
	{Name: "all, newest", Sorts: descending(created)},
	{Name: "all, oldest", Sorts: ascending(created)},
	{Name: "all, last modified", Sorts: descending(modified)},
	{Name: "all, by name", Sorts: ascending(name)},
	{Name: "all, by name from Z", Sorts: descending(name)},
	{Name: "all, by e-mail", Sorts: ascending(email)},
	{Name: "all, by e-mail from Z", Sorts: descending(email)},
	{Name: "all, by id", Sorts: descending(id)},
	{Name: "all, by name, newest first", Sorts: []Sort{{name, false}, {created, true}}},
	{Name: "half tagged, newest", Filter: contact.Filter{Tags: tags(TagHalf)}, Sorts: descending(created)},
	{Name: "half tagged, by name", Filter: contact.Filter{Tags: tags(TagHalf)}, Sorts: ascending(name)},
	{Name: "half tagged, by e-mail", Filter: contact.Filter{Tags: tags(TagHalf)}, Sorts: ascending(email)},
	{Name: "1 % tagged, newest", Filter: contact.Filter{Tags: tags(TagHundred)}, Sorts: descending(created)},
	{Name: "1 % tagged, last modified", Filter: contact.Filter{Tags: tags(TagHundred)}, Sorts: descending(modified)},
	{Name: "1 % tagged, by name", Filter: contact.Filter{Tags: tags(TagHundred)}, Sorts: ascending(name)},
	{Name: "1 % tagged, by e-mail", Filter: contact.Filter{Tags: tags(TagHundred)}, Sorts: descending(email)},
	{Name: "tag with value, by name", Filter: contact.Filter{Tags: []tag.Use{{N: TagHundred, Value: "gold"}}}, Sorts: ascending(name)},
	{Name: "rare tag, newest", Filter: contact.Filter{Tags: tags(TagRare)}, Sorts: descending(created)},
	{Name: "rare tag, by name", Filter: contact.Filter{Tags: tags(TagRare)}, Sorts: ascending(name)},
	{Name: "either of two tags, newest", Filter: contact.Filter{Tags: tags(TagHundred, TagRare)}, Sorts: descending(created)},
	{Name: "big account, newest", Filter: contact.Filter{Places: accounts(BigAccount)}, Sorts: descending(created)},
	{Name: "big account, by name", Filter: contact.Filter{Places: accounts(BigAccount)}, Sorts: ascending(name)},
	{Name: "small account, newest", Filter: contact.Filter{Places: accounts(SmallAccount)}, Sorts: descending(created)},
	{Name: "small account, by name", Filter: contact.Filter{Places: accounts(SmallAccount)}, Sorts: ascending(name)},
	{Name: "twenty small accounts, last modified", Filter: contact.Filter{Places: accounts(
		10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190, 200)}, Sorts: descending(modified)},
	{Name: "big account and half tagged, newest", Filter: contact.Filter{Places: accounts(BigAccount), Tags: tags(TagHalf)}, Sorts: descending(created)},
	{Name: "big account and 1 % tagged, by name", Filter: contact.Filter{Places: accounts(BigAccount), Tags: tags(TagHundred)}, Sorts: ascending(name)},
	{Name: "owner of a tenth, last modified", Filter: contact.Filter{Owners: []int64{OwnerTenth}}, Sorts: descending(modified)},
	{Name: "owner of a tenth and unverified, by name", Filter: contact.Filter{Owners: []int64{OwnerTenth}, Verified: is(false)}, Sorts: ascending(name)},
	{Name: "verified, newest", Filter: contact.Filter{Verified: is(true)}, Sorts: descending(created)},
	{Name: "unverified, newest", Filter: contact.Filter{Verified: is(false)}, Sorts: descending(created)},
	{Name: "unverified, by e-mail", Filter: contact.Filter{Verified: is(false)}, Sorts: ascending(email)},
	{Name: "of one author, newest", Filter: contact.Filter{CreatedBy: []string{AuthorNewest}}, Sorts: descending(created)},
	{Name: "of a month, newest", Filter: contact.Filter{CreatedAfter: at(2023, 6, 1), CreatedBefore: at(2023, 7, 1)}, Sorts: descending(created)},
	{Name: "of a day, by name", Filter: contact.Filter{CreatedAfter: at(2023, 6, 1), CreatedBefore: at(2023, 6, 2)}, Sorts: ascending(name)},

	{Name: "old tag, newest", Filter: contact.Filter{Tags: tags(TagOldest)}, Sorts: descending(created), Hard: true},
	{Name: "two large filters with little in common", Filter: contact.Filter{Places: accounts(BigAccount), Tags: tags(TagElsewhere)},
		Sorts: descending(created), Hard: true},
	{Name: "owner of Z, by name from A", Filter: contact.Filter{Owners: []int64{OwnerOfZ}}, Sorts: ascending(name), Hard: true},
	{Name: "of a quarter, by e-mail", Filter: contact.Filter{CreatedAfter: at(2023, 6, 1), CreatedBefore: at(2023, 9, 1)}, Sorts: ascending(email), Hard: true},
	{Name: "author of the newest, oldest first", Filter: contact.Filter{CreatedBy: []string{AuthorNewest}}, Sorts: ascending(created), Hard: true},
}
