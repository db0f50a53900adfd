package httpapi

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/page"
)

// FileDeps is what the operations on files need.
type FileDeps struct {
	Service  *desk.Files
	Cursors  *page.Codec
	MaxBytes int64 // of a file
}

// Artifact is a file.
type Artifact struct {
	Atom
	File   ArtifactFile    `json:"file"`
	Parent *ArtifactParent `json:"parent,omitempty" doc:"In lists: what the file hangs on."`
}

// ArtifactFile is what a file is called and contains.
type ArtifactFile struct {
	Type string `json:"type,omitempty" doc:"The media type that its sender declared, else the one that it has the looks of."`
	Name string `json:"name"`
	Size int64  `json:"size" doc:"In bytes."`
}

// ArtifactParent is a record, or a comment on it, that a file hangs on.
type ArtifactParent struct {
	Type      string `json:"type" enum:"account,conversation,opportunity,rev_org,rev_user,ticket"`
	ID        string `json:"id"`
	DisplayID string `json:"display_id"`
	Entry     string `json:"timeline_entry,omitempty" doc:"The comment. Absent when the file hangs on the record itself."`
}

// ArtifactSummary is a file where something else names it.
type ArtifactSummary struct {
	ID        string       `json:"id"`
	DisplayID string       `json:"display_id"`
	File      ArtifactFile `json:"file"`
}

// ArtifactVersion is one content of a file.
type ArtifactVersion struct {
	ModifiedBy *UserSummary `json:"modified_by,omitempty"`
	Timestamp  wire.Time    `json:"timestamp" doc:"When it was uploaded."`
	Version    string       `json:"version"`
}

func (v view) file(a *artifact.Artifact) ArtifactFile {
	return ArtifactFile{Type: a.Shown(), Name: a.Name, Size: a.Size}
}

func (v view) artifacts(list []*artifact.Artifact) []ArtifactSummary {
	var out []ArtifactSummary
	for _, a := range list {
		out = append(out, ArtifactSummary{ID: v.format(a.ID()), DisplayID: a.ID().Display(), File: v.file(a)})
	}
	return out
}

// picture is the file that shows a person, nil when there is none to be shown.
func (v view) picture(n int64) *ArtifactSummary {
	a := v.names.Pictures[n]
	if a == nil || a.Version == 0 {
		return nil
	}
	return &v.artifacts([]*artifact.Artifact{a})[0]
}

func (v view) artifact(a *artifact.Artifact) Artifact {
	return Artifact{Atom: v.atom(a.ID(), a.CreatedAt, a.CreatedBy, a.ModifiedAt, a.ModifiedBy), File: v.file(a)}
}

func (v view) parent(at artifact.Place) *ArtifactParent {
	of := v.names.Now(at.Of)
	p := &ArtifactParent{Type: of.Type.Wire(), ID: v.format(of), DisplayID: of.Display()}
	if at.Entry != 0 {
		p.Entry = v.actor.Scope.Space.FormatChild(don.Child{Of: at.Of, Kind: don.Comment, N: at.Entry})
	}
	return p
}

type formField struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type artifactPrepareIn struct {
	FileName string `json:"file_name" required:"true" maxLength:"4096" doc:"Without a path; of more than 255 bytes the end before the extension is cut off."`
	FileType string `json:"file_type" maxLength:"255" doc:"The media type, such as image/png."`
	Purpose  string `json:"configuration_set" enum:"article_media,default,email_media,job_data,marketplace_listing_icon,marketplace_media,org_logo,plug_setting,plug_setting_banner_card,portal_css,snap_in_functions_code,snap_widget,user_profile_picture,work" doc:"What the file is for. user_profile_picture takes a PNG, JPEG, GIF or WebP and keeps the square in its middle, 256 pixels wide and high at most, without anything else; the others are the same."`
	Encoding string `json:"file_encoding" maxLength:"64" doc:"Not looked at."`
}

type artifactPrepareOut struct {
	ID       string      `json:"id"`
	URL      string      `json:"url" doc:"Takes one POST of multipart/form-data within 15 minutes: the parts of form_data, and last the part file. It answers 204."`
	FormData []formField `json:"form_data"`
	MaxBytes int64       `json:"max_bytes" doc:"How large the file may be."`
}

type artifactIn struct {
	ID      string `json:"id" required:"true" format:"id"`
	Version string `json:"version" maxLength:"20" doc:"The latest when absent."`
}

type artifactGetOut struct {
	Artifact Artifact        `json:"artifact"`
	Version  ArtifactVersion `json:"version"`
}

