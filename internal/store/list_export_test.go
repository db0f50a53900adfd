package store

// SetPlanLimits makes small tables take the plans of large ones until the
// function returned is called.
func SetPlanLimits(gather, window int) (restore func()) {
	was := planLimits
	planLimits = limits{gather: gather, window: window}
	return func() { planLimits = was }
}
