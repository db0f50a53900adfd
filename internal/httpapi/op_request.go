package httpapi

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/errs"
)

type requestIDKey struct{}

// RequestID returns the id under which the log knows the request of this
// context, "" outside a request.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

var usableID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID takes over the id a proxy gave, if it is harmless in a log.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); usableID.MatchString(id) {
		return id
	}
	return rand.Text()
}

// BearerToken returns the token in the Authorization header, which clients
// send bare or behind "Bearer ", in whatever case. It returns "" when there is
// none.
func BearerToken(h http.Header) string {
	value := strings.TrimSpace(h.Get("Authorization"))
	const scheme = "bearer"
	if len(value) >= len(scheme) && strings.EqualFold(value[:len(scheme)], scheme) {
		rest := value[len(scheme):]
		if rest == "" || rest[0] == ' ' || rest[0] == '\t' {
			return strings.TrimSpace(rest)
		}
	}
	return value
}

// checkVersion refuses a version of the API that cannot be one. All versions
// there are get the same answers.
func checkVersion(h http.Header) error {
	version := h.Get("X-Devrev-Version")
	if _, err := time.Parse(time.DateOnly, version); version == "" || err == nil {
		return nil
	}
	if len(version) > 64 {
		version = version[:64]
	}
	version = strings.ToValidUTF8(version, "")
	return errs.New(errs.Invalid, "invalid_api_version", "%q in X-Devrev-Version is not a version; write a date such as 2022-10-20", version).With("value", version)
}

// recorder remembers what was answered.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	// 1xx answers precede the real one.
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Flush lets streams send what they have.
func (w *recorder) Flush() {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a writer that cannot flush need not
}

// Unwrap serves http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
