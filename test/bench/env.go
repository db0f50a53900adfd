package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kith-id/kith/internal/benchdata"
	"github.com/kith-id/kith/test/bench/bare"
)

// seed makes every report speak of the same people.
const seed = 42

// env is what measurements share: a folder on the disk under test with the
// programs and the data, and a PostgreSQL server.
type env struct {
	ctx    context.Context
	dir    string
	kith   string
	rows   int
	totals benchdata.Totals
	sync   float64 // seconds of a median fdatasync
	pg     string  // URL of the server, "" before it is first needed

	sites     map[engine]*site
	loaded    map[engine]bool // whether the bare tables hold the file
	imported  map[engine]bool // whether the site's org holds it
	newcomers atomic.Int64    // people created so far who are in no file
	detailed  bool            // whether the parts of measurements are told
}

// newEnv builds the programs, generates the data and measures the disk.
func newEnv(ctx context.Context, parent, kith string, rows int) (*env, error) {
	dir, err := os.MkdirTemp(parent, "kith-bench-")
	if err != nil {
		return nil, err
	}
	e := &env{ctx: ctx, dir: dir, kith: kith, rows: rows, sites: map[engine]*site{}, loaded: map[engine]bool{}, imported: map[engine]bool{}}
	if err := e.prepare(); err != nil {
		return nil, errors.Join(err, e.close())
	}
	return e, nil
}

func (e *env) prepare() error {
	// The database server's account must be able to reach its folder below.
	if err := os.Chmod(e.dir, 0o711); err != nil {
		return err
	}
	if _, err := e.output("go", "build", "-o", e.dir+"/", "./test/bench/..."); err != nil {
		return err
	}
	if err := e.generate(); err != nil {
		return err
	}
	out, err := e.output(e.path("fdatasync"), "-dir", e.dir)
	if err != nil {
		return err
	}
	var disk struct {
		Median float64 `json:"median_seconds"`
	}
	err = json.Unmarshal(out, &disk)
	e.sync = disk.Median
	return err
}

// generate writes contacts.csv, its manifest and accounts.csv.
func (e *env) generate() (err error) {
	if e.totals, err = generateContacts(e.path("contacts.csv"), e.path("manifest.csv"), seed, e.rows); err != nil {
		return err
	}
	var accounts bytes.Buffer
	if err := benchdata.GenerateAccounts(&accounts, seed); err != nil {
		return err
	}
	return os.WriteFile(e.path("accounts.csv"), accounts.Bytes(), 0o644)
}

func generateContacts(contacts, manifest string, seed uint64, rows int) (benchdata.Totals, error) {
	file, err := os.Create(contacts)
	if err != nil {
		return benchdata.Totals{}, err
	}
	var listed bytes.Buffer
	totals, err := benchdata.Generate(file, &listed, benchdata.Options{Rows: rows, Seed: seed})
	return totals, errors.Join(err, file.Close(), os.WriteFile(manifest, listed.Bytes(), 0o644))
}

// close stops the server and removes the folder, after an interrupt too.
func (e *env) close() error {
	e.ctx = context.WithoutCancel(e.ctx)
	var err error
	if e.pg != "" {
		_, err = e.output("script/postgres", "stop", e.path("pg"))
	}
	return errors.Join(err, os.RemoveAll(e.dir))
}

func (e *env) path(name string) string { return filepath.Join(e.dir, name) }

// postgres returns the URL of a server tuned for loads, which it starts once.
func (e *env) postgres() (string, error) {
	if e.pg == "" {
		out, err := e.output("script/postgres", "start", e.path("pg"))
		if err != nil {
			return "", err
		}
		e.pg = strings.TrimSpace(string(out))
	}
	return e.pg, nil
}

// program runs one of the bare programs and returns the figures it prints.
func (e *env) program(name string, args ...string) (bare.Figures, error) {
	var figures bare.Figures
	out, err := e.output(e.path(name), args...)
	if err != nil {
		return figures, err
	}
	return figures, json.Unmarshal(out, &figures)
}

// detail tells how long the calls of a part of a measurement took.
func (e *env) detail(name string, took []time.Duration) {
	if e.detailed {
		f := distribution(slices.Clone(took), 1)
		fmt.Fprintf(os.Stderr, "  %-42s p50 %6.1f ms, p99 %6.1f ms\n", name, f.P50Seconds*1e3, f.P99Seconds*1e3)
	}
}

// output runs a command and returns what it prints; its error says what it complained of.
func (e *env) output(name string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(e.ctx, name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(name), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}
