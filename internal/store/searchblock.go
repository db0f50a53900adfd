package store

import (
	"context"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
)

// What is indexed, in blocks of records.

var postingTable = table{"search_posting", []column{
	{"org_id", "bigint"}, {"type", "smallint"}, {"block", "bigint"}, {"gram", "bigint"}, {"docs", "bytea"},
}, []int{1, 2, 3}, []int{0, 1, 2}}

// SearchBlocks returns the blocks of a type that are indexed, the highest first.
func (tx *Tx) SearchBlocks(ctx context.Context, t don.Type) ([]search.Block, error) {
	return collect(ctx, tx.q, "SELECT block, joined FROM search_block WHERE org_id = $1 AND type = $2 ORDER BY block DESC",
		[]any{tx.scope.OrgID, typeCodes[t]}, func(b *search.Block) []any { return []any{&b.N, &b.Joined} })
}

// StaleSearchBlocks returns blocks of any org that were made before a time and to
// which something was joined since.
func (d *DB) StaleSearchBlocks(ctx context.Context, before time.Time) (out []search.StaleBlock, err error) {
	type row struct {
		search.StaleBlock
		code int16
	}
	err = d.e.read(ctx, func(q querier) error {
		got, err := collect(ctx, q, "SELECT org_id, type, block FROM search_block WHERE joined > 0 AND built_at < $1 ORDER BY org_id, type, block", []any{before},
			func(r *row) []any { return []any{&r.OrgID, &r.code, &r.Block} })
		out = make([]search.StaleBlock, len(got))
		for i, r := range got {
			out[i] = r.StaleBlock
			out[i].Type = typeOf(r.code)
		}
		return err
	})
	return out, err
}

// SearchPostings returns the postings of some grams in some blocks.
func (tx *Tx) SearchPostings(ctx context.Context, t don.Type, blocks []int64, grams []lexical.Gram) (map[int64]map[lexical.Gram][]byte, error) {
	type row struct {
		block, gram int64
		docs        []byte
	}
	// A plan for any number of blocks and grams would read all of the blocks.
	if err := tx.q.choosy(ctx); err != nil {
		return nil, err
	}
	out := make(map[int64]map[lexical.Gram][]byte, len(blocks))
	for chunk := range slices.Chunk(grams, chunkSize) {
		in, args := inList([]any{tx.scope.OrgID, typeCodes[t]}, evened(blocks))
		list, args := inList(args, evened(asNumbers(chunk)))
		got, err := collect(ctx, tx.q, "SELECT block, gram, docs FROM search_posting WHERE org_id = $1 AND type = $2 AND block IN "+in+" AND gram IN "+list, args,
			func(r *row) []any { return []any{&r.block, &r.gram, &r.docs} })
		if err != nil {
			return nil, err
		}
		for _, r := range got {
			if out[r.block] == nil {
				out[r.block] = map[lexical.Gram][]byte{}
			}
			out[r.block][lexical.Gram(r.gram)] = r.docs
		}
	}
	return out, nil
}

// evened repeats the last of some numbers up to a power of two, so that there are
// few different statements.
func evened(ns []int64) []int64 {
	size := 4
	for size < len(ns) {
		size *= 2
	}
	out := make([]int64, size)
	for i := range out {
		out[i] = ns[min(i, len(ns)-1)]
	}
	return out
}

func asNumbers(grams []lexical.Gram) []int64 {
	out := make([]int64, len(grams))
	for i, g := range grams {
		out[i] = int64(g)
	}
	return out
}

// SearchWords returns the lists of words of a type's blocks.
func (tx *Tx) SearchWords(ctx context.Context, t don.Type) ([][]byte, error) {
	return collect(ctx, tx.q, "SELECT words FROM search_word WHERE org_id = $1 AND type = $2 ORDER BY block, part",
		[]any{tx.scope.OrgID, typeCodes[t]}, func(b *[]byte) []any { return []any{b} })
}

// ReplaceSearchPostings makes postings all that a block has of the grams from one to another.
func (tx *Tx) ReplaceSearchPostings(ctx context.Context, t don.Type, block int64, from, to lexical.Gram, postings []lexical.Posting) error {
	err := tx.q.send(ctx, "DELETE FROM search_posting WHERE org_id = $1 AND type = $2 AND block = $3 AND gram >= $4 AND gram <= $5",
		tx.scope.OrgID, typeCodes[t], block, int64(from), int64(to))
	if err != nil {
		return err
	}
	return tx.addPostings(ctx, t, block, postings)
}