type artifactLocateOut struct {
	URL       string    `json:"url" doc:"Gives the content to whoever has it, until it expires. Pictures may be shown in place; all else is a download."`
	ExpiresAt wire.Time `json:"expires_at"`
}

type artifactListIn struct {
	ParentID string `json:"parent_id" required:"true" doc:"A comment; or a record: with the files on its comments and, of contacts, accounts and workspaces, those of their conversations, tickets and opportunities."`
	Cursor   string `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit    int    `json:"limit" minimum:"0" doc:"Files on a page. 50 when absent; more than 100 gives 100."`
}

type artifactListOut struct {
	Artifacts  []Artifact `json:"artifacts" doc:"The one that was attached last first."`
	NextCursor string     `json:"next_cursor,omitempty"`
}

type artifactVersionsPrepareOut struct {
	URL      string      `json:"url"`
	FormData []formField `json:"form_data"`
	MaxBytes int64       `json:"max_bytes"`
}

// RegisterFiles adds the operations artifacts.*.
func RegisterFiles(api *API, d FileDeps) {
	const tag = "artifacts"
	prepare := writeOp("artifacts.prepare", "Prepare the upload of a file", tag)
	prepare.Description = "Send the file to the url that comes back, then give its id to what it shall hang on. A file that hangs nowhere is removed after a week, one that was not sent after a day."
	operate(api, prepare, d.prepare)
	operate(api, readOp("artifacts.get", "Get what is known of a file", tag), d.get)
	operate(api, readOp("artifacts.locate", "Get a URL from which a file can be downloaded", tag), d.locate)
	operate(api, readOp("artifacts.list", "List the files on a record or comment", tag), d.list)
	operate(api, writeOp("artifacts.versions.prepare", "Prepare the upload of a new content of a file", tag), d.prepareVersion)
	operate(api, writeOp("artifacts.versions.delete", "Delete a content of a file for good", tag), d.deleteVersion)
	d.registerContents(api)
}

// at returns the URL of an operation, as the caller reaches it.
func at(ctx context.Context, op string, query url.Values) string {
	out := baseFrom(ctx) + "/" + op
	if len(query) > 0 {
		out += "?" + query.Encode()
	}
	return out
}

func formOf(up desk.Upload) []formField {
	return []formField{{"policy", up.Policy}, {"signature", up.Signature}}
}

func (d FileDeps) prepare(ctx context.Context, c call, in *artifactPrepareIn) (*artifactPrepareOut, error) {
	up, err := d.Service.Prepare(ctx, c.Scope, in.FileName, in.FileType, or(in.Purpose, artifact.Default))
	if err != nil {
		return nil, err
	}
	return &artifactPrepareOut{ID: c.Scope.Space.Format(up.ID), URL: at(ctx, uploadOp, nil), FormData: formOf(up), MaxBytes: d.MaxBytes}, nil
}

func (d FileDeps) prepareVersion(ctx context.Context, c call, in *idIn) (*artifactVersionsPrepareOut, error) {
	id, err := c.object("id", in.ID, don.Artifact)
	if err != nil {
		return nil, err
	}
	up, err := d.Service.PrepareVersion(ctx, c.Scope, id.N)
	if err != nil {
		return nil, err
	}
	return &artifactVersionsPrepareOut{URL: at(ctx, uploadOp, nil), FormData: formOf(up), MaxBytes: d.MaxBytes}, nil
}

func (d FileDeps) get(ctx context.Context, c call, in *artifactIn) (*artifactGetOut, error) {
	id, err := c.object("id", in.ID, don.Artifact)
	if err != nil {
		return nil, err
	}
	got, err := d.Service.Get(ctx, c.Scope, id.N, in.Version)
	if err != nil {
		return nil, err
	}
	v := c.view(got.Names)
	out := &artifactGetOut{Artifact: v.artifact(got.Item), Version: ArtifactVersion{
		ModifiedBy: v.author(got.Version.CreatedBy), Timestamp: wire.At(got.Version.CreatedAt), Version: strconv.FormatInt(got.Version.Version, 10),
	}}
	out.Artifact.File.Size = got.Version.Size
	return out, nil
}

func (d FileDeps) locate(ctx context.Context, c call, in *artifactIn) (*artifactLocateOut, error) {
	id, err := c.object("id", in.ID, don.Artifact)
	if err != nil {
		return nil, err
	}
	token, until, err := d.Service.Locate(ctx, c.Scope, id.N, in.Version)
	if err != nil {
		return nil, err
	}
	return &artifactLocateOut{URL: at(ctx, downloadOp, url.Values{"token": {token}}), ExpiresAt: wire.At(until)}, nil
}

func (d FileDeps) deleteVersion(ctx context.Context, c call, in *artifactIn) (*struct{}, error) {
	id, err := c.object("id", in.ID, don.Artifact)
	if err != nil {
		return nil, err
	}
	return nil, d.Service.DeleteVersion(ctx, c.Scope, id.N, in.Version)
}

// place reads what files are asked of: a record or a comment on it.
func (c call) place(field, text string) (of don.ID, entry int64, err error) {
	if !strings.Contains(text, ":"+string(don.Comment)+"/") {
		of, err = c.object(field, text, onTimeline...)
		return of, 0, err
	}
	id, err := c.Scope.Space.ParseChild(field, text, don.Comment)
	if err != nil {
		return of, 0, err
	}
	return id.Of, id.N, auth.Allow(c.Actor, c.op, id.Of)
}

func (d FileDeps) list(ctx context.Context, c call, in *artifactListIn) (*artifactListOut, error) {
	of, entry, err := c.place("parent_id", in.ParentID)
	if err != nil {
		return nil, err
	}
	list := page.ListOf(c.op, c.Scope.OrgID, of.Tail(), entry)
	below, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	found, err := d.Service.List(ctx, c.Scope, desk.FileQuery{Of: of, Entry: entry, Below: below, Limit: limit + 1})
	if err != nil {
		return nil, err
	}
	v, out := c.view(found.Names), &artifactListOut{Artifacts: []Artifact{}}
	found.Items, out.NextCursor = cutAt(d.Cursors, list, found.Items, limit, func(a *artifact.Artifact) int64 { return a.Attached })
	for _, a := range found.Items {
		shown := v.artifact(a)
		shown.Parent = v.parent(a.At)
		out.Artifacts = append(out.Artifacts, shown)
	}
	return out, nil
}

// How long contents may take on their way.
const (
	sendTime  = 15 * time.Minute
	fetchTime = 30 * time.Minute
)

// The operations that take and give contents. Who may call them is said by what is
// signed in their requests.
const (
	uploadOp   = "artifacts.upload"
	downloadOp = "artifacts.download"
	pictureOp  = "artifacts.picture"
)

// fileForm is an upload.
type fileForm struct {
	Policy    string `json:"policy" required:"true" doc:"As form_data of artifacts.prepare has it."`
	Signature string `json:"signature" required:"true" doc:"The same."`
	File      string `json:"file" required:"true" format:"binary" doc:"The last part."`
}

type fileFetchIn struct {
	Token string `json:"token" required:"true" doc:"Signed, of a URL of artifacts.locate."`
}

func (d FileDeps) registerContents(api *API) {
	const tag = "artifacts"
	up := Op{
		Path: uploadOp, Summary: "Upload a file", Tags: []string{tag}, Auth: Public, Consumes: "multipart/form-data", Input: fileForm{}, Output: struct{}{},
		Status: http.StatusNoContent, MaxBody: d.MaxBytes + 1<<20, Timeout: sendTime, Errors: []int{http.StatusForbidden},
		Description: "The url of artifacts.prepare. It needs no token beside what is signed in its form, and takes one file.",
	}
	slots := newSlots()
	RegisterRaw(api, up, func(w http.ResponseWriter, r *http.Request) {
		if err := d.receive(w, r, slots); err != nil {
			api.WriteError(w, r, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	down := Op{
		Path: downloadOp, Summary: "Download a file", Tags: []string{tag}, Auth: Public, Read: true, Input: fileFetchIn{}, Produces: "application/octet-stream",
		Timeout: fetchTime, Errors: []int{http.StatusForbidden, http.StatusNotFound},
		Description: "The url of artifacts.locate. It takes ranges. Pictures may be shown in place; all else is a download, whatever it contains.",
	}
	RegisterRaw(api, down, func(w http.ResponseWriter, r *http.Request) {
		if err := d.send(w, r); err != nil {
			api.WriteError(w, r, err)
		}
	})
	face := Op{
		Path: pictureOp, Summary: "Get the picture of a person", Tags: []string{tag}, Read: true, Input: idIn{}, Produces: "image/*",
		Timeout: fetchTime, Errors: []int{http.StatusNotFound},
		Description: "Of a display_picture: for pages that show many and need no URL for others. Files that were uploaded for something else are not_found.",
	}
	RegisterRaw(api, face, func(w http.ResponseWriter, r *http.Request) {
		if err := d.portrait(w, r, pictureOp); err != nil {
			api.WriteError(w, r, err)
		}
	})
}
