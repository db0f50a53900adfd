package store

// SetPlanLimits makes small tables take the plans of large ones until the
// function returned is called.
func SetPlanLimits(few, sample, short, long, listed, sieved int) (restore func()) {
	was := planLimits
	planLimits = limits{few, sample, short, long, listed, sieved}
	return func() { planLimits = was }
}
