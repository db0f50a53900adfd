package timeline

import (
	"encoding/json"

	"github.com/kith-id/kith/internal/don"
)

// What history calls a merge of conversations and its undo.
const (
	OpConversationMerged   = "conversation_merged"
	OpConversationUnmerged = "conversation_unmerged"
)

// Merge is what an event tells of a merge of conversations or its undo.
type Merge struct {
	ID                 don.ID
	Primary, Secondary don.ID
}

// MergeTold is what history keeps of it.
type MergeTold struct {
	Merge     string `json:"merge"` // tails of ids
	Primary   string `json:"primary"`
	Secondary string `json:"secondary"`
}

// ReadMerge reads the merge that an event tells of, nil when it tells of none.
func ReadMerge(op, text string) (*Merge, error) {
	if op != OpConversationMerged && op != OpConversationUnmerged {
		return nil, nil
	}
	var told MergeTold
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		return nil, err
	}
	return &Merge{don.FromTail(told.Merge), don.FromTail(told.Primary), don.FromTail(told.Secondary)}, nil
}
