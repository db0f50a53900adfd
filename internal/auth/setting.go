package auth

import (
	"context"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// SettingsPatch changes some of an org's settings; nil leaves one alone.
type SettingsPatch struct {
	SharedEmails      *bool
	SingleAssociation *bool
	RequireAccount    *bool
}

// Settings returns the settings of the caller's org.
func (s *Service) Settings(ctx context.Context, a Actor) (org.Settings, error) {
	o, err := s.db.Org(ctx, a.Scope.OrgID)
	return o.Settings, err
}

// UpdateSettings changes the settings of the caller's org and returns them all.
// Whether contacts may share an e-mail address decides how addresses are kept,
// so it is a conflict to change it once there have been contacts.
func (s *Service) UpdateSettings(ctx context.Context, a Actor, p SettingsPatch) (after org.Settings, err error) {
	defer s.cache.clear()
	err = s.db.Write(ctx, a.Scope, func(tx Tx) error {
		before, err := tx.Settings(ctx)
		if err != nil {
			return err
		}
		after = before
		set(&after.SharedEmails, p.SharedEmails)
		set(&after.SingleAssociation, p.SingleAssociation)
		set(&after.RequireAccount, p.RequireAccount)
		if after == before {
			return nil
		}
		if after.SharedEmails != before.SharedEmails {
			if err := withoutContacts(ctx, tx); err != nil {
				return err
			}
		}
		return tx.SaveSettings(ctx, before, after)
	})
	return after, err
}

func set(dst, v *bool) {
	if v != nil {
		*dst = *v
	}
}

func withoutContacts(ctx context.Context, tx Tx) error {
	had, err := tx.Numbered(ctx, don.Contact)
	if err == nil && had {
		return errs.Clash("shared_emails", "can be changed only before the first contact is created")
	}
	return err
}
