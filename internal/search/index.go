package search

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search/lexical"
)

// IndexTx is what indexing needs of a transaction.
type IndexTx interface {
	Tx
	Now() time.Time
	LeaseSearch(ctx context.Context, name string, until time.Time) (bool, error)
	DropSearchTodo(ctx context.Context, t don.Type, todo []lexical.Todo) error
	SearchDocsIn(ctx context.Context, t don.Type, from, to int64, limit int) ([]lexical.Doc, error)
	ReplaceSearchPostings(ctx context.Context, t don.Type, block int64, from, to lexical.Gram, postings []lexical.Posting) error
	FinishSearchBlock(ctx context.Context, t don.Type, block int64, empty bool, words []byte) error
	// JoinSearchBlock adds records to a block, of so many that changed or are gone.
	JoinSearchBlock(ctx context.Context, t don.Type, block int64, b *lexical.Block, changed int) error
}

// IndexDB runs the transactions of indexing. Those of Bulk let small writes go first.
type IndexDB interface {
	Read(ctx context.Context, s org.Scope, fn func(IndexTx) error) error
	Bulk(ctx context.Context, s org.Scope, fn func(IndexTx) error) error
	// SearchOrgs returns the orgs that have records to index.
	SearchOrgs(ctx context.Context) ([]int64, error)
	// StaleSearchBlocks returns blocks of any org that were made before a time and to
	// which something was joined since.
	StaleSearchBlocks(ctx context.Context, before time.Time) ([]StaleBlock, error)
}

// StaleBlock is a block that may hold what is no more.
type StaleBlock struct {
	OrgID int64
	Type  don.Type
	Block int64
}

// Indexer keeps the index up to what changes. Of several processes one works for
// an org at a time, under a lease.
type Indexer struct {
	DB   IndexDB
	Name string // of this process, for leases
	Log  *slog.Logger
}

const (
	// Between rounds the indexer rests four times as long as the last one took,
	// within these bounds, so that the work that many small changes make is bounded.
	restLeast = 250 * time.Millisecond
	restMost  = 5 * time.Second
	restRatio = 4

	lease      = 30 * time.Second
	roundLimit = 20_000 // runs taken at a time
	// A block of which so many records changed is made anew: cheaper than adding
	// them one by one, and it drops what is out of date.
	anewFrom   = 4096
	docsPage   = 8192
	deskPage   = 256  // the same of records with what was said in them
	joinPage   = 250  // records added in a transaction
	gramsPage  = 4096 // postings stored in a transaction
	growing    = 2 * time.Second
	growingMax = 30 * time.Second

	staleFor   = 24 * time.Hour
	sweepEvery = time.Hour
)

// Work indexes until ctx ends.
func (x *Indexer) Work(ctx context.Context) {
	rest := time.NewTimer(restLeast)
	defer rest.Stop()
	sweep := time.NewTicker(sweepEvery)
	defer sweep.Stop()
	for {
		round := x.Round
		select {
		case <-ctx.Done():
			return
		case <-sweep.C:
			round = func(ctx context.Context) error { return x.sweep(ctx, time.Now().Add(-staleFor)) }
		case <-rest.C:
		}
		began := time.Now()
		if err := round(ctx); err != nil && ctx.Err() == nil {
			x.Log.Error("records could not be indexed for search", "error", err)
		}
		rest.Reset(min(max(restLeast, restRatio*time.Since(began)), restMost))
	}
}

// Round indexes what waits, save for blocks that an import is filling. Orgs have
// turns, so that a large one does not keep the others waiting, and one that cannot
// be indexed is left out.
func (x *Indexer) Round(ctx context.Context) error {
	orgs, err := x.DB.SearchOrgs(ctx)
	for len(orgs) > 0 && ctx.Err() == nil {
		var left []int64
		for _, id := range orgs {
			more, failed := x.org(ctx, org.Scope{OrgID: id})
			if more && failed == nil {
				left = append(left, id)
			}
			err = errors.Join(err, failed)
		}
		orgs = left
	}
	return errors.Join(err, ctx.Err())
}

