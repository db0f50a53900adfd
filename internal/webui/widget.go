package webui

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/kith-id/kith/internal/errs"
)

// The folder of the widget's build, and the files in it that have addresses of
// their own.
const (
	widgetFolder = "widget"
	loaderName   = "widget.js"
	frameName    = "frame.html"
	scriptName   = "frame.js"
)

// Where pages find the widget's loader; the second is where those written for
// DevRev's widget look.
const (
	LoaderPath    = "/widget.js"
	OldLoaderPath = "/static/plug.js"
	WidgetPath    = "/widget/" // of what the loader puts into its frame
)

// Pages returns the origins of the pages that may show the widget with an app id,
// none for nobody. Errors: not_found for an app id that is of no widget.
type Pages func(ctx context.Context, appID string) ([]string, error)

// Widget serves the chat widget: its loader to every page, and the document in
// its frame to those pages alone that may show it. It is safe for concurrent use.
type Widget struct {
	assets map[string]*asset // keyed by path in the widget's folder
	pages  Pages
}

// NewWidget reads the widget's build out of dist, the output folder of the web
// build. A dist without one is no error: the handler then shows how to build it.
func NewWidget(dist fs.FS, pages Pages) (*Widget, error) {
	w := &Widget{assets: map[string]*asset{}, pages: pages}
	if _, err := fs.Stat(dist, widgetFolder); err != nil {
		return w, nil
	}
	err := fs.WalkDir(dist, widgetFolder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || isHidden(name) {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, widgetFolder+"/")
		w.assets[name] = newAsset(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("webui: read the built widget: %w", err)
	}
	if loader := w.assets[loaderName]; loader != nil {
		// Its address never changes, and a release reaches pages soon.
		loader.cache = "public, max-age=300"
	}
	return w, nil
}

// ServeHTTP answers GET and HEAD below the addresses above.
func (h *Widget) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		writeText(w, r, http.StatusMethodNotAllowed, textPlain, "Only GET and HEAD are allowed here.\n")
		return
	}
	switch r.URL.Path {
	case LoaderPath, OldLoaderPath:
		h.loader(w, r)
	case WidgetPath + "frame":
		h.frame(w, r)
	default:
		h.file(w, r)
	}
}

const noWidget = `This Kith was compiled without its chat widget.

Run "make build" (it needs Node 20 or newer) and start bin/kith again.
`

// loader is the script that pages of other origins run.
func (h *Widget) loader(w http.ResponseWriter, r *http.Request) {
	script, ok := h.assets[loaderName]
	if !ok {
		writeText(w, r, http.StatusServiceUnavailable, textPlain, noWidget)
		return
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	script.serve(w, r)
}

// file is what the frame's document asks for.
func (h *Widget) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), WidgetPath)
	file, ok := h.assets[name]
	switch {
	case ok && name != frameName && name != loaderName:
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		file.serve(w, r)
	case name == scriptName:
		writeText(w, r, http.StatusServiceUnavailable, textPlain, noWidget)
	default:
		writeText(w, r, http.StatusNotFound, textPlain, "404: there is no such file.\n")
	}
}

// framePolicy fences the frame's document in: it has what Kith itself serves.
// Which pages may show it is put behind.
var framePolicy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"connect-src 'self'",
	"img-src 'self' data: blob:",
	"font-src 'self'",
	"media-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors ",
}, "; ")

const frameHTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Messages</title>
<link rel="stylesheet" href="/widget/frame.css">
<script type="module" src="/widget/frame.js"></script>
</head>
<body></body>
</html>
`

const noFrame = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>No such widget</title></head>
<body><p>There is no widget with this app_id, or it is turned off. Copy the snippet again from Settings, Widget.</p></body>
</html>
`

// frame is the document in the widget's frame. X-Frame-Options stays away: it
// knows no list of pages, and browsers would heed it beside the policy.
func (h *Widget) frame(w http.ResponseWriter, r *http.Request) {
	const html = "text/html; charset=utf-8"
	origins, err := h.pages(r.Context(), r.URL.Query().Get("app_id"))
	switch {
	case errs.Is(err, errs.NotFound):
		writeText(w, r, http.StatusNotFound, html, noFrame)
		return
	case err != nil:
		writeText(w, r, http.StatusServiceUnavailable, textPlain, "Kith cannot look for the widget now. Try again soon.\n")
		return
	}
	ancestors := "'none'"
	if len(origins) > 0 {
		ancestors = strings.Join(origins, " ")
	}
	w.Header().Set("Content-Security-Policy", framePolicy+ancestors)
	if h.assets[scriptName] == nil {
		writeText(w, r, http.StatusServiceUnavailable, textPlain, noWidget)
		return
	}
	body := frameHTML
	if built := h.assets[frameName]; built != nil {
		body = string(built.body)
	}
	writeText(w, r, http.StatusOK, html, body)
}
