package httpapi

func registerParts(_ *API, _ DeskDeps) {}
