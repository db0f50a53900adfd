package realtime

import (
	"testing"

	"github.com/kith-id/kith/internal/errs"
)

// TestShares opens more streams than each may have.
func TestShares(t *testing.T) {
	take := func(h *Hub, who Who, n int) {
		for share := range who.shares() {
			h.shares[share] += n
		}
		h.open += n
	}
	member, guest := Who{Holder: "token/1"}, Who{Holder: "1 revu/1", Guest: true, Address: "192.0.2.1"}
	for name, c := range map[string]struct {
		taken   Who
		n       int
		refused []Who
		let     []Who
	}{
		"of one token":     {member, maxOfOne, []Who{member}, []Who{guest, {Holder: "token/2"}}},
		"of one contact":   {guest, maxOfOne, []Who{guest}, []Who{member, {Holder: "1 revu/2", Guest: true, Address: guest.Address}}},
		"from one address": {Who{Holder: "x", Guest: true, Address: guest.Address}, maxAddress, []Who{guest}, []Who{member, {Holder: "1 revu/1", Guest: true, Address: "192.0.2.2"}}},
		"of contacts":      {Who{Holder: "x", Guest: true, Address: "y"}, maxGuests, []Who{guest}, []Who{member}},
		"of all":           {Who{Holder: "x"}, maxListeners, []Who{guest, member}, nil},
	} {
		h := &Hub{}
		h.init()
		take(h, c.taken, c.n)
		for _, who := range c.refused {
			if err := h.admit(who); !errs.Is(err, errs.TooMany) {
				t.Errorf("%s: %+v is answered %v", name, who, err)
			}
		}
		for _, who := range c.let {
			if err := h.admit(who); err != nil {
				t.Errorf("%s: %+v is answered %v", name, who, err)
			}
		}
	}
}
