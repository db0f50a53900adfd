package store

import (
	"slices"
	"strings"
)

// The targets of bulk inserts.
var (
	identifierTable = table{"identifier", []column{
		{"org_id", "bigint"}, {"key", "text"}, {"holder", "bigint"}, {"type", "smallint"}, {"n", "bigint"}, {"main", "boolean"},
	}, []int{1, 2}, []int{0, 2, 3, 5}}
	attrTable = table{"attr", []column{
		{"org_id", "bigint"}, {"field", "text"}, {"value", "text"}, {"n", "bigint"},
	}, []int{1, 2, 3}, []int{0, 1}}
	contactTable = table{"contact", []column{
		{"org_id", "bigint"}, {"n", "bigint"}, {"display_name", "text"}, {"name_key", "text"}, {"email_key", "text"}, {"full_name", "text"}, {"description", "text"},
		{"identifiers", "text"}, {"associations", "text"}, {"owners", "text"}, {"tags", "text"},
		{"verified", "boolean"}, {"state", "text"}, {"import_n", "bigint"}, {"version", "bigint"},
		{"created_at", "timestamptz"}, {"created_by", "text"}, {"modified_at", "timestamptz"}, {"modified_by", "text"},
	}, []int{1}, []int{0, 11, 12, 13, 14, 15, 16, 17, 18}}
	// Most contacts have no custom values; these have.
	contactCustomTable = table{"contact", append(slices.Clone(contactTable.cols), column{"custom", "text"}, column{"subtype", "text"}), contactTable.key, contactTable.alike}
	historyTable       = table{"history", []column{
		{"org_id", "bigint"}, {"type", "smallint"}, {"n", "bigint"}, {"id", "bigint"},
		{"at", "timestamptz"}, {"actor", "text"}, {"op", "text"}, {"delta", "text"},
	}, []int{1, 2, 3}, []int{0, 1, 4, 5, 6}}
	historyViaTable = table{"history", append(slices.Clone(historyTable.cols), column{"via", "text"}, column{"source", "text"}), historyTable.key, []int{0, 1, 4, 5, 6, 9}}
	actedTable      = table{"acted", []column{
		{"org_id", "bigint"}, {"type", "smallint"}, {"n", "bigint"}, {"id", "bigint"}, {"via", "text"},
	}, []int{1, 2, 3}, []int{0, 1, 4}}
	outboxTable = table{"outbox", []column{
		{"org_id", "bigint"}, {"id", "bigint"}, {"type", "smallint"}, {"op", "text"}, {"n", "bigint"}, {"n_to", "bigint"}, {"at", "timestamptz"},
	}, []int{1}, []int{0, 2, 3, 6}}
)

func (t table) names() string {
	names := make([]string, len(t.cols))
	for i, c := range t.cols {
		names[i] = c.name
	}
	return strings.Join(names, ", ")
}

// unnestText inserts any number of rows given as arrays, for PostgreSQL.
func unnestText(t table, ret string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + t.names() + ") SELECT * FROM unnest(")
	for i, c := range t.cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + itoa(i+1) + "::" + c.typ + "[]")
	}
	b.WriteString(")")
	if ret != "" {
		b.WriteString(" ON CONFLICT DO NOTHING RETURNING " + ret)
	}
	return b.String()
}

// returning spells a row's key as one text.
func returning(t table) string {
	parts := make([]string, len(t.key))
	for i, col := range t.key {
		parts[i] = t.cols[col].name + "::text"
	}
	return strings.Join(parts, " || E'\\x1f' || ")
}
