package httpapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/server/servertest"
)

const (
	fieldsOfTalks = `{"type":"tenant_fragment","leaf_type":"conversation","description":"Ours","fields":[
		{"name":"area","field_type":"enum","allowed_values":["web","app"],"is_filterable":true,"ui":{"is_groupable":true}},
		{"name":"seats","field_type":"int","gte":1,"is_filterable":true},
		{"name":"langs","field_type":"array","base_type":"enum","allowed_values":["de","en"],"is_filterable":true},
		{"name":"note","field_type":"text"},
		{"name":"must","field_type":"text","is_required":true}]}`
	subtypeOfTalks = `{"type":"custom_type_fragment","leaf_type":"conversation","description":"Sales","subtype":"sale","subtype_display_name":"Sale","fields":[{"name":"size","field_type":"int","is_filterable":true}]}`
)

// TestConversationFields gives conversations custom fields, subtypes and parts, and
// finds, counts and groups them by these.
func TestConversationFields(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		support(t, c)
		c.Post(t, "parts.create", `{"name":"Engine","type":"product","owned_by":["DEVU-1"]}`, 201)
		c.Post(t, "parts.create", `{"name":"Wheel","type":"product","owned_by":[]}`, 201)
		c.Run(t, []apitest.Scenario{
			made("schemas.custom.set", fieldsOfTalks, `{"id":"<any>"}`),
			made("schemas.custom.set", subtypeOfTalks, `{"id":"<any>"}`),
			made("conversations.create", `{"type":"support","title":"A","members":["REVU-1"],"applies_to_parts":["PROD-1","PROD-2","PROD-1"],"custom_fields":{"tnt__area":"web","tnt__seats":5,"tnt__langs":["de","en"],"tnt__note":"n"},`+ours+`}`,
				`{"conversation":{"display_id":"CONV-1","applies_to_parts":[{"type":"product","display_id":"PROD-1","name":"Engine","owned_by":[{"display_id":"DEVU-1","email":"<any>"}]},{"display_id":"PROD-2"}],
				"custom_fields":{"tnt__area":"web","tnt__seats":5,"tnt__langs":["de","en"],"tnt__note":"n"},"custom_schema_fragments":["<any>"],"stock_schema_fragment":"<any>"}}`),
			made("conversations.create", `{"type":"support","title":"B","applies_to_parts":["PROD-2"],"custom_fields":{"ctype__size":9},"custom_schema_spec":{"subtype":"sale"}}`,
				`{"conversation":{"display_id":"CONV-2","subtype":"sale","custom_fields":{"ctype__size":9}}}`),
			absent(made("conversations.create", `{"type":"support","title":"C"}`, `{"conversation":{"display_id":"CONV-3"}}`),
				"conversation.custom_fields", "conversation.applies_to_parts", "conversation.subtype"),
			refused("without what is required", "conversations.create", `{"type":"support","custom_fields":{"tnt__seats":1},"custom_schema_spec":{"tenant_fragment":true,"validate_required_fields":true}}`, 400,
				`{"type":"customization_validation_error","subtype":"field_required","field_name":"custom_fields.tnt__must"}`),
			refused("a value out of range", "conversations.update", `{"id":"CONV-1","custom_fields":{"tnt__area":"moon"},`+ours+`}`, 400, `{"subtype":"enum_out_of_range","field_name":"custom_fields.tnt__area"}`),
			refused("without its schema", "conversations.update", `{"id":"CONV-1","custom_fields":{"tnt__area":"app"}}`, 400, `{"type":"customization_validation_error"}`),
			refused("a field of contacts", "conversations.update", `{"id":"CONV-1","custom_fields":{"tnt__plan":"x"},`+ours+`}`, 400, `{"subtype":"field_not_in_schema"}`),
			refused("an unknown subtype", "conversations.update", `{"id":"CONV-1","custom_schema_spec":{"subtype":"odd"}}`, 400, `{"subtype":"fragment_not_found"}`),
			refused("an unknown part", "conversations.update", `{"id":"CONV-1","applies_to_parts":{"set":["PROD-9"]}}`, 404, `{"type":"not_found","field_name":"applies_to_parts"}`),
			refused("no part", "conversations.create", `{"type":"support","applies_to_parts":["REVU-1"]}`, 400, `{"type":"unexpected_id_type","field_name":"applies_to_parts[0]"}`),
			refused("many parts", "conversations.create", `{"type":"support","applies_to_parts":[`+manyParts(51)+`]}`, 400, `{"type":"value_not_permitted","field_name":"applies_to_parts"}`),
			absent(done("conversations.get", `{"id":"CONV-1"}`, `{"conversation":{"custom_fields":{"tnt__area":"web"},"applies_to_parts":[{},{}]}}`), "conversation.applies_to_parts.2"),
		})
		c.Run(t, talkLists())
		c.Run(t, talkChanges())
	})
}

