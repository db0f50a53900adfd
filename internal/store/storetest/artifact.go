package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kith-id/kith/internal/artifact"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/org"
	"github.com/kith-id/kith/internal/store"
	"github.com/kith-id/kith/internal/timeline"
)

// putFile adds a file with one content, and hangs it somewhere.
func putFile(t *testing.T, db *store.DB, s org.Scope, n int64, at artifact.Place, until *time.Time) *artifact.Artifact {
	t.Helper()
	a := &artifact.Artifact{N: n, Name: fmt.Sprint(n), Purpose: artifact.Default, CreatedBy: "devu/1", ModifiedBy: "devu/1"}
	v := artifact.Version{N: n, Version: 1, CreatedBy: "devu/1"}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		now := tx.Now()
		a.CreatedAt, a.ModifiedAt, a.FreeAt, v.CreatedAt = now, now, &now, now
		if err := tx.InsertArtifact(ctx, a); err != nil {
			return err
		}
		return tx.InsertArtifactVersion(ctx, &v)
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		v.Blob, v.Kind, v.Size, v.Sum = fmt.Sprintf("org/blob%d", n), "text/plain", 5, "sum"
		if err := tx.LoseBlob(ctx, v.Blob); err != nil {
			return err
		}
		if err := tx.StoreArtifact(ctx, a, v); err != nil || at == (artifact.Place{}) {
			return err
		}
		return tx.PutArtifact(ctx, a, at, until)
	})
	return a
}

// testArtifacts keeps files, finds them where they hang, and removes what hangs nowhere.
func testArtifacts(t *testing.T, open Open) {
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	of := don.Of(don.Account, 7)
	own := putFile(t, db, s, 1, artifact.Place{Of: of}, nil)
	putFile(t, db, other, 1, artifact.Place{Of: of}, nil)
	putFile(t, db, s, 2, artifact.Place{Of: don.Of(don.Contact, 7)}, nil)
	read(t, db, s, func(tx *store.Tx) {
		got, err := tx.Artifact(t.Context(), 1, false)
		if d := cmp.Diff(own, got); err != nil || d != "" {
			t.Errorf("%v %s", err, d)
		}
		if _, err := tx.Artifact(t.Context(), 9, false); !errs.Is(err, errs.NotFound) {
			t.Errorf("none: %v", err)
		}
		all, err := tx.ArtifactVersions(t.Context(), 1, false)
		if err != nil || len(all) != 1 || all[0].Blob != "org/blob1" || all[0].Size != 5 || all[0].Sum != "sum" {
			t.Errorf("contents %+v, %v", all, err)
		}
		if got := lostAt(t, tx); got != "" {
			t.Errorf("lost although they have their files: %s", got)
		}
	})
	testArtifactRows(t, db, s)
	testArtifactVersions(t, db, s)
	testArtifactPurge(t, open)
	testBytesSent(t, open)
}

// lostAt is the names of the contents that will have been lost for a while.
func lostAt(t *testing.T, tx *store.Tx) string {
	t.Helper()
	lost, err := tx.LostBlobs(t.Context(), tx.Now().Add(time.Hour), 99)
	if err != nil {
		t.Error(err)
	}
	return list(lost)
}

func list(names []string) (out string) {
	for _, n := range names {
		out += n + " "
	}
	return out
}

// testArtifactRows looks for files by what they hang on, as different readers.
func testArtifactRows(t *testing.T, db *store.DB, s org.Scope) {
	t.Helper()
	on := don.Of(don.Account, 70)
	comment := func(v timeline.Visibility, to ...string) int64 {
		c := &timeline.Comment{Of: on, Body: "b", BodyType: timeline.Text, Visibility: v, PrivateTo: to}
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertComment(ctx, c) })
		return c.ID
	}
	shown, secret := comment(timeline.External), comment(timeline.Private, "devu/2", "devu/33")
	gone := &timeline.Comment{Of: on, Body: "b", BodyType: timeline.Text, Visibility: timeline.External, ExpiresAt: &listStart}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.InsertComment(ctx, gone) })
	putFile(t, db, s, 10, artifact.Place{Of: on, Entry: shown}, nil)
	putFile(t, db, s, 11, artifact.Place{Of: on, Entry: secret}, nil)
	putFile(t, db, s, 12, artifact.Place{Of: on}, nil)
	putFile(t, db, s, 13, artifact.Place{Of: on, Entry: gone.ID}, gone.ExpiresAt)
	putFile(t, db, s, 14, artifact.Place{Of: don.Of(don.Ticket, 70)}, nil)
	for name, c := range map[string]struct {
		search artifact.Search
		want   string
	}{
		"its author":     {artifact.Search{Reader: "devu/1"}, "12 11 10 "},
		"a reader":       {artifact.Search{Reader: "devu/33"}, "12 11 10 "},
		"nobody":         {artifact.Search{Reader: "devu/3"}, "12 10 "},
		"one comment":    {artifact.Search{Reader: "devu/1", Entry: secret}, "11 "},
		"not for nobody": {artifact.Search{Reader: "devu/3", Entry: secret}, ""},
	} {
		c.search.Records, c.search.Limit = []don.ID{on, don.Of(don.Contact, 70)}, 9
		read(t, db, s, func(tx *store.Tx) {
			got, err := tx.ArtifactRows(t.Context(), c.search)
			var names []string
			for _, a := range got {
				names = append(names, a.Name)
			}
			if list(names) != c.want || err != nil {
				t.Errorf("%s: %q, %v; want %q", name, list(names), err, c.want)
			}
		})
	}
	read(t, db, s, func(tx *store.Tx) {
		at, err := tx.ArtifactsAt(t.Context(), on, []int64{shown, secret})
		if err != nil || len(at) != 2 || at[0].N != 10 || at[1].N != 11 {
			t.Errorf("on two comments: %v, %v", at, err)
		}
		works, err := tx.ArtifactsOf(t.Context(), don.Ticket, []int64{69, 70})
		if err != nil || len(works) != 1 || works[0].N != 14 {
			t.Errorf("on works: %v, %v", works, err)
		}
	})
}

