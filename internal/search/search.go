// Package search answers what people type into a search box, and keeps the index
// that it needs. What is like what is package lexical's.
package search

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search/lexical"
)

// Types are the kinds of records that can be searched, in the order in which
// equally good hits come.
var Types = []don.Type{don.Account, don.Contact, don.Workspace, don.Tag, don.Conversation, don.Ticket}

// Tx is what searching needs of a transaction.
type Tx interface {
	SearchTodo(ctx context.Context, latest bool, limit int) (map[don.Type][]lexical.Todo, error)
	// SearchBehind returns for how long what waits longest has waited to be indexed.
	SearchBehind(ctx context.Context) (time.Duration, error)
	// SearchBlocks returns what is indexed of a type, the highest block first.
	SearchBlocks(ctx context.Context, t don.Type) ([]Block, error)
	SearchPostings(ctx context.Context, t don.Type, blocks []int64, grams []lexical.Gram) (map[int64]map[lexical.Gram][]byte, error)
	SearchWords(ctx context.Context, t don.Type) ([][]byte, error)
	SearchDocs(ctx context.Context, t don.Type, ns []int64) ([]lexical.Doc, error)
	// SearchDates returns when those of some records that exist were made or last changed.
	SearchDates(ctx context.Context, t don.Type, modified bool, ns []int64) ([]Dated, error)
	// SearchByDate returns records of a type in the order of such a date and their number,
	// behind a place in that order if there is one.
	SearchByDate(ctx context.Context, t don.Type, modified, desc bool, behind *Dated, limit int) ([]Dated, error)
}

// Block is a block that is indexed.
type Block struct {
	N      int64
	Joined int64 // records that were joined to it since it was made from all of its records
}

// DB runs reading transactions.
type DB interface {
	Read(ctx context.Context, s org.Scope, fn func(Tx) error) error
}

// Dated is a record with one of its dates.
type Dated struct {
	N  int64
	At time.Time
}

// Sort is what hits are in the order of.
type Sort string

// The sorts.
const (
	Relevance Sort = "relevance"
	Created   Sort = "created_date"
	Modified  Sort = "modified_date"
)

// Request asks for a page of hits.
type Request struct {
	Text  string
	IDs   []don.ID   // records that the text is the id of
	Types []don.Type // of Types, without repetition
	Sort  Sort
	Desc  bool // the best, or latest, first
	Edge  *Key // of the hit beside the page, nil at the start (at the end when Back)
	Back  bool // the page lies before the edge
	Limit int  // at least 1
}

// Key is where a hit stands among all.
type Key struct {
	Pass lexical.Pass // by relevance; by a date it is the last of those that were made
	At   time.Time    // by a date
	Type don.Type
	N    int64
}

// Hit is a record found.
type Hit struct {
	Key
	Snippet string // HTML
	key     bool   // the query is the record's address, reference or the like
}

// Answer is a page of hits. Behind is not zero when records that changed more
// than so long ago may be missing.
type Answer struct {
	Hits   []Hit
	More   bool // in the direction of the request
	Behind time.Duration
	// Ended tells that too many records had to be looked at: more may match. By
	// relevance, Resume is where to go on then.
	Ended  bool
	Resume *Key
}

// Service searches. It is safe for concurrent use.
type Service struct{ DB DB }

// Limits of a search.
const (
	// What changed last and is not indexed yet is read as it is, so many records.
	pendingMost = 500
	pendingRuns = 2000   // that are looked through for them: one record may have changed often
	windowSize  = 16     // blocks whose postings are read at once
	checkMost   = 512    // records that are looked at in one go
	sortMost    = 16_000 // records that are sorted by date; with more, the dates are walked
	walkPage    = 2000
	walkMost    = 200_000 // dates that are walked
	// How many records the passes before Within look at, of each kind the latest: where a
	// query's letters are common, most have them without being what is looked for.
	strictMost = 100
	// Records that are looked at in all. Only odd queries lead to so many that do not match.
	checkedMost = 20_000
	keysMost    = 20 // records that are asked whether the query is a key of theirs
)

