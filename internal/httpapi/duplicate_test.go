package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kith-id/kith/internal/httpapi/apitest"
	"github.com/kith-id/kith/internal/server/servertest"
)

// TestDuplicatesOfClashes files what an observation leaves in doubt, decides
// about it, and shows that what was parted is not suggested again.
func TestDuplicatesOfClashes(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		up := func(body string) { c.Post(t, "rev-users.upsert", body, 200) }
		up(`{"external_ref":"a","email":"a@x.example","display_name":"Ann"}`)
		up(`{"external_ref":"b","email":"b@x.example","display_name":"Bo"}`)
		up(`{"external_ref":"c","email":"c@x.example","display_name":"Cy"}`)
		const clash = `{"external_ref":"a","email":"b@x.example"}`
		up(clash)
		up(clash) // filed once
		up(`{"external_ref":"c","email":"a@x.example"}`)
		const ab = `{"rev_user":{"display_id":"REVU-1","display_name":"Ann"},"other":{"display_id":"REVU-2","display_name":"Bo"},"rule":"held","probability":0.9,"identifier":{"kind":"email","value":"b@x.example"},"state":"open","filed_date":"<any>"}`
		const ac = `{"rev_user":{"display_id":"REVU-1"},"other":{"display_id":"REVU-3"},"rule":"held"}`
		c.Run(t, forms("list", "duplicates.list", "limit=10", `{"limit":10}`, 200, `{"duplicates":[`+ac+`,`+ab+`]}`))
		c.Run(t, forms("of one", "duplicates.list", "rev_user=REVU-2", `{"rev_user":"REVU-2"}`, 200, `{"duplicates":[`+ab+`]}`))
		c.Run(t, forms("explain", "duplicates.explain", "rev_user=REVU-2&other=REVU-1", `{"rev_user":"REVU-2","other":"REVU-1"}`, 200,
			`{"duplicate":`+ab+`,"rev_users":[{"display_id":"REVU-1"},{"display_id":"REVU-2"}]}`))
		pages(t, c)
		c.Run(t, []apitest.Scenario{
			refused("not a pair", "duplicates.accept", `{"rev_user":"REVU-2","other":"REVU-3"}`, 404, `{"type":"not_found"}`),
			refused("with itself", "duplicates.reject", `{"rev_user":"REVU-2","other":"REVU-2"}`, 404, `{"type":"not_found"}`),
			refused("one only", "duplicates.reject", `{"rev_user":"REVU-2"}`, 400, `{"type":"missing_required_field","field_name":"other"}`),
			refused("a stranger is kept", "duplicates.accept", `{"rev_user":"REVU-1","other":"REVU-2","primary_user":"REVU-3"}`, 400, `{"field_name":"primary_user"}`),
			refused("no such state", "duplicates.list", `{"state":"maybe"}`, 400, `{"field_name":"state"}`),
			done("duplicates.reject", `{"rev_user":"REVU-1","other":"REVU-2"}`, `{}`),
			done("duplicates.list", `{}`, `{"duplicates":[`+ac+`]}`),
			done("rev-users.upsert", clash, `{"created":false}`),
			done("duplicates.list", `{}`, `{"duplicates":[`+ac+`]}`),
			done("duplicates.list", `{"state":"rejected"}`, `{"duplicates":[{"other":{"display_id":"REVU-2"},"decided_by":{"display_id":"DEVU-1"},"decided_date":"<any>"}]}`),
			done("duplicates.accept", `{"rev_user":"REVU-1","other":"REVU-3","primary_user":"REVU-3"}`, `{"merge":{"display_id":"MERGE-1","primary":{"display_id":"REVU-3"},"secondary":{"display_id":"REVU-1"}}}`),
			done("duplicates.list", `{}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"state":"accepted"}`, `{"duplicates":[`+ac+`]}`),
			done("identities.explain", `{"id":"REVU-3"}`, `{"duplicates":[{"state":"accepted","rule":"held","probability":0.9}]}`),
			// One of a rejected pair is part of another contact now: the two are still not one.
			done("rev-users.upsert", `{"external_ref":"c","email":"b@x.example"}`, `{"created":false}`),
			done("duplicates.list", `{}`, `{"duplicates":[]}`),
			refused("again", "duplicates.accept", `{"rev_user":"REVU-1","other":"REVU-3"}`, 400, `{"type":"bad_request"}`),
			refused("merged", "duplicates.reject", `{"rev_user":"REVU-1","other":"REVU-3"}`, 400, `{"type":"bad_request"}`),
			done("merges.undo", `{"id":"MERGE-1"}`, `{"rev_user":{"display_id":"REVU-1"}}`),
			done("rev-users.upsert", `{"external_ref":"c","email":"a@x.example"}`, `{"created":false}`),
			done("duplicates.list", `{}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"state":"rejected","rev_user":"REVU-3"}`, `{"duplicates":[`+ac+`]}`),
			// Apart again, nobody said so of these two.
			done("rev-users.upsert", `{"external_ref":"c","email":"b@x.example"}`, `{"created":false}`),
			done("identities.explain", `{"id":"REVU-3"}`, `{"duplicates":[{"state":"open","rev_user":{"display_id":"REVU-2"},"other":{"display_id":"REVU-3"}}]}`),
		})
	})
}

