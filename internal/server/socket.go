//go:build unix

package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// maxSocketPath is what fits into the address of a Unix socket everywhere.
const maxSocketPath = 103

// listenSocket opens the socket for the commands. Only the owner may connect;
// that is its whole authentication. The caller must hold the folder's lock, so a
// socket that is there already was left behind by a process that died.
func listenSocket(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	address, done, err := socketAddress(path)
	if err != nil {
		return nil, err
	}
	defer done()
	// The mask is the process's own: nothing else creates files while a server starts.
	old := syscall.Umask(0o177)
	defer syscall.Umask(old)
	var c net.ListenConfig
	l, err := c.Listen(ctx, "unix", address)
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false) // address may not name it any more
	return &socket{l, path}, nil
}

type socket struct {
	net.Listener
	path string
}

// Close closes the socket and removes its file.
func (s *socket) Close() error {
	return errors.Join(s.Listener.Close(), ignoreMissing(os.Remove(s.path)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// dialSocket connects to the server of a data folder.
func dialSocket(ctx context.Context, path string) (net.Conn, error) {
	address, done, err := socketAddress(path)
	if err != nil {
		return nil, err
	}
	defer done()
	var d net.Dialer
	return d.DialContext(ctx, "unix", address)
}

// socketAddress returns an address for a socket's path. One that is too long is
// reached through a handle on its folder, where the system has such names.
func socketAddress(path string) (address string, done func(), err error) {
	if len(path) <= maxSocketPath {
		return path, func() {}, nil
	}
	if runtime.GOOS != "linux" {
		return "", nil, fmt.Errorf("the path %s is longer than the %d characters a socket's may have", path, maxSocketPath)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), filepath.Base(path)), func() { _ = dir.Close() }, nil
}
