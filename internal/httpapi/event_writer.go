package httpapi

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// keptBuffer is how many bytes a quiet stream may hold on to.
const keptBuffer = 64 << 10

// eventWriter writes server-sent events, several at a time.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	buf     bytes.Buffer
	begun   bool
}

func eventsTo(w http.ResponseWriter) *eventWriter {
	return &eventWriter{w: w, control: http.NewResponseController(w)}
}

// event adds an event to what is sent next. A negative id is none.
func (s *eventWriter) event(name string, id int64, data []byte) {
	if id >= 0 {
		s.buf.WriteString("id: " + strconv.FormatInt(id, 10) + "\n")
	}
	s.buf.WriteString("event: " + name + "\ndata: ")
	s.buf.Write(data) // JSON has no line breaks
	s.buf.WriteString("\n\n")
}

// idle adds a word that no client hears, so that nobody on the way takes the
// connection for dead.
func (s *eventWriter) idle() { s.buf.WriteString(": still there\n\n") }

// send sends what was added, and reports whether the client has taken it.
func (s *eventWriter) send() bool {
	if s.buf.Len() == 0 {
		return true
	}
	if !s.begun {
		s.begun = true
		h := s.w.Header()
		h.Set("Content-Type", "text/event-stream")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // proxies that gather answers would hold events back
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(eventWrite)) // where there is no connection there is nothing to wait for
	_, err := s.w.Write(s.buf.Bytes())
	if s.buf.Reset(); s.buf.Cap() > keptBuffer {
		s.buf = bytes.Buffer{} // a stream is open for hours
	}
	return err == nil && s.control.Flush() == nil
}

// rest lifts the deadline of the last event, for the connection may live on.
func (s *eventWriter) rest() { _ = s.control.SetWriteDeadline(time.Time{}) }
