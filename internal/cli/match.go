package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/identity/match"
	"github.com/kith-id/kith/internal/importer/sheet"
)

type matchCmd struct {
	Files     []string `arg:"" name:"FILE" help:"CSV files with the same columns, gzipped or not; - for standard input."`
	ID        string   `name:"id" help:"The column that names a row; it takes no part in matching." placeholder:"COL"`
	Truth     string   `help:"The column with the right answer, equal for rows of one person; it takes no part in matching." placeholder:"COL"`
	OneToOne  bool     `name:"one-to-one" help:"No file has anybody twice: match only between files, at most one row of each."`
	Exclusive []string `sep:"none" help:"A column of which two different values are two persons; may be repeated." placeholder:"COL"`
	Min       float64  `default:"0.5" help:"List pairs with at least this probability." placeholder:"P"`
	Pairs     int      `default:"20" help:"How many pairs the table shows." placeholder:"N"`
	Seed      uint64   `default:"1" help:"Of everything random: the same seed gives the same result." placeholder:"N"`
	JSON      bool     `name:"json" help:"Print one JSON object with all pairs and clusters."`
}

// Help tells what the command does and prints.
func (matchCmd) Help() string {
	return `Looks for rows that are the same person, company or thing, without being told what the columns mean and without labels: it
guesses what each column is about from header and content, learns from the file how much agreement in each says, scores pairs and
joins them to clusters. Nothing leaves the machine and no Kith is needed. docs/duplicates.md explains how it works.

Prints a table of the surest pairs with reasons and a summary of the clusters; of large files, too, only so many pairs, see --pairs.
--json prints {rows, pairs, clusters, metrics, seed, fields, …} with all pairs of at least --min. Rows count from 1 below the
header, over all files. With --truth also precision, recall and F1 of the clusters, by pairs and B-cubed.

Exit codes: 0 done; 1 done, but rows that could not be read were left out; 2 a file or an option cannot be used; 130 interrupted.`
}

// matchMemory is how much memory is used before the collector works harder: a
// million rows need about half of it.
const matchMemory = 800 << 20

// Run matches the files.
func (c matchCmd) Run(e *environment) error {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(matchMemory))
	in, err := c.read(e)
	if err != nil {
		return err
	}
	run, err := match.Train(e.ctx, in.table, match.Options{
		Exclude: in.exclude, Seed: c.Seed, Rules: match.Rules{OneToOne: c.OneToOne, Exclusive: c.Exclusive},
	})
	if err != nil {
		return err
	}
	r := matchReport{cmd: c, in: in, run: run}
	if r.result, err = run.Match(e.ctx, c.Min); err != nil {
		return err
	}
	if in.truth >= 0 {
		m := match.Evaluate(r.result.Clusters, in.labels())
		r.metrics = &m
	}
	if c.JSON {
		err = r.json(e.Out)
	} else {
		err = r.text(e.Out)
	}
	if err == nil && in.left > 0 {
		fmt.Fprintf(e.Err, "%s rows could not be read and were left out, the first because line %d of %s %s\n",
			grouped(int64(in.left)), in.first.Line, in.firstFile, in.first.Message)
		return errPartial
	}
	return err
}

// matchInput is what was read.
type matchInput struct {
	table   *match.Table
	exclude []string
	id      int // column with --id, -1 without
	truth   int // likewise of --truth
	files   []matchFile

	left      int // rows that could not be read
	first     *sheet.Problem
	firstFile string
}

// matchFile is one of the files and how many rows it has.
type matchFile struct {
	Name string `json:"name"`
	Rows int    `json:"rows"`
}

