// Package benchdata writes customer lists for benches and tests: nine-column
// contact files as they come out of other systems, with a known share of
// invalid rows, and the accounts they name. The same options give the same
// bytes on every machine.
package benchdata

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// Options says what to generate.
type Options struct {
	Rows  int    // data rows, at most MaxRows
	Seed  uint64 // another seed gives other people
	Clean bool   // every row valid, no reference twice
}

// MaxRows is how many distinct phone numbers there are, 67 million.
const MaxRows = 1 << phoneBits

// Accounts is how many accounts contacts refer to: acc-000001 to acc-001000.
const Accounts = 1000

// Header is the first line of a contacts file, without the line end.
const Header = "external_ref,display_name,full_name,email,phone_numbers,description,account_external_reference,tags.name,owned_by"

// Totals says what a file holds. Rows counts all, Repeated those that carry
// the reference of an earlier row (valid otherwise), Invalid those that no
// importer may take.
type Totals struct{ Rows, Invalid, Repeated int }

// The kinds of rows that the manifest lists. The invalid ones are 5 % together;
// Repeated rows, 2 %, show an earlier person once more with another description.
const (
	InvalidEmail = "invalid_email"
	InvalidPhone = "invalid_phone"
	Missing      = "missing_required" // no display_name
	TooLong      = "too_long"         // display_name, now and then description
	Ragged       = "ragged_row"       // a cell too few or too many
	UnknownTag   = "unknown_tag"
	Repeated     = "duplicate_in_file"
)

var invalidKinds = [...]string{InvalidEmail, InvalidPhone, Missing, TooLong, Ragged, UnknownTag}

const (
	phoneBits       = 26
	refBits         = 40 // eight base32 characters
	emailBits       = 40
	perTenThousand  = 10000
	invalidShare    = 500
	repeatedShare   = 200
	tooLongName     = 257
	tooLongText     = 64<<10 + 1
	flushBytes      = 1 << 20
	base32Alphabet  = "0123456789abcdefghjkmnpqrstvwxyz"
	contactsOfOne   = 10 // one contact in ten names an account
	contactsTagged  = 20 // one in twenty is tagged
	contactsInverse = 10 // one in ten has the full name "Last, First", quoted
)

// Generate writes a contacts file to w and to manifest a CSV `row,kind` of
// every row that is not plainly valid; row 1 is the first below the header.
// Nothing but a failed write or options out of range is an error.
func Generate(w, manifest io.Writer, o Options) (Totals, error) {
	if o.Rows < 0 || o.Rows > MaxRows {
		return Totals{}, fmt.Errorf("benchdata: Rows is %d, must be from 0 to %d", o.Rows, MaxRows)
	}
	g := newGenerator(o)
	totals := Totals{Rows: o.Rows}
	out := append(make([]byte, 0, 2*flushBytes), Header+"\n"...)
	list := []byte("row,kind\n")
	for row := range uint64(o.Rows) {
		kind := g.kind(row)
		out = g.appendRow(out, row, kind)
		switch kind {
		case "":
		case Repeated:
			totals.Repeated++
		default:
			totals.Invalid++
		}
		if kind != "" {
			list = append(append(append(strconv.AppendUint(list, row+1, 10), ','), kind...), '\n')
		}
		if len(out) >= flushBytes {
			if _, err := w.Write(out); err != nil {
				return totals, fmt.Errorf("benchdata: write contacts: %w", err)
			}
			out = out[:0]
		}
	}
	if _, err := w.Write(out); err != nil {
		return totals, fmt.Errorf("benchdata: write contacts: %w", err)
	}
	if _, err := manifest.Write(list); err != nil {
		return totals, fmt.Errorf("benchdata: write manifest: %w", err)
	}
	return totals, nil
}

// GenerateAccounts writes the accounts that contacts refer to, as an accounts
// file with the columns display_name, external_refs and domains.
func GenerateAccounts(w io.Writer, seed uint64) error {
	var out bytes.Buffer
	out.WriteString("display_name,external_refs,domains\n")
	for n := 1; n <= Accounts; n++ {
		random := mix(seed ^ uint64(n))
		name := pick(lastNames, random).text
		fmt.Fprintf(&out, "%s & %s %d,acc-%06d,company%d.example\n", name, pick(lastNames, random>>16).text, n, n, n)
	}
	if _, err := w.Write(out.Bytes()); err != nil {
		return fmt.Errorf("benchdata: write accounts: %w", err)
	}
	return nil
}

// generator makes every row from its number alone, so that a repeated row can
// show any earlier person again without a list of them.
type generator struct {
	seed               uint64
	clean              bool
	refs, mails, phone permutation
}

func newGenerator(o Options) generator {
	return generator{
		seed: mix(o.Seed), clean: o.Clean,
		refs:  newPermutation(refBits, mix(o.Seed^1)),
		mails: newPermutation(emailBits, mix(o.Seed^2)),
		phone: newPermutation(phoneBits, mix(o.Seed^3)),
	}
}

// kind returns what is wrong with a row, or "".
func (g generator) kind(row uint64) string {
	if g.clean {
		return ""
	}
	random := mix(g.seed ^ row<<1)
	share := random % perTenThousand
	switch {
	case share < invalidShare:
		return pick(invalidKinds[:], random>>32)
	case share < invalidShare+repeatedShare:
		if _, ok := g.earlier(row); ok {
			return Repeated
		}
	}
	return ""
}

// earlier returns the valid row whose person a repeated row shows.
func (g generator) earlier(row uint64) (uint64, bool) {
	if row == 0 {
		return 0, false
	}
	for at := mix(g.seed^row<<1^1) % row; ; at-- {
		if mix(g.seed^at<<1)%perTenThousand >= invalidShare+repeatedShare {
			return at, true
		}
		if at == 0 {
			return 0, false
		}
	}
}

// pick returns the element that the low 16 bits of random choose.
func pick[T any](list []T, random uint64) T {
	return list[random&0xffff*uint64(len(list))>>16]
}
