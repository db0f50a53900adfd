package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/kith-id/kith/internal/benchdata"
	"github.com/kith-id/kith/internal/errs"
)

type benchCmd struct {
	Generate benchGenerateCmd `cmd:"" help:"Write a list of invented customers, to try an import or to measure one."`
}

type benchGenerateCmd struct {
	Type     string `arg:"" optional:"" default:"contacts" enum:"contacts,accounts" help:"contacts, or the 1,000 accounts that they name."`
	Rows     int    `default:"1000000" help:"How many contacts." placeholder:"N"`
	Seed     uint64 `default:"42" help:"Another number gives other people, the same one the same file everywhere." placeholder:"N"`
	Clean    bool   `help:"Only valid rows, each reference once."`
	Out      string `help:"Write to this file instead of standard output." placeholder:"FILE"`
	Manifest string `help:"Write which rows are invalid or repeated to this file." placeholder:"FILE"`
}

// Help tells what is in the file.
func (benchGenerateCmd) Help() string {
	return `Contacts have nine columns; unless --clean is given, 5 % of the rows are invalid and 2 % repeat a reference. Import the
accounts first, with the same seed.`
}

// Run writes the file.
func (c benchGenerateCmd) Run(e *environment) error {
	if c.Rows < 0 || c.Rows > benchdata.MaxRows {
		return errs.NotPermitted("--rows", "%d is out of range; give a number from 0 to %d", c.Rows, benchdata.MaxRows)
	}
	write := c.write
	if c.Manifest != "" {
		write = func(w, _ io.Writer) error {
			return saveAs(c.Manifest, func(manifest io.Writer) error { return c.write(w, manifest) })
		}
	}
	if c.Out == "" || c.Out == "-" {
		return write(e.Out, io.Discard)
	}
	if err := saveAs(c.Out, func(w io.Writer) error { return write(w, io.Discard) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(e.Err, "Wrote %s.\n", c.Out)
	return err
}

func (c benchGenerateCmd) write(w, manifest io.Writer) error {
	if c.Type == "accounts" {
		return benchdata.GenerateAccounts(w, c.Seed)
	}
	listed := bufio.NewWriter(manifest)
	_, err := benchdata.Generate(w, listed, benchdata.Options{Rows: c.Rows, Seed: c.Seed, Clean: c.Clean})
	return errors.Join(err, listed.Flush())
}
