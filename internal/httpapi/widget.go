package httpapi

import (
	"context"
	"net/http"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/widget"
)

// WidgetDeps is what the operations on widgets need.
type WidgetDeps struct {
	Service *widget.Service
}

// RegisterWidgets adds the operations widgets.* and widget.start.
func RegisterWidgets(api *API, d WidgetDeps) {
	const tag = "widgets"
	create := createOp("widgets.create", "Create a widget", tag)
	create.Errors = []int{http.StatusConflict, http.StatusTooManyRequests}
	operate(api, create, d.createWidget)
	operate(api, readOp("widgets.get", "Get a widget", tag), d.getWidget)
	operate(api, readOp("widgets.list", "List widgets, the oldest first", tag), d.listWidgets)
	operate(api, writeOp("widgets.update", "Update a widget", tag), d.updateWidget)
	del := writeOp("widgets.delete", "Delete a widget and end its visitors' sessions", tag)
	del.Description = "What visitors wrote stays."
	operate(api, del, d.deleteWidget)
	registerWidgetStart(api, d)
}

// Widget is a chat widget of the org's pages.
type Widget struct {
	Atom
	Type           string           `json:"type" enum:"widget"`
	Name           string           `json:"name"`
	AppID          string           `json:"app_id" doc:"What pages name the widget by. It is no secret."`
	IsEnabled      bool             `json:"is_enabled"`
	AllowedOrigins []string         `json:"allowed_origins" doc:"Of the pages that may show the widget; none when it is empty."`
	Appearance     WidgetAppearance `json:"appearance"`
	AllowAnonymous bool             `json:"allow_anonymous" doc:"Whether people may write who say nothing of themselves."`
	AllowClaimed   bool             `json:"allow_claimed_identity" doc:"Whether pages may say who is there without proof."`
}

// WidgetAppearance is what a widget looks like.
type WidgetAppearance struct {
	AccentColor string        `json:"accent_color" doc:"As #rrggbb."`
	Theme       string        `json:"theme" enum:"light,dark,system"`
	Alignment   string        `json:"alignment" enum:"left,right"`
	Spacing     WidgetSpacing `json:"spacing"`
	TeamName    string        `json:"team_name,omitempty" doc:"The org's name when absent."`
	Greeting    string        `json:"greeting" doc:"The headline."`
	WelcomeText string        `json:"welcome_text" doc:"The text below it."`
	Launcher    bool          `json:"launcher" doc:"Whether the widget shows its own button."`
}

// WidgetSpacing is how far the widget stands from the edges of the page.
type WidgetSpacing struct {
	Bottom string `json:"bottom" doc:"A CSS length such as 20px."`
	Side   string `json:"side" doc:"A CSS length such as 20px."`
}

func appearanceOf(a widget.Appearance) WidgetAppearance {
	return WidgetAppearance{
		AccentColor: a.AccentColor, Theme: a.Theme, Alignment: a.Alignment, Spacing: WidgetSpacing{a.Bottom, a.Side},
		TeamName: a.TeamName, Greeting: a.Greeting, WelcomeText: a.Welcome, Launcher: a.Launcher,
	}
}

func (c call) widget(f widget.Found) Widget {
	w, v := f.Item, c.view(f.Names)
	return Widget{
		Atom: v.atom(w.ID(), w.CreatedAt, w.CreatedBy, w.ModifiedAt, w.ModifiedBy), Type: don.Widget.Wire(), Name: w.Name, AppID: w.AppID,
		IsEnabled: w.Enabled, AllowedOrigins: append([]string{}, w.Origins...), Appearance: appearanceOf(w.Appearance),
		AllowAnonymous: w.AllowAnonymous, AllowClaimed: w.AllowClaimed,
	}
}

type widgetOut struct {
	Widget Widget `json:"widget"`
}

func (c call) widgetOut(f widget.Found, err error) (*widgetOut, error) {
	if err != nil {
		return nil, err
	}
	return &widgetOut{c.widget(f)}, nil
}

type widgetSpacingIn struct {
	Bottom wire.Opt[string] `json:"bottom" doc:"From the lower edge of the page: a CSS length, 20px unless given."`
	Side   wire.Opt[string] `json:"side" doc:"From the side that the widget is aligned to."`
}

