package desk

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"time"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/blob"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
)

// artifactTx keeps what is known of files.
type artifactTx interface {
	InsertArtifact(ctx context.Context, a *artifact.Artifact) error
	Artifact(ctx context.Context, n int64, lock bool) (*artifact.Artifact, error)
	Artifacts(ctx context.Context, ns []int64, lock bool) (map[int64]*artifact.Artifact, error)
	ArtifactsAt(ctx context.Context, of don.ID, entries []int64) ([]*artifact.Artifact, error)
	ArtifactsOf(ctx context.Context, t don.Type, ns []int64) ([]*artifact.Artifact, error)
	ArtifactRows(ctx context.Context, s artifact.Search) ([]*artifact.Artifact, error)
	PutArtifact(ctx context.Context, a *artifact.Artifact, at artifact.Place, until *time.Time) error
	FreeArtifact(ctx context.Context, a *artifact.Artifact) error
	BytesSent(ctx context.Context, by string) (own, all, claimed int64, err error)
	CountBytesSent(ctx context.Context, by string, claimed bool, bytes int64) error
	ForgetBytesSent(ctx context.Context, before time.Time) error
	CountFreeArtifacts(ctx context.Context, createdBy string) (int, error)
	InsertArtifactVersion(ctx context.Context, v *artifact.Version) error
	ArtifactVersions(ctx context.Context, n int64, lock bool) ([]artifact.Version, error)
	StoreArtifact(ctx context.Context, a *artifact.Artifact, v artifact.Version) error
	DropArtifactVersion(ctx context.Context, a *artifact.Artifact, v artifact.Version) error
	PurgeArtifacts(ctx context.Context, free, waiting time.Time, limit int) (int, error)
	LostBlobs(ctx context.Context, before time.Time, limit int) ([]string, error)
	LoseBlob(ctx context.Context, blob string) error
	ForgetBlob(ctx context.Context, blob string) error
}

// FileConfig is what Files needs beside a database.
type FileConfig struct {
	Store  blob.Store
	Spools string // a folder for what is under way
	Rules  artifact.Rules
	// Daily is how many bytes a day all contacts of an org may send together, 0 for no
	// limit; one of them sends no more than a share of it, see contactShare.
	Daily int64
	Key   []byte // signs passes
	// Scope returns the scope of an org by its public part, or not_found.
	Scope func(ctx context.Context, public string) (org.Scope, error)
}

// Files keeps files and their contents. It is safe for concurrent use.
type Files struct {
	db     DB
	c      FileConfig
	signer *artifact.Signer
}

// NewFiles returns a service over db.
func NewFiles(db DB, c FileConfig) *Files { return &Files{db, c, artifact.NewSigner(c.Key)} }

// MaxBytes returns how large a file may be.
func (f *Files) MaxBytes() int64 { return f.c.Rules.MaxBytes }

// FileFound is a file with one of its contents, and the records that it refers to.
type FileFound struct {
	Item    *artifact.Artifact
	Version artifact.Version
	Names   *directory.Names
}

// Upload lets its bearer send one content.
type Upload struct {
	ID                don.ID
	Policy, Signature string
}

// Prepare makes a file to which one content may be sent for a while. Errors: invalid,
// too_many for a contact who has left many files unused or sent enough today.
func (f *Files) Prepare(ctx context.Context, sc org.Scope, name, declared, purpose string) (Upload, error) {
	var up Upload
	if sc.Claimed && purpose == artifact.Picture {
		return up, errs.NotPermitted("configuration_set", "%s is for who has proved who they are; leave it out", purpose)
	}
	name, err := artifact.CleanName(name)
	if err != nil {
		return up, err
	}
	if declared, err = artifact.CleanType(declared); err != nil {
		return up, err
	}
	if err := f.c.Rules.Check(declared, name); err != nil {
		return up, err
	}
	err = f.db.Write(ctx, sc, func(tx Tx) error {
		if err := room(ctx, tx); err != nil {
			return err
		}
		if err := f.budget(ctx, tx, sc.Claimed); err != nil {
			return err
		}
		n, err := tx.Next(ctx, don.Artifact, 1)
		if err != nil {
			return err
		}
		now, by := tx.Now(), sc.Actor.Tail()
		a := &artifact.Artifact{N: n, Name: name, Type: declared, Purpose: purpose, FreeAt: &now, CreatedAt: now, CreatedBy: by, ModifiedAt: now, ModifiedBy: by, Claimed: sc.Claimed}
		if err := tx.InsertArtifact(ctx, a); err != nil {
			return err
		}
		up, err = f.open(ctx, tx, a, 1)
		return err
	})
	return up, err
}

