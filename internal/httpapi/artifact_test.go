package httpapi_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/httpapi/apitest"
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
	if err != nil || cfg.Width != 512 || cfg.Height != 256 || bytes.Contains(got.Body, []byte("script")) {
		t.Errorf("drawn anew: %+v, %v", cfg, err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 20)), nil); err != nil {
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
	cfg, err = jpeg.DecodeConfig(bytes.NewReader(got.Body))
	if err != nil || cfg.Width != 20 || cfg.Height != 40 || bytes.Contains(got.Body, []byte("GPS")) {
		t.Errorf("upright and without its place: %+v, %v", cfg, err)
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