// org indexes some of what waits in one org, and reports whether there is more that
// is this process's to index.
func (x *Indexer) org(ctx context.Context, sc org.Scope) (more bool, err error) {
	ours, err := x.bulk(ctx, sc, func(IndexTx) error { return nil })
	if err != nil || !ours {
		return false, err
	}
	var todo map[don.Type][]lexical.Todo
	err = x.DB.Read(ctx, sc, func(tx IndexTx) (err error) {
		todo, err = tx.SearchTodo(ctx, false, roundLimit)
		return err
	})
	if err != nil {
		return false, err
	}
	taken, done := 0, 0
	for t, list := range todo {
		taken += len(list)
		n, ours, failed := x.typ(ctx, sc, t, list)
		if !ours {
			return false, errors.Join(err, failed)
		}
		err = errors.Join(err, failed)
		done += n
	}
	if more = taken == roundLimit && done > 0; more {
		return true, err
	}
	// Another process need not wait for the lease to end.
	_, released := x.lease(ctx, sc, 0, func(IndexTx) error { return nil })
	return false, errors.Join(err, released)
}

// typ indexes records of one type and returns how many of the runs that took in.
// A block that cannot be indexed is left out.
func (x *Indexer) typ(ctx context.Context, sc org.Scope, t don.Type, list []lexical.Todo) (done int, ours bool, err error) {
	var known []Block
	err = x.DB.Read(ctx, sc, func(tx IndexTx) (err error) {
		known, err = tx.SearchBlocks(ctx, t)
		return err
	})
	if err != nil {
		return 0, true, err
	}
	byBlock := map[int64][]lexical.Todo{}
	var blocks []int64
	for _, run := range list {
		b, _ := lexical.Place(run.N)
		if byBlock[b] == nil {
			blocks = append(blocks, b)
		}
		byBlock[b] = append(byBlock[b], run)
	}
	slices.Sort(blocks)
	for _, b := range blocks {
		runs := byBlock[b]
		var records int64
		ranges := false
		for _, r := range runs {
			records += r.NTo - r.N + 1
			ranges = ranges || r.NTo > r.N
		}
		at := slices.IndexFunc(known, func(k Block) bool { return k.N == b })
		var failed error
		if at >= 0 && records+known[at].Joined < anewFrom {
			ours, failed = x.join(ctx, sc, t, b, runs)
		} else if ranges && b == blocks[len(blocks)-1] && x.grows(runs) {
			continue
		} else {
			ours, failed = x.anew(ctx, sc, t, b, runs)
		}
		if err = errors.Join(err, failed); failed != nil {
			continue
		}
		if !ours {
			return done, false, err
		}
		done += len(runs)
	}
	return done, true, err
}

// sweep makes blocks anew that were made before a time and of which something was
// changed or deleted since, so that nothing of it stays in the index.
func (x *Indexer) sweep(ctx context.Context, before time.Time) error {
	stale, err := x.DB.StaleSearchBlocks(ctx, before)
	for _, s := range stale {
		_, failed := x.anew(ctx, org.Scope{OrgID: s.OrgID}, s.Type, s.Block, nil)
		if err = errors.Join(err, failed); ctx.Err() != nil {
			break
		}
	}
	return err
}

// grows reports whether the highest block is still being filled by an import: to
// make it anew for each of its transactions would be wasted.
func (x *Indexer) grows(runs []lexical.Todo) bool {
	now := time.Now()
	return now.Sub(runs[len(runs)-1].At) < growing && now.Sub(runs[0].At) < growingMax
}

// bulk runs fn in a transaction as long as this process is the org's indexer;
// ours is false when it is not.
func (x *Indexer) bulk(ctx context.Context, sc org.Scope, fn func(IndexTx) error) (ours bool, err error) {
	return x.lease(ctx, sc, lease, fn)
}

