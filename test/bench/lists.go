package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/kith-id/kith/test/bench/bare"
	"github.com/kith-id/kith/test/bench/listpair"
)

// pagesPerPair is how many pages of each pair are read: the first, and those
// that its cursors lead to.
const pagesPerPair = 25

// kithList reads pages of the easy or of the hard pairs over HTTP, one after
// the other, in an org of its own with the published contacts.
func kithList(on engine, hard bool) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		s, err := e.listSite(on, e.rows)
		if err != nil {
			return bare.Figures{}, err
		}
		var took []time.Duration
		start := time.Now()
		err = e.serve(s, func(url string) error {
			client := clients(1)
			for _, p := range listpair.Pairs {
				if p.Hard != hard {
					continue
				}
				pages, err := s.read(e, client, url, request(p), pagesPerPair)
				if err != nil {
					return fmt.Errorf("%s: %w", p.Name, err)
				}
				took = append(took, pages...)
			}
			return nil
		})
		return distribution(took, time.Since(start)), err
	}
}

// read follows a list's pages, from the first one again behind the last, and
// returns how long each took.
func (s *site) read(e *env, client *http.Client, url string, body map[string]any, count int) (took []time.Duration, err error) {
	for range count {
		var page struct {
			Next string `json:"next_cursor"`
		}
		start := time.Now()
		if err := s.call(e.ctx, client, url+"/rev-users.list", body, &page); err != nil {
			return nil, err
		}
		took = append(took, time.Since(start))
		body["cursor"] = page.Next
		if page.Next == "" {
			delete(body, "cursor")
		}
	}
	return took, nil
}

// request says in the API's words what a pair filters and sorts by.
func request(p listpair.Pair) map[string]any {
	f, body := p.Filter, map[string]any{"limit": 50}
	var sorts, tags, places, owners, authors []string
	for _, s := range p.Sorts {
		sorts = append(sorts, s.Field+map[bool]string{false: ":asc", true: ":desc"}[s.Desc])
	}
	for _, t := range f.Tags {
		tags = append(tags, strings.TrimSuffix(fmt.Sprintf("TAG-%d=%s", t.N, t.Value), "="))
	}
	for _, id := range f.Places {
		places = append(places, fmt.Sprintf("ACC-%d", id.N))
	}
	for _, n := range f.Owners {
		owners = append(owners, fmt.Sprintf("DEVU-%d", n))
	}
	for _, author := range f.CreatedBy {
		authors = append(authors, strings.ToUpper(strings.Replace(author, "/", "-", 1)))
	}
	for key, list := range map[string][]string{"sort_by": sorts, "tags": tags, "associations": places, "owned_by": owners, "created_by": authors} {
		if list != nil {
			body[key] = list
		}
	}
	if f.Verified != nil {
		body["is_verified"] = *f.Verified
	}
	if f.CreatedAfter != nil {
		body["created_date"] = map[string]any{"after": f.CreatedAfter, "before": f.CreatedBefore}
	}
	return body
}

// listSite returns the engine's org with so many of the published contacts.
func (e *env) listSite(on engine, rows int) (*site, error) {
	name := fmt.Sprintf("lists-%s-%d", on, rows)
	if s := e.sites[engine(name)]; s != nil {
		return s, nil
	}
	s, err := e.emptySite(on, name)
	if err != nil {
		return nil, err
	}
	e.sites[engine(name)] = s
	args := append([]string{"-org", "1", "-rows", fmt.Sprint(rows)}, s.seedArgs()...)
	_, err = e.output(e.path("seedlist"), args...)
	return s, err
}