// Find returns a page of what a text finds.
func (s *Service) Find(ctx context.Context, sc org.Scope, r Request) (Answer, error) {
	q, err := lexical.Parse(r.Text)
	if err != nil {
		return Answer{}, err
	}
	var out Answer
	err = s.DB.Read(ctx, sc, func(tx Tx) error {
		out = Answer{}
		todo, err := tx.SearchTodo(ctx, true, pendingRuns)
		if err != nil {
			return err
		}
		f := &finder{tx: tx, q: q, r: r, checked: new(int), pending: pendingMost}
		count := 0
		for _, list := range todo {
			count += len(list)
		}
		waiting := count == pendingRuns
		for _, t := range Types {
			if !slices.Contains(r.Types, t) {
				continue
			}
			c, all, err := f.corpus(ctx, t, todo[t])
			if err != nil {
				return err
			}
			waiting = waiting || !all
			f.corpora = append(f.corpora, c)
		}
		if waiting {
			if out.Behind, err = tx.SearchBehind(ctx); err != nil {
				return err
			}
		}
		if r.Sort == Relevance {
			err = f.byRelevance(ctx)
		} else {
			err = f.byDate(ctx)
		}
		if err != nil {
			return err
		}
		out.Hits, out.More, out.Ended = f.hits, len(f.hits) > r.Limit, f.cut || f.spent()
		if r.Sort == Relevance { // then a full page says where to go on
			if out.Ended = out.Ended && !f.full(); out.Ended {
				out.Resume = &f.last
			}
		}
		out.Hits = out.Hits[:min(len(out.Hits), r.Limit)]
		if r.Back {
			slices.Reverse(out.Hits)
		}
		return nil
	})
	return out, err
}

// finder answers one request.
type finder struct {
	tx      Tx
	q       *lexical.Query
	r       Request
	corpora []*corpus
	hits    []Hit // up to one more than asked for, in the direction of the request
	slips   *bool // whether mistakes are looked through, nil before it is decided
	checked *int  // records that were looked at
	last    Key   // the last of them
	cut     bool  // dates were not walked to their end
	pending int   // how many more records that are not indexed may be read
}

// spent reports whether so many records were looked at that the search ends.
func (f *finder) spent() bool { return *f.checked >= checkedMost }

// ahead reports whether the walk goes from the best to the worst, or from the
// latest to the earliest.
func (f *finder) ahead() bool { return f.r.Desc != f.r.Back }

func (f *finder) full() bool { return len(f.hits) > f.r.Limit }

func directed[T any](list []T, ahead bool) []T {
	list = slices.Clone(list)
	if !ahead {
		slices.Reverse(list)
	}
	return list
}

// spell looks for words like the query's, in all that is searched.
func (f *finder) spell(ctx context.Context) error {
	if f.q.Spelled() || !f.q.Slips() {
		return nil
	}
	var lists [][]byte
	for _, c := range f.corpora {
		words, err := f.tx.SearchWords(ctx, c.t)
		if err != nil {
			return err
		}
		lists = append(lists, words...)
		for _, b := range c.fresh {
			lists = append(lists, b.Words())
		}
	}
	f.q.Spell(lists)
	return nil
}

func (f *finder) byRelevance(ctx context.Context) error {
	var passes []lexical.Pass
	for p := lexical.Equal; p < lexical.Passes; p++ {
		passes = append(passes, p)
	}
	for _, p := range directed(passes, f.ahead()) {
		for at, c := range directed(f.corpora, f.ahead()) {
			if f.behind(p, at) {
				continue
			}
			if p > lexical.Within {
				if slips, err := f.looksThroughSlips(ctx); err != nil || !slips {
					if err != nil {
						return err
					}
					continue
				}
			}
			if err := f.pass(ctx, p, c); err != nil || f.full() || f.spent() {
				return err
			}
		}
	}
	return nil
}

