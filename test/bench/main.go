// Bench measures Kith against the frozen bare programs in the folders beside it
// and prints a table: figure, rate, baseline, ratio and the bar it must meet.
// Everything runs on this machine, one measurement after the other, in a folder
// of its own that is removed at the end.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"slices"

	"github.com/kith-id/kith/test/bench/bare"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	kith := flag.String("kith", "bin/kith", "the binary to measure; empty runs the bare programs only")
	rows := flag.Int("rows", 1_000_000, "rows of the contacts file")
	runs := flag.Int("runs", 1, "times to run each measurement; the median counts")
	parent := flag.String("dir", "/var/tmp", "folder on the disk to measure")
	only := flag.String("only", ".", "run the measurements whose name matches")
	report := flag.String("report", "", "write the table to this file as well")
	detailed := flag.Bool("v", false, "tell the lists of which a measurement consists as well")
	flag.Parse()
	pattern, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-only %q: %w", *only, err)
	}
	if *kith == "" {
		cases = bareCases()
	}
	env, err := newEnv(ctx, *parent, *kith, *rows)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(err, env.close()) }()
	env.detailed = *detailed

	var lines []line
	for _, c := range cases {
		if !pattern.MatchString(c.name) {
			continue
		}
		l, err := measure(env, c, *runs)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Fprintln(os.Stderr, l.progress())
		lines = append(lines, l)
	}
	return write(os.Stdout, *report, func(w io.Writer) error { return table(w, env, lines) })
}

// bareCases returns the cases that have a bare program, without Kith.
func bareCases() []benchCase {
	out := slices.DeleteFunc(slices.Clone(cases), func(c benchCase) bool { return c.base == nil || c.self })
	for i := range out {
		out[i].kith = nil
	}
	return out
}

// measure runs baseline and subject in turn, so that a noisy minute hits both.
func measure(e *env, c benchCase, runs int) (line, error) {
	l := line{benchCase: c}
	var base, subject []bare.Figures
	for range runs {
		for _, side := range []struct {
			program func(*env) (bare.Figures, error)
			to      *[]bare.Figures
		}{{c.base, &base}, {c.kith, &subject}} {
			if side.program == nil {
				continue
			}
			figures, err := side.program(e)
			if err != nil {
				return l, err
			}
			*side.to = append(*side.to, figures)
		}
	}
	l.base, l.subject = median(base), median(subject)
	return l, nil
}

// median returns the run with the median rate, or nil when there is none.
func median(runs []bare.Figures) *bare.Figures {
	if len(runs) == 0 {
		return nil
	}
	slices.SortFunc(runs, func(a, b bare.Figures) int { return cmp.Compare(a.RowsPerSecond, b.RowsPerSecond) })
	return &runs[len(runs)/2]
}

// write gives the table to the terminal and, when asked, to a file.
func write(terminal io.Writer, path string, table func(io.Writer) error) error {
	if path == "" {
		return table(terminal)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := table(io.MultiWriter(terminal, file)); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
