package store

import (
	"slices"
	"strings"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/filter"
)

// conversationSources and workSources are the fields of conversations, and of
// tickets and opportunities, that indexes serve.
var (
	conversationSources = map[string]source{
		"id": numberSource("conversation"), "subtype": attrSource(convSubtype, "subtype"), "title": columnSource("conversation", "title_key"),
		"stage": attrSource(convStage, "stage"), "state": everSource(convState, "conversation"), "needs_response": waitingSource,
		"owner": attrSource(convOwner, "owners"), "has_owner": ownedSource(conversationList, convOwner), "tag": attrSource(convTag, "tags"),
		"spam": flagSource(flagSpam), "frozen": flagSource(flagFrozen), "snoozed": flagSource(flagSnoozed), "group": attrSource(convGroup, "group_n"), "part": attrSource(convPart, "parts"),
		"source_channel": attrSource(convSource, "source_channel"), "channel": attrSource(convChannel, "channels"),
		"contact": memberSource(don.Contact), "member": memberSource(don.Member), "account": convAccountSource, "workspace": convWorkspaceSource,
		"created_by": authorSource("conversation"), "created": dateSource("conversation", "created_at"), "modified": dateSource("conversation", "modified_at"),
		"closed": someDateSource("conversation", "closed_at"), "last_message": dateSource("conversation", "active_at"),
	}
	workSources = map[string]source{
		"id": numberSource("work"), "subtype": attrSource(workSubtype, "subtype"), "title": columnSource("work", "name_key"),
		"stage": attrSource(workStage, "stage"), "state": everSource(workState, "work"), "needs_response": everSource(workResponse, "work"),
		"owner": attrSource(workOwner, "owners"), "has_owner": ownedSource(workList, workOwner), "tag": attrSource(workTag, "tags"),
		"spam": everSource(workSpam, "work"), "frozen": everSource(workFrozen, "work"), "part": attrSource(workPart, "part_n"), "ref": attrSource(workRef, "ref"),
		"severity": careSource(workSeverity, "Severity"), "group": careSource(workGroup, "GroupN"),
		"source_channel": careSource(workSource, "SourceChannel"), "channel": careSource(workChannel, "Channels"),
		"contact": personSource, "reported_by": attrSource(workReporter, "reported_by"),
		"account": workAccountSource, "workspace": workSpaceSource,
		"created_by": attrSource(workAuthor, "created_by"), "modified_by": attrSource(workEditor, "modified_by"),
		"created": dateSource("work", "created_at"), "modified": dateSource("work", "modified_at"),
		"closed": someDateSource("work", "closed_at"), "target_close": someDateSource("work", "target_at"),
	}
)

// everSource is a field that every record has a value of.
func everSource(field, table string) source {
	return func(b filter.Bound) (cond, bool) {
		if b.Op == filter.Exists {
			return liveCond(table), true
		}
		return attrAny(field, b.Keys), b.Op == filter.Any
	}
}

// truthSource is a field that is true or false of every record.
func truthSource(of *listing, yes func() cond) source {
	return func(b filter.Bound) (cond, bool) {
		is, isNot := slices.Contains(b.Keys, "true"), slices.Contains(b.Keys, "false")
		switch {
		case b.Op == filter.Exists, is && isNot:
			return liveCond(of.table), true
		case b.Op != filter.Any:
			return cond{}, false
		case is:
			return yes(), true
		case isNot:
			return of.opposite(yes()), true
		}
		return nobody(), true
	}
}

func ownedSource(of *listing, field string) source {
	return truthSource(of, func() cond {
		return attrRange(field, "", func(_ *builder, t string) string { return t + ".owners <> ''" })
	})
}

func flagSource(name string) source {
	return truthSource(conversationList, func() cond { return attrCond(convFlag, []string{name}) })
}

// waitingSource asks for conversations in which the team is to say something next.
var waitingSource = truthSource(conversationList, func() cond { return attrCond(convStage, []string{"new", "needs_response"}) })

// columnSource is a field of text that has an index of its own.
func columnSource(table, column string) source {
	return func(b filter.Bound) (cond, bool) {
		switch b.Op {
		case filter.Any:
			if len(b.Keys) == 0 {
				return nobody(), true
			}
			return columnCond(table, column, b.Keys), true
		case filter.Prefix:
			from := b.Keys[0]
			return rowCond(table, func(b *builder, t string) string {
				return t + "." + column + " >= " + b.arg(from) + " AND " + t + "." + column + " < " + b.arg(behind(from))
			}), true
		case filter.Exists:
			return rowCond(table, func(_ *builder, t string) string { return t + "." + column + " > ''" }), true
		default: // the others follow
		}
		return cond{}, false
	}
}