// lease does the same and holds the lease for so long from now on.
func (x *Indexer) lease(ctx context.Context, sc org.Scope, hold time.Duration, fn func(IndexTx) error) (ours bool, err error) {
	err = x.DB.Bulk(ctx, sc, func(tx IndexTx) (err error) {
		if ours, err = tx.LeaseSearch(ctx, x.Name, tx.Now().Add(hold)); err != nil || !ours {
			return err
		}
		return fn(tx)
	})
	return ours, err
}

// survive makes a panic an error: a record that the index cannot take must not end
// the server.
func survive(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("indexing for search: %v", p)
	}
}

// join adds changed records to a block.
func (x *Indexer) join(ctx context.Context, sc org.Scope, t don.Type, block int64, runs []lexical.Todo) (ours bool, err error) {
	defer survive(&err)
	for len(runs) > 0 {
		var ns []int64
		count := 0
		for count < len(runs) && len(ns) < joinPage {
			for n := runs[count].N; n <= runs[count].NTo; n++ {
				ns = append(ns, n)
			}
			count++
		}
		ours, err = x.bulk(ctx, sc, func(tx IndexTx) error {
			docs, err := tx.SearchDocs(ctx, t, ns)
			if err != nil {
				return err
			}
			var b lexical.Block
			for _, d := range docs {
				b.Add(d)
			}
			if err := tx.JoinSearchBlock(ctx, t, block, &b, len(ns)); err != nil {
				return err
			}
			return tx.DropSearchTodo(ctx, t, runs[:count])
		})
		if err != nil || !ours {
			return ours, err
		}
		runs = runs[count:]
	}
	return true, nil
}

var errStale = errors.New("indexing stopped for longer than its lease; it begins again")

// anew makes a block anew from its records. It is stored in several transactions:
// a search between them finds no less than before.
func (x *Indexer) anew(ctx context.Context, sc org.Scope, t don.Type, block int64, runs []lexical.Todo) (ours bool, err error) {
	defer survive(&err)
	// Who stops for so long that another process may have been here in between
	// must not go on with what was read before.
	held := time.Now()
	if ours, err = x.bulk(ctx, sc, func(IndexTx) error { return nil }); err != nil || !ours {
		return ours, err
	}
	size := docsPage
	if t == don.Conversation || t == don.Ticket {
		size = deskPage
	}
	var b lexical.Block
	first, last := lexical.Span(block)
	for from := first; from <= last; {
		var docs []lexical.Doc
		err := x.DB.Read(ctx, sc, func(tx IndexTx) (err error) {
			docs, err = tx.SearchDocsIn(ctx, t, from, last, size)
			return err
		})
		if err != nil {
			return true, err
		}
		for _, d := range docs {
			b.Add(d)
		}
		if len(docs) < size {
			break
		}
		from = docs[len(docs)-1].N + 1
		if time.Since(held) < lease/3 {
			continue
		}
		began := time.Now()
		if ours, err = x.bulk(ctx, sc, func(IndexTx) error { return nil }); err != nil || !ours {
			return ours, err
		}
		held = began
	}
	postings, err := b.Pack()
	if err != nil {
		return true, err
	}
	empty, at := len(postings) == 0, lexical.Gram(math.MinInt64)
	for last := false; !last; {
		page := postings[:min(len(postings), gramsPage)]
		postings = postings[len(page):]
		last = len(postings) == 0
		to := lexical.Gram(math.MaxInt64)
		if !last {
			to = postings[0].Gram - 1
		}
		began := time.Now()
		ours, err = x.bulk(ctx, sc, func(tx IndexTx) error {
			if time.Since(held) > lease {
				return errStale
			}
			if err := tx.ReplaceSearchPostings(ctx, t, block, at, to, page); err != nil || !last {
				return err
			}
			if err := tx.FinishSearchBlock(ctx, t, block, empty, b.Words()); err != nil {
				return err
			}
			return tx.DropSearchTodo(ctx, t, runs)
		})
		if err != nil || !ours {
			return ours, err
		}
		at, held = to+1, began
	}
	return true, nil
}
