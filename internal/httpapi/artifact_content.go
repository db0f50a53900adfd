package httpapi

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
)

const (
	maxReceiving = 16       // uploads at a time
	maxOfGuests  = 8        // of those, from contacts
	maxFormPart  = 16 << 10 // bytes of a part that is not the file
	maxFormParts = 20
)

// dueBody ends an upload from which nothing comes for a while, or whose time is over.
type dueBody struct {
	patientBody
	ctx context.Context
}

// Read implements io.Reader.
func (b *dueBody) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.patientBody.Read(p)
}

// slots bound the uploads that are under way. Contacts, of whom there may be any
// number, leave some to the team.
type slots struct{ all, guests chan struct{} }

func newSlots() slots {
	return slots{make(chan struct{}, maxReceiving), make(chan struct{}, maxOfGuests)}
}

// take returns what gives the slot back; ok is false when there is none.
func (s slots) take(guest bool) (free func(), ok bool) {
	var taken []chan struct{}
	free = func() {
		for _, of := range taken {
			<-of
		}
	}
	wanted := []chan struct{}{s.all}
	if guest {
		wanted = append(wanted, s.guests)
	}
	for _, of := range wanted {
		select {
		case of <- struct{}{}:
			taken = append(taken, of)
		default:
			free()
			return nil, false
		}
	}
	return free, true
}

// receive takes a file. Whoever has no pass takes up nobody's room, and is not
// listened to any longer.
func (d FileDeps) receive(w http.ResponseWriter, r *http.Request, s slots) error {
	body := &dueBody{patientBody{r.Body, http.NewResponseController(w)}, r.Context()}
	defer body.rest()
	r.Body = body
	policy, signature, file, err := readFileForm(r)
	if err != nil {
		return err
	}
	pass, err := d.Service.Admit(policy, signature)
	if err != nil {
		return err
	}
	free, ok := s.take(don.FromTail(pass.By).Type == don.Contact)
	if !ok {
		return errs.New(errs.TooMany, "too_many_requests", "too many files are being uploaded; try again in a moment").With("retry_after", retryUpload)
	}
	defer free()
	err = d.Service.Receive(r.Context(), pass, &sentFile{file, d.MaxBytes})
	if err != nil {
		_, _ = io.CopyN(io.Discard, body, maxDrained) // best effort: the sender listens once it has sent
	}
	return err
}

// sentFile says in words for the client what goes wrong with its sending.
type sentFile struct {
	file io.Reader
	max  int64
}

// Read implements io.Reader.
func (s *sentFile) Read(p []byte) (int, error) {
	n, err := s.file.Read(p)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil || errors.Is(err, io.EOF):
		return n, err
	case errors.As(err, &tooLarge):
		return n, artifact.Rules{MaxBytes: s.max}.TooLarge()
	default:
		return n, uploadError(err)
	}
}

// readFileForm reads an upload up to its file. Parts that nobody asked for are
// passed over, as storages do.
func readFileForm(r *http.Request) (policy, signature string, file *multipart.Part, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", "", nil, errs.BadRequest("the request is no upload; send multipart/form-data with the parts of form_data and, last, file")
	}
	for range maxFormParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", "", nil, errs.Missing("file")
		}
		if err != nil {
			return "", "", nil, uploadError(err)
		}
		if part.FormName() == "file" {
			switch {
			case policy == "":
				err = errs.Missing("policy")
			case signature == "":
				err = errs.Missing("signature")
			}
			return policy, signature, part, err
		}
		text, err := io.ReadAll(io.LimitReader(part, maxFormPart+1))
		if err != nil {
			return "", "", nil, uploadError(err)
		}
		switch {
		case len(text) > maxFormPart:
			return "", "", nil, errs.NotPermitted("form_data", "has a part of more than %d bytes before the file; send the file as the part file", maxFormPart)
		case part.FormName() == "policy":
			policy = string(text)
		case part.FormName() == "signature":
			signature = string(text)
		}
	}
	return "", "", nil, errs.NotPermitted("form_data", "has more than %d parts before the file", maxFormParts)
}

// send gives a content. Whatever it is, no browser runs it: only pictures are shown
// in place, and nothing of what a document asks for is loaded.
func (d FileDeps) send(w http.ResponseWriter, r *http.Request) error {
	in := fileFetchIn{}
	if err := wire.Decode(r, &in, wire.Options{MaxBody: maxFormPart}); err != nil {
		return err
	}
	c, err := d.Service.Fetch(r.Context(), in.Token)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }() // it was only read
	give(w, r, c, time.Until(c.Until))
	return nil
}

// pictureAge is for how long browsers keep pictures of people without asking.
const pictureAge = time.Hour

// portrait gives the picture of a person to whoever may see it.
func (d FileDeps) portrait(w http.ResponseWriter, r *http.Request, op string) error {
	in := idIn{}
	if err := wire.Decode(r, &in, wire.Options{MaxBody: maxFormPart}); err != nil {
		return err
	}
	a, _ := auth.From(r.Context())
	by := call{a, op}
	id, err := by.object("id", in.ID, don.Artifact)
	if err != nil {
		return err
	}
	c, err := d.Service.Portrait(r.Context(), by.Scope, id.N)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()                // it was only read
	w.Header().Set("Vary", "Cookie, Authorization") // a display id is another file for another organisation
	give(w, r, c, pictureAge)
	return nil
}

// give sends a content that the client may keep for a while.
func give(w http.ResponseWriter, r *http.Request, c *desk.Content, age time.Duration) {
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if artifact.Inline(c.Version.Kind) {
		h.Set("Content-Type", c.Version.Kind)
	}
	h.Set("Content-Disposition", artifact.Disposition(c.Version.Kind, c.File.Name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, max-age="+strconv.Itoa(max(0, int(age.Seconds()))))
	h.Set("ETag", `"`+c.Version.Sum+`"`)
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(time.Now().Add(fetchTime)) // a writer without a connection has none to bound
	http.ServeContent(w, r, "", c.Version.CreatedAt, c)
	_ = control.SetWriteDeadline(time.Time{}) // the connection may serve others
}
