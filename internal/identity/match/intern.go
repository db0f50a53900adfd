package match

import "unsafe"

// An interner numbers distinct texts from 0 in the order of their first
// appearance and keeps them in one piece of memory: a million short texts as Go
// strings in a map would take four times as much.
type interner struct {
	text  []byte
	ends  []uint32 // of each text
	slots []uint32 // number + 1, 0 when free; a power of two long
}

// maxInterned bounds the text of one column, which offsets of 32 bits address.
const maxInterned = 1<<32 - 1<<21

func (t *interner) len() int { return len(t.ends) }

// get returns a text as a view that must not be kept longer than t lives.
func (t *interner) get(n uint32) []byte {
	if n == 0 {
		return t.text[:t.ends[0]]
	}
	return t.text[t.ends[n-1]:t.ends[n]]
}

func (t *interner) string(n uint32) string { return string(t.get(n)) }

func (t *interner) look(s string) (n, slot uint32, ok bool) {
	mask := uint32(len(t.slots) - 1)
	for slot = uint32(hash(s)) & mask; ; slot = (slot + 1) & mask {
		n := t.slots[slot]
		if n == 0 {
			return 0, slot, false
		}
		if string(t.get(n-1)) == s {
			return n - 1, slot, true
		}
	}
}

// add returns the number of a text, a new one if it is new.
func (t *interner) add(s string) uint32 {
	if len(t.ends)*4 >= len(t.slots)*3 {
		t.grow()
	}
	n, slot, ok := t.look(s)
	if ok {
		return n
	}
	n = uint32(len(t.ends))
	t.text = append(t.text, s...)
	t.ends = append(t.ends, uint32(len(t.text)))
	t.slots[slot] = n + 1
	return n
}

func (t *interner) grow() {
	t.slots = make([]uint32, max(64, 2*len(t.slots)))
	mask := uint32(len(t.slots) - 1)
	for n := range uint32(len(t.ends)) {
		slot := uint32(hashBytes(t.get(n))) & mask
		for t.slots[slot] != 0 {
			slot = (slot + 1) & mask
		}
		t.slots[slot] = n + 1
	}
}

// hash is FNV-1a, mixed so that its low bits depend on all of the text.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

func hashBytes(s []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range s {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return mix(h)
}

// mix spreads every bit over all others; it is the generator splitmix64's.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// view returns a text without copying it: nothing overwrites what was added.
func (t *interner) view(n uint32) string {
	b := t.get(n)
	return unsafe.String(unsafe.SliceData(b), len(b))
}
