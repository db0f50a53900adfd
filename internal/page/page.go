// Package page is the vocabulary of paged lists: what a client asks for, and
// the cursors by which it goes on. A cursor names the row at the edge of a page
// by its sort key, so that paging costs the same on every page and rows that
// come or go in between neither repeat nor hide others.
package page

import (
	"slices"

	"github.com/kith-id/kith/internal/errs"
)

// Sizes of a page, in rows.
const (
	Default = 50
	Max     = 100 // of lists
	MaxBulk = 500 // of scans and exports
)

// Mode says on which side of the cursor the page lies. The rows of a page are
// in the order of the sort either way.
type Mode string

// The modes. Before without a cursor is the last page.
const (
	After  Mode = "after"
	Before Mode = "before"
)

// Allowed returns the values that a request may have.
func (Mode) Allowed() []string { return []string{string(After), string(Before)} }

// Request is the part of a list request that says which page. It is meant to be
// embedded in request structs.
type Request struct {
	Cursor string `json:"cursor" maxLength:"8192" doc:"Where to go on, from next_cursor or prev_cursor of the page before. Absent for the first page."`
	Limit  int    `json:"limit" minimum:"0" doc:"Rows on a page. 50 when absent; more than the most allowed gives the most allowed."`
	Mode   Mode   `json:"mode" doc:"Whether the page lies after or before the cursor; after when absent. before without a cursor is the last page."`
}

// Normal returns the request with its defaults filled in and its limit at most
// max. A negative limit or an unknown mode is an error of kind invalid.
func (r Request) Normal(max int) (Request, error) {
	if r.Limit < 0 {
		return r, errs.NotPermitted("limit", "%d is too small; it must be at least 1", r.Limit)
	}
	if r.Limit == 0 {
		r.Limit = Default
	}
	r.Limit = min(r.Limit, max)
	if r.Mode == "" {
		r.Mode = After
	}
	if !slices.Contains(r.Mode.Allowed(), string(r.Mode)) {
		return r, errs.BadEnum("mode", string(r.Mode), r.Mode.Allowed())
	}
	return r, nil
}

// Links are the cursors of a page's neighbours, for embedding in responses.
// Each is absent when nothing lies that way, which is how clients know to stop.
type Links struct {
	NextCursor string `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
	PrevCursor string `json:"prev_cursor,omitempty" doc:"With mode before, goes back to the page before this one. Absent on the first one."`
}
