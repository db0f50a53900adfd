// Package lexical finds records by what people type: parts of names, e-mail
// addresses, phone numbers and references, with or without mistakes. It is pure:
// it turns records into postings, and a query into the postings to read and a
// check of the records that these lead to. The store keeps the postings.
//
// Records are folded (case, accents and punctuation are gone) and cut into
// grams of three characters. A gram's posting is the set of records that have it,
// so a query reads the postings of its own grams, takes what they have in common
// and looks whether these records really match. Postings may therefore name
// records that no longer match, or no longer exist: they cost a look and no more.
package lexical

import (
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// Doc is what a record can be found by.
type Doc struct {
	N      int64
	Fields []Field
}

// Title adds a name to what the record is found by, unless it is empty.
func (d *Doc) Title(name, value string) {
	if value != "" {
		d.Fields = append(d.Fields, Field{Name: name, Text: value, Title: true})
	}
}

// Add adds values of another field; empty ones are not.
func (d *Doc) Add(name string, values ...string) {
	for _, v := range values {
		if v != "" {
			d.Fields = append(d.Fields, Field{Name: name, Text: v})
		}
	}
}

// Field is one value of a record, under the name that the API has for it.
type Field struct {
	Name  string
	Text  string
	Phone bool // Text is digits with their country code
	Title bool // Text is a name, which others may have too
}

// Records are indexed in blocks of BlockSize consecutive numbers.
const (
	BlockBits = 16
	BlockSize = 1 << BlockBits
)

// Place cuts the number of a record into its block and its place there.
func Place(n int64) (block int64, low uint32) {
	return n >> BlockBits, uint32(n & (BlockSize - 1))
}

// Postings returns which places of a block have a gram, nil for none. The set
// is the callee's: it must not be changed.
type Postings func(Gram) *roaring.Bitmap

// Todo is a run of records of one block that are to be indexed, N to NTo.
type Todo struct {
	ID     int64
	N, NTo int64
	At     time.Time // when they changed; long ago for what was there before the index
}

// Span is from the first to the last of some block's records.
func Span(block int64) (first, last int64) {
	return block << BlockBits, block<<BlockBits + BlockSize - 1
}
