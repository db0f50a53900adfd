package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Disk keeps contents in a folder.
type Disk struct{ dir string }

// NewDisk returns a store in a folder, which is made when missing. Spools must lie
// on the same file system.
func NewDisk(dir string) (*Disk, error) {
	return &Disk{dir}, os.MkdirAll(dir, 0o700)
}

// path spreads contents over folders, since some file systems are slow with large ones.
func (d *Disk) path(name string) (string, error) {
	if !nameForm.MatchString(name) {
		return "", errName
	}
	org, content, _ := strings.Cut(name, "/")
	return filepath.Join(d.dir, org, content[:2], content), nil
}

// Put implements Store: the content gets its name only once it has reached the disk.
func (d *Disk) Put(_ context.Context, name string, s *Spool) error {
	to, err := d.path(name)
	if err != nil {
		return err
	}
	if err := s.file.Sync(); err != nil {
		return err
	}
	folder := filepath.Dir(to)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.Rename(s.file.Name(), to); err != nil {
		return err
	}
	// The folders above may be new, too.
	for _, at := range []string{folder, filepath.Dir(folder), d.dir} {
		if err := syncFolder(at); err != nil {
			return err
		}
	}
	return nil
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open implements Store.
func (d *Disk) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	path, err := d.path(name)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

// Delete implements Store.
func (d *Disk) Delete(_ context.Context, name string) error {
	path, err := d.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
