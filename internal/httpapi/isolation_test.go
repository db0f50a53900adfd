package httpapi_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// intrusion is how a caller could reach for another org's records by one
// operation. In bodies $acc and the like stand for ids of those records.
type intrusion struct {
	bodies []string
	status int    // of every body: 404, or 200 for a list
	empty  string // the list that must be empty then
	gone   string // a body that is 404 beside lists, "" for none
}

func missing(bodies ...string) intrusion {
	return intrusion{bodies: bodies, status: http.StatusNotFound}
}

// csvFile stands for the rows of a CSV file.
const csvFile = "csv"

// unless is a list whose operation also takes the id of something that it is about.
func (in intrusion) unless(gone string) intrusion {
	in.gone = gone
	return in
}

func empty(list string, bodies ...string) intrusion {
	return intrusion{bodies: bodies, status: http.StatusOK, empty: list}
}

// harmless are operations that take no id, so that nothing can be reached by them.
var harmless = []string{
	"artifacts.prepare", "artifacts.upload", "artifacts.download", // the last two go by what is signed, see TestForgedAddresses
	"auth-tokens.info", "auth-tokens.self.delete", "dev-orgs.get", "dev-orgs.settings.get", "dev-orgs.settings.update", "dev-users.self", "duplicate-scans.cancel", "duplicate-scans.create", "duplicate-scans.get", "duplicates.quality", "imports.create", "imports.preview", "imports.sample", "conversations.count-unread", "notifications.count", "notifications.list", "sample-data.load",
	"events.stream", // TestStream has two organisations
	"password-resets.redeem", "ping", "rev-users.self.get", "rev-users.self.update", "schemas.stock.get", "schemas.stock.list", "service-accounts.create", "sessions.create", "sessions.delete", "setup.create", "setup.get", "widgets.create",
}

var (
	contactIntrusion = missing(`{"id":"$revu"}`)
	bulkIntrusions   = []string{
		`{"object":"rev_user","filter":"","action":{"type":"add_tags","tags":[{"id":"$tag"}]}}`, `{"object":"account","filter":"","action":{"type":"remove_tags","tags":[{"id":"$tag"}]}}`,
		`{"object":"rev_org","filter":"","action":{"type":"set_owners","owned_by":["$devu"]}}`, `{"object":"rev_user","filter":"","action":{"type":"set_account","account":"$acc"}}`,
		`{"object":"rev_user","action":{"type":"merge","plan":[{"primary":"$revu","secondaries":["$other_revu"]}]}}`,
	}
	convIntrusions = []string{`{}`, `{"members":["$revu"]}`, `{"account":["$acc"]}`, `{"rev_orgs":["$revo"]}`, `{"owned_by":["$devu"]}`, `{"tags":["$tag"]}`, `{"applies_to_parts":["$part"]}`}
	workIntrusions = []string{
		`{}`, `{"applies_to_part":["$part"]}`, `{"reported_by":["$revu"]}`, `{"contact":["$revu"]}`, `{"account":["$acc"]}`, `{"rev_org":["$revo"]}`,
		`{"owned_by":["$devu"]}`, `{"tags":["$tag"]}`, `{"created_by":["$devu"]}`, `{"external_ref":["b-ticket"]}`,
	}
	listIntrusions = []string{`{}`, `{"created_by":["$devu"]}`, `{"tags":["$tag"]}`, `{"owned_by":["$devu"]}`}
)

