package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/kith-id/kith/test/bench/bare"
)

const (
	searches     = 1000
	misspellings = 500
	leastRecall  = 0.95
	indexTime    = 10 * time.Minute // how long indexing may take
)

// Columns of the contacts file.
const (
	nameColumn  = 1
	emailColumn = 3
)

// found is what a search answers, as far as it matters here.
type found struct {
	Results []struct {
		User struct {
			Name string `json:"display_name"`
		} `json:"user"`
	} `json:"results"`
	Behind float64 `json:"index_lag_seconds"`
}

// onIndexed runs body on a server whose org holds the file, all of it indexed.
func (e *env) onIndexed(on engine, body func(search func(query string) (found, error)) (bare.Figures, error)) (bare.Figures, error) {
	if !e.imported[on] {
		if _, err := kithImport(on)(e); err != nil {
			return bare.Figures{}, err
		}
	}
	return e.onSite(on, func(s *site, url string) (bare.Figures, error) {
		client := clients(1)
		search := func(query string) (out found, err error) {
			err = s.call(e.ctx, client, url+"/search.core", map[string]any{"query": query, "namespaces": []string{"rev_user"}}, &out)
			return out, err
		}
		if err := indexed(search); err != nil {
			return bare.Figures{}, err
		}
		return body(search)
	})
}

// indexed waits until nothing waits to be indexed.
func indexed(search func(string) (found, error)) error {
	for end := time.Now().Add(indexTime); ; time.Sleep(50 * time.Millisecond) {
		got, err := search("nobody at all")
		if err != nil || got.Behind == 0 {
			return err
		}
		if time.Now().After(end) {
			return errors.New("the index is not done")
		}
	}
}

// kithSearch looks for parts of names and addresses from the file, each of so many
// characters, by one client.
func kithSearch(on engine, shortest, longest int) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		parts, err := e.parts(shortest, longest)
		if err != nil {
			return bare.Figures{}, err
		}
		return e.onIndexed(on, func(search func(string) (found, error)) (bare.Figures, error) {
			took := make([]time.Duration, len(parts))
			start, none := time.Now(), 0
			for i, part := range parts {
				began := time.Now()
				got, err := search(part)
				if err != nil {
					return bare.Figures{}, err
				}
				took[i] = time.Since(began)
				if len(got.Results) == 0 {
					none++
				}
			}
			if none > len(parts)/50 { // two letters of two words do not make one
				return bare.Figures{}, fmt.Errorf("%d of %d parts find nobody", none, len(parts))
			}
			return distribution(took, time.Since(start)), nil
		})
	}
}

// parts cuts names and addresses of the file.
func (e *env) parts(shortest, longest int) ([]string, error) {
	rng := rand.New(rand.NewPCG(seed, uint64(longest)))
	var out []string
	for _, column := range []int{nameColumn, emailColumn} {
		values, err := e.knownValues(column)
		if err != nil {
			return nil, err
		}
		for want := len(out) + searches/2; len(out) < want; {
			value := []rune(values[rng.IntN(len(values))])
			size := shortest + rng.IntN(longest-shortest+1)
			if len(value) < size {
				continue
			}
			at := rng.IntN(len(value) - size + 1)
			if part := string(value[at : at+size]); len(strings.FieldsFunc(part, notWord)) > 0 {
				out = append(out, part)
			}
		}
	}
	return out, nil
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// kithSpell looks for full names of the file with a mistake in one of their words, two in
// long ones, and wants someone of that name among the first ten.
func kithSpell(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		names, err := e.knownValues(nameColumn)
		if err != nil {
			return bare.Figures{}, err
		}
		return e.onIndexed(on, func(search func(string) (found, error)) (bare.Figures, error) {
			rng := rand.New(rand.NewPCG(seed, 1))
			var took []time.Duration
			start, recalled := time.Now(), 0
			for len(took) < misspellings {
				name := names[rng.IntN(len(names))]
				query, ok := misspelled(rng, name)
				if !ok {
					continue
				}
				began := time.Now()
				got, err := search(query)
				if err != nil {
					return bare.Figures{}, err
				}
				took = append(took, time.Since(began))
				for _, r := range got.Results {
					if r.User.Name == name {
						recalled++
						break
					}
				}
			}
			if share := float64(recalled) / misspellings; share < leastRecall {
				return bare.Figures{}, fmt.Errorf("%.3f of the misspelled names are found among the first ten, %.2f are wanted", share, leastRecall)
			}
			return distribution(took, time.Since(start)), nil
		})
	}
}

// misspelled returns a name of two words with mistakes in one of at least four
// letters; ok is false for others.
func misspelled(rng *rand.Rand, name string) (string, bool) {
	words := strings.Fields(name)
	if len(words) != 2 || strings.ContainsFunc(words[0]+words[1], notWord) {
		return "", false
	}
	which := rng.IntN(2)
	word := []rune(words[which])
	if len(word) < 4 {
		return "", false
	}
	wrong := slip(rng, word)
	if len(word) >= 8 {
		wrong = slip(rng, wrong)
	}
	if string(wrong) == string(word) || len(wrong) < 4 {
		return "", false
	}
	words[which] = string(wrong)
	return strings.Join(words, " "), true
}

// slip makes a mistake: a letter too many, missing or wrong, or two changed over.
func slip(rng *rand.Rand, word []rune) []rune {
	at, letter := rng.IntN(len(word)-1), rune('a'+rng.IntN(26))
	out := append([]rune{}, word[:at]...)
	switch rng.IntN(4) {
	case 0:
		return append(append(out, letter), word[at:]...)
	case 1:
		return append(out, word[at+1:]...)
	case 2:
		return append(append(out, letter), word[at+1:]...)
	default:
		return append(append(out, word[at+1], word[at]), word[at+2:]...)
	}
}

// untilFound imports a file into a new org and then serves it until all is found.
func untilFound(on engine, load func(engine) func(*env) (bare.Figures, error)) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		f, err := load(on)(e)
		if err != nil {
			return f, err
		}
		var rest time.Duration
		_, err = e.onSite(on, func(s *site, url string) (bare.Figures, error) {
			start := time.Now()
			err := indexed(func(query string) (out found, err error) {
				err = s.call(e.ctx, http.DefaultClient, url+"/search.core", map[string]any{"query": query}, &out)
				return out, err
			})
			rest = time.Since(start)
			return bare.Figures{}, err
		})
		f.Seconds += rest.Seconds()
		return rated(f), err
	}
}
