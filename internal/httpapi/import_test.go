package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// part is one part of an upload; file parts have a file name.
type part struct{ name, file, text string }

// form encodes an upload.
func form(t testing.TB, parts ...part) (contentType string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, p := range parts {
		var to io.Writer
		var err error
		if p.file != "" {
			to, err = w.CreateFormFile(p.name, p.file)
		} else {
			to, err = w.CreateFormField(p.name)
		}
		if err == nil {
			_, err = to.Write([]byte(p.text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

// send uploads parts and returns the answer.
func send(t testing.TB, c apitest.Client, op string, parts ...part) apitest.Response {
	t.Helper()
	contentType, body := form(t, parts...)
	return c.Send(t, http.MethodPost, "/"+op, map[string]string{"Content-Type": contentType}, body)
}

// importing starts an import and returns its id.
func importing(t testing.TB, c apitest.Client, kind, options, text string) string {
	t.Helper()
	res := send(t, c, "imports.create", part{"type", "", kind}, part{"options", "", options}, part{"file", kind + ".csv", text})
	if res.Status != http.StatusCreated {
		t.Fatalf("imports.create: status %d: %s", res.Status, res.Body)
	}
	return res.Text(t, "import.display_id")
}

// follow reads an import's events to the end and returns the last.
func follow(t testing.TB, c apitest.Client, id string) apitest.Response {
	t.Helper()
	res := c.Send(t, http.MethodGet, "/imports.events?id="+id, nil, nil)
	if res.Status != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("imports.events: status %d, %s: %s", res.Status, res.Header.Get("Content-Type"), res.Body)
	}
	events := strings.Split(strings.TrimSuffix(string(res.Body), "\n\n"), "\n\n")
	for i, e := range events {
		name, data, ok := strings.Cut(e, "\ndata: ")
		want := "event: progress"
		if i == len(events)-1 {
			want = "event: end"
		}
		if !ok || name != want || !json.Valid([]byte(data)) {
			t.Fatalf("event %d: %q, want %s with JSON", i, e, want)
		}
		res.Body = []byte(data)
	}
	return res
}

// wants compares the last event of an import.
func wants(t testing.TB, c apitest.Client, id, want string) {
	t.Helper()
	res := follow(t, c, id)
	for _, d := range apitest.Diff([]byte(want), res.Body, false) {
		t.Errorf("%s: %s; event: %s", id, d, res.Body)
	}
}

const people = "external_ref,display_name,email,Shoe size\r\n" +
	"u1,=Ann,ann@example.com,38\r\n" +
	"u2,Bo,not-an-address,41\r\n" +
	"u3,\"Cy, \"\"the\"\" third\",cy@example.com,\"44\r\n(wide)\"\r\n" +
	"u4,,+dan,45\r\n"

func TestImportContacts(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "acme")

		res := send(t, c, "imports.preview", part{"type", "", "contacts"}, part{"file", "p.csv", people})
		want := `{"type":"contacts","encoding":"UTF-8","delimiter":",","gzip":false,"header":["external_ref","display_name","email","Shoe size"],
			"ignored_columns":["Shoe size"],"missing_fields":[],
			"fields":[{"name":"display_name","required":true,"list":false,"columns":["display_name"],"samples":["=Ann","Bo","Cy, \"the\" third",""]},
				{"name":"external_ref","required":true},{"name":"email"},{"name":"phone_numbers","list":true,"columns":[],"samples":[]},{"name":"full_name"},{"name":"description"},
				{"name":"account_external_reference"},{"name":"workspace_external_reference"},{"name":"tags.name"},{"name":"owned_by"},{"name":"other_emails","list":true},
				{"name":"other_external_refs"},{"name":"other_account_external_references"},{"name":"other_workspace_external_references","list":true}],
			"rows":[{"line":2,"cells":["u1","=Ann","ann@example.com","38"],"problems":[]},{"line":3,"problems":[{"column":"email","code":"invalid_email"}]},
				{"line":4},{"line":6,"problems":[{"code":"missing_required"},{"code":"invalid_email"}]}]}`
		for _, d := range apitest.Diff([]byte(want), res.Body, false) {
			t.Errorf("preview: %s; body: %s", d, res.Body)
		}
		if list := c.Post(t, "imports.list", `{}`, 200); string(list.Body) != `{"imports":[]}` {
			t.Errorf("a preview left an import: %s", list.Body)
		}

		id := importing(t, c, "contacts", `{}`, people)
		wants(t, c, id, `{"import":{"display_id":"IMP-1","state":"completed","type":"contacts","file_name":"contacts.csv","created_by":{"type":"dev_user","display_id":"DEVU-1"},
			"options":{},"progress":{"rows":4,"created":2,"failed":2,"ignored_columns":["Shoe size"]}}}`)
		c.Run(t, []apitest.Scenario{
			{Name: "get", Method: "GET", Path: "/imports.get?id=IMP-1", Status: 200, Want: `{"import":{"state":"completed","progress":{"created":2}}}`},
			{Name: "taken", Path: "/rev-users.list", Body: `{"external_ref":["u3"]}`, Status: 200, Want: `{"rev_users":[{"email":"cy@example.com"}]}`},
			{Name: "errors", Path: "/imports.errors", Body: `{"id":"IMP-1","limit":1}`, Status: 200,
				Want: `{"errors":[{"row":2,"line":3,"cells":["u2","Bo","not-an-address","41"],"problems":[{"column":"email","value":"not-an-address","code":"invalid_email","message":"<any>"}]}],"next_cursor":"<any>"}`},
			{Name: "bad cursor", Path: "/imports.errors", Body: `{"id":"IMP-1","cursor":"x"}`, Status: 400, Want: `{"field_name":"cursor"}`},
			{Name: "bad format", Path: "/imports.errors", Body: `{"id":"IMP-1","format":"xml"}`, Status: 400, Want: `{"type":"invalid_enum_value"}`},
			{Name: "no such import", Path: "/imports.get", Body: `{"id":"IMP-9"}`, Status: 404, Want: `{"type":"not_found"}`},
			{Name: "no import", Path: "/imports.get", Body: `{"id":"REVU-1"}`, Status: 400, Want: `{"type":"unexpected_id_type"}`},
			{Name: "too late to cancel", Path: "/imports.cancel", Body: `{"id":"IMP-1"}`, Status: 400, Want: `{"type":"bad_request"}`},
			{Name: "events of none", Path: "/imports.events", Body: `{"id":"IMP-9"}`, Status: 404, Want: `{"type":"not_found"}`},
		})
		second := c.Post(t, "imports.errors", map[string]any{"id": id, "cursor": c.Post(t, "imports.errors", `{"id":"IMP-1","limit":1}`, 200).Text(t, "next_cursor")}, 200)
		if code := second.Text(t, "errors.0.problems.0.code"); code != "missing_required" {
			t.Errorf("second page of errors: %s", second.Body)
		}
		corrected(t, c)

		c.Post(t, "imports.undo", `{"id":"IMP-1"}`, 200)
		wants(t, c, id, `{"import":{"state":"undone","progress":{"removed":2}}}`)
		page := c.Post(t, "imports.list", `{"limit":1}`, 200)
		if first := page.Text(t, "imports.0.display_id"); first != "IMP-2" {
			t.Errorf("the newest import is %s", first)
		}
		page = c.Post(t, "imports.list", map[string]any{"limit": 1, "cursor": page.Text(t, "next_cursor")}, 200)
		if d := page.Text(t, "imports.0.display_id"); d != "IMP-1" || strings.Contains(string(page.Body), "next_cursor") {
			t.Errorf("second page of imports: %s", page.Body)
		}
	})
}

// corrected downloads the rows that failed, corrects them as text and imports
// that file as it is.
func corrected(t *testing.T, c apitest.Client) {
	t.Helper()
	res := c.Send(t, http.MethodGet, "/imports.errors?id=IMP-1&format=csv", nil, nil)
	text := string(res.Body)
	want := `external_ref,display_name,email,Shoe size,line,error_codes,errors
u2,Bo,not-an-address,41,3,invalid_email,"email: ""not-an-address"" …"
u4,,'+dan,45,6,"missing_required, invalid_email","display_name is empty; every row needs one | email: ""+dan"" …"
`
	shown := regexp.MustCompile(`"" has[^\n]*"`).ReplaceAllString(text, `"" …"`)
	if d := cmp.Diff(want, shown); d != "" || res.Status != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/csv") {
		t.Fatalf("report: status %d, %s (-want +got):\n%s", res.Status, res.Header, d)
	}
	text = strings.NewReplacer("u2,Bo,not-an-address", "u2,Bo,bo@example.com", "u4,,'+dan", "u4,Dan,+dan@example.com").Replace(text)
	id := importing(t, c, "contacts", `{"update":true}`, text)
	wants(t, c, id, `{"import":{"state":"completed","progress":{"rows":2,"created":2,"failed":0,"ignored_columns":["Shoe size"]}}}`)
}

