package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/test/bench/listpair"
)

// times are of pages: by the clock, and of computing.
type times struct{ clock, computing []time.Duration }

func (t *times) add(o times) {
	t.clock, t.computing = append(t.clock, o.clock...), append(t.computing, o.computing...)
}

// bench prints how long pages of the pairs take: a third are first pages, the
// others lie after or before a contact of the list.
func bench(ctx context.Context, db *store.DB, scope org.Scope, rows, runs int, only string) error {
	beside := matches(rows)
	var easy, hard times
	fmt.Printf("%-42s %8s %8s %8s %8s %8s %8s %5s\n", "pair", "p50 ms", "p90 ms", "p99 ms", "max ms", "cpu p50", "cpu p99", "rows")
	for i, p := range listpair.Pairs {
		if only != "" && only != p.Name {
			continue
		}
		took, items, err := measure(ctx, db, scope, p, beside[i], runs)
		if err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if p.Hard {
			hard.add(took)
		} else {
			easy.add(took)
		}
		report(p.Name, took, items/runs)
	}
	report("35 pairs", easy, 0)
	report("5 hard pairs", hard, 0)
	return nil
}

func measure(ctx context.Context, db *store.DB, scope org.Scope, p listpair.Pair, beside []*contact.Contact, runs int) (took times, items int, err error) {
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range runs + 1 {
		q := store.Query{Limit: 50, Backward: i%3 == 2}
		for _, s := range p.Sorts {
			q.Sorts = append(q.Sorts, store.Sort{Field: s.Field, Desc: s.Desc})
		}
		if i%3 != 0 && len(beside) > 0 {
			q.Edge = store.EdgeOf(beside[rng.IntN(len(beside))], q.Sorts)
		}
		start, used := time.Now(), computing()
		err := db.Read(ctx, scope, func(tx *store.Tx) error {
			got, _, err := tx.ListContacts(ctx, p.Filter, q)
			items += len(got)
			return err
		})
		if err != nil {
			return took, 0, err
		}
		if i > 0 { // the first one warms up
			took.add(times{[]time.Duration{time.Since(start)}, []time.Duration{computing() - used}})
		}
	}
	return took, items, nil
}

// matches picks contacts at random that match each of the pairs.
func matches(rows int) [][]*contact.Contact {
	const most = 50
	rng := rand.New(rand.NewPCG(5, 5))
	out, seen := make([][]*contact.Contact, len(listpair.Pairs)), make([]int, len(listpair.Pairs))
	s := listpair.NewSeeder(rows, seed)
	for n := range rows {
		c := s.Contact(int64(n + 1))
		for i, p := range listpair.Pairs {
			if !listpair.Matches(p.Filter, c) {
				continue
			}
			seen[i]++
			if len(out[i]) < most {
				out[i] = append(out[i], c)
			} else if at := rng.IntN(seen[i]); at < most {
				out[i][at] = c
			}
		}
	}
	return out
}

// backends is the folder of the PostgreSQL cluster, as script/postgres makes it,
// whose computing counts too; empty when there is none on this machine.
var backends string

// computing is how long this process and the database's have computed: all that
// a list takes, whatever else the machine does.
func computing() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	sum := u.Utime.Nano() + u.Stime.Nano()
	for _, pid := range clients() {
		var ran int64
		if text, err := os.ReadFile("/proc/" + pid + "/schedstat"); err == nil {
			_, _ = fmt.Sscan(string(text), &ran)
		}
		sum += ran
	}
	return time.Duration(sum)
}

// clients are the numbers of the processes that serve this one's connections.
// They are looked for once: a measurement has one connection.
var clients = sync.OnceValue(func() (pids []string) {
	if backends == "" {
		return nil
	}
	lock, _ := os.ReadFile(filepath.Join(backends, "data", "postmaster.pid"))
	server, _, _ := strings.Cut(string(lock), "\n")
	all, _ := os.ReadFile("/proc/" + server + "/task/" + server + "/children")
	for _, pid := range strings.Fields(string(all)) {
		if what, _ := os.ReadFile("/proc/" + pid + "/cmdline"); strings.Contains(string(what), "[local]") {
			pids = append(pids, pid)
		}
	}
	return pids
})

func report(name string, t times, rows int) {
	if len(t.clock) == 0 {
		return
	}
	slices.Sort(t.clock)
	slices.Sort(t.computing)
	at := func(all []time.Duration, p float64) float64 {
		return all[min(int(p*float64(len(all))), len(all)-1)].Seconds() * 1000
	}
	fmt.Printf("%-42s %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %5d\n", name, at(t.clock, 0.5), at(t.clock, 0.9), at(t.clock, 0.99), at(t.clock, 1),
		at(t.computing, 0.5), at(t.computing, 0.99), rows)
}
