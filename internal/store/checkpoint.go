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
	// rounds counts the copies since rest; it is the writer's.
	rounds int
}

const (
	// What the writer copies itself keeps everyone waiting: no more than this,
	// unless so many rounds have not brought it about.
	restBytes = 256 << 10
	maxRounds = 8

	pageSize = 8192
)

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
	k.rounds = 0
	k.copy()
}

// again begins another copy, of what was written during the last one, unless
// the log keeps growing as fast as it is copied.
func (k *checkpointer) again() bool {
	if k.rounds++; k.rounds >= maxRounds {
		return false
	}
	k.copy()
	return true
}

func (k *checkpointer) copy() {
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
		if w.uncopied() > restBytes && w.copier.again() {
			return
		}
		w.copier.phase.Store(resting)
		w.copyLog()
		return
	}
	if w.pending++; w.pending%32 != 0 && !w.relaxed {
		return
	}
	if w.uncopied() >= w.long {
		w.copier.start()
	}
}

// uncopied returns how many bytes of the log are not in the database yet.
func (w *writer) uncopied() int {
	pages, there, err := w.c.c.WALCheckpoint("main", sqlite3.CHECKPOINT_NOOP)
	if err != nil {
		return 0
	}
	return (pages - there) * pageSize
}

func (w *writer) copyLog() {
	_, _, _ = w.c.c.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE) // busy readers: the next one does it
}
