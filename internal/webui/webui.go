// Package webui serves the embedded web app: hashed assets that browsers may
// keep for ever, one HTML page that answers for every screen, and the security
// headers that fence both in.
package webui

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

const (
	indexName = "index.html"
	// Vite puts a content hash in the name of everything below this folder.
	hashedPrefix = "assets/"
)

// Handler serves one built web app from memory. It is safe for concurrent use.
type Handler struct {
	assets map[string]*asset // keyed by path without the leading slash
}

// New reads every file of dist, the output folder of the web build. A dist
// without index.html is no error: the handler then shows how to build it.
// The error is that of the file which could not be read.
func New(dist fs.FS) (*Handler, error) {
	h := &Handler{assets: map[string]*asset{}}
	err := fs.WalkDir(dist, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && name == widgetFolder {
			return fs.SkipDir // Widget serves it, to others and with other headers
		}
		if err != nil || entry.IsDir() || isHidden(name) {
			return err
		}
		body, err := fs.ReadFile(dist, name)
		if err != nil {
			return err
		}
		h.assets[name] = newAsset(name, body)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("webui: read the built web app: %w", err)
	}
	return h, nil
}

func isHidden(name string) bool {
	return strings.HasPrefix(path.Base(name), ".")
}

// ServeHTTP answers GET and HEAD: a file of the build by its name, index.html
// for the paths of the app's own screens, and 404 for everything else. Paths
// of the API get the API's own 404 body, never HTML.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setSecurityHeaders(w.Header())
	if IsAPIPath(r.URL.Path) {
		writeText(w, r, http.StatusNotFound, "application/json", `{"message":"route not found"}`+"\n")
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeText(w, r, http.StatusMethodNotAllowed, textPlain, "Only GET and HEAD are allowed here.\n")
		return
	}
	h.serve(w, r)
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if file, ok := h.assets[name]; ok && name != indexName {
		file.serve(w, r)
		return
	}
	if !isScreen(name) {
		writeText(w, r, http.StatusNotFound, textPlain, "404: there is no such file.\n")
		return
	}
	index, ok := h.assets[indexName]
	if !ok {
		writeText(w, r, http.StatusServiceUnavailable, textPlain, notBuilt)
		return
	}
	index.serve(w, r)
}

const notBuilt = `This Kith was compiled without its web app.

Run "make build" (it needs Node 20 or newer) and start bin/kith again.
The HTTP API and the command line work without it.
`

// isScreen tells paths that the app's router owns from names of files, so that
// a missing asset is a 404 and not a page of HTML that fails to parse as
// JavaScript.
func isScreen(name string) bool {
	return name == indexName || path.Ext(name) == ""
}

// reserved are the first path segments that belong to the server.
var reserved = map[string]bool{
	"internal": true, "healthz": true, "readyz": true, "metrics": true,
	"openapi.json": true, "docs": true, "schemas": true,
}

// IsAPIPath reports whether the path belongs to the server and never to the
// web app: its own endpoints, or a first segment that is a dotted verb such as
// /rev-users.list. Files at the root of the build, such as /favicon.svg, are
// told from verbs by their extension.
func IsAPIPath(urlPath string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(urlPath, "/"), "/")
	if reserved[first] {
		return true
	}
	return strings.Contains(first, ".") && !rootFileTypes[path.Ext(first)]
}

// rootFileTypes are the extensions that the build may leave at its root. No
// API verb is spelt like one of them.
var rootFileTypes = map[string]bool{
	".html": true, ".svg": true, ".ico": true, ".png": true, ".txt": true, ".webmanifest": true,
}