func TestImportAccountsAndExport(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c, _ := k.Admin(t, "acme")
		c.Post(t, "tags.create", `{"name":"vip"}`, 201)
		accounts := "display_name;external_refs;domains;tags.name\nAcme;acme,acme2;acme.example;VIP\nBeta;beta;;\n"
		wants(t, c, importing(t, c, "accounts", `{"tags":["vip"]}`, accounts), `{"import":{"state":"completed","progress":{"created":2,"delimiter":";"}}}`)
		contacts := "display_name,account_external_reference,email\nAnn,acme,ann@acme.example\nBo,gamma,bo@x.example\n"
		id := importing(t, c, "contacts", `{"ref_from":"email","dry_run":true}`, contacts)
		wants(t, c, id, `{"import":{"options":{"dry_run":true,"ref_from":"email"},"progress":{"rows":2,"created":1,"failed":1}}}`)
		if res := c.Post(t, "rev-users.list", `{}`, 200); string(res.Body) != `{"rev_users":[]}` {
			t.Errorf("a dry run left contacts: %s", res.Body)
		}
		wants(t, c, importing(t, c, "contacts", `{"ref_from":"email"}`, contacts), `{"import":{"progress":{"created":1,"failed":1}}}`)

		changed := "external_refs,display_name,domains\nacme,Acme Inc,acme.test\nbeta,Beta,\n"
		id = importing(t, c, "accounts", `{"update":true,"dry_run":true}`, changed)
		wants(t, c, id, `{"import":{"progress":{"updated":1,"unchanged":1,"plan":[{"line":2,"record":"ACC-1","display_name":"Acme Inc","changes":[
			{"field":"display_name","before":"Acme","after":"Acme Inc"},{"field":"domains","before":"acme.example","after":"acme.example, acme.test"}]}]}}}`)

		for kind, op := range map[string]string{"accounts": "accounts.export-csv", "contacts": "rev-users.export-csv"} {
			res := c.Send(t, http.MethodGet, "/"+op, nil, nil)
			if res.Status != 200 || !strings.Contains(res.Header.Get("Content-Disposition"), kind+".csv") {
				t.Fatalf("%s: status %d, %v: %s", op, res.Status, res.Header, res.Body)
			}
			rows := strings.Count(string(res.Body), "\n") - 1
			wants(t, c, importing(t, c, kind, `{"update":true}`, string(res.Body)),
				fmt.Sprintf(`{"import":{"progress":{"rows":%d,"unchanged":%[1]d,"failed":0}}}`, rows))
		}
		c.Run(t, []apitest.Scenario{
			{Name: "filtered", Method: "GET", Path: "/accounts.export-csv?tags=TAG-1&created_date.after=2020-01-01T00:00:00Z", Status: 200,
				Check: lines(3)},
			{Name: "none can match", Path: "/rev-users.export-csv", Body: `{"tags":["don:core:kith:devo/other:tag/1"]}`, Status: 200, Check: lines(1)},
			{Name: "unknown filter", Method: "GET", Path: "/rev-users.export-csv?tgs=TAG-1", Status: 400, Want: `{"type":"invalid_field","field_name":"tgs"}`},
			{Name: "bad filter", Method: "GET", Path: "/rev-users.export-csv?tags=REVU-1", Status: 400, Want: `{"type":"unexpected_id_type","field_name":"tags[0]"}`},
			{Name: "sample", Method: "GET", Path: "/imports.sample?type=accounts", Status: 200, Check: lines(2)},
			{Name: "sample of what", Path: "/imports.sample", Body: `{}`, Status: 400, Want: `{"type":"missing_required_field","field_name":"type"}`},
		})
	})
}

