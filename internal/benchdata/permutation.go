package benchdata

// permutation is a seeded bijection of the numbers of an even number of bits:
// a Feistel network of four rounds. It gives distinct values in an order that
// looks random, which is what keys of real exports look like to an index.
type permutation struct {
	half uint // bits in each half
	keys [4]uint64
}

func newPermutation(bits uint, seed uint64) permutation {
	p := permutation{half: bits / 2}
	for i := range p.keys {
		p.keys[i] = mix(seed + uint64(i))
	}
	return p
}

func (p permutation) at(n uint64) uint64 {
	mask := uint64(1)<<p.half - 1
	left, right := n>>p.half&mask, n&mask
	for _, key := range p.keys {
		left, right = right, left^mix(right^key)&mask
	}
	return left<<p.half | right
}

// mix is the output function of SplitMix64: it spreads every input bit over
// all output bits.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
