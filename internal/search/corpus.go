package search

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search/lexical"
)

// corpus is all records of one kind, as one search sees them: the index, and in
// its place what changed so lately that it is not indexed yet.
type corpus struct {
	f      *finder
	t      don.Type
	blocks []int64 // the highest first

	fresh map[int64]*lexical.Block  // of what is not indexed yet
	stale map[int64]*roaring.Bitmap // the places of the same

	plans    [lexical.Passes]lexical.Plan
	planned  map[bool]bool // by whether mistakes are looked through
	postings map[int64]map[lexical.Gram]*roaring.Bitmap
	loaded   map[int64]map[bool]bool // by block and likewise
	sets     map[passOf]*roaring.Bitmap
	leasts   map[lexical.Pass]int64
	// What was looked at; the pass is Passes for what is not there or fits nothing.
	seen      map[int64]shown
	seenSlips bool // with mistakes looked through
}

type passOf struct {
	p     lexical.Pass
	block int64
}

// corpus reads what is needed of one kind of records. It reports whether all
// that waits to be indexed was read.
func (f *finder) corpus(ctx context.Context, t don.Type, todo []lexical.Todo) (*corpus, bool, error) {
	c := &corpus{
		f: f, t: t, fresh: map[int64]*lexical.Block{}, stale: map[int64]*roaring.Bitmap{}, planned: map[bool]bool{},
		postings: map[int64]map[lexical.Gram]*roaring.Bitmap{}, loaded: map[int64]map[bool]bool{}, sets: map[passOf]*roaring.Bitmap{},
		leasts: map[lexical.Pass]int64{}, seen: map[int64]shown{},
	}
	indexed, err := f.tx.SearchBlocks(ctx, t)
	if err != nil {
		return nil, false, err
	}
	for _, b := range indexed {
		c.blocks = append(c.blocks, b.N)
	}
	all := true
	var ns []int64
	known := map[int64]bool{}
	for _, run := range todo { // the latest first
		if run.NTo-run.N >= int64(f.pending) {
			all = all && run.NTo == run.N && known[run.N]
			continue
		}
		for n := run.N; n <= run.NTo; n++ {
			if !known[n] {
				known[n] = true
				ns = append(ns, n)
				f.pending--
			}
		}
	}
	docs, err := f.tx.SearchDocs(ctx, t, ns)
	if err != nil {
		return nil, false, err
	}
	for _, n := range ns {
		block, low := lexical.Place(n)
		if c.stale[block] == nil {
			c.stale[block], c.fresh[block] = roaring.New(), &lexical.Block{}
		}
		c.stale[block].Add(low)
	}
	for _, d := range docs { // in the order of their numbers
		block, _ := lexical.Place(d.N)
		c.fresh[block].Add(d)
	}
	for block := range c.fresh {
		if !slices.Contains(c.blocks, block) {
			c.blocks = append(c.blocks, block)
		}
	}
	for _, id := range f.r.IDs {
		if block, _ := lexical.Place(id.N); id.Type == t && !slices.Contains(c.blocks, block) {
			c.blocks = append(c.blocks, block)
		}
	}
	slices.Sort(c.blocks)
	slices.Reverse(c.blocks)
	return c, all, nil
}

// found returns the places of a block that a pass may find, those of earlier ones
// among them.
func (c *corpus) found(ctx context.Context, p lexical.Pass, block int64) (*roaring.Bitmap, error) {
	key := passOf{p, block}
	if set := c.sets[key]; set != nil {
		return set, nil
	}
	if err := c.load(ctx, p, block); err != nil {
		return nil, err
	}
	set := c.plans[p].Candidates(func(g lexical.Gram) *roaring.Bitmap { return c.postings[block][g] })
	if fresh := c.fresh[block]; fresh != nil {
		set.AndNot(c.stale[block])
		set.Or(c.plans[p].Candidates(fresh.Postings()))
	}
	if p == lexical.Equal {
		for _, id := range c.f.r.IDs {
			if b, low := lexical.Place(id.N); id.Type == c.t && b == block {
				set.Add(low)
			}
		}
	}
	c.sets[key] = set
	return set, nil
}

// least returns the lowest number that a pass comes to. The passes before Within
// look at the latest records that they may find, strictMost of them.
func (c *corpus) least(ctx context.Context, p lexical.Pass) (int64, error) {
	if p >= lexical.Within {
		return 0, nil
	}
	if n, known := c.leasts[p]; known {
		return n, nil
	}
	var least int64
	left := strictMost
	for _, block := range c.blocks { // the highest first
		set, err := c.found(ctx, p, block)
		if err != nil {
			return 0, err
		}
		if count := int(set.GetCardinality()); count < left {
			left -= count
			continue
		}
		places := set.ToArray()
		first, _ := lexical.Span(block)
		least = first + int64(places[len(places)-left])
		break
	}
	c.leasts[p] = least
	return least, nil
}

