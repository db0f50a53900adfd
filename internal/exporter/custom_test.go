package exporter_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/contact"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/schema"
)

// attributes defines fields of every type that a cell can hold.
func (w *world) attributes(t *testing.T) {
	t.Helper()
	fields := []schema.Field{
		{Name: "plan", Type: schema.Enum, Choices: []schema.Choice{{Label: "gold"}, {Label: "a, b"}}, Filterable: true}, {Name: "seats", Type: schema.Int, Filterable: true},
		{Name: "score", Type: schema.Double, Filterable: true}, {Name: "trial", Type: schema.Bool, Default: false, Filterable: true}, {Name: "renewal", Type: schema.Date, Filterable: true},
		{Name: "seen", Type: schema.Timestamp}, {Name: "langs", Type: schema.Array, Base: schema.Text, Filterable: true}, {Name: "nums", Type: schema.Array, Base: schema.Int},
		{Name: "level", Type: schema.UEnum, Choices: []schema.Choice{{ID: 1, Label: "low"}, {ID: 2, Label: "high"}}}, {Name: "raw", Type: schema.JSON},
		{Name: "boss", Type: schema.ID}, {Name: "code", Type: schema.Text, Immutable: true}, {Name: "home", Type: schema.Composite, Composite: "address"},
		{Name: "homes", Type: schema.Array, Base: schema.Composite, Composite: "address"}, {Name: "extra", Type: schema.Struct},
	}
	address := []schema.CompositeSchema{{Name: "address", Fields: []schema.Field{
		{Name: "city", Type: schema.Text, Required: true, Filterable: true}, {Name: "floor", Type: schema.Int, Filterable: true}, {Name: "keys", Type: schema.Array, Base: schema.Text},
	}}}
	for _, f := range []schema.Fragment{
		{Leaf: don.Contact, Kind: schema.Tenant, Fields: fields, Composites: address}, {Leaf: don.Account, Kind: schema.Tenant, Fields: fields, Composites: address},
		{Leaf: don.Contact, Kind: schema.Subtype, Name: "lead", Fields: []schema.Field{{Name: "heat", Type: schema.Int, Required: true}}},
		{Leaf: don.Contact, Kind: schema.App, Name: "crm", Fields: []schema.Field{{Name: "owner_name", Type: schema.Text}}},
	} {
		if _, err := w.dir.SetFragment(t.Context(), w.scope, f, nil); err != nil {
			t.Fatal(err)
		}
	}
}

const customHeader = "external_ref,display_name,subtype,tnt__plan,tnt__seats,tnt__score,tnt__trial,tnt__renewal,tnt__seen,tnt__langs,tnt__nums,tnt__level,tnt__raw,tnt__boss,tnt__code,tnt__home.city,tnt__home.floor,tnt__home.keys,tnt__homes,tnt__extra,ctype__heat,app_crm__owner_name\n"

