package server

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// bodyTime is how long a client may take to send an ordinary body. Uploads take
// as long as they take.
const bodyTime = 30 * time.Second

// limitBodies keeps clients that send slowly from holding on to the server.
func limitBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody || isUpload(r) {
			next.ServeHTTP(w, r)
			return
		}
		control := http.NewResponseController(w)
		if err := control.SetReadDeadline(time.Now().Add(bodyTime)); err == nil {
			r.Body = &timedBody{r.Body, control}
		}
		next.ServeHTTP(w, r)
	})
}

func isUpload(r *http.Request) bool {
	t := r.Header.Get("Content-Type")
	return strings.HasPrefix(t, "multipart/") || strings.HasPrefix(t, "text/csv") || strings.HasPrefix(t, "application/octet-stream")
}

// timedBody lifts the deadline once the body has been read: a handler may take
// its own time, and a stream may follow.
type timedBody struct {
	io.ReadCloser
	control *http.ResponseController
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.control.SetReadDeadline(time.Time{}) // the connection is gone; so is its deadline
	}
	return n, err
}
