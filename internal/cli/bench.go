package cli

import (
	"bytes"
	"fmt"
	"io"

	"github.com/kith-id/kith/internal/benchdata"
)

// benchCmd makes data to measure imports with.
type benchCmd struct {
	Generate benchGenerateCmd `cmd:"" help:"Write a made-up contacts file with 5 % invalid and 2 % repeated rows."`
	Accounts benchAccountsCmd `cmd:"" help:"Write the accounts file that the contacts file refers to."`
}

type benchGenerateCmd struct {
	Rows     int    `help:"Rows below the header (1000000)." default:"1000000" placeholder:"N"`
	Seed     uint64 `help:"The same seed gives the same people (42)." default:"42" placeholder:"N"`
	Clean    bool   `help:"Only valid rows, no reference twice."`
	Out      string `help:"Write to this file instead of standard output." placeholder:"FILE"`
	Manifest string `help:"Write here which rows are not plainly valid, as row,kind." placeholder:"FILE"`
}

// Run writes the file, and how many rows of each kind to standard error.
func (c benchGenerateCmd) Run(e *environment) error {
	var manifest bytes.Buffer
	var totals benchdata.Totals
	err := writeTo(e, c.Out, func(w io.Writer) (err error) {
		totals, err = benchdata.Generate(w, &manifest, benchdata.Options{Rows: c.Rows, Seed: c.Seed, Clean: c.Clean})
		return err
	})
	if err == nil && c.Manifest != "" {
		err = saveAs(c.Manifest, func(w io.Writer) error {
			_, err := manifest.WriteTo(w)
			return err
		})
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Err, "%d rows, of which %d are invalid and %d repeated; seed %d\n", totals.Rows, totals.Invalid, totals.Repeated, c.Seed)
	return err
}

type benchAccountsCmd struct {
	Seed uint64 `help:"The seed of the contacts file (42)." default:"42" placeholder:"N"`
	Out  string `help:"Write to this file instead of standard output." placeholder:"FILE"`
}

// Run writes the file.
func (c benchAccountsCmd) Run(e *environment) error {
	return writeTo(e, c.Out, func(w io.Writer) error { return benchdata.GenerateAccounts(w, c.Seed) })
}

// writeTo lets write fill a file, or standard output where none is named.
func writeTo(e *environment, path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(e.Out)
	}
	return saveAs(path, write)
}
