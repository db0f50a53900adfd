package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/httpapi"
)

// Connection is how a command reaches Kith: over the socket of the server that
// has the data folder, or in the command's own process when none has.
type Connection struct {
	// Client talks to the API as the operator; the host of its URLs is ignored.
	Client *http.Client
	// Running tells whether a server answers.
	Running bool
	close   func() error
}

// Close ends the connection and, in the command's own process, Kith itself.
func (c *Connection) Close() error { return c.close() }

// lockPatience is how long a command waits for another one to give the folder up.
const lockPatience = 10 * time.Second

// Connect returns a connection. With workers the command's own process also
// does what a server would do unasked, such as running imports.
func Connect(ctx context.Context, cfg config.Config, opt Options, workers bool) (*Connection, error) {
	deadline := time.Now().Add(lockPatience)
	for {
		// With PostgreSQL every process may open the database itself.
		if cfg.DatabaseURL == "" {
			if c, ok := overSocket(ctx, cfg.SocketFile()); ok {
				return c, nil
			}
		}
		c, err := inProcess(ctx, cfg, opt, workers)
		if !errors.Is(err, errLocked) || time.Now().After(deadline) {
			return c, err
		}
		// Somebody has the folder but does not answer: a server that is
		// starting, or another command.
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func overSocket(ctx context.Context, path string) (*Connection, bool) {
	probe, err := dialSocket(ctx, path)
	if err != nil {
		return nil, false
	}
	_ = probe.Close()
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dialSocket(ctx, path) }}
	return &Connection{Client: &http.Client{Transport: t}, Running: true, close: func() error {
		t.CloseIdleConnections()
		return nil
	}}, true
}

func inProcess(ctx context.Context, cfg config.Config, opt Options, workers bool) (*Connection, error) {
	limitMemory()
	a, err := Open(ctx, cfg, opt)
	if err != nil {
		return nil, err
	}
	if workers {
		a.StartWorkers(ctx)
	}
	l := newPipeListener()
	base := httpapi.WithDrain(httpapi.AsOperator(context.WithoutCancel(ctx)), a.draining)
	srv := a.httpServer(base, a.OperatorHandler())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // ends with ErrServerClosed
	}()
	t := &http.Transport{DialContext: l.dial}
	return &Connection{Client: &http.Client{Transport: t}, close: func() error {
		t.CloseIdleConnections()
		err := srv.Close()
		<-done
		return errors.Join(err, a.Close())
	}}, nil
}

// pipeListener accepts connections from the same process.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
