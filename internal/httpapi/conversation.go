package httpapi

func registerConversations(_ *API, _ DeskDeps) {}
