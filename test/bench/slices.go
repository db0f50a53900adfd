package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/kith-id/kith/test/bench/bare"
	"github.com/kith-id/kith/test/bench/listpair"
)

// size tells how many of the published contacts an org has.
type size func(*env) int

// small is what slices of the whole are measured against.
func small(*env) int { return 10_000 }

func whole(e *env) int { return e.rows }

const (
	pagesPerSlice = 100
	answersEach   = 100              // of a group-by
	countsEach    = 20               // of a filter
	groupTime     = 10 * time.Minute // how long working out a group may take
)

// onSliced runs body on the engine's org of some size, whose groups are worked out.
func (e *env) onSliced(on engine, rows size, body func(s *site, client *http.Client, url string) (bare.Figures, error)) (f bare.Figures, err error) {
	s, err := e.listSite(on, rows(e))
	if err != nil {
		return f, err
	}
	err = e.serve(s, func(url string) error {
		client := clients(1)
		if !s.grouped {
			if err := e.group(s, client, url); err != nil {
				return err
			}
		}
		s.grouped = true
		f, err = body(s, client, url)
		return err
	})
	return f, err
}

// group creates the groups that slices name.
func (e *env) group(s *site, client *http.Client, url string) error {
	for i, filter := range listpair.Groups {
		if err := e.createGroup(s, client, url, fmt.Sprint("group ", i), filter, 4+i); err != nil {
			return err
		}
	}
	return nil
}

// createGroup creates a group, which must get the number, and waits for its members.
func (e *env) createGroup(s *site, client *http.Client, url, name, filter string, number int) error {
	var made struct {
		Group struct {
			ID string `json:"display_id"`
		} `json:"group"`
	}
	body := map[string]any{"name": name, "description": "", "type": "dynamic", "dynamic_group_info": map[string]any{"membership_expression": filter}}
	if err := s.call(e.ctx, client, url+"/groups.create", body, &made); err != nil {
		return err
	}
	if want := fmt.Sprint("GROUP-", number); made.Group.ID != want {
		return fmt.Errorf("the new group is %s, want %s", made.Group.ID, want)
	}
	return e.settled(s, client, url, made.Group.ID)
}

// settled waits until a group follows and nothing waits.
func (e *env) settled(s *site, client *http.Client, url, id string) error {
	for end := time.Now().Add(groupTime); ; time.Sleep(20 * time.Millisecond) {
		var got struct {
			Group struct {
				Dynamic struct {
					State string
					Lag   float64 `json:"lag_seconds"`
				} `json:"dynamic_group_info"`
			}
		}
		if err := s.call(e.ctx, client, url+"/groups.get", map[string]any{"id": id}, &got); err != nil {
			return err
		}
		now := got.Group.Dynamic
		if now.State == "following" && now.Lag == 0 {
			return nil
		}
		if now.State == "failed" || time.Now().After(end) {
			return fmt.Errorf("%s is %+v", id, now)
		}
	}
}

// kithSlice reads pages of lists by custom attributes, relations and groups over
// HTTP, one after the other.
func kithSlice(on engine, rows size, hard bool) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onSliced(on, rows, func(s *site, client *http.Client, url string) (bare.Figures, error) {
			var took []time.Duration
			start := time.Now()
			for _, p := range listpair.Slices {
				if p.Hard != hard {
					continue
				}
				body := map[string]any{"limit": 50, "sort_by": p.Sorts}
				if p.Where != "" {
					body["filter"] = p.Where
				}
				pages, err := s.read(e, client, url, body, pagesPerSlice)
				if err != nil {
					return bare.Figures{}, fmt.Errorf("%s: %w", p.Name, err)
				}
				e.detail(p.Name, pages)
				took = append(took, pages...)
			}
			return distribution(took, time.Since(start)), nil
		})
	}
}

// kithGroupBy counts all contacts by a custom attribute of 20 values.
func kithGroupBy(on engine, rows size) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onSliced(on, rows, func(s *site, client *http.Client, url string) (bare.Figures, error) {
			took := make([]time.Duration, answersEach)
			start := time.Now()
			for i := range took {
				began := time.Now()
				sum, err := s.byRegion(e, client, url, "")
				if err == nil && sum != rows(e) {
					err = fmt.Errorf("groups of %d contacts", sum)
				}
				if err != nil {
					return bare.Figures{}, err
				}
				took[i] = time.Since(began)
			}
			return distribution(took, time.Since(start)), nil
		})
	}
}

