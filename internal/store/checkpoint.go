package store

import (
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
)

// checkpointer copies SQLite's log into the database while writes go on, on a
// connection of its own. What it leaves is what was written meanwhile: little
// enough for the writer to copy between two transactions, after which the log
// starts over.
type checkpointer struct {
	c     *sqliteConn
	wake  chan struct{}
	done  chan struct{}
	phase atomic.Int32
}

const (
	resting int32 = iota
	copying       // the checkpointer is at work
	copied        // the rest is the writer's
)

func startCheckpointer(c *sqliteConn) *checkpointer {
	k := &checkpointer{c: c, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go k.run()
	return k
}

func (k *checkpointer) run() {
	defer close(k.done)
	for range k.wake {
		_, _, _ = k.c.c.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE) // what it cannot copy waits for the next one
		k.phase.Store(copied)
	}
}

// start begins a copy. Only the writer calls it, and only at rest.
func (k *checkpointer) start() {
	k.phase.Store(copying)
	k.wake <- struct{}{}
}

// stop waits for the copy under way and closes the connection.
func (k *checkpointer) stop() error {
	close(k.wake)
	<-k.done
	return k.c.close()
}

// checkpoint copies the log into the database when it has grown. It runs
// between transactions.
func (w *writer) checkpoint() {
	switch w.copier.phase.Load() {
	case copying:
		return
	case copied:
		w.copier.phase.Store(resting)
		w.copyLog()
		return
	}
	if w.pending++; w.pending%32 != 0 && !w.relaxed {
		return
	}
	pages, _, err := w.c.c.WALCheckpoint("main", sqlite3.CHECKPOINT_NOOP)
	switch {
	case err != nil || pages*8192 < w.long:
	case w.relaxed: // nobody waits for a bulk write
		w.copyLog()
	default:
		w.copier.start()
	}
}

func (w *writer) copyLog() {
	_, _, _ = w.c.c.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE) // busy readers: the next one does it
}
