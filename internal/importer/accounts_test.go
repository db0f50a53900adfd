package importer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/directory"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/identity"
	"github.com/kith-id/kith/internal/importer"
)

// accountWriter writes accounts by the directory's rules.
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

// TestAccountRowsTwice: later rows of an account count as repeated, however far
// from the first they stand and whether the account is new or not, and a dry
// run foresees what the import will do.
func TestAccountRowsTwice(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.svc.Accounts = accountWriter{}
		w.work()
		run := func(text string, opt importer.Options) *importer.Import {
			m, err := w.svc.Create(t.Context(), w.scope, don.Account, "a.csv", strings.NewReader(text), opt)
			if err != nil {
				t.Fatal(err)
			}
			return w.wait(m.N)
		}
		w.want(run("display_name,external_refs\nOld,old\nSame,same\n", importer.Options{}), counts{Rows: 2, Created: 2})
		var b strings.Builder
		b.WriteString("display_name,external_refs,tier\nOld,old,gold\nSame,same,\nNew,new,\n")
		for i := range 500 {
			fmt.Fprintf(&b, "Account %d,a%d,\n", i, i)
		}
		b.WriteString("Old,old,silver\nSame,same,\nNewer,\"new, newer\",\n")
		for _, dry := range []bool{true, false} {
			w.want(run(b.String(), importer.Options{DryRun: dry}), counts{Rows: 506, Created: 501, Failed: 5})
			if !dry {
				continue
			}
			m := run(b.String(), importer.Options{DryRun: true, Update: true})
			w.want(m, counts{Rows: 506, Created: 501, Updated: 1, Unchanged: 1, Repeated: 3})
		}
		w.want(run(b.String(), importer.Options{Update: true}), counts{Rows: 506, Updated: 1, Unchanged: 502, Repeated: 3})
	})
}
