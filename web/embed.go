// Package web carries the built web app inside the binary.
package web

import (
	"embed"
	"io/fs"
)

// The folder holds only .gitkeep until `make build` has run Vite; "all:" is
// what lets that hidden file satisfy the pattern in a fresh clone.
//
//go:embed all:dist
var dist embed.FS

// Dist returns the built web app with index.html at its root. In a binary
// compiled before the web app was built it holds no index.html.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: embedded folder dist: " + err.Error()) // only an invalid path can fail here
	}
	return sub
}
