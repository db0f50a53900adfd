package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/don"
)

// ArtifactRows returns up to limit files that the search finds, the one that was
// put there last first. Files on comments that the reader may not read, that were
// deleted or have gone by themselves are not among them.
func (tx *Tx) ArtifactRows(ctx context.Context, s artifact.Search) ([]*artifact.Artifact, error) {
	b := &artifactQuery{args: []any{tx.scope.OrgID}}
	b.records(s.Records)
	b.conversations(s)
	b.works(s)
	if len(b.parts) == 0 {
		return nil, nil
	}
	sql := "SELECT " + artifactColumns + " FROM (" + strings.Join(b.parts, " UNION ALL ") + ") AS f WHERE " + b.entry(tx, s)
	if s.Below != 0 {
		sql += " AND attached < " + b.arg(s.Below)
	}
	return tx.artifacts(ctx, sql+" ORDER BY attached DESC LIMIT "+b.arg(s.Limit), b.args...)
}

// artifactQuery is a query in the making. Its parts find different records.
type artifactQuery struct {
	args  []any
	parts []string
}

func (b *artifactQuery) arg(v any) string {
	b.args = append(b.args, v)
	return "$" + itoa(len(b.args))
}

func (b *artifactQuery) part(where string) {
	b.parts = append(b.parts, "SELECT "+artifactColumns+" FROM artifact WHERE org_id = $1 AND "+where)
}

func (b *artifactQuery) records(of []don.ID) {
	byType := map[don.Type][]int64{}
	for _, id := range of {
		byType[id.Type] = append(byType[id.Type], id.N)
	}
	for _, t := range slices.Sorted(maps.Keys(byType)) {
		at := b.arg(typeCodes[t])
		var list string
		list, b.args = inList(b.args, byType[t])
		b.part("of_type = " + at + " AND of_n IN " + list)
	}
}

// conversations adds those in which contacts take part, or that are with accounts
// and workspaces.
func (b *artifactQuery) conversations(s artifact.Search) {
	var any []string
	for _, c := range []struct {
		field  string
		values []string
	}{{convMember, s.Members}, {convAccount, nums(s.Accounts)}, {convWorkspace, nums(s.Workspaces)}} {
		if len(c.values) > 0 {
			any = append(any, "of_n IN ("+b.having(c.field, c.values, "n")+")")
		}
	}
	if len(any) > 0 {
		b.part("of_type = " + b.arg(typeCodes[don.Conversation]) + " AND (" + strings.Join(any, " OR ") + ")")
	}
}

// works adds the works of people and of places. The index knows a work by four times
// its number and its kind.
func (b *artifactQuery) works(s artifact.Search) {
	for _, w := range []struct {
		t    don.Type
		kind string
	}{{don.Ticket, "1"}, {don.Opportunity, "2"}} {
		var any []string
		if len(s.People) > 0 {
			any = append(any, "of_n IN ("+b.having(workPerson, nums(s.People), "n / 4")+" AND n % 4 = "+w.kind+")")
		}
		if len(s.Places) > 0 {
			places := make([]string, len(s.Places))
			for i, p := range s.Places {
				places[i] = place(p.Type, p.N)
			}
			any = append(any, "of_n IN ("+b.having(workPlace, places, "n / 4")+" AND n % 4 = "+w.kind+")")
		}
		if len(any) > 0 {
			b.part("of_type = " + b.arg(typeCodes[w.t]) + " AND (" + strings.Join(any, " OR ") + ")")
		}
	}
}

// having selects a column of the index's entries with any of some values.
func (b *artifactQuery) having(field string, values []string, column string) string {
	at := b.arg(field)
	var list string
	list, b.args = inList(b.args, values)
	return "SELECT " + column + " FROM attr WHERE org_id = $1 AND field = " + at + " AND value IN " + list
}

// entry is the condition on the comments that files hang on.
func (b *artifactQuery) entry(tx *Tx, s artifact.Search) string {
	readable := "(c.visibility <> 'private' OR c.created_by = " + b.arg(s.Reader) + " OR c.private_to LIKE " + b.arg(`%"`+s.Reader+`"%`) + ")"
	on := `EXISTS (SELECT 1 FROM comment c WHERE c.org_id = $1 AND c.type = f.of_type AND c.n = f.of_n AND c.id = f.entry
		AND NOT c.deleted AND (c.expires_at IS NULL OR c.expires_at > ` + b.arg(tx.now) + `) AND ` + readable + ")"
	if s.Entry != 0 {
		return "f.entry = " + b.arg(s.Entry) + " AND " + on
	}
	return "(f.entry = 0 OR " + on + ")"
}
