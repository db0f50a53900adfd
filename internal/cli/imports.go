package cli

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/kith-id/kith/internal/errs"
	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/importer"
)

type importsCmd struct {
	List   importsListCmd   `cmd:"" help:"List imports, the newest first."`
	Show   importsShowCmd   `cmd:"" help:"Show one import; with --wait, follow it to its end."`
	Cancel importsCancelCmd `cmd:"" help:"Stop an import; what it has imported stays."`
	Undo   importsUndoCmd   `cmd:"" help:"Take back what an import did, except where somebody has been at work since."`
}

type importsListCmd struct {
	target
	Limit int  `default:"20" help:"How many, at most 100."`
	JSON  bool `name:"json" help:"Print one JSON object."`
}

// Run lists imports.
func (c importsListCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var out struct {
		Imports []httpapi.Import `json:"imports"`
	}
	if err := kith.call(e.ctx, "imports.list", map[string]int{"limit": c.Limit}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTATE\tTYPE\tROWS\tCREATED\tUPDATED\tFAILED\tSTARTED\tFILE")
	for _, m := range out.Imports {
		state := m.State
		if m.Options.DryRun {
			state += " (dry run)"
		}
		p := m.Progress
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\n", m.DisplayID, state, m.Type, p.Rows, p.Created, p.Updated, p.Failed,
			m.CreatedDate.Local().Format("2006-01-02 15:04"), printable(m.FileName))
	}
	return w.Flush()
}

// printable takes from a text what could move a terminal's cursor or turn the
// direction of what follows.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '?'
		}
		return r
	}, s)
}

// oneImport is what the commands on one import have in common.
type oneImport struct {
	target
	ID   string `arg:"" help:"The import, such as IMP-3."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// act calls an operation on the import and, when wait is set, follows it.
func (c oneImport) act(e *environment, kith *client, op string, wait bool) (*httpapi.Import, error) {
	var out struct {
		Import httpapi.Import `json:"import"`
	}
	if err := kith.call(e.ctx, op, map[string]string{"id": c.ID}, &out); err != nil {
		return nil, err
	}
	if !wait {
		return &out.Import, nil
	}
	return (&follower{env: e, kith: kith, show: newDisplay(e)}).follow(&out.Import)
}

func (c oneImport) print(e *environment, m *httpapi.Import) error {
	if c.JSON {
		return printJSON(e.Out, m)
	}
	if over(m) {
		printCounts(e.Out, printable(m.FileName), m, summaryOf(m))
		printKept(e.Out, m.Progress)
	} else {
		fmt.Fprintf(e.Out, "%s (%s) is %s: %.0f%%, %s rows\n", printable(m.FileName), m.DisplayID, m.State, 100*m.Progress.Fraction, grouped(m.Progress.Rows))
	}
	if m.Error != "" {
		fmt.Fprintln(e.Out, printable(m.Error))
	}
	return nil
}

// printKept shows what an undo left, and why.
func printKept(w io.Writer, p httpapi.ImportProgress) {
	for _, k := range p.Kept {
		fmt.Fprintf(w, "    %s %s: %s\n", k.Record, printable(k.Name), k.Reason)
	}
	if more := p.Left - int64(len(p.Kept)); more > 0 && len(p.Kept) > 0 {
		fmt.Fprintf(w, "    … and %s more\n", grouped(more))
	}
}

type importsShowCmd struct {
	oneImport
	Wait   bool   `help:"Wait until it is over. Without a server on the data folder, this also does the work that is left."`
	Errors string `help:"Write the rows that failed to this file." placeholder:"FILE"`
}

// Run shows the import.
func (c importsShowCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, c.Wait)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	m, err := c.act(e, kith, "imports.get", c.Wait)
	if err != nil {
		return err
	}
	if c.Errors != "" {
		if err := download(e.ctx, kith, m.DisplayID, c.Errors); err != nil {
			return err
		}
	}
	if err := c.print(e, m); err != nil || c.JSON || m.Progress.Failed == 0 {
		return err
	}
	return printProblems(e.ctx, e.Out, kith, m.DisplayID)
}

type importsCancelCmd struct{ oneImport }

// Run cancels the import and waits until it has stopped.
func (c importsCancelCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, true)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	m, err := c.act(e, kith, "imports.cancel", true)
	if err != nil {
		return err
	}
	return c.print(e, m)
}

type importsUndoCmd struct{ oneImport }

// Run takes the import back and waits for the end.
func (c importsUndoCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, true)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	m, err := c.act(e, kith, "imports.undo", true)
	if err != nil {
		return err
	}
	if err := c.print(e, m); err != nil {
		return err
	}
	switch {
	case m.State != string(importer.Undone):
		return errs.New(errs.Conflict, "conflict", "%s is %s", m.DisplayID, m.State)
	case m.Progress.Left > 0:
		return errPartial
	}
	return nil
}
