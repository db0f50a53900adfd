package httpapi

import (
	"context"
	"net/http"
	"strings"

	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/widget"
)

func registerWidgetStart(api *API, d WidgetDeps) {
	Register(api, Op{
		Path: "widget.start", Summary: "Let the visitor of a page into a widget", Tags: []string{"widgets"}, Auth: Public, Framed: true, MaxBody: 64 << 10,
		Description: "For the widget's frame; pages of other origins may not call it. Who only looks leaves nothing behind: a contact is made when begin is true. " +
			"With session_token and visitor_secret, what the same browser's visitor wrote becomes the person's, and the secret leads nowhere from then on.",
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests},
	}, d.startWidget)
}

type widgetTraits struct {
	DisplayName  string         `json:"display_name" doc:"At most 256 characters."`
	FullName     string         `json:"full_name" doc:"At most 256 characters."`
	Email        string         `json:"email"`
	PhoneNumbers []string       `json:"phone_numbers" maxItems:"20" doc:"In E.164 form."`
	CustomFields map[string]any `json:"custom_fields" doc:"Not kept of what nobody proves."`
}

type widgetIdentity struct {
	UserRef    string       `json:"user_ref" doc:"The person's stable id in your own system."`
	UserTraits widgetTraits `json:"user_traits"`
}

// empty reports whether the page says nothing of the person.
func (i widgetIdentity) empty() bool {
	t := i.UserTraits
	return i.UserRef == "" && t.DisplayName == "" && t.FullName == "" && t.Email == "" && len(t.PhoneNumbers) == 0
}

type widgetStartIn struct {
	AppID         string         `json:"app_id" required:"true" maxLength:"64" doc:"Of the widget."`
	SessionToken  string         `json:"session_token" maxLength:"16384" doc:"What your backend obtained for the person from auth-tokens.create. It proves who they are, so identity counts for nothing beside it."`
	Identity      widgetIdentity `json:"identity" doc:"Who the page says is there. It is no proof: the person sees what the same browser wrote, and nothing else."`
	VisitorSecret string         `json:"visitor_secret" maxLength:"256" doc:"What an earlier answer gave this browser to keep."`
	Begin         bool           `json:"begin" doc:"The visitor writes now, so a contact is made unless there is one."`
}

// WidgetUser is whom a widget knows to be at the page.
type WidgetUser struct {
	ID          string `json:"id"`
	DisplayID   string `json:"display_id"`
	DisplayName string `json:"display_name,omitempty" doc:"Of a visitor who proves nothing: what they said."`
	Kind        string `json:"kind" enum:"anonymous,claimed,verified"`
}

type widgetStartOut struct {
	Appearance     WidgetAppearance `json:"appearance"`
	TeamName       string           `json:"team_name"`
	AllowAnonymous bool             `json:"allow_anonymous" doc:"Whether a visitor may begin who says nothing of themselves."`
	User           *WidgetUser      `json:"user,omitempty" doc:"Absent while nobody is known."`
	AccessToken    string           `json:"access_token,omitempty" doc:"What the frame calls other operations with."`
	ExpiresIn      int64            `json:"expires_in,omitempty" doc:"When the token expires, in seconds since the Unix epoch."`
	VisitorSecret  string           `json:"visitor_secret,omitempty" doc:"For the visitor's browser to keep, and for no one else. Absent with session_token: forget the one that is kept."`
}

func (d WidgetDeps) startWidget(ctx context.Context, in *widgetStartIn) (*widgetStartOut, error) {
	t := in.Identity.UserTraits
	got, err := d.Service.Start(ctx, widget.Start{
		AppID: in.AppID, Session: in.SessionToken, Secret: in.VisitorSecret, Begin: in.Begin, Address: clientFrom(ctx).address, Stated: !in.Identity.empty(),
		Identity: directory.RevInfo{Ref: in.Identity.UserRef, User: directory.UserTraits{DisplayName: t.DisplayName, FullName: t.FullName, Email: t.Email, Phones: t.PhoneNumbers}},
	})
	if err != nil {
		return nil, ofIdentity(err)
	}
	out := &widgetStartOut{Appearance: appearanceOf(got.Widget.Appearance), TeamName: got.Team, AllowAnonymous: got.Widget.AllowAnonymous}
	if got.User == nil {
		return out, nil
	}
	id := don.Of(don.Contact, got.User.N)
	out.User = &WidgetUser{ID: got.Scope.Space.Format(id), DisplayID: id.Display(), DisplayName: got.User.DisplayName, Kind: got.Kind}
	out.AccessToken, out.VisitorSecret = got.Access, got.Secret
	if got.Session.ExpiresAt != nil {
		out.ExpiresIn = got.Session.ExpiresAt.Unix()
	}
	return out, nil
}

// ofIdentity names the field of this request in an error about rev_info.
func ofIdentity(err error) error {
	e := errs.As(err)
	if e == nil || !strings.HasPrefix(e.Field, "rev_info.") {
		return err
	}
	named := *e
	named.Field = "identity." + strings.TrimPrefix(e.Field, "rev_info.")
	return &named
}
