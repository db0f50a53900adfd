package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/config"
)

func folder(t *testing.T, mode os.FileMode, files map[string]os.FileMode) config.Config {
	t.Helper()
	c := config.Config{Data: filepath.Join(t.TempDir(), "data")}
	if err := os.Mkdir(c.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, m := range files {
		path := filepath.Join(c.Data, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, m); err != nil { // whatever the umask
			t.Fatal(err)
		}
	}
	if err := os.Chmod(c.Data, mode); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFindModes(t *testing.T) {
	for _, c := range []struct {
		name    string
		folder  os.FileMode
		files   map[string]os.FileMode
		problem string
	}{
		{"private", 0o755, map[string]os.FileMode{"kith.db": 0o600, "secret.key": 0o600}, ""},
		{"open database", 0o755, map[string]os.FileMode{"kith.db": 0o644, "secret.key": 0o600}, "kith.db"},
		{"open key", 0o755, map[string]os.FileMode{"secret.key": 0o640}, "secret.key"},
		{"open, in a folder nobody enters", 0o700, map[string]os.FileMode{"kith.db": 0o666}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := findModes(folder(t, c.folder, c.files))
			if (f.Problem == "") != (c.problem == "") || !strings.Contains(f.Problem, c.problem) || (f.Problem != "") != (f.Remedy != "") {
				t.Errorf("finding %+v, want a problem with %q", f, c.problem)
			}
		})
	}
}

func TestFindFolder(t *testing.T) {
	c := folder(t, 0o700, map[string]os.FileMode{"file": 0o600})
	if f, exists := findFolder(c); f.Problem != "" || !exists {
		t.Errorf("a good folder: %+v, %v", f, exists)
	}
	if left, err := filepath.Glob(filepath.Join(c.Data, ".doctor*")); err != nil || len(left) > 0 {
		t.Errorf("the probe stays behind: %v %v", left, err)
	}
	if f, exists := findFolder(config.Config{Data: filepath.Join(c.Data, "none")}); f.Problem != "" || exists {
		t.Errorf("a folder to come: %+v, %v", f, exists)
	}
	if f, exists := findFolder(config.Config{Data: filepath.Join(c.Data, "file")}); f.Problem == "" || f.Remedy == "" || exists {
		t.Errorf("a file: %+v, %v", f, exists)
	}
}

func TestFindClock(t *testing.T) {
	c := folder(t, 0o700, map[string]os.FileMode{"kith.db": 0o600})
	now := time.Now()
	if f := findClock(c, now); f.Problem != "" {
		t.Errorf("now: %+v", f)
	}
	for name, at := range map[string]time.Time{"an hour ago": now.Add(-time.Hour), "1970": time.Unix(0, 0)} {
		if f := findClock(c, at); f.Problem == "" || f.Remedy == "" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestFindSpace(t *testing.T) {
	if f := findSpace(t.TempDir()); !strings.Contains(f.Detail+f.Problem, "GiB free") {
		t.Errorf("finding %+v", f)
	}
	if f := findSpace("/does/not/exist"); f.Problem == "" || f.Remedy == "" {
		t.Errorf("nowhere: %+v", f)
	}
}
