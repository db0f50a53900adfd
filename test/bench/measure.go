package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kith-id/kith/internal/benchdata"
	"github.com/kith-id/kith/test/bench/bare"
)

// report is what `kith import --json` says at the end.
type report struct{ Rows, Created, Updated, Unchanged, Failed int }

// kithImport imports the contacts file into a new org, which the measurements
// that follow work on.
func kithImport(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		s, err := e.newSite(on)
		if err != nil {
			return bare.Figures{}, err
		}
		e.imported[on] = true
		return e.importFile(s, e.path("contacts.csv"), e.totals)
	}
}

// kithImportScaled imports a file of another size into a new org.
func kithImportScaled(on engine, scale float64) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		path := e.path("scaled.csv")
		totals, err := generateContacts(path, e.path("scaled.manifest.csv"), seed, int(scale*float64(e.rows)))
		if err != nil {
			return bare.Figures{}, err
		}
		s, err := e.newSite(on)
		if err != nil {
			return bare.Figures{}, err
		}
		return e.importFile(s, path, totals)
	}
}

// importFile imports a file of new contacts and checks the report.
func (e *env) importFile(s *site, path string, t benchdata.Totals) (bare.Figures, error) {
	cmd := e.command(e.kith, s.args("import", "contacts", path, "--errors", e.path("failed.csv"), "--json")...)
	var got report
	start := time.Now()
	if err := jsonOutput(cmd, &got); err != nil {
		return bare.Figures{}, err
	}
	took := time.Since(start)
	valid := t.Rows - t.Invalid - t.Repeated
	if want := (report{Rows: t.Rows, Created: valid, Failed: t.Invalid + t.Repeated}); got != want {
		return bare.Figures{}, fmt.Errorf("the import reports %+v, want %+v", got, want)
	}
	return figures(cmd, valid, took), nil
}

// kithCreate creates contacts over HTTP from so many connections.
func kithCreate(on engine, connections int) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onSite(on, func(s *site, url string) (bare.Figures, error) {
			requests, err := s.requests(url+"/rev-users.create", creates, func(int) any { return e.newcomer() })
			if err != nil {
				return bare.Figures{}, err
			}
			return hammer(e.ctx, strings.TrimPrefix(url, "http://"), connections, requests)
		})
	}
}

// hammer sends the requests over so many connections.
func hammer(ctx context.Context, address string, connections int, requests [][]byte) (bare.Figures, error) {
	free, failed := make(chan *caller, connections), &firstError{}
	for range connections {
		c, err := newCaller(ctx, address)
		if err != nil {
			return bare.Figures{}, err
		}
		defer func() { _ = c.conn.Close() }()
		free <- c
	}
	f := bare.Hammer(connections, len(requests), func(n int) {
		c := <-free
		failed.note(c.call(requests[n]))
		free <- c
	})
	return rated(f), failed.err
}

// kithCreateDuringImport creates contacts one after the other while another
// file is imported through the same server.
func kithCreateDuringImport(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		others := e.path("others.csv")
		if _, err := generateContacts(others, e.path("others.manifest.csv"), seed+1, e.rows); err != nil {
			return bare.Figures{}, err
		}
		return e.onSite(on, func(s *site, url string) (bare.Figures, error) {
			done := make(chan error, 1)
			go func() {
				done <- jsonOutput(e.command(e.kith, s.args("import", "contacts", others, "--json")...), &report{})
			}()
			var took []time.Duration
			client, start := clients(1), time.Now()
			for {
				select {
				case err := <-done:
					return distribution(took, time.Since(start)), err
				default:
				}
				began := time.Now()
				if err := s.call(e.ctx, client, url+"/rev-users.create", e.newcomer(), nil); err != nil {
					return bare.Figures{}, err
				}
				took = append(took, time.Since(began))
				time.Sleep(5 * time.Millisecond) // a person, not a load
			}
		})
	}
}

// creates is how many contacts one measurement creates.
const creates = 20_000

// onSite measures something against a running server of the engine's org.
func (e *env) onSite(on engine, measure func(s *site, url string) (bare.Figures, error)) (f bare.Figures, err error) {
	s, err := e.site(on)
	if err != nil {
		return f, err
	}
	err = e.serve(s, func(url string) error {
		f, err = measure(s, url)
		return err
	})
	return f, err
}

// newcomer is the body that creates the next person who is in no file.
func (e *env) newcomer() map[string]any {
	p := benchdata.PersonAt(seed, e.rows+int(e.newcomers.Add(1)))
	return map[string]any{
		"external_ref": p.Ref, "display_name": p.Name, "email": p.Email, "phone_numbers": []string{p.Phone},
	}
}

// distribution returns the rate, median and 99th percentile of calls.
func distribution(took []time.Duration, all time.Duration) bare.Figures {
	if len(took) == 0 {
		return bare.Figures{}
	}
	slices.Sort(took)
	return rated(bare.Figures{
		Rows: len(took), Seconds: all.Seconds(),
		P50Seconds: took[len(took)/2].Seconds(), P99Seconds: took[len(took)*99/100].Seconds(),
	})
}

func rated(f bare.Figures) bare.Figures {
	f.RowsPerSecond = float64(f.Rows) / f.Seconds
	return f
}

// firstError keeps the first error of many goroutines.
type firstError struct {
	once sync.Once
	err  error
}

func (f *firstError) note(err error) {
	if err != nil {
		f.once.Do(func() { f.err = err })
	}
}