var intrusions = map[string]intrusion{
	"accounts.create":                missing(`{"display_name":"x","parent":"$acc"}`, `{"display_name":"x","owned_by":["$devu"]}`, `{"display_name":"x","tags":[{"id":"$tag"}]}`),
	"accounts.delete":                missing(`{"id":"$acc"}`, `{"id":"$gone_acc"}`),
	"accounts.export":                empty("accounts", append(slices.Clone(listIntrusions), `{"parent":["$acc"]}`)...),
	"accounts.export-csv":            empty(csvFile, append(slices.Clone(listIntrusions), `{"parent":["$acc"]}`)...),
	"accounts.count":                 empty("count", `{"filter":"id = $acc"}`),
	"accounts.group":                 empty("groups", `{"group_by":"tag"}`, `{"group_by":"owner"}`, `{"group_by":"tag","filter":"id = $acc"}`),
	"accounts.get":                   missing(`{"id":"$acc"}`),
	"accounts.list":                  empty("accounts", append(slices.Clone(listIntrusions), `{"parent":["$acc"]}`, `{"filter":"id = $acc or parent = $acc or contacts.id = $revu"}`, `{"external_refs":["b-acc"]}`, `{"domains":["b.example"]}`)...),
	"accounts.merge":                 missing(`{"primary_account":"$acc","secondary_account":"$other_acc"}`),
	"accounts.query":                 empty("accounts", `{"filter":"id = $acc or owner = $devu"}`).unless(`{"vista":"$vista"}`),
	"accounts.restore":               missing(`{"id":"$gone_acc"}`),
	"accounts.update":                missing(`{"id":"$acc","display_name":"x"}`),
	"atoms.get":                      missing(`{"id":"$revu"}`, `{"id":"$acc"}`, `{"id":"$revo"}`, `{"id":"$conv"}`, `{"id":"$ticket"}`, `{"id":"$comment"}`, `{"id":"$token"}`, `{"id":"$vista"}`),
	"artifacts.get":                  missing(`{"id":"$artifact"}`),
	"artifacts.list":                 missing(`{"parent_id":"$revu"}`, `{"parent_id":"$conv"}`, `{"parent_id":"$ticket"}`),
	"artifacts.locate":               missing(`{"id":"$artifact"}`),
	"artifacts.picture":              missing(`{"id":"$artifact"}`),
	"artifacts.versions.delete":      missing(`{"id":"$artifact"}`),
	"artifacts.versions.prepare":     missing(`{"id":"$artifact"}`),
	"auth-tokens.create":             missing(`{"requested_token_type":"` + aat + `","service_account":"$svcacc"}`),
	"auth-tokens.delete":             missing(`{"token_id":"$token"}`),
	"auth-tokens.get":                missing(`{"token_id":"$token"}`),
	"auth-tokens.list":               missing(`{"subject":"$devu"}`, `{"subject":"$svcacc"}`, `{"subject":"$revu"}`),
	"auth-tokens.update":             missing(`{"token_id":"$token","token_hint":"x"}`),
	"bulk-actions.cancel":            missing(`{"id":"$bulk"}`),
	"bulk-actions.create":            missing(bulkIntrusions...),
	"bulk-actions.get":               missing(`{"id":"$bulk"}`),
	"bulk-actions.list":              empty("bulk_actions", `{}`),
	"bulk-actions.report":            missing(`{"id":"$bulk"}`),
	"bulk-actions.start":             missing(`{"id":"$bulk"}`),
	"bulk-actions.undo":              missing(`{"id":"$bulk"}`),
	"canned-replies.create":          {},
	"canned-replies.delete":          missing(`{"id":"$canned"}`),
	"canned-replies.get":             missing(`{"id":"$canned"}`),
	"canned-replies.list":            empty("canned_replies", `{}`, `{"query":"b-hi"}`),
	"canned-replies.render":          missing(`{"id":"$canned"}`, `{"body":"x","object":"$conv"}`, `{"body":"x","object":"$ticket"}`),
	"canned-replies.update":          missing(`{"id":"$canned","title":"x"}`),
	"conversations.count":            empty("count", convIntrusions...),
	"conversations.create":           missing(`{"type":"support","members":["$revu"]}`, `{"type":"support","account":"$acc"}`, `{"type":"support","rev_org":"$revo"}`, `{"type":"support","owned_by":["$devu"]}`, `{"type":"support","tags":[{"id":"$tag"}]}`, `{"type":"support","applies_to_parts":["$part"]}`),
	"conversations.merge":            missing(`{"primary_conversation":"$conv","secondary_conversation":"$other_conv"}`),
	"conversations.move":             missing(`{"id":"$conv","rev_user":"$revu"}`),
	"works.move":                     missing(`{"id":"$ticket","rev_user":"$revu"}`),
	"conversations.delete":           missing(`{"id":"$conv"}`),
	"conversations.export":           empty("conversations", convIntrusions...),
	"conversations.get":              missing(`{"id":"$conv"}`),
	"conversations.group":            empty("groups", `{"group_by":"owner"}`, `{"group_by":"contact.tag","filter":"contact = $revu or account = $acc"}`),
	"conversations.list":             empty("conversations", convIntrusions...),
	"conversations.mark-read":        missing(`{"id":"$conv"}`),
	"conversations.mark-unread":      missing(`{"id":"$conv"}`),
	"conversations.mute":             missing(`{"id":"$conv"}`),
	"conversations.unmute":           missing(`{"id":"$conv"}`),
	"conversations.query":            empty("conversations", `{"filter":"contact = $revu or account = $acc or workspace = $revo or tag = $tag or owner = $devu or id = $conv"}`, `{"filter":"contact.id = $revu","group_by":"account.tier"}`).unless(`{"vista":"$vista"}`),
	"conversations.restore":          missing(`{"id":"$gone_conv"}`),
	"conversations.update":           missing(`{"id":"$conv"}`, `{"id":"$conv","title":"x"}`),
	"dev-users.get":                  missing(`{"id":"$devu"}`),
	"dev-users.list":                 empty("dev_users", `{"email":["admin@b.example"]}`),
	"duplicates.accept":              missing(`{"rev_user":"$revu","other":"$other_revu"}`),
	"duplicates.explain":             missing(`{"rev_user":"$revu","other":"$other_revu"}`),
	"duplicates.list":                empty("duplicates", `{}`, `{"rev_user":"$revu"}`, `{"state":"rejected"}`),
	"duplicates.reject":              missing(`{"rev_user":"$revu","other":"$other_revu"}`),
	"duplicates.sample":              empty("duplicates", `{}`),
	"filters.explain":                {},
	"groups.create":                  missing(`{"name":"x","description":"x","owner":"$devu"}`),
	"groups.get":                     missing(`{"id":"$group"}`),
	"groups.list":                    empty("groups", `{"member_type":["dev_user"]}`, `{"created_by":["$devu"]}`, `{"name":["B"]}`),
	"groups.members.add":             missing(`{"group":"$group","member":"$revu"}`),
	"groups.members.count":           missing(`{"group":"$group"}`),
	"groups.members.list":            missing(`{"group":"$group"}`),
	"groups.members.remove":          missing(`{"group":"$group","member":"$revu"}`),
	"groups.update":                  missing(`{"id":"$group","name":"x"}`),
	"identities.explain":             contactIntrusion,
	"identities.preview-rules":       empty("effects", `{"settings":{"shared_emails":false}}`),
	"identities.resolve":             missing(`{"rev_info":{"user_id":"$revu"}}`),
	"imports.cancel":                 missing(`{"id":"$imp"}`),
	"imports.errors":                 missing(`{"id":"$imp"}`),
	"events.signal":                  missing(`{"object":"$conv","kind":"typing"}`, `{"object":"$revu","kind":"viewing"}`),
	"imports.events":                 missing(`{"id":"$imp"}`),
	"imports.get":                    missing(`{"id":"$imp"}`),
	"imports.list":                   empty("imports", `{}`),
	"imports.undo":                   missing(`{"id":"$imp"}`),
	"macros.create":                  missing(`{"name":"x","actions":[{"type":"set_owner","owner":"$devu"}]}`, `{"name":"x","actions":[{"type":"add_tags","tags":[{"id":"$tag"}]}]}`),
	"macros.delete":                  missing(`{"id":"$macro"}`),
	"macros.get":                     missing(`{"id":"$macro"}`),
	"macros.list":                    empty("macros", `{}`),
	"macros.run":                     missing(`{"id":"$macro","object":"$conv"}`, `{"id":"$macro","object":"$ticket"}`),
	"macros.update":                  missing(`{"id":"$macro","name":"x"}`),
	"links.create":                   missing(`{"link_type":"is_related_to","source":"$conv","target":"$ticket"}`, `{"link_type":"is_parent_of","source":"$ticket","target":"$gone_ticket"}`),
	"links.delete":                   missing(`{"id":"$link"}`),
	"links.get":                      missing(`{"id":"$link"}`),
	"links.list":                     missing(`{"object":"$conv"}`, `{"object":"$ticket"}`),
	"links.replace":                  missing(`{"id":"$link","link_type":"is_related_to","source":"$conv","target":"$opp"}`),
	"merges.get":                     missing(`{"id":"$merge"}`),
	"merges.list":                    empty("merges", `{}`, `{"record":"$revu"}`, `{"record":"$acc"}`, `{"record":"$conv"}`),
	"notifications.mark-read":        missing(`{"ids":["$notification"]}`),
	"subscribers.list":               missing(`{"id":"$conv"}`, `{"id":"$ticket"}`, `{"id":"$revu"}`, `{"id":"$acc"}`),
	"subscribers.update":             missing(`{"id":"$conv"}`, `{"id":"$revu","subscribers":{"add":["DEVU-1"]}}`),
	"merges.preview":                 missing(`{"primary":"$revu","secondary":"$other_revu"}`, `{"primary":"$acc","secondary":"$other_acc"}`, `{"primary":"$revo","secondary":"$other_revo"}`, `{"primary":"$conv","secondary":"$other_conv"}`),
	"merges.undo":                    missing(`{"id":"$merge"}`),
	"rev-orgs.create":                missing(`{"account":"$acc","display_name":"x"}`),
	"rev-orgs.delete":                missing(`{"id":"$revo"}`),
	"rev-orgs.get":                   missing(`{"id":"$revo"}`, `{"account":"$acc"}`),
	"rev-orgs.group":                 empty("groups", `{"group_by":"account"}`, `{"group_by":"tag"}`),
	"rev-orgs.list":                  empty("rev_orgs", append(slices.Clone(listIntrusions), `{"account":["$acc"]}`, `{"account":["b-acc"]}`, `{"external_ref":["b-revo"]}`)...),
	"rev-orgs.merge":                 missing(`{"primary_rev_org":"$revo","secondary_rev_org":"$other_revo"}`),
	"rev-orgs.query":                 empty("rev_orgs", `{"filter":"account = $acc or id = $revo"}`).unless(`{"vista":"$vista"}`),
	"rev-orgs.restore":               missing(`{"id":"$gone_revo"}`),
	"rev-orgs.update":                missing(`{"id":"$revo","display_name":"x"}`),
	"rev-users.associations.add":     missing(`{"rev_user_id":"$revu","associations":[{"associated_to":"$acc"}]}`),
	"rev-users.associations.list":    missing(`{"rev_user_id":"$revu"}`),
	"rev-users.associations.remove":  missing(`{"rev_user_id":"$revu","associations":["$acc"]}`),
	"rev-users.create":               missing(`{"rev_org":"$revo"}`, `{"account":"$acc"}`, `{"org_id":"$revo"}`, `{"owned_by":["$devu"]}`, `{"tags":[{"id":"$tag"}]}`, `{"display_picture":"$artifact"}`),
	"rev-users.delete":               contactIntrusion,
	"rev-users.export-csv":           empty(csvFile, append(slices.Clone(listIntrusions), `{"associations":["$acc","$revo"]}`)...),
	"rev-users.get":                  contactIntrusion,
	"rev-users.identifiers.add":      missing(`{"id":"$revu","kind":"email","value":"x@y.example"}`),
	"rev-users.identifiers.list":     contactIntrusion,
	"rev-users.identifiers.remove":   missing(`{"id":"$revu","kind":"email","value":"bo@b.example"}`),
	"rev-users.identifiers.set-main": missing(`{"id":"$revu","kind":"email","value":"bo@b.example"}`),
	"rev-users.identifiers.verify":   missing(`{"id":"$revu","kind":"email","value":"bo@b.example"}`),
	"rev-users.link":                 missing(`{"id":"$revu","rev_org":"$revo"}`),
	"rev-users.count":                empty("count", `{"email":["bo@b.example"]}`, `{"filter":"account = $acc or id = $revu"}`),
	"rev-users.group":                empty("groups", `{"group_by":"tag"}`, `{"group_by":"account","filter":"id = $revu"}`),
	"rev-users.list":                 empty("rev_users", append(slices.Clone(listIntrusions), `{"associations":["$acc","$revo"]}`, `{"filter":"account = $acc or workspace = $revo or tag = $tag or id = $revu"}`, `{"rev_org":["$revo"]}`, `{"email":["bo@b.example"]}`, `{"external_ref":["b-revu"]}`)...),
	"rev-users.merge":                missing(`{"primary_user":"$revu","secondary_user":"$other_revu"}`),
	"rev-users.split":                missing(`{"id":"$revu","identifiers":[{"kind":"email","value":"bo@b.example"}]}`),
	"rev-users.query":                empty("rev_users", `{"filter":"account = $acc or id = $revu"}`, `{"filter":"id = $revu","group_by":"tag"}`).unless(`{"vista":"$vista"}`),
	"rev-users.restore":              missing(`{"id":"$gone_revu"}`, `{"id":"$gone_revu","without_clashes":true}`),
	"rev-users.scan":                 empty("rev_users", append(slices.Clone(listIntrusions), `{"associations":["$acc","$revo"]}`, `{"rev_org":["$revo"]}`)...),
	"rev-users.unlink":               missing(`{"id":"$revu","rev_org":"$revo"}`),
	"rev-users.update":               missing(`{"id":"$revu","display_name":"x"}`, `{"id":"$revu","custom_schema_spec":{"subtype":"b"}}`),
	"rev-users.upsert":               missing(`{"external_ref":"x","rev_org":"$revo"}`, `{"external_ref":"x","account":"$acc"}`, `{"external_ref":"x","owned_by":["$devu"]}`, `{"external_ref":"x","tags":[{"id":"$tag"}]}`),
	"schemas.aggregated.get":         missing(),
	"schemas.custom.get":             missing(`{"id":"$fragment"}`),
	"schemas.custom.list":            empty("result", `{}`, `{"subtype":["b"]}`),
	"schemas.custom.set":             {},
	"schemas.subtypes.list":          empty("subtypes", `{}`),
	"search.core":                    empty("results", `{"query":"bo"}`, `{"query":"$revu"}`, `{"query":"b-acc"}`, `{"query":"b-tag","sort_by":"created_date"}`, `{"query":"bbo","namespaces":["rev_user"]}`),
	"search.hybrid":                  empty("results", `{"query":"bo","namespace":"rev_user"}`, `{"query":"$acc","namespace":"account"}`),
	"service-accounts.get":           missing(`{"id":"$svcacc"}`),
	"service-accounts.list":          empty("service_accounts", `{}`),
	"service-accounts.update":        missing(`{"id":"$svcacc"}`, `{"id":"$svcacc","display_name":"x"}`),
	"tags.create":                    {},
	"tags.delete":                    missing(`{"id":"$tag"}`),
	"tags.get":                       missing(`{"id":"$tag"}`),
	"tags.list":                      empty("tags", `{}`, `{"name":["b-tag"]}`),
	"tags.update":                    missing(`{"id":"$tag","name":"x"}`),
	"timeline-entries.create":        missing(`{"type":"timeline_comment","object":"$revu","body":"x"}`, `{"type":"timeline_comment","object":"$acc","body":"x"}`, `{"type":"timeline_comment","object":"$revo","body":"x"}`, `{"type":"timeline_comment","object":"$comment","body":"x"}`),
	"timeline-entries.delete":        missing(`{"id":"$comment"}`),
	"timeline-entries.get":           missing(`{"id":"$comment"}`, `{"object":"$revu","external_ref":"b-comment"}`),
	"timeline-entries.list":          missing(`{"object":"$revu"}`, `{"object":"$acc"}`, `{"object":"$comment"}`),
	"timeline-entries.update":        missing(`{"id":"$comment","type":"timeline_comment","body":"x"}`),
	"reactions.list":                 missing(`{"object":"$comment","emoji":"+1"}`),
	"reactions.update":               missing(`{"object":"$comment","emoji":"+1","action":"add"}`),
	"track-events.list":              missing(`{"rev_user":"$revu"}`, `{"account":"$acc"}`, `{"rev_org":"$revo"}`),
	"track-events.publish":           missing(`{"events_list":[{"name":"x","payload":{"rev_user":"$revu"}}]}`, `{"events_list":[{"name":"x","payload":{"user_ref":"b-revu"}}]}`),
	"track-events.summary":           missing(`{"rev_user":"$revu"}`, `{"account":"$acc"}`, `{"rev_org":"$revo"}`),
	"trash.list":                     empty("trash", `{}`),
	"vistas.create":                  {},
	"vistas.delete":                  missing(`{"id":"$vista"}`),
	"vistas.get":                     missing(`{"id":"$vista"}`),
	"vistas.groups":                  missing(`{"id":"$vista"}`),
	"vistas.list":                    empty("vistas", `{}`),
	"vistas.update":                  missing(`{"id":"$vista","name":"x"}`),
	"parts.create":                   missing(`{"type":"product","name":"x","owned_by":[],"tags":[{"id":"$tag"}]}`, `{"type":"product","name":"x","owned_by":["$devu"]}`),
	"parts.delete":                   missing(`{"id":"$part"}`),
	"parts.get":                      missing(`{"id":"$part"}`),
	"parts.list":                     empty("parts", `{}`, `{"owned_by":["$devu"]}`, `{"tags":["$tag"]}`, `{"name":["B"]}`),
	"parts.update":                   missing(`{"id":"$part","name":"x"}`),
	"assignment-rules.create":        missing(`{"name":"x","members":["$devu"]}`, `{"name":"x","group":"$group"}`),
	"assignment-rules.delete":        missing(`{"id":"$rule"}`),
	"assignment-rules.get":           missing(`{"id":"$rule"}`),
	"assignment-rules.list":          empty("assignment_rules", `{}`),
	"assignment-rules.reorder":       missing(`{"ids":["$rule"]}`),
	"assignment-rules.update":        missing(`{"id":"$rule","name":"x"}`),
	"widget.start":                   missing(`{"app_id":"DvRv0000000000000000000000000000"}`),
	"widgets.delete":                 missing(`{"id":"$widget"}`),
	"widgets.get":                    missing(`{"id":"$widget"}`),
	"widgets.list":                   empty("widgets", `{}`),
	"widgets.update":                 missing(`{"id":"$widget","name":"x"}`),
	"works.count":                    empty("count", workIntrusions...),
	"works.create": missing(`{"type":"ticket","title":"x","owned_by":[],"applies_to_part":"$part"}`, `{"type":"opportunity","title":"x","owned_by":[],"account":"$acc"}`,
		`{"type":"ticket","title":"x","owned_by":[],"applies_to_part":"$part","reported_by":["$revu"]}`, `{"type":"ticket","title":"x","owned_by":[],"applies_to_part":"$part","rev_org":"$revo"}`,
		`{"type":"ticket","title":"x","owned_by":["$devu"],"applies_to_part":"$part"}`),
	"works.delete":  missing(`{"id":"$ticket"}`, `{"id":"$opp"}`),
	"works.export":  empty("works", workIntrusions...),
	"works.get":     missing(`{"id":"$ticket"}`, `{"id":"$opp"}`),
	"works.group":   empty("groups", `{"group_by":"owner"}`, `{"group_by":"account.tier","type":"opportunity"}`, `{"group_by":"part","filter":"part = $part"}`),
	"works.list":    empty("works", workIntrusions...),
	"works.query":   empty("works", `{"filter":"contact = $revu or account = $acc or part = $part or id = $ticket"}`, `{"type":"opportunity","filter":"id = $opp","group_by":"contact.tag"}`).unless(`{"vista":"$vista"}`),
	"works.restore": missing(`{"id":"$gone_ticket"}`),
	"works.update":  missing(`{"id":"$ticket","title":"x"}`, `{"id":"$opp","title":"x"}`),
}

