package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/testpg"
)

// presentVar, when set, makes the test binary a server process of its own that
// presents people and prints what it got.
const presentVar = "KITH_TEST_PRESENT"

// presentation is what such a process is told to do.
type presentation struct {
	URL             string
	Scope           org.Scope
	Clients, People int
	Seed            uint64
}

func TestMain(m *testing.M) {
	if text := os.Getenv(presentVar); text != "" {
		if err := present(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func present(text string) error {
	var p presentation
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	db, err := store.Open(ctx, store.Config{URL: p.URL})
	if err != nil {
		return err
	}
	ids, err := storetest.Present(ctx, p.Scope, p.Clients, p.People, p.Seed, db)
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(ids)
}

// TestPeopleOfTwoProcesses lets two server processes resolve the same people on
// one PostgreSQL: each person must be one contact, the same one for every client
// of either process.
func TestPeopleOfTwoProcesses(t *testing.T) {
	url := testpg.DSN(t)
	db := open(t, store.Config{URL: url})
	clients, people := storetest.Crowd()
	p := presentation{URL: url, Scope: storetest.Scope(t, db, "acme"), Clients: clients / 2, People: people}
	start := time.Now()
	results := make(chan result, 2)
	for seed := range uint64(2) {
		p.Seed = 1 + seed
		run := process(t, p)
		go func() { results <- run() }()
	}
	var ids [][]int64
	for range 2 {
		got := <-results
		if got.err != nil {
			t.Fatal(got.err)
		}
		ids = append(ids, got.ids...)
	}
	t.Logf("%d observations by two processes in %v", clients*people, time.Since(start))
	if len(ids) != clients {
		t.Fatalf("%d clients reported, want %d", len(ids), clients)
	}
	storetest.CheckPeople(t, db, p.Scope, ids)
}

// result is what one process reports.
type result struct {
	ids [][]int64 // by client and person
	err error
}

// process returns what runs this test binary once more to present people.
func process(t *testing.T, p presentation) func() result {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), presentVar+"="+string(text))
	return func() result {
		var out, complaint bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &complaint
		if err := cmd.Run(); err != nil {
			return result{err: fmt.Errorf("the process failed: %w: %s", err, complaint.String())}
		}
		var r result
		r.err = json.Unmarshal(out.Bytes(), &r.ids)
		return r
	}
}
