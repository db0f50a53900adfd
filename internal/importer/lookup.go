package importer

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/tag"
)

// lookups remembers what cells of the file refer to: accounts, workspaces, tags
// and members. Each value is looked up once, a chunk of rows at a time.
type lookups struct {
	db    DB
	scope org.Scope

	mu       sync.RWMutex
	accounts map[string]int64 // 0 when unknown
	spaces   map[string]spaceRef
	tags     map[string]*tag.Tag
	owners   map[string]int64
}

type spaceRef struct{ n, accountN int64 }

// maxRemembered bounds how many values one table remembers.
const maxRemembered = 200_000

func newLookups(db DB, s org.Scope) *lookups {
	return &lookups{
		db: db, scope: s,
		accounts: map[string]int64{}, spaces: map[string]spaceRef{}, tags: map[string]*tag.Tag{}, owners: map[string]int64{},
	}
}

// full reports whether a new table should take over.
func (l *lookups) full() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.accounts)+len(l.spaces)+len(l.tags)+len(l.owners) > maxRemembered
}

func (l *lookups) account(ref string) (int64, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := l.accounts[ref]
	return n, n != 0
}

func (l *lookups) workspace(ref string) (n, accountN int64, ok bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	s := l.spaces[ref]
	return s.n, s.accountN, s.n != 0
}

func (l *lookups) tag(name string) (*tag.Tag, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	t := l.tags[contact.FoldName(name)]
	return t, t != nil
}

func (l *lookups) owner(text string) (int64, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n := l.owners[text]
	return n, n != 0
}

// wanted gathers the values of a chunk that are not known yet.
type wanted struct {
	accounts, spaces, tags, owners map[string]bool
}

func note(into *map[string]bool, value string) {
	if *into == nil {
		*into = map[string]bool{}
	}
	(*into)[value] = true
}

// prepare looks up what the rows refer to.
func (l *lookups) prepare(ctx context.Context, t *table, rows []sheet.Row) error {
	w := l.missing(t, rows)
	if w.accounts == nil && w.spaces == nil && w.tags == nil && w.owners == nil {
		return nil
	}
	return l.db.Read(ctx, l.scope, func(tx Tx) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if err := l.findAccounts(ctx, tx, w); err != nil {
			return err
		}
		if err := l.findTags(ctx, tx, w); err != nil {
			return err
		}
		return l.findOwners(ctx, tx, w)
	})
}

// missing gathers the values of the rows that are not known yet.
func (l *lookups) missing(t *table, rows []sheet.Row) wanted {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var w wanted
	tags, owners := fTags, fOwners
	if t.kind == don.Account {
		tags, owners = aTags, aOwners
	}
	for _, row := range rows {
		if t.kind == don.Contact {
			l.wantPlaces(&w, t, row)
		}
		if cell := t.cell(row, tags); cell != "" {
			for _, v := range sheet.SplitArray(cell) {
				l.wantTag(&w, v)
			}
		}
		if cell := t.cell(row, owners); cell != "" {
			for _, v := range sheet.SplitArray(cell) {
				if _, known := l.owners[v]; !known {
					note(&w.owners, v)
				}
			}
		}
	}
	return w
}

func (l *lookups) wantPlaces(w *wanted, t *table, row sheet.Row) {
	account := func(ref string) {
		if _, known := l.accounts[ref]; !known {
			note(&w.accounts, ref)
		}
	}
	space := func(ref string) {
		if _, known := l.spaces[ref]; !known {
			note(&w.spaces, ref)
		}
	}
	if v := strings.TrimSpace(t.cell(row, fAccount)); v != "" {
		account(v)
	}
	if v := strings.TrimSpace(t.cell(row, fSpace)); v != "" {
		space(v)
	}
	for _, v := range sheet.SplitArray(t.cell(row, fOtherAccounts)) {
		account(v)
	}
	for _, v := range sheet.SplitArray(t.cell(row, fOtherSpaces)) {
		space(v)
	}
}

func (l *lookups) wantTag(w *wanted, name string) {
	for n := range tagReadings(name) {
		if _, known := l.tags[contact.FoldName(n)]; !known {
			note(&w.tags, n)
		}
	}
}

func list(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for v := range set {
		out = append(out, v)
	}
	return out
}

