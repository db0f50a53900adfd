package httpapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/importer"
	"github.com/kith-id/kith/internal/page"
)

var (
	importErrorsOp = Op{
		Path: "imports.errors", Summary: "List the rows of an import that were not taken", Tags: []string{"imports"}, Read: true,
		Description: "With format csv, all of them as text/csv: the columns of the file, then line, error_codes and errors. " +
			"Corrected, that file can be imported as it is.",
		Input: importErrorsIn{}, Output: importErrorsOut{}, Timeout: -1, Errors: []int{http.StatusNotFound},
	}
	importEventsOp = Op{
		Path: "imports.events", Summary: "Follow an import", Tags: []string{"imports"}, Read: true,
		Description: "Server-sent events: progress whenever something has changed, at most four times a second, and end when the import is over. " +
			"The data of each is the import as imports.get gives it.",
		Input: importIDIn{}, Produces: "text/event-stream", Timeout: -1, Errors: []int{http.StatusNotFound},
	}
	sampleOp = Op{
		Path: "imports.sample", Summary: "Get a sample file", Tags: []string{"imports"}, Read: true,
		Description: "A header and one row, in which mandatory columns say so. An import skips that row.",
		Input:       importSampleIn{}, Produces: "text/csv",
	}
)

// writeRaw answers with v as JSON.
func writeRaw(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	writeBody(w, status, body)
	return nil
}

// errorsFormat is the form of a list of failed rows.
type errorsFormat string

// Allowed returns the formats.
func (errorsFormat) Allowed() []string { return []string{"json", "csv"} }

type importErrorsIn struct {
	ID     string       `json:"id" required:"true" format:"id" doc:"In full or as IMP-1."`
	Format errorsFormat `json:"format" doc:"json when absent."`
	Cursor string       `json:"cursor" maxLength:"8192" doc:"next_cursor of the page before. Absent for the first page."`
	Limit  int          `json:"limit" minimum:"0" doc:"Rows on a page. 50 when absent; more than 100 gives 100."`
}

type importErrorsOut struct {
	Errors     []importer.Failure `json:"errors"`
	NextCursor string             `json:"next_cursor,omitempty" doc:"Goes on after this page. Absent on the last one."`
}

func (d ImportDeps) errors(w http.ResponseWriter, r *http.Request, c call, in *importErrorsIn) error {
	id, err := c.object("id", in.ID, don.Import)
	if err != nil {
		return err
	}
	m, err := d.Service.Get(r.Context(), c.Scope, id.N)
	if err != nil {
		return err
	}
	if in.Format == "csv" {
		csvHeader(w.Header(), m.ID().Display()+".failed.csv")
		return d.Service.WriteReport(r.Context(), c.Scope, m, w)
	}
	list := page.ListOf(c.op, c.Scope.OrgID, m.N)
	after, limit, err := pageAt(d.Cursors, list, in.Cursor, in.Limit)
	if err != nil {
		return err
	}
	out := importErrorsOut{}
	if out.Errors, err = d.Service.Failures(r.Context(), c.Scope, m.N, after, limit+1); err != nil {
		return err
	}
	if len(out.Errors) > limit {
		out.Errors = out.Errors[:limit]
		out.NextCursor = d.Cursors.Encode(list, page.Cursor{Keys: []any{out.Errors[limit-1].Row}})
	}
	out.Errors = append([]importer.Failure{}, out.Errors...)
	return writeRaw(w, http.StatusOK, out)
}

// csvHeader announces a CSV file of a name without quotes.
func csvHeader(h http.Header, name string) {
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}

type importSampleIn struct {
	Type importType `json:"type" required:"true"`
}

func (d ImportDeps) sample(w http.ResponseWriter, r *http.Request, c call, in *importSampleIn) error {
	custom, err := d.Service.Schema(r.Context(), c.Scope, in.Type.record())
	if err != nil {
		return err
	}
	csvHeader(w.Header(), string(in.Type)+".sample.csv")
	return importer.WriteSample(w, in.Type.record(), c.Scope.Settings, custom)
}

const (
	eventPause = 250 * time.Millisecond
	eventIdle  = 15 * time.Second // after which a comment keeps the connection open
	eventWrite = 30 * time.Second // a client may take for one event
)

// events streams an import's progress. When the server stops, the stream ends
// without the event end; the client asks again.
func (d ImportDeps) events(w http.ResponseWriter, r *http.Request, c call, in *importIDIn) error {
	id, err := c.object("id", in.ID, don.Import)
	if err != nil {
		return err
	}
	s := &progress{events: eventsTo(w)}
	defer s.events.rest()
	tick := time.NewTicker(eventPause)
	defer tick.Stop()
	for {
		m, err := d.Service.Get(r.Context(), c.Scope, id.N)
		out, err := d.one(r.Context(), c, m, err)
		if err != nil {
			return err
		}
		if !s.tell(out, m.Over()) || m.Over() {
			return nil
		}
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return nil
		case <-Draining(r.Context()):
			return nil
		}
	}
}

// progress tells of an import whenever something about it has changed.
type progress struct {
	events *eventWriter
	last   []byte
	spoke  time.Time
}

// tell sends an import unless nothing has changed, and reports whether the
// client is still there.
func (s *progress) tell(m *importOut, over bool) bool {
	data, err := json.Marshal(m)
	if err != nil {
		return false
	}
	switch {
	case over:
		s.events.event("end", -1, data)
	case !slices.Equal(data, s.last):
		s.events.event("progress", -1, data)
	case time.Since(s.spoke) > eventIdle:
		s.events.idle()
	default:
		return true
	}
	s.last, s.spoke = data, time.Now()
	return s.events.send()
}
