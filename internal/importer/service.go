package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/org"
)

// Service runs imports and answers for them.
type Service struct {
	DB        DB
	Accounts  AccountWriter
	Dir       string // the data folder
	Node      string // names the data folder among the servers of one database
	Partition string // of DONs
	Log       *slog.Logger
	// MaxBytes bounds an uploaded file; 0 means 4 GiB.
	MaxBytes int64
	// Step, when set, is told before and after each write; tests stop there.
	Step func(name string)

	mu    sync.Mutex
	live  map[liveKey]Import
	tries map[liveKey]int // of the worker
	wake  chan struct{}
	start sync.Once
}

type liveKey struct{ orgID, n int64 }

// AccountWriter adds and changes accounts with their default workspace and
// identifiers. Its methods run in the import's transaction and write nothing
// when they return a conflict.
type AccountWriter interface {
	Insert(ctx context.Context, tx Tx, a *account.Account) error
	Change(ctx context.Context, tx Tx, before, after *account.Account) (bool, error)
	// Observe changes an account by what apply makes of it, given what came under
	// one of its references. Whole is false when that was but a part of it: an
	// account that was merged into it.
	Observe(ctx context.Context, tx Tx, a *account.Account, via identity.Via, ref string, apply func(*account.Account) *account.Account) (after *account.Account, changed, whole bool, err error)
	// Erase removes an account that nothing refers to and reports whether it did.
	Erase(ctx context.Context, tx Tx, a *account.Account) (bool, error)
}

func (s *Service) init() {
	s.start.Do(func() {
		s.live, s.tries = map[liveKey]Import{}, map[liveKey]int{}
		s.wake = make(chan struct{}, 1)
	})
}

func (s *Service) at(step string) {
	if s.Step != nil {
		s.Step(step)
	}
}

func (s *Service) publish(orgID int64, m *Import) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Over() {
		delete(s.live, liveKey{orgID, m.N})
		return
	}
	s.live[liveKey{orgID, m.N}] = *m
}

// Create spools a file and queues its import. The import survives a restart
// from the moment that Create returns.
func (s *Service) Create(ctx context.Context, sc org.Scope, t don.Type, name string, file io.Reader, opt Options) (*Import, error) {
	s.init()
	spooled, err := s.spool(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(spooled) }() // gone already when all went well; else the sweep tries again
	if _, err := fieldsFor(t, sc.Settings, opt, nil); err != nil {
		return nil, err
	}
	m := &Import{Type: t, State: Queued, FileName: filepath.Base(name), Node: s.Node, Options: opt, CreatedBy: sc.Actor.Tail()}
	err = s.DB.Write(ctx, sc, func(tx Tx) (err error) {
		if m.N, err = tx.Next(ctx, don.Import, 1); err != nil {
			return err
		}
		m.CreatedAt, m.ModifiedAt = tx.Now(), tx.Now()
		return tx.InsertImport(ctx, m)
	})
	if err != nil {
		return nil, err
	}
	dir := s.folder(sc.OrgID, m.N)
	if err := errors.Join(os.RemoveAll(dir), os.Rename(spooled, dir), syncDir(filepath.Dir(dir))); err != nil {
		return nil, err
	}
	// Only now may a worker see it.
	err = s.DB.Write(ctx, sc, func(tx Tx) error { return tx.SetDue(ctx, m.N, true) })
	s.nudge()
	return m, err
}

// spool writes the file to a folder of its own and makes it durable.
func (s *Service) spool(file io.Reader) (string, error) {
	root := filepath.Join(s.Dir, "imports")
	if err := os.MkdirAll(root, 0o700); err != nil {
		return "", full(err)
	}
	dir, err := os.MkdirTemp(root, "upload-")
	if err != nil {
		return "", full(err)
	}
	limit := s.MaxBytes
	if limit == 0 {
		limit = 4 << 30
	}
	err = writeSynced(filepath.Join(dir, sourceName), io.LimitReader(file, limit+1), limit)
	if err != nil {
		return "", errors.Join(full(err), os.RemoveAll(dir))
	}
	return dir, nil
}

// full says so when the reason of an error is that the disk is full.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return errs.New(errs.Unavailable, "service_unavailable", "the disk of the data folder is full; free some space and try again").Because(err)
	}
	return err
}

