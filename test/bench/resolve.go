package main

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"syscall"

	"github.com/kith-id/kith/test/bench/bare"
)

// reads is how many known contacts one measurement asks for.
const reads = 50_000

// resolveClients is how many connections ask at a time.
const resolveClients = 32

// bareRead asks the bare server for contacts that are in its database.
func bareRead(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (f bare.Figures, err error) {
		refs, err := e.knownRefs(reads)
		if err != nil {
			return f, err
		}
		args, err := e.bareData(on)
		if err != nil {
			return f, err
		}
		const token = "0123456789abcdef0123456789abcdef"
		err = e.readServer(append(args, "-token", token), func(address string) error {
			requests := make([][]byte, len(refs))
			for i, ref := range refs {
				requests[i] = fmt.Appendf(nil, "GET /?key=%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n",
					url.QueryEscape("\x01r"+ref), address, token)
			}
			f, err = hammer(e.ctx, address, resolveClients, requests)
			return err
		})
		return f, err
	}
}

// bareData tells readserver where the data is that the load left, which it
// makes when no load has run.
func (e *env) bareData(on engine) ([]string, error) {
	if !e.loaded[on] {
		if _, err := load(on)(e); err != nil {
			return nil, err
		}
	}
	if on == sqlite {
		return []string{"-db", e.path("load.db")}, nil
	}
	dsn, err := e.postgres()
	return []string{"-dsn", dsn}, err
}

// readServer runs body while the bare server runs.
func (e *env) readServer(args []string, body func(address string) error) error {
	server := e.command(e.path("readserver"), args...)
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		err = body(strings.TrimSpace(address))
	}
	_ = server.Process.Signal(syscall.SIGTERM)
	return errors.Join(err, server.Wait())
}

// knownRefs returns references of valid rows, from all over the file.
func (e *env) knownRefs(n int) ([]string, error) {
	refs, err := e.knownValues(0)
	if err != nil {
		return nil, err
	}
	return scatter(refs, n), nil
}

// knownValues returns what a column of the file holds in its valid rows.
func (e *env) knownValues(column int) ([]string, error) {
	listed, err := os.ReadFile(e.path("manifest.csv"))
	if err != nil {
		return nil, err
	}
	left := map[string]bool{} // the rows that no import takes
	for line := range strings.Lines(string(listed)) {
		row, _, _ := strings.Cut(line, ",")
		left[row] = true
	}
	file, err := os.Open(e.path("contacts.csv"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	records := csv.NewReader(file)
	records.FieldsPerRecord, records.ReuseRecord = -1, true
	var values []string
	for row := 0; ; row++ {
		record, err := records.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if row > 0 && !left[fmt.Sprint(row)] {
			values = append(values, strings.Clone(record[column]))
		}
	}
	return values, nil
}

// scatter returns n of the texts, far from each other and again when there are
// fewer.
func scatter(from []string, n int) []string {
	out, at := make([]string, n), 0
	for i := range out {
		out[i] = from[at%len(from)]
		at += 7_919 // prime, so that all have their turn
	}
	return out
}

// kithResolve asks Kith for contacts that its org has.
func kithResolve(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		refs, err := e.knownRefs(reads)
		if err != nil {
			return bare.Figures{}, err
		}
		return e.upsert(on, reads, func(i int) any { return map[string]any{"external_ref": refs[i]} })
	}
}

// kithResolveNew asks it for people whom it does not know yet.
func kithResolveNew(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.upsert(on, creates, func(int) any { return e.newcomer() })
	}
}

// upsert sends so many upserts to a server whose org holds the file.
func (e *env) upsert(on engine, n int, body func(i int) any) (bare.Figures, error) {
	if !e.imported[on] {
		if _, err := kithImport(on)(e); err != nil {
			return bare.Figures{}, err
		}
	}
	return e.onSite(on, func(s *site, url string) (bare.Figures, error) {
		requests, err := s.requests(url+"/rev-users.upsert", n, body)
		if err != nil {
			return bare.Figures{}, err
		}
		return hammer(e.ctx, strings.TrimPrefix(url, "http://"), resolveClients, requests)
	})
}
