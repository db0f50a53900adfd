package don

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/kith-id/kith/internal/errs"
)

func TestChild(t *testing.T) {
	s := Space{Partition: "kith", Org: "AbC123"}
	rapid.Check(t, func(t *rapid.T) {
		c := Child{Of: Of(rapid.SampledFrom([]Type{Contact, Account, Conversation, Ticket}).Draw(t, "type"), rapid.Int64Range(1, math.MaxInt64).Draw(t, "n")), Kind: Comment, N: rapid.Int64Range(1, math.MaxInt64).Draw(t, "id")}
		if got, err := s.ParseChild("id", s.FormatChild(c), Comment, TimelineEvent); err != nil || got != c {
			t.Fatalf("%s is read as %v, %v", s.FormatChild(c), got, err)
		}
	})
	const good = "don:identity:kith:devo/AbC123:revu/12:comment/x9Yz"
	for text, want := range map[string]string{
		good: "",
		"don:identity:kith:devo/AbC123:revu/12:timeline_event/x9Yz":   "unexpected_id_type",
		"don:identity:kith:devo/Other1:revu/12:comment/x9Yz":          "not_found",
		"don:identity:kith:devo/AbC123:revu/12":                       "invalid_id",
		"don:identity:kith:devo/AbC123:revu/12:comment/":              "invalid_id",
		"don:identity:kith:devo/AbC123:revu/12:comment/0x":            "invalid_id",
		"don:identity:kith:devo/AbC123:revu/12:comment/x-y":           "invalid_id",
		"don:identity:kith:devo/AbC123:revu/12:comment/zzzzzzzzzzz":   "invalid_id", // more than 63 bits
		"don:identity:kith:devo/AbC123:revu/12:comment/9zzzzzzzzzzzz": "invalid_id",
		"don:identity:kith:devo/AbC123:revu/12:note/x9Yz":             "invalid_id",
		"REVU-12:comment/x9Yz":                                        "invalid_id",
		"":                                                            "invalid_id",
	} {
		_, err := s.ParseChild("id", text, Comment)
		got := ""
		if e := errs.As(err); e != nil {
			got = e.Code
		}
		if got != want {
			t.Errorf("%q: error %q, want %q", text, got, want)
		}
	}
}