func writeSynced(path string, r io.Reader, limit int64) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, r)
	if err == nil && n > limit {
		err = errs.New(errs.TooLarge, "request_entity_too_large", "the file is larger than %d MiB; split or compress it", limit>>20).With("max_bytes", limit)
	}
	if err == nil && n == 0 {
		err = errs.BadRequest("the file is empty")
	}
	return errors.Join(err, f.Sync(), f.Close())
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Get returns one import as it stands this moment.
func (s *Service) Get(ctx context.Context, sc org.Scope, n int64) (*Import, error) {
	s.init()
	s.mu.Lock()
	live, ok := s.live[liveKey{sc.OrgID, n}]
	s.mu.Unlock()
	var m *Import
	err := s.DB.Read(ctx, sc, func(tx Tx) (err error) {
		m, err = tx.Import(ctx, n, false)
		return err
	})
	if err == nil && ok && !m.Over() && m.State == live.State {
		m.Progress = live.Progress
	}
	return m, err
}

// List returns up to limit imports below before (0 for the newest), newest first.
func (s *Service) List(ctx context.Context, sc org.Scope, before int64, limit int) (out []*Import, err error) {
	if before == 0 {
		before = 1 << 62
	}
	err = s.DB.Read(ctx, sc, func(tx Tx) (err error) {
		out, err = tx.Imports(ctx, before, limit)
		return err
	})
	return out, err
}

// Failures returns up to limit failed rows after a row, in the file's order.
func (s *Service) Failures(ctx context.Context, sc org.Scope, n, after int64, limit int) (out []Failure, err error) {
	err = s.DB.Read(ctx, sc, func(tx Tx) (err error) {
		if _, err = tx.Import(ctx, n, false); err != nil {
			return err
		}
		out, err = tx.Failures(ctx, n, after, limit)
		return err
	})
	return out, err
}

// Cancel stops an import that is queued or running. What it applied stays.
func (s *Service) Cancel(ctx context.Context, sc org.Scope, n int64) (*Import, error) {
	return s.turn(ctx, sc, n, Cancelling, func(m *Import) error {
		if m.State != Queued && m.State != Running {
			return errs.BadRequest("the import is %s; only a queued or running one can be cancelled", m.State)
		}
		return nil
	})
}

// Undo takes a finished import back.
func (s *Service) Undo(ctx context.Context, sc org.Scope, n int64) (*Import, error) {
	return s.turn(ctx, sc, n, Undoing, func(m *Import) error {
		if m.Options.DryRun {
			return errs.BadRequest("the import was a dry run; it changed nothing")
		}
		if m.State != Completed && m.State != Cancelled && m.State != Failed {
			return errs.BadRequest("the import is %s; only a finished one can be undone", m.State)
		}
		m.DoneRow, m.Progress.Phase = 0, ""
		m.Progress.Removed, m.Progress.Restored, m.Progress.Left, m.Progress.Kept = 0, 0, 0, nil
		m.Progress.Seconds = 0
		return nil
	})
}

// turn gives an import a new task and wakes a worker. A run that has it sees
// that it no longer does.
func (s *Service) turn(ctx context.Context, sc org.Scope, n int64, to State, check func(*Import) error) (*Import, error) {
	s.init()
	var m *Import
	err := s.DB.Write(ctx, sc, func(tx Tx) (err error) {
		if m, err = tx.Import(ctx, n, true); err != nil {
			return err
		}
		if err := check(m); err != nil {
			return err
		}
		m.State, m.Lease, m.LeaseUntil = to, "", nil
		if err := tx.SaveImport(ctx, m); err != nil {
			return err
		}
		return tx.SetDue(ctx, n, true)
	})
	s.nudge()
	return m, err
}

// Work runs due imports until the context ends, one at a time.
func (s *Service) Work(ctx context.Context) {
	s.init()
	s.sweep()
	for ctx.Err() == nil {
		ran, err := s.workOnce(ctx)
		if err != nil && ctx.Err() == nil && !errors.Is(err, errStopped) {
			s.Log.Error("an import failed to run; it will be tried again", "error", err)
			wait(ctx, s.wake, 2*time.Second)
			continue
		}
		if !ran {
			wait(ctx, s.wake, 2*time.Second)
		}
	}
}

func wait(ctx context.Context, wake <-chan struct{}, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-wake:
	case <-time.After(d):
	}
}

// uploadTime is how long an upload may take before it counts as abandoned.
const uploadTime = 24 * time.Hour