// manyParts are the ids of n parts, none of which is there.
func manyParts(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf(`"PROD-%d"`, 100+i)
	}
	return strings.Join(out, ",")
}

func talkLists() []apitest.Scenario {
	return []apitest.Scenario{
		done("conversations.list", `{"custom_fields":{"tnt__area":["app","web"]}}`, convs(1)),
		done("conversations.list", `{"custom_fields":{"tnt__langs":"en"}}`, convs(1)),
		done("conversations.list", `{"custom_fields":{"tnt__seats":6}}`, convs()),
		done("conversations.list", `{"custom_fields":{"ctype__size":9},"filter":"title = b"}`, convs(2)),
		done("conversations.list", `{"subtype":["sale"]}`, convs(2)),
		done("conversations.list", `{"applies_to_parts":["PROD-2"]}`, convs(2, 1)),
		done("conversations.list", `{"applies_to_parts":["PROD-1","PROD-7"]}`, convs(1)),
		done("conversations.list", `{"applies_to_parts":["PROD-7"]}`, convs()),
		done("conversations.list", `{"filter":"part = Engine and tnt__seats > 4"}`, convs(1)),
		done("conversations.list", `{"filter":"part = Engine or part empty"}`, convs(3, 1)),
		done("conversations.list", `{"filter":"part not empty and title contains b"}`, convs(2)),
		done("conversations.list", `{"filter":"tnt__area empty"}`, convs(3, 2)),
		done("conversations.count", `{"custom_fields":{"tnt__area":"web"},"applies_to_parts":["PROD-1"]}`, `{"count":1}`),
		done("conversations.export", `{"custom_fields":{"tnt__area":"web"}}`, `{"conversations":[{"custom_fields":{"tnt__seats":5},"applies_to_parts":[{"name":"Engine"},{}]}]}`),
		done("conversations.query", `{"filter":"tnt__area = web","columns":["tnt__seats","part"]}`, `{"count":1,"conversations":[{"display_id":"CONV-1","custom_fields":{"tnt__seats":5},"applies_to_parts":[{"name":"Engine"},{}]}]}`),
		done("conversations.group", `{"group_by":"tnt__area"}`, `{"groups":[{"value":"web","count":1},{"value":"","count":2}]}`),
		done("conversations.group", `{"group_by":"part"}`, `{"groups":[{"label":"Wheel","count":2},{"label":"Engine","count":1},{"value":"","count":1}]}`),
		done("conversations.group", `{"group_by":"subtype"}`, `{"groups":[{"value":"sale","count":1},{"value":"","count":2}]}`),
		made("vistas.create", `{"type":"dynamic","name":"Web","filter_type":"conversations","filter":"tnt__area = web and part = Engine","custom_view":{"group_by":"tnt__area","column_properties":[{"name":"tnt__seats"},{"name":"part"}]}}`,
			`{"vista":{"filter_type":"conversations","custom_view":{"group_by":"tnt__area"}}}`),
		refused("a field that is not kept for filters", "conversations.list", `{"custom_fields":{"tnt__note":"n"}}`, 400, `{"type":"customization_validation_error"}`),
		refused("a field that is none", "conversations.list", `{"custom_fields":{"tnt__x":["1"]}}`, 400, `{"type":"customization_validation_error"}`),
	}
}