// byRegion counts contacts by a custom attribute of 20 values, and returns the sum.
func (s *site) byRegion(e *env, client *http.Client, url, filter string) (sum int, err error) {
	var got struct {
		Groups []struct{ Count int }
	}
	body := map[string]any{"group_by": "tnt__region"}
	if filter != "" {
		body["filter"] = filter
	}
	err = s.call(e.ctx, client, url+"/rev-users.group", body, &got)
	for _, g := range got.Groups {
		sum += g.Count
	}
	return sum, err
}

// kithCount counts what the slices that are not hard hold.
func kithCount(on engine, rows size) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onSliced(on, rows, func(s *site, client *http.Client, url string) (bare.Figures, error) {
			var took []time.Duration
			start := time.Now()
			for _, p := range listpair.Slices {
				if p.Hard {
					continue
				}
				body := map[string]any{}
				if p.Where != "" {
					body["filter"] = p.Where
				}
				counts := make([]time.Duration, countsEach)
				for i := range counts {
					began := time.Now()
					if err := s.call(e.ctx, client, url+"/rev-users.count", body, nil); err != nil {
						return bare.Figures{}, fmt.Errorf("%s: %w", p.Name, err)
					}
					counts[i] = time.Since(began)
				}
				e.detail(p.Name, counts)
				took = append(took, counts...)
			}
			return distribution(took, time.Since(start)), nil
		})
	}
}

// kithFollow gives the account of a fifth of the contacts another tier, for which
// a group asks, and tells how many members a second join it.
func kithFollow(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onSliced(on, whole, func(s *site, client *http.Client, url string) (bare.Figures, error) {
			number := 4 + len(listpair.Groups)
			if err := e.createGroup(s, client, url, "followed", "account.tier = platinum", number); err != nil {
				return bare.Figures{}, err
			}
			id := fmt.Sprint("GROUP-", number)
			tier := func(name string) error {
				return s.call(e.ctx, client, url+"/accounts.update", map[string]any{"id": fmt.Sprint("ACC-", listpair.BigAccount), "tier": name}, nil)
			}
			count := func() (int, error) { return s.byRegion(e, client, url, "group = "+id) }
			start := time.Now()
			if err := tier("platinum"); err != nil {
				return bare.Figures{}, err
			}
			if err := e.settled(s, client, url, id); err != nil {
				return bare.Figures{}, err
			}
			took := time.Since(start)
			n, err := count()
			if err == nil && n < e.rows/6 {
				err = fmt.Errorf("%d have joined", n)
			}
			if err == nil {
				err = tier(listpair.Tier(listpair.BigAccount)) // as it was
			}
			if err == nil {
				err = e.settled(s, client, url, id)
			}
			if left, failed := count(); err == nil {
				if err = failed; err == nil && left != 0 {
					err = fmt.Errorf("%d have stayed", left)
				}
			}
			return rated(bare.Figures{Rows: n, Seconds: took.Seconds()}), err
		})
	}
}

// kithImportFields imports the contacts file with three filterable custom fields
// into a new org.
func kithImportFields(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		path := e.path("fields.csv")
		if err := addFields(e.path("contacts.csv"), path); err != nil {
			return bare.Figures{}, err
		}
		s, err := e.newSite(on)
		if err != nil {
			return bare.Figures{}, err
		}
		e.imported[on] = true
		err = e.serve(s, func(url string) error {
			f := listpair.Fragment()
			var fields []map[string]any
			for _, x := range f.Fields {
				field := map[string]any{"name": x.Name, "field_type": x.Type, "is_filterable": true}
				for _, c := range x.Choices {
					labels, _ := field["allowed_values"].([]string)
					field["allowed_values"] = append(labels, c.Label)
				}
				fields = append(fields, field)
			}
			body := map[string]any{"type": f.Kind, "leaf_type": "rev_user", "description": "", "fields": fields}
			return s.call(e.ctx, http.DefaultClient, url+"/schemas.custom.set", body, nil)
		})
		if err != nil {
			return bare.Figures{}, err
		}
		return e.importFile(s, path, e.totals)
	}
}

// addFields copies a file of contacts with three columns more.
func addFields(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	r, w := csv.NewReader(in), csv.NewWriter(out)
	r.ReuseRecord, r.FieldsPerRecord = true, -1 // invalid rows have cells of their own
	plans := []string{"basic", "silver", "gold", "platinum"}
	for i := 0; ; i++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			w.Flush()
			return w.Error()
		}
		if err != nil {
			return err
		}
		more := []string{plans[i*7%4], strconv.Itoa(i * 31 % 5000), time.Date(2026, 1, 1+i*17%365, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)}
		if i == 0 {
			more = []string{"tnt__plan", "tnt__seats", "tnt__renewal"}
		}
		if err := w.Write(append(row, more...)); err != nil {
			return err
		}
	}
}
