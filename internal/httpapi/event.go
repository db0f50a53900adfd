package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi/wire"
	"github.com/kith-id/kith/internal/realtime"
	"github.com/kith-id/kith/internal/timeline"
)

// EventDeps is what the stream of events needs.
type EventDeps struct {
	Hub  *realtime.Hub
	Gate *Gate
}

var eventsOp = Op{
	Path: "events.stream", Summary: "Follow what happens", Tags: []string{"events"}, Read: true, Timeout: -1,
	Description: "Server-sent events. The name of each is its type, such as rev_user_updated, conversation_created or timeline_entry_created, and its data the " +
		"object below. Its id is where to go on after a break: as the header Last-Event-ID, or as cursor. ready comes first and tells where the stream begins, and at now and then where it is; reset " +
		"comes instead when not everything since cursor is kept, so that what was read has to be read again. Events are kept for seven days, in one order for everybody. " +
		"A member alone is told of notification_created and notification_updated, whose object is the member. " +
		"Session tokens of contacts are told of the conversations in which they take part, of the tickets that they reported and of what is said there to customers. A stream ends with its token.",
	Input: eventsIn{}, Produces: "text/event-stream", Errors: []int{http.StatusTooManyRequests, http.StatusServiceUnavailable},
}

// RegisterEvents adds the operations events.stream and events.signal.
func RegisterEvents(api *API, d EventDeps) {
	signal := writeOp("events.signal", "Show others what the caller is doing at a record", "events", http.StatusNotFound)
	signal.Description = "To those who follow events.stream just then, as an event named typing or viewing, which has no id. It is not kept. Send it again every few seconds; more than one in a second is dropped. " +
		"Contacts see who of the team is typing, and the team sees contacts, in conversations; viewing is for members."
	operate(api, signal, d.signal)
	RegisterRaw(api, eventsOp, func(w http.ResponseWriter, r *http.Request) {
		in := new(eventsIn)
		err := wire.Decode(r, in, wire.Options{MaxBody: api.maxBody(eventsOp), Lenient: api.cfg.Lenient})
		if err == nil {
			err = d.stream(w, r, in)
		}
		if err != nil {
			api.WriteError(w, r, err)
		}
	})
}

type eventsIn struct {
	Cursor string `json:"cursor" maxLength:"20" doc:"The id of the last event known. Absent for what happens from now on."`
}

// Event is what a stream tells.
type Event struct {
	Type            string         `json:"type"`
	Object          string         `json:"object" doc:"The record that it happened to; of a comment, the one that the comment is on."`
	ObjectDisplayID string         `json:"object_display_id"`
	ObjectType      string         `json:"object_type"`
	LastObject      string         `json:"last_object,omitempty" doc:"Of records that were made or erased together: the last of their numbers."`
	Timestamp       wire.Time      `json:"timestamp"`
	TimelineEntry   *TimelineEntry `json:"timeline_entry,omitempty" doc:"Of a comment: as timeline-entries.get gives it."`
	Notification    *Notification  `json:"notification,omitempty" doc:"Of notification_created: as notifications.list gives it."`
	User            *UserSummary   `json:"user,omitempty" doc:"Of typing and viewing: who does it."`
}

// eventCheck is how often a stream looks whether its token still stands.
const eventCheck = 3 * time.Second

// stream sends events until the client leaves, its token ends or the server stops.
func (d EventDeps) stream(w http.ResponseWriter, r *http.Request, in *eventsIn) error {
	a, _ := auth.From(r.Context())
	c := call{a, eventsOp.Path}
	if c.Contact == nil && !c.sees(don.Conversation) {
		return errs.Denied("%s is for members and for session tokens of contacts", c.op)
	}
	after, err := eventsAfter(r, in.Cursor)
	if err != nil {
		return err
	}
	l, err := d.Hub.Listen(r.Context(), c.Scope, c.listener(r.Context()), after)
	if err != nil {
		return err
	}
	defer l.Close()
	out := eventsTo(w)
	defer out.rest()
	out.buf.WriteString("retry: 2000\n")
	out.event(map[bool]string{false: "ready", true: "reset"}[l.Reset], l.At(), []byte("{}"))
	check := time.NewTicker(eventCheck)
	defer check.Stop()
	checked := time.Now()
	for idle := 0; out.send(); {
		told, ok, err := l.Next(r.Context(), check.C, Draining(r.Context()))
		if err != nil || !ok {
			return nil // the client goes on from where it is
		}
		for _, t := range told {
			id := t.Seq
			if t.Sign != nil {
				id = -1
			}
			out.event(eventType(t), id, d.spell(c, t))
		}
		if time.Since(checked) < eventCheck {
			continue
		}
		if _, err := d.Gate.Authenticate(r, eventsOp); err != nil {
			return nil // the token has ended, and the stream with it
		}
		checked = time.Now()
		if idle++; idle%5 == 0 {
			// Also of who is told nothing, for a break must not cost the way back.
			out.event("at", l.At(), []byte("{}"))
		}
	}
	return nil
}