func talkChanges() []apitest.Scenario {
	return []apitest.Scenario{
		absent(done("conversations.update", `{"id":"CONV-1","custom_fields":{"tnt__area":"app","tnt__note":null},"applies_to_parts":{"set":["PROD-2"]},`+ours+`}`,
			`{"conversation":{"custom_fields":{"tnt__area":"app","tnt__seats":5},"applies_to_parts":[{"display_id":"PROD-2"}]}}`), "conversation.custom_fields.tnt__note", "conversation.applies_to_parts.1"),
		done("timeline-entries.list", `{"object":"CONV-1","collections":["events"]}`, `{"timeline_entries":[{},{"event":{"updated":{"field_deltas":[
			{"name":"tnt__area","old_value":{"value":"web"},"new_value":{"value":"app"}},{"name":"tnt__note","old_value":{"value":"n"}},
			{"name":"applies_to_parts","old_value":{"type":"id_list"},"new_value":{"type":"id_list","names":[{"type":"product","display_id":"PROD-2","display_name":"Wheel"}]}}]}}}]}`),
		done("conversations.list", `{"custom_fields":{"tnt__area":"web"}}`, convs()),
		done("conversations.list", `{"applies_to_parts":["PROD-1"]}`, convs()),
		absent(done("conversations.update", `{"id":"CONV-2","custom_schema_spec":{"drop":{"subtype":true}}}`, `{"conversation":{"display_id":"CONV-2"}}`), "conversation.subtype", "conversation.custom_fields"),
		refused("a part in use", "parts.delete", `{"id":"PROD-2"}`, 400, `{"type":"bad_request"}`),
		done("parts.delete", `{"id":"PROD-1"}`, `{}`),
		// A part that goes while the conversation is in the trash is not brought back.
		made("parts.create", `{"name":"Bell","type":"product","owned_by":[]}`, `{"part":{"display_id":"PROD-3"}}`),
		done("conversations.update", `{"id":"CONV-3","applies_to_parts":{"set":["PROD-3","PROD-2"]},"custom_fields":{"tnt__area":"app"},`+ours+`}`, `{}`),
		done("conversations.delete", `{"id":"CONV-3"}`, `{}`),
		done("conversations.list", `{"custom_fields":{"tnt__area":"app"}}`, convs(1)),
		done("parts.delete", `{"id":"PROD-3"}`, `{}`),
		absent(done("conversations.restore", `{"id":"CONV-3"}`, `{"conversation":{"applies_to_parts":[{"display_id":"PROD-2"}],"custom_fields":{"tnt__area":"app"}}}`), "conversation.applies_to_parts.1"),
		done("conversations.list", `{"custom_fields":{"tnt__area":"app"}}`, convs(3, 1)),
		absent(done("conversations.update", `{"id":"CONV-3","applies_to_parts":{"set":[]}}`, `{}`), "conversation.applies_to_parts"),
	}
}

// TestContactsSeeNoFields is about what the team notes of a conversation: its
// contact neither gives, finds nor reads custom fields and parts.
func TestContactsSeeNoFields(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		s.admin.Post(t, "schemas.custom.set", fieldsOfTalks, 201)
		s.admin.Post(t, "parts.create", `{"name":"Engine","type":"product","owned_by":[]}`, 201)
		ada := s.signIn(t, `{"user_ref":"ada","user_traits":{"display_name":"Ada"}}`)
		talk := begin(t, ada, "Hello")
		s.admin.Post(t, "conversations.update", `{"id":"`+talk+`","custom_fields":{"tnt__area":"web"},"applies_to_parts":{"set":["PROD-1"]},`+ours+`}`, 200)
		ada.Run(t, []apitest.Scenario{
			absent(done("conversations.get", `{"id":"`+talk+`"}`, `{"conversation":{"display_id":"`+talk+`"}}`),
				"conversation.custom_fields", "conversation.custom_schema_fragments", "conversation.stock_schema_fragment", "conversation.applies_to_parts"),
			refused("giving fields", "conversations.create", `{"type":"support","custom_fields":{"tnt__area":"web"},`+ours+`}`, 400, `{"type":"value_not_permitted","field_name":"custom_fields"}`),
			refused("taking a subtype", "conversations.create", `{"type":"support","custom_schema_spec":{"subtype":"sale"}}`, 400, `{"type":"value_not_permitted","field_name":"custom_fields"}`),
			refused("giving parts", "conversations.create", `{"type":"support","applies_to_parts":["PROD-1"]}`, 400, `{"type":"value_not_permitted","field_name":"applies_to_parts"}`),
			refused("looking for fields", "conversations.list", `{"custom_fields":{"tnt__area":"web"}}`, 400, `{"field_name":"custom_fields"}`),
		})
	})
}