// sweep removes uploads that never became imports.
func (s *Service) sweep() {
	left, err := filepath.Glob(filepath.Join(s.Dir, "imports", "upload-*"))
	for _, dir := range left {
		if st, e := os.Stat(dir); e == nil && time.Since(st.ModTime()) > uploadTime {
			err = errors.Join(err, os.RemoveAll(dir))
		}
	}
	if err != nil {
		s.Log.Warn("unfinished uploads could not be removed", "error", err)
	}
}

// workOnce runs the first import that is free, and reports whether there was one.
func (s *Service) workOnce(ctx context.Context) (bool, error) {
	due, err := s.DB.DueImports(ctx)
	if err != nil {
		return false, err
	}
	for orgID, ns := range due {
		for _, n := range ns {
			r, err := s.claim(ctx, orgID, n)
			if err != nil {
				return false, err
			}
			if r != nil {
				return true, s.attempt(ctx, r)
			}
		}
	}
	return false, nil
}

func removed(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// maxTries is how often an import is tried again after a fault.
const maxTries = 5

// attempt runs an import. One that fails again and again for a reason that is
// neither its file's nor passing is ended, so that its user learns of it.
func (s *Service) attempt(ctx context.Context, r *run) error {
	err := full(r.do()) //nolint:contextcheck // a run has its context with it
	if errs.Is(err, errs.Unavailable) && ctx.Err() == nil {
		// Room for others; the next attempt makes it again.
		err = errors.Join(err, removed(filepath.Join(r.dir, rowsName)))
		r.imp.Progress.Waiting = errs.As(err).Message
		s.publish(r.scope.OrgID, r.imp)
	}
	key := liveKey{r.scope.OrgID, r.imp.N}
	if err == nil || ctx.Err() != nil || errors.Is(err, errStopped) || errs.Is(err, errs.Unavailable) {
		delete(s.tries, key)
		return err
	}
	if s.tries[key]++; s.tries[key] < maxTries {
		return err
	}
	delete(s.tries, key)
	return errors.Join(err, r.giveUp("a fault inside Kith stopped the import; the server's log says more")) //nolint:contextcheck // as above
}

// claim takes the lease of an import, or returns nil when it is not this
// process's to run.
func (s *Service) claim(ctx context.Context, orgID, n int64) (*run, error) {
	o, err := s.DB.Org(ctx, orgID)
	if err != nil {
		return nil, err
	}
	sc := org.Scope{OrgID: orgID, Space: don.Space{Partition: s.Partition, Org: o.Public}, Settings: o.Settings, Actor: org.System}
	r := &run{svc: s, ctx: ctx, token: don.Random(16), started: time.Now(), saved: time.Now(), dir: s.folder(orgID, n)}
	mine := false
	err = s.DB.Write(ctx, sc, func(tx Tx) error {
		mine = false
		m, err := tx.Import(ctx, n, true)
		if errs.Is(err, errs.NotFound) || err == nil && m.Over() {
			return tx.SetDue(ctx, n, false)
		}
		if err != nil || m.Node != s.Node {
			return err
		}
		if m.Lease != "" && m.LeaseUntil != nil && m.LeaseUntil.After(tx.Now()) {
			return nil
		}
		until := tx.Now().Add(leaseTime)
		m.Lease, m.LeaseUntil = r.token, &until
		if m.State == Queued {
			m.State = Running
		}
		mine, r.imp = true, m
		return tx.SaveImport(ctx, m)
	})
	if err != nil || !mine {
		return nil, err
	}
	sc.Actor = don.FromTail(r.imp.CreatedBy)
	r.scope = sc
	return r, nil
}

// Recover frees the leases that this data folder's former process held. Call it
// before Work, while holding the folder's lock.
func (s *Service) Recover(ctx context.Context) error {
	s.init()
	due, err := s.DB.DueImports(ctx)
	if err != nil {
		return err
	}
	for orgID, ns := range due {
		sc := org.Scope{OrgID: orgID, Actor: org.System}
		err := s.DB.Write(ctx, sc, func(tx Tx) error {
			for _, n := range ns {
				m, err := tx.Import(ctx, n, true)
				if err != nil {
					return err
				}
				if m.Node != s.Node || m.Lease == "" {
					continue
				}
				m.Lease, m.LeaseUntil = "", nil
				if err := tx.SaveImport(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("freeing imports of the former process: %w", err)
		}
	}
	return nil
}