// looksThroughSlips decides whether the passes with mistakes are made: not when
// the query is a key of somebody, and for one that looks copied only when it finds
// nothing as it is. That is the same on every page.
func (f *finder) looksThroughSlips(ctx context.Context) (bool, error) {
	if f.slips != nil {
		return *f.slips, nil
	}
	yes := f.q.Slips()
	if yes {
		first := *f
		first.hits, first.r.Edge, first.r.Desc, first.r.Back, first.r.Limit = nil, nil, true, false, keysMost-1
		for _, p := range []lexical.Pass{lexical.Equal, lexical.Whole, lexical.Begin, lexical.Within} {
			if p > lexical.Equal && !f.q.Literal() {
				break
			}
			for _, c := range f.corpora {
				if err := first.pass(ctx, p, c); err != nil {
					return false, err
				}
			}
			if yes = len(first.hits) == 0 || !f.q.Literal(); !yes {
				break
			}
		}
		yes = yes && !slices.ContainsFunc(first.hits, func(h Hit) bool { return h.key })
	}
	f.slips = &yes
	if yes {
		return true, f.spell(ctx)
	}
	return false, nil
}

// behind reports whether the walk begins behind a pass over one kind of records,
// given by its place in the direction of the walk.
func (f *finder) behind(p lexical.Pass, at int) bool {
	e := f.r.Edge
	if e == nil || p == e.Pass && at == slices.IndexFunc(directed(f.corpora, f.ahead()), func(c *corpus) bool { return c.t == e.Type }) {
		return false
	}
	if p == e.Pass {
		return at < slices.IndexFunc(directed(f.corpora, f.ahead()), func(c *corpus) bool { return c.t == e.Type })
	}
	return (p < e.Pass) == f.ahead()
}

// pass takes in what one pass finds among one kind of records.
func (f *finder) pass(ctx context.Context, p lexical.Pass, c *corpus) error {
	edge := f.r.Edge
	if edge != nil && (edge.Pass != p || edge.Type != c.t) {
		edge = nil
	}
	var ns []int64
	want := f.r.Limit + 1 - len(f.hits)
	check := func() error {
		docs, err := c.shown(ctx, ns)
		if err != nil {
			return err
		}
		for _, n := range ns {
			f.last = Key{Pass: p, Type: c.t, N: n}
			if d, ok := docs[n]; ok && d.pass <= p && !f.full() {
				// An earlier pass shows it, unless that did not come to it.
				if earlier, err := c.reached(ctx, d.pass, p, n); err != nil || earlier {
					if err != nil {
						return err
					}
					continue
				}
				f.hits = append(f.hits, Hit{Key{Pass: p, Type: c.t, N: n}, f.q.Snippet(p, d.Doc), p == lexical.Equal && f.q.IsKey(d.Doc)})
			}
		}
		ns, want = ns[:0], min(2*want, checkMost)
		return nil
	}
	least, err := c.least(ctx, p)
	if err != nil {
		return err
	}
	for _, block := range directed(c.blocks, f.ahead()) {
		if edge != nil && block != edge.block() && (block > edge.block()) == f.ahead() {
			continue
		}
		set, err := c.found(ctx, p, block)
		if err != nil {
			return err
		}
		first, _ := lexical.Span(block)
		places := set.ToArray()
		if f.ahead() {
			slices.Reverse(places)
		}
		for _, low := range places {
			n := first + int64(low)
			if n < least {
				continue
			}
			if edge != nil && (n == edge.N || (n > edge.N) == f.ahead()) {
				continue
			}
			if ns = append(ns, n); len(ns) < want {
				continue
			}
			if err := check(); err != nil || f.full() || f.spent() {
				return err
			}
		}
	}
	return check()
}

func (k *Key) block() int64 {
	b, _ := lexical.Place(k.N)
	return b
}

// byDate takes in what the passes without mistakes find, or, when they find
// nothing, what those with mistakes do.
func (f *finder) byDate(ctx context.Context) error {
	stages := []lexical.Pass{lexical.Within, lexical.TwoSlip}
	if f.r.Edge != nil { // later pages go on with what the first one found
		stages = []lexical.Pass{f.r.Edge.Pass}
	}
	for _, most := range stages {
		if most > lexical.Within {
			if err := f.spell(ctx); err != nil {
				return err
			}
		}
		some := false
		for _, c := range f.corpora {
			found, err := f.dated(ctx, c, most)
			if err != nil {
				return err
			}
			some = some || found
		}
		if some {
			break
		}
	}
	slices.SortStableFunc(f.hits, func(a, b Hit) int {
		way := cmp.Or(a.At.Compare(b.At), cmp.Compare(f.rank(a.Type), f.rank(b.Type)), cmp.Compare(a.N, b.N))
		if f.ahead() {
			return -way
		}
		return way
	})
	f.hits = f.hits[:min(len(f.hits), f.r.Limit+1)]
	return nil
}

