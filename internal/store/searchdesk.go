package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/conversation"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/search"
	"github.com/kith-id/kith/internal/search/lexical"
	"github.com/kith-id/kith/internal/ticket"
	"github.com/kith-id/kith/internal/timeline"
)

// How much of what was said a conversation or ticket is found by: so many bytes of
// so many of its latest comments, of each at most so many.
const (
	saidMost     = 32 << 10
	saidComments = 200
	commentMost  = 8 << 10
	saidChunk    = 32 // records that are read at a time
)

// latestSaid reads the latest comments of one record, and no more of them.
const latestSaid = `SELECT * FROM (SELECT n, id, substr(body, 1, %d) AS body, visibility, private_to, expires_at, created_by
	FROM comment WHERE org_id = $1 AND type = $2 AND deleted = FALSE AND n = $%d ORDER BY id DESC LIMIT %d) AS said`

// deskDoc is what a record on the desk is found by before its comments and people
// are known.
type deskDoc struct {
	n           int64
	title, text string
	ref         string
	people      []int64                      // contacts as it names them
	parts       []*conversation.Conversation // that were merged into it
}

func docOfConversation(c *conversation.Conversation) lexical.Doc {
	return lexical.Doc{N: c.N, Fields: []lexical.Field{{Text: c.Title}, {Text: c.Description}, {Text: strings.Join(c.Members, " ")}}}
}

func docOfWork(w *ticket.Work) lexical.Doc {
	return lexical.Doc{N: w.N, Fields: []lexical.Field{{Text: w.Title}, {Text: w.Body}, {Text: w.Ref}, {Text: strings.Join(w.ReportedBy, " ")}}}
}

// searchable reports whether searches find records of a type on the desk.
func searchable(t don.Type) bool { return t == don.Conversation || t == don.Ticket }

// said leaves word that what a record on the desk is found by has changed. What was
// merged into another is found by that.
func (tx *Tx) said(ctx context.Context, of ...don.ID) error {
	runs := map[don.Type][]recordRun{}
	var conversations []int64
	for _, id := range of {
		if searchable(id.Type) {
			runs[id.Type] = append(runs[id.Type], recordRun{id.N, id.N})
		}
		if id.Type == don.Conversation {
			conversations = append(conversations, id.N)
		}
	}
	moved, err := tx.Survivors(ctx, don.Conversation, conversations)
	if err != nil {
		return err
	}
	for _, n := range moved {
		runs[don.Conversation] = append(runs[don.Conversation], recordRun{n, n})
	}
	for _, t := range []don.Type{don.Conversation, don.Ticket} { // in one order, so that two do not wait for each other
		if len(runs[t]) == 0 {
			continue
		}
		if err := tx.addTodo(ctx, todoTable, t, runs[t]); err != nil {
			return err
		}
	}
	return nil
}

// renamedMost bounds the records of a contact that are indexed anew when it changes
// its name: of more, the latest are.
const renamedMost = 1000

// renamed leaves the same word for what a contact takes part in: it is found by the
// contact's name and addresses.
func (tx *Tx) renamed(ctx context.Context, t don.Type, n int64) error {
	if t != don.Contact {
		return nil
	}
	members, err := tx.Aliases(ctx, don.Contact, []int64{n})
	if err != nil {
		return err
	}
	all := []int64{n}
	for _, a := range members {
		all = append(all, a.N)
	}
	var ids []don.ID
	for _, n := range all {
		if len(ids) >= renamedMost {
			break
		}
		for _, at := range [][2]string{{convMember, don.Of(don.Contact, n).Tail()}, {workPerson, num(n)}} {
			ns, err := tx.q.numbers(ctx, "SELECT x.n FROM attr x WHERE x.org_id = $1 AND x.field = $2 AND x.value = $3 ORDER BY x.n DESC LIMIT $4",
				tx.scope.OrgID, at[0], at[1], renamedMost)
			if err != nil {
				return err
			}
			for _, n := range ns {
				id := don.Of(don.Conversation, n)
				if at[0] == workPerson {
					id = ticket.OfKey(n)
				}
				ids = append(ids, id)
			}
		}
	}
	return tx.said(ctx, ids...)
}

// conversationDocs returns what conversations are found by.
func (tx *Tx) conversationDocs(ctx context.Context, where string, args []any) ([]lexical.Doc, error) {
	type row struct {
		deskDoc
		members []byte
	}
	got, err := collect(ctx, tx.q, "SELECT n, title, description, members FROM conversation WHERE org_id = $1 AND "+where, args,
		func(r *row) []any { return []any{&r.n, &r.title, &r.text, &r.members} })
	if err != nil {
		return nil, err
	}
	rows := make([]deskDoc, len(got))
	for i := range got {
		var members []string
		if err := unpack(got[i].members, &members); err != nil {
			return nil, err
		}
		rows[i] = got[i].deskDoc
		rows[i].people = contactsIn(members)
	}
	ns := make([]int64, len(rows))
	for i, r := range rows {
		ns[i] = r.n
	}
	parts, err := tx.partsOfConversations(ctx, ns)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].parts = parts[rows[i].n]
	}
	return tx.deskDocs(ctx, don.Conversation, rows)
}

