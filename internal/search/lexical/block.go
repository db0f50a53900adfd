package lexical

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"
)

// Block gathers the postings of one block's records. The zero value is empty.
type Block struct {
	places map[Gram]*[]uint16 // pointers, for one look into the map instead of two
	words  map[string]struct{}
	folded []rune
}

// Add takes a record in. Records come in the order of their numbers.
func (b *Block) Add(d Doc) {
	if b.places == nil {
		b.places, b.words = map[Gram]*[]uint16{}, map[string]struct{}{}
	}
	_, place := Place(d.N)
	low := uint16(place)
	put := func(g Gram) {
		at := b.places[g]
		if at == nil {
			at = new([]uint16)
			b.places[g] = at
		}
		if list := *at; len(list) == 0 || list[len(list)-1] != low {
			*at = append(list, low)
		}
	}
	for _, f := range d.Fields {
		b.folded = fold(b.folded[:0], f.Text, nil)
		grams(b.folded, put)
		if f.Phone {
			continue
		}
		b.learn()
	}
}

// learn takes in the words of the value folded last.
func (b *Block) learn() {
	var buf [maxWord * utf8.UTFMax]byte
	begin := 1
	for at := 1; at < len(b.folded); at++ {
		if b.folded[at] != ' ' {
			continue
		}
		w := b.folded[begin:at]
		begin = at + 1
		if len(w) < minWord || len(w) > maxWord || !letters(w) {
			continue
		}
		text := buf[:0]
		for _, r := range w {
			text = utf8.AppendRune(text, r)
		}
		if _, known := b.words[string(text)]; !known {
			b.words[string(text)] = struct{}{}
		}
	}
}

// Postings are those of the records taken in.
func (b *Block) Postings() Postings {
	return func(g Gram) *roaring.Bitmap {
		at := b.places[g]
		if at == nil {
			return nil
		}
		return setOf(*at)
	}
}

// Posting is the set of a block's places that have a gram, as it is stored.
type Posting struct {
	Gram Gram
	Docs []byte
}

// Pack returns the postings as they are stored, in the order of their grams.
func (b *Block) Pack() ([]Posting, error) {
	out := make([]Posting, 0, len(b.places))
	for _, g := range slices.Sorted(maps.Keys(b.places)) {
		docs, err := pack(setOf(*b.places[g]))
		if err != nil {
			return nil, err
		}
		out = append(out, Posting{g, docs})
	}
	return out, nil
}

// Grams returns the grams of the records taken in, in order.
func (b *Block) Grams() []Gram { return slices.Sorted(maps.Keys(b.places)) }

// Join adds the block's postings to stored ones, of which there may be none for
// a gram, and returns all of the block's.
func (b *Block) Join(stored map[Gram][]byte) ([]Posting, error) {
	out := make([]Posting, 0, len(b.places))
	for _, g := range b.Grams() {
		set := setOf(*b.places[g])
		if docs := stored[g]; len(docs) > 0 {
			before, err := Unpack(docs)
			if err != nil {
				return nil, err
			}
			set.Or(before)
		}
		docs, err := pack(set)
		if err != nil {
			return nil, err
		}
		out = append(out, Posting{g, docs})
	}
	return out, nil
}

func setOf(places []uint16) *roaring.Bitmap {
	wide := make([]uint32, len(places))
	for i, at := range places {
		wide[i] = uint32(at)
	}
	return roaring.BitmapOf(wide...)
}

func pack(set *roaring.Bitmap) ([]byte, error) {
	set.RunOptimize()
	return set.ToBytes()
}

// Unpack returns a stored posting's places. The set shares the bytes.
func Unpack(docs []byte) (*roaring.Bitmap, error) {
	set := roaring.New()
	_, err := set.FromBuffer(docs)
	return set, err
}

// Words returns the words of the records taken in, as they are stored.
func (b *Block) Words() []byte {
	return []byte(strings.Join(slices.Sorted(maps.Keys(b.words)), "\n"))
}

// JoinWords joins stored words.
func JoinWords(parts ...[]byte) []byte {
	all := map[string]struct{}{}
	for _, p := range parts {
		for w := range strings.SplitSeq(string(p), "\n") {
			if w != "" {
				all[w] = struct{}{}
			}
		}
	}
	return []byte(strings.Join(slices.Sorted(maps.Keys(all)), "\n"))
}

func letters(w []rune) bool {
	for _, r := range w {
		if 'a' <= r && r <= 'z' {
			continue
		}
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			return false
		}
	}
	return true
}