// rowCond asks rows for a range of an index of their table.
func rowCond(table string, test func(b *builder, t string) string) cond {
	return cond{
		members: func(b *builder) string {
			return "SELECT x.n FROM " + table + " x WHERE x.org_id = $1 AND " + test(b, "x")
		},
		weight: 1,
		test:   test,
	}
}

// someDateSource is a date that not every record has.
func someDateSource(table, column string) source {
	within := dateSource(table, column)
	return func(b filter.Bound) (cond, bool) {
		exists := rowCond(table, func(_ *builder, t string) string { return t + "." + column + " IS NOT NULL" })
		open := b.Op == filter.Within && b.Range.From == nil && b.Range.To == nil
		if b.Op == filter.Exists || open {
			return exists, true
		}
		c, ok := within(b)
		if ok { // no date is neither within a range nor out of it; the opposite takes it in
			test := c.test
			c.test = func(b *builder, t string) string { return "COALESCE(" + test(b, t) + ", 1 = 0)" }
		}
		return c, ok
	}
}

// careSource is a field of tickets alone, whose values stand in the inverted index.
func careSource(field, name string) source {
	return func(b filter.Bound) (cond, bool) {
		if b.Op == filter.Exists {
			c := attrRange(field, "", func(b *builder, t string) string { return b.q.jsonText(t+".care", name) + " IS NOT NULL" })
			c.weight = rowWeight
			return c, true
		}
		return attrAny(field, b.Keys), b.Op == filter.Any
	}
}

// memberSource is the field of those of a type who take part in conversations.
func memberSource(t don.Type) source {
	mark := `"` + string(t) + `/`
	return func(b filter.Bound) (cond, bool) {
		if b.Op == filter.Exists {
			return attrRange(convMember, string(t)+"/", func(b *builder, t string) string {
				return "replace(" + t + ".members, " + b.arg(mark) + ", '') <> " + t + ".members"
			}), true
		}
		return attrAny(convMember, b.Keys), b.Op == filter.Any
	}
}

// convAccountSource asks for accounts, which are given with their workspaces.
func convAccountSource(b filter.Bound) (cond, bool) {
	if b.Op == filter.Exists {
		return attrSource(convAccount, "account_n")(b)
	}
	var accounts, spaces []string
	for _, key := range b.Keys {
		if id := don.FromTail(key); id.Type == don.Account {
			accounts = append(accounts, num(id.N))
		} else {
			spaces = append(spaces, num(id.N))
		}
	}
	var of []cond
	for _, c := range []struct {
		field string
		keys  []string
	}{{convAccount, accounts}, {convWorkspace, spaces}} {
		if len(c.keys) > 0 {
			of = append(of, attrAny(c.field, c.keys))
		}
	}
	return conversationList.any(of), b.Op == filter.Any
}

func convWorkspaceSource(b filter.Bound) (cond, bool) {
	if b.Op == filter.Exists {
		return attrSource(convWorkspace, "workspace_n")(b)
	}
	return attrAny(convWorkspace, numbersOf(b.Keys)), b.Op == filter.Any
}

func personSource(b filter.Bound) (cond, bool) {
	if b.Op == filter.Exists {
		mark := `"` + string(don.Contact) + `/`
		return attrRange(workPerson, "", func(b *builder, t string) string {
			return "(replace(" + t + ".reported_by, " + b.arg(mark) + ", '') <> " + t + ".reported_by OR " + b.q.jsonText(t+".deal", "Contacts") + " IS NOT NULL)"
		}), true
	}
	return attrAny(workPerson, numbersOf(b.Keys)), b.Op == filter.Any
}

// workAccountSource asks for accounts, which are given with their workspaces: works
// name one of the two.
func workAccountSource(b filter.Bound) (cond, bool) {
	if b.Op == filter.Exists {
		return attrRange(workPlace, "", func(_ *builder, t string) string { return "(" + t + ".account_n <> 0 OR " + t + ".workspace_n <> 0)" }), true
	}
	return attrAny(workPlace, b.Keys), b.Op == filter.Any
}

func workSpaceSource(b filter.Bound) (cond, bool) {
	if b.Op == filter.Exists {
		return attrRange(workPlace, string(don.Workspace)+"/", func(_ *builder, t string) string { return t + ".workspace_n <> 0" }), true
	}
	return attrAny(workPlace, b.Keys), b.Op == filter.Any
}

// numbersOf makes numbers of the tails of ids.
func numbersOf(tails []string) []string {
	out := make([]string, len(tails))
	for i, t := range tails {
		_, out[i], _ = strings.Cut(t, "/")
	}
	return out
}
