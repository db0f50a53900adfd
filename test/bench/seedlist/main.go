// Seedlist fills a database with the contacts that lists are measured on, or
// measures the pairs of package listpair on one that is filled, in process.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime/pprof"
	"slices"
	"syscall"
	"time"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/test/bench/listpair"
)

const batch = 50_000

func main() {
	dir := flag.String("data", "", "data folder of SQLite")
	url := flag.String("database-url", "", "PostgreSQL instead")
	rows := flag.Int("rows", 1_000_000, "contacts to seed")
	measure := flag.Bool("measure", false, "measure instead of seeding")
	runs := flag.Int("runs", 60, "lists a pair")
	profile := flag.String("cpuprofile", "", "write a profile here")
	only := flag.String("only", "", "only the pair of this name")
	into := flag.Int64("org", 0, "org to seed into or measure, 0 for a new one")
	flag.Parse()
	ctx := context.Background()
	if *profile != "" {
		file, err := os.Create(*profile)
		if err == nil {
			err = pprof.StartCPUProfile(file)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "seedlist:", err)
			os.Exit(1)
		}
		defer pprof.StopCPUProfile()
	}
	if err := run(ctx, store.Config{URL: *url, Dir: *dir}, *into, *rows, *runs, *measure, *only); err != nil {
		fmt.Fprintln(os.Stderr, "seedlist:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, c store.Config, into int64, rows, runs int, measure bool, only string) error {
	db, err := store.Open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	scope := org.Scope{OrgID: 1, Space: don.Space{Partition: "kith", Org: "bench"}, Actor: don.Of(don.Member, 1)}
	if into != 0 {
		scope.OrgID = into
	}
	if measure {
		return bench(ctx, db, scope, rows, runs, only)
	}
	if into != 0 {
		return seed(ctx, db, scope, rows)
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	o, err := db.CreateOrg(ctx, org.Org{Name: "Bench", Slug: "bench", Public: "bench"})
	if err != nil {
		return err
	}
	scope.OrgID = o.ID
	return seed(ctx, db, scope, rows)
}

func seed(ctx context.Context, db *store.DB, scope org.Scope, rows int) error {
	began := time.Now()
	s := listpair.NewSeeder(rows, 42)
	for from := 1; from <= rows; from += batch {
		var cs []*contact.Contact
		var entries []identity.Entry
		for n := from; n < from+batch && n <= rows; n++ {
			c := s.Contact(int64(n))
			cs = append(cs, c)
			entries = append(entries, identity.Entries(c, false)...)
		}
		err := db.Bulk(ctx, scope, func(tx *store.Tx) error {
			if stood, err := tx.AddIdentifiers(ctx, entries); err != nil || len(stood) > 0 {
				return fmt.Errorf("%d identifiers stood, %w", len(stood), err)
			}
			return tx.InsertContacts(ctx, cs)
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\r%d rows in %.0f s", from+batch-1, time.Since(began).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return db.Analyze(ctx)
}

func bench(ctx context.Context, db *store.DB, scope org.Scope, rows, runs int, only string) error {
	rng := rand.New(rand.NewPCG(3, 3))
	matching := matches(rows)
	var easy, hard, easyCPU, hardCPU []time.Duration
	fmt.Printf("%-42s %8s %8s %8s %8s %8s %8s %5s\n", "pair", "p50 ms", "p90 ms", "p99 ms", "max ms", "cpu p50", "cpu p99", "rows")
	for i, p := range listpair.Pairs {
		if only != "" && only != p.Name {
			continue
		}
		var took, cpu []time.Duration
		edges := matching[i]
		total := 0
		for i := range runs + 1 {
			q := store.Query{Limit: 50, Backward: i%3 == 2}
			for _, s := range p.Sorts {
				q.Sorts = append(q.Sorts, store.Sort{Field: s.Field, Desc: s.Desc})
			}
			if i%3 != 0 {
				q.Edge = store.EdgeOf(edges[rng.IntN(len(edges))], q.Sorts)
			}
			start, used := time.Now(), processor()
			err := db.Read(ctx, scope, func(tx *store.Tx) error {
				got, _, err := tx.ListContacts(ctx, p.Filter, q)
				total += len(got)
				return err
			})
			if err != nil {
				return fmt.Errorf("%s: %w", p.Name, err)
			}
			if i > 0 { // the first warms up
				took = append(took, time.Since(start))
				cpu = append(cpu, processor()-used)
			}
		}
		if p.Hard {
			hard, hardCPU = append(hard, took...), append(hardCPU, cpu...)
		} else {
			easy, easyCPU = append(easy, took...), append(easyCPU, cpu...)
		}
		report(p.Name, took, cpu, total/(runs+1))
	}
	report("35 pairs", easy, easyCPU, 0)
	report("5 hard pairs", hard, hardCPU, 0)
	return nil
}

// matches picks contacts at random that match each of the pairs, beside which
// pages begin.
func matches(rows int) [][]*contact.Contact {
	rng := rand.New(rand.NewPCG(5, 5))
	out, seen := make([][]*contact.Contact, len(listpair.Pairs)), make([]int, len(listpair.Pairs))
	s := listpair.NewSeeder(rows, 42)
	for n := range rows {
		c := s.Contact(int64(n + 1))
		for i, p := range listpair.Pairs {
			if !listpair.Matches(p.Filter, c) {
				continue
			}
			seen[i]++
			if len(out[i]) < 50 {
				out[i] = append(out[i], c)
			} else if at := rng.IntN(seen[i]); at < 50 {
				out[i][at] = c
			}
		}
	}
	return out
}

// processor is the time that this process has computed. With SQLite it is all
// that a list takes, whatever else the machine does.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func report(name string, took, cpu []time.Duration, rows int) {
	if len(took) == 0 {
		return
	}
	slices.Sort(took)
	slices.Sort(cpu)
	at := func(all []time.Duration, p float64) float64 {
		return all[min(int(p*float64(len(all))), len(all)-1)].Seconds() * 1000
	}
	fmt.Printf("%-42s %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %5d\n", name, at(took, 0.5), at(took, 0.9), at(took, 0.99), at(took, 1), at(cpu, 0.5), at(cpu, 0.99), rows)
}
