package importer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/importer/sheet"
	"github.com/kith-id/kith/internal/org"
)

func TestPresetsAreComplete(t *testing.T) {
	want := []string{"attio", "chatwoot", "hubspot", "intercom", "jira", "linear", "salesforce", "servicenow", "twenty", "zendesk"}
	if diff := cmp.Diff(want, PresetNames()); diff != "" {
		t.Error(diff)
	}
	for _, p := range presets {
		if len(p.Contacts) == 0 {
			t.Errorf("%s has no columns for contacts", p.Name)
		}
		checkPreset(t, p, don.Contact)
		checkPreset(t, p, don.Account)
	}
}

// checkPreset checks the fields and sources of one list, and that a file with
// just its headers has every mandatory field and no header to spare.
func checkPreset(t *testing.T, p Preset, typ don.Type) {
	t.Helper()
	known := map[string]bool{}
	for _, f := range Fields(typ, org.Settings{}, nil) {
		known[f.Name] = true
	}
	seen, listed, headers := map[string]bool{}, map[string]bool{}, []string(nil)
	for _, f := range p.columns(typ) {
		if !known[f.Field] || seen[f.Field] || f.None != (len(f.Headers) == 0) {
			t.Errorf("%s: %s %q is unknown, twice or empty", p.Name, plural(typ), f.Field)
		}
		seen[f.Field] = true
		for i, h := range f.Headers {
			if h.Name == "" || !strings.HasPrefix(h.Source, "https://") {
				t.Errorf("%s: header %q of %s has no source", p.Name, h.Name, f.Field)
			}
			if (i == 0 || f.Join) && !listed[h.Name] {
				headers = append(headers, h.Name)
			}
			listed[h.Name] = true
		}
	}
	if len(headers) == 0 {
		return
	}
	fields, err := ApplyPreset(p.Name, typ, Fields(typ, org.Settings{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	m, err := sheet.MatchHeaders(headers, fields, nil)
	if err != nil || len(m.Missing) > 0 || len(m.Unknown) > 0 {
		t.Errorf("%s: %s: missing %v, unknown %v, %v", p.Name, plural(typ), m.Missing, m.Unknown, err)
	}
}

func TestPresetMapsAnExport(t *testing.T) {
	cases := []struct {
		preset, header, row string
		typ                 don.Type
		want                map[string]string
	}{
		{"hubspot", "Record ID|First Name|Last Name|Email|Phone Number|Mobile Phone Number|Contact owner|Company Name", "8001|Ada|Lovelace|ada@example.com|+491|+492|Sam Sales|Acme", don.Contact,
			map[string]string{"external_ref": "8001", "display_name": "Ada Lovelace", "email": "ada@example.com", "phone_numbers": "+491, +492"}},
		{"Salesforce", "Id|AccountId|LastName|FirstName|Name|Phone|MobilePhone|Email|OwnerId|Description", "003A|001B|Lovelace|Ada|Ada Lovelace|+491||ada@example.com|005C|d", don.Contact,
			map[string]string{"external_ref": "003A", "account_external_reference": "001B", "display_name": "Ada Lovelace", "email": "ada@example.com", "phone_numbers": "+491", "description": "d"}},
		{"twenty", "Id|Name / First Name|Name / Last Name|Emails / Primary Email|Emails / Additional Emails|Company Id", "u1|Ada|Lovelace|ada@example.com|[]|c1", don.Contact,
			map[string]string{"external_ref": "u1", "display_name": "Ada Lovelace", "email": "ada@example.com", "account_external_reference": "c1"}},
		{"zendesk", "id|name|external_id|domain_names|details|notes", "7|Acme|a-7|acme.com|d|n", don.Account,
			map[string]string{"external_refs": "7, a-7", "display_name": "Acme", "domains": "acme.com", "description": "d"}},
		{"chatwoot", "id|name|email|phone_number", "1|Ada|ada@example.com|+491", don.Contact,
			map[string]string{"external_ref": "1", "display_name": "Ada", "email": "ada@example.com", "phone_numbers": "+491"}},
		{"linear", "ID|Team|Title|Description|Status|Creator|Assignee|Labels", "ENG-1|Eng|Crash|It crashes|Done|ada@example.com|bob@example.com|Bug", don.Contact,
			map[string]string{"external_ref": "ada@example.com", "display_name": "ada@example.com", "email": "ada@example.com"}},
		{"linear", "id|createdAt|domains|externalIds|name|slugId|tierId", "c1|2026-01-01|acme.com|[]|Acme|acme|t1", don.Account,
			map[string]string{"external_refs": "c1", "display_name": "Acme", "domains": "acme.com"}},
	}
	for _, c := range cases {
		fields, err := ApplyPreset(c.preset, c.typ, Fields(c.typ, org.Settings{}, nil))
		if err != nil {
			t.Fatal(err)
		}
		m, err := sheet.MatchHeaders(strings.Split(c.header, "|"), fields, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for i, f := range fields {
			if v := m.Cell(sheet.Row{Cells: strings.Split(c.row, "|")}, i); v != "" {
				got[f.Name] = v
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.preset, diff)
		}
	}
}

func TestApplyPresetRefuses(t *testing.T) {
	fields := Fields(don.Account, org.Settings{}, nil)
	for preset, want := range map[string]string{"pigeon": "not one of attio, chatwoot", "chatwoot": "has no columns for accounts"} {
		if _, err := ApplyPreset(preset, don.Account, fields); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", preset, err)
		}
	}
	same, err := ApplyPreset("", don.Account, fields)
	if err != nil || len(same) != len(fields) {
		t.Errorf("no preset: %v, %v", same, err)
	}
}
