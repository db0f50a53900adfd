package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/org"
)

type orgSettings struct {
	SharedEmails       bool     `json:"shared_emails" doc:"Several contacts may have one e-mail address."`
	SingleAssociation  bool     `json:"single_association" doc:"A contact belongs to at most one account and has at most one external reference."`
	RequireAccount     bool     `json:"require_account" doc:"Imports of contacts need the column account_external_reference."`
	NamedWhatsApp      bool     `json:"named_whatsapp" doc:"A WhatsApp number matches only a contact of the same name."`
	BlockedValues      []string `json:"blocked_values" doc:"What is matched never and may be several contacts': e-mail addresses, local parts such as info@, domains such as @example.com, phone numbers, and zeros for phone numbers of zeros alone."`
	MaxIdentifiers     int      `json:"max_identifiers" doc:"How many identifiers of one kind a contact may have; 0 for as many as are possible."`
	AutoMergePrecision float64  `json:"auto_merge_precision" doc:"Pairs that searches for duplicates find are merged without asking where members' decisions show that at least this share of them is right; 0 for never."`
	TimeZone           string   `json:"time_zone" doc:"In which the days of dynamic groups are counted, such as Europe/Berlin; empty for UTC."`
}

type orgSettingsOut struct {
	Settings orgSettings `json:"settings"`
}

type orgSettingsIn struct {
	SharedEmails       *bool              `json:"shared_emails" doc:"Switched off, addresses that several contacts have are a conflict that lists them."`
	SingleAssociation  *bool              `json:"single_association"`
	RequireAccount     *bool              `json:"require_account"`
	NamedWhatsApp      *bool              `json:"named_whatsapp"`
	BlockedValues      wire.Opt[[]string] `json:"blocked_values" doc:"Replaces the list."`
	MaxIdentifiers     *int               `json:"max_identifiers" minimum:"0" maximum:"50"`
	AutoMergePrecision *float64           `json:"auto_merge_precision" minimum:"0" maximum:"1" doc:"0, or from 0.9 to below 1."`
	TimeZone           *string            `json:"time_zone" maxLength:"64" doc:"Such as Europe/Berlin; empty for UTC."`
}

func registerSettings(api *API, d AuthDeps) {
	tag := []string{"dev-orgs"}
	Register(api, Op{Path: "dev-orgs.settings.get", Summary: "Get the organisation's settings", Tags: tag, Read: true}, d.getSettings)
	Register(api, Op{
		Path: "dev-orgs.settings.update", Summary: "Change some of the organisation's settings", Tags: tag, Errors: []int{http.StatusConflict}, Timeout: 5 * time.Minute,
	}, d.updateSettings)
}

func settingsOut(s org.Settings) *orgSettingsOut {
	return &orgSettingsOut{orgSettings{
		SharedEmails: s.SharedEmails, SingleAssociation: s.SingleAssociation, RequireAccount: s.RequireAccount,
		NamedWhatsApp: s.NamedWhatsApp, BlockedValues: append([]string{}, s.BlockedValues...), MaxIdentifiers: s.MaxIdentifiers,
		AutoMergePrecision: s.AutoMergePrecision, TimeZone: s.TimeZone,
	}}
}

func (d AuthDeps) getSettings(ctx context.Context, _ *struct{}) (*orgSettingsOut, error) {
	a, _ := auth.From(ctx)
	s, err := d.Service.Settings(ctx, a)
	return settingsOut(s), err
}

func (d AuthDeps) updateSettings(ctx context.Context, in *orgSettingsIn) (*orgSettingsOut, error) {
	a, _ := auth.From(ctx)
	s, err := d.Service.UpdateSettings(ctx, a, in.patch())
	return settingsOut(s), err
}

func (in orgSettingsIn) patch() auth.SettingsPatch {
	return auth.SettingsPatch{
		SharedEmails: in.SharedEmails, SingleAssociation: in.SingleAssociation, RequireAccount: in.RequireAccount,
		NamedWhatsApp: in.NamedWhatsApp, BlockedValues: given(in.BlockedValues), MaxIdentifiers: in.MaxIdentifiers,
		AutoMergePrecision: in.AutoMergePrecision, TimeZone: in.TimeZone,
	}
}
