package auth

import (
	"sync"
	"time"
)

// cache remembers callers by the hash of their secret. Where this process is
// the only one that writes, clearing it on every change makes it exact; where
// others write too, entries live for at most a second.
type cache struct {
	mu         sync.RWMutex
	life       time.Duration // 0: until cleared
	generation uint64
	entries    map[string]cached
}

type cached struct {
	actor Actor
	at    time.Time
}

const (
	cacheEntries = 4096
	sharedLife   = time.Second
)

func newCache(shared bool) *cache {
	c := &cache{entries: map[string]cached{}}
	if shared {
		c.life = sharedLife
	}
	return c
}

// get returns the caller of a secret and the generation to hand to put after a miss.
func (c *cache) get(hash string, now time.Time) (a Actor, generation uint64, ok bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	e, ok := c.entries[hash]
	if ok && c.life > 0 && now.Sub(e.at) >= c.life {
		ok = false
	}
	return e.actor, c.generation, ok
}

// put remembers a caller, unless something changed since the generation: what
// was read before the change must not outlive it.
func (c *cache) put(hash string, generation uint64, a Actor, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation != c.generation {
		return
	}
	if len(c.entries) >= cacheEntries {
		c.evict()
	}
	c.entries[hash] = cached{a, now}
}

// evict drops an arbitrary part of the entries.
func (c *cache) evict() {
	drop := len(c.entries) / 8
	for hash := range c.entries {
		if drop--; drop < 0 {
			return
		}
		delete(c.entries, hash)
	}
}

// clear forgets everything. It must be called after the change is durable.
func (c *cache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	clear(c.entries)
}