// TestTenantsNeverMeet calls every operation that the server has with ids of
// another org, in full and as display ids.
func TestTenantsNeverMeet(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		a, _ := k.Admin(t, "a")
		b, admin := k.Admin(t, "b")
		full, display := settle(t, b)
		full["devu"], full["token"] = admin.Member.ID, b.Post(t, "auth-tokens.list", patsOf, 200).Text(t, "tokens.0.id")
		full["notification"], display["notification"] = admin.Member.ID+":notification/1a", admin.Member.ID+":notification/1a"
		before := state(t, b)
		for _, op := range operations(t, a) {
			if slices.Contains(harmless, op.path) {
				continue
			}
			in, known := intrusions[op.path]
			if !known {
				t.Errorf("%s: this test does not know how another org's records could be reached by it", op.path)
			}
			if in.gone != "" {
				missing().try(t, a, op, in.gone, full)
				missing().try(t, a, op, in.gone, display)
			}
			for _, body := range in.bodies {
				in.try(t, a, op, body, full)
				if !strings.Contains(body, "$devu") && !strings.Contains(body, "$token") {
					in.try(t, a, op, body, display) // both orgs have a DEVU-1
				}
			}
		}
		if d := cmp.Diff(before, state(t, b)); d != "" {
			t.Errorf("the other org's records changed: %s", d)
		}
	})
}

