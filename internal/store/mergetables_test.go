package store

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// treatment says what a merge of contacts does about a table that can name one.
type treatment string

const (
	none    treatment = "names no contact"
	moves   treatment = "follows the survivor, and back with an undo"
	stays   treatment = "keeps the contact that it came with; reads take all members, or show the survivor"
	revoked treatment = "is ended by the merge and never follows it"
	merges  treatment = "is what a merge is kept in"
)

// treated is every table with its treatment and those of its columns by which it
// could name a contact. Whoever adds a table decides here what a merge does
// about it and makes package identity do it.
var treated = map[string]struct {
	how     treatment
	columns string
}{
	"org": {none, ""}, "routes": {none, ""}, "counter": {none, "n"}, "signing_key": {none, ""},
	"member":            {none, "n"},
	"token":             {revoked, "subject via"},
	"service_account":   {none, "created_by modified_by n"},
	"claim":             {revoked, "n"}, // a visitor's secret leads to the contact that it made, never to what that was merged into
	"acted":             {stays, "n via"},
	"identifier":        {moves, "holder n"},
	"contact":           {moves, "associations created_by identifiers import_n modified_by n"}, // authors stay
	"attr":              {moves, "n"},
	"account":           {stays, "created_by import_n modified_by n parent_n workspace_n"}, // authors
	"workspace":         {stays, "account_n created_by import_n modified_by n"},            // authors
	"conversation":      {stays, "account_n created_by group_n modified_by n workspace_n"}, // authors, and whom it was with
	"tag":               {stays, "created_by modified_by n"},                               // authors
	"comment":           {stays, "body created_by modified_by n"},
	"artifact":          {stays, "created_by modified_by n of_n"},
	"artifact_version":  {none, "created_by n"},
	"artifact_lost":     {none, ""},
	"artifact_day":      {stays, "sent_by"}, // what a day may bring, of whoever sent it
	"history":           {stays, "actor delta n via"},
	"outbox":            {stays, "n n_to"},
	"news":              {stays, "n n_to"},
	"news_seq":          {none, ""},
	"trash":             {moves, "body deleted_by n"},  // the undo of a merge parts what is there
	"duplicate":         {stays, "a_n b_n decided_by"}, // lists show the survivors
	"duplicate_scan":    {none, "asked_by"},
	"idempotency":       {stays, ""}, // answers of a day, as they were given
	"import":            {none, "created_by n n_to"},
	"import_failure":    {none, "body import_n row_n"},
	"import_due":        {none, "n"},
	"import_lost":       {none, "n"}, // reservations of contacts that do not exist yet
	"import_change":     {stays, "before import_n n"},
	"import_match":      {stays, "import_n n"},
	"alias":             {merges, "body into_n merge_n n survivor"},
	"merge":             {merges, "made_by n primary_n secondary_n undone_by"},
	"merge_edit":        {merges, "merge_n n"},
	"vista_default":     {none, "created_by n"},
	"user_group":        {none, "created_by modified_by n"},
	"user_group_member": {stays, "added_by group_n n place_n"},
	"vista":             {none, "body created_by modified_by n"},
	"bulk_action":       {none, "created_by n"},
	"bulk_action_part":  {stays, "action_n body"}, // what was merged since is changed as what it is now, and the undo leaves it
	"bulk_action_note":  {stays, "action_n n"},
	"bulk_action_due":   {none, "n"},
	"search_block":      {none, ""},
	"search_lease":      {none, ""},
	"search_posting":    {none, ""}, // of what the records are found by now
	"search_todo":       {stays, "n n_to"},
	"search_word":       {none, ""},
	"group_todo":        {stays, "n n_to"}, // of who is there by now
	"group_keeper":      {none, ""},
	"part":              {none, "created_by modified_by n"},
	"work":              {stays, "account_n body created_by modified_by n part_n reported_by workspace_n"}, // reads show the survivors, filters take all that are one with them
	"link":              {none, "created_by modified_by n source_n target_n"},                              // of records that are not merged
	"subscriber":        {stays, "member_n n"},                                                             // reads take all members
	"notification":      {stays, "actor member_n n"},
	"canned_reply":      {none, "body created_by modified_by n owner_n"},
	"macro":             {none, "body created_by modified_by n"},
	"heard_part":        {none, "n part_n"},
	"seen":              {none, "member_n n"},
	"muted":             {none, "member_n n"},
	"widget":            {none, "account_n body created_by modified_by n"},
	"tracked":           {stays, "account_n contact_n published_by workspace_n"}, // reads take all members
	"tally":             {stays, "n"},
	"reaction":          {stays, "n reacted_by"}, // with its comment
	"schema_fragment":   {none, "body created_by n next_n prev_n"},
	"assignment_rule":   {none, "body created_by last_n modified_by n"},
}

var (
	createTable = regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\)`)
	dropTable   = regexp.MustCompile(`DROP TABLE (\w+)`)
	addColumn   = regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+)`)
	columnName  = regexp.MustCompile(`(?m)^\t([a-z_]+) `)
	nameable    = regexp.MustCompile(`^(n|n_to|holder|subject|survivor|actor|via|delta|body|before|associations|identifiers)$|_n$|_by$|contact|visitor|rev_user`)
)

// TestEveryTableHasAMergeTreatment fails when a migration brings a table, or a
// column that could name a contact, of which merges know nothing.
func TestEveryTableHasAMergeTreatment(t *testing.T) {
	found := map[string][]string{}
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = []string{}
			for _, c := range columnName.FindAllStringSubmatch(m[2], -1) {
				found[m[1]] = append(found[m[1]], c[1])
			}
		}
		for _, m := range dropTable.FindAllStringSubmatch(string(text), -1) {
			delete(found, m[1])
		}
		for _, m := range addColumn.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = append(found[m[1]], m[2])
		}
	}
	if len(found) < 20 {
		t.Fatalf("found only the tables %v; the test no longer sees them", slices.Sorted(maps.Keys(found)))
	}
	got, want := map[string]string{}, map[string]string{}
	for table, columns := range found {
		columns = slices.DeleteFunc(columns, func(c string) bool { return !nameable.MatchString(c) })
		slices.Sort(columns)
		got[table] = strings.Join(columns, " ")
	}
	for table, tr := range treated {
		want[table] = tr.columns
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("tables that merges do not know; decide what a merge does about them (see treated): %s", d)
	}
}