type widgetAppearanceIn struct {
	AccentColor wire.Opt[string] `json:"accent_color" doc:"As #rrggbb or #rgb."`
	Theme       wire.Opt[string] `json:"theme" enum:"light,dark,system"`
	Alignment   wire.Opt[string] `json:"alignment" enum:"left,right"`
	Spacing     widgetSpacingIn  `json:"spacing"`
	TeamName    wire.Opt[string] `json:"team_name" doc:"At most 80 characters; the org's name when empty."`
	Greeting    wire.Opt[string] `json:"greeting" doc:"The headline, at most 120 characters."`
	WelcomeText wire.Opt[string] `json:"welcome_text" doc:"The text below it, at most 500 characters."`
	Launcher    *bool            `json:"launcher" doc:"Whether the widget shows its own button."`
}

// widgetFields are what members choose of a widget. What is null gets its default.
type widgetFields struct {
	IsEnabled      *bool              `json:"is_enabled" doc:"Turning a widget off ends its visitors' sessions at once."`
	AllowedOrigins *[]string          `json:"allowed_origins" doc:"Of the pages that may show the widget, such as https://www.example.com or https://*.example.com; http for localhost alone. The single value * lets every page in. The whole new list."`
	Appearance     widgetAppearanceIn `json:"appearance" doc:"What is absent stays."`
	AllowAnonymous *bool              `json:"allow_anonymous" doc:"Whether people may write who say nothing of themselves; true unless given."`
	AllowClaimed   *bool              `json:"allow_claimed_identity" doc:"Whether pages may say who is there without proof; true unless given."`
}

func (f widgetFields) patch() widget.Patch {
	a := f.Appearance
	return widget.Patch{
		Enabled: f.IsEnabled, Origins: f.AllowedOrigins, AllowAnonymous: f.AllowAnonymous, AllowClaimed: f.AllowClaimed,
		AccentColor: given(a.AccentColor), Theme: given(a.Theme), Alignment: given(a.Alignment), Bottom: given(a.Spacing.Bottom), Side: given(a.Spacing.Side),
		TeamName: given(a.TeamName), Greeting: given(a.Greeting), Welcome: given(a.WelcomeText), Launcher: a.Launcher,
	}
}

type widgetCreateIn struct {
	Name string `json:"name" required:"true" doc:"At most 256 characters."`
	widgetFields
}

type widgetUpdateIn struct {
	ID   string  `json:"id" required:"true" format:"id"`
	Name *string `json:"name" doc:"At most 256 characters."`
	widgetFields
}

func (d WidgetDeps) createWidget(ctx context.Context, c call, in *widgetCreateIn) (*widgetOut, error) {
	p := in.patch()
	p.Name = &in.Name
	return c.widgetOut(d.Service.Create(ctx, c.Scope, p))
}

func (d WidgetDeps) getWidget(ctx context.Context, c call, in *idIn) (*widgetOut, error) {
	id, err := c.object("id", in.ID, don.Widget)
	if err != nil {
		return nil, err
	}
	return c.widgetOut(d.Service.Get(ctx, c.Scope, id.N))
}

type widgetsOut struct {
	Widgets []Widget `json:"widgets" doc:"All of them; an org can have 100."`
}

func (d WidgetDeps) listWidgets(ctx context.Context, c call, _ *struct{}) (*widgetsOut, error) {
	out := &widgetsOut{Widgets: []Widget{}}
	if !c.sees(don.Widget) {
		return out, nil
	}
	all, err := d.Service.List(ctx, c.Scope)
	for _, f := range all {
		out.Widgets = append(out.Widgets, c.widget(f))
	}
	return out, err
}

func (d WidgetDeps) updateWidget(ctx context.Context, c call, in *widgetUpdateIn) (*widgetOut, error) {
	id, err := c.object("id", in.ID, don.Widget)
	if err != nil {
		return nil, err
	}
	p := in.patch()
	p.Name = in.Name
	return c.widgetOut(d.Service.Update(ctx, c.Scope, id.N, p))
}

func (d WidgetDeps) deleteWidget(ctx context.Context, c call, in *idIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Widget)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.Delete(ctx, c.Scope, id.N)
}