// reached reports whether one of the passes from the one that a record really fits
// to before another comes to it.
func (c *corpus) reached(ctx context.Context, fits, before lexical.Pass, n int64) (bool, error) {
	for p := fits; p < before; p++ {
		least, err := c.least(ctx, p)
		if err != nil || n >= least {
			return err == nil, err
		}
	}
	return false, nil
}

// upTo returns the places of a block that any pass up to one finds.
func (c *corpus) upTo(ctx context.Context, most lexical.Pass, block int64) (*roaring.Bitmap, error) {
	key := passOf{-1 - most, block} // beside those of single passes
	if set := c.sets[key]; set != nil {
		return set, nil
	}
	out := roaring.New()
	for p := lexical.Equal; p <= most; p++ {
		set, err := c.found(ctx, p, block)
		if err != nil {
			return nil, err
		}
		out.Or(set)
	}
	c.sets[key] = out
	return out, nil
}

// count returns how many records the passes up to one may find.
func (c *corpus) count(ctx context.Context, most lexical.Pass) (total uint64, err error) {
	for _, block := range c.blocks {
		set, err := c.upTo(ctx, most, block)
		if err != nil {
			return 0, err
		}
		total += set.GetCardinality()
	}
	return total, nil
}

// passesOf are the passes whose postings are read at once.
func passesOf(slips bool) []lexical.Pass {
	if slips {
		return []lexical.Pass{lexical.OneSlip, lexical.TwoSlip}
	}
	return []lexical.Pass{lexical.Equal, lexical.Whole, lexical.Begin, lexical.Within}
}

// load reads the postings that a pass needs of a block, and of those that come
// next in the direction of the walk.
func (c *corpus) load(ctx context.Context, p lexical.Pass, block int64) error {
	slips := p > lexical.Within
	if err := c.plan(ctx, slips); err != nil || c.loaded[block][slips] {
		return err
	}
	order := directed(c.blocks, c.f.ahead())
	at := slices.Index(order, block)
	return c.read(ctx, slips, order[at:min(len(order), at+windowSize)])
}

// plan decides by which grams the records are found: how often each occurs is
// seen in one block, which is the same one for all pages.
func (c *corpus) plan(ctx context.Context, slips bool) error {
	if c.planned[slips] {
		return nil
	}
	c.planned[slips] = true
	for _, p := range passesOf(slips) {
		c.plans[p] = c.f.q.Plan(p)
	}
	if len(c.blocks) < 3 {
		return nil
	}
	sample := c.blocks[len(c.blocks)/2]
	if err := c.read(ctx, slips, []int64{sample}); err != nil {
		return err
	}
	for _, p := range passesOf(slips) {
		c.plans[p] = c.plans[p].Thin(func(g lexical.Gram) uint64 {
			if set := c.postings[sample][g]; set != nil {
				return set.GetCardinality()
			}
			return 0
		})
	}
	return nil
}

// read reads postings of some blocks.
func (c *corpus) read(ctx context.Context, slips bool, blocks []int64) error {
	var grams []lexical.Gram
	for _, p := range passesOf(slips) {
		grams = append(grams, c.plans[p].Grams()...)
	}
	slices.Sort(grams)
	got, err := c.f.tx.SearchPostings(ctx, c.t, blocks, slices.Compact(grams))
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if c.postings[b] == nil {
			c.postings[b], c.loaded[b] = map[lexical.Gram]*roaring.Bitmap{}, map[bool]bool{}
		}
		c.loaded[b][slips] = true
		for g, docs := range got[b] {
			if c.postings[b][g], err = lexical.Unpack(docs); err != nil {
				return err
			}
		}
	}
	return nil
}

// shown is a record that is found, with the pass that shows it.
type shown struct {
	lexical.Doc
	pass lexical.Pass
}

// shown returns those of some records that any pass finds.
func (c *corpus) shown(ctx context.Context, ns []int64) (map[int64]shown, error) {
	if c.f.q.Spelled() && !c.seenSlips { // what fitted nothing may fit now
		clear(c.seen)
		c.seenSlips = true
	}
	out := make(map[int64]shown, len(ns))
	var fresh []int64
	for _, n := range ns {
		if s, ok := c.seen[n]; !ok {
			fresh = append(fresh, n)
		} else if s.pass < lexical.Passes {
			out[n] = s
		}
	}
	if len(fresh) == 0 {
		return out, nil
	}
	docs, err := c.f.tx.SearchDocs(ctx, c.t, fresh)
	if err != nil {
		return nil, err
	}
	*c.f.checked += len(fresh)
	for _, n := range fresh {
		c.seen[n] = shown{pass: lexical.Passes}
	}
	for _, d := range docs {
		p := c.f.q.PassOf(d)
		if slices.Contains(c.f.r.IDs, don.Of(c.t, d.N)) {
			p = lexical.Equal
		}
		if p < lexical.Passes { // the text of others is not kept
			c.seen[d.N] = shown{d, p}
			out[d.N] = c.seen[d.N]
		}
	}
	return out, nil
}