func (in intrusion) try(t *testing.T, c apitest.Client, op operation, body string, ids map[string]string) {
	t.Helper()
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(ids))) {
		body = strings.ReplaceAll(body, "$"+name, ids[name])
	}
	answers := []apitest.Response{c.Send(t, http.MethodPost, "/"+op.path, nil, body)}
	if op.read {
		answers = append(answers, c.Send(t, http.MethodGet, "/"+op.path+"?"+query(t, body), nil, nil))
	}
	for _, res := range answers {
		if res.Status != in.status {
			t.Errorf("%s %s: status %d, want %d; body: %s", op.path, body, res.Status, in.status, res.Body)
		}
		if in.empty == "" {
			continue
		}
		if in.empty == csvFile {
			if lines := bytes.Count(res.Body, []byte("\n")); lines != 1 {
				t.Errorf("%s %s: %d lines, want the header alone: %s", op.path, body, lines, res.Body)
			}
			continue
		}
		found, ok := res.Lookup(in.empty)
		if list, several := found.([]any); !ok || several && len(list) > 0 || !several && found != json.Number("0") {
			t.Errorf("%s %s: %s, want nothing", op.path, body, res.Body)
		}
	}
}

// query writes a flat JSON object as a query string.
func query(t *testing.T, body string) string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(body), &object); err != nil {
		t.Fatal(err)
	}
	q := url.Values{}
	for key, value := range object {
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, v := range list {
			q.Add(key, v.(string))
		}
	}
	return q.Encode()
}

