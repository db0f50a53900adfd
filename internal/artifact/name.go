package artifact

import (
	"mime"
	"net/url"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

// Limits of names.
const (
	maxName      = 255 // bytes, as in file systems
	maxExtension = 16
)

// CleanName returns a file name without path, control characters and those that
// turn the reading direction, which can make a name look like another. Errors:
// missing_required_field when nothing is left.
func CleanName(name string) (string, error) {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || turns(r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimSpace(name), ". ")
	if name == "" {
		return "", errs.Missing("file_name")
	}
	return shorten(name), nil
}

// turns reports whether a character has no looks and changes those of others.
// Joiners stay: words and emoji are written with them.
func turns(r rune) bool {
	return unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d'
}

// shorten cuts a name so that its extension stays.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > maxExtension {
		ext = ""
	}
	cut := maxName - len(ext)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + ext
}

var mediaType = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$`)

// CleanType returns a declared media type in small letters and without parameters.
// Errors: value_not_permitted.
func CleanType(t string) (string, error) {
	bare, _, _ := strings.Cut(t, ";")
	bare = strings.ToLower(strings.TrimSpace(bare))
	if bare != "" && !mediaType.MatchString(bare) {
		return "", errs.NotPermitted("file_type", "%q is not a media type; give one such as image/png", clip(t))
	}
	return bare, nil
}

func clip(s string) string {
	if len(s) > 100 {
		return strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}

func typeByName(name string) string {
	t, _, _ := strings.Cut(mime.TypeByExtension(strings.ToLower(path.Ext(name))), ";")
	if t == "" {
		return "application/octet-stream"
	}
	return t
}

// Disposition returns the Content-Disposition of a file (RFC 6266): its name in
// full, and for old clients in ASCII.
func Disposition(kind, name string) string {
	how := "attachment"
	if Inline(kind) {
		how = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%/`, r) {
			return '_'
		}
		return r
	}, name)
	// RFC 5987 leaves fewer characters as they are than a path does.
	full := strings.NewReplacer("'", "%27", "(", "%28", ")", "%29", "*", "%2A", "+", "%2B", "=", "%3D", ":", "%3A", "@", "%40", "&", "%26", "$", "%24").Replace(url.PathEscape(name))
	return how + `; filename="` + plain + `"; filename*=UTF-8''` + full
}
