package httpapi_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// feed reads a stream of events.
type feed struct {
	events chan heard
	status int
	leave  context.CancelFunc
}

type heard struct {
	id, name string
	data     httpapi.Event
}

func listen(t *testing.T, url, token, cursor string) *feed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/events.stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if cursor != "" {
		req.Header.Set("Last-Event-ID", cursor)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	f := &feed{events: make(chan heard, 1000), status: res.StatusCode, leave: cancel}
	t.Cleanup(cancel)
	go func() {
		defer close(f.events)
		defer func() { _ = res.Body.Close() }()
		var e heard
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "id":
				e.id = value
			case "event":
				e.name = value
			case "data":
				_ = json.Unmarshal([]byte(value), &e.data)
			case "":
				if e.name != "" {
					f.events <- e
				}
				e = heard{}
			}
		}
	}()
	return f
}

// next waits for an event.
func (f *feed) next(t *testing.T) heard {
	t.Helper()
	select {
	case e, open := <-f.events:
		if !open {
			t.Fatal("the stream has ended")
		}
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is told")
	}
	return heard{}
}

// until waits for an event that says something, and fails on what it must not say.
func (f *feed) until(t *testing.T, body string, never ...string) heard {
	t.Helper()
	for {
		e := f.next(t)
		text, _ := json.Marshal(e.data)
		for _, n := range never {
			if strings.Contains(string(text), n) {
				t.Errorf("told %s", text)
			}
		}
		if e.data.TimelineEntry != nil && e.data.TimelineEntry.Body == body {
			return e
		}
	}
}

// serveTo lets a Kith listen.
func serveTo(t *testing.T, k *servertest.Kith) string {
	t.Helper()
	k.App.StartWorkers(t.Context())
	s := httptest.NewServer(k.Handler)
	t.Cleanup(s.Close)
	t.Cleanup(s.CloseClientConnections)
	return s.URL
}