type operation struct {
	path string
	read bool
}

// operations returns what the server serves, by its own account.
func operations(t *testing.T, c apitest.Client) []operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	c.Send(t, http.MethodGet, "/openapi.json", nil, nil).Decode(t, &doc)
	var out []operation
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		out = append(out, operation{strings.TrimPrefix(path, "/"), doc.Paths[path]["get"] != nil})
	}
	if len(out) < 50 {
		t.Fatalf("only %d operations found", len(out))
	}
	return out
}

// settle gives an org one record of each kind, alive and in the trash, and
// returns their full ids and display ids.
func settle(t *testing.T, c apitest.Client) (full, display map[string]string) {
	t.Helper()
	full, display = map[string]string{}, map[string]string{}
	note := func(name, path string, r apitest.Response) {
		full[name], display[name] = r.Text(t, path+".id"), r.Text(t, path+".display_id")
	}
	note("tag", "tag", c.Post(t, "tags.create", `{"name":"b-tag"}`, 201))
	note("acc", "account", c.Post(t, "accounts.create", `{"display_name":"B","external_refs":["b-acc"],"domains":["b.example"],"tags":[{"id":"TAG-1"}],"owned_by":["DEVU-1"]}`, 201))
	note("revo", "rev_org", c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"B","external_ref":"b-revo","tags":[{"id":"TAG-1"}],"owned_by":["DEVU-1"]}`, 201))
	note("revu", "rev_user", c.Post(t, "rev-users.create", `{"display_name":"Bo","email":"bo@b.example","external_ref":"b-revu","rev_org":"REV-2","tags":[{"id":"TAG-1"}],"owned_by":["DEVU-1"]}`, 201))
	note("other_revu", "rev_user", c.Post(t, "rev-users.create", `{"display_name":"Bob","email":"bob@b.example"}`, 201))
	note("merged_revu", "rev_user", c.Post(t, "rev-users.create", `{"display_name":"Robert","email":"robert@b.example"}`, 201))
	c.Post(t, "rev-users.merge", `{"primary_user":"`+full["other_revu"]+`","secondary_user":"`+full["merged_revu"]+`"}`, 200)
	note("merge", "merges.0", c.Post(t, "merges.list", `{}`, 200))
	note("other_acc", "account", c.Post(t, "accounts.create", `{"display_name":"C","external_refs":["b-other"]}`, 201))
	note("gone_acc", "account", c.Post(t, "accounts.create", `{"display_name":"gone"}`, 201))
	note("other_revo", "rev_org", c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"other","external_ref":"b-other-revo"}`, 201))
	note("gone_revo", "rev_org", c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"gone"}`, 201))
	note("gone_revu", "rev_user", c.Post(t, "rev-users.create", `{"display_name":"gone","rev_org":"REV-2"}`, 201))
	c.Post(t, "accounts.delete", `{"id":"`+full["gone_acc"]+`"}`, 200)
	c.Post(t, "rev-orgs.delete", `{"id":"`+full["gone_revo"]+`"}`, 200)
	c.Post(t, "rev-users.delete", `{"id":"`+full["gone_revu"]+`"}`, 200)
	note("svcacc", "service_account", c.Post(t, "service-accounts.create", `{"display_name":"B's shop"}`, 201))
	full["fragment"] = c.Post(t, "schemas.custom.set", `{"type":"custom_type_fragment","leaf_type":"rev_user","subtype":"b","fields":[{"name":"x","field_type":"text","is_filterable":true}]}`, 201).Text(t, "id")
	display["fragment"] = full["fragment"]
	note("vista", "vista", c.Post(t, "vistas.create", `{"type":"dynamic","name":"B","filter_type":"rev_users","is_public":true}`, 201))
	note("group", "group", c.Post(t, "groups.create", `{"name":"B","description":"","type":"static","member_type":"rev_user"}`, 201))
	c.Post(t, "groups.members.add", `{"group":"`+full["group"]+`","member":"`+full["revu"]+`"}`, 200)
	full["comment"] = c.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+full["revu"]+`","body":"x","external_ref":"b-comment"}`, 201).Text(t, "timeline_entry.id")
	display["comment"] = full["comment"]
	note("bulk", "bulk_action", c.Post(t, "bulk-actions.create", `{"object":"rev_user","filter":"id = REVU-1","action":{"type":"delete"},"hold":true}`, 201))
	note("conv", "conversation", c.Post(t, "conversations.create", `{"type":"support","title":"B","members":["`+full["revu"]+`"],"tags":[{"id":"TAG-1"}],"owned_by":["DEVU-1"]}`, 201))
	note("other_conv", "conversation", c.Post(t, "conversations.create", `{"type":"support","title":"B","members":["`+full["revu"]+`"]}`, 201))
	note("gone_conv", "conversation", c.Post(t, "conversations.create", `{"type":"support"}`, 201))
	c.Post(t, "conversations.delete", `{"id":"`+full["gone_conv"]+`"}`, 200)
	full["artifact"] = prepare(t, c, `{"file_name":"b.txt"}`).ID
	display["artifact"] = "ARTIFACT-1"
	note("widget", "widget", c.Post(t, "widgets.create", `{"name":"B"}`, 201))
	note("rule", "assignment_rule", c.Post(t, "assignment-rules.create", `{"name":"B","members":["DEVU-1"]}`, 201))
	note("part", "part", c.Post(t, "parts.create", `{"type":"product","name":"B","owned_by":["DEVU-1"],"tags":[{"id":"TAG-1"}]}`, 201))
	note("ticket", "work", c.Post(t, "works.create", `{"type":"ticket","title":"B","owned_by":["DEVU-1"],"applies_to_part":"PROD-1","reported_by":["REVU-1"],"rev_org":"REV-2","external_ref":"b-ticket","tags":[{"id":"TAG-1"}]}`, 201))
	note("opp", "work", c.Post(t, "works.create", `{"type":"opportunity","title":"B","owned_by":["DEVU-1"],"account":"ACC-1","contacts":["REVU-1"]}`, 201))
	note("gone_ticket", "work", c.Post(t, "works.create", `{"type":"ticket","title":"gone","owned_by":[],"applies_to_part":"PROD-1"}`, 201))
	c.Post(t, "works.delete", `{"id":"`+full["gone_ticket"]+`"}`, 200)
	note("link", "link", c.Post(t, "links.create", `{"link_type":"is_converted_to","source":"`+full["conv"]+`","target":"`+full["ticket"]+`"}`, 201))
	note("canned", "canned_reply", c.Post(t, "canned-replies.create", `{"shortcut":"b-hi","title":"B","body":"b","visibility":"shared"}`, 201))
	note("macro", "macro", c.Post(t, "macros.create", `{"name":"B","actions":[{"type":"set_spam"}]}`, 201))
	note("imp", "import", upload(t, c, "accounts", "display_name,external_refs\n"))
	return full, display
}

// upload imports a file.
func upload(t *testing.T, c apitest.Client, kind, text string) apitest.Response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("type", kind); err != nil {
		t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", "b.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	res := c.Send(t, http.MethodPost, "/imports.create", map[string]string{"Content-Type": form.FormDataContentType()}, body.Bytes())
	if res.Status != http.StatusCreated {
		t.Fatalf("imports.create: status %d: %s", res.Status, res.Body)
	}
	return res
}

const patsOf = `{"requested_token_type":"` + pat + `"}`

// state is all that an org's lists show.
func state(t *testing.T, c apitest.Client) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, op := range []string{"accounts.list", "rev-orgs.list", "rev-users.list", "conversations.list", "tags.list", "trash.list", "merges.list", "auth-tokens.list", "dev-users.list", "service-accounts.list", "widgets.list", "canned-replies.list", "macros.list"} {
		body := `{}`
		if op == "auth-tokens.list" {
			body = patsOf
		}
		out[op] = string(c.Post(t, op, body, 200).Body)
	}
	return out
}