// pages reads the list a pair a page.
func pages(t *testing.T, c apitest.Client) {
	t.Helper()
	first := c.Post(t, "duplicates.list", `{"limit":1}`, 200)
	next := first.Text(t, "next_cursor")
	c.Run(t, []apitest.Scenario{
		absent(done("duplicates.list", `{"limit":1,"cursor":"`+next+`"}`, `{"duplicates":[{"other":{"display_id":"REVU-2"}}]}`), "next_cursor"),
		refused("of another list", "duplicates.list", `{"state":"rejected","cursor":"`+next+`"}`, 400, `{"field_name":"cursor"}`),
	})
}

// TestOpenDuplicatesThatAreGone are not shown: their contacts are one, or in the trash.
func TestOpenDuplicatesThatAreGone(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		c := newShop(t, k, "Acme").admin
		for _, n := range []string{"a", "b", "c", "d"} {
			c.Post(t, "rev-users.upsert", `{"external_ref":"`+n+`","email":"`+n+`@x.example"}`, 200)
		}
		for _, n := range []string{"b", "c", "d"} {
			c.Post(t, "rev-users.upsert", `{"external_ref":"a","email":"`+n+`@x.example"}`, 200)
		}
		c.Post(t, "rev-users.merge", `{"primary_user":"REVU-1","secondary_user":"REVU-2"}`, 200)
		c.Post(t, "rev-users.delete", `{"id":"REVU-3"}`, 200)
		c.Run(t, []apitest.Scenario{
			done("duplicates.list", `{}`, `{"duplicates":[{"other":{"display_id":"REVU-4"}}]}`),
			refused("in the trash", "duplicates.accept", `{"rev_user":"REVU-1","other":"REVU-3"}`, 404, `{"type":"not_found"}`),
			done("duplicates.list", `{"state":"accepted"}`, `{"duplicates":[{"other":{"display_id":"REVU-2"}}]}`),
			done("rev-users.restore", `{"id":"REVU-3"}`, `{"rev_user":{"display_id":"REVU-3"}}`),
			done("duplicates.list", `{"limit":5}`, `{"duplicates":[{"other":{"display_id":"REVU-4"}},{"other":{"display_id":"REVU-3"}}]}`),
		})
	})
}

