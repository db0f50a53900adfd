// Seedlist fills a database with the contacts that lists are measured on, or
// measures the pairs of package listpair on one that is filled, in process.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/tag"
	"github.com/kith-id/kith/test/bench/listpair"
)

const (
	batch = 50_000 // contacts in a transaction
	seed  = 42
)

func main() {
	dir := flag.String("data", "", "data folder of SQLite")
	url := flag.String("database-url", "", "PostgreSQL instead")
	orgID := flag.Int64("org", 0, "the number of an org without records to fill or measure; 0 creates one to fill")
	rows := flag.Int("rows", 1_000_000, "contacts")
	measure := flag.Bool("measure", false, "measure instead of filling")
	runs := flag.Int("runs", 60, "pages of each pair")
	only := flag.String("only", "", "only the pair of this name")
	flag.StringVar(&backends, "backends", "", "the folder of script/postgres whose computing counts as well")
	profile := flag.String("cpuprofile", "", "write a profile of the processor's time here")
	flag.Parse()
	job := func(ctx context.Context, db *store.DB) error { return fill(ctx, db, *orgID, *rows) }
	if *measure {
		job = func(ctx context.Context, db *store.DB) error {
			return bench(ctx, db, scopeOf(max(*orgID, 1)), *rows, *runs, *only)
		}
	}
	if err := run(store.Config{URL: *url, Dir: *dir}, *profile, job); err != nil {
		fmt.Fprintln(os.Stderr, "seedlist:", err)
		os.Exit(1)
	}
}

func run(c store.Config, profile string, job func(context.Context, *store.DB) error) error {
	ctx := context.Background()
	if profile != "" {
		file, err := os.Create(profile)
		if err != nil {
			return err
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	db, err := store.Open(ctx, c)
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	if err := job(ctx, db); err != nil {
		return err
	}
	return db.Close()
}

func scopeOf(orgID int64) org.Scope {
	return org.Scope{OrgID: orgID, Space: don.Space{Partition: "kith", Org: "bench"}, Actor: don.Of(don.Member, 1)}
}

// fill adds the contacts, and the tags and accounts that they name.
func fill(ctx context.Context, db *store.DB, orgID int64, rows int) error {
	if orgID == 0 {
		o, err := db.CreateOrg(ctx, org.Org{Name: "Bench", Slug: "bench", Public: "bench"})
		if err != nil {
			return err
		}
		orgID = o.ID
	}
	scope := scopeOf(orgID)
	if err := db.Write(ctx, scope, func(tx *store.Tx) error { return surround(ctx, tx, rows) }); err != nil {
		return err
	}
	began := time.Now()
	s := listpair.NewSeeder(rows, seed)
	for from := 1; from <= rows; from += batch {
		if err := add(ctx, db, scope, s, from, min(from+batch, rows+1)); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "\r%d contacts in %.0f s", min(from+batch-1, rows), time.Since(began).Seconds())
	}
	fmt.Fprintln(os.Stderr)
	return db.Analyze(ctx)
}

// surround takes the numbers that the seeder gives and adds what it names.
func surround(ctx context.Context, tx *store.Tx, rows int) error {
	now := tx.Now()
	for of, count := range map[don.Type]int{don.Contact: rows, don.Account: listpair.Accounts, don.Tag: listpair.Tags} {
		first, err := tx.Next(ctx, of, count)
		if err != nil {
			return err
		}
		if first != 1 {
			return fmt.Errorf("the org has records already: its next %s would be %d", of.Wire(), first)
		}
	}
	f := listpair.Fragment()
	f.CreatedAt, f.CreatedBy = now, "devu/1"
	var err error
	if f.N, err = tx.Next(ctx, don.TenantFragment, 1); err != nil {
		return err
	}
	if _, err := tx.PutFragment(ctx, &f); err != nil {
		return err
	}
	for n := int64(1); n <= listpair.Tags; n++ {
		t := &tag.Tag{N: n, Name: fmt.Sprint("tag ", n), CreatedAt: now, CreatedBy: "devu/1", ModifiedAt: now, ModifiedBy: "devu/1"}
		if n == listpair.TagHundred {
			t.AllowedValues = []string{"gold", "silver"}
		}
		if err := tx.InsertTag(ctx, t); err != nil {
			return err
		}
	}
	for n := int64(1); n <= listpair.Accounts; n++ {
		a := &account.Account{
			N: n, DisplayName: fmt.Sprint("Account ", n), Tier: listpair.Tier(n), Version: 1, CreatedAt: now, CreatedBy: "devu/1", ModifiedAt: now, ModifiedBy: "devu/1",
		}
		if err := tx.InsertAccount(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

func add(ctx context.Context, db *store.DB, scope org.Scope, s *listpair.Seeder, from, to int) error {
	var cs []*contact.Contact
	var entries []identity.Entry
	for n := from; n < to; n++ {
		c := s.Contact(int64(n))
		cs = append(cs, c)
		entries = append(entries, identity.Entries(c, org.Settings{})...)
	}
	return db.Bulk(ctx, scope, func(tx *store.Tx) error {
		stood, err := tx.AddIdentifiers(ctx, entries)
		if err != nil {
			return err
		}
		if len(stood) > 0 {
			return fmt.Errorf("%d identifiers stand already", len(stood))
		}
		return tx.InsertContacts(ctx, cs)
	})
}