type signalIn struct {
	Object string `json:"object" required:"true" format:"id" doc:"A record that has a timeline."`
	Kind   string `json:"kind" required:"true" enum:"typing,viewing"`
}

func (d EventDeps) signal(ctx context.Context, c call, in *signalIn) (*struct{}, error) {
	of, err := c.object("object", in.Object, onTimeline...)
	if err != nil {
		return nil, err
	}
	name := c.Member.DisplayName
	if c.Contact != nil {
		if in.Kind != realtime.Typing {
			return nil, errs.NotPermitted("kind", "%s is for members; contacts may show that they are %s", in.Kind, realtime.Typing)
		}
		name = c.Contact.DisplayName
	}
	return nil, d.Hub.Give(ctx, c.Scope, of, realtime.Sign{Kind: in.Kind, Name: name})
}

// listener tells to whom a stream counts: to its token, and of contacts, who may get
// many, to the contact and to where it comes from.
func (c call) listener(ctx context.Context) realtime.Who {
	if c.Contact == nil {
		return realtime.Who{Holder: c.Token.DON().Tail()}
	}
	org := strconv.FormatInt(c.Scope.OrgID, 10)
	return realtime.Who{Holder: org + " " + c.Self().Tail(), Guest: true, Address: clientFrom(ctx).address}
}

func eventsAfter(r *http.Request, cursor string) (int64, error) {
	field := "cursor"
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		field, cursor = "Last-Event-ID", id
	}
	if cursor == "" {
		return -1, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || n < 0 {
		return 0, errs.NotPermitted(field, "%q is not the id of an event; leave it out to follow from now on", cursor[:min(len(cursor), 20)])
	}
	return n, nil
}

// eventType names an event as webhooks do.
func eventType(t *realtime.Told) string {
	kind := t.Of.Type.Wire()
	switch {
	case t.Sign != nil:
		return t.Op
	case t.Comment():
		return "timeline_entry" + strings.TrimPrefix(t.Op, "comment")
	case t.Op == timeline.Told, t.Op == timeline.Read, strings.HasPrefix(t.Op, kind+"_"):
		return t.Op
	case t.Op == timeline.OpWoken: // a change like others; that it was put off is not told to customers
		return kind + "_updated"
	default:
		return kind + "_" + t.Op
	}
}

// spell writes an event for the caller. Members are all told the same.
func (d EventDeps) spell(c call, t *realtime.Told) []byte {
	if c.Contact != nil {
		return c.event(t)
	}
	return t.Spell(func() []byte { return c.event(t) })
}

func (c call) event(t *realtime.Told) []byte {
	e := Event{
		Type: eventType(t), Object: c.Scope.Space.Format(t.Of), ObjectDisplayID: t.Of.Display(), ObjectType: t.Of.Type.Wire(), Timestamp: wire.At(t.At),
	}
	switch {
	case t.Sign != nil:
		by := don.FromTail(t.Sign.By)
		e.User = &UserSummary{Type: by.Type.Wire(), ID: c.Scope.Space.Format(by), DisplayID: by.Display(), DisplayName: t.Sign.Name}
	case t.Entry != nil:
		entry := c.view(t.Entry.Names).entry(t.Entry.Item)
		e.TimelineEntry = &entry
	case t.Notice != nil:
		n := c.view(t.Notice.Names).notification(t.Notice.Items[0], *t.Notice)
		e.Notification = &n
	case t.Member() == 0 && t.To != t.Of.N:
		e.LastObject = c.Scope.Space.Format(don.Of(t.Of.Type, t.To))
	}
	text, err := json.Marshal(e)
	if err != nil {
		return []byte("{}") // nothing in it can fail to be written
	}
	return text
}