// TestDuplicateScan finds who is there twice, and not who was parted.
func TestDuplicateScan(t *testing.T) {
	servertest.Each(t, func(t *testing.T, k *servertest.Kith) {
		k.App.StartWorkers(t.Context())
		c := newShop(t, k, "Acme").admin
		c.Run(t, []apitest.Scenario{
			refused("none yet", "duplicate-scans.get", `{}`, 404, `{"type":"not_found"}`),
			refused("none to cancel", "duplicate-scans.cancel", `{}`, 404, `{"type":"not_found"}`),
		})
		crowd(t, c)
		twice := func(a, b string) {
			c.Post(t, "rev-users.create", a, 201)
			c.Post(t, "rev-users.create", b, 201)
		}
		twice(`{"external_ref":"o-1","display_name":"Ottilie Wuerttemberg","email":"ottilie.wuerttemberg@gmail.example","phone_numbers":["+4915112345678"]}`,
			`{"external_ref":"o-2","display_name":"Ottilie Württemberg","email":"o.wuerttemberg@work.example","phone_numbers":["+4915112345678"]}`)
		twice(`{"external_ref":"z-1","display_name":"Zebulon Quackenbush","email":"zebulon.quackenbush@one.example","phone_numbers":["+4915187654321"]}`,
			`{"external_ref":"z-2","display_name":"Quackenbush, Zebulon","email":"zebulon.quackenbush@two.example"}`)
		scan(t, c)
		found := c.Post(t, "duplicates.list", `{}`, 200)
		c.Run(t, []apitest.Scenario{
			done("duplicates.list", `{"rev_user":"REVU-201"}`, `{"duplicates":[{"rev_user":{"display_id":"REVU-201"},"other":{"display_id":"REVU-202"},"rule":"match"}]}`),
			done("duplicates.list", `{"rev_user":"REVU-203"}`, `{"duplicates":[{"rev_user":{"display_id":"REVU-203"},"other":{"display_id":"REVU-204"},"rule":"match"}]}`),
		})
		if n := strings.Count(string(found.Body), `"rule":"match"`); n > 4 {
			t.Errorf("found %d pairs among strangers: %s", n, found.Body)
		}
		explained(t, c)
		judged(t, c)
		c.Post(t, "duplicates.reject", `{"rev_user":"REVU-202","other":"REVU-201"}`, 200)
		c.Post(t, "rev-users.update", `{"id":"REVU-204","display_name":"Somebody Else","email":"entirely.different@three.example"}`, 200)
		scan(t, c)
		c.Run(t, []apitest.Scenario{
			done("duplicates.list", `{"rev_user":"REVU-201"}`, `{"duplicates":[]}`),
			done("duplicates.list", `{"rev_user":"REVU-204"}`, `{"duplicates":[]}`), // what no longer matches is dropped
			refused("over", "duplicate-scans.cancel", `{}`, 400, `{"type":"bad_request"}`),
		})
	})
}

// crowd makes 200 contacts who have nothing to do with each other.
func crowd(t *testing.T, c apitest.Client) {
	t.Helper()
	first := []string{"Ada", "Bruno", "Clara", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katja", "Lukas", "Mina", "Nils", "Olga", "Pavel", "Rosa", "Stefan", "Tara", "Ulrich"}
	last := []string{"Abendroth", "Bellucci", "Castellano", "Dahlgren", "Eriksen", "Ferreira", "Grabowski", "Hofstetter", "Ivanova", "Jankowski"}
	for i := range 200 {
		f, l := first[i%20], last[i/20]
		c.Post(t, "rev-users.create", fmt.Sprintf(`{"external_ref":"u-%d","display_name":"%s %s","email":"%s.%s@company%d.example","phone_numbers":["+49301%06d"]}`,
			i, f, l, strings.ToLower(f), strings.ToLower(l), i%17, 100_000+i*37), 201)
	}
}

// scan searches for duplicates and waits for the end.
func scan(t *testing.T, c apitest.Client) {
	t.Helper()
	c.Post(t, "duplicate-scans.create", `{}`, 201)
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		got := c.Post(t, "duplicate-scans.get", `{}`, 200)
		switch state := got.Text(t, "duplicate_scan.state"); {
		case state == "done":
			return
		case state != "waiting" && state != "running", time.Now().After(end):
			t.Fatalf("the search ended as %s", got.Body)
		}
	}
}

