package exporter_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/exporter"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/store/storetest"
	"github.com/kith-id/kith/internal/tag"
)

// TestMain lets the round trip draw fewer cases than rapid would: each is two
// imports on a real database. -rapid.checks asks for more.
func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", "20"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// world is a database with an importer at work.
type world struct {
	db      *store.DB
	dir     *directory.Service
	imports *importer.Service
	scope   org.Scope
}

func onEngines(t *testing.T, test func(*testing.T, *world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newWorld(t, store.Config{Dir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { test(t, newWorld(t, store.Config{URL: storetest.Postgres(t)})) })
}

func newWorld(t *testing.T, c store.Config) *world {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &world{db: db, dir: directory.New(db.Directory()), imports: &importer.Service{
		DB: store.Runner[importer.Tx]{DB: db}, Accounts: accounts{}, Dir: t.TempDir(), Node: "here", Partition: "kith", Log: slog.New(slog.DiscardHandler),
	}}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.imports.Work(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return w
}

type accounts struct{}

func (accounts) Insert(ctx context.Context, tx importer.Tx, a *account.Account) error {
	return directory.InsertAccount(ctx, tx.(directory.Tx), a)
}

func (accounts) Change(ctx context.Context, tx importer.Tx, before, after *account.Account) (bool, error) {
	return directory.ChangeAccount(ctx, tx.(directory.Tx), before, after)
}

func (accounts) Observe(ctx context.Context, tx importer.Tx, a *account.Account, via identity.Via, ref string, apply func(*account.Account) *account.Account) (*account.Account, bool, bool, error) {
	return directory.ObserveAccount(ctx, tx.(directory.Tx), a, via, ref, apply)
}

func (accounts) Erase(ctx context.Context, tx importer.Tx, a *account.Account) (bool, error) {
	return directory.EraseAccount(ctx, tx.(directory.Tx), a)
}

// found makes an org with an active and a deactivated member, and tags that
// are hard to read.
func (w *world) found(t *testing.T, name string) {
	t.Helper()
	w.scope = storetest.Scope(t, w.db, name)
	storetest.Write(t, w.db, w.scope, func(ctx context.Context, tx *store.Tx) error {
		for n, state := range []org.MemberState{1: org.Active, 2: org.Deactivated} {
			if n == 0 {
				continue
			}
			m := org.Member{N: int64(n), Email: fmt.Sprintf("m%d@acme.test", n), State: state, Role: org.Admin, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}
			if err := tx.InsertMember(ctx, m, m.Email); err != nil {
				return err
			}
		}
		for i, name := range tagNames {
			tg := &tag.Tag{N: int64(i + 1), Name: name, AllowedValues: []string{"gold", "x=y", "1, 2"}, CreatedAt: tx.Now(), ModifiedAt: tx.Now()}
			if err := tx.InsertTag(ctx, tg); err != nil {
				return err
			}
		}
		return nil
	})
}

var tagNames = []string{"vip", "a=b", "with, comma `and` more", "=sum", "a"}

// import imports a file with update and waits for the end.
func (w *world) importBack(t *testing.T, of don.Type, text string) *importer.Import {
	t.Helper()
	m, err := w.imports.Create(t.Context(), w.scope, of, "export.csv", strings.NewReader(text), importer.Options{Update: true})
	if err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		if m, err = w.imports.Get(t.Context(), w.scope, m.N); err != nil {
			t.Fatal(err)
		}
		if m.Over() {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("the import is still %s", m.State)
		}
	}
}

func (w *world) export(t *testing.T, of don.Type) string {
	t.Helper()
	var out bytes.Buffer
	var err error
	if of == don.Account {
		err = exporter.Accounts(t.Context(), w.dir, w.scope, account.Filter{}, directory.Where{}, &out)
	} else {
		err = exporter.Contacts(t.Context(), w.dir, w.scope, contact.Filter{}, directory.Where{}, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

type reporter interface {
	Fatalf(format string, args ...any)
}

// unchanged exports, imports what it got, and wants nothing to have changed.
func (w *world) unchanged(t *testing.T, rt reporter, of don.Type, rows int64) {
	t.Helper()
	text := w.export(t, of)
	m := w.importBack(t, of, text)
	p := m.Progress
	if m.State == importer.Completed && p.Rows == rows && p.Unchanged == rows {
		return
	}
	fs, err := w.imports.Failures(t.Context(), w.scope, m.N, 0, 100)
	rt.Fatalf("%s: %s %+v, want %d rows unchanged\n%v %+v\n%s", of, m.State, p, rows, err, fs, text)
}

// TestRoundTrip exports whatever the API can make, and imports it.
func TestRoundTrip(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			w.found(t, fmt.Sprintf("org-%d", n))
			g := &generator{T: rt, t: t, w: w}
			g.accounts()
			g.contacts()
			w.unchanged(t, rt, don.Account, g.accountRows)
			w.unchanged(t, rt, don.Contact, g.contactRows)
		})
	})
}

// generator makes records through the directory.
type generator struct {
	*rapid.T
	t           *testing.T
	w           *world
	places      []don.ID
	serial      int
	accountRows int64
	contactRows int64
}

func (g *generator) must(err error) {
	if err != nil {
		g.Fatalf("%v", err)
	}
}

// text draws a text that its field accepts.
func (g *generator) text(label string, alphabet []rune, accept func(string) (string, error)) string {
	s := rapid.StringOfN(rapid.SampledFrom(alphabet), 1, 8, -1).Filter(func(s string) bool {
		v, err := accept(s)
		return err == nil && v != ""
	}).Draw(g.T, label)
	return s
}

var (
	oneLine   = []rune("aZé漢=+-@'`\",;|# \uff1d\uff0b1.")
	manyLines = append([]rune("\n\t"), oneLine...)
)

func (g *generator) maybe(label, value string) *string {
	if rapid.Bool().Draw(g.T, label) {
		return &value
	}
	return nil
}

func (g *generator) unique(prefix string) string {
	g.serial++
	return fmt.Sprintf("%s%d", prefix, g.serial)
}

func (g *generator) refs(most int) *[]string {
	refs := []string{}
	for range rapid.IntRange(0, most).Draw(g.T, "refs") {
		refs = append(refs, g.unique(g.text("ref", oneLine, contact.Ref)+"r"))
	}
	return &refs
}

func (g *generator) tags() *[]tag.Use {
	var uses []tag.Use
	for i := range tagNames {
		if !rapid.Bool().Draw(g.T, "tag") {
			continue
		}
		uses = append(uses, tag.Use{N: int64(i + 1), Value: rapid.SampledFrom([]string{"", "gold", "x=y", "1, 2"}).Draw(g.T, "value")})
	}
	return &uses
}

func (g *generator) accounts() {
	for range rapid.IntRange(0, 3).Draw(g.T, "accounts") {
		name := g.text("name", oneLine, contact.DisplayName)
		p := directory.AccountPatch{
			DisplayName: &name, Refs: g.refs(3), Tags: g.tags(),
			Description: g.maybe("description", g.text("about", manyLines, contact.Description)),
			Tier:        g.maybe("tier", g.text("tier", oneLine, contact.Tier)),
			Domains:     &[]string{g.unique("d") + ".example", g.unique("e") + ".example"},
			Websites:    &[]string{"https://" + g.unique("w") + ".example/a,b`c"},
			Owners:      &[]int64{1},
		}
		a, w, err := g.w.dir.CreateAccount(g.t.Context(), g.w.scope, p)
		g.must(err)
		g.accountRows++
		g.places = append(g.places, don.Of(don.Account, a.Item.N), don.Of(don.Workspace, w.Item.N))
		if rapid.Bool().Draw(g.T, "workspace") {
			ref := g.unique("=w")
			w, err := g.w.dir.CreateWorkspace(g.t.Context(), g.w.scope, a.Item.N, directory.WorkspacePatch{DisplayName: &name, Ref: &ref})
			g.must(err)
			g.places = append(g.places, don.Of(don.Workspace, w.Item.N))
		}
	}
}

func (g *generator) contacts() {
	ctx, sc := g.t.Context(), g.w.scope
	for range rapid.IntRange(0, 5).Draw(g.T, "contacts") {
		p := directory.ContactPatch{
			DisplayName: g.maybe("named", g.text("name", oneLine, contact.DisplayName)),
			FullName:    g.maybe("full", g.text("full name", oneLine, contact.FullName)),
			Description: g.maybe("described", g.text("about", manyLines, contact.Description)),
			Email:       g.maybe("mailed", g.unique("+Ann")+"@Example.com"),
			Refs:        g.refs(3), Tags: g.tags(), Owners: &[]int64{1},
		}
		if rapid.Bool().Draw(g.T, "phones") {
			p.Phones = &[]string{"+4930123456" + g.unique("1"), "+15551234567"}
		}
		var places []directory.Place
		if len(g.places) > 0 {
			for _, id := range rapid.SliceOfNDistinct(rapid.SampledFrom(g.places), 0, 3, rapid.ID[don.ID]).Draw(g.T, "places") {
				places = append(places, directory.Place{ID: id})
			}
		}
		c, err := g.w.dir.CreateContact(ctx, sc, p, places)
		g.must(err)
		g.contactRows++
		if rapid.Bool().Draw(g.T, "second e-mail") {
			_, err := g.w.dir.AddIdentifier(ctx, sc, c.Item.N, contact.KindEmail, g.unique("more")+"@example.com", rapid.Bool().Draw(g.T, "main"))
			g.must(err)
		}
	}
}

// TestCopy imports the exports of one org into another: what an import has
// columns for arrives whole, with all references, addresses, accounts and
// workspaces of a contact.
func TestCopy(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		w.found(t, "from")
		w.crowd(t)
		for _, c := range []struct {
			refs, emails []string
			places       []int // of accounts 1 and 2 and their workspaces 11 and 12
		}{
			{[]string{"u1", "`u,1`", "=u"}, []string{"Ann@one.example", "ann@two.example", "ann@three.example"}, []int{2, 1, 11}},
			{[]string{"u2"}, nil, []int{12, 2}},
			{[]string{"u3"}, []string{"cy@one.example"}, nil},
			{[]string{"u4", "u5"}, nil, []int{1}},
		} {
			w.person(t, c.refs, c.emails, c.places)
		}
		accounts, contacts := w.export(t, don.Account), w.export(t, don.Contact)
		w.found(t, "to")
		if m := w.importBack(t, don.Account, accounts); m.Progress.Created != 2 {
			t.Fatalf("accounts: %+v", m.Progress)
		}
		w.workspaces(t)
		if m := w.importBack(t, don.Contact, contacts); m.Progress.Created != 4 {
			fs, err := w.imports.Failures(t.Context(), w.scope, m.N, 0, 10)
			t.Fatalf("contacts: %+v %+v %v", m.Progress, fs, err)
		}
		if d := cmp.Diff(importColumns(contacts), importColumns(w.export(t, don.Contact))); d != "" {
			t.Errorf("contacts (-from +to):\n%s", d)
		}
		w.unchanged(t, t, don.Contact, 4)
	})
}

