package importer

import (
	"encoding/json"

	"github.com/kith-id/kith/internal/account"
	"github.com/kith-id/kith/internal/don"
	"github.com/kith-id/kith/internal/errs"
)

// undoAccounts takes an import of accounts back.
func (r *run) undoAccounts() error {
	for last := false; !last; {
		err := r.undoing("restore", func(tx Tx, m *Import) error {
			list, err := tx.CreatedAccounts(r.ctx, m.N, m.DoneRow, int(undoBatch))
			last = int64(len(list)) < undoBatch
			if err == nil && len(list) > 0 {
				err = r.takeBack(tx, list, m)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// takeBack undoes what the import did to accounts.
func (r *run) takeBack(tx Tx, list []*account.Account, m *Import) error {
	ns := make([]int64, len(list))
	for i := range list {
		ns[i] = list[i].N
	}
	matched, err := tx.Matched(r.ctx, m.N, don.Account, ns)
	if err != nil {
		return err
	}
	for _, a := range list {
		m.DoneRow = a.N
		if matched[a.N] {
			m.Progress.keep(don.Of(don.Account, a.N), a.DisplayName, keptMatched)
			continue
		}
		if err := r.undoAccount(tx, a, &m.Progress); err != nil {
			return err
		}
	}
	return nil
}

// undoAccount erases an account that the import created, or restores one that
// it changed, if nobody touched it since.
func (r *run) undoAccount(tx Tx, a *account.Account, p *Progress) error {
	own, err := tx.Changes(r.ctx, r.imp.N, don.Account, a.N-1, 1)
	if err != nil {
		return err
	}
	id, version, before := don.Of(don.Account, a.N), int64(1), &account.Account{}
	if len(own) == 1 && own[0].N == a.N {
		version = own[0].Version
		if err := json.Unmarshal(own[0].Before, before); err != nil {
			return err
		}
	}
	if a.Version != version {
		p.keep(id, a.DisplayName, keptChanged)
		return nil
	}
	if a.ImportN == r.imp.N {
		erased, err := r.svc.Accounts.Erase(r.ctx, tx, a)
		switch {
		case err != nil:
			return err
		case erased:
			p.Removed++
		default:
			p.keep(id, a.DisplayName, keptReferenced)
		}
		return nil
	}
	_, err = r.svc.Accounts.Change(r.ctx, tx, a, before)
	switch {
	case errs.Is(err, errs.Conflict):
		p.keep(id, a.DisplayName, keptContested)
		return nil
	case err == nil:
		p.Restored++
	}
	return err
}