func lines(want int) func(testing.TB, apitest.Response) {
	return func(t testing.TB, res apitest.Response) {
		t.Helper()
		if n := bytes.Count(res.Body, []byte("\n")); n != want {
			t.Errorf("%d lines, want %d: %s", n, want, res.Body)
		}
	}
}

func TestUploadRefusals(t *testing.T) {
	k := servertest.New(t, "sqlite")
	c, _ := k.Admin(t, "acme")
	kind, file := part{"type", "", "contacts"}, part{"file", "p.csv", people}
	options := func(text string) part { return part{"options", "", text} }
	for _, test := range []struct {
		name, want string
		parts      []part
	}{
		{"no file", `{"type":"missing_required_field","field_name":"file"}`, []part{kind}},
		{"no type", `{"type":"missing_required_field","field_name":"type"}`, []part{file}},
		{"unknown type", `{"type":"invalid_enum_value","field_name":"type","allowed_values":["contacts","accounts"]}`, []part{{"type", "", "people"}, file}},
		{"unknown part", `{"type":"invalid_field","field_name":"upadte"}`, []part{kind, {"upadte", "", "true"}, file}},
		{"part twice", `{"field_name":"type"}`, []part{kind, kind, file}},
		{"part behind the file", `{"type":"bad_request"}`, []part{kind, file, options(`{"update":true}`)}},
		{"unknown option", `{"type":"invalid_field","field_name":"options.updte"}`, []part{kind, options(`{"updte":true}`), file}},
		{"options no JSON", `{"type":"parse_error"}`, []part{kind, options(`update`), file}},
		{"long options", `{"field_name":"options"}`, []part{kind, options(`{"preset":"` + strings.Repeat("x", 70<<10) + `"}`), file}},
		{"unknown preset", `{"type":"invalid_enum_value","field_name":"preset"}`, []part{kind, options(`{"preset":"pigeon"}`), file}},
		{"unknown tag", `{"field_name":"tags"}`, []part{kind, options(`{"tags":["vip"]}`), file}},
		{"unknown column", `{"field_name":"map"}`, []part{kind, options(`{"map":{"email":"Mail"}}`), file}},
		{"unknown country", `{"type":"value_not_permitted"}`, []part{kind, options(`{"default_country":"XX"}`), file}},
		{"missing column", `{"type":"bad_request"}`, []part{kind, {"file", "p.csv", "display_name\nAnn\n"}}},
		{"empty file", `{"type":"bad_request"}`, []part{kind, {"file", "p.csv", ""}}},
		{"binary file", `{"type":"bad_request"}`, []part{kind, {"file", "p.xlsx", "PK\x03\x04" + strings.Repeat("\x00\x01", 99)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			res := send(t, c, "imports.create", test.parts...)
			if res.Status != http.StatusBadRequest {
				t.Errorf("status %d; body: %s", res.Status, res.Body)
			}
			for _, d := range apitest.Diff([]byte(test.want), res.Body, false) {
				t.Errorf("%s; body: %s", d, res.Body)
			}
		})
	}
	t.Run("no upload", func(t *testing.T) {
		c.Play(t, apitest.Scenario{Path: "/imports.create", Body: `{"type":"contacts"}`, Status: 400, Want: `{"type":"bad_request"}`})
	})
	t.Run("cut off", func(t *testing.T) {
		contentType, body := form(t, kind, file)
		res := c.Send(t, "POST", "/imports.create", map[string]string{"Content-Type": contentType}, body[:len(body)-80])
		if res.Status != http.StatusBadRequest || !strings.Contains(string(res.Body), "ended early") {
			t.Errorf("status %d: %s", res.Status, res.Body)
		}
	})
	if list := c.Post(t, "imports.list", `{}`, 200); string(list.Body) != `{"imports":[]}` {
		t.Errorf("refused uploads left imports: %s", list.Body)
	}
}

// TestUploadsAreBounded holds uploads open until the next is refused.
func TestUploadsAreBounded(t *testing.T) {
	k := servertest.New(t, "sqlite")
	c, _ := k.Admin(t, "acme")
	contentType, body := form(t, part{"type", "", "contacts"}, part{"file", "p.csv", people})
	type held struct {
		open *io.PipeWriter
		done chan int
	}
	var all []held
	for range 4 {
		r, w := io.Pipe()
		h := held{w, make(chan int, 1)}
		all = append(all, h)
		go func() {
			req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/imports.create", r)
			req.Header.Set("Content-Type", contentType)
			req.Header.Set("Authorization", c.Token)
			rec := httptest.NewRecorder()
			k.Handler.ServeHTTP(rec, req)
			h.done <- rec.Code
		}()
		if _, err := w.Write(body[:100]); err != nil { // returns when the server has begun to read
			t.Fatal(err)
		}
	}
	res := c.Send(t, "POST", "/imports.create", map[string]string{"Content-Type": contentType}, body)
	if res.Status != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" {
		t.Errorf("fifth upload: status %d, %v: %s", res.Status, res.Header, res.Body)
	}
	for _, h := range all {
		if _, err := h.open.Write(body[100:]); err != nil {
			t.Fatal(err)
		}
		if err := h.open.Close(); err != nil {
			t.Fatal(err)
		}
		select {
		case code := <-h.done:
			if code != http.StatusCreated {
				t.Errorf("held upload: status %d", code)
			}
		case <-time.After(time.Minute):
			t.Fatal("an upload hangs")
		}
	}
	if res := c.Send(t, "POST", "/imports.create", map[string]string{"Content-Type": contentType}, body); res.Status != http.StatusCreated {
		t.Errorf("after the others: status %d: %s", res.Status, res.Body)
	}
}

