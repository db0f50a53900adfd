package match

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// A Pair is two rows, A before B, and the log2 odds that they are one.
type Pair struct {
	A, B uint32
	Bits float32
}

// Probability returns the estimated probability that the two are one.
func (p Pair) Probability() float64 { return probability(float64(p.Bits)) }

// scorePairs scores all candidates and returns those with at least floor bits,
// in the order of their rows.
func scorePairs(ctx context.Context, r *Run, floor float64) ([]Pair, error) {
	n := r.table.Len()
	workers := min(runtime.GOMAXPROCS(0), max(1, n/256))
	chunk := max(64, n/(workers*16)+1)
	parts := make([][]Pair, (n+chunk-1)/chunk)
	var next sync.Mutex
	at := 0
	take := func() int {
		next.Lock()
		defer next.Unlock()
		at++
		return at - 1
	}
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			s, seen := newScorer(r.frame, r.Model), newMarks(n)
			for c := take(); c < len(parts) && ctx.Err() == nil; c = take() {
				for row := c * chunk; row < min(n, (c+1)*chunk); row++ {
					r.index.candidates(uint32(row), seen, func(other uint32) {
						if bits := s.score(row, int(other)); bits >= floor {
							parts[c] = append(parts[c], Pair{uint32(row), other, float32(bits)})
						}
					})
				}
				slices.SortFunc(parts[c], func(a, b Pair) int {
					if a.A != b.A {
						return int(a.A) - int(b.A)
					}
					return int(a.B) - int(b.B)
				})
			}
		})
	}
	group.Wait()
	return slices.Concat(parts...), ctx.Err()
}
