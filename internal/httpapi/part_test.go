package httpapi_test

import (
	"slices"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/org"
)

func TestParts(t *testing.T) {
	onEngines(t, func(t *testing.T, w *world) {
		c := w.join(t, "acme", org.Settings{})
		const one, none = `{"parts":[{"display_id":"PROD-1"}]}`, `{"parts":[]}`
		c.Run(t, slices.Concat([]apitest.Scenario{
			made("tags.create", `{"name":"vip"}`, `{"tag":{"display_id":"TAG-1"}}`),
			made("parts.create", `{"type":"product","name":"Rocket","description":"d","owned_by":["DEVU-1"],"tags":[{"id":"TAG-1"}],"artifacts":[]}`, `{"part":{"type":"product","display_id":"PROD-1","name":"Rocket","description":"d","owned_by":[{"display_id":"DEVU-1"}],"tags":[{"tag":{"name":"vip"}}],"created_by":{"display_id":"DEVU-1"}}}`),
			made("parts.create", `{"type":"product","name":"Anvil","owned_by":[]}`, `{"part":{"display_id":"PROD-2","owned_by":[]}}`),
			refused("other type", "parts.create", `{"type":"feature","name":"x","owned_by":[]}`, 400, `{"type":"invalid_enum_value","field_name":"type","allowed_values":["product"]}`),
			refused("no name", "parts.create", `{"type":"product","owned_by":[]}`, 400, `{"type":"missing_required_field","field_name":"name"}`),
			refused("no owners", "parts.create", `{"type":"product","name":"x"}`, 400, `{"type":"missing_required_field","field_name":"owned_by"}`),
			refused("unknown owner", "parts.create", `{"type":"product","name":"x","owned_by":["DEVU-9"]}`, 404, `{"type":"not_found"}`),
			refused("custom fields", "parts.create", `{"type":"product","name":"x","owned_by":[],"custom_fields":{"tnt__a":1}}`, 400, `{"type":"customization_validation_error"}`),
			refused("files", "parts.create", `{"type":"product","name":"x","owned_by":[],"artifacts":["ARTIFACT-1"]}`, 400, `{"type":"value_not_permitted"}`),
		},
			forms("get", "parts.get", "id=PROD-1", `{"id":"PROD-1"}`, 200, `{"part":{"name":"Rocket"}}`),
			forms("get unknown", "parts.get", "id=PROD-9", `{"id":"PROD-9"}`, 404, `{"type":"not_found"}`),
			forms("list", "parts.list", "sort_by=name:asc", `{"sort_by":["name:asc"]}`, 200, `{"parts":[{"name":"Anvil"},{"name":"Rocket"}]}`),
			forms("list by name", "parts.list", "name=rocket", `{"name":["rocket"]}`, 200, one),
			forms("list by owner", "parts.list", "owned_by=DEVU-1&created_by=DEVU-1&modified_by=DEVU-1", `{"owned_by":["DEVU-1"],"created_by":["DEVU-1"],"modified_by":["DEVU-1"]}`, 200, one),
			forms("list by tag", "parts.list", "tags=TAG-1", `{"tags":["TAG-1"]}`, 200, one),
			forms("list by unknown tag", "parts.list", "tags=TAG-9", `{"tags":["TAG-9"]}`, 200, none),
			forms("list another type", "parts.list", "type=feature", `{"type":["feature"]}`, 200, none),
			forms("list by subtype", "parts.list", "subtype=x", `{"subtype":["x"]}`, 200, none),
			[]apitest.Scenario{
				absent(done("parts.update", `{"id":"PROD-1","type":"product","name":"Rocket 2","description":null,"owned_by":{"set":[]},"tags":{"set":[]}}`, `{"part":{"name":"Rocket 2","owned_by":[]}}`), "part.tags", "part.description"),
				refused("empty name", "parts.update", `{"id":"PROD-1","name":""}`, 400, `{"type":"value_not_permitted","field_name":"name"}`),
				refused("unknown", "parts.update", `{"id":"PROD-9"}`, 404, `{"type":"not_found"}`),
				done("parts.delete", `{"id":"PROD-1"}`, `{}`),
				refused("gone", "parts.get", `{"id":"PROD-1"}`, 404, `{"type":"not_found"}`),
				refused("delete twice", "parts.delete", `{"id":"PROD-1"}`, 404, `{"type":"not_found"}`),
				done("parts.list", `{"name":["rocket 2"]}`, none),
			}))
	})
}
