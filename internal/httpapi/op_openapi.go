package httpapi

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

const schemaPrefix = "#/components/schemas/"

func documentConfig(version string) huma.Config {
	cfg := huma.Config{OpenAPI: &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{
			Title: "Kith", Version: version,
			Description: "Every operation is also served under /internal/. Reads take a query string or a JSON body, writes a JSON body. " +
				"Every id may be given in full or as a display id. Optional fields are absent rather than null.",
		},
		Components: &huma.Components{
			Schemas: huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer),
			SecuritySchemes: map[string]*huma.SecurityScheme{
				"token": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The token alone, without Bearer in front, works too."},
			},
		},
		Tags: []*huma.Tag{},
	}}
	// Answers may grow fields within one version of the API.
	cfg.AllowAdditionalPropertiesByDefault = true
	return cfg
}

// OpenAPI returns the OpenAPI 3.1 document of all operations registered so far
// as indented JSON; the same operations give the same bytes.
func (a *API) OpenAPI() ([]byte, error) {
	doc, err := json.Marshal(a.document())
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, doc, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// document returns what describes all operations registered so far. That costs
// more than all else at a start, so it is made when somebody asks.
func (a *API) document() *huma.OpenAPI {
	a.describing.Lock()
	defer a.describing.Unlock()
	for _, describe := range a.undescribed {
		describe()
	}
	if len(a.undescribed) > 0 {
		asAnswers(a.registry().Map())
	}
	a.undescribed = nil
	return a.huma.OpenAPI()
}

// describe adds the operation to the document, once for each of its methods.
func (a *API) describe(op Op, in, out reflect.Type) {
	for _, method := range op.methods() {
		o := &huma.Operation{
			Method: method, Path: "/" + op.Path, OperationID: strings.ReplaceAll(op.Path, ".", "-"),
			Summary: op.Summary, Description: op.Description, Tags: op.Tags,
			Responses: a.responses(op, method, out),
		}
		if op.Auth != Public {
			o.Security = []map[string][]string{{"token": {}}}
		}
		if method == http.MethodGet {
			o.Parameters = a.describer.Params(in)
		} else {
			o.RequestBody = a.requestBody(op, in)
		}
		if op.Read && method == http.MethodPost {
			o.OperationID += "-post"
		}
		a.huma.OpenAPI().AddOperation(o)
	}
}

func (a *API) registry() huma.Registry { return a.huma.OpenAPI().Components.Schemas }

// requestBody describes the body as a component named after the operation.
func (a *API) requestBody(op Op, in reflect.Type) *huma.RequestBody {
	media := op.Consumes
	if media == "" {
		media = "application/json"
	}
	name := componentName(op.Path) + "Request"
	a.registry().Map()[name] = a.describer.Schema(in)
	return &huma.RequestBody{
		Required: true,
		Content:  map[string]*huma.MediaType{media: {Schema: &huma.Schema{Ref: schemaPrefix + name}}},
	}
}

// componentName turns rev-users.associations.list into RevUsersAssociationsList.
func componentName(path string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '-' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

func (a *API) responses(op Op, method string, out reflect.Type) map[string]*huma.Response {
	all := map[string]*huma.Response{strconv.Itoa(op.status()): a.success(op, out)}
	for _, status := range errorStatuses(op, method) {
		doc := errorDocs[status]
		if a.registry().Map()[doc.name] == nil {
			a.registry().Map()[doc.name] = doc.schema()
		}
		all[strconv.Itoa(status)] = &huma.Response{
			Description: doc.description,
			Headers:     doc.headers(),
			Content:     map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Ref: schemaPrefix + doc.name}}},
		}
	}
	return all
}

func (a *API) success(op Op, out reflect.Type) *huma.Response {
	r := &huma.Response{Description: "Success."}
	switch {
	case op.status() == http.StatusNoContent:
	case op.Produces != "":
		r.Content = map[string]*huma.MediaType{op.Produces: {Schema: &huma.Schema{Type: "string"}}}
	case out.Name() == "" && out.NumField() == 0:
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object"}}}
	default:
		s := a.registry().Schema(out, true, componentName(op.Path)+"Response")
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: s}}
	}
	return r
}

// checkDocumented panics when the document would lack some of an answer.
func checkDocumented(op Op, out reflect.Type) {
	if op.Produces != "" {
		return
	}
	if hidden := undocumented(out, map[reflect.Type]bool{}); hidden != nil {
		panic(fmt.Sprintf("httpapi: %s: the document would leave out the fields of %s, which is embedded and not exported", op.Path, hidden))
	}
}

// undocumented returns a struct within an answer whose fields encoding/json writes
// and the document lacks, nil when there is none.
func undocumented(t reflect.Type, seen map[reflect.Type]bool) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		return undocumented(t.Elem(), seen)
	case reflect.Struct:
	default:
		return nil
	}
	if seen[t] || t.Implements(reflect.TypeFor[json.Marshaler]()) || t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return nil
	}
	seen[t] = true
	for f := range t.Fields() {
		if f.Anonymous && !f.IsExported() && f.Tag.Get("json") == "" {
			return f.Type
		}
		if !f.IsExported() {
			continue
		}
		if hidden := undocumented(f.Type, seen); hidden != nil {
			return hidden
		}
	}
	return nil
}

// asAnswers corrects two assumptions about Go structs: that a slice may be
// null, while answers leave out an optional list and write an empty one as [];
// and that "more fields may come" needs saying, which it does not in JSON
// Schema, and which would make generated types accept any name.
func asAnswers(all map[string]*huma.Schema) {
	for name, s := range all {
		if isRequest(name) || strings.HasSuffix(name, "Input") {
			continue // there, null clears a list
		}
		if s.AdditionalProperties == true {
			s.AdditionalProperties = nil
		}
		for _, p := range s.Properties {
			if p.Type == "array" && p.Nullable { // only then is it this API's own: errors are shared
				p.Nullable = false
			}
		}
	}
}

// isRequest tells the component of an operation's body from ErrorBadRequest.
func isRequest(name string) bool {
	return strings.HasSuffix(name, "Request") && !strings.HasPrefix(name, "Error")
}

// errorStatuses lists what an operation may answer besides success.
func errorStatuses(op Op, method string) []int {
	list := []int{http.StatusBadRequest, http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if op.Auth != Public {
		list = append(list, http.StatusUnauthorized, http.StatusForbidden)
	}
	if method == http.MethodPost {
		list = append(list, http.StatusRequestEntityTooLarge)
	}
	verb := op.Path[strings.LastIndex(op.Path, ".")+1:]
	if verb != "create" && verb != "export" && op.Auth != Public {
		list = append(list, http.StatusNotFound)
	}
	if verb == "create" || verb == "update" {
		list = append(list, http.StatusConflict)
	}
	list = append(list, op.Errors...)
	slices.Sort(list)
	return slices.Compact(list)
}