// TestCustomColumns imports custom values, finds records by them, exports them
// and imports the export, which changes nothing.
func TestCustomColumns(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		w.found(t, "acme")
		w.attributes(t)
		m := w.importBack(t, don.Contact, customHeader+
			`1,Ann,,gold,25,-0.5,yes,2027-01-31,2026-11-26T10:00:00+01:00,"de,`+"`a, b`"+`","1,2",high,"[""5"",1]",,C1,Köln,2,"a,b","`+"`"+`{""city"":""Bonn"",""floor"":1}`+"`, `"+`{""city"":""x,y""}`+"`"+`","{""a"":{""b"":1}}",,"Bo, the owner"`+"\n"+
			`2,Bo,lead,"a, b",1e3,,,,,,,2,"""5""",REVU-1,,,,,,,7,`+"\n"+
			`3,Cy,,,,,,,,,,,,,,,,,,,,`+"\n"+
			`4,Dee,,lead,x,y,maybe,31.1.2027,now,,"1,b",mid,,ACC,,,7th,,1,2,,`+"\n"+
			`5,Eve,lead,,,,,,,,,,,,,,,,,,,`+"\n"+
			`6,Fay,nobody,,,,,,,,,,,,,,,,,,,`+"\n")
		if m.Progress.Created != 3 || m.Progress.Failed != 3 {
			t.Fatalf("%+v", m.Progress)
		}
		w.fails(t, m, map[string]string{
			"Dee": "tnt__plan tnt__seats tnt__score tnt__trial tnt__renewal tnt__seen tnt__nums tnt__level tnt__boss tnt__home.floor tnt__homes tnt__extra", "Eve": "ctype__heat", "Fay": "subtype",
		})
		want := map[int64]schema.Values{1: {
			"tnt__plan": "gold", "tnt__seats": num("25"), "tnt__score": num("-0.5"), "tnt__trial": true, "tnt__renewal": "2027-01-31", "tnt__seen": "2026-11-26T09:00:00.000000Z",
			"tnt__langs": []any{"de", "a, b"}, "tnt__nums": []any{num("1"), num("2")}, "tnt__level": num("2"), "tnt__raw": []any{"5", num("1")}, "tnt__code": "C1",
			"tnt__home":  map[string]any{"city": "Köln", "floor": num("2"), "keys": []any{"a", "b"}},
			"tnt__homes": []any{map[string]any{"city": "Bonn", "floor": num("1")}, map[string]any{"city": "x,y"}}, "tnt__extra": map[string]any{"a": map[string]any{"b": num("1")}}, "app_crm__owner_name": "Bo, the owner",
		}, 2: {
			"tnt__plan": "a, b", "tnt__seats": num("1000"), "tnt__trial": false, "tnt__level": num("2"), "tnt__raw": "5", "tnt__boss": w.scope.Space.Format(don.Of(don.Contact, 1)), "ctype__heat": num("7"),
		}, 3: {"tnt__trial": false}}
		for n, v := range want {
			if diff := cmp.Diff(v, w.contact(t, n).Custom); diff != "" {
				t.Errorf("REVU-%d: %s", n, diff)
			}
		}
		w.finds(t, `tnt__seats > 20 and tnt__trial = true`, 1)
		w.finds(t, `tnt__langs = "a, b" or tnt__plan = "a, b"`, 1, 2)
		w.finds(t, `subtype = lead`, 2)
		text := w.export(t, don.Contact)
		if again := w.importBack(t, don.Contact, text); again.Progress.Unchanged != 3 || again.Progress.Failed+again.Progress.Updated+again.Progress.Created != 0 {
			t.Errorf("the export came back as %+v:\n%s", again.Progress, text)
		}
		// An update leaves what it has no cell for, and keeps to the definitions.
		up := w.importBack(t, don.Contact, "external_ref,display_name,tnt__seats,tnt__code,tnt__home.floor\n1,,26,,3\n2,,,C2,\n3,,,C3,\n1,,27,other,\n2,,,,4\n")
		if p := up.Progress; p.Updated+p.Repeated != 3 || p.Failed != 2 {
			t.Errorf("%+v", p)
		}
		want[1]["tnt__seats"], want[2]["tnt__code"] = num("26"), "C2"
		want[1]["tnt__home"] = map[string]any{"city": "Köln", "floor": num("3"), "keys": []any{"a", "b"}}
		for n := range int64(2) {
			if diff := cmp.Diff(want[n+1], w.contact(t, n+1).Custom); diff != "" {
				t.Errorf("REVU-%d after the update: %s", n+1, diff)
			}
		}
		w.finds(t, `tnt__seats = 25`)
		w.finds(t, `tnt__seats = 26 and tnt__home.floor = 3`, 1)
		w.undo(t, up.N)
		w.finds(t, `tnt__seats = 25 and tnt__home.floor = 2`, 1)
		if c := w.contact(t, 2); c.Custom["tnt__code"] != nil {
			t.Errorf("the undone update left %v", c.Custom)
		}
		more := w.importBack(t, don.Contact, "external_ref,display_name,tnt__seats\n8,Yo,77\n9,Zed,78\n")
		w.finds(t, `tnt__seats between 77 and 78`, more.From, more.From+1)
		w.undo(t, more.N)
		w.finds(t, `tnt__seats between 77 and 78`)
	})
}

func (w *world) undo(t *testing.T, n int64) {
	t.Helper()
	if _, err := w.imports.Undo(t.Context(), w.scope, n); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		m, err := w.imports.Get(t.Context(), w.scope, n)
		if err != nil || time.Now().After(end) {
			t.Fatalf("%v, %v", m, err)
		}
		if m.State == importer.Undone {
			return
		}
	}
}

func TestCustomColumnsOfAccounts(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		w.found(t, "acme")
		w.attributes(t)
		m := w.importBack(t, don.Account, "external_refs,display_name,tnt__plan,tnt__seats\na,A,gold,5\nb,B,,x\n")
		if m.Progress.Created != 1 || m.Progress.Failed != 1 {
			t.Fatalf("%+v", m.Progress)
		}
		again := w.importBack(t, don.Account, w.export(t, don.Account))
		if again.Progress.Unchanged != 1 || again.Progress.Failed != 0 {
			t.Errorf("%+v", again.Progress)
		}
		w.importBack(t, don.Account, "external_refs,display_name,tnt__seats\na,,6\n")
		tree, err := filter.Parse(`tnt__seats = 6 and tnt__plan = gold`)
		if err != nil {
			t.Fatal(err)
		}
		p, err := w.dir.ListAccounts(t.Context(), w.scope, account.Filter{}, directory.Query{Limit: 5, Where: directory.Where{Tree: tree}})
		if err != nil || len(p.Items) != 1 {
			t.Errorf("%d accounts, %v", len(p.Items), err)
		}
	})
}

func (w *world) contact(t *testing.T, n int64) *contact.Contact {
	t.Helper()
	got, err := w.dir.GetContact(t.Context(), w.scope, n)
	if err != nil {
		t.Fatal(err)
	}
	return got.Item
}

func (w *world) finds(t *testing.T, text string, want ...int64) {
	t.Helper()
	tree, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	q := directory.Query{Limit: 10, Sorts: []directory.Sort{{Field: "display_id"}}, Where: directory.Where{Tree: tree}}
	p, err := w.dir.ListContacts(t.Context(), w.scope, contact.Filter{}, q)
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, c := range p.Items {
		got = append(got, c.N)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", text, diff)
	}
}

// fails checks the columns of the problems of each failed row, by its name.
func (w *world) fails(t *testing.T, m *importer.Import, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	failed, err := w.imports.Failures(t.Context(), w.scope, m.N, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failed {
		var columns []string
		for _, p := range f.Problems {
			columns = append(columns, p.Column)
		}
		got[f.Cells[1]] = strings.Join(columns, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s", diff)
	}
}

func num(text string) json.Number { return json.Number(text) }