func (c matchCmd) read(e *environment) (*matchInput, error) {
	if c.Min <= 0 || c.Min >= 1 {
		return nil, errs.NotPermitted("--min", "%v is not between 0 and 1", c.Min)
	}
	if c.Pairs < 0 {
		return nil, errs.NotPermitted("--pairs", "%d is below 0", c.Pairs)
	}
	if c.OneToOne && len(c.Files) < 2 {
		return nil, errs.NotPermitted("--one-to-one", "needs several files")
	}
	in := &matchInput{}
	for i, name := range c.Files {
		if err := c.readFile(e, in, i, name); err != nil {
			return nil, err
		}
	}
	if in.table.Len() == 0 {
		return nil, errs.BadRequest("there are no rows to match below the header")
	}
	return in, nil
}

// readFile adds the rows of one file, by the names of its columns.
func (c matchCmd) readFile(e *environment, in *matchInput, number int, name string) (err error) {
	file, err := openTable(e, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	r, err := sheet.Open(file, sheet.Options{})
	if err != nil {
		return fmt.Errorf("%s: %w", shortName(name), err)
	}
	if in.table == nil {
		if err := c.begin(in, r.Header()); err != nil {
			return err
		}
	}
	place, err := columnPlaces(in.table.Columns(), r.Header(), shortName(name))
	if err != nil {
		return err
	}
	before := in.table.Len()
	if err := c.addRows(e.ctx, in, r, number, place, shortName(name)); err != nil {
		return err
	}
	in.files = append(in.files, matchFile{shortName(name), in.table.Len() - before})
	return nil
}

// begin checks the options against the first header and starts the table.
func (c matchCmd) begin(in *matchInput, header []string) error {
	given := map[string][]string{"--id": {c.ID}, "--truth": {c.Truth}, "--exclusive": c.Exclusive}
	for _, flag := range []string{"--id", "--truth", "--exclusive"} {
		for _, column := range given[flag] {
			if column != "" && !slices.Contains(header, column) {
				return errs.NotPermitted(flag, "there is no column %q; columns are %q", column, header)
			}
			if column != "" && flag != "--exclusive" {
				in.exclude = append(in.exclude, column)
			}
		}
	}
	in.table, in.id, in.truth = match.NewTable(header), slices.Index(header, c.ID), slices.Index(header, c.Truth)
	return nil
}

// columnPlaces returns where each column of the table stands in a file's header.
func columnPlaces(columns, header []string, name string) ([]int, error) {
	place := make([]int, len(columns))
	for i, column := range columns {
		place[i] = slices.Index(header, column)
		if place[i] < 0 {
			return nil, errs.BadRequest("%s has no column %q, which the first file has; files that are matched together have the same columns", name, column)
		}
		if at := slices.Index(columns, column); at < i { // two columns of one name
			place[i] = i
		}
	}
	if len(header) > len(columns) {
		return nil, errs.BadRequest("%s has %d columns, the first file %d; files that are matched together have the same columns", name, len(header), len(columns))
	}
	return place, nil
}

func (c matchCmd) addRows(ctx context.Context, in *matchInput, r *sheet.Reader, number int, place []int, name string) error {
	cells := make([]string, len(place))
	for {
		row, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case ctx.Err() != nil:
			return ctx.Err()
		case row.Err != nil:
			if in.left++; in.first == nil {
				in.first, in.firstFile = row.Err, name
			}
			continue
		}
		for i, p := range place {
			cells[i] = row.Cells[p]
		}
		if err := in.table.Add(number, cells); err != nil {
			return err
		}
	}
}

// labels returns what the truth says of each row.
func (in *matchInput) labels() []string {
	out := make([]string, in.table.Len())
	for row := range out {
		out[row] = in.table.Cell(row, in.truth)
	}
	return out
}

// openTable opens a file that is a table, or standard input.
func openTable(e *environment, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(e.In), nil
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, errs.NotPermitted("FILE", "%v", err)
	}
	if info.IsDir() {
		return nil, errs.NotPermitted("FILE", "%s is a folder; give a CSV file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, errs.NotPermitted("FILE", "%v", err)
	}
	return f, nil
}

func shortName(name string) string {
	if name == "-" {
		return "standard input"
	}
	return filepath.Base(name)
}
