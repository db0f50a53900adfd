package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/org"
)

type orgSettings struct {
	SharedEmails      bool `json:"shared_emails" doc:"Several contacts may have one e-mail address."`
	SingleAssociation bool `json:"single_association" doc:"A contact belongs to at most one account and has at most one external reference."`
	RequireAccount    bool `json:"require_account" doc:"Imports of contacts need the column account_external_reference."`
}

type orgSettingsOut struct {
	Settings orgSettings `json:"settings"`
}

type orgSettingsIn struct {
	SharedEmails      *bool `json:"shared_emails" doc:"Can be changed only before the first contact is created."`
	SingleAssociation *bool `json:"single_association"`
	RequireAccount    *bool `json:"require_account"`
}

func registerSettings(api *API, d AuthDeps) {
	tag := []string{"dev-orgs"}
	Register(api, Op{Path: "dev-orgs.settings.get", Summary: "Get the organisation's settings", Tags: tag, Read: true}, d.getSettings)
	Register(api, Op{
		Path: "dev-orgs.settings.update", Summary: "Change some of the organisation's settings", Tags: tag, Errors: []int{http.StatusConflict},
	}, d.updateSettings)
}

func settingsOut(s org.Settings) *orgSettingsOut {
	return &orgSettingsOut{orgSettings{SharedEmails: s.SharedEmails, SingleAssociation: s.SingleAssociation, RequireAccount: s.RequireAccount}}
}

func (d AuthDeps) getSettings(ctx context.Context, _ *struct{}) (*orgSettingsOut, error) {
	a, _ := auth.From(ctx)
	s, err := d.Service.Settings(ctx, a)
	return settingsOut(s), err
}

func (d AuthDeps) updateSettings(ctx context.Context, in *orgSettingsIn) (*orgSettingsOut, error) {
	a, _ := auth.From(ctx)
	s, err := d.Service.UpdateSettings(ctx, a, auth.SettingsPatch{
		SharedEmails: in.SharedEmails, SingleAssociation: in.SingleAssociation, RequireAccount: in.RequireAccount,
	})
	return settingsOut(s), err
}
