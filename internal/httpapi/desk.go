package httpapi

import (
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/page"
)

// DeskDeps is what the operations on conversations, tickets and timelines need.
type DeskDeps struct {
	Service *desk.Service
	Records *directory.Service
	Cursors *page.Codec
}

// RegisterDesk adds the operations conversations.*, parts.*, works.*, links.*,
// subscribers.*, notifications.*, canned-replies.*, macros.*, assignment-rules.*,
// timeline-entries.*, reactions.*, track-events.* and atoms.get.
func RegisterDesk(api *API, d DeskDeps) {
	registerTimeline(api, d)
	registerConversations(api, d)
	registerParts(api, d)
	registerWorks(api, d)
	registerDeskQueries(api, d)
	registerLinks(api, d)
	registerNotices(api, d)
	registerCanned(api, d)
	registerMacros(api, d)
	registerUsage(api, d)
	registerReactions(api, d)
	registerAtoms(api)
	registerUnread(api, d)
	registerAssignment(api, d)
	registerMoves(api, d)
	registerConversationMerges(api, d)
}
