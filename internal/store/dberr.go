package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity"
)

var (
	errTaken = errs.New(errs.Conflict, "conflict", "a value that must be unique is already in use")
	errBusy  = errs.New(errs.Unavailable, "service_unavailable", "the database is busy; try again in a moment")
	errFull  = errs.New(errs.Unavailable, "service_unavailable", "the disk is full; free some space and try again")
	// What the SQLite driver makes of a full disk does not tell it from a broken one.
	errDisk = errs.New(errs.Unavailable, "service_unavailable", "the disk of the data folder takes no writes, most likely because it is full; free some space and try again")
)

// mapSQLite turns an engine's error into one of ours; others pass.
func mapSQLite(err error) error {
	var extended sqlite3.ExtendedErrorCode
	if err == nil || errs.As(err) != nil || !errors.As(err, &extended) {
		return err
	}
	switch extended {
	case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY:
		return errTaken.Because(err)
	case sqlite3.IOERR_WRITE, sqlite3.IOERR_FSYNC, sqlite3.IOERR_TRUNCATE, sqlite3.IOERR_SHMSIZE, sqlite3.IOERR_SHMOPEN:
		return errDisk.Because(err)
	}
	switch sqlite3.ErrorCode(extended & 0xff) {
	case sqlite3.BUSY, sqlite3.LOCKED:
		return errBusy.Because(err)
	case sqlite3.FULL:
		return errFull.Because(err)
	case sqlite3.INTERRUPT:
		return context.DeadlineExceeded
	}
	return err
}

func mapPostgres(err error) error {
	if errors.Is(err, identity.ErrAgain) {
		return errBusy.Because(err) // it has been run again often enough
	}
	var e *pgconn.PgError
	if err == nil || errs.As(err) != nil || !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case "23505":
		return errTaken.Because(err)
	case "40001", "40P01", "55P03", "57P03", "53300":
		return errBusy.Because(err)
	case "53100":
		return errFull.Because(err)
	}
	return err
}

// retryable reports whether PostgreSQL asks to run the transaction again.
func retryable(err error) bool {
	if errors.Is(err, identity.ErrAgain) {
		return true
	}
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}