// room refuses a contact another file while many of its files hang nowhere: whoever
// comes with a public token must not fill the storage.
func room(ctx context.Context, tx Tx) error {
	if !byCustomer(tx.Scope()) {
		return nil
	}
	n, err := tx.CountFreeArtifacts(ctx, tx.Scope().Actor.Tail())
	if err != nil || n < artifact.MaxWaiting {
		return err
	}
	return errs.New(errs.TooMany, "too_many_requests", "%d files wait to be attached; attach some, or wait until they are removed", n).
		With("retry_after", int(artifact.WaitingLife.Seconds()))
}

// contactShare is what part of a day's bytes one contact may send, claimedShare what
// part those may send together who only say who they are.
const (
	contactShare = 20
	claimedShare = 2
)

// budget refuses a contact another content when it, or all contacts together, have
// sent enough today: nobody who comes with a public token shall fill the storage, or
// keep those out who have proved who they are.
func (f *Files) budget(ctx context.Context, tx Tx, claimed bool) error {
	if f.c.Daily == 0 || !byCustomer(tx.Scope()) {
		return nil
	}
	own, all, without, err := tx.BytesSent(ctx, tx.Scope().Actor.Tail())
	share := max(f.c.Daily/contactShare, f.c.Rules.MaxBytes)
	if err != nil || own < share && all < f.c.Daily && (!claimed || without < f.c.Daily/claimedShare) {
		return err
	}
	day := tx.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return errs.New(errs.TooMany, "too_many_requests", "enough was sent in files today; files are taken again tomorrow").
		With("retry_after", int(day.Sub(tx.Now()).Seconds())+1)
}

// open lets a content be sent.
func (f *Files) open(ctx context.Context, tx Tx, a *artifact.Artifact, version int64) (Upload, error) {
	sc := tx.Scope()
	err := tx.InsertArtifactVersion(ctx, &artifact.Version{N: a.N, Version: version, CreatedAt: tx.Now(), CreatedBy: sc.Actor.Tail()})
	up := Upload{ID: a.ID()}
	up.Policy, up.Signature = f.signer.Sign(artifact.Pass{
		Do: artifact.Send, Org: sc.Space.Org, N: a.N, Version: version, By: sc.Actor.Tail(), Type: a.Type, MaxBytes: f.c.Rules.MaxBytes,
		Until: tx.Now().Add(artifact.SendLife).Unix(),
	})
	return up, err
}

// maxVersions bounds the contents of one file.
const maxVersions = 100

// PrepareVersion lets another content of a file be sent. Errors: not_found, invalid.
func (f *Files) PrepareVersion(ctx context.Context, sc org.Scope, n int64) (Upload, error) {
	var up Upload
	err := f.db.Write(ctx, sc, func(tx Tx) error {
		a, err := fileFor(ctx, tx, n, true)
		if err != nil {
			return err
		}
		all, err := tx.ArtifactVersions(ctx, n, true)
		if err != nil {
			return err
		}
		if n := counted(all, tx.Now()); n >= maxVersions {
			return errs.NotPermitted("id", "%s has %d versions, and no file may have more; delete some", a.ID().Display(), n)
		}
		next := a.Version + 1
		if len(all) > 0 {
			next = max(next, all[0].Version+1)
		}
		up, err = f.open(ctx, tx, a, next)
		return err
	})
	return up, err
}

