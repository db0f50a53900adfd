// Package widget is the chat widget that an org puts on its pages: what it looks
// like, which pages may show it, and how the people at them become contacts who
// may write.
package widget

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// Widget is one app of an org that pages embed.
type Widget struct {
	N     int64
	AppID string // what pages name it by; no secret, but not to be guessed either
	Name  string
	Settings

	AccountN int64  `json:"-"` // the service account in whose name it makes contacts
	Root     string `json:"-"` // the token that its visitors' sessions hang on; "" while it is off

	Version    int64
	CreatedAt  time.Time
	CreatedBy  string // tail of the actor's DON
	ModifiedAt time.Time
	ModifiedBy string
}

// Settings are what members choose of a widget.
type Settings struct {
	Enabled        bool
	Origins        []string // of the pages that may show it; none means nobody
	Appearance     Appearance
	AllowAnonymous bool // who says nothing of themselves may write
	AllowClaimed   bool // pages may say who is there without proof
}

// Appearance is what the widget looks like, and says by itself.
type Appearance struct {
	AccentColor string // #rrggbb
	Theme       string // light, dark or system
	Alignment   string // left or right
	Bottom      string // CSS length from the lower edge
	Side        string // CSS length from the side it is aligned to
	TeamName    string // "" means the org's
	Greeting    string // the headline
	Welcome     string // the text below it
	Launcher    bool   // it shows its own button
}

// ID returns the widget's id.
func (w *Widget) ID() don.ID { return don.Of(don.Widget, w.N) }

// Themes and Alignments are what those fields may be.
var (
	Themes     = []string{"light", "dark", "system"}
	Alignments = []string{"left", "right"}
)

func defaults() Settings {
	return Settings{
		Enabled: true, Origins: []string{}, AllowAnonymous: true, AllowClaimed: true,
		Appearance: Appearance{
			AccentColor: "#007469", Theme: "light", Alignment: "right", Bottom: "20px", Side: "20px",
			Greeting: "Hi there", Welcome: "Ask us anything. We usually answer soon.", Launcher: true,
		},
	}
}

// Patch says what a widget shall be: nil leaves a field as it is, and a pointer
// at "" brings back the default of one that has any.
type Patch struct {
	Name           *string
	Enabled        *bool
	Origins        *[]string
	AllowAnonymous *bool
	AllowClaimed   *bool

	AccentColor *string
	Theme       *string
	Alignment   *string
	Bottom      *string
	Side        *string
	TeamName    *string
	Greeting    *string
	Welcome     *string
	Launcher    *bool
}

// Limits of the texts, in characters.
const (
	maxTeamName = 80
	maxGreeting = 120
	maxWelcome  = 500
)

// apply changes a widget. Errors are of kind invalid and name the field.
func (p Patch) apply(w *Widget) error {
	if p.Name != nil {
		name, err := contact.DisplayName(*p.Name)
		if err != nil {
			return about("name", err)
		}
		w.Name = name
	}
	set(&w.Enabled, p.Enabled)
	set(&w.AllowAnonymous, p.AllowAnonymous)
	set(&w.AllowClaimed, p.AllowClaimed)
	set(&w.Appearance.Launcher, p.Launcher)
	if p.Origins != nil {
		list, err := origins(*p.Origins)
		if err != nil {
			return err
		}
		w.Origins = list
	}
	usual := defaults().Appearance
	for _, f := range []struct {
		field string
		dst   *string
		given *string
		usual string
		norm  func(field, text string) (string, error)
	}{
		{"accent_color", &w.Appearance.AccentColor, p.AccentColor, usual.AccentColor, color},
		{"theme", &w.Appearance.Theme, p.Theme, usual.Theme, oneOf(Themes)},
		{"alignment", &w.Appearance.Alignment, p.Alignment, usual.Alignment, oneOf(Alignments)},
		{"spacing.bottom", &w.Appearance.Bottom, p.Bottom, usual.Bottom, length},
		{"spacing.side", &w.Appearance.Side, p.Side, usual.Side, length},
		{"team_name", &w.Appearance.TeamName, p.TeamName, "", textOf(maxTeamName)},
		{"greeting", &w.Appearance.Greeting, p.Greeting, usual.Greeting, textOf(maxGreeting)},
		{"welcome_text", &w.Appearance.Welcome, p.Welcome, usual.Welcome, textOf(maxWelcome)},
	} {
		if f.given == nil {
			continue
		}
		if *f.given == "" {
			*f.dst = f.usual
			continue
		}
		v, err := f.norm("appearance."+f.field, *f.given)
		if err != nil {
			return err
		}
		*f.dst = v
	}
	return nil
}

func set[T any](dst, given *T) {
	if given != nil {
		*dst = *given
	}
}

// about names the field in an error.
func about(field string, err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	named := *e
	named.Field = field
	return &named
}

var (
	hexColor  = regexp.MustCompile(`^#([0-9a-f]{3}|[0-9a-f]{6})$`)
	cssLength = regexp.MustCompile(`^\d{1,4}(\.\d{1,2})?(px|rem|em|vh|vw|%)$`)
)

func color(field, text string) (string, error) {
	c := strings.ToLower(strings.TrimSpace(text))
	if !hexColor.MatchString(c) {
		return "", errs.NotPermitted(field, "%q is not a colour; give six hexadecimal digits such as #007469", clip(text))
	}
	if len(c) == 4 {
		c = "#" + strings.Repeat(c[1:2], 2) + strings.Repeat(c[2:3], 2) + strings.Repeat(c[3:4], 2)
	}
	return c, nil
}

// length keeps to plain lengths: the value goes into the styles of a page.
func length(field, text string) (string, error) {
	l := strings.ToLower(strings.TrimSpace(text))
	if l == "0" {
		l = "0px"
	}
	if !cssLength.MatchString(l) {
		return "", errs.NotPermitted(field, "%q is not a length; give a number with a unit, such as 20px", clip(text))
	}
	return l, nil
}

func oneOf(allowed []string) func(field, text string) (string, error) {
	return func(field, text string) (string, error) {
		for _, a := range allowed {
			if text == a {
				return a, nil
			}
		}
		return "", errs.BadEnum(field, text, allowed)
	}
}

func textOf(limit int) func(field, text string) (string, error) {
	return func(field, text string) (string, error) {
		clean, err := contact.Description(text)
		if err != nil {
			return "", about(field, err)
		}
		if n := utf8.RuneCountInString(clean); n > limit {
			return "", errs.NotPermitted(field, "has %d characters; at most %d are allowed", n, limit)
		}
		return clean, nil
	}
}
