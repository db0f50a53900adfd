package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/importer"
)

const (
	pollEvery   = 200 * time.Millisecond
	leaveAfter  = 5 * time.Second // of silence behind a first Ctrl-C
	pollRetries = 300             // while Kith does not answer: a minute
	linesEvery  = 5 * time.Second // where there is no terminal
	barWidth    = 24
)

// follower watches an import until it is over.
type follower struct {
	env   *environment
	kith  *client
	show  *display
	wait  time.Duration    // behind a first Ctrl-C; 0 means leaveAfter
	leave <-chan time.Time // fires when the command may end before the import
	asked bool             // Ctrl-C was pressed once
	told  string           // what the import waited for when that was last said
}

// follow returns the import once it is over. The first Ctrl-C says how to
// cancel; the second cancels. Where a server does the work, the command ends a
// while after the first, and the import goes on.
func (f *follower) follow(m *httpapi.Import) (*httpapi.Import, error) {
	// The command's own context ends with the first Ctrl-C.
	ctx, cancel := context.WithCancel(context.WithoutCancel(f.env.ctx))
	defer cancel()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	defer f.show.clear()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !over(m) {
		select {
		case <-tick.C:
			var err error
			if m, err = f.poll(ctx, m.DisplayID); err != nil {
				return nil, err
			}
			if err := f.waits(m); err != nil {
				return nil, err
			}
			f.show.importing(m)
		case s := <-signals:
			if err := f.interrupted(ctx, m, s); err != nil {
				return nil, err
			}
		case <-f.leave:
			return nil, context.Canceled
		}
	}
	return m, nil
}

func over(m *httpapi.Import) bool {
	return (&importer.Import{State: importer.State(m.State)}).Over()
}

// poll reads the import's state, with patience for a server that restarts.
func (f *follower) poll(ctx context.Context, id string) (*httpapi.Import, error) {
	var out struct {
		Import httpapi.Import `json:"import"`
	}
	for try := 0; ; try++ {
		err := f.kith.call(ctx, "imports.get", map[string]string{"id": id}, &out)
		if !errs.Is(err, errs.Unavailable) || try == pollRetries {
			return &out.Import, err
		}
		if try == 0 {
			f.show.line("Kith does not answer; the import goes on when it runs again. Waiting …")
		}
		time.Sleep(pollEvery)
	}
}

// waits tells what the import waits for, once. Where it runs in this process,
// the command ends, and the import goes on with the next.
func (f *follower) waits(m *httpapi.Import) error {
	text := m.Progress.Waiting
	switch {
	case text == "" || text == f.told:
		return nil
	case f.ours():
		return errs.New(errs.Unavailable, "service_unavailable", "%s. %s has stopped on its way, nothing is lost; go on with: kith imports show --wait %s",
			text, m.DisplayID, m.DisplayID)
	}
	f.told = text
	f.show.line(m.DisplayID + " waits: " + text)
	return nil
}

// ours reports whether the import runs in this process and stops with it.
func (f *follower) ours() bool { return f.kith.token == "" && !f.kith.running }

func (f *follower) interrupted(ctx context.Context, m *httpapi.Import, s os.Signal) error {
	id := m.DisplayID
	switch {
	case s == syscall.SIGTERM:
		if f.ours() {
			f.show.line(id + " has stopped on its way; it goes on when Kith runs next: kith imports show --wait " + id)
		}
		return context.Canceled
	case !f.asked && f.ours():
		f.show.line("Press Ctrl-C again to cancel " + id + ". What it has imported stays; kith imports undo " + id + " takes it back.")
	case !f.asked:
		wait := cmp.Or(f.wait, leaveAfter)
		f.leave = time.After(wait)
		f.show.line(fmt.Sprintf("Press Ctrl-C again within %v to cancel %s. Otherwise the import goes on without this command; follow it with: kith imports show --wait %s",
			wait, id, id))
	case m.State == string(importer.Cancelling):
		return context.Canceled
	default:
		f.leave = nil
		err := f.kith.call(ctx, "imports.cancel", map[string]string{"id": id}, nil)
		if err != nil && !errs.Is(err, errs.Invalid) { // invalid: it is over by now
			return err
		}
		f.show.line("Cancelling " + id + " …")
	}
	f.asked = true
	return nil
}

// display shows progress on standard error: a bar that moves on a terminal,
// else a line now and then.
type display struct {
	out     io.Writer
	live    bool
	drawn   bool
	started time.Time
	spoke   time.Time
}

func newDisplay(e *environment) *display {
	now := time.Now()
	return &display{out: e.Err, live: isTerminal(e.Err), started: now, spoke: now}
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// line writes a line that stays.
func (d *display) line(text string) {
	d.clear()
	fmt.Fprintln(d.out, text)
}

// clear takes the bar away.
func (d *display) clear() {
	if d.drawn {
		fmt.Fprint(d.out, "\r\x1b[K")
		d.drawn = false
	}
}

func (d *display) due() bool {
	wait := linesEvery
	if d.live {
		wait = pollEvery / 2
	}
	if time.Since(d.spoke) < wait {
		return false
	}
	d.spoke = time.Now()
	return true
}

func (d *display) draw(what string, fraction float64, rest string) {
	if !d.live {
		fmt.Fprintf(d.out, "%s %3.0f%%  %s\n", what, 100*fraction, rest)
		return
	}
	full := int(fraction * barWidth)
	fmt.Fprintf(d.out, "\r\x1b[K%-9s [%s%s] %3.0f%%  %s", what, strings.Repeat("#", full), strings.Repeat("-", barWidth-full), 100*fraction, rest)
	d.drawn = true
}

// sending shows how much of a file has been sent; size is 0 when not known.
func (d *display) sending(sent, size int64) {
	if !d.due() {
		return
	}
	fraction := 0.0
	if size > 0 {
		fraction = min(float64(sent)/float64(size), 1)
	}
	d.draw("sending", fraction, fmt.Sprintf("%d MiB", sent>>20))
}

// importing shows an import's phase, rows, speed and time left.
func (d *display) importing(m *httpapi.Import) {
	p := m.Progress
	if p.Phase == "" {
		d.started = time.Now() // it waits for its turn
	}
	if !d.due() {
		return
	}
	what := string(p.Phase)
	if what == "" {
		what = m.State
	}
	d.draw(what, p.Fraction, d.pace(p, time.Since(d.started).Seconds()))
}

func (d *display) pace(p httpapi.ImportProgress, seconds float64) string {
	done := float64(p.Rows)
	if p.Phase != importer.Reading {
		done *= p.Fraction
	}
	text := grouped(p.Rows) + " rows"
	if seconds > 0.5 && done > 0 {
		text += fmt.Sprintf("  %s rows/s", grouped(int64(done/seconds)))
	}
	if seconds > 1 && p.Fraction > 0.02 {
		left := time.Duration(seconds * (1 - p.Fraction) / p.Fraction * float64(time.Second))
		text += fmt.Sprintf("  %v left", left.Round(time.Second))
	}
	return text
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
