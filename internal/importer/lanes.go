package importer

import "sync"

// lanes run tasks beside their caller, a few at a time.
type lanes struct {
	free chan struct{}
	all  sync.WaitGroup
	mu   sync.Mutex
	err  error // of the first task that failed
}

func newLanes(n int) *lanes { return &lanes{free: make(chan struct{}, n)} }

// run starts a task once a lane is free. It returns the error of a task that has
// failed, and then starts no more.
func (l *lanes) run(task func() error) error {
	l.free <- struct{}{}
	if err := l.failed(); err != nil {
		<-l.free
		return err
	}
	l.all.Go(func() {
		defer func() { <-l.free }()
		if err := task(); err != nil {
			l.mu.Lock()
			defer l.mu.Unlock()
			if l.err == nil {
				l.err = err
			}
		}
	})
	return nil
}

func (l *lanes) failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// wait returns when every task has ended, with the first error.
func (l *lanes) wait() error {
	l.all.Wait()
	return l.err
}
