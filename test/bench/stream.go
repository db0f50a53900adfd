package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kith-id/kith/test/bench/bare"
)

const (
	agents       = 50 // streams of members
	visitors     = 450
	visitorsSay  = 50 // messages a second, all together
	saidInAll    = 1500
	streamsEach  = 20 // of one token
	tellWithin   = 30 * time.Second
	longTimeline = 10_000
	opens        = 200
)

// talk is a visitor's conversation and the token that the visitor came with.
type talk struct{ id, token string }

// kithTell has visitors write at a steady rate while everybody's stream is open,
// and measures from sending a message until the last of the team's streams tells it.
func kithTell(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (f bare.Figures, err error) {
		s, err := e.emptySite(on, "tell-"+string(on))
		if err != nil {
			return f, err
		}
		return f, e.serve(s, func(url string) error {
			f, err = e.tell(s, url)
			return err
		})
	}
}

func (e *env) tell(s *site, url string) (bare.Figures, error) {
	ctx, cancel := context.WithCancel(e.ctx)
	defer cancel()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
	talks, err := e.talks(s, client, url)
	if err != nil {
		return bare.Figures{}, err
	}
	team := make([]string, 0, agents)
	for len(team) < agents {
		var pat struct {
			Token string `json:"access_token"`
		}
		if err := s.call(ctx, client, url+"/auth-tokens.create", map[string]any{}, &pat); err != nil {
			return bare.Figures{}, err
		}
		for range min(streamsEach, agents-len(team)) {
			team = append(team, pat.Token)
		}
	}
	heard := &hearing{left: map[string]int{}, at: map[string]time.Time{}}
	var ready sync.WaitGroup
	failed := &firstError{}
	for i := range agents + visitors {
		ready.Add(1)
		token, hear := "", func(string) {}
		if i < agents {
			token, hear = team[i], heard.note
		} else {
			token = talks[i-agents].token
		}
		go func() { failed.note(listen(ctx, url, token, sync.OnceFunc(ready.Done), hear)) }()
	}
	ready.Wait()
	if failed.err != nil {
		return bare.Figures{}, failed.err
	}
	return heard.measure(func(body string, n int) error {
		t := talks[n%len(talks)]
		said := map[string]any{"type": "timeline_comment", "object": t.id, "body": body}
		return (&site{token: t.token}).call(ctx, client, url+"/timeline-entries.create", said, nil)
	})
}

// talks lets every visitor begin a conversation.
func (e *env) talks(s *site, client *http.Client, url string) ([]talk, error) {
	var app struct {
		Token string `json:"access_token"`
	}
	request := map[string]any{"requested_token_type": "urn:devrev:params:oauth:token-type:aat"}
	if err := s.call(e.ctx, client, url+"/auth-tokens.create", request, &app); err != nil {
		return nil, err
	}
	out := make([]talk, visitors)
	for i := range out {
		var session struct {
			Token string `json:"access_token"`
		}
		who := map[string]any{"rev_info": map[string]any{"user_ref": fmt.Sprintf("visitor-%d", i)}}
		if err := (&site{token: app.Token}).call(e.ctx, client, url+"/auth-tokens.create", who, &session); err != nil {
			return nil, err
		}
		var made struct {
			Conversation struct{ ID string }
		}
		if err := (&site{token: session.Token}).call(e.ctx, client, url+"/conversations.create", map[string]any{"type": "support"}, &made); err != nil {
			return nil, err
		}
		out[i] = talk{made.Conversation.ID, session.Token}
	}
	return out, nil
}

// listen reads a stream until the context ends.
func listen(ctx context.Context, url, token string, ready func(), hear func(body string)) error {
	defer ready()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/events.stream", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := (&http.Client{Transport: &http.Transport{}}).Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("events.stream: %s", response.Status)
	}
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadString('\n')
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		ready()
		data, is := strings.CutPrefix(line, "data: ")
		if !is || !strings.Contains(data, `"timeline_entry"`) {
			continue
		}
		var told struct {
			Entry struct{ Body string } `json:"timeline_entry"`
		}
		if err := json.Unmarshal([]byte(data), &told); err != nil {
			return err
		}
		hear(told.Entry.Body)
	}
}

// hearing is what the team's streams have told so far.
type hearing struct {
	mu   sync.Mutex
	left map[string]int       // streams that have yet to tell, by message
	at   map[string]time.Time // when a message was sent
	took []time.Duration
}

func (h *hearing) note(body string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.left[body]--; h.left[body] == 0 {
		h.took = append(h.took, time.Since(h.at[body]))
	}
}

func (h *hearing) measure(say func(body string, n int) error) (bare.Figures, error) {
	failed := &firstError{}
	var saying sync.WaitGroup
	tick := time.NewTicker(time.Second / visitorsSay)
	defer tick.Stop()
	start := time.Now()
	for n := range saidInAll {
		<-tick.C
		body := fmt.Sprintf("message %d", n)
		h.mu.Lock()
		h.left[body], h.at[body] = agents, time.Now()
		h.mu.Unlock()
		saying.Go(func() { failed.note(say(body, n)) })
	}
	saying.Wait()
	took := time.Since(start)
	for end := time.Now().Add(tellWithin); failed.err == nil; time.Sleep(10 * time.Millisecond) {
		h.mu.Lock()
		told := len(h.took)
		h.mu.Unlock()
		if told == saidInAll {
			return distribution(h.took, took), nil
		}
		if time.Now().After(end) {
			return bare.Figures{}, fmt.Errorf("%d of %d messages were told to all", told, saidInAll)
		}
	}
	return bare.Figures{}, errors.Join(errors.New("messages failed"), failed.err)
}

// kithTimeline opens the latest page of a contact's timeline with so many comments.
func kithTimeline(on engine, entries int) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onSite(on, func(s *site, url string) (bare.Figures, error) {
			client := clients(4)
			var made struct {
				User struct{ ID string } `json:"rev_user"`
			}
			if err := s.call(e.ctx, client, url+"/rev-users.create", e.newcomer(), &made); err != nil {
				return bare.Figures{}, err
			}
			failed := &firstError{}
			bare.Hammer(4, entries, func(n int) {
				said := map[string]any{"type": "timeline_comment", "object": made.User.ID, "visibility": "internal", "body": fmt.Sprintf("note %d", n)}
				failed.note(s.call(e.ctx, client, url+"/timeline-entries.create", said, nil))
			})
			if failed.err != nil {
				return bare.Figures{}, failed.err
			}
			took := make([]time.Duration, opens)
			start := time.Now()
			for i := range took {
				began := time.Now()
				for op, field := range map[string]string{"rev-users.get": "id", "timeline-entries.list": "object"} {
					ask := map[string]any{field: made.User.ID}
					if field == "object" {
						ask["mode"] = "before"
					}
					if err := s.call(e.ctx, client, url+"/"+op, ask, nil); err != nil {
						return bare.Figures{}, err
					}
				}
				took[i] = time.Since(began)
			}
			return distribution(took, time.Since(start)), nil
		})
	}
}
