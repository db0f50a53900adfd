package httpapi_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server"
	"github.com/kith-id/kith/internal/server/servertest"
)

// uploadTo is where a file may be sent.
type uploadTo struct {
	ID       string `json:"id"`
	URL      string `json:"url"`
	FormData []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"form_data"`
}

// prepare asks where a file may be sent.
func prepare(t *testing.T, c apitest.Client, body string) uploadTo {
	t.Helper()
	var to uploadTo
	c.Post(t, "artifacts.prepare", body, 200).Decode(t, &to)
	return to
}

// path is the part of a URL behind the host.
func path(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u.RequestURI()
}

// send sends a file as storages want it: the form, and last the file. It needs no token.
func (u uploadTo) send(t *testing.T, c apitest.Client, content string) apitest.Response {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, f := range u.FormData {
		if err := form.WriteField(f.Key, f.Value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return apitest.Client{Handler: c.Handler}.Send(t, http.MethodPost, path(t, u.URL), map[string]string{"Content-Type": form.FormDataContentType()}, body.Bytes())
}

// attachable uploads a file and returns its display id.
func attachable(t *testing.T, c apitest.Client, name, content string) string {
	t.Helper()
	to := prepare(t, c, `{"file_name":"`+name+`"}`)
	if res := to.send(t, c, content); res.Status != http.StatusNoContent {
		t.Fatalf("%s: status %d: %s", name, res.Status, res.Body)
	}
	return c.Post(t, "artifacts.get", `{"id":"`+to.ID+`"}`, 200).Text(t, "artifact.display_id")
}

// download gets the content of a file.
func download(t *testing.T, c apitest.Client, id string, header map[string]string) apitest.Response {
	t.Helper()
	at := c.Post(t, "artifacts.locate", `{"id":"`+id+`"}`, 200).Text(t, "url")
	return apitest.Client{Handler: c.Handler}.Send(t, http.MethodGet, path(t, at), header, nil)
}

// TestFileComesAndGoes sends a file and gets it back, whole and in part.
func TestFileComesAndGoes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		to := prepare(t, c, `{"file_name":"Q3 Bericht.PDF","file_type":"Application/PDF; x=y","configuration_set":"work"}`)
		if to.URL != "http://127.0.0.1:8080/artifacts.upload" || !strings.HasPrefix(to.ID, "don:core:kith:devo/") {
			t.Errorf("prepared %+v", to)
		}
		c.Post(t, "artifacts.get", `{"id":"ARTIFACT-1"}`, 404)
		c.Post(t, "artifacts.locate", `{"id":"ARTIFACT-1"}`, 404)
		if res := to.send(t, c, "%PDF-1.7 hello"); res.Status != 204 || len(res.Body) != 0 {
			t.Fatalf("status %d: %s", res.Status, res.Body)
		}
		if res := to.send(t, c, "%PDF-1.7 other"); res.Status != 403 || !strings.Contains(string(res.Body), "already") {
			t.Errorf("a second content: status %d: %s", res.Status, res.Body)
		}
		c.Run(t, forms("get", "artifacts.get", "id=ARTIFACT-1", `{"id":"ARTIFACT-1","version":"1"}`, 200,
			`{"artifact":{"id":"`+to.ID+`","display_id":"ARTIFACT-1","created_by":{"display_id":"DEVU-1"},"file":{"type":"application/pdf","name":"Q3 Bericht.PDF","size":14}},"version":{"version":"1","timestamp":"<any>"}}`))
		c.Run(t, forms("locate", "artifacts.locate", "id=ARTIFACT-1", `{"id":"`+to.ID+`"}`, 200, `{"url":"<any>","expires_at":"<any>"}`))
		res := download(t, c, "ARTIFACT-1", nil)
		want := map[string]string{
			"Content-Type": "application/octet-stream", "Content-Disposition": `attachment; filename="Q3 Bericht.PDF"; filename*=UTF-8''Q3%20Bericht.PDF`,
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Content-Length": "14", "Accept-Ranges": "bytes",
		}
		for name, value := range want {
			if got := res.Header.Get(name); got != value {
				t.Errorf("%s: %q, want %q", name, got, value)
			}
		}
		if res.Status != 200 || string(res.Body) != "%PDF-1.7 hello" || !strings.HasPrefix(res.Header.Get("Cache-Control"), "private, max-age=") {
			t.Errorf("status %d %v: %s", res.Status, res.Header, res.Body)
		}
		if res := download(t, c, "ARTIFACT-1", map[string]string{"Range": "bytes=9-"}); res.Status != 206 || string(res.Body) != "hello" {
			t.Errorf("a range: status %d: %s", res.Status, res.Body)
		}
		c.Run(t, []apitest.Scenario{
			refused("no file", "artifacts.get", `{"id":"ARTIFACT-9"}`, 404, `{"type":"not_found"}`),
			refused("no version", "artifacts.locate", `{"id":"ARTIFACT-1","version":"2"}`, 404, `{"type":"not_found"}`),
			refused("version", "artifacts.get", `{"id":"ARTIFACT-1","version":"x"}`, 400, `{"type":"value_not_permitted","field_name":"version"}`),
			refused("other type", "artifacts.get", `{"id":"ACC-1"}`, 400, `{"type":"unexpected_id_type"}`),
			refused("no name", "artifacts.prepare", `{}`, 400, `{"type":"missing_required_field","field_name":"file_name"}`),
			refused("only a path", "artifacts.prepare", `{"file_name":"../.."}`, 400, `{"type":"missing_required_field","field_name":"file_name"}`),
			refused("type", "artifacts.prepare", `{"file_name":"x","file_type":"pdf"}`, 400, `{"type":"value_not_permitted","field_name":"file_type"}`),
			refused("purpose", "artifacts.prepare", `{"file_name":"x","configuration_set":"virus"}`, 400, `{"type":"invalid_enum_value"}`),
		})
	})
}

// TestFileVersions gives a file another content and takes contents away.
func TestFileVersions(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		id := attachable(t, c, "a.txt", "one")
		var to uploadTo
		c.Post(t, "artifacts.versions.prepare", `{"id":"`+id+`"}`, 200).Decode(t, &to)
		if got := download(t, c, id, nil); string(got.Body) != "one" {
			t.Errorf("before the upload: %s", got.Body)
		}
		if res := to.send(t, c, "second"); res.Status != 204 {
			t.Fatalf("status %d: %s", res.Status, res.Body)
		}
		c.Run(t, []apitest.Scenario{
			done("artifacts.get", `{"id":"ARTIFACT-1"}`, `{"artifact":{"file":{"name":"a.txt","size":6}},"version":{"version":"2"}}`),
			done("artifacts.get", `{"id":"ARTIFACT-1","version":"1"}`, `{"artifact":{"file":{"size":3}},"version":{"version":"1"}}`),
			done("artifacts.versions.delete", `{"id":"ARTIFACT-1"}`, `{}`),
			refused("gone", "artifacts.get", `{"id":"ARTIFACT-1","version":"2"}`, 404, `{"type":"not_found"}`),
			done("artifacts.get", `{"id":"ARTIFACT-1"}`, `{"artifact":{"file":{"size":3}},"version":{"version":"1"}}`),
			done("artifacts.versions.delete", `{"id":"ARTIFACT-1","version":"1"}`, `{}`),
			refused("all gone", "artifacts.locate", `{"id":"ARTIFACT-1"}`, 404, `{"type":"not_found"}`),
			refused("twice", "artifacts.versions.delete", `{"id":"ARTIFACT-1","version":"1"}`, 404, `{"type":"not_found"}`),
		})
		c.Post(t, "artifacts.versions.prepare", `{"id":"`+id+`"}`, 200).Decode(t, &to)
		if res := to.send(t, c, "third"); res.Status != 204 {
			t.Fatalf("status %d: %s", res.Status, res.Body)
		}
		if got := download(t, c, id, nil); string(got.Body) != "third" {
			t.Errorf("after all: %s", got.Body)
		}
	})
}

// TestNoFileRuns sends what browsers would run and tells it otherwise: none of it is
// shown in place.
func TestNoFileRuns(t *testing.T) {
	k := servertest.New(t, "sqlite")
	c, _ := k.Admin(t, "Acme")
	page := "<!DOCTYPE html><script>alert(1)</script>"
	for _, f := range []struct{ name, declared, content, kind, how string }{
		{"x.html", "text/html", page, "application/octet-stream", "attachment"},
		{"x.png", "image/png", page, "application/octet-stream", "attachment"},
		{"x.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "application/octet-stream", "attachment"},
		{"x.xml", "application/xml", `<?xml version="1.0"?><x/>`, "application/octet-stream", "attachment"},
		{"x.pdf", "application/pdf", "%PDF-1.4", "application/octet-stream", "attachment"},
		{"x.js", "text/javascript", "alert(1)", "application/octet-stream", "attachment"},
		{"x.html", "text/html", string(pngOf(t, 2, 2)), "image/png", "inline"}, // what it is counts, not what it is said to be
		{"x.gif", "", "GIF89a\x01\x00\x01\x00\x00\x00\x00;<script>", "image/gif", "inline"},
	} {
		to := prepare(t, c, `{"file_name":"`+f.name+`","file_type":"`+f.declared+`"}`)
		if res := to.send(t, c, f.content); res.Status != 204 {
			t.Fatalf("%s: status %d: %s", f.name, res.Status, res.Body)
		}
		res := download(t, c, to.ID, nil)
		how, _, _ := strings.Cut(res.Header.Get("Content-Disposition"), ";")
		if res.Header.Get("Content-Type") != f.kind || how != f.how || res.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(res.Header.Get("Content-Security-Policy"), "sandbox;") {
			t.Errorf("%s as %q: %v", f.name, f.declared, res.Header)
		}
	}
}

// TestForgedAddresses tries passes that Kith has not made so.
func TestForgedAddresses(t *testing.T) {
	k := servertest.New(t, "sqlite")
	c, _ := k.Admin(t, "Acme")
	id := attachable(t, c, "a.txt", "secret")
	to := prepare(t, c, `{"file_name":"b.txt"}`)
	at := c.Post(t, "artifacts.locate", `{"id":"`+id+`"}`, 200).Text(t, "url")
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	token := u.Query().Get("token")
	secret, err := auth.ParseSecret("", k.Config.SecretKey)
	if err != nil {
		t.Fatal(err)
	}
	signer, other := artifact.NewSigner(secret.Derive("files")), artifact.NewSigner([]byte("another key"))
	pass, err := signer.Open(token, artifact.Fetch, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	over, foreign := pass, pass
	over.Until = time.Now().Unix()
	foreign.Org = "nobody"
	policy, signature, _ := strings.Cut(token, ".")
	for name, f := range map[string]struct {
		token  string
		status int
	}{
		"as made":     {token, 200},
		"over":        {signer.Token(over), 403},
		"another key": {other.Token(pass), 403},
		"changed":     {policy[:10] + "A" + policy[11:] + "." + signature, 403},
		"cut":         {policy, 403},
		"to send":     {to.FormData[0].Value + "." + to.FormData[1].Value, 403},
		"no org":      {signer.Token(foreign), 404},
		"garbage":     {"x.y", 403},
		"nothing":     {"", 400},
	} {
		got := apitest.Client{Handler: k.Handler}.Send(t, http.MethodGet, "/artifacts.download?token="+url.QueryEscape(f.token), nil, nil)
		if got.Status != f.status || f.status != 200 && strings.Contains(string(got.Body), "secret\"") {
			t.Errorf("%s: status %d, want %d: %s", name, got.Status, f.status, got.Body)
		}
	}
	forged := to
	forged.FormData = append(forged.FormData[:0:0], to.FormData...)
	forged.FormData[1].Value = signature
	late := to
	send, err := signer.Verify(to.FormData[0].Value, to.FormData[1].Value, artifact.Send, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	send.Until = time.Now().Unix()
	late.FormData = append(late.FormData[:0:0], to.FormData...)
	late.FormData[0].Value, late.FormData[1].Value = signer.Sign(send)
	bare := uploadTo{URL: to.URL}
	for name, f := range map[string]struct {
		to     uploadTo
		status int
	}{"forged": {forged, 403}, "late": {late, 403}, "without": {bare, 400}} {
		if res := f.to.send(t, c, "x"); res.Status != f.status {
			t.Errorf("%s: status %d, want %d: %s", name, res.Status, f.status, res.Body)
		}
	}
	c.Post(t, "artifacts.get", `{"id":"`+to.ID+`"}`, 404)
	if res := to.send(t, c, "x"); res.Status != 204 {
		t.Errorf("after all that: status %d: %s", res.Status, res.Body)
	}
}

// TestFileLimits sends what is too large or of a type that is not accepted.
func TestFileLimits(t *testing.T) {
	cfg := servertest.New(t, "sqlite").Config
	cfg.Data, cfg.FileMaxMiB, cfg.FileTypes = t.TempDir(), 1, []string{"image/*", "text/plain", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}
	k := servertest.Open(t, cfg)
	c, _ := k.Admin(t, "Acme")
	to := prepare(t, c, `{"file_name":"a.txt"}`)
	if res := to.send(t, c, strings.Repeat("x", 1<<20+1)); res.Status != 413 || !strings.Contains(string(res.Body), `"max_bytes":1048576`) {
		t.Errorf("too large: status %d: %s", res.Status, res.Body)
	}
	if res := to.send(t, c, strings.Repeat("x", 3<<20)); res.Status != 413 {
		t.Errorf("far too large: status %d: %s", res.Status, res.Body)
	}
	if res := to.send(t, c, strings.Repeat("x", 1<<20)); res.Status != 204 {
		t.Errorf("as large as may be: status %d: %s", res.Status, res.Body)
	}
	c.Run(t, []apitest.Scenario{
		refused("declared", "artifacts.prepare", `{"file_name":"a.png","file_type":"text/html"}`, 400, `{"type":"value_not_permitted","field_name":"file_type"}`),
		refused("by name", "artifacts.prepare", `{"file_name":"a.exe"}`, 400, `{"type":"value_not_permitted","field_name":"file_type"}`),
	})
	for _, f := range []struct {
		name, content string
		status        int
	}{{"a.png", "<!DOCTYPE html><p>", 400}, {"a.png", "%PDF-1.4", 400}, {"a.docx", "PK\x03\x04rest", 204}, {"a.png", string(pngOf(t, 1, 1)), 204}} {
		if res := prepare(t, c, `{"file_name":"`+f.name+`"}`).send(t, c, f.content); res.Status != f.status {
			t.Errorf("%s of %.8q: status %d, want %d: %s", f.name, f.content, res.Status, f.status, res.Body)
		}
	}
}

func pngOf(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	img.Set(0, 0, color.NRGBA{R: 255, A: 128})
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestPortraits sends pictures of people: they are drawn anew.
func TestPortraits(t *testing.T) {
	k := servertest.New(t, "sqlite")
	c, _ := k.Admin(t, "Acme")
	portrait := func(content string) (string, apitest.Response) {
		to := prepare(t, c, `{"file_name":"me.jpg","configuration_set":"user_profile_picture"}`)
		return to.ID, to.send(t, c, content)
	}
	id, res := portrait(string(pngOf(t, 1200, 600)) + "<script>")
	if res.Status != 204 {
		t.Fatalf("status %d: %s", res.Status, res.Body)
	}
	got := download(t, c, id, nil)
	cfg, err := png.DecodeConfig(bytes.NewReader(got.Body))
	if err != nil || cfg.Width != 256 || cfg.Height != 256 || bytes.Contains(got.Body, []byte("script")) {
		t.Errorf("drawn anew: %+v, %v", cfg, err)
	}
	var photo bytes.Buffer
	shot := image.NewGray(image.Rect(0, 0, 80, 40))
	draw.Draw(shot, image.Rect(0, 0, 40, 40), image.White, image.Point{}, draw.Src) // its left half, of which the square's keeps half
	if err := jpeg.Encode(&photo, shot, nil); err != nil {
		t.Fatal(err)
	}
	// Taken with the camera turned, where and when stand beside it.
	exif := "Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00GPS 52.5"
	turned := append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(exif) + 2)}, exif...)
	turned = append(turned, photo.Bytes()[2:]...)
	id, res = portrait(string(turned))
	if res.Status != 204 {
		t.Fatalf("status %d: %s", res.Status, res.Body)
	}
	got = download(t, c, id, nil)
	upright, err := jpeg.Decode(bytes.NewReader(got.Body))
	if err != nil || upright.Bounds() != image.Rect(0, 0, 40, 40) || bytes.Contains(got.Body, []byte("GPS")) {
		t.Fatalf("without its place: %v", err)
	}
	lit := func(x, y int) bool { r, _, _, _ := upright.At(x, y).RGBA(); return r > 0x8000 }
	if !lit(20, 5) || !lit(5, 5) || lit(20, 35) || lit(35, 35) {
		t.Error("it is not upright: what was at the left belongs to the top")
	}
	// A bomb: few bytes that say they are many pixels.
	bomb := pngOf(t, 1, 1)
	copy(bomb[16:], []byte{0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff})
	binary.BigEndian.PutUint32(bomb[29:], crc32.ChecksumIEEE(bomb[12:29]))
	if _, res := portrait(string(bomb)); res.Status != 400 || !strings.Contains(string(res.Body), "65535 × 65535 pixels") {
		t.Errorf("a bomb: status %d: %s", res.Status, res.Body)
	}
	for name, content := range map[string]string{
		"a page": "<!DOCTYPE html>", "a drawing": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "half": string(pngOf(t, 9, 9)[:60]), "nothing": "",
	} {
		if _, res := portrait(content); res.Status != 400 || !strings.Contains(string(res.Body), `"field_name":"file"`) {
			t.Errorf("%s: status %d: %s", name, res.Status, res.Body)
		}
	}
}

// names is the names of the files in a list, in its order.
func names(t *testing.T, res apitest.Response, list string) string {
	t.Helper()
	found, _ := res.Lookup(list)
	files, _ := found.([]any)
	var out []string
	for _, f := range files {
		out = append(out, f.(map[string]any)["file"].(map[string]any)["name"].(string))
	}
	return strings.Join(out, " ")
}

// commented comments on a record with files and returns the comment's id.
func commented(t *testing.T, c apitest.Client, on, visibility string, files ...string) string {
	t.Helper()
	body := `{"type":"timeline_comment","object":"` + on + `","visibility":"` + visibility + `","body":"x","artifacts":["` + strings.Join(files, `","`) + `"]}`
	return c.Post(t, "timeline-entries.create", body, 201).Text(t, "timeline_entry.id")
}

// TestFilesOnComments hangs files on comments and takes them off.
func TestFilesOnComments(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		c.Post(t, "rev-users.create", `{"display_name":"Bo"}`, 201)
		for _, name := range []string{"a.txt", "b.txt", "c.txt", "d.txt"} {
			attachable(t, c, name, name)
		}
		prepare(t, c, `{"file_name":"unsent.txt"}`)
		id := commented(t, c, "REVU-1", "internal", "ARTIFACT-2", "ARTIFACT-1")
		update := func(artifacts string) string {
			return `{"id":"` + id + `","type":"timeline_comment","artifacts":` + artifacts + `}`
		}
		shown := func(files string) string { return `{"timeline_entry":{"artifacts":[` + files + `]}}` }
		file := func(n, name string) string {
			return `{"display_id":"ARTIFACT-` + n + `","file":{"name":"` + name + `.txt","size":5,"type":"text/plain"}}`
		}
		of := `{"type":"timeline_comment","object":"REVU-1",`
		list := `{"object":"REVU-1","collections":["discussions"]}`
		c.Run(t, []apitest.Scenario{
			done("timeline-entries.get", `{"id":"`+id+`"}`, shown(file("2", "b")+","+file("1", "a"))),
			done("timeline-entries.list", list, `{"timeline_entries":[{"artifacts":[`+file("2", "b")+`,`+file("1", "a")+`]}]}`),
			made("timeline-entries.create", of+`"artifacts":["ARTIFACT-3"]}`, shown(file("3", "c"))),
			refused("nothing at all", "timeline-entries.create", of+`"artifacts":[]}`, 400, `{"type":"missing_required_field","field_name":"body"}`),
			refused("of another comment", "timeline-entries.create", of+`"artifacts":["ARTIFACT-1"]}`, 400, `{"type":"artifact_already_attached_to_a_parent","existing_parent":"`+id+`","is_same":false}`),
			refused("not sent", "timeline-entries.create", of+`"artifacts":["ARTIFACT-5"]}`, 400, `{"type":"value_not_permitted","field_name":"artifacts"}`),
			refused("no such", "timeline-entries.create", of+`"body":"x","artifacts":["ARTIFACT-4","ARTIFACT-99"]}`, 404, `{"type":"not_found"}`),
			refused("no file", "timeline-entries.create", of+`"body":"x","artifacts":["REVU-1"]}`, 400, `{"type":"unexpected_id_type","field_name":"artifacts[0]"}`),
			refused("many", "timeline-entries.create", of+`"body":"x","artifacts":["`+strings.Repeat(`ARTIFACT-4","`, 50)+`ARTIFACT-4"]}`, 400, `{"type":"value_not_permitted","field_name":"artifacts"}`),
			refused("many added", "timeline-entries.update", update(`{"add":["`+strings.Repeat(`ARTIFACT-4","`, 10)+`ARTIFACT-4"]}`), 400, `{"type":"value_not_permitted","field_name":"artifacts.add"}`),
			refused("both ways", "timeline-entries.update", update(`{"set":[],"add":["ARTIFACT-4"]}`), 400, `{"type":"value_not_permitted"}`),
			done("timeline-entries.update", update(`{"add":["ARTIFACT-4","ARTIFACT-2"],"remove":["ARTIFACT-1","ARTIFACT-3"]}`), shown(file("2", "b")+","+file("4", "d"))),
			done("timeline-entries.update", update(`{"set":["ARTIFACT-1","ARTIFACT-4"]}`), shown(file("4", "d")+","+file("1", "a"))),
			absent(done("timeline-entries.update", update(`{"set":[]}`), `{}`), "timeline_entry.artifacts"),
			done("timeline-entries.update", update(`{"set":["ARTIFACT-1"]}`), shown(file("1", "a"))),
			done("timeline-entries.delete", `{"id":"`+id+`"}`, `{}`),
			absent(done("timeline-entries.list", list, `{"timeline_entries":[{"is_deleted":true},{}]}`), "timeline_entries.0.artifacts"),
		})
		commented(t, c, "REVU-1", "internal", "ARTIFACT-1") // it hung nowhere again
	})
}

// TestFilesOnRecords hangs files on messages and works, and lists those of customers.
func TestFilesOnRecords(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		c.Post(t, "accounts.create", `{"display_name":"Globex"}`, 201)
		c.Post(t, "rev-orgs.create", `{"account":"ACC-1","display_name":"Lab"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Bo","rev_org":"REV-2"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Cy"}`, 201)
		c.Post(t, "rev-users.create", `{"display_name":"Bo again"}`, 201)
		c.Post(t, "parts.create", `{"type":"product","name":"P","owned_by":[]}`, 201)
		for _, name := range []string{"1", "2", "3", "4", "5", "6", "7"} {
			attachable(t, c, name, name)
		}
		ticket := `{"type":"ticket","title":"t","owned_by":[],"applies_to_part":"PROD-1","reported_by":["REVU-1"],"artifacts":["ARTIFACT-3"]}`
		c.Run(t, []apitest.Scenario{
			made("conversations.create", `{"type":"support","members":["REVU-1"],"messages":[{"body":"see","artifacts":["ARTIFACT-1"]},{"artifacts":["ARTIFACT-2"]}]}`,
				`{"conversation":{"messages":[{"body":"see","artifacts":[{"display_id":"ARTIFACT-1"}]},{"artifacts":[{"display_id":"ARTIFACT-2"}]}]}}`),
			refused("again", "conversations.create", `{"type":"support","messages":[{"body":"x","artifacts":["ARTIFACT-1"]}]}`, 400, `{"type":"artifact_already_attached_to_a_parent","field_name":"messages[0].artifacts"}`),
			made("works.create", ticket, `{"work":{"artifacts":[{"display_id":"ARTIFACT-3","file":{"name":"3"}}]}}`),
			refused("again", "works.create", ticket, 400, `{"type":"artifact_already_attached_to_a_parent","existing_parent":"<any>"}`),
			done("works.update", `{"id":"TKT-1","artifacts":{"add":["ARTIFACT-4"]}}`, `{"work":{"artifacts":[{"display_id":"ARTIFACT-3"},{"display_id":"ARTIFACT-4"}]}}`),
			done("works.update", `{"id":"TKT-1","artifacts":{"remove":["ARTIFACT-3"]}}`, `{"work":{"artifacts":[{"display_id":"ARTIFACT-4"}]}}`),
			done("works.list", `{}`, `{"works":[{"artifacts":[{"display_id":"ARTIFACT-4"}]}]}`),
			done("timeline-entries.list", `{"object":"TKT-1"}`, `{"timeline_entries":[{},{"event":{"updated":{"field_deltas":[{"name":"artifacts","new_value":{"type":"id_list"}}]}}},{}]}`),
		})
		onBo := commented(t, c, "REVU-1", "private", "ARTIFACT-5")
		commented(t, c, "ACC-1", "internal", "ARTIFACT-6")
		commented(t, c, "REVU-3", "internal", "ARTIFACT-7")
		for parent, want := range map[string]string{
			"REVU-1": "5 4 2 1", "REVU-2": "", "ACC-1": "6 4 2 1", "REV-2": "4 2 1", "CONV-1": "2 1", "TKT-1": "4", onBo: "5", "REVU-3": "7",
		} {
			if got := names(t, c.Post(t, "artifacts.list", `{"parent_id":"`+parent+`"}`, 200), "artifacts"); got != want {
				t.Errorf("files of %s: %q, want %q", parent, got, want)
			}
		}
		first := c.Post(t, "artifacts.list", `{"parent_id":"REVU-1","limit":3}`, 200)
		rest := c.Post(t, "artifacts.list", `{"parent_id":"REVU-1","limit":3,"cursor":"`+first.Text(t, "next_cursor")+`"}`, 200)
		if _, more := rest.Lookup("next_cursor"); names(t, first, "artifacts") != "5 4 2" || names(t, rest, "artifacts") != "1" || more {
			t.Errorf("by threes: %s, then %s", first.Body, rest.Body)
		}
		c.Run(t, forms("with what they hang on", "artifacts.list", "parent_id=REVU-1&limit=1", `{"parent_id":"REVU-1","limit":1}`, 200,
			`{"artifacts":[{"display_id":"ARTIFACT-5","created_by":{"display_id":"DEVU-1"},"parent":{"type":"rev_user","display_id":"REVU-1","timeline_entry":"`+onBo+`"}}]}`))
		// What is one with a customer is with its files.
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-2","secondary_user":"REVU-1"}`, 200)
		for _, parent := range []string{"REVU-1", "REVU-2"} {
			if got := names(t, c.Post(t, "artifacts.list", `{"parent_id":"`+parent+`"}`, 200), "artifacts"); got != "5 4 2 1" {
				t.Errorf("merged, files of %s: %q", parent, got)
			}
		}
		// The trash keeps files, and nobody sees them meanwhile.
		c.Post(t, "conversations.delete", `{"id":"CONV-1"}`, 200)
		c.Post(t, "artifacts.list", `{"parent_id":"CONV-1"}`, 404)
		c.Post(t, "artifacts.locate", `{"id":"ARTIFACT-1"}`, 404)
		if got := names(t, c.Post(t, "artifacts.list", `{"parent_id":"ACC-1"}`, 200), "artifacts"); got != "6 4" {
			t.Errorf("with the conversation in the trash: %q", got)
		}
		c.Post(t, "conversations.restore", `{"id":"CONV-1"}`, 200)
		if got := names(t, c.Post(t, "artifacts.list", `{"parent_id":"CONV-1"}`, 200), "artifacts"); got != "2 1" {
			t.Errorf("restored: %q", got)
		}
		c.Post(t, "artifacts.list", `{"parent_id":"CONV-9"}`, 404)
		c.Post(t, "artifacts.list", `{"parent_id":"PROD-1"}`, 400)
		c.Post(t, "artifacts.list", `{}`, 400)
	})
}

