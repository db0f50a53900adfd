package server

import (
	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/auth"
	"github.com/kith-id/kith/internal/blob"
	"github.com/kith-id/kith/internal/config"
	"github.com/kith-id/kith/internal/desk"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/store"
)

// openFiles returns the service of files over the storage that the settings name.
func openFiles(p parts, who *auth.Service) (*desk.Files, error) {
	contents, err := openStorage(p.cfg)
	if err != nil {
		return nil, errs.New(errs.Unavailable, "service_unavailable", "the file storage cannot be used: %v", err)
	}
	if p.owner {
		if err := blob.SweepSpools(p.cfg.SpoolDir()); err != nil {
			p.log.Warn("uploads that broke off could not be removed", "error", err)
		}
	}
	return desk.NewFiles(store.Runner[desk.Tx]{DB: p.db}, desk.FileConfig{
		Store: contents, Spools: p.cfg.SpoolDir(), Key: p.secret.Derive("files"), Scope: who.PublicScope,
		Daily: int64(p.cfg.FileDailyMiB) << 20,
		Rules: artifact.Rules{MaxBytes: int64(p.cfg.FileMaxMiB) << 20, Types: p.cfg.FileTypes},
	}), nil
}

func openStorage(c config.Config) (blob.Store, error) {
	if c.S3.Endpoint != "" {
		return blob.NewS3(blob.S3Config(c.S3))
	}
	return blob.NewDisk(c.FilesDir())
}
