package cli

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/server"
)

type versionCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run prints the version.
func (c versionCmd) Run(e *environment) error {
	v := struct {
		Version  string `json:"version"`
		Revision string `json:"revision,omitempty"`
		Go       string `json:"go"`
		Platform string `json:"platform"`
	}{version, revision(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
	if c.JSON {
		return printJSON(e.Out, v)
	}
	_, err := fmt.Fprintf(e.Out, "kith %s (%s, %s)\n", v.Version, v.Go, v.Platform)
	return err
}

func revision() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}

type migrateCmd struct{}

// Run migrates: opening the database does.
func (migrateCmd) Run(e *environment) error {
	var out server.DiagnosisView
	if err := e.operate("diagnosis.get", struct{}{}, &out); err != nil {
		return err
	}
	for _, f := range out.Findings {
		if f.Name == "database" {
			return printFinding(e, f)
		}
	}
	return nil
}

type doctorCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run checks everything it can and reports each check on a line.
func (c doctorCmd) Run(e *environment) error {
	findings := e.diagnose()
	problems := 0
	for _, f := range findings {
		if f.Problem != "" {
			problems++
		}
		if c.JSON {
			continue
		}
		if err := printFinding(e, f); err != nil {
			return err
		}
	}
	if c.JSON {
		if err := printJSON(e.Out, server.DiagnosisView{Findings: findings}); err != nil {
			return err
		}
	}
	if problems > 0 {
		return errPartial
	}
	return nil
}

func printFinding(e *environment, f server.Finding) error {
	if f.Problem == "" {
		_, err := fmt.Fprintf(e.Out, "ok       %s: %s\n", f.Name, f.Detail)
		return err
	}
	_, err := fmt.Fprintf(e.Out, "problem  %s: %s\n         %s\n", f.Name, f.Problem, f.Remedy)
	return err
}

func (e *environment) diagnose() []server.Finding {
	cfg, err := e.load(nil)
	if err != nil {
		return []server.Finding{{Name: "settings", Problem: message(err), Remedy: "correct the setting"}}
	}
	list := []server.Finding{{Name: "settings", Detail: "read"}}
	folder, exists := findFolder(cfg)
	list = append(list, folder, findClock(cfg, time.Now()))
	if !exists {
		return list
	}
	list = append(list, findModes(cfg), findSpace(cfg.Data))
	return append(list, e.findDatabase(cfg)...)
}

// findFolder checks the data folder; exists is false when there is nothing to
// look into.
func findFolder(cfg config.Config) (f server.Finding, exists bool) {
	f.Name = "data folder"
	info, err := os.Stat(cfg.Data)
	switch {
	case os.IsNotExist(err):
		f.Detail = cfg.Data + " does not exist yet; the first start makes it"
		return f, false
	case err != nil:
		f.Problem, f.Remedy = err.Error(), "let the user that runs Kith read it"
		return f, false
	case !info.IsDir():
		f.Problem, f.Remedy = cfg.Data+" is not a folder", "choose another with --data"
		return f, false
	}
	probe, err := os.CreateTemp(cfg.Data, ".doctor-*")
	if err != nil {
		f.Problem, f.Remedy = "cannot be written to: "+err.Error(), "run this as the user that runs Kith, or give the folder to that user: chown -R"
		return f, true
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	f.Detail = cfg.Data + " can be written to"
	return f, true
}

// findModes checks that others on the machine cannot read what is private.
func findModes(cfg config.Config) server.Finding {
	f := server.Finding{Name: "permissions", Detail: "only the owner can read the data"}
	var open []string
	for _, name := range []string{"kith.db", "kith.db-wal", "kith.db-shm", "secret.key", "kith.sock"} {
		path := filepath.Join(cfg.Data, name)
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			open = append(open, path)
		}
	}
	// A folder that nobody else may enter protects everything in it.
	if info, err := os.Stat(cfg.Data); err == nil && info.Mode().Perm()&fs.FileMode(0o077) == 0 {
		open = nil
	}
	if len(open) > 0 {
		f.Detail = ""
		f.Problem, f.Remedy = "other users of the machine may read "+strings.Join(open, ", "), "run: chmod go= "+strings.Join(open, " ")
	}
	return f
}

const minFree = 512 << 20

func findSpace(dir string) server.Finding {
	f := server.Finding{Name: "disk space"}
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		f.Problem, f.Remedy = err.Error(), "check the file system"
		return f
	}
	free := s.Bavail * uint64(s.Bsize)
	f.Detail = fmt.Sprintf("%.1f GiB free", float64(free)/(1<<30))
	if free < minFree {
		f.Problem, f.Remedy = f.Detail, "free some space: Kith stops taking writes when the disk is full"
	}
	return f
}

// releaseYear is a year this program cannot have run before.
const releaseYear = 2026

// findClock looks for a clock that stands in the past: tokens would not expire.
func findClock(cfg config.Config, now time.Time) server.Finding {
	f := server.Finding{Name: "clock", Detail: now.UTC().Format(time.RFC3339)}
	past := now.Year() < releaseYear
	for _, path := range []string{cfg.SecretFile(), filepath.Join(cfg.Data, "kith.db"), filepath.Join(cfg.Data, "kith.db-wal")} {
		if info, err := os.Stat(path); err == nil && info.ModTime().Sub(now) > 5*time.Minute {
			past = true
		}
	}
	if past {
		f.Problem, f.Remedy = f.Detail+" lies before the last change of the data", "set the clock, best by NTP"
	}
	return f
}

// findDatabase asks the running server, or opens the database.
func (e *environment) findDatabase(cfg config.Config) []server.Finding {
	if _, err := os.Stat(filepath.Join(cfg.Data, "kith.db")); os.IsNotExist(err) && cfg.DatabaseURL == "" {
		return []server.Finding{{Name: "database", Detail: "does not exist yet; the first start makes it"}}
	}
	kith, err := e.connectTo(cfg, false)
	if err != nil {
		return []server.Finding{{Name: "database", Problem: message(err), Remedy: "see above; the data is not touched meanwhile"}}
	}
	defer func() { _ = kith.Close() }()
	running := server.Finding{Name: "server", Detail: "none runs on this data folder"}
	switch {
	case kith.running:
		running.Detail = "one runs on this data folder"
	case cfg.DatabaseURL != "": // servers anywhere may use it, unseen from here
		running.Detail = "asked none: this command uses PostgreSQL itself"
	}
	var out server.DiagnosisView
	kith.http.Timeout = 10 * time.Minute
	if err := kith.call(e.ctx, "diagnosis.get", struct{}{}, &out); err != nil {
		running.Problem, running.Remedy = message(err), "see the server's log"
	}
	return append([]server.Finding{running}, out.Findings...)
}