// TestEventsEndWithTheServer follows an import that nobody works on until the
// server stops, and cancels it.
func TestEventsEndWithTheServer(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "acme")
		id := importing(t, c, "contacts", `{}`, people)
		draining := make(chan struct{})
		time.AfterFunc(600*time.Millisecond, func() { close(draining) })
		ctx := httpapi.WithDrain(t.Context(), draining)
		req := httptest.NewRequestWithContext(ctx, http.MethodGet, "/imports.events?id="+id, nil)
		req.Header.Set("Authorization", c.Token)
		rec := httptest.NewRecorder()
		k.Handler.ServeHTTP(rec, req)
		text := rec.Body.String()
		if strings.Count(text, "event: progress") != 1 || strings.Contains(text, "event: end") || !strings.Contains(text, `"state":"queued"`) {
			t.Errorf("events: %s", text)
		}
		c.Post(t, "imports.cancel", map[string]string{"id": id}, 200)
		c.Play(t, apitest.Scenario{Path: "/imports.undo", Body: `{"id":"IMP-1"}`, Status: 400, Want: `{"type":"bad_request"}`})
		k.App.StartWorkers(t.Context())
		wants(t, c, id, `{"import":{"state":"cancelled","progress":{"created":0}}}`)
	})
}

// TestImportsThatWaitAreBounded queues imports that nobody works on.
func TestImportsThatWaitAreBounded(t *testing.T) {
	k := servertest.New(t, "sqlite")
	c, _ := k.Admin(t, "acme")
	for range 20 {
		importing(t, c, "contacts", `{}`, people)
	}
	res := send(t, c, "imports.create", part{"type", "", "contacts"}, part{"file", "p.csv", people})
	if res.Status != http.StatusTooManyRequests || !strings.Contains(string(res.Body), "20 imports are not over yet") {
		t.Errorf("status %d: %s", res.Status, res.Body)
	}
}
