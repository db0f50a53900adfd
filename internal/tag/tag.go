// Package tag holds the org's tags and their use on records.
package tag

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

// Tag is a label of the org. A tag with allowed values may carry one of them
// where it is set; one without must not.
type Tag struct {
	N             int64
	Name          string
	Description   string
	AllowedValues []string
	Color         string // #RRGGBB or empty
	CreatedAt     time.Time
	CreatedBy     string
	ModifiedAt    time.Time
	ModifiedBy    string
}

// Use is one tag on one record, with the value chosen there.
type Use struct {
	N     int64  `json:"n"`
	Value string `json:"v,omitempty"`
}

// Limits of tags (docs/api.md, Limits).
const (
	MaxName          = 64
	MaxDescription   = 4096
	MaxAllowedValues = 100
	MaxPerRecord     = 100
)

var color = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Check trims and validates the tag; errors name the field.
func (t *Tag) Check() error {
	t.Name = strings.TrimSpace(t.Name)
	switch {
	case t.Name == "":
		return errs.Missing("name")
	case utf8.RuneCountInString(t.Name) > MaxName:
		return errs.NotPermitted("name", "is longer than %d characters", MaxName)
	case len(t.Description) > MaxDescription:
		return errs.NotPermitted("description", "is longer than %d bytes", MaxDescription)
	case len(t.AllowedValues) > MaxAllowedValues:
		return errs.NotPermitted("allowed_values", "has more than %d values", MaxAllowedValues)
	case t.Color != "" && !color.MatchString(t.Color):
		return errs.NotPermitted("style_new.color", "%q is not a colour of the form #RRGGBB", t.Color)
	}
	for i, v := range t.AllowedValues {
		if strings.TrimSpace(v) == "" || utf8.RuneCountInString(v) > MaxName {
			return errs.NotPermitted("allowed_values", "value %d is empty or longer than %d characters", i+1, MaxName)
		}
	}
	return nil
}

// Allows reports whether value may be set with the tag.
func (t Tag) Allows(value string) bool {
	return value == "" || slices.Contains(t.AllowedValues, value)
}
