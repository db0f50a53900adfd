package store

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
	"github.com/kith-id/kith/internal/tag"
)

var _ search.IndexTx = (*Tx)(nil)

// What records are found by.

func contactDoc(n int64, display, full string, ids []contact.Identifier) lexical.Doc {
	d := lexical.Doc{N: n, Fields: make([]lexical.Field, 0, 2+len(ids))}
	d.Title("display_name", display)
	if full != display {
		d.Title("full_name", full)
	}
	for _, i := range ids {
		switch i.Kind {
		case contact.KindEmail:
			d.Add("email", i.Value)
		case contact.KindPhone:
			d.Fields = append(d.Fields, lexical.Field{Name: "phone_numbers", Text: strings.TrimPrefix(i.Norm(), "+"), Phone: true})
		case contact.KindRef:
			d.Add("external_refs", i.Value)
		default:
			d.Add(string(i.Kind), i.Value)
		}
	}
	return d
}

func docOfContact(c *contact.Contact) lexical.Doc {
	return contactDoc(c.N, c.DisplayName, c.FullName, c.Identifiers)
}

func accountDoc(a *account.Account) lexical.Doc {
	d := lexical.Doc{N: a.N}
	d.Title("display_name", a.DisplayName)
	d.Add("external_refs", a.Refs...)
	d.Add("domains", a.Domains...)
	d.Add("websites", a.Websites...)
	return d
}

func workspaceDoc(w *account.Workspace) lexical.Doc {
	d := lexical.Doc{N: w.N}
	d.Title("display_name", w.DisplayName)
	d.Add("external_ref", w.Ref)
	d.Add("external_ref", w.OtherRefs...)
	d.Add("domain", w.Domain)
	return d
}

func tagDoc(t *tag.Tag) lexical.Doc {
	d := lexical.Doc{N: t.N}
	d.Title("name", t.Name)
	d.Title("description", t.Description)
	return d
}