// FinishSearchBlock stores that a block's postings were all made anew, with its
// words. A block of which nothing is left is no block.
func (tx *Tx) FinishSearchBlock(ctx context.Context, t don.Type, block int64, empty bool, words []byte) error {
	for _, from := range []string{"search_word", "search_block"} {
		if err := tx.q.send(ctx, "DELETE FROM "+from+" WHERE org_id = $1 AND type = $2 AND block = $3", tx.scope.OrgID, typeCodes[t], block); err != nil {
			return err
		}
	}
	if empty {
		return nil
	}
	err := tx.q.send(ctx, "INSERT INTO search_block (org_id, type, block, built_at, joined) VALUES ($1, $2, $3, $4, 0)", tx.scope.OrgID, typeCodes[t], block, tx.now)
	if err != nil {
		return err
	}
	return tx.addWords(ctx, t, block, 0, words)
}

func (tx *Tx) addPostings(ctx context.Context, t don.Type, block int64, postings []lexical.Posting) error {
	_, err := tx.q.insert(ctx, postingTable, refuse, len(postings), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Small(typeCodes[t])
		w.Int(block)
		w.Int(int64(postings[i].Gram))
		w.Blob(postings[i].Docs)
	})
	return err
}

func (tx *Tx) addWords(ctx context.Context, t don.Type, block, part int64, words []byte) error {
	if len(words) == 0 {
		return nil
	}
	return tx.q.send(ctx, "INSERT INTO search_word (org_id, type, block, part, words) VALUES ($1, $2, $3, $4, $5)", tx.scope.OrgID, typeCodes[t], block, part, words)
}

// maxWordParts is how many lists of words a block has before they are made one.
const maxWordParts = 16

// JoinSearchBlock adds records to a block that is indexed, of so many that changed
// or are gone.
func (tx *Tx) JoinSearchBlock(ctx context.Context, t don.Type, block int64, b *lexical.Block, changed int) error {
	err := tx.q.send(ctx, "UPDATE search_block SET joined = joined + $4 WHERE org_id = $1 AND type = $2 AND block = $3", tx.scope.OrgID, typeCodes[t], block, changed)
	if err != nil {
		return err
	}
	grams := b.Grams()
	if len(grams) == 0 {
		return nil
	}
	stored, err := tx.SearchPostings(ctx, t, []int64{block}, grams)
	if err != nil {
		return err
	}
	postings, err := b.Join(stored[block])
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(grams, chunkSize) {
		list, args := inList([]any{tx.scope.OrgID, typeCodes[t], block}, asNumbers(chunk))
		if err := tx.q.send(ctx, "DELETE FROM search_posting WHERE org_id = $1 AND type = $2 AND block = $3 AND gram IN "+list, args...); err != nil {
			return err
		}
	}
	if err := tx.addPostings(ctx, t, block, postings); err != nil {
		return err
	}
	return tx.joinWords(ctx, t, block, b.Words())
}

func (tx *Tx) joinWords(ctx context.Context, t don.Type, block int64, words []byte) error {
	type part struct {
		part  int64
		words []byte
	}
	var last, parts int64
	_, err := one(ctx, tx.q, "SELECT COALESCE(MAX(part), -1), COUNT(*) FROM search_word WHERE org_id = $1 AND type = $2 AND block = $3",
		[]any{tx.scope.OrgID, typeCodes[t], block}, &last, &parts)
	if err != nil {
		return err
	}
	if parts < maxWordParts {
		return tx.addWords(ctx, t, block, last+1, words)
	}
	all, err := collect(ctx, tx.q, "SELECT part, words FROM search_word WHERE org_id = $1 AND type = $2 AND block = $3 ORDER BY part",
		[]any{tx.scope.OrgID, typeCodes[t], block}, func(p *part) []any { return []any{&p.part, &p.words} })
	if err != nil {
		return err
	}
	lists := [][]byte{words}
	for _, p := range all {
		lists = append(lists, p.words)
	}
	if err := tx.q.send(ctx, "DELETE FROM search_word WHERE org_id = $1 AND type = $2 AND block = $3", tx.scope.OrgID, typeCodes[t], block); err != nil {
		return err
	}
	return tx.addWords(ctx, t, block, 0, lexical.JoinWords(lists...))
}
