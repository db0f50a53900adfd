//go:build unix

package server

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/kith-id/kith/internal/errs"
)

// lock is the hold on a data folder. The operating system lets go of it when
// the process ends, however it ends.
type lock struct{ f *os.File }

// lockFolder takes the lock at path for a purpose, or fails with kind
// unavailable and says who has it.
func lockFolder(path, folder, purpose string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errs.New(errs.Unavailable, "service_unavailable", "the data folder %s cannot be used: %v", folder, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errs.New(errs.Unavailable, "service_unavailable",
				"the data folder %s is in use by another Kith (%s); stop that one, or choose another folder with --data", folder, holder(f)).Because(errLocked)
		}
		return nil, errs.New(errs.Unavailable, "service_unavailable", "the data folder %s cannot be locked: %v; it must lie on a file system with locks", folder, err)
	}
	// For the message above only, so a failure to write it is no failure.
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "process %d, %s\n", os.Getpid(), purpose)
	}
	return &lock{f}, nil
}

var errLocked = errors.New("locked")

func holder(f *os.File) string {
	text, err := io.ReadAll(io.LimitReader(f, 200))
	if s := strings.TrimSpace(string(text)); err == nil && s != "" {
		return s
	}
	return "just starting"
}

// release gives the folder up.
func (l *lock) release() error {
	if l == nil {
		return nil
	}
	return l.f.Close()
}
