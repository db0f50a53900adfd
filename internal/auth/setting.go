package auth

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// SettingsPatch changes some of an org's settings; nil leaves one alone.
type SettingsPatch struct {
	SharedEmails      *bool
	SingleAssociation *bool
	RequireAccount    *bool
	NamedWhatsApp     *bool
	BlockedValues     *[]string
	MaxIdentifiers    *int
	// AutoMergePrecision is 0 or from LeastPrecision on, below 1.
	AutoMergePrecision *float64
	TimeZone           *string
}

// LeastPrecision is the least precision at which pairs may be merged without asking.
const LeastPrecision = 0.9

// Settings returns the settings of the caller's org.
func (s *Service) Settings(ctx context.Context, a Actor) (org.Settings, error) {
	o, err := s.db.Org(ctx, a.Scope.OrgID)
	return o.Settings, err
}

// UpdateSettings changes the settings of the caller's org and returns them all.
// Addresses that become exclusive and that several contacts have are a conflict
// that lists them, and then nothing changes.
func (s *Service) UpdateSettings(ctx context.Context, a Actor, p SettingsPatch) (after org.Settings, err error) {
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		before, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		if after, err = p.Apply(before); err != nil || after.Equal(before) {
			return err
		}
		if err := apart(ctx, tx, before, after); err != nil {
			return err
		}
		return tx.SaveSettings(ctx, before, after)
	})
	return after, err
}

// Apply returns settings with what the patch changes. Errors: invalid.
func (p SettingsPatch) Apply(s org.Settings) (org.Settings, error) {
	if p.BlockedValues != nil {
		blocked, err := readBlocked(*p.BlockedValues)
		if err != nil {
			return org.Settings{}, err
		}
		s.BlockedValues = blocked
	}
	if v := p.AutoMergePrecision; v != nil && *v != 0 && (*v < LeastPrecision || *v >= 1) {
		return org.Settings{}, errs.NotPermitted("auto_merge_precision", "%v is neither 0, for off, nor from %v to below 1", *v, LeastPrecision)
	}
	if p.TimeZone != nil {
		if _, err := org.ParseZone(*p.TimeZone); err != nil {
			return org.Settings{}, err
		}
	}
	set(&s.TimeZone, p.TimeZone)
	set(&s.AutoMergePrecision, p.AutoMergePrecision)
	set(&s.SharedEmails, p.SharedEmails)
	set(&s.SingleAssociation, p.SingleAssociation)
	set(&s.RequireAccount, p.RequireAccount)
	set(&s.NamedWhatsApp, p.NamedWhatsApp)
	set(&s.MaxIdentifiers, p.MaxIdentifiers)
	return s, nil
}

func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

// maxClashes bounds how many clashes a refused change of settings lists.
const maxClashes = 100

// apart makes addresses that several contacts might have exclusive again. Those
// that several do have are a conflict that lists them.
func apart(ctx context.Context, tx Tx, before, after org.Settings) error {
	field := "shared_emails"
	if !before.SharedEmails {
		field = "blocked_values"
	}
	eased := slices.ContainsFunc(before.BlockedValues, func(v string) bool { return !slices.Contains(after.BlockedValues, v) })
	if after.SharedEmails || !before.SharedEmails && !eased {
		return nil
	}
	busy, err := tx.Importing(ctx)
	if err != nil {
		return err
	}
	if busy {
		return errs.Clash(field, "cannot be changed so while an import runs; wait for it or cancel it")
	}
	clashes, err := sharedEmails(ctx, tx, after)
	if err != nil {
		return err
	}
	if len(clashes) > 0 {
		return errs.Clash(field, "several contacts have one address, the first being %q; merge them or take it from all but one", clashes[0]["value"]).With("clashes", clashes)
	}
	return tx.OwnEmails(ctx)
}

// sharedEmails lists addresses that are exclusive by the settings and that
// several contacts have.
func sharedEmails(ctx context.Context, tx Tx, s org.Settings) ([]map[string]any, error) {
	var clashes []map[string]any
	const page = 1000
	for after := ""; len(clashes) < maxClashes; {
		list, err := tx.EmailsOfSeveral(ctx, after, page)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if s.ExclusiveEmail(e) && len(clashes) < maxClashes {
				clashes = append(clashes, map[string]any{"field_name": "email", "value": e})
			}
			after = e
		}
		if len(list) < page {
			break
		}
	}
	return clashes, nil
}

// maxBlocked bounds the blocked values of an org.
const maxBlocked = 1000

// readBlocked brings blocked values into their normal form, each once.
func readBlocked(values []string) ([]string, error) {
	if len(values) > maxBlocked {
		return nil, errs.NotPermitted("blocked_values", "has %d values; at most %d are allowed", len(values), maxBlocked)
	}
	out := make([]string, 0, len(values))
	for at, v := range values {
		norm, err := readBlockedValue(strings.TrimSpace(v))
		if err != nil {
			return nil, errs.NotPermitted("blocked_values["+strconv.Itoa(at)+"]",
				"is none of an e-mail address, a local part such as info@, a domain such as @example.com, a phone number with country code, and %s", org.BlockZeros)
		}
		if !slices.Contains(out, norm) {
			out = append(out, norm)
		}
	}
	slices.Sort(out)
	return out, nil
}

func readBlockedValue(v string) (string, error) {
	local, isLocal := strings.CutSuffix(v, "@")
	domain, isDomain := strings.CutPrefix(v, "@")
	switch {
	case v == org.BlockZeros:
		return v, nil
	case isLocal:
		norm, err := contact.Email(local + "@example.com")
		return strings.TrimSuffix(norm, "example.com"), err
	case isDomain:
		norm, err := contact.Email("a@" + domain)
		return strings.TrimPrefix(norm, "a"), err
	case strings.Contains(v, "@"):
		return contact.Email(v)
	}
	return contact.Phone(v, "")
}
