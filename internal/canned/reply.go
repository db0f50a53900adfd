// Package canned knows what a team prepares for its answers: texts with
// placeholders, and macros, which are actions done at one press.
package canned

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Limits of canned replies and macros.
const (
	MaxShortcut = 64 // characters
	MaxTitle    = 256
	MaxBody     = 64 << 10 // bytes
	MaxReplies  = 500      // of one member, and of all together
	MaxMacros   = 200
	MaxActions  = 20 // of a macro
)

// Reply is a text that members answer with.
type Reply struct {
	N          int64
	OwnerN     int64 // the member whose it is alone, 0 for one of all members
	Shortcut   string
	Title      string
	Body       string // Markdown with placeholders
	CreatedAt  time.Time
	CreatedBy  string // tail of the actor's id
	ModifiedAt time.Time
	ModifiedBy string
}

// Shown reports whether a member may see and use the reply, and change it: one that
// belongs to all is for all.
func (r *Reply) Shown(to don.ID) bool {
	return r.OwnerN == 0 || to == don.Of(don.Member, r.OwnerN)
}

var shortcut = regexp.MustCompile(`^[a-z0-9_-]+$`)

// Check trims, lowers the shortcut, and reports the first thing that is wrong.
func (r *Reply) Check() error {
	r.Shortcut, r.Title = strings.ToLower(strings.TrimSpace(r.Shortcut)), strings.TrimSpace(r.Title)
	switch n := utf8.RuneCountInString(r.Title); {
	case r.Shortcut == "":
		return errs.Missing("shortcut")
	case len(r.Shortcut) > MaxShortcut:
		return errs.NotPermitted("shortcut", "has %d characters; at most %d are allowed", len(r.Shortcut), MaxShortcut)
	case !shortcut.MatchString(r.Shortcut):
		return errs.NotPermitted("shortcut", "%q is no shortcut; it has letters from a to z, digits, - and _ alone, such as refund-policy", r.Shortcut)
	case r.Title == "":
		return errs.Missing("title")
	case n > MaxTitle || !utf8.ValidString(r.Title) || strings.ContainsFunc(r.Title, isControl):
		return errs.NotPermitted("title", "must be one line of at most %d characters; it has %d", MaxTitle, n)
	}
	return CheckText("body", r.Body)
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f }

// CheckText reports what is wrong with a text that has placeholders, by the name of
// its field.
func CheckText(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errs.Missing(field)
	case len(text) > MaxBody:
		return errs.NotPermitted(field, "has %d bytes; at most %d are allowed", len(text), MaxBody)
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return errs.NotPermitted(field, "is not UTF-8 text")
	}
	return checkPlaceholders(field, text)
}
