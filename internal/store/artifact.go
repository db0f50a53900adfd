package store

import (
	"context"
	"math"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

const (
	artifactColumns = "n, name, type, purpose, version, kind, size, of_type, of_n, entry, attached, free_at, created_at, created_by, modified_at, modified_by, claimed"
	versionColumns  = "n, version, blob, kind, size, sum, created_at, created_by"
)

type artifactRow struct {
	artifact.Artifact
	code int16
	n    int64
}

func scanArtifact(r *artifactRow) []any {
	return []any{
		&r.N, &r.Name, &r.Type, &r.Purpose, &r.Version, &r.Kind, &r.Size, &r.code, &r.n, &r.At.Entry, &r.Attached, &r.FreeAt,
		&r.CreatedAt, &r.CreatedBy, &r.ModifiedAt, &r.ModifiedBy, &r.Claimed,
	}
}

func (tx *Tx) artifacts(ctx context.Context, sql string, args ...any) ([]*artifact.Artifact, error) {
	got, err := collect(ctx, tx.q, sql, args, scanArtifact)
	out := make([]*artifact.Artifact, len(got))
	for i := range got {
		a := got[i].Artifact
		if got[i].n != 0 {
			a.At.Of = don.Of(typeOf(got[i].code), got[i].n)
		}
		out[i] = &a
	}
	return out, err
}

// InsertArtifact adds a file to which nothing was uploaded yet.
func (tx *Tx) InsertArtifact(ctx context.Context, a *artifact.Artifact) error {
	_, err := tx.q.exec(ctx, "INSERT INTO artifact (org_id, "+artifactColumns+") VALUES ("+marks(1, 18)+")",
		tx.scope.OrgID, a.N, a.Name, a.Type, a.Purpose, a.Version, a.Kind, a.Size, int16(0), int64(0), int64(0), int64(0), a.FreeAt,
		a.CreatedAt, a.CreatedBy, a.ModifiedAt, a.ModifiedBy, a.Claimed)
	return err
}

// Artifacts returns the files with the numbers given, by number. With lock they
// stay unchanged by others until the transaction ends.
func (tx *Tx) Artifacts(ctx context.Context, ns []int64, lock bool) (map[int64]*artifact.Artifact, error) {
	out := make(map[int64]*artifact.Artifact, len(ns))
	if len(ns) == 0 {
		return out, nil
	}
	list, args := inList([]any{tx.scope.OrgID}, ns)
	sql := "SELECT " + artifactColumns + " FROM artifact WHERE org_id = $1 AND n IN " + list + " ORDER BY n"
	if lock {
		sql += tx.q.lock()
	}
	got, err := tx.artifacts(ctx, sql, args...)
	for _, a := range got {
		out[a.N] = a
	}
	return out, err
}

// Artifact returns one file or not_found.
func (tx *Tx) Artifact(ctx context.Context, n int64, lock bool) (*artifact.Artifact, error) {
	found, err := tx.Artifacts(ctx, []int64{n}, lock)
	if err == nil && found[n] == nil {
		err = errs.Gone(don.Of(don.Artifact, n).Display())
	}
	return found[n], err
}

// ArtifactsAt returns the files on some comments of a record, or with the entry 0
// on the record itself, in the order in which they were put there.
func (tx *Tx) ArtifactsAt(ctx context.Context, of don.ID, entries []int64) ([]*artifact.Artifact, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	list, args := inList([]any{tx.scope.OrgID, typeCodes[of.Type], of.N}, entries)
	return tx.artifacts(ctx, "SELECT "+artifactColumns+" FROM artifact WHERE org_id = $1 AND of_type = $2 AND of_n = $3 AND entry IN "+list+" ORDER BY attached", args...)
}

// ArtifactsOf returns the files on some records of a type themselves.
func (tx *Tx) ArtifactsOf(ctx context.Context, t don.Type, ns []int64) ([]*artifact.Artifact, error) {
	if len(ns) == 0 {
		return nil, nil
	}
	list, args := inList([]any{tx.scope.OrgID, typeCodes[t]}, ns)
	return tx.artifacts(ctx, "SELECT "+artifactColumns+" FROM artifact WHERE org_id = $1 AND of_type = $2 AND entry = 0 AND of_n IN "+list+" ORDER BY attached", args...)
}

// PutArtifact hangs a file on something until it is taken off, or until a time.
func (tx *Tx) PutArtifact(ctx context.Context, a *artifact.Artifact, at artifact.Place, until *time.Time) error {
	a.At, a.Attached, a.FreeAt = at, nextID(tx.now), until
	return tx.placeArtifact(ctx, a)
}

// FreeArtifact takes a file off.
func (tx *Tx) FreeArtifact(ctx context.Context, a *artifact.Artifact) error {
	a.At, a.Attached, a.FreeAt = artifact.Place{}, 0, &tx.now
	return tx.placeArtifact(ctx, a)
}

func (tx *Tx) placeArtifact(ctx context.Context, a *artifact.Artifact) error {
	_, err := tx.q.exec(ctx, "UPDATE artifact SET of_type = $3, of_n = $4, entry = $5, attached = $6, free_at = $7 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, a.N, typeCodes[a.At.Of.Type], a.At.Of.N, a.At.Entry, a.Attached, a.FreeAt)
	return err
}

// freeArtifacts takes off all that hangs on a record and on what was written there.
func (tx *Tx) freeArtifacts(ctx context.Context, of don.ID) error {
	_, err := tx.q.exec(ctx, `UPDATE artifact SET of_type = 0, of_n = 0, entry = 0, attached = 0, free_at = $4
		WHERE org_id = $1 AND of_type = $2 AND of_n = $3`, tx.scope.OrgID, typeCodes[of.Type], of.N, tx.now)
	return err
}

// CountFreeArtifacts returns how many files of somebody hang nowhere.
func (tx *Tx) CountFreeArtifacts(ctx context.Context, createdBy string) (n int, err error) {
	_, err = one(ctx, tx.q, "SELECT count(*) FROM artifact WHERE org_id = $1 AND created_by = $2 AND free_at IS NOT NULL AND of_n = 0",
		[]any{tx.scope.OrgID, createdBy}, &n)
	return n, err
}

// InsertArtifactVersion adds a content that is to be uploaded.
func (tx *Tx) InsertArtifactVersion(ctx context.Context, v *artifact.Version) error {
	_, err := tx.q.exec(ctx, "INSERT INTO artifact_version (org_id, "+versionColumns+") VALUES ("+marks(1, 9)+")",
		tx.scope.OrgID, v.N, v.Version, v.Blob, v.Kind, v.Size, v.Sum, v.CreatedAt, v.CreatedBy)
	return err
}

// ArtifactVersions returns all contents of a file, the latest first. With lock they
// stay unchanged by others until the transaction ends.
func (tx *Tx) ArtifactVersions(ctx context.Context, n int64, lock bool) ([]artifact.Version, error) {
	sql := "SELECT " + versionColumns + " FROM artifact_version WHERE org_id = $1 AND n = $2 ORDER BY version DESC"
	if lock {
		sql += tx.q.lock()
	}
	return collect(ctx, tx.q, sql, []any{tx.scope.OrgID, n}, func(v *artifact.Version) []any {
		return []any{&v.N, &v.Version, &v.Blob, &v.Kind, &v.Size, &v.Sum, &v.CreatedAt, &v.CreatedBy}
	})
}

// StoreArtifact notes that a content was uploaded, and makes the file what it is by
// now.
func (tx *Tx) StoreArtifact(ctx context.Context, a *artifact.Artifact, v artifact.Version) error {
	_, err := tx.q.exec(ctx, `UPDATE artifact_version SET blob = $4, kind = $5, size = $6, sum = $7, created_at = $8
		WHERE org_id = $1 AND n = $2 AND version = $3`, tx.scope.OrgID, v.N, v.Version, v.Blob, v.Kind, v.Size, v.Sum, v.CreatedAt)
	if err != nil {
		return err
	}
	if err := tx.ForgetBlob(ctx, v.Blob); err != nil {
		return err
	}
	op := opUpdated
	if a.Version == 0 {
		op = opCreated
	}
	if v.Version > a.Version { // two can be under way, and end in the other order
		a.Version, a.Kind, a.Size = v.Version, v.Kind, v.Size
	}
	return tx.changeArtifact(ctx, a, op)
}

// DropArtifactVersion removes a content for good and makes the file what it is
// without.
func (tx *Tx) DropArtifactVersion(ctx context.Context, a *artifact.Artifact, v artifact.Version) error {
	if err := tx.dropVersions(ctx, v.N, v.Version, v.Version); err != nil {
		return err
	}
	return tx.changeArtifact(ctx, a, opUpdated)
}

// dropVersions removes the contents of a file between two of its versions. What the
// storage has of them is lost from then on.
func (tx *Tx) dropVersions(ctx context.Context, n, from, to int64) error {
	_, err := tx.q.exec(ctx, `INSERT INTO artifact_lost (org_id, blob, lost_at) SELECT org_id, blob, $5 FROM artifact_version
		WHERE org_id = $1 AND n = $2 AND version BETWEEN $3 AND $4 AND blob <> ''`, tx.scope.OrgID, n, from, to, tx.now)
	if err == nil {
		_, err = tx.q.exec(ctx, "DELETE FROM artifact_version WHERE org_id = $1 AND n = $2 AND version BETWEEN $3 AND $4", tx.scope.OrgID, n, from, to)
	}
	return err
}

func (tx *Tx) changeArtifact(ctx context.Context, a *artifact.Artifact, op string) error {
	a.ModifiedAt, a.ModifiedBy = tx.now, tx.scope.Actor.Tail()
	_, err := tx.q.exec(ctx, "UPDATE artifact SET version = $3, kind = $4, size = $5, modified_at = $6, modified_by = $7 WHERE org_id = $1 AND n = $2",
		tx.scope.OrgID, a.N, a.Version, a.Kind, a.Size, a.ModifiedAt, a.ModifiedBy)
	if err != nil {
		return err
	}
	return tx.record(ctx, change{a.ID(), op, ""})
}

// PurgeArtifacts removes for good up to limit files that have hung nowhere since
// before the time, or were not uploaded by then, and returns how many it removed.
// Their contents are among LostBlobs from then on.
func (tx *Tx) PurgeArtifacts(ctx context.Context, free, waiting time.Time, limit int) (int, error) {
	ns, err := collect(ctx, tx.q, "SELECT n FROM artifact WHERE org_id = $1 AND (free_at < $2 OR free_at < $3 AND version = 0) ORDER BY free_at LIMIT $4"+tx.q.lock(),
		[]any{tx.scope.OrgID, free, waiting, limit}, func(n *int64) []any { return []any{n} })
	if err != nil {
		return 0, err
	}
	for _, n := range ns {
		if err := tx.dropVersions(ctx, n, 0, math.MaxInt64); err != nil {
			return 0, err
		}
		if err := tx.q.send(ctx, "DELETE FROM artifact WHERE org_id = $1 AND n = $2", tx.scope.OrgID, n); err != nil {
			return 0, err
		}
	}
	return len(ns), nil
}

// LostBlobs returns up to limit contents to which nothing has led since before the
// time.
func (tx *Tx) LostBlobs(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return collect(ctx, tx.q, "SELECT blob FROM artifact_lost WHERE org_id = $1 AND lost_at < $2 ORDER BY blob LIMIT $3", []any{tx.scope.OrgID, before, limit},
		func(s *string) []any { return []any{s} })
}

// LoseBlob notes a content that the storage may have from now on although nothing
// leads to it.
func (tx *Tx) LoseBlob(ctx context.Context, blob string) error {
	_, err := tx.q.exec(ctx, "INSERT INTO artifact_lost (org_id, blob, lost_at) VALUES ($1, $2, $3)", tx.scope.OrgID, blob, tx.now)
	return err
}

// ForgetBlob notes that a content is lost no more: it has its file, or the storage
// has it no longer.
func (tx *Tx) ForgetBlob(ctx context.Context, blob string) error {
	_, err := tx.q.exec(ctx, "DELETE FROM artifact_lost WHERE org_id = $1 AND blob = $2", tx.scope.OrgID, blob)
	return err
}
