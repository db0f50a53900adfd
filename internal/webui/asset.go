package webui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

const (
	textPlain = "text/plain; charset=utf-8"
	// Below this size gzip saves less than its header and the Vary cost.
	minGzipBytes = 1024
)

// asset is one file of the build, ready to be written.
type asset struct {
	body        []byte
	contentType string
	cache       string
	etag        string
	gzipped     func() []byte // nil result: send the body as it is
}

func newAsset(name string, body []byte) *asset {
	sum := sha256.Sum256(body)
	a := &asset{
		body:        body,
		contentType: contentType(name),
		cache:       "no-cache",
		etag:        base64.RawURLEncoding.EncodeToString(sum[:12]),
	}
	if strings.HasPrefix(name, hashedPrefix) {
		a.cache = "public, max-age=31536000, immutable"
	}
	// Compressed on first use and kept: the start of the server stays fast and
	// the work is done once a process.
	a.gzipped = sync.OnceValue(func() []byte { return compress(a.contentType, body) })
	return a
}

// types fixes what the build contains; the system's MIME table differs from
// machine to machine and nosniff makes a wrong one fatal.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
	".txt": textPlain, ".woff2": "font/woff2", ".png": "image/png", ".ico": "image/x-icon",
	".webmanifest": "application/manifest+json",
}

func contentType(name string) string {
	ext := path.Ext(name)
	if known, ok := types[ext]; ok {
		return known
	}
	if system := mime.TypeByExtension(ext); system != "" {
		return system
	}
	return "application/octet-stream"
}

func compress(contentType string, body []byte) []byte {
	if len(body) < minGzipBytes || !isCompressible(contentType) {
		return nil
	}
	var buf bytes.Buffer
	zw, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil
	}
	if _, err := zw.Write(body); err != nil || zw.Close() != nil || buf.Len() >= len(body) {
		return nil
	}
	return buf.Bytes()
}

func isCompressible(contentType string) bool {
	return strings.HasPrefix(contentType, "text/") || strings.HasSuffix(contentType, "json") ||
		strings.HasSuffix(contentType, "+xml")
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	body, etag := a.body, `"`+a.etag+`"`
	if packed := a.gzipped(); packed != nil {
		header.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			body, etag = packed, `"`+a.etag+`-gzip"`
			header.Set("Content-Encoding", "gzip")
		}
	}
	header.Set("Cache-Control", a.cache)
	header.Set("ETag", etag)
	if matchesETag(r.Header.Get("If-None-Match"), etag) {
		header.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", a.contentType)
	write(w, r, http.StatusOK, body)
}

// acceptsGzip reads an Accept-Encoding header as RFC 9110, 12.5.3 defines it,
// without the ranking: gzip is taken whenever the client does not refuse it.
func acceptsGzip(header string) bool {
	accepted := false
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(part, ";")
		switch coding = strings.ToLower(strings.TrimSpace(coding)); coding {
		case "gzip", "x-gzip":
			return !isZeroWeight(params) // the name outranks the star
		case "*":
			accepted = !isZeroWeight(params)
		}
	}
	return accepted
}

func isZeroWeight(params string) bool {
	value, ok := strings.CutPrefix(strings.ToLower(strings.ReplaceAll(params, " ", "")), "q=")
	if !ok {
		return false
	}
	weight, err := strconv.ParseFloat(value, 64)
	return err != nil || weight == 0
}

// matchesETag compares weakly, as If-None-Match asks (RFC 9110, 13.1.2).
func matchesETag(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		candidate := strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if candidate == etag || candidate == "*" {
			return true
		}
	}
	return false
}

func writeText(w http.ResponseWriter, r *http.Request, status int, contentType, text string) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", "no-store")
	write(w, r, status, []byte(text))
}

func write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // a failure means that the client left: nobody to tell
}