func (l *lookups) findAccounts(ctx context.Context, tx Tx, w wanted) error {
	var keys []string
	for ref := range w.accounts {
		l.accounts[ref] = 0
		keys = append(keys, identity.Key(identity.KindAccountRef, ref))
	}
	for ref := range w.spaces {
		l.spaces[ref] = spaceRef{}
		keys = append(keys, identity.Key(identity.KindWorkspaceRef, ref))
	}
	if len(keys) == 0 {
		return nil
	}
	entries, err := tx.Identifiers(ctx, keys)
	if err != nil {
		return err
	}
	// A place keeps the record whose reference was given, merged or not.
	origins, err := identity.Origins(ctx, tx, entries)
	if err != nil {
		return err
	}
	spaces := map[string]int64{}
	var ns []int64
	for _, e := range entries {
		if e.Subject.Type == don.Account {
			l.accounts[e.Key[2:]] = cmp.Or(origins[e.Key], e.Subject.N)
		} else {
			spaces[e.Key] = e.Subject.N
			ns = append(ns, e.Subject.N)
		}
	}
	found, err := tx.Workspaces(ctx, ns, false)
	if err != nil {
		return err
	}
	for key, n := range spaces {
		if s := found[n]; s != nil {
			l.spaces[key[2:]] = spaceRef{cmp.Or(origins[key], n), s.AccountN}
		}
	}
	return l.byID(ctx, tx, w)
}

// byID finds accounts and workspaces that cells name by id (ACC-7 or a DON)
// instead of by reference, as exports do for those without one; a reference
// wins.
func (l *lookups) byID(ctx context.Context, tx Tx, w wanted) error {
	ns, texts := l.ids(w.accounts, don.Account)
	accounts, err := tx.Accounts(ctx, ns, false)
	if err != nil {
		return err
	}
	moved, err := tx.Survivors(ctx, don.Account, ns)
	if err != nil {
		return err
	}
	for n := range moved {
		accounts[n] = nil // its id still leads to what it is now
	}
	for n := range accounts {
		for _, text := range texts[n] {
			if l.accounts[text] == 0 {
				l.accounts[text] = n
			}
		}
	}
	ns, texts = l.ids(w.spaces, don.Workspace)
	spaces, err := tx.Workspaces(ctx, ns, false)
	for n, s := range spaces {
		for _, text := range texts[n] {
			if l.spaces[text].n == 0 {
				l.spaces[text] = spaceRef{n, s.AccountN}
			}
		}
	}
	return err
}

// ids returns the numbers that texts name by id, and the texts of each.
func (l *lookups) ids(wanted map[string]bool, t don.Type) (ns []int64, texts map[int64][]string) {
	texts = map[int64][]string{}
	for text := range wanted {
		if id, err := l.scope.Space.Parse("", text, t); err == nil {
			texts[id.N] = append(texts[id.N], text)
			ns = append(ns, id.N)
		}
	}
	return ns, texts
}

func (l *lookups) findTags(ctx context.Context, tx Tx, w wanted) error {
	names := list(w.tags)
	for _, n := range names {
		l.tags[contact.FoldName(n)] = nil
	}
	found, err := tx.TagsNamed(ctx, names)
	for key, t := range found {
		l.tags[key] = t
	}
	return err
}

func (l *lookups) findOwners(ctx context.Context, tx Tx, w wanted) error {
	byEmail := map[string][]string{}
	for text := range w.owners {
		l.owners[text] = 0
		if key, err := contact.Email(text); err == nil {
			byEmail[key] = append(byEmail[key], text)
		}
	}
	ns, byN := l.ids(w.owners, don.Member)
	keys := make([]string, 0, len(byEmail))
	for k := range byEmail {
		keys = append(keys, k)
	}
	mails, err := tx.MembersByEmail(ctx, keys)
	if err != nil {
		return err
	}
	for key, m := range mails {
		for _, text := range byEmail[key] {
			l.setOwner(text, m)
		}
	}
	members, err := tx.MembersByN(ctx, ns)
	for n, m := range members {
		for _, text := range byN[n] {
			l.setOwner(text, m)
		}
	}
	return err
}

func (l *lookups) setOwner(text string, m org.Member) {
	if m.State == org.Active {
		l.owners[text] = m.N
	}
}
