package contact

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kith-id/kith/internal/errs"
)

// Sizes of the fields of customer records. Names ending in Chars count Unicode
// code points, names ending in Bytes count bytes of UTF-8, and names starting
// with Max alone count values.
const (
	MaxNameChars        = 256      // display_name and full_name
	MaxDescriptionBytes = 64 << 10 // description
	MaxEmailBytes       = 320      // email: 64 local part, @, 255 domain
	MaxEmailLocalBytes  = 64       // email before the @
	MaxRefBytes         = 512      // external_ref
	MaxPhoneBytes       = 32       // phone as typed; E.164 itself has at most 18
	MaxDomainBytes      = 253      // domain
	MaxTierChars        = 64       // tier
	MaxTagNameChars     = 64       // tag name
	MaxTags             = 100      // tags of one record
	MaxRefs             = 50       // external_refs of one record
	MaxPhones           = 20       // phone_numbers of one contact
	MaxEmails           = 20       // e-mail addresses of one contact
	MaxDomains          = 100      // domains of one account
	MaxWebsites         = 100      // websites of one account
	MaxWebsiteBytes     = 2048     // one website
	MaxArtifacts        = 50       // artifacts of one record
	MaxOwners           = 100      // owned_by of one record
	MaxFoldedBytes      = 96       // result of FoldName
	maxPhoneDigits      = 17       // national digits; longer input is never a number
	maxLabelBytes       = 63       // one label of a domain
	maxShown            = 64       // bytes of a refused value repeated in a message
	limitDetail         = "limit"  // member of an error body: the size allowed
	ellipsis            = "\u2026" // marks a value cut short in a message
)

// DisplayName returns s without surrounding white space. It refuses with
// errs.Invalid an empty name, one of more than MaxNameChars characters, control
// characters (line breaks too) and bytes that are not UTF-8.
func DisplayName(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", refuse("is empty; give a name of 1 to %d characters", MaxNameChars)
	}
	return oneLine(s, MaxNameChars)
}

// FullName is DisplayName for a name that may also be empty.
func FullName(s string) (string, error) {
	return oneLine(strings.TrimSpace(s), MaxNameChars)
}

// Tier returns s without surrounding white space; it may be empty and refuses
// with errs.Invalid what DisplayName refuses, at MaxTierChars.
func Tier(s string) (string, error) {
	return oneLine(strings.TrimSpace(s), MaxTierChars)
}

// Description returns s without surrounding white space and with every line
// break written as "\n". It may be empty, has at most MaxDescriptionBytes bytes
// and refuses with errs.Invalid control characters other than line break and
// tab, and bytes that are not UTF-8.
func Description(s string) (string, error) {
	s = strings.TrimSpace(s)
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	if len(s) > MaxDescriptionBytes {
		return "", tooLong(len(s), MaxDescriptionBytes, "bytes")
	}
	if err := checkText(s, true); err != nil {
		return "", err
	}
	return s, nil
}

// oneLine checks text that stands on one line and has at most limit characters.
func oneLine(s string, limit int) (string, error) {
	if err := checkText(s, false); err != nil {
		return "", err
	}
	if len(s) > limit {
		if n := utf8.RuneCountInString(s); n > limit {
			return "", tooLong(n, limit, "characters")
		}
	}
	return s, nil
}

// checkText refuses invalid UTF-8 and control characters; lines allows line
// break and tab.
func checkText(s string, lines bool) error {
	for i := 0; i < len(s); {
		if c := s[i]; c >= ' ' && c < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return notUTF8(s[i])
		case lines && (r == '\n' || r == '\t'):
		case unicode.IsControl(r):
			return hasControl(r)
		}
		i += size
	}
	return nil
}

// LimitOf returns the size allowed when err, made in this package, says that a
// value is too long; ok is false for every other error.
func LimitOf(err error) (limit int, ok bool) {
	e := errs.As(err)
	if e == nil {
		return 0, false
	}
	limit, ok = e.Details[limitDetail].(int)
	return limit, ok
}

// refuse makes the error for a value its field does not accept. The caller
// knows the field and sets it.
func refuse(reason string, args ...any) *errs.Error {
	return errs.NotPermitted("", reason, args...)
}

func tooLong(has, limit int, unit string) *errs.Error {
	return refuse("is %d %s long; shorten it to at most %d", has, unit, limit).With(limitDetail, limit)
}

func notUTF8(b byte) *errs.Error {
	return refuse("contains the byte 0x%02x, which is not UTF-8 text; save the source as UTF-8", b)
}

func hasControl(r rune) *errs.Error {
	return refuse("contains the control character U+%04X; remove it", r)
}

// shown returns s short enough to be repeated in a message, as valid UTF-8.
func shown(s string) string {
	if len(s) > maxShown {
		s = cutRunes(s, maxShown) + ellipsis
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// cutRunes returns the longest prefix of s that has at most limit bytes and
// ends between two characters.
func cutRunes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}