func (f *finder) rank(t don.Type) int { return slices.Index(Types, t) }

// dated takes in the next hits among one kind of records by date, and reports
// whether there are any.
func (f *finder) dated(ctx context.Context, c *corpus, most lexical.Pass) (bool, error) {
	total, err := c.count(ctx, most)
	if err != nil || total == 0 {
		return false, err
	}
	if total > sortMost {
		return true, f.walk(ctx, c, most)
	}
	var ns []int64
	for _, block := range c.blocks {
		set, err := c.upTo(ctx, most, block)
		if err != nil {
			return false, err
		}
		first, _ := lexical.Span(block)
		for _, low := range set.ToArray() {
			ns = append(ns, first+int64(low))
		}
	}
	dates, err := f.tx.SearchDates(ctx, c.t, f.r.Sort == Modified, ns)
	if err != nil {
		return false, err
	}
	slices.SortFunc(dates, func(a, b Dated) int {
		way := cmp.Or(a.At.Compare(b.At), cmp.Compare(a.N, b.N))
		if f.ahead() {
			return -way
		}
		return way
	})
	dates = slices.DeleteFunc(dates, func(d Dated) bool { return !f.beyond(c.t, d) })
	some := false
	began := len(f.hits)
	for page := range slices.Chunk(dates, min(2*(f.r.Limit+1), checkMost)) {
		if len(f.hits)-began > f.r.Limit || f.spent() {
			break
		}
		found, err := f.take(ctx, c, most, page)
		if err != nil {
			return false, err
		}
		some = some || found
	}
	return some, nil
}

// beyond reports whether a record lies behind the edge of the request.
func (f *finder) beyond(t don.Type, d Dated) bool {
	e := f.r.Edge
	if e == nil {
		return true
	}
	way := cmp.Or(d.At.Compare(e.At), cmp.Compare(f.rank(t), f.rank(e.Type)), cmp.Compare(d.N, e.N))
	return way < 0 && f.ahead() || way > 0 && !f.ahead()
}

// walk goes through the records of a kind by date and takes those in that match.
func (f *finder) walk(ctx context.Context, c *corpus, most lexical.Pass) error {
	var at *Dated
	if e := f.r.Edge; e != nil {
		at = &Dated{N: e.N, At: e.At}
		// Of the same date, all of another kind lie on the same side of the edge.
		if own, edge := f.rank(c.t), f.rank(e.Type); own > edge {
			at.N = 0
		} else if own < edge {
			at.N = 1 << 60 // a key has room for the kind beside it
		}
	}
	began := len(f.hits)
	for walked := 0; len(f.hits)-began <= f.r.Limit && !f.spent(); walked += walkPage {
		if walked >= walkMost {
			f.cut = true
			return nil
		}
		rows, err := f.tx.SearchByDate(ctx, c.t, f.r.Sort == Modified, f.ahead(), at, walkPage)
		if err != nil || len(rows) == 0 {
			return err
		}
		at = &rows[len(rows)-1]
		var page []Dated
		for _, d := range rows {
			block, low := lexical.Place(d.N)
			if !slices.Contains(c.blocks, block) {
				continue
			}
			set, err := c.upTo(ctx, most, block)
			if err != nil {
				return err
			}
			if set.Contains(low) && f.beyond(c.t, d) {
				page = append(page, d)
			}
		}
		if _, err := f.take(ctx, c, most, page); err != nil {
			return err
		}
	}
	return nil
}

// take takes in those of some records that match.
func (f *finder) take(ctx context.Context, c *corpus, most lexical.Pass, page []Dated) (bool, error) {
	ns := make([]int64, len(page))
	for i, d := range page {
		ns[i] = d.N
	}
	docs, err := c.shown(ctx, ns)
	if err != nil {
		return false, err
	}
	some := false
	for _, d := range page {
		if doc, ok := docs[d.N]; ok && doc.pass <= most {
			f.hits = append(f.hits, Hit{Key: Key{Pass: most, At: d.At, Type: c.t, N: d.N}, Snippet: f.q.Snippet(most, doc.Doc)})
			some = true
		}
	}
	return some, nil
}
