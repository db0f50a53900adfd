package httpapi

import (
	"bytes"
	_ "embed"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed op_docs.html
var docsText string

//go:embed op_docs.css
var docsStyle []byte

var docsTemplate = template.Must(template.New("docs").Parse(docsText))

// addPages serves the document and its readable form. Both are made on first
// use, when every operation has been registered.
func (a *API) addPages() {
	document := sync.OnceValues(a.OpenAPI)
	page := sync.OnceValues(a.docsPage)
	a.addPage("/openapi.json", "application/json", document)
	a.addPage("/docs", "text/html; charset=utf-8", page)
	a.addPage("/docs/style.css", "text/css; charset=utf-8", func() ([]byte, error) { return docsStyle, nil })
}

func (a *API) addPage(path, media string, content func() ([]byte, error)) {
	op := Op{Path: strings.TrimPrefix(path, "/"), Auth: unrouted}
	serve := a.around(op, func(w http.ResponseWriter, r *http.Request) {
		body, err := content()
		if err != nil {
			a.WriteError(w, r, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", media)
		h.Set("Content-Length", strconv.Itoa(len(body)))
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body) // the client has gone; nobody is left to tell
	})
	for _, prefix := range []string{"", "/internal"} {
		a.methods[prefix+path] = []string{http.MethodGet}
		a.mux.HandleFunc("GET "+prefix+path, serve)
	}
}

// docsPage renders the document as one HTML page without scripts.
func (a *API) docsPage() ([]byte, error) {
	var out bytes.Buffer
	view := docsView{Version: a.cfg.Version, Groups: a.docGroups(), Schemas: a.docSchemas()}
	if err := docsTemplate.Execute(&out, view); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

type docsView struct {
	Version string
	Groups  []docGroup
	Schemas []docSchema
}

type docGroup struct {
	Name string
	Ops  []docOp
}

type docOp struct {
	Path, Summary, Description, Methods string
	Public                              bool
	Status                              string
	Request                             []docField
	Response                            template.HTML
	Errors                              []string
}

type docSchema struct {
	Name, Description string
	Fields            []docField
}

type docField struct {
	Name, Doc string
	Type      template.HTML
	Required  bool
	Rules     string
}

// docGroups lists the operations by their first tag, resource by resource.
func (a *API) docGroups() []docGroup {
	byName := map[string][]docOp{}
	for _, op := range a.ops {
		name, _, _ := strings.Cut(op.Path, ".")
		if len(op.Tags) > 0 {
			name = op.Tags[0]
		}
		byName[name] = append(byName[name], a.docOp(op))
	}
	var groups []docGroup
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		groups = append(groups, docGroup{Name: name, Ops: byName[name]})
	}
	return groups
}

func (a *API) docOp(op Op) docOp {
	item := a.document().Paths["/"+op.Path].Post
	request := a.registry().Map()[componentName(op.Path)+"Request"]
	d := docOp{
		Path: op.Path, Summary: op.Summary, Description: op.Description, Methods: strings.Join(op.methods(), ", "),
		Public: op.Auth == Public, Status: strconv.Itoa(op.status()), Request: docFields(request),
	}
	for _, status := range slices.Sorted(maps.Keys(item.Responses)) {
		if status != d.Status {
			d.Errors = append(d.Errors, status)
		}
	}
	for media, content := range item.Responses[d.Status].Content {
		d.Response = typeHTML(content.Schema)
		if media != "application/json" {
			d.Response = template.HTML(template.HTMLEscapeString(media))
		}
	}
	return d
}

// docSchemas lists the components that are not shown with an operation.
func (a *API) docSchemas() []docSchema {
	all := a.registry().Map()
	var list []docSchema
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !isRequest(name) {
			list = append(list, docSchema{Name: name, Description: all[name].Description, Fields: docFields(all[name])})
		}
	}
	return list
}

// docFields lists the required fields first, then by name.
func docFields(s *huma.Schema) []docField {
	var list []docField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		list = append(list, docField{
			Name: name, Doc: p.Description, Type: typeHTML(p), Rules: rulesText(p), Required: slices.Contains(s.Required, name),
		})
	}
	slices.SortStableFunc(list, func(x, y docField) int {
		switch {
		case x.Required == y.Required:
			return 0
		case x.Required:
			return -1
		default:
			return 1
		}
	})
	return list
}

// typeHTML names a schema's type, components as links.
func typeHTML(s *huma.Schema) template.HTML {
	switch {
	case s == nil:
		return "anything"
	case s.Ref != "":
		name := template.HTMLEscapeString(strings.TrimPrefix(s.Ref, schemaPrefix))
		return template.HTML(`<a href="#` + name + `">` + name + `</a>`)
	case len(s.AllOf) > 0:
		return typeHTML(s.AllOf[0])
	case len(s.OneOf) > 0:
		var parts []string
		for _, one := range s.OneOf {
			parts = append(parts, string(typeHTML(one)))
		}
		return template.HTML(strings.Join(parts, " or "))
	case s.Type == "array":
		return "list of " + typeHTML(s.Items)
	case s.Type == "":
		return "anything"
	case s.Nullable:
		return template.HTML(template.HTMLEscapeString(typeName(s)) + " or null")
	default:
		return template.HTML(template.HTMLEscapeString(typeName(s)))
	}
}

func typeName(s *huma.Schema) string {
	if s.Format != "" {
		return s.Type + " (" + s.Format + ")"
	}
	return s.Type
}

// rulesText puts a field's limits into words.
func rulesText(s *huma.Schema) string {
	item := s
	if s.Type == "array" && s.Items != nil {
		item = s.Items
	}
	var parts []string
	var values []string
	for _, v := range item.Enum {
		if text, ok := v.(string); ok {
			values = append(values, text)
		}
	}
	if len(values) > 0 {
		parts = append(parts, "one of "+strings.Join(values, ", "))
	}
	parts = append(parts, span(item.MinLength, item.MaxLength, "characters")...)
	parts = append(parts, span(s.MinItems, s.MaxItems, "elements")...)
	parts = append(parts, span(item.Minimum, item.Maximum, "")...)
	return strings.Join(parts, "; ")
}

func span[N int | float64](low, high *N, unit string) []string {
	text := func(n *N) string { return strconv.FormatFloat(float64(*n), 'f', -1, 64) }
	var s string
	switch {
	case low != nil && high != nil:
		s = text(low) + " to " + text(high)
	case high != nil:
		s = "at most " + text(high)
	case low != nil:
		s = "at least " + text(low)
	default:
		return nil
	}
	return []string{strings.TrimSpace(s + " " + unit)}
}