// ticketDocs returns what tickets are found by; where is about their keys.
func (tx *Tx) ticketDocs(ctx context.Context, where string, args []any) ([]lexical.Doc, error) {
	type row struct {
		deskDoc
		reporters []byte
	}
	got, err := collect(ctx, tx.q, "SELECT n, title, body, ref, reported_by FROM work WHERE org_id = $1 AND "+where, args,
		func(r *row) []any { return []any{&r.n, &r.title, &r.text, &r.ref, &r.reporters} })
	if err != nil {
		return nil, err
	}
	var rows []deskDoc
	for i := range got {
		id := ticket.OfKey(got[i].n)
		if id.Type != don.Ticket {
			continue
		}
		var reporters []string
		if err := unpack(got[i].reporters, &reporters); err != nil {
			return nil, err
		}
		d := got[i].deskDoc
		d.n, d.people = id.N, contactsIn(reporters)
		rows = append(rows, d)
	}
	return tx.deskDocs(ctx, don.Ticket, rows)
}

func contactsIn(tails []string) []int64 {
	var out []int64
	for _, tail := range tails {
		if id := don.FromTail(tail); id.Type == don.Contact {
			out = append(out, id.N)
		}
	}
	return out
}

// deskDocs adds what was said and with whom. What the one who asks may not read is
// left out. The indexer, which acts for nobody, takes all of it: every hit is
// checked against what the one who searches may read.
func (tx *Tx) deskDocs(ctx context.Context, t don.Type, rows []deskDoc) ([]lexical.Doc, error) {
	var ns, people []int64
	for _, r := range rows {
		ns, people = append(ns, r.n), append(people, r.people...)
		for _, p := range r.parts {
			ns = append(ns, p.N)
		}
	}
	comments, err := tx.saidIn(ctx, t, ns)
	if err != nil {
		return nil, err
	}
	names, err := tx.namesNow(ctx, people)
	if err != nil {
		return nil, err
	}
	out := make([]lexical.Doc, len(rows))
	for i, r := range rows {
		d := lexical.Doc{N: r.n}
		d.Title("title", r.title)
		for _, n := range r.people {
			if c, ok := names[n]; ok {
				d.Fields = append(d.Fields, c...)
			}
		}
		d.Add("external_ref", r.ref)
		d.Title("description", r.text)
		for _, p := range r.parts {
			d.Title("title", p.Title)
			d.Title("description", p.Description)
		}
		for _, p := range append([]*conversation.Conversation{{N: r.n}}, r.parts...) {
			for _, body := range comments[p.N] {
				d.Title("body", body)
			}
		}
		out[i] = d
	}
	return out, nil
}

// saidIn returns the latest comments on some records that the one who asks may
// read, the latest first.
func (tx *Tx) saidIn(ctx context.Context, t don.Type, ns []int64) (map[int64][]string, error) {
	type row struct {
		timeline.Comment
		n         int64
		privateTo []byte
	}
	out, size := map[int64][]string{}, map[int64]int{}
	for chunk := range slices.Chunk(ns, saidChunk) {
		args := []any{tx.scope.OrgID, typeCodes[t]}
		each := make([]string, len(evened(chunk))) // few different statements
		for i := range each {
			n := int64(0) // of no record
			if i < len(chunk) {
				n = chunk[i]
			}
			args = append(args, n)
			each[i] = fmt.Sprintf(latestSaid, commentMost, len(args), saidComments)
		}
		got, err := collect(ctx, tx.q, strings.Join(each, " UNION ALL "), args,
			func(r *row) []any {
				return []any{&r.n, &r.ID, &r.Body, (*string)(&r.Visibility), &r.privateTo, &r.ExpiresAt, &r.CreatedBy}
			})
		if err != nil {
			return nil, err
		}
		for i := range got {
			r := &got[i]
			if err := unpack(r.privateTo, &r.PrivateTo); err != nil {
				return nil, err
			}
			readable := r.ReadableBy(tx.scope.Actor.Tail()) || tx.scope.Actor == don.ID{}
			if r.Over(tx.now) || !readable || size[r.n] > saidMost {
				continue
			}
			body := r.Body[:min(len(r.Body), commentMost)]
			size[r.n] += len(body)
			out[r.n] = append(out[r.n], strings.ToValidUTF8(body, ""))
		}
	}
	return out, nil
}

// namesNow returns by what names and addresses contacts are found as what they are
// now, by the numbers given.
func (tx *Tx) namesNow(ctx context.Context, ns []int64) (map[int64][]lexical.Field, error) {
	ns = slices.Clone(ns)
	slices.Sort(ns)
	ns = slices.Compact(ns)
	if len(ns) == 0 {
		return nil, nil
	}
	moved, err := tx.Survivors(ctx, don.Contact, ns)
	if err != nil {
		return nil, err
	}
	now := make([]int64, len(ns))
	for i, n := range ns {
		now[i] = cmp.Or(moved[n], n)
	}
	found, err := tx.SearchDocs(ctx, don.Contact, now)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]lexical.Field, len(ns))
	for i, n := range ns {
		at := slices.IndexFunc(found, func(d lexical.Doc) bool { return d.N == now[i] })
		if at < 0 {
			continue
		}
		for _, f := range found[at].Fields {
			if f.Title || f.Name == string(contact.KindEmail) {
				out[n] = append(out[n], f)
			}
		}
	}
	return out, nil
}

// deskKeys are the numbers that records of a type have in their table.
func deskKeys(t don.Type, ns []int64) []int64 {
	if t != don.Ticket {
		return ns
	}
	out := make([]int64, len(ns))
	for i, n := range ns {
		out[i] = ticket.Key(don.Of(t, n))
	}
	return out
}

// unkeyed gives dates the numbers of their records; of others than a type's there
// are none left.
func unkeyed(t don.Type, dates []search.Dated) []search.Dated {
	if t != don.Ticket {
		return dates
	}
	out := dates[:0]
	for _, d := range dates {
		if id := ticket.OfKey(d.N); id.Type == t {
			out = append(out, search.Dated{N: id.N, At: d.At})
		}
	}
	return out
}