// testArtifactVersions gives a file a second content and takes the first away.
func testArtifactVersions(t *testing.T, db *store.DB, s org.Scope) {
	t.Helper()
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
		a, err := tx.Artifact(ctx, 2, true)
		if err != nil {
			return err
		}
		v := artifact.Version{N: 2, Version: 2, Blob: "org/second", Kind: "image/png", Size: 9, CreatedAt: tx.Now(), CreatedBy: "devu/1"}
		if err := tx.InsertArtifactVersion(ctx, &v); err != nil {
			return err
		}
		if err := tx.StoreArtifact(ctx, a, v); err != nil {
			return err
		}
		return tx.DropArtifactVersion(ctx, a, artifact.Version{N: 2, Version: 1})
	})
	read(t, db, s, func(tx *store.Tx) {
		a, err := tx.Artifact(t.Context(), 2, false)
		if err != nil || a.Version != 2 || a.Kind != "image/png" || a.Size != 9 {
			t.Errorf("%+v, %v", a, err)
		}
		if got := lostAt(t, tx); got != "org/blob2 " {
			t.Errorf("lost: %s", got)
		}
	})
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.ForgetBlob(ctx, "org/blob2") })
	read(t, db, s, func(tx *store.Tx) {
		if got := lostAt(t, tx); got != "" {
			t.Errorf("forgotten and lost: %s", got)
		}
	})
}

// testArtifactPurge removes files that hang nowhere, and those of a record that was
// removed for good, but no other.
func testArtifactPurge(t *testing.T, open Open) {
	t.Helper()
	db, _ := open(t)
	s, other := Scope(t, db, "acme"), Scope(t, db, "beta")
	conv := don.Of(don.Conversation, 3)
	soon := time.Now().Add(time.Minute)
	putFile(t, db, s, 1, artifact.Place{}, nil)
	putFile(t, db, s, 2, artifact.Place{Of: conv, Entry: 5}, nil)
	putFile(t, db, s, 3, artifact.Place{Of: don.Of(don.Conversation, 4), Entry: 6}, nil)
	putFile(t, db, s, 4, artifact.Place{Of: don.Of(don.Account, 1), Entry: 7}, &soon)
	putFile(t, db, other, 1, artifact.Place{}, nil)
	left := func(s org.Scope) (out string) {
		read(t, db, s, func(tx *store.Tx) {
			for n := range int64(9) {
				if _, err := tx.Artifact(t.Context(), n, false); err == nil {
					out += fmt.Sprint(n)
				}
			}
		})
		return out
	}
	purge := func(after time.Duration) {
		at := time.Now().Add(after)
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.PurgeArtifacts(ctx, at, at, 99)
			return err
		})
	}
	purge(-time.Minute)
	if got := left(s); got != "1234" {
		t.Errorf("too early: %s are left", got)
	}
	purge(time.Second)
	if got := left(s); got != "234" {
		t.Errorf("what hung nowhere: %s are left", got)
	}
	Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.DropTrash(ctx, []don.ID{conv}) })
	purge(time.Hour)
	if got := left(s); got != "3" {
		t.Errorf("what hung on a removed record, and on a comment that went by itself: %s are left", got)
	}
	read(t, db, s, func(tx *store.Tx) {
		if got := lostAt(t, tx); got != "org/blob1 org/blob2 org/blob4 " {
			t.Errorf("lost: %s", got)
		}
	})
	if got := left(other); got != "1" {
		t.Errorf("of another org %s are left", got)
	}
}

// testBytesSent counts what contacts send on a day.
func testBytesSent(t *testing.T, open Open) {
	t.Helper()
	db, other := open(t)
	acme, beta := Scope(t, db, "acme"), Scope(t, db, "beta")
	want := func(name string, s org.Scope, by string, own, all, claimed int64) {
		t.Helper()
		read(t, other, s, func(tx *store.Tx) {
			if o, a, c, err := tx.BytesSent(t.Context(), by); o != own || a != all || c != claimed || err != nil {
				t.Errorf("%s: %d, %d and %d, want %d, %d and %d: %v", name, o, a, c, own, all, claimed, err)
			}
		})
	}
	count := func(s org.Scope, by string, claimed bool, bytes int64) {
		Write(t, db, s, func(ctx context.Context, tx *store.Tx) error { return tx.CountBytesSent(ctx, by, claimed, bytes) })
	}
	want("nothing", acme, "revu/1", 0, 0, 0)
	count(acme, "revu/1", false, 10)
	count(acme, "revu/1", false, 5)
	count(acme, "revu/2", true, 1<<40)
	count(beta, "revu/1", false, 7)
	want("two files", acme, "revu/1", 15, 1<<40+15, 1<<40)
	want("another contact", acme, "revu/3", 0, 1<<40+15, 1<<40)
	want("another org", beta, "revu/1", 7, 7, 0)
	forget := func(at time.Time) {
		Write(t, db, acme, func(ctx context.Context, tx *store.Tx) error { return tx.ForgetBytesSent(ctx, at) })
	}
	forget(time.Now().Add(-time.Hour))
	want("a day that is not over", acme, "revu/1", 15, 1<<40+15, 1<<40)
	forget(time.Now().Add(48 * time.Hour))
	want("days later", acme, "revu/1", 0, 0, 0)
	want("days later, of another org", beta, "revu/1", 7, 7, 0)
}