// SearchDocs returns what those of some records of a type are found by that
// exist, in the order of their numbers.
func (tx *Tx) SearchDocs(ctx context.Context, t don.Type, ns []int64) ([]lexical.Doc, error) {
	ns = slices.Clone(deskKeys(t, ns))
	slices.Sort(ns)
	var out []lexical.Doc
	for chunk := range slices.Chunk(slices.Compact(ns), chunkSize) {
		list, args := inList([]any{tx.scope.OrgID}, evened(chunk))
		got, err := tx.searchDocs(ctx, t, "n IN "+list+" ORDER BY n", args)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// SearchDocsIn returns the same of up to limit records from one number to another.
func (tx *Tx) SearchDocsIn(ctx context.Context, t don.Type, from, to int64, limit int) ([]lexical.Doc, error) {
	if t == don.Ticket { // between them stand works of other types
		ends := deskKeys(t, []int64{from, to})
		return tx.searchDocs(ctx, t, "n >= $2 AND n <= $3 AND n % 4 = 1 ORDER BY n LIMIT $4", []any{tx.scope.OrgID, ends[0], ends[1], limit})
	}
	return tx.searchDocs(ctx, t, "n >= $2 AND n <= $3 ORDER BY n LIMIT $4", []any{tx.scope.OrgID, from, to, limit})
}

func (tx *Tx) searchDocs(ctx context.Context, t don.Type, where string, args []any) ([]lexical.Doc, error) {
	switch t {
	case don.Contact:
		type row struct {
			n             int64
			display, full string
			ids           []byte
		}
		got, err := collect(ctx, tx.q, "SELECT n, display_name, full_name, identifiers FROM contact WHERE org_id = $1 AND "+where, args,
			func(r *row) []any { return []any{&r.n, &r.display, &r.full, &r.ids} })
		return docs(got, err, func(r *row) (lexical.Doc, error) {
			var ids []contact.Identifier
			err := unpack(r.ids, &ids)
			return contactDoc(r.n, r.display, r.full, ids), err
		})
	case don.Account:
		got, err := collect(ctx, tx.q, "SELECT "+accountColumns+" FROM account WHERE org_id = $1 AND "+where, args, scanAccount)
		return docs(got, err, func(r *accountRow) (lexical.Doc, error) {
			a, err := r.account()
			return accountDoc(a), err
		})
	case don.Workspace:
		got, err := collect(ctx, tx.q, "SELECT "+spaceColumns+" FROM workspace WHERE org_id = $1 AND "+where, args, scanSpace)
		return docs(got, err, func(r *spaceRow) (lexical.Doc, error) {
			w, err := r.workspace()
			return workspaceDoc(w), err
		})
	case don.Conversation:
		return tx.conversationDocs(ctx, where, args)
	case don.Ticket:
		return tx.ticketDocs(ctx, where, args)
	default: // don.Tag
		got, err := tx.tags(ctx, where, args)
		return docs(got, err, func(t **tag.Tag) (lexical.Doc, error) { return tagDoc(*t), nil })
	}
}

func docs[T any](rows []T, err error, doc func(*T) (lexical.Doc, error)) ([]lexical.Doc, error) {
	if err != nil {
		return nil, err
	}
	out := make([]lexical.Doc, len(rows))
	for i := range rows {
		if out[i], err = doc(&rows[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// todoColumns are those of tables of records that something is to be done for.
var todoColumns = []column{{"org_id", "bigint"}, {"id", "bigint"}, {"type", "smallint"}, {"n", "bigint"}, {"n_to", "bigint"}}

var (
	todoTable      = table{"search_todo", todoColumns, []int{1, 2, 3}, []int{0, 2}}
	groupTodoTable = table{"group_todo", todoColumns, []int{1, 2, 3}, []int{0, 2}}
	postingTable   = table{"search_posting", []column{
		{"org_id", "bigint"}, {"type", "smallint"}, {"block", "bigint"}, {"gram", "bigint"}, {"docs", "bytea"},
	}, []int{1, 2, 3}, []int{0, 1, 2}}
)

// recordRun is records from one number to another, both included.
type recordRun struct{ n, to int64 }

// written leaves word that records were written or removed, for the search index
// and for groups, as runs of numbers in a row.
func (tx *Tx) written(ctx context.Context, t don.Type, ns ...int64) error {
	var runs []recordRun
	for _, n := range ns {
		if last := len(runs) - 1; last >= 0 && runs[last].to+1 == n && n%lexical.BlockSize != 0 {
			runs[last].to = n
			continue
		}
		runs = append(runs, recordRun{n, n})
	}
	return tx.writtenRuns(ctx, t, runs)
}

// WrittenRange leaves the same word for all records from one number to another.
func (tx *Tx) WrittenRange(ctx context.Context, t don.Type, from, to int64) error {
	var runs []recordRun
	for n := from; n <= to; {
		block, _ := lexical.Place(n)
		_, last := lexical.Span(block)
		runs = append(runs, recordRun{n, min(last, to)})
		n = last + 1
	}
	return tx.writtenRuns(ctx, t, runs)
}

func (tx *Tx) writtenRuns(ctx context.Context, t don.Type, runs []recordRun) error {
	if err := tx.regroup(ctx, t, runs...); err != nil {
		return err
	}
	return tx.addTodo(ctx, todoTable, t, runs)
}

func (tx *Tx) addTodo(ctx context.Context, to table, t don.Type, runs []recordRun) error {
	// A row that stands is of the same record and moment, by another process.
	_, err := tx.q.insert(ctx, to, ignore, len(runs), func(i int, w *record) {
		w.Int(tx.scope.OrgID)
		w.Int(nextID(tx.now))
		w.Small(typeCodes[t])
		w.Int(runs[i].n)
		w.Int(runs[i].to)
	})
	return err
}

// rewritten leaves the same word for a record that changed: for the search index
// only if it is found by something else than before.
func (tx *Tx) rewritten(ctx context.Context, t don.Type, before, after lexical.Doc) error {
	if !reflect.DeepEqual(before.Fields, after.Fields) {
		if err := tx.renamed(ctx, t, after.N); err != nil {
			return err
		}
		return tx.written(ctx, t, after.N)
	}
	return tx.regroup(ctx, t, recordRun{after.N, after.N})
}

type todoRow struct {
	lexical.Todo
	code int16
}

func scanTodo(r *todoRow) []any { return []any{&r.ID, &r.code, &r.N, &r.NTo} }

// SearchTodo returns up to limit runs of records that are to be indexed, by type:
// those that wait longest, or the latest.
func (tx *Tx) SearchTodo(ctx context.Context, latest bool, limit int) (map[don.Type][]lexical.Todo, error) {
	order := "id"
	if latest {
		order = "id DESC"
	}
	got, err := collect(ctx, tx.q, "SELECT id, type, n, n_to FROM search_todo WHERE org_id = $1 ORDER BY "+order+" LIMIT $2", []any{tx.scope.OrgID, limit}, scanTodo)
	out := map[don.Type][]lexical.Todo{}
	for _, r := range got {
		t := typeOf(r.code)
		r.At = timeOf(r.ID)
		out[t] = append(out[t], r.Todo)
	}
	return out, err
}

// SearchBehind returns for how long what waits longest has waited to be indexed,
// 0 when nothing waits. What was there before there was an index has waited since
// then: it has no age, and counts as a day.
func (tx *Tx) SearchBehind(ctx context.Context) (time.Duration, error) {
	var id int64
	found, err := one(ctx, tx.q, "SELECT id FROM search_todo WHERE org_id = $1 ORDER BY id LIMIT 1", []any{tx.scope.OrgID}, &id)
	if err != nil || !found {
		return 0, err
	}
	return age(tx.now, id), nil
}

func age(now time.Time, id int64) time.Duration {
	return min(max(now.Sub(timeOf(id)), time.Millisecond), 24*time.Hour)
}

// DropSearchTodo takes runs off that were indexed.
func (tx *Tx) DropSearchTodo(ctx context.Context, t don.Type, todo []lexical.Todo) error {
	for chunk := range slices.Chunk(todo, chunkSize) {
		ids, ns := make([]int64, len(chunk)), make([]int64, len(chunk))
		for i, t := range chunk {
			ids[i], ns[i] = t.ID, t.N
		}
		list, args := inList([]any{tx.scope.OrgID, typeCodes[t]}, evened(ids))
		of, args := inList(args, evened(ns))
		if err := tx.q.send(ctx, "DELETE FROM search_todo WHERE org_id = $1 AND type = $2 AND id IN "+list+" AND n IN "+of, args...); err != nil {
			return err
		}
	}
	return nil
}

// SearchOrgs returns the orgs that have records to index.
func (d *DB) SearchOrgs(ctx context.Context) ([]int64, error) {
	first, err := d.firstTodo(ctx)
	return slices.Sorted(maps.Keys(first)), err
}

// SearchLag returns for how long what waits longest in any org has waited to be
// indexed, 0 when nothing waits.
func (d *DB) SearchLag(ctx context.Context) (lag time.Duration, err error) {
	first, err := d.firstTodo(ctx)
	for _, id := range first {
		lag = max(lag, age(time.Now(), id))
	}
	return lag, err
}

// firstTodo returns the org of everything that waits to be indexed, with what
// waits longest there.
func (d *DB) firstTodo(ctx context.Context) (out map[int64]int64, err error) {
	err = d.e.read(ctx, func(q querier) error {
		out = map[int64]int64{}
		for org, id := int64(0), int64(0); ; {
			found, err := one(ctx, q, "SELECT org_id, id FROM search_todo WHERE org_id > $1 ORDER BY org_id, id LIMIT 1", []any{org}, &org, &id)
			if err != nil || !found {
				return err
			}
			out[org] = id
		}
	})
	return out, err
}

// LeaseSearch makes name the one who indexes the org's records until a time. It
// reports false when another one is.
func (tx *Tx) LeaseSearch(ctx context.Context, name string, until time.Time) (bool, error) {
	n, err := tx.q.exec(ctx, `INSERT INTO search_lease (org_id, lease, lease_until) VALUES ($1, $2, $3)
		ON CONFLICT (org_id) DO UPDATE SET lease = EXCLUDED.lease, lease_until = EXCLUDED.lease_until
		WHERE search_lease.lease = EXCLUDED.lease OR search_lease.lease_until < $4`, tx.scope.OrgID, name, until, tx.now)
	return n > 0, err
}

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

// dateColumn is the column of a date that searches are sorted by.
func dateColumn(modified bool) string {
	if modified {
		return "modified_at"
	}
	return "created_at"
}

func scanDated(d *search.Dated) []any { return []any{&d.N, &d.At} }

// SearchDates returns when those of some records that exist were made or last changed.
func (tx *Tx) SearchDates(ctx context.Context, t don.Type, modified bool, ns []int64) ([]search.Dated, error) {
	if err := tx.q.choosy(ctx); err != nil {
		return nil, err
	}
	var out []search.Dated
	for chunk := range slices.Chunk(deskKeys(t, ns), 10*chunkSize) {
		// The records are looked up apart, lest an engine reads all of the date's index
		// because it has both columns.
		list, args := inList([]any{tx.scope.OrgID}, evened(chunk))
		from := listings[t].table
		got, err := collect(ctx, tx.q, "WITH d(dn) AS MATERIALIZED (SELECT x.n FROM "+from+" x WHERE x.org_id = $1 AND x.n IN "+list+")"+
			" SELECT t.n, t."+dateColumn(modified)+" FROM d"+tx.q.lookup(from, "d.dn")+" WHERE t.org_id = $1 AND t.n = d.dn", args, scanDated)
		if err != nil {
			return nil, err
		}
		out = append(out, unkeyed(t, got)...)
	}
	return out, nil
}

// SearchByDate returns records of a type in the order of such a date and their
// number, behind a place in that order if there is one.
func (tx *Tx) SearchByDate(ctx context.Context, t don.Type, modified, desc bool, behind *search.Dated, limit int) ([]search.Dated, error) {
	by, way, order := dateColumn(modified), ">", "ASC"
	if desc {
		way, order = "<", "DESC"
	}
	args := []any{tx.scope.OrgID, limit}
	where := "org_id = $1"
	if behind != nil {
		where += " AND (" + by + ", n) " + way + " ($3, $4)"
		args = append(args, behind.At, deskKeys(t, []int64{behind.N})[0])
	}
	if t == don.Ticket {
		where += " AND n % 4 = 1"
	}
	got, err := collect(ctx, tx.q, "SELECT n, "+by+" FROM "+listings[t].table+" WHERE "+where+" ORDER BY "+by+" "+order+", n "+order+" LIMIT $2", args, scanDated)
	return unkeyed(t, got), err
}
