package timeline

import (
	"encoding/json"

	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/link"
)

// What history calls the coming and going of a link.
const (
	OpLinked   = "linked"
	OpUnlinked = "unlinked"
)

// OpWoken is what history calls it when a conversation that was put off comes back
// because it is time.
const OpWoken = "woken"

// LinkTold is what history keeps of a link.
type LinkTold struct {
	N      int64  `json:"link"`
	Type   string `json:"link_type"`
	Source string `json:"source"` // tails of ids
	Target string `json:"target"`
}

// ReadLink reads the link that an event tells of, nil when it tells of none.
func ReadLink(op, text string) (*link.Link, error) {
	if op != OpLinked && op != OpUnlinked {
		return nil, nil
	}
	var told LinkTold
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		return nil, err
	}
	return &link.Link{N: told.N, Type: told.Type, Source: link.End{ID: don.FromTail(told.Source)}, Target: link.End{ID: don.FromTail(told.Target)}}, nil
}
