// Package blob keeps the contents of files: on the local disk or in a storage that
// speaks S3. A content is written once, under a name of its own, and never changed.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// Store keeps contents by name. A name has the form org/content, each of letters
// and digits.
type Store interface {
	// Put keeps the spooled content. It is durable when Put returns.
	Put(ctx context.Context, name string, s *Spool) error
	// Open returns a content, or an error that is fs.ErrNotExist.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Delete removes a content; one that is not there is no error.
	Delete(ctx context.Context, name string) error
}

var nameForm = regexp.MustCompile(`^[A-Za-z0-9]{1,40}/[A-Za-z0-9]{16,64}$`)

var errName = errors.New("blob: not the name of a content")

// Spool is a content on its way, in a temporary file.
type Spool struct {
	file *os.File
	Size int64
	Sum  string // SHA-256 in hexadecimal
}

// ErrTooLarge reports a content of more bytes than allowed.
var ErrTooLarge = errors.New("blob: the content is too large")

// NewSpool copies at most limit bytes into a temporary file in dir, which is made
// when missing. Close must follow.
func NewSpool(dir string, r io.Reader, limit int64) (_ *Spool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "spool-")
	if err != nil {
		return nil, err
	}
	s := &Spool{file: f}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	sum := sha256.New()
	s.Size, err = io.Copy(io.MultiWriter(f, sum), io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if s.Size > limit {
		return nil, ErrTooLarge
	}
	s.Sum = hex.EncodeToString(sum.Sum(nil))
	return s, nil
}

// Reader returns the content from its beginning.
func (s *Spool) Reader() *io.SectionReader { return io.NewSectionReader(s.file, 0, s.Size) }

// Close removes the temporary file, unless it was put into its place.
func (s *Spool) Close() {
	_ = s.file.Close() // it was synced by whoever needs it to last
	_ = os.Remove(s.file.Name())
}

// SweepSpools removes what uploads left behind that ended with the process.
func SweepSpools(dir string) error {
	old, err := filepath.Glob(filepath.Join(dir, "spool-*"))
	for _, name := range old {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}
