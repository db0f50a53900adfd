package server

import (
	"bytes"
	"io"
	"io/fs"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// fileOf uploads a file and returns its number and a pass to fetch it.
func fileOf(t *testing.T, a *App, actor auth.Actor, content string) (int64, string) {
	t.Helper()
	up, err := a.svc.files.Prepare(t.Context(), actor.Scope, "a.txt", "", artifact.Default)
	if err != nil {
		t.Fatal(err)
	}
	if err := receive(t, a, up, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	token, _, err := a.svc.files.Locate(t.Context(), actor.Scope, up.ID.N, "")
	if err != nil {
		t.Fatal(err)
	}
	return up.ID.N, token
}

// receive sends a content with what was given for it.
func receive(t *testing.T, a *App, up desk.Upload, r io.Reader) error {
	pass, err := a.svc.files.Admit(up.Policy, up.Signature)
	if err != nil {
		return err
	}
	return a.svc.files.Receive(t.Context(), pass, r)
}

func founded(t *testing.T, a *App) auth.Actor {
	t.Helper()
	actor, err := a.svc.auth.Found(t.Context(), auth.NewOrg{Name: "Acme", Admin: auth.NewMember{Email: "ada@acme.example"}}, true)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// stored counts the contents in the data folder.
func stored(t *testing.T, cfg config.Config) int {
	t.Helper()
	n := 0
	for _, dir := range []string{cfg.FilesDir(), cfg.SpoolDir()} {
		err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				n++
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestFilesThatHangNowhereGo also looks at what is left in the data folder.
func TestFilesThatHangNowhereGo(t *testing.T) {
	cfg := settings(t)
	a := open(t, cfg)
	actor := founded(t, a)
	n, token := fileOf(t, a, actor, "hello")
	if _, err := a.svc.files.Prepare(t.Context(), actor.Scope, "never.txt", "", artifact.Default); err != nil {
		t.Fatal(err)
	}
	sweep := func(after time.Duration) {
		t.Helper()
		if err := sweepFiles(t.Context(), a.svc.files, a.svc.auth, time.Now().Add(after)); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := a.svc.files.Locate(t.Context(), actor.Scope, n+1, "")
	if !errs.Is(err, errs.NotFound) || !strings.Contains(err.Error(), "uploaded yet") {
		t.Errorf("not sent: %v", err)
	}
	sweep(25 * time.Hour)
	if _, _, err := a.svc.files.Locate(t.Context(), actor.Scope, n+1, ""); !errs.Is(err, errs.NotFound) || strings.Contains(err.Error(), "uploaded yet") {
		t.Errorf("not sent for a day: %v", err)
	}
	if got := stored(t, cfg); got != 1 {
		t.Errorf("%d contents after a day, want 1", got)
	}
	sweep(artifact.FreeLife + artifact.LostLife)
	if got := stored(t, cfg); got != 0 {
		t.Errorf("%d contents are left after a week", got)
	}
	if _, err := a.svc.files.Fetch(t.Context(), token); !errs.Is(err, errs.NotFound) {
		t.Errorf("fetched after it was removed: %v", err)
	}
}

// TestUploadsThatFailLeaveNothing breaks uploads off at both ends.
func TestUploadsThatFailLeaveNothing(t *testing.T) {
	cfg := settings(t)
	a := open(t, cfg)
	actor := founded(t, a)
	up, err := a.svc.files.Prepare(t.Context(), actor.Scope, "a.txt", "", artifact.Default)
	if err != nil {
		t.Fatal(err)
	}
	lost := errs.BadRequest("the client has gone")
	if err := receive(t, a, up, &breaking{lost}); !errs.Is(err, errs.Invalid) {
		t.Errorf("broken off: %v", err)
	}
	if got := stored(t, cfg); got != 0 {
		t.Errorf("%d contents of an upload that broke off", got)
	}
	if err := receive(t, a, up, strings.NewReader("whole")); err != nil {
		t.Errorf("sent again: %v", err)
	}
	if got := stored(t, cfg); got != 1 {
		t.Errorf("%d contents, want 1", got)
	}
}

type breaking struct{ err error }

func (b *breaking) Read(p []byte) (int, error) { return copy(p, "half"), b.err }

// TestOneOfManyUploadsWins sends contents to one address at the same time.
func TestOneOfManyUploadsWins(t *testing.T) {
	cfg := settings(t)
	a := open(t, cfg)
	actor := founded(t, a)
	up, err := a.svc.files.Prepare(t.Context(), actor.Scope, "a.txt", "", artifact.Default)
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 8)
	for i := range cap(results) {
		go func() {
			results <- receive(t, a, up, bytes.NewReader(bytes.Repeat([]byte{byte('a' + i)}, 1000)))
		}()
	}
	won := 0
	for range cap(results) {
		if err := <-results; err == nil {
			won++
		} else if !errs.Is(err, errs.Forbidden) {
			t.Errorf("error %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d uploads were taken, want 1", won)
	}
	if err := sweepFiles(t.Context(), a.svc.files, a.svc.auth, time.Now().Add(artifact.LostLife+time.Minute)); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, cfg); got != 1 {
		t.Errorf("%d contents after a sweep, want that of the one", got)
	}
}

// TestFilesInS3 keeps contents in a storage, and none in the data folder.
func TestFilesInS3(t *testing.T) {
	backend := s3mem.New()
	if err := backend.CreateBucket("kith"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(gofakes3.New(backend).Server())
	defer srv.Close()
	cfg := settings(t)
	cfg.S3 = config.S3{Endpoint: srv.URL, Bucket: "kith", Region: "x", AccessKey: "k", SecretKey: "s", Prefix: "a/", PathStyle: true}
	a := open(t, cfg)
	actor := founded(t, a)
	_, token := fileOf(t, a, actor, "hello")
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://127.0.0.1/artifacts.download?token="+token, nil)
	r.Header.Set("Range", "bytes=1-3")
	a.Handler().ServeHTTP(w, r)
	if w.Code != 206 || w.Body.String() != "ell" {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	objects, err := backend.ListBucket("kith", &gofakes3.Prefix{}, gofakes3.ListBucketPage{})
	if err != nil || len(objects.Contents) != 1 || !strings.HasPrefix(objects.Contents[0].Key, "a/"+actor.Org.Public+"/") {
		t.Errorf("objects %+v, %v", objects, err)
	}
	if err := sweepFiles(t.Context(), a.svc.files, a.svc.auth, time.Now().Add(artifact.FreeLife+artifact.LostLife)); err != nil {
		t.Fatal(err)
	}
	if objects, err = backend.ListBucket("kith", &gofakes3.Prefix{}, gofakes3.ListBucketPage{}); err != nil || len(objects.Contents) != 0 {
		t.Errorf("objects after a sweep: %+v, %v", objects, err)
	}
	srv.Close()
	up, err := a.svc.files.Prepare(t.Context(), actor.Scope, "a.txt", "", artifact.Default)
	if err != nil {
		t.Fatal(err)
	}
	if err := receive(t, a, up, strings.NewReader("x")); !errs.Is(err, errs.Unavailable) {
		t.Errorf("the storage is gone: %v", err)
	}
	if up.ID != don.Of(don.Artifact, 2) {
		t.Errorf("id %v", up.ID)
	}
}
