// Package vista holds saved views: which records of a kind are shown, and how.
package vista

import (
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Limits of a vista.
const (
	MaxOwned   = 1000 // vistas of one member
	MaxColumns = 100
	maxWidth   = 10 // characters, as clients write them
)

// Column is a column of a view.
type Column struct {
	Name  string `json:"name"`
	Width string `json:"width,omitempty"` // such as 120px
}

// The layouts.
const (
	List  = "list"
	Board = "board" // a column for each group
)

// View is what a vista shows, as it was saved.
type View struct {
	Filter  string   `json:"filter,omitempty"` // in its text form
	GroupBy string   `json:"group_by,omitempty"`
	Sorts   []string `json:"sort_by,omitempty"` // field:asc or field:desc
	Columns []Column `json:"columns,omitempty"`
	Layout  string   `json:"layout,omitempty"`
}

// Vista is a saved view.
type Vista struct {
	N           int64
	Name        string
	Description string
	Leaf        don.Type // of the records
	View        View
	Default     bool    // what its owner sees first
	Public      bool    // shown to all members
	With        []int64 // members whom it is shared with
	CreatedAt   time.Time
	CreatedBy   string // tail of the owner's id
	ModifiedAt  time.Time
	ModifiedBy  string
}

// Shown reports whether a member may see the vista.
func (v *Vista) Shown(to don.ID) bool {
	return v.Public || v.Owned(to) || to.Type == don.Member && slices.Contains(v.With, to.N)
}

// Owned reports whether a member may change it.
func (v *Vista) Owned(by don.ID) bool { return v.CreatedBy == by.Tail() }

// Check reports as invalid what no vista may have.
func (v *Vista) Check() error {
	switch {
	case len(v.View.Columns) > MaxColumns:
		return errs.NotPermitted("custom_view.column_properties", "has %d columns; at most %d are allowed", len(v.View.Columns), MaxColumns)
	case v.View.Layout == Board && v.View.GroupBy == "":
		return errs.NotPermitted("custom_view.layout", "board needs group_by: a column for each group")
	}
	for _, c := range v.View.Columns {
		if c.Name == "" || len(c.Name) > 200 || len(c.Width) > maxWidth {
			return errs.NotPermitted("custom_view.column_properties", "%q with the width %q is no column; give a name, and a width of at most %d characters", c.Name, c.Width, maxWidth)
		}
	}
	return nil
}