// judged decides about the pairs that a member is asked about and reads what
// that says of the search.
func judged(t *testing.T, c apitest.Client) {
	t.Helper()
	var asked struct {
		Duplicates []struct {
			RevUser struct {
				DisplayID string `json:"display_id"`
			} `json:"rev_user"`
			Other struct {
				DisplayID string `json:"display_id"`
			} `json:"other"`
		}
	}
	c.Post(t, "duplicates.sample", `{}`, 200).Decode(t, &asked)
	if len(asked.Duplicates) < 2 {
		t.Fatalf("asked about %d pairs", len(asked.Duplicates))
	}
	c.Run(t, forms("one", "duplicates.sample", "count=1", `{"count":1}`, 200, `{"duplicates":[{"state":"open","rule":"match"}]}`))
	type share struct{ Value, Low, High float64 }
	var q struct {
		Ranges    []struct{ Pairs, Judged, Same int }
		Estimates []struct{ Precision, Recall share }
	}
	quality := func() (pairs, judged, same int) {
		c.Post(t, "duplicates.quality", `{"precision":0.9}`, 200).Decode(t, &q)
		for at, r := range q.Ranges {
			pairs, judged, same = pairs+r.Pairs, judged+r.Judged, same+r.Same
			for _, s := range []share{q.Estimates[at].Precision, q.Estimates[at].Recall} {
				if s.Low > s.Value || s.Value > s.High || s.Low < 0 || s.High > 1 {
					t.Errorf("an estimate of %+v", s)
				}
			}
		}
		return pairs, judged, same
	}
	pairs, before, _ := quality()
	wide := q.Estimates[0].Precision.High - q.Estimates[0].Precision.Low
	if before != 0 || pairs < 2 {
		t.Errorf("%d of %d pairs are judged before anybody was asked", before, pairs)
	}
	body := func(n int) string {
		return `{"rev_user":"` + asked.Duplicates[n].RevUser.DisplayID + `","other":"` + asked.Duplicates[n].Other.DisplayID + `"}`
	}
	c.Post(t, "duplicates.accept", body(0), 200)
	c.Post(t, "duplicates.reject", body(1), 200)
	if n, judged, same := quality(); n != pairs || judged != 2 || same != 1 {
		t.Errorf("%d pairs, %d judged, %d the same; want %d, 2, 1", n, judged, same, pairs)
	}
	if now := q.Estimates[0].Precision.High - q.Estimates[0].Precision.Low; now >= wide {
		t.Errorf("decisions leave as much open, %.3f after %.3f", now, wide)
	}
	c.Run(t, []apitest.Scenario{
		absent(done("duplicates.quality", `{}`, `{"estimates":"<any>"}`), "threshold"),
		refused("beyond", "duplicates.quality", `{"precision":1.5}`, 400, `{"field_name":"precision"}`),
		refused("certain", "duplicates.quality", `{"precision":1}`, 400, `{"field_name":"precision"}`),
		refused("too many", "duplicates.sample", `{"count":51}`, 400, `{"field_name":"count"}`),
		done("merges.undo", `{"id":"MERGE-1"}`, `{}`),
	})
}

// explained checks that the evidence of a pair adds up.
func explained(t *testing.T, c apitest.Client) {
	t.Helper()
	var out struct {
		Duplicate struct{ Probability float64 }
		Evidence  struct {
			Prior     float64 `json:"prior_bits"`
			Relatives float64 `json:"relatives_bits"`
			Bits      float64
			Fields    []struct {
				Field, Value, Other string
				Bits                float64
			}
		}
	}
	c.Post(t, "duplicates.explain", `{"rev_user":"REVU-201","other":"REVU-202"}`, 200).Decode(t, &out)
	sum := out.Evidence.Prior + out.Evidence.Relatives
	for _, f := range out.Evidence.Fields {
		sum += f.Bits
	}
	if d := sum - out.Evidence.Bits; len(out.Evidence.Fields) == 0 || d > 0.01 || d < -0.01 {
		t.Errorf("the evidence %+v adds up to %.3f", out.Evidence, sum)
	}
	if out.Duplicate.Probability < 0.5 || out.Duplicate.Probability > 1 {
		t.Errorf("probability %v", out.Duplicate.Probability)
	}
}
