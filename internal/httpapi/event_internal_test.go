package httpapi

import (
	"testing"

	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/realtime"
	"github.com/kith-id/kith/internal/timeline"
)

// TestEventTypes checks what those who listen are told by name. That a conversation
// was put off must not show to its customers.
func TestEventTypes(t *testing.T) {
	conversation := don.Of(don.Conversation, 1)
	for op, want := range map[string]string{
		"updated": "conversation_updated", timeline.OpWoken: "conversation_updated", timeline.Commented: "timeline_entry_created", "linked": "conversation_linked",
	} {
		told := &realtime.Told{Announcement: &desk.Announcement{News: timeline.News{Of: conversation, Op: op, To: 1}}}
		if got := eventType(told); got != want {
			t.Errorf("%s is told as %s, want %s", op, got, want)
		}
	}
}
