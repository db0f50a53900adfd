package realtime

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/timeline"
)

// Sign tells what somebody is doing at a record. It is told to those who listen
// just then and kept by nobody.
type Sign struct {
	Kind string // Typing or Viewing
	By   string // tail of the id of whoever does it
	Name string // how they are called, "" for a visitor who is nobody yet
}

// Kinds of signs.
const (
	Typing  = "typing"
	Viewing = "viewing"
)

const (
	signPause = time.Second // between two signs of one and the same, others are dropped
	signsKept = 10_000      // of how many it is known when they last gave one
)

// carried is a sign on its way to other processes.
type carried struct {
	OrgID    int64         `json:"org"`
	Of       string        `json:"of"`
	At       time.Time     `json:"at"`
	Sign     Sign          `json:"sign"`
	Audience desk.Audience `json:"audience"`
}

// Give tells those who may know of a record what the caller is doing there. A
// second sign within a second is dropped. Errors: not_found for a record that the
// caller may not know.
func (h *Hub) Give(ctx context.Context, sc org.Scope, of don.ID, s Sign) error {
	h.init()
	s.By = sc.Actor.Tail()
	c := carried{OrgID: sc.OrgID, Of: of.Tail(), At: time.Now().UTC(), Sign: s}
	err := h.DB.Read(ctx, sc, func(tx Tx) (err error) {
		c.Audience, err = desk.AudienceOf(ctx, tx, of)
		return err
	})
	if err != nil || !h.mayGive(strings.Join([]string{strconv.FormatInt(sc.OrgID, 10), of.Tail(), s.By, s.Kind}, " "), time.Now()) {
		return err
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if told, err := h.DB.Signal(ctx, string(text)); told || err != nil {
		return err
	}
	h.show(c)
	return nil
}

func (h *Hub) mayGive(key string, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if now.Sub(h.signs[key]) < signPause {
		return false
	}
	if len(h.signs) >= signsKept {
		clear(h.signs) // who is dropped may give one a little early
	}
	h.signs[key] = now
	return true
}

// heard takes a sign from another process, or from this one by way of the database.
func (h *Hub) heard(text string) {
	var c carried
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		h.Log.Warn("a sign of another process cannot be read", "error", err)
		return
	}
	h.show(c)
}

func (h *Hub) show(c carried) {
	a := &desk.Announcement{News: timeline.News{Of: don.FromTail(c.Of), Op: c.Sign.Kind, At: c.At}, Audience: c.Audience}
	told := []*Told{{Announcement: a, Sign: &c.Sign}}
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[c.OrgID]; r != nil {
		for l := range r.all {
			l.put(told)
		}
	}
}
