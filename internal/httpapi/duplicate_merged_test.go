package httpapi_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// upserts makes contacts by their references, each with an address of that name.
func upserts(t *testing.T, c apitest.Client, refs ...string) {
	t.Helper()
	for _, ref := range refs {
		c.Post(t, "rev-users.upsert", `{"external_ref":"`+ref+`","email":"`+ref+`@x.example"}`, 200)
	}
}

// clash lets an observation of one contact name the address of another.
func clash(t *testing.T, c apitest.Client, of, with string) {
	t.Helper()
	c.Post(t, "rev-users.upsert", `{"external_ref":"`+of+`","email":"`+with+`@x.example"}`, 200)
}

// TestRejectedPairsHide is about open pairs of contacts that are now two contacts
// which somebody said are two persons.
func TestRejectedPairsHide(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		upserts(t, c, "a", "b", "c")
		clash(t, c, "c", "a")
		clash(t, c, "c", "b")
		const ac, bc = `{"rev_user":{"display_id":"REVU-1"},"other":{"display_id":"REVU-3"}}`, `{"rev_user":{"display_id":"REVU-2"},"other":{"display_id":"REVU-3"}}`
		c.Run(t, []apitest.Scenario{
			done("duplicates.reject", `{"rev_user":"REVU-1","other":"REVU-3"}`, `{}`),
			done("duplicates.list", `{}`, `{"duplicates":[`+bc+`]}`),
			done("rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, `{}`),
			done("duplicates.list", `{}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"rev_user":"REVU-3"}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"state":"rejected"}`, `{"duplicates":[`+ac+`]}`),
			done("identities.explain", `{"id":"REVU-3"}`, `{"duplicates":[]}`),
			done("merges.undo", `{"id":"MERGE-1"}`, `{}`),
			done("duplicates.list", `{}`, `{"duplicates":[`+bc+`]}`),
		})
	})
}

// TestUndoneAcceptance is about a pair of contacts that have become part of
// others: when the merge that it led to is undone, nobody holds them to be one.
func TestUndoneAcceptance(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		upserts(t, c, "a", "b", "c")
		clash(t, c, "c", "b")
		c.Run(t, []apitest.Scenario{
			done("rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, `{}`),
			done("duplicates.accept", `{"rev_user":"REVU-2","other":"REVU-3"}`, `{"merge":{"display_id":"MERGE-2","primary":{"display_id":"REVU-1"},"secondary":{"display_id":"REVU-3"}}}`),
			done("duplicates.list", `{"state":"accepted"}`, `{"duplicates":[{"rev_user":{"display_id":"REVU-2"},"other":{"display_id":"REVU-3"}}]}`),
			done("merges.undo", `{"id":"MERGE-2"}`, `{}`),
			done("duplicates.list", `{"state":"accepted"}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"state":"rejected","rev_user":"REVU-3"}`, `{"duplicates":[{"rev_user":{"display_id":"REVU-2"}},{"rev_user":{"display_id":"REVU-1"}}]}`),
		})
	})
}

// TestSplitIsARejection shows that no rule and no clash brings together what a
// member has split.
func TestSplitIsARejection(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.person(t, `"external_ref":"ann","email":"ann@x.example"`, "email ann@x.example")
		made := s.admin.Post(t, "rev-users.split", `{"id":"`+ann+`","identifiers":[{"kind":"email","value":"ann@x.example"}]}`, 201).Text(t, "rev_user.display_id")
		const both = `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`
		if got := who(t, s.signIn(t, both)); got != ann {
			t.Fatalf("signed in as %s", got)
		}
		s.wantNoMerge(t)
		clash(t, s.admin, "ann", "ann")
		s.admin.Run(t, []apitest.Scenario{
			done("duplicates.list", `{}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"state":"rejected"}`, `{"duplicates":[{"rev_user":{"display_id":"`+ann+`"},"other":{"display_id":"`+made+`"}}]}`),
		})
	})
}

// TestRejectedAreNotLinked lets a token prove one person of whom a member said
// that they are two.
func TestRejectedAreNotLinked(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		s := newShop(t, k, "Acme")
		ann := s.person(t, `"external_ref":"ann"`)
		other := s.person(t, `"email":"ann@x.example"`)
		const both = `{"user_ref":"ann","user_traits":{"email":"ann@x.example"}}`
		s.signIn(t, both) // in doubt: somebody entered the address
		s.admin.Post(t, "duplicates.reject", `{"rev_user":"`+ann+`","other":"`+other+`"}`, 200)
		s.admin.Post(t, "rev-users.identifiers.verify", `{"id":"`+other+`","kind":"email","value":"ann@x.example"}`, 200)
		if got := who(t, s.signIn(t, both)); got != ann {
			t.Errorf("signed in as %s", got)
		}
		s.wantNoMerge(t)
		s.admin.Run(t, []apitest.Scenario{done("duplicates.list", `{}`, `{"duplicates":[]}`)})
	})
}

// TestJudgementsRace accepts and rejects one pair at the same time: what is one
// contact in the end is no rejected pair.
func TestJudgementsRace(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		for i := range 12 {
			a, b := fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)
			upserts(t, c, a, b)
			clash(t, c, a, b)
			pair := fmt.Sprintf(`{"rev_user":"REVU-%d","other":"REVU-%d"}`, 2*i+1, 2*i+2)
			var wg sync.WaitGroup
			for _, op := range []string{"duplicates.reject", "duplicates.accept"} {
				wg.Go(func() { c.Send(t, "", "/"+op, nil, pair) })
			}
			wg.Wait()
			merged := strings.Contains(string(c.Post(t, "merges.list", fmt.Sprintf(`{"record":"REVU-%d"}`, 2*i+1), 200).Body), "MERGE-")
			if state := c.Post(t, "duplicates.explain", pair, 200).Text(t, "duplicate.state"); merged != (state == "accepted") {
				t.Errorf("pair %d is %s, and merged: %v", i, state, merged)
			}
		}
	})
}