// crowd makes two accounts with a workspace each.
func (w *world) crowd(t *testing.T) {
	t.Helper()
	for _, ref := range []string{"a,1", "a2"} {
		if _, _, err := w.dir.CreateAccount(t.Context(), w.scope, directory.AccountPatch{DisplayName: &ref, Refs: &[]string{ref}}); err != nil {
			t.Fatal(err)
		}
	}
	w.workspaces(t)
}

func (w *world) workspaces(t *testing.T) {
	t.Helper()
	for n, ref := range []string{"w,1", "w2"} {
		if _, err := w.dir.CreateWorkspace(t.Context(), w.scope, int64(n+1), directory.WorkspacePatch{DisplayName: &ref, Ref: &ref}); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) person(t *testing.T, refs, emails []string, in []int) {
	t.Helper()
	var places []directory.Place
	for _, p := range in {
		id := don.Of(don.Account, int64(p))
		if p > 10 {
			id = don.Of(don.Workspace, int64(p-8)) // 1 and 2 are the default ones
		}
		places = append(places, directory.Place{ID: id})
	}
	patch := directory.ContactPatch{DisplayName: &refs[0], Refs: &refs}
	if len(emails) > 0 {
		patch.Email = &emails[0]
	}
	c, err := w.dir.CreateContact(t.Context(), w.scope, patch, places)
	for i := 1; err == nil && i < len(emails); i++ {
		_, err = w.dir.AddIdentifier(t.Context(), w.scope, c.Item.N, contact.KindEmail, emails[i], false)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// importColumns are the lines of an export without what is only to be read.
func importColumns(text string) []string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		if at := strings.Index(lines[i], ",REVU-"); at >= 0 {
			lines[i] = lines[i][:at]
		}
	}
	return lines
}

// TestColumns looks at a file cell by cell.
func TestColumns(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		w.found(t, "acme")
		ctx := t.Context()
		text := func(s string) *string { return &s }
		a, _, err := w.dir.CreateAccount(ctx, w.scope, directory.AccountPatch{DisplayName: text("Acme, Inc"), Refs: &[]string{"a,1", "a2"}, Owners: &[]int64{1}})
		if err != nil {
			t.Fatal(err)
		}
		c, err := w.dir.CreateContact(ctx, w.scope, directory.ContactPatch{
			DisplayName: text("=cmd()"), Email: text("Bo@Example.com"), Tags: &[]tag.Use{{N: 2, Value: "x=y"}, {N: 1}}, Owners: &[]int64{1},
		}, []directory.Place{{ID: don.Of(don.Account, a.Item.N)}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.dir.AddIdentifier(ctx, w.scope, c.Item.N, contact.KindEmail, "second@example.com", false); err != nil {
			t.Fatal(err)
		}
		got := row(t, w.export(t, don.Contact))
		for _, name := range []string{"created_date", "modified_date"} {
			delete(got, name)
		}
		want := map[string]string{
			"display_name": "'=cmd()", "external_ref": w.scope.Space.Format(don.Of(don.Contact, 1)), "email": "Bo@Example.com", "phone_numbers": "",
			"full_name": "", "description": "", "account_external_reference": "a,1", "workspace_external_reference": "",
			"tags.name": "a=b=x=y, vip", "owned_by": "m1@acme.test", "display_id": "REVU-1", "other_emails": "second@example.com",
			"other_external_refs": "", "is_verified": "true", "other_account_external_references": "", "other_workspace_external_references": "",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("contact (-want +got):\n%s", d)
		}
		got = row(t, w.export(t, don.Account))
		if got["external_refs"] != "`a,1`, a2" || got["display_name"] != "Acme, Inc" || got["display_id"] != "ACC-1" {
			t.Errorf("account: %v", got)
		}
	})
}

// row reads the one row of a file, by column, as it stands there.
func row(t *testing.T, text string) map[string]string {
	t.Helper()
	in, err := sheet.Open(strings.NewReader(text), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := in.Next()
	if err != nil || r.Err != nil {
		t.Fatal(err, r.Err)
	}
	out := map[string]string{}
	for i, name := range in.Header() {
		out[name] = r.Cells[i]
	}
	return out
}

// TestManyPages exports more than a page holds, while records are being made.
func TestManyPages(t *testing.T) {
	w := newWorld(t, store.Config{Dir: t.TempDir()})
	w.found(t, "acme")
	var file strings.Builder
	file.WriteString("external_ref,display_name\n")
	for i := range 1234 {
		fmt.Fprintf(&file, "u%d,Contact %d\n", i, i)
	}
	if m := w.importBack(t, don.Contact, file.String()); m.Progress.Created != 1234 {
		t.Fatalf("import: %+v", m.Progress)
	}
	text := w.export(t, don.Contact)
	if n := strings.Count(text, "\n"); n != 1235 {
		t.Errorf("%d lines, want 1235", n)
	}
	w.unchanged(t, t, don.Contact, 1234)
}