// TestFilesOfOthers is about files that callers must not have: of other orgs, on
// private comments, and for contacts all that customers are not to see.
func TestFilesOfOthers(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		other, _ := k.Admin(t, "Beta")
		attachable(t, other, "beta.txt", "b")
		betas := other.Post(t, "artifacts.get", `{"id":"ARTIFACT-1"}`, 200).Text(t, "artifact.id")
		s := newShop(t, k, "Acme")
		ada := s.signIn(t, `{"user_ref":"ada","user_traits":{"email":"ada@acme.example","display_name":"Ada"}}`)
		bo := s.signIn(t, `{"user_ref":"bo","user_traits":{"email":"bo@acme.example","display_name":"Bo"}}`)
		shot := attachable(t, ada, "shot.png", string(pngOf(t, 3, 3)))
		s.admin.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"REVU-1","body":"x","artifacts":["`+betas+`"]}`, 404)
		bo.Post(t, "artifacts.get", `{"id":"`+shot+`"}`, 404)
		bo.Post(t, "artifacts.locate", `{"id":"`+shot+`"}`, 404)
		bo.Post(t, "conversations.create", `{"type":"support","messages":[{"body":"mine","artifacts":["`+shot+`"]}]}`, 404)
		adas := ada.Post(t, "conversations.create", `{"type":"support","messages":[{"body":"late","artifacts":["`+shot+`"]}]}`, 201).Text(t, "conversation.display_id")
		bo.Post(t, "artifacts.locate", `{"id":"`+shot+`"}`, 404)
		if got := download(t, ada, shot, nil); got.Header.Get("Content-Type") != "image/png" {
			t.Errorf("her own: %v", got.Header)
		}
		s.admin.Post(t, "artifacts.locate", `{"id":"`+shot+`"}`, 200)
		answer, note, free := attachable(t, s.admin, "answer.txt", "a"), attachable(t, s.admin, "note.txt", "n"), attachable(t, s.admin, "free.txt", "f")
		commented(t, s.admin, adas, "external", answer)
		commented(t, s.admin, adas, "internal", note)
		work := attachable(t, s.admin, "work.txt", "w")
		s.admin.Post(t, "parts.create", `{"type":"product","name":"P","owned_by":[]}`, 201)
		s.admin.Post(t, "works.create", `{"type":"ticket","title":"t","owned_by":[],"applies_to_part":"PROD-1","reported_by":["REVU-1"],"artifacts":["`+work+`"]}`, 201)
		for _, who := range []struct {
			c     apitest.Client
			files map[string]int
		}{
			{ada, map[string]int{answer: 200, note: 404, free: 404, work: 404}},
			{bo, map[string]int{answer: 404, note: 404, free: 404, work: 404}},
			{s.admin, map[string]int{answer: 200, note: 200, free: 200, work: 200}},
		} {
			for id, status := range who.files {
				who.c.Post(t, "artifacts.get", `{"id":"`+id+`"}`, status)
				who.c.Post(t, "artifacts.locate", `{"id":"`+id+`"}`, status)
			}
		}
		ada.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+adas+`","body":"x","artifacts":["`+free+`"]}`, 404)
		for _, op := range []string{"artifacts.list", "artifacts.versions.prepare", "artifacts.versions.delete"} {
			ada.Post(t, op, `{"id":"`+shot+`","parent_id":"`+adas+`"}`, 403)
		}
		told := ada.Post(t, "timeline-entries.list", `{"object":"`+adas+`"}`, 200)
		if got := names(t, told, "timeline_entries.0.artifacts") + " " + names(t, told, "timeline_entries.1.artifacts"); got != "shot.png answer.txt" {
			t.Errorf("she is shown %q", got)
		}
		for range artifact.MaxWaiting {
			prepare(t, bo, `{"file_name":"x"}`)
		}
		if res := bo.Post(t, "artifacts.prepare", `{"file_name":"x"}`, 429); res.Header.Get("Retry-After") == "" {
			t.Errorf("too many: %v", res.Header)
		}
	})
}

