package server

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
)

// accountWriter lets imports write accounts by the directory's rules.
type accountWriter struct{}

func (accountWriter) Insert(ctx context.Context, tx importer.Tx, a *account.Account) error {
	return directory.InsertAccount(ctx, tx.(directory.Tx), a)
}

func (accountWriter) Change(ctx context.Context, tx importer.Tx, before, after *account.Account) (bool, error) {
	return directory.ChangeAccount(ctx, tx.(directory.Tx), before, after)
}

func (accountWriter) Observe(ctx context.Context, tx importer.Tx, a *account.Account, via identity.Via, ref string, apply func(*account.Account) *account.Account) (*account.Account, bool, bool, error) {
	return directory.ObserveAccount(ctx, tx.(directory.Tx), a, via, ref, apply)
}

func (accountWriter) Erase(ctx context.Context, tx importer.Tx, a *account.Account) (bool, error) {
	return directory.EraseAccount(ctx, tx.(directory.Tx), a)
}

// nodeID returns the name of the data folder, made on first use: uploaded files
// are imported where they were spooled.
func nodeID(dir string) (string, error) {
	path := filepath.Join(dir, "node.id")
	text, err := os.ReadFile(path)
	if err == nil && strings.TrimSpace(string(text)) != "" {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	id := don.Random(16)
	return id, os.WriteFile(path, []byte(id+"\n"), 0o600)
}
