package store

import "math/bits"

// numberSet is a set of record numbers: bits in chunks, since numbers are
// dense. A million take 128 KiB.
type numberSet struct {
	chunks   map[int64]*[chunkWords]uint64
	size     int
	min, max int64
}

const (
	chunkBits  = 16
	chunkWords = 1 << chunkBits / 64
)

func newNumberSet(ns []int64) *numberSet {
	s := &numberSet{chunks: map[int64]*[chunkWords]uint64{}}
	for _, n := range ns {
		s.add(n)
	}
	return s
}

func (s *numberSet) add(n int64) {
	c := s.chunks[n>>chunkBits]
	if c == nil {
		c = new([chunkWords]uint64)
		s.chunks[n>>chunkBits] = c
	}
	word, bit := n>>6&(chunkWords-1), uint64(1)<<(n&63)
	if c[word]&bit != 0 {
		return
	}
	c[word] |= bit
	if s.size == 0 || n < s.min {
		s.min = n
	}
	if s.size == 0 || n > s.max {
		s.max = n
	}
	s.size++
}

func (s *numberSet) has(n int64) bool {
	c := s.chunks[n>>chunkBits]
	return c != nil && c[n>>6&(chunkWords-1)]&(1<<(n&63)) != 0
}

// numbers returns the members in no order.
func (s *numberSet) numbers() []int64 {
	out := make([]int64, 0, s.size)
	for at, c := range s.chunks {
		for i, word := range c {
			for ; word != 0; word &= word - 1 {
				out = append(out, at<<chunkBits|int64(i)<<6|int64(bits.TrailingZeros64(word)))
			}
		}
	}
	return out
}
