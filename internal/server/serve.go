package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
)

const (
	// drainTime is how long requests under way may take to finish once the
	// server is told to stop; service managers wait 30 s by default elsewhere.
	drainTime      = 25 * time.Second
	maxHeaderBytes = 128 << 10 // a query string may have 64 KiB
)

// Serve runs the server until the context ends and everything under way has
// finished. It writes one line to out when it is ready.
func Serve(ctx context.Context, cfg config.Config, opt Options, out io.Writer) (err error) {
	limitMemory()
	opt.Purpose = "kith serve"
	a, err := Open(ctx, cfg, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	l, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	a.cfg.Listen = l.Addr().String() // for links, when any free port was asked for
	return a.serve(ctx, l, out)
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, errs.New(errs.Unavailable, "service_unavailable", "%s is in use by another program; choose another address with --listen", address)
	case errors.Is(err, syscall.EACCES):
		return nil, errs.New(errs.Unavailable, "service_unavailable", "this user may not listen on %s; choose a port above 1023 with --listen", address)
	case err != nil:
		return nil, errs.New(errs.Unavailable, "service_unavailable", "%s cannot be listened on: %v; choose another address with --listen", address, err)
	}
	return l, nil
}

// serve answers on l and, for the commands, on the data folder's socket.
func (a *App) serve(ctx context.Context, l net.Listener, out io.Writer) error {
	// Being told to stop ends no request: drain decides when.
	requests, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	base := httpapi.WithDrain(requests, a.draining)
	public := a.httpServer(base, a.Handler())
	servers := map[*http.Server]net.Listener{public: l}
	if s, err := a.openSocket(ctx); err != nil {
		return errors.Join(err, l.Close())
	} else if s != nil {
		servers[a.httpServer(httpapi.AsOperator(base), a.OperatorHandler())] = s
	}
	failed := make(chan error, len(servers))
	for srv, on := range servers {
		go func() { failed <- srv.Serve(on) }()
	}
	a.StartWorkers(ctx)
	a.announceSetup(ctx)
	if _, err := fmt.Fprintf(out, "Kith is ready at %s\n", a.cfg.BaseURL(l.Addr().String())); err != nil {
		a.log.Warn("the ready line could not be written", "error", err)
	}
	var err error
	serving := len(servers)
	select {
	case <-ctx.Done():
		a.log.Info("stopping", "patience", drainTime)
	case err = <-failed:
		serving--
	}
	err = errors.Join(err, a.drain(requests, servers, cancel))
	for range serving {
		// One that had yet to begin closes its listener only now.
		if end := <-failed; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
	}
	return err
}

// openSocket opens the socket for the commands; nil when another process has
// the folder, which only PostgreSQL allows.
func (a *App) openSocket(ctx context.Context) (net.Listener, error) {
	if a.lock == nil {
		a.log.Info("another Kith has the data folder and serves its commands", "data", a.cfg.Data)
		return nil, nil
	}
	s, err := listenSocket(ctx, a.cfg.SocketFile())
	if err != nil {
		return nil, errs.New(errs.Unavailable, "service_unavailable", "the socket in the data folder cannot be opened: %v", err)
	}
	return s, nil
}

func (a *App) httpServer(base context.Context, h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, BaseContext: func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug), // what clients do wrong is not the operator's concern
	}
}

// drain stops accepting, lets requests finish for a while, then ends them.
func (a *App) drain(requests context.Context, servers map[*http.Server]net.Listener, abort context.CancelFunc) error {
	a.stopping.Store(true)
	close(a.draining)
	ctx, cancel := context.WithTimeout(requests, drainTime)
	defer cancel()
	done := make(chan error, len(servers))
	for srv := range servers {
		go func() {
			err := srv.Shutdown(ctx)
			if errors.Is(err, context.DeadlineExceeded) {
				a.log.Warn("some requests took too long to finish and were ended")
				err = srv.Close()
			}
			done <- err
		}()
	}
	var all []error
	for range servers {
		all = append(all, <-done)
	}
	abort()
	return errors.Join(all...)
}

// announceSetup tells the log what first run may ask for.
func (a *App) announceSetup(ctx context.Context) {
	if needed, err := a.svc.auth.NeedsSetup(ctx); err != nil || !needed {
		return
	}
	level := slog.LevelInfo
	if !a.cfg.Loopback() {
		level = slog.LevelWarn // it will be asked for, so it must be seen
	}
	a.log.Log(ctx, level, "there is no organisation yet; whoever creates it from elsewhere than this machine is asked for the setup code", "setup_code", a.setup)
}

// memoryLimit is a soft limit for the garbage collector, so that an importing
// server stays below 256 MiB with what the database engine takes outside of it.
const memoryLimit = 128 << 20

// garbagePercent is how much garbage may gather, in parts of what is in use: a
// server between imports uses so little that twice that is reached all the time.
// While an import runs it is the limit that decides.
const garbagePercent = 400

func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	// A negative value asks for the limit; the runtime has already taken GOMEMLIMIT.
	if debug.SetMemoryLimit(-1) == noLimit {
		debug.SetMemoryLimit(memoryLimit)
	}
}

const noLimit = 1<<63 - 1
