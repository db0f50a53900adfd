package assignment_test

import (
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/assignment"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

func TestChoose(t *testing.T) {
	members := []int64{3, 1, 2}
	for _, tt := range []struct {
		name     string
		strategy assignment.Strategy
		last     int64
		max      int64
		open     map[int64]int
		want     int64
	}{
		{"the first at first", assignment.RoundRobin, 0, 0, nil, 3},
		{"one after the other", assignment.RoundRobin, 3, 0, nil, 1},
		{"and again from the beginning", assignment.RoundRobin, 2, 0, nil, 3},
		{"who was last has gone", assignment.RoundRobin, 9, 0, nil, 3},
		{"who is busy does not matter", assignment.RoundRobin, 3, 0, map[int64]int{1: 50}, 1},
		{"who has as much as allowed is passed over", assignment.RoundRobin, 3, 5, map[int64]int{1: 5, 2: 4}, 2},
		{"nobody has room", assignment.RoundRobin, 3, 5, map[int64]int{1: 5, 2: 6, 3: 5}, 0},
		{"who has least", assignment.LeastOpen, 3, 0, map[int64]int{1: 2, 2: 1, 3: 2}, 2},
		{"among equals one after the other", assignment.LeastOpen, 1, 0, map[int64]int{1: 1, 2: 1, 3: 1}, 2},
		{"nobody of those who have least has room", assignment.LeastOpen, 1, 1, map[int64]int{1: 1, 2: 1, 3: 1}, 0},
	} {
		r := assignment.Rule{Last: tt.last, Settings: assignment.Settings{Strategy: tt.strategy, MaxOpen: tt.max}}
		if got := r.Choose(members, tt.open); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
	if got := (&assignment.Rule{}).Choose(nil, nil); got != 0 {
		t.Errorf("chose %d among nobody", got)
	}
}

func TestFits(t *testing.T) {
	r := assignment.Rule{Settings: assignment.Settings{Enabled: true, For: []don.Type{don.Conversation}, Channels: []string{"plug"}}}
	off := r
	off.Enabled = false
	for _, tt := range []struct {
		rule    assignment.Rule
		of      don.Type
		channel string
		want    bool
	}{
		{r, don.Conversation, "plug", true},
		{r, don.Conversation, "email", false},
		{r, don.Ticket, "plug", false},
		{off, don.Conversation, "plug", false},
	} {
		if got := tt.rule.Fits(tt.of, tt.channel); got != tt.want {
			t.Errorf("%v by %q: %v", tt.of, tt.channel, got)
		}
	}
}

func TestCheck(t *testing.T) {
	good := func() assignment.Rule {
		return assignment.Rule{Name: " Gold ", Settings: assignment.Settings{For: assignment.Kinds, Strategy: assignment.RoundRobin, Members: []int64{1}}}
	}
	r := good()
	if err := r.Check(); err != nil || r.Name != "Gold" {
		t.Errorf("%q: %v", r.Name, err)
	}
	for field, spoil := range map[string]func(*assignment.Rule){
		"display_name":    func(r *assignment.Rule) { r.Name = strings.Repeat("x", 300) },
		"applies_to":      func(r *assignment.Rule) { r.For = nil },
		"source_channels": func(r *assignment.Rule) { r.Channels = make([]string, assignment.MaxChannels+1) },
		"group":           func(r *assignment.Rule) { r.GroupN = 1 },
		"members":         func(r *assignment.Rule) { r.Members = nil },
		"max_open":        func(r *assignment.Rule) { r.MaxOpen = -1 },
		"strategy":        func(r *assignment.Rule) { r.Strategy = "by hand" },
	} {
		r := good()
		spoil(&r)
		err := r.Check()
		if e := errs.As(err); e == nil || e.Kind != errs.Invalid || field != "display_name" && e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
