package don

import (
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/errs"
)

func TestParse(t *testing.T) {
	s := Space{Partition: "kith", Org: "AbC123"}
	full := s.Format(Of(Contact, 12))
	tests := []struct {
		name, in string
		allowed  Type
		want     ID     // when code is ""
		code     string // of the error
	}{
		{"display id", "REVU-12", Contact, Of(Contact, 12), ""},
		{"in lower case", "revu-12", Contact, Of(Contact, 12), ""},
		{"in quotes", ` "REVU-12" `, Contact, Of(Contact, 12), ""},
		{"in full", full, Contact, Of(Contact, 12), ""},
		{"the older form", "don:identity:kith:devo/AbC123:revo/x:revu/12", Contact, Of(Contact, 12), ""},
		{"a random local id", s.Format(ID{Type: Token, Local: "aB9"}), Token, ID{Type: Token, Local: "aB9"}, ""},
		{"another type", "ACC-1", Contact, ID{}, "unexpected_id_type"},
		{"another type in full", s.Format(Of(Account, 1)), Contact, ID{}, "unexpected_id_type"},
		{"another org", strings.Replace(full, "AbC123", "XyZ", 1), Contact, ID{}, "not_found"},
		{"another partition", strings.Replace(full, "kith", "dvrv-us-1", 1), Contact, ID{}, "not_found"},
		{"the wrong service", strings.Replace(full, "identity", "core", 1), Contact, ID{}, "invalid_id"},
		{"no such type", "FOO-1", Contact, ID{}, "invalid_id"},
		{"nothing", "", Contact, ID{}, "invalid_id"},
		{"no number", "REVU-", Contact, ID{}, "invalid_id"},
		{"zero", "REVU-0", Contact, ID{}, "invalid_id"},
		{"a zero in front", "REVU-012", Contact, ID{}, "invalid_id"},
		{"a sign", "REVU-+12", Contact, ID{}, "invalid_id"},
		{"a negative number", "REVU--12", Contact, ID{}, "invalid_id"},
		{"too large a number", "REVU-9223372036854775808", Contact, ID{}, "invalid_id"},
		{"half of a DON", "don:identity:kith", Contact, ID{}, "invalid_id"},
		{"an endless partition", strings.Replace(full, "kith", strings.Repeat("k", 1<<20), 1), Contact, ID{}, "invalid_id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := s.Parse("id", tt.in, tt.allowed)
			if tt.code == "" {
				if err != nil || got != tt.want {
					t.Errorf("got %v, %v, want %v", got, err, tt.want)
				}
				return
			}
			e := errs.As(err)
			if e == nil || e.Code != tt.code {
				t.Fatalf("got %v, %v, want %s", got, err, tt.code)
			}
			if len(e.Error()) > 1000 {
				t.Errorf("the message has %d bytes", len(e.Error()))
			}
		})
	}
}

func TestDisplayAndTail(t *testing.T) {
	id := Of(Workspace, 7)
	if got := id.Display() + " " + id.Tail(); got != "REV-7 revo/7" {
		t.Errorf("got %s", got)
	}
	if got := FromTail(id.Tail()); got != id {
		t.Errorf("got %v", got)
	}
	if got := FromTail("nothing/7"); got != (ID{}) {
		t.Errorf("unknown text gives %v", got)
	}
}