// counted is how many contents a file has or may still get: those that were never
// sent are none once their time is over.
func counted(all []artifact.Version, now time.Time) int {
	n := 0
	for _, v := range all {
		if v.Blob != "" || v.CreatedAt.After(now.Add(-artifact.SendLife)) {
			n++
		}
	}
	return n
}

// fileFor returns a file that the caller may have, or not_found.
func fileFor(ctx context.Context, tx Tx, n int64, lock bool) (*artifact.Artifact, error) {
	a, err := tx.Artifact(ctx, n, lock)
	if err != nil {
		return nil, err
	}
	known, err := knowsFile(ctx, tx, a)
	if err == nil && !known {
		err = errs.Gone(a.ID().Display())
	}
	return a, err
}

// Admit returns the pass that Prepare or PrepareVersion has given. Errors: forbidden
// for one that is not valid, or not any more.
func (f *Files) Admit(policy, signature string) (artifact.Pass, error) {
	return f.signer.Verify(policy, signature, artifact.Send, time.Now())
}

// Receive takes the content that a pass is for. It is durable when Receive returns.
// Errors: forbidden when it came already; invalid, too_large, too_many, unavailable.
// Those of r are returned as they are.
func (f *Files) Receive(ctx context.Context, pass artifact.Pass, r io.Reader) error {
	sc, err := f.c.Scope(ctx, pass.Org)
	if err != nil {
		return err
	}
	sc.Actor = don.FromTail(pass.By)
	var a *artifact.Artifact
	v := artifact.Version{Blob: sc.Space.Org + "/" + don.Random(32)}
	err = f.db.Write(ctx, sc, func(tx Tx) (err error) {
		if a, _, err = expected(ctx, tx, pass); err != nil {
			return err
		}
		if err := f.budget(ctx, tx, a.Claimed); err != nil {
			return err
		}
		return tx.LoseBlob(ctx, v.Blob) // until the content has its place
	})
	if err != nil {
		return err
	}
	s, err := f.spool(a, pass, &v, r)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := f.c.Store.Put(ctx, v.Blob, s); err != nil {
		return stored(err)
	}
	return f.db.Write(ctx, sc, func(tx Tx) error {
		a, open, err := expected(ctx, tx, pass)
		if err != nil {
			return err
		}
		open.Blob, open.Kind, open.Size, open.Sum, open.CreatedAt = v.Blob, v.Kind, v.Size, v.Sum, tx.Now()
		if err := tx.StoreArtifact(ctx, a, open); err != nil || !byCustomer(sc) {
			return err
		}
		return tx.CountBytesSent(ctx, pass.By, a.Claimed, open.Size)
	})
}

// expected returns the file and the content that a pass is for, as long as that was
// not sent.
func expected(ctx context.Context, tx Tx, p artifact.Pass) (*artifact.Artifact, artifact.Version, error) {
	gone := errs.Denied("the file was removed; prepare another")
	a, err := tx.Artifact(ctx, p.N, true)
	if err != nil {
		if errs.Is(err, errs.NotFound) {
			err = gone
		}
		return nil, artifact.Version{}, err
	}
	all, err := tx.ArtifactVersions(ctx, p.N, true)
	if err != nil {
		return nil, artifact.Version{}, err
	}
	for _, v := range all {
		switch {
		case v.Version != p.Version || v.CreatedBy != p.By: // a number may have been given again since
		case v.Blob != "":
			return nil, v, errs.Denied("the file was sent already; each address takes one")
		default:
			return a, v, nil
		}
	}
	return nil, artifact.Version{}, gone
}

