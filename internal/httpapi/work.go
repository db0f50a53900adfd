package httpapi

func registerWorks(_ *API, _ DeskDeps) {}
