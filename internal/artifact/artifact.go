// Package artifact knows files: what they are called, what they contain, what they
// hang on, and the passes by which their contents are sent and fetched.
package artifact

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Artifact is a file.
type Artifact struct {
	N          int64
	Name       string // without a path, see CleanName
	Type       string // the media type that its sender declared, "" when none
	Purpose    string // one of Purposes
	Version    int64  // the latest one that was uploaded, 0 for none
	Kind       string // the media type that its content has the looks of
	Size       int64  // bytes
	At         Place  // what it hangs on, zero for nothing
	Attached   int64  // rises with time: when it was put there
	FreeAt     *time.Time
	CreatedAt  time.Time
	CreatedBy  string
	ModifiedAt time.Time
	ModifiedBy string
	Claimed    bool // who sent it only said who they are
}

// ID returns the file's id.
func (a *Artifact) ID() don.ID { return don.Of(don.Artifact, a.N) }

// Shown returns the media type to tell people.
func (a *Artifact) Shown() string {
	if a.Type != "" {
		return a.Type
	}
	return a.Kind
}

// Place is what a file hangs on: a comment on a record, or the record itself.
type Place struct {
	Of    don.ID // the record as it was when the file was put there
	Entry int64  // the comment, 0 for the record itself, OfPerson for its picture
}

// OfPerson stands in the place of a comment where a file shows the person whom the
// record is about.
const OfPerson = -1

// Itself reports whether a file hangs on a record, and not on what was written there.
func (p Place) Itself() bool { return p.Entry == 0 || p.Entry == OfPerson }

// Version is one content of a file.
type Version struct {
	N, Version int64
	Blob       string // under which the storage has it, "" before the upload
	Kind       string // the media type that it has the looks of
	Size       int64  // bytes
	Sum        string // SHA-256 in hexadecimal
	CreatedAt  time.Time
	CreatedBy  string
}

// What a file is for.
const (
	Default = "default"
	Picture = "user_profile_picture" // of a person: a small picture without anything else in it
)

// Purposes are all that clients name.
var Purposes = []string{
	"article_media", Default, "email_media", "job_data", "marketplace_listing_icon", "marketplace_media", "org_logo", "plug_setting",
	"plug_setting_banner_card", "portal_css", "snap_in_functions_code", "snap_widget", Picture, "work",
}

// Limits of files.
const (
	MaxAttached = 50  // on one comment or record
	MaxWaiting  = 100 // that a contact has uploaded, or may upload, and that hang nowhere
)

// How long what hangs nowhere is kept.
const (
	FreeLife    = 7 * 24 * time.Hour // a file
	WaitingLife = 24 * time.Hour     // one that was never uploaded
	LostLife    = 24 * time.Hour     // a content to which nothing leads; longer than any upload takes
)

// Rules are what an installation accepts.
type Rules struct {
	MaxBytes int64
	Types    []string // accepted media types, as image/png or image/*; none: all
}

// vague are kinds that say too little about a content to refuse it for them.
var vague = []string{"application/octet-stream", "application/zip", "application/x-gzip", "text/plain", "text/xml"}

// Check refuses a file whose declared type, or without one that of its name, is
// not accepted.
func (r Rules) Check(declared, name string) error {
	t := declared
	if t == "" {
		t = typeByName(name)
	}
	if r.accepts(t) {
		return nil
	}
	return errs.NotPermitted("file_type", "%q is not accepted here; accepted are %s", t, strings.Join(r.Types, ", "))
}

// CheckKind refuses a content that has the looks of what is not accepted.
func (r Rules) CheckKind(kind string) error {
	if r.accepts(kind) || slices.Contains(vague, kind) {
		return nil
	}
	return errs.NotPermitted("file", "its content is of type %s, which is not accepted here; accepted are %s", kind, strings.Join(r.Types, ", "))
}

func (r Rules) accepts(t string) bool {
	if len(r.Types) == 0 {
		return true
	}
	family, _, _ := strings.Cut(t, "/")
	return slices.Contains(r.Types, t) || slices.Contains(r.Types, family+"/*")
}

// TooLarge refuses a file of more bytes than the rules allow.
func (r Rules) TooLarge() error {
	return errs.New(errs.TooLarge, "request_entity_too_large", "the file has more than %d bytes; send a smaller one", r.MaxBytes).With("max_bytes", r.MaxBytes)
}

// HeadBytes is how much of a content Sniff looks at.
const HeadBytes = 512

// Sniff returns the media type that a content has the looks of, by its beginning.
func Sniff(head []byte) string {
	t, _, _ := strings.Cut(http.DetectContentType(head), ";")
	return t
}

// inline are the kinds that browsers may show in place: pictures that can neither
// run nor load anything.
var inline = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// Inline reports whether browsers may show contents of a kind in place.
func Inline(kind string) bool { return slices.Contains(inline, kind) }

// Search says which files a list shows: those on some records or on what is written
// there, and those of the conversations and works of some customers. All of these
// are alternatives.
type Search struct {
	Records    []don.ID
	Entry      int64    // only those on this comment, 0 for all
	Members    []string // of conversations in which any of these take part: tails of ids
	Accounts   []int64  // of conversations with any of these
	Workspaces []int64
	People     []int64  // of works that any of these contacts reported or takes part in
	Places     []don.ID // of works of any of these accounts and workspaces
	Reader     string   // tail of the id of who reads
	Below      int64    // only what was put there before this, 0 for all
	Limit      int
}