// spool reads a content and finds out what it is. Pictures of persons are drawn anew.
func (f *Files) spool(a *artifact.Artifact, p artifact.Pass, v *artifact.Version, r io.Reader) (*blob.Spool, error) {
	s, err := blob.NewSpool(f.c.Spools, r, p.MaxBytes)
	if errors.Is(err, blob.ErrTooLarge) {
		return nil, artifact.Rules{MaxBytes: p.MaxBytes}.TooLarge()
	}
	if err != nil {
		return nil, err
	}
	head := make([]byte, artifact.HeadBytes)
	n, err := s.Reader().Read(head)
	if err != nil && !errors.Is(err, io.EOF) {
		s.Close()
		return nil, err
	}
	v.Kind = artifact.Sniff(head[:n])
	err = f.c.Rules.CheckKind(v.Kind)
	if err == nil && a.Purpose == artifact.Picture {
		s, err = f.portrait(s, v)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	v.Size, v.Sum = s.Size, s.Sum
	return s, nil
}

func (f *Files) portrait(s *blob.Spool, v *artifact.Version) (*blob.Spool, error) {
	content, kind, err := artifact.Portrait(s.Reader())
	if err != nil {
		return s, err
	}
	drawn, err := blob.NewSpool(f.c.Spools, bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return s, err
	}
	s.Close()
	v.Kind = kind
	return drawn, nil
}

// stored tells the caller that the storage failed, and the log how.
func stored(err error) error {
	return errs.New(errs.Unavailable, "service_unavailable", "the file storage does not answer as it should; try again in a moment").Because(err)
}

// Get returns a file with one of its contents, the latest for the version "". Errors:
// not_found.
func (f *Files) Get(ctx context.Context, sc org.Scope, n int64, version string) (FileFound, error) {
	var got FileFound
	err := f.db.Read(ctx, sc, func(tx Tx) error {
		a, err := fileFor(ctx, tx, n, false)
		if err != nil {
			return err
		}
		if got.Version, err = versionOf(ctx, tx, a, version); err != nil {
			return err
		}
		got.Item = a
		w := &directory.Wanted{}
		w.Tails(a.CreatedBy, a.ModifiedBy, got.Version.CreatedBy)
		got.Names, err = w.Names(ctx, tx)
		return err
	})
	return got, err
}

func versionOf(ctx context.Context, tx Tx, a *artifact.Artifact, version string) (artifact.Version, error) {
	wanted := a.Version
	if version != "" {
		n, err := strconv.ParseInt(version, 10, 64)
		if err != nil || n < 1 {
			return artifact.Version{}, errs.NotPermitted("version", "%q is not a version; give one that artifacts.get has told, such as 1", version)
		}
		wanted = n
	}
	all, err := tx.ArtifactVersions(ctx, a.N, false)
	if err != nil {
		return artifact.Version{}, err
	}
	for _, v := range all {
		if v.Version == wanted && v.Blob != "" {
			return v, nil
		}
	}
	if version == "" {
		return artifact.Version{}, errs.New(errs.NotFound, "not_found", "%s has no content: nothing was uploaded yet, or it was deleted", a.ID().Display())
	}
	return artifact.Version{}, errs.New(errs.NotFound, "not_found", "%s has no version %s", a.ID().Display(), version)
}

// Locate returns a pass to fetch a content with, and when it ends. Errors: not_found.
func (f *Files) Locate(ctx context.Context, sc org.Scope, n int64, version string) (token string, until time.Time, err error) {
	got, err := f.Get(ctx, sc, n, version)
	if err != nil {
		return "", until, err
	}
	until = artifact.FetchUntil(time.Now())
	return f.signer.Token(artifact.Pass{Do: artifact.Fetch, Org: sc.Space.Org, N: n, Version: got.Version.Version, Until: until.Unix()}), until, nil
}

// Content is a content that is to be read.
type Content struct {
	io.ReadSeekCloser
	File    *artifact.Artifact
	Version artifact.Version
	Until   time.Time // when the pass ends, zero without one
}

// Fetch opens the content that a pass is for. Close must follow. Errors: forbidden
// for a pass that is not valid, not_found, unavailable.
func (f *Files) Fetch(ctx context.Context, token string) (*Content, error) {
	pass, err := f.signer.Open(token, artifact.Fetch, time.Now())
	if err != nil {
		return nil, err
	}
	sc, err := f.c.Scope(ctx, pass.Org)
	if err != nil {
		return nil, err
	}
	c := &Content{Until: time.Unix(pass.Until, 0)}
	err = f.db.Read(ctx, sc, func(tx Tx) error {
		if c.File, err = tx.Artifact(ctx, pass.N, false); err != nil {
			return err
		}
		c.Version, err = versionOf(ctx, tx, c.File, strconv.FormatInt(pass.Version, 10))
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, f.read(ctx, c)
}

// Portrait opens the latest content of a file that was uploaded as the picture of a
// person. Close must follow. Errors: not_found, also for a file that is no such one;
// unavailable.
func (f *Files) Portrait(ctx context.Context, sc org.Scope, n int64) (*Content, error) {
	got, err := f.Get(ctx, sc, n, "")
	if err != nil {
		return nil, err
	}
	if got.Item.Purpose != artifact.Picture || !artifact.Inline(got.Version.Kind) {
		return nil, errs.New(errs.NotFound, "not_found", "%s is not the picture of a person", got.Item.ID().Display())
	}
	c := &Content{File: got.Item, Version: got.Version}
	return c, f.read(ctx, c)
}

// read opens a content in the storage.
func (f *Files) read(ctx context.Context, c *Content) (err error) {
	c.ReadSeekCloser, err = f.c.Store.Open(ctx, c.Version.Blob)
	if errors.Is(err, fs.ErrNotExist) {
		return errs.New(errs.NotFound, "not_found", "the content of %s is missing in the storage; restore it from a backup", c.File.ID().Display()).Because(err)
	}
	if err != nil {
		return stored(err)
	}
	return nil
}

// DeleteVersion removes a content of a file for good: the latest for the version "".
// Errors: not_found.
func (f *Files) DeleteVersion(ctx context.Context, sc org.Scope, n int64, version string) error {
	return f.db.Write(ctx, sc, func(tx Tx) error {
		a, err := fileFor(ctx, tx, n, true)
		if err != nil {
			return err
		}
		gone, err := versionOf(ctx, tx, a, version)
		if err != nil {
			return err
		}
		all, err := tx.ArtifactVersions(ctx, n, true)
		if err != nil {
			return err
		}
		a.Version, a.Kind, a.Size = 0, "", 0
		for _, v := range all {
			if v.Blob != "" && v.Version != gone.Version && v.Version > a.Version {
				a.Version, a.Kind, a.Size = v.Version, v.Kind, v.Size
			}
		}
		return tx.DropArtifactVersion(ctx, a, gone)
	})
}

// Sweep removes up to limit files of an org that hang nowhere, and what the storage
// has without need, and returns how many it removed.
func (f *Files) Sweep(ctx context.Context, sc org.Scope, now time.Time, limit int) (int, error) {
	var lost []string
	removed := 0
	err := f.db.Write(ctx, sc, func(tx Tx) (err error) {
		if err := tx.ForgetBytesSent(ctx, now); err != nil {
			return err
		}
		removed, err = tx.PurgeArtifacts(ctx, now.Add(-artifact.FreeLife), now.Add(-artifact.WaitingLife), limit)
		if err == nil {
			lost, err = tx.LostBlobs(ctx, now.Add(-artifact.LostLife), limit)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, name := range lost {
		if err := f.drop(ctx, name); err != nil {
			return 0, err
		}
		if err := f.db.Write(ctx, sc, func(tx Tx) error { return tx.ForgetBlob(ctx, name) }); err != nil {
			return 0, err
		}
	}
	return max(removed, len(lost)), nil
}

// dropTime is for the storage to remove a content.
const dropTime = time.Minute

func (f *Files) drop(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, dropTime)
	defer cancel()
	return f.c.Store.Delete(ctx, name)
}
