package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

const name = "AbC123/0123456789abcdef0123456789abcdef"

// stores opens a store of each kind.
func stores(t *testing.T) map[string]Store {
	t.Helper()
	disk, err := NewDisk(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	backend := s3mem.New()
	if err := backend.CreateBucket("kith"); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(backend).Server()
	s3 := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Every request is signed for this storage and this key.
		if got := r.Header.Get("Authorization"); !strings.HasPrefix(got, "AWS4-HMAC-SHA256 Credential=kith-key/") || !strings.Contains(got, "/eu-test-1/s3/aws4_request") {
			t.Errorf("%s %s is not signed: %q", r.Method, r.URL, got)
		}
		if !strings.HasPrefix(r.URL.Path, "/kith/files/") {
			t.Errorf("%s %s is not below the prefix", r.Method, r.URL)
		}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(s3.Close)
	bucket, err := NewS3(S3Config{Endpoint: s3.URL, Bucket: "kith", Region: "eu-test-1", AccessKey: "kith-key", SecretKey: "secret", Prefix: "files/", PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Store{"disk": disk, "s3": bucket}
}

func spool(t *testing.T, dir, content string) *Spool {
	t.Helper()
	s, err := NewSpool(dir, strings.NewReader(content), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestStores(t *testing.T) {
	for kind, st := range stores(t) {
		t.Run(kind, func(t *testing.T) {
			ctx := t.Context()
			if _, err := st.Open(ctx, name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("before it is there: %v", err)
			}
			if err := st.Put(ctx, name, spool(t, t.TempDir(), "hello, world")); err != nil {
				t.Fatal(err)
			}
			r, err := st.Open(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			if size, err := r.Seek(0, io.SeekEnd); size != 12 || err != nil {
				t.Errorf("size %d, %v", size, err)
			}
			if _, err := r.Seek(7, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); string(got) != "world" || err != nil {
				t.Errorf("from the seventh byte: %q, %v", got, err)
			}
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			for range 2 {
				if err := st.Delete(ctx, name); err != nil {
					t.Errorf("delete: %v", err)
				}
			}
			if _, err := st.Open(ctx, name); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("after it is gone: %v", err)
			}
			for _, bad := range []string{"", "x", "../../etc/passwd", "AbC/../0123456789abcdef", "/0123456789abcdef", "AbC/0123456789abcdef/x", "AbC/0123456789.bcdef"} {
				if _, err := st.Open(ctx, bad); !errors.Is(err, errName) {
					t.Errorf("%q is opened: %v", bad, err)
				}
				if err := st.Delete(ctx, bad); !errors.Is(err, errName) {
					t.Errorf("%q is deleted: %v", bad, err)
				}
				if err := st.Put(ctx, bad, spool(t, t.TempDir(), "x")); !errors.Is(err, errName) {
					t.Errorf("%q is put: %v", bad, err)
				}
			}
		})
	}
}

func TestStorageThatFails(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer srv.Close()
	st, err := NewS3(S3Config{Endpoint: srv.URL, Bucket: "kith", Region: "x", AccessKey: "k", SecretKey: "s", PathStyle: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Put(t.Context(), name, spool(t, t.TempDir(), "x")); err == nil {
		t.Error("a refused content counts as kept")
	}
	if _, err := st.Open(t.Context(), name); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what may not be read: %v", err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := st.Delete(over, name); err == nil {
		t.Error("deleted without an answer")
	}
}

// broken fails after some bytes.
type broken struct{}

func (broken) Read(p []byte) (int, error) { return copy(p, "half"), io.ErrUnexpectedEOF }

func TestSpoolsLeaveNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	if _, err := NewSpool(dir, strings.NewReader("12345"), 4); !errors.Is(err, ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := NewSpool(dir, broken{}, 4<<20); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("broken off: %v", err)
	}
	s := spool(t, dir, "1234")
	if s.Size != 4 || s.Sum != "03ac674216f3e15c761ee1a5e255f067953623c8b388b4459e13f978d7c846f4" {
		t.Errorf("%d bytes, sum %s", s.Size, s.Sum)
	}
	left := func() int {
		all, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	if n := left(); n != 1 {
		t.Errorf("%d files while one is under way", n)
	}
	if err := SweepSpools(dir); err != nil || left() != 0 {
		t.Errorf("%d files after a sweep, %v", left(), err)
	}
	s.Close()
	disk, err := NewDisk(filepath.Join(filepath.Dir(dir), "files"))
	if err != nil {
		t.Fatal(err)
	}
	kept := spool(t, dir, "kept")
	if err := disk.Put(t.Context(), name, kept); err != nil {
		t.Fatal(err)
	}
	kept.Close()
	if r, err := disk.Open(t.Context(), name); err != nil || left() != 0 {
		t.Errorf("%d spools after a content got its place, %v", left(), err)
	} else if err := r.Close(); err != nil {
		t.Error(err)
	}
}