// TestFilesTakenOff is about a file that hung on a private comment: taken off, it is
// nobody's but its sender's.
func TestFilesTakenOff(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		k.Do(t, "members.add", "", server.NewMember{Email: "bob@acme.example", Name: "Bob"}, nil)
		var token server.TokenView
		k.Do(t, "tokens.create", "", server.NewToken{Kind: "pat", Email: "bob@acme.example"}, &token)
		bob := k.Client(t, token.Secret)
		c.Post(t, "accounts.create", `{"display_name":"Globex"}`, 201)
		file := attachable(t, c, "salary.txt", "much")
		entry := c.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","visibility":"private","body":"x","artifacts":["`+file+`"]}`, 201).Text(t, "timeline_entry.id")
		bob.Post(t, "artifacts.locate", `{"id":"`+file+`"}`, 404)
		c.Post(t, "timeline-entries.delete", `{"id":"`+entry+`"}`, 200)
		for _, op := range []string{"artifacts.get", "artifacts.locate"} {
			bob.Post(t, op, `{"id":"`+file+`"}`, 404)
			c.Post(t, op, `{"id":"`+file+`"}`, 200)
		}
		bob.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"ACC-1","body":"mine now","artifacts":["`+file+`"]}`, 404)
	})
}

// TestUploadsWithoutPass has many begin an upload for which they have no pass, and
// wait: whoever has one is not kept waiting.
func TestUploadsWithoutPass(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c, _ := k.Admin(t, "Acme")
		srv := httptest.NewServer(k.Handler)
		defer srv.Close()
		defer srv.CloseClientConnections()
		head := "--x\r\nContent-Disposition: form-data; name=\"policy\"\r\n\r\nmine\r\n--x\r\nContent-Disposition: form-data; name=\"sig"
		for range 40 {
			conn, err := net.Dial("tcp", srv.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			if _, err := fmt.Fprintf(conn, "POST /artifacts.upload HTTP/1.1\r\nHost: kith\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n%s", head); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(50 * time.Millisecond) // for them to arrive
		attachable(t, c, "mine.txt", "here")
	})
}

// TestFilesOfADay has contacts send as much as they may.
func TestFilesOfADay(t *testing.T) {
	for _, engine := range servertest.Engines {
		t.Run(engine, func(t *testing.T) {
			cfg := servertest.New(t, engine).Config
			cfg.Data, cfg.FileMaxMiB, cfg.FileDailyMiB = t.TempDir(), 1, 2
			k := servertest.Open(t, cfg)
			s := newShop(t, k, "Acme")
			mib := strings.Repeat("x", 1<<20)
			enough := refused("enough", "artifacts.prepare", `{"file_name":"a.txt"}`, 429, `{"type":"too_many_requests"}`)
			ann, bo, cy := s.signIn(t, `{"user_ref":"ann"}`), s.signIn(t, `{"user_ref":"bo"}`), s.signIn(t, `{"user_ref":"cy"}`)
			late := prepare(t, ann, `{"file_name":"late.txt"}`)
			for _, c := range []apitest.Client{ann, bo} { // each sends its share
				if res := prepare(t, c, `{"file_name":"a.txt"}`).send(t, c, mib); res.Status != 204 {
					t.Fatalf("status %d: %s", res.Status, res.Body)
				}
				c.Play(t, enough)
			}
			if res := late.send(t, ann, "x"); res.Status != 429 {
				t.Errorf("prepared before it was enough: status %d: %s", res.Status, res.Body)
			}
			cy.Play(t, enough) // all together
			if res := prepare(t, s.admin, `{"file_name":"a.txt"}`).send(t, s.admin, mib); res.Status != 204 {
				t.Errorf("of a member: status %d: %s", res.Status, res.Body)
			}
		})
	}
}
