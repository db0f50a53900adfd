package store

import (
	"math"
	"math/bits"
)

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
	var c *[chunkWords]uint64
	at := int64(math.MinInt64) // where c is; the next number is likely to be there as well
	for _, n := range ns {
		if n>>chunkBits != at {
			at = n >> chunkBits
			if c = s.chunks[at]; c == nil {
				c = new([chunkWords]uint64)
				s.chunks[at] = c
			}
		}
		c[n>>6&(chunkWords-1)] |= uint64(1) << (n & 63)
	}
	s.measure()
	return s
}

// measure learns the size and the bounds from the bits.
func (s *numberSet) measure() {
	s.size = 0
	for at, c := range s.chunks {
		for i, word := range c {
			if word == 0 {
				continue
			}
			base := at<<chunkBits | int64(i)<<6
			first, last := base+int64(bits.TrailingZeros64(word)), base+int64(bits.Len64(word))-1
			if s.size == 0 || first < s.min {
				s.min = first
			}
			if s.size == 0 || last > s.max {
				s.max = last
			}
			s.size += bits.OnesCount64(word)
		}
	}
}

// clone returns a set of its own with the same members.
func (s *numberSet) clone() *numberSet {
	out := &numberSet{chunks: make(map[int64]*[chunkWords]uint64, len(s.chunks)), size: s.size, min: s.min, max: s.max}
	for at, c := range s.chunks {
		own := *c
		out.chunks[at] = &own
	}
	return out
}

// keep removes what is not, or with drop what is, in the other set.
func (s *numberSet) keep(o *numberSet, drop bool) {
	for at, c := range s.chunks {
		other := o.chunks[at]
		switch {
		case other == nil && !drop:
			delete(s.chunks, at)
		case other != nil && drop:
			for i := range c {
				c[i] &^= other[i]
			}
		case other != nil:
			for i := range c {
				c[i] &= other[i]
			}
		}
	}
	s.measure()
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