// TestStream is about who is told what.
func TestStream(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		other := newShop(t, k, "Bolt")
		ada, bo := s.signIn(t, `{"user_ref":"ada"}`), s.signIn(t, `{"user_ref":"bo"}`)
		visitor, _ := s.visit(t, "", "", "")
		url := serveTo(t, k)
		team, adas, bos := listen(t, url, s.admin.Token, ""), listen(t, url, ada.Token, ""), listen(t, url, bo.Token, "")
		claims, foreign := listen(t, url, visitor.Token, ""), listen(t, url, other.admin.Token, "")
		for _, f := range []*feed{team, adas, bos, claims, foreign} {
			if e := f.next(t); e.name != "ready" || f.status != 200 {
				t.Fatalf("begins with %v, status %d", e, f.status)
			}
		}
		conv := begin(t, ada, "My order is late")
		e := team.until(t, "My order is late")
		if e.name != "timeline_entry_created" || e.data.Type != e.name || e.data.ObjectDisplayID != conv || e.data.ObjectType != "conversation" || e.data.TimelineEntry.CreatedBy == nil {
			t.Errorf("told %+v", e)
		}
		adas.until(t, "My order is late")
		say(t, s.admin, conv, "internal", "a note")
		private := s.admin.Post(t, "timeline-entries.create", `{"type":"timeline_comment","object":"`+conv+`","visibility":"private","body":"mine alone"}`, 201)
		team.until(t, "a note")
		team.until(t, "mine alone")
		say(t, s.admin, conv, "external", "On its way")
		team.until(t, "On its way")
		adas.until(t, "On its way", "a note", "mine alone", "@acme")
		if got := private.Text(t, "timeline_entry.visibility"); got != "private" {
			t.Errorf("the comment is %s", got)
		}
		signal := func(c apitest.Client, kind string, status int) {
			t.Helper()
			c.Post(t, "events.signal", `{"object":"`+conv+`","kind":"`+kind+`"}`, status)
		}
		signal(bo, "typing", 404)
		signal(visitor, "typing", 404)
		signal(other.admin, "typing", 404)
		signal(s.admin, "viewing", 200)
		signal(s.admin, "typing", 200)
		signal(ada, "typing", 200)
		for _, c := range []struct {
			f    *feed
			user string
		}{{adas, "DEVU-1"}, {team, who(t, ada)}} {
			e := c.f.next(t)
			for ; e.data.User == nil; e = c.f.next(t) {
			}
			if e.name != "typing" || e.id != "" || e.data.User.DisplayID != c.user || e.data.User.Email != "" || e.data.ObjectDisplayID != conv {
				t.Errorf("told %+v by %+v, want that %s is typing", e, e.data.User, c.user)
			}
		}
		s.admin.Post(t, "rev-users.create", `{"display_name":"New"}`, 201)
		for e := team.next(t); e.name != "rev_user_created"; e = team.next(t) {
		}
		// The others are told of their own, and of nothing that came before.
		begin(t, bo, "hello from Bo")
		bos.until(t, "hello from Bo", conv, "New")
		begin(t, visitor, "hello from nobody")
		claims.until(t, "hello from nobody", conv, "hello from Bo")
		other.admin.Post(t, "tags.create", `{"name":"theirs"}`, 201)
		for e := foreign.next(t); e.name != "tag_created"; e = foreign.next(t) {
			if e.data.ObjectType == "conversation" {
				t.Errorf("another organisation is told %+v", e)
			}
		}

		// A stream goes on where it was, without a gap and without anything twice.
		at := team.until(t, "hello from nobody").id
		team.leave()
		for i := range 5 {
			say(t, s.admin, conv, "external", fmt.Sprint("while away ", i))
		}
		again := listen(t, url, s.admin.Token, at)
		again.next(t)
		for i := range 5 {
			for e := again.next(t); ; e = again.next(t) {
				if e.name == "timeline_entry_created" {
					if want := fmt.Sprint("while away ", i); e.data.TimelineEntry.Body != want {
						t.Errorf("told %q, want %q", e.data.TimelineEntry.Body, want)
					}
					break
				}
			}
		}
		if e := listen(t, url, s.admin.Token, "999999").next(t); e.name != "reset" {
			t.Errorf("behind what never was it begins with %v", e)
		}
		if f := listen(t, url, s.admin.Token, "yesterday"); f.status != 400 {
			t.Errorf("status %d", f.status)
		}

		// It ends with the token.
		ada.Post(t, "auth-tokens.delete", struct{}{}, 200)
		for deadline := time.After(20 * time.Second); ; {
			select {
			case _, open := <-adas.events:
				if !open {
					return
				}
			case <-deadline:
				t.Fatal("the stream outlives its token")
			}
		}
	})
}

// TestStreamOrder has many write at once, on PostgreSQL in two processes: all who
// listen are told the same, in the same order.
func TestStreamOrder(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		admin, _ := k.Admin(t, "Acme")
		kiths := []*servertest.Kith{k}
		if k.App != nil && k.Config.DatabaseURL != "" {
			second := k.Config
			second.Data = t.TempDir()
			kiths = append(kiths, servertest.Open(t, second))
		}
		const writers, each = 8, 15
		var feeds []*feed
		for _, k := range kiths {
			url := serveTo(t, k)
			feeds = append(feeds, listen(t, url, admin.Token, "0"), listen(t, url, admin.Token, "0"))
		}
		var writing sync.WaitGroup
		for w := range writers {
			c := apitest.Client{Handler: kiths[w%len(kiths)].Handler, Token: admin.Token}
			writing.Go(func() {
				for i := range each {
					c.Post(t, "tags.create", fmt.Sprintf(`{"name":"t-%d-%d"}`, w, i), 201)
				}
			})
		}
		var orders []string
		for _, f := range feeds {
			var order []string
			last := int64(0)
			for count := 0; count < writers*each; {
				e := f.next(t)
				if e.name != "tag_created" {
					continue
				}
				var id int64
				if _, err := fmt.Sscan(e.id, &id); err != nil || id <= last {
					t.Fatalf("%s comes behind %d", e.id, last)
				}
				last = id
				order, count = append(order, e.id+e.data.Object), count+1
			}
			orders = append(orders, strings.Join(order, " "))
		}
		writing.Wait()
		for _, o := range orders[1:] {
			if o != orders[0] {
				t.Errorf("two are told different orders:\n%s\n%s", orders[0], o)
			}
		}
	})
}
