package directory

import "sync"

// progressCell is the progress of a search, for those who ask meanwhile.
type progressCell struct {
	mu sync.Mutex
	p  ScanProgress
}

func (c *progressCell) set(change func(*ScanProgress)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.p)
}

func (c *progressCell) get() ScanProgress {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.p
}
