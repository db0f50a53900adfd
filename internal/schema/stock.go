package schema

import "github.com/kith-id/kith/internal/don"

// Stock returns the fields that all records of a kind have.
func Stock(leaf don.Type) []Field {
	sorted, grouped := map[string]any{"is_sortable": true}, map[string]any{"is_groupable": true}
	both := map[string]any{"is_sortable": true, "is_groupable": true}
	text := func(name string) Field { return Field{Name: name, Type: Text, Filterable: true} }
	list := func(name string, of Type) Field { return Field{Name: name, Type: Array, Base: of, Filterable: true} }
	out := []Field{
		{Name: "display_name", Type: Text, Filterable: true, UI: sorted}, text("description"),
		{Name: "created_date", Type: Timestamp, Filterable: true, Immutable: true, UI: both},
		{Name: "modified_date", Type: Timestamp, Filterable: true, Immutable: true, UI: both},
		{Name: "created_by", Type: ID, IDTypes: []string{"dev_user"}, Filterable: true, Immutable: true},
		{Name: "owned_by", Type: Array, Base: ID, IDTypes: []string{"dev_user"}, Filterable: true, UI: grouped},
		{Name: "tags", Type: Array, Base: ID, IDTypes: []string{"tag"}, Filterable: true, UI: grouped},
	}
	switch leaf {
	case don.Ticket, don.Opportunity:
		return stockWork(leaf, out[1:])
	case don.Conversation:
		return stockConversation(out[1:])
	case don.Account:
		return append(out, list("external_refs", Text), list("domains", Text), list("websites", Text),
			Field{Name: "tier", Type: Text, Filterable: true, UI: grouped},
			Field{Name: "parent_account", Type: ID, IDTypes: []string{"account"}, Filterable: true, UI: grouped})
	case don.Workspace:
		return append(out, text("external_ref"), text("domain"), Field{Name: "tier", Type: Text, Filterable: true, UI: grouped},
			Field{Name: "environment", Type: Enum, Choices: []Choice{{Label: "production"}, {Label: "staging"}, {Label: "test"}}, Filterable: true, UI: grouped},
			Field{Name: "account", Type: ID, IDTypes: []string{"account"}, Filterable: true, Immutable: true, UI: grouped})
	default: // the others follow
	}
	return append(out, text("full_name"), Field{Name: "email", Type: Text, Format: Email, Filterable: true, PII: true, UI: sorted},
		Field{Name: "phone_numbers", Type: Array, Base: Text, Format: Phone, Filterable: true, PII: true}, list("external_refs", Text),
		Field{Name: "is_verified", Type: Bool, Filterable: true, Immutable: true},
		Field{Name: "associations", Type: Array, Base: ID, IDTypes: []string{"account", "rev_org"}, Filterable: true, UI: grouped})
}

// stockWork adds to the fields of all records those of tickets or opportunities.
func stockWork(leaf don.Type, out []Field) []Field {
	out[0].Name, out[0].Filterable = "body", false
	out = append(out, Field{Name: "title", Type: Text, UI: map[string]any{"is_sortable": true}}, Field{Name: "external_ref", Type: Text, Filterable: true},
		Field{Name: "stage", Type: Text, Filterable: true}, Field{Name: "applies_to_part", Type: ID, IDTypes: []string{"product"}, Filterable: true},
		Field{Name: "account", Type: ID, IDTypes: []string{"account"}, Filterable: true}, Field{Name: "target_close_date", Type: Timestamp, Filterable: true})
	if leaf == don.Opportunity {
		return append(out, Field{Name: "contacts", Type: Array, Base: ID, IDTypes: []string{"rev_user"}, Filterable: true}, Field{Name: "amount", Type: Double})
	}
	return append(out, Field{Name: "rev_org", Type: ID, IDTypes: []string{"rev_org"}, Filterable: true},
		Field{Name: "reported_by", Type: Array, Base: ID, IDTypes: []string{"rev_user", "dev_user"}, Filterable: true},
		Field{Name: "severity", Type: Enum, Choices: []Choice{{Label: "blocker"}, {Label: "high"}, {Label: "medium"}, {Label: "low"}}, Filterable: true})
}

// stockConversation adds to the fields of all records those of conversations.
func stockConversation(out []Field) []Field {
	out[0].Filterable = false
	return append(out, Field{Name: "title", Type: Text, UI: map[string]any{"is_sortable": true}}, Field{Name: "stage", Type: Text, Filterable: true},
		Field{Name: "applies_to_parts", Type: Array, Base: ID, IDTypes: []string{"product"}, Filterable: true},
		Field{Name: "members", Type: Array, Base: ID, IDTypes: []string{"rev_user", "dev_user"}, Filterable: true},
		Field{Name: "account", Type: ID, IDTypes: []string{"account"}, Filterable: true}, Field{Name: "rev_org", Type: ID, IDTypes: []string{"rev_org"}, Filterable: true},
		Field{Name: "source_channel", Type: Text, Filterable: true}, Field{Name: "group", Type: ID, IDTypes: []string{"group"}, Filterable: true})
}

// Offers returns fields that ship ready to be added to the org's own fragment,
// and that no record has until then.
func Offers(leaf don.Type) []Field {
	shown := func(name, label string, f Field) Field {
		f.Name, f.Filterable, f.UI = name, true, map[string]any{"display_name": label}
		return f
	}
	text, link := Field{Type: Text}, Field{Type: Text, Format: URL}
	switch leaf {
	case don.Account:
		return []Field{
			shown("industry", "Industry", text), shown("employees", "Employees", Field{Type: Int, GTE: new(float64)}),
			shown("annual_revenue", "Annual revenue", Field{Type: Double, Format: Currency}), shown("linkedin", "LinkedIn", link), shown("time_zone", "Time zone", text),
		}
	case don.Ticket, don.Opportunity, don.Conversation:
		return []Field{}
	case don.Workspace:
		return []Field{shown("region", "Region", text), shown("version", "Version", text)}
	default: // the others follow
	}
	phone := Field{Type: Text, Format: Phone, PII: true}
	return []Field{
		shown("job_title", "Job title", text), shown("company_url", "Company URL", link), shown("location", "Location", text),
		shown("time_zone", "Time zone", text), shown("language", "Language", text), shown("linkedin", "LinkedIn", link),
		shown("x_profile", "X", link), shown("github", "GitHub", link), shown("work_phone", "Work phone", phone),
		shown("mobile_phone", "Mobile phone", phone), shown("home_phone", "Home phone", phone),
	}
}
