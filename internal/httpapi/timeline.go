package httpapi

func registerTimeline(_ *API, _ DeskDeps) {}
