package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/search/lexical"
)

// TestMigrationOfDeskSearch upgrades a database that has conversations and tickets:
// all of them wait to be indexed, block by block.
func TestMigrationOfDeskSearch(t *testing.T) {
	onEngines(t, func(t *testing.T, db *DB) {
		migrateTo(t, db, 28)
		at := "'2026-01-02 03:04:05.000000Z'"
		conv := func(n string) string {
			return `INSERT INTO conversation (org_id, n, title, title_key, description, members, owners, account_n, workspace_n, group_n, stage, tags, source_channel, source_channel_v2, channels,
				is_spam, is_frozen, url_context, subtype, custom, active_at, version, created_at, created_by, modified_at, modified_by)
				VALUES (1, ` + n + `, 'x', 'x', '', '', '', 0, 0, 0, 'new', '', '', '', '', FALSE, FALSE, '', '', '', ` + at + `, 1, ` + at + `, 'devu/1', ` + at + `, 'devu/1')`
		}
		work := func(n string) string {
			return `INSERT INTO work (org_id, n, title, name_key, body, part_n, owners, reported_by, account_n, workspace_n, stage, tags, ref, care, deal, subtype, custom, version, created_at, created_by, modified_at, modified_by)
				VALUES (1, ` + n + `, 'x', 'x', '', 1, '', '', 0, 0, 'queued', '', '', '{}', '{}', '', '', 1, ` + at + `, 'devu/1', ` + at + `, 'devu/1')`
		}
		exec(t, db, conv("7"), conv("8"), conv("70000"), work("29"), work("30"), work("400001")) // TKT-7, OPP-7 and TKT-100000
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := db.Read(t.Context(), org.Scope{OrgID: 1}, func(tx *Tx) error {
			todo, err := tx.SearchTodo(t.Context(), false, 100)
			for _, runs := range todo {
				for i := range runs {
					runs[i].ID, runs[i].At = 0, time.Time{}
				}
			}
			want := map[don.Type][]lexical.Todo{
				don.Conversation: {{N: 0, NTo: 65535}, {N: 65536, NTo: 131071}}, don.Ticket: {{N: 0, NTo: 65535}, {N: 65536, NTo: 131071}},
			}
			if d := cmp.Diff(want, todo); d != "" {
				t.Error(d)
			}
			for _, block := range []int64{0, 65536} {
				docs, err := tx.SearchDocsIn(t.Context(), don.Ticket, block, block+65535, 10)
				if err != nil || len(docs) != 1 || docs[0].N != map[int64]int64{0: 7, 65536: 100_000}[block] {
					t.Errorf("from %d: %+v, %v", block, docs, err)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
