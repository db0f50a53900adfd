package httpapi

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// errorDoc describes the error body of one status for the document.
type errorDoc struct {
	name        string
	description string
	types       []string
	members     map[string]*huma.Schema
}

var (
	textSchema = &huma.Schema{Type: "string"}
	listSchema = &huma.Schema{Type: "array", Items: textSchema}
	intSchema  = &huma.Schema{Type: "integer", Format: "int64"}
)

func described(s *huma.Schema, text string) *huma.Schema {
	c := *s
	c.Description = text
	return &c
}

var errorDocs = map[int]errorDoc{
	http.StatusBadRequest: {
		name: "ErrorBadRequest", description: "The request is wrong; the body says where and how to put it right.",
		types: []string{
			"artifact_already_attached_to_a_parent", "bad_request", "customization_validation_error", "invalid_api_version",
			"invalid_content_type", "invalid_enum_value", "invalid_field", "invalid_id", "missing_dependency",
			"missing_required_field", "parse_error", "stale_schema_fragments", "unexpected_id_type", "unexpected_json_type",
			"value_not_permitted",
		},
		members: map[string]*huma.Schema{
			"field_name":     described(textSchema, "The field the error is about, with its path, such as tags[0].id."),
			"value":          described(textSchema, "The value that was refused."),
			"allowed_values": described(listSchema, "The values the field accepts."),
			"allowed_types":  described(listSchema, "The types of object the id may name."),
			"reason":         described(textSchema, "Why the value was refused and what to do."),
			"subtype":        described(textSchema, "What is wrong with a custom field."),
			"expected":       described(textSchema, "The JSON type the field takes."),
			"actual":         described(textSchema, "The JSON type that was sent."),
		},
	},
	http.StatusUnauthorized: {
		name: "ErrorUnauthorized", description: "No valid token.",
		types: []string{"unauthenticated", "dev_org_deactivated", "token_expired", "token_revoked"},
	},
	http.StatusForbidden: {
		name: "ErrorForbidden", description: "The caller may not do this.", types: []string{"forbidden"},
		members: map[string]*huma.Schema{"object_ids": described(listSchema, "The objects that may not be touched.")},
	},
	http.StatusNotFound: {
		name: "ErrorNotFound", description: "The object does not exist, or not for this caller.", types: []string{"not_found"},
	},
	http.StatusConflict: {
		name: "ErrorConflict", description: "A value is in use already.", types: []string{"conflict"},
		members: map[string]*huma.Schema{
			"field_name": described(textSchema, "The field whose value is in use."),
			"holder":     described(&huma.Schema{}, "The record that has the value, when the caller may see it."),
		},
	},
	http.StatusRequestEntityTooLarge: {
		name: "ErrorRequestEntityTooLarge", description: "The request is too large.", types: []string{"request_entity_too_large"},
		members: map[string]*huma.Schema{"max_bytes": described(intSchema, "The most that is accepted, in bytes.")},
	},
	http.StatusTooManyRequests: {
		name: "ErrorTooManyRequests", description: "Too many requests; wait before the next.", types: []string{"too_many_requests"},
		members: map[string]*huma.Schema{"retry_after": described(intSchema, "Seconds to wait.")},
	},
	http.StatusInternalServerError: {
		name: "ErrorInternalServerError", description: "Something went wrong inside the server.", types: []string{"internal_error"},
		members: map[string]*huma.Schema{"reference_id": described(textSchema, "Under this id the server's log tells more.")},
	},
	http.StatusServiceUnavailable: {
		name: "ErrorServiceUnavailable", description: "The server cannot answer now; try again.", types: []string{"service_unavailable"},
		members: map[string]*huma.Schema{"retry_after": described(intSchema, "Seconds to wait.")},
	},
}

func (d errorDoc) schema() *huma.Schema {
	code := &huma.Schema{Type: "string", Description: "What went wrong, for programs."}
	for _, t := range slices.Sorted(slices.Values(d.types)) {
		code.Enum = append(code.Enum, t)
	}
	s := &huma.Schema{
		Type: "object", Required: []string{"type", "message"},
		Properties: map[string]*huma.Schema{
			"type":    code,
			"message": {Type: "string", Description: "What went wrong and what to do, for people."},
		},
	}
	for name, m := range d.members {
		s.Properties[name] = m
	}
	return s
}

func (d errorDoc) headers() map[string]*huma.Param {
	if d.members["retry_after"] == nil {
		return nil
	}
	return map[string]*huma.Param{"Retry-After": {Schema: intSchema, Description: "Seconds to wait."}}
}
