package cli

import (
	"fmt"
	"math"
	"text/tabwriter"
	"time"

	"github.com/kith-id/kith/internal/httpapi"
)

type duplicatesCmd struct {
	List    duplicatesListCmd    `cmd:"" help:"List pairs of contacts that may be one person, the most likely first."`
	Explain duplicatesExplainCmd `cmd:"" help:"Show what speaks for and against a pair."`
	Accept  duplicatesAcceptCmd  `cmd:"" help:"Merge the contacts of a pair; kith merges undo takes it back."`
	Reject  duplicatesRejectCmd  `cmd:"" help:"Say that the contacts of a pair are two persons."`
	Scan    duplicatesScanCmd    `cmd:"" help:"Search all contacts for duplicates and wait for the end."`
}

type duplicatesListCmd struct {
	target
	State   string `default:"open" enum:"open,accepted,rejected" help:"open, accepted or rejected."`
	Contact string `help:"Only pairs of this contact, such as REVU-12." placeholder:"ID"`
	Limit   int    `default:"20" help:"How many, at most 100."`
	JSON    bool   `name:"json" help:"Print one JSON object."`
}

// Run lists pairs.
func (c duplicatesListCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	in := map[string]any{"limit": c.Limit, "state": c.State}
	if c.Contact != "" {
		in["rev_user"] = c.Contact
	}
	var out struct {
		Duplicates []httpapi.Duplicate `json:"duplicates"`
	}
	if err := kith.call(e.ctx, "duplicates.list", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "CONTACT\tOTHER\tPROBABILITY\tRULE")
	for _, d := range out.Duplicates {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", named(d.RevUser), named(d.Other), percent(d.Probability), d.Rule)
	}
	return w.Flush()
}

// percent never says 100 of what is not certain.
func percent(p float64) string { return fmt.Sprintf("%.1f %%", math.Floor(p*1000)/10) }

// pairArgs name the contacts of a pair.
type pairArgs struct {
	Contact string `arg:"" help:"One contact of the pair, such as REVU-12."`
	Other   string `arg:"" help:"The other one."`
}

func (p pairArgs) in() map[string]any { return map[string]any{"rev_user": p.Contact, "other": p.Other} }

type duplicatesExplainCmd struct {
	target
	pairArgs
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run shows the evidence of a pair.
func (c duplicatesExplainCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var out struct {
		Duplicate httpapi.Duplicate `json:"duplicate"`
		Evidence  *httpapi.Evidence `json:"evidence,omitempty"`
	}
	if err := kith.call(e.ctx, "duplicates.explain", c.in(), &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	d := out.Duplicate
	fmt.Fprintf(e.Out, "%s and %s: %s by rule %s, %s\n", named(d.RevUser), named(d.Other), percent(d.Probability), d.Rule, d.State)
	if d.Identifier != nil {
		fmt.Fprintf(e.Out, "went by %s %s\n", d.Identifier.Kind, printable(d.Identifier.Value))
	}
	if out.Evidence == nil {
		return nil
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "FIELD\tAGREEMENT\tBITS\tVALUES")
	fmt.Fprintf(w, "two at random\t\t%+.1f\t\n", out.Evidence.Prior)
	for _, f := range out.Evidence.Fields {
		fmt.Fprintf(w, "%s\t%s\t%+.1f\t%s · %s\n", printable(f.Field), f.Level, f.Bits, printable(f.Value), printable(f.Other))
	}
	if out.Evidence.Relatives < 0 {
		fmt.Fprintf(w, "two who belong together\t\t%+.1f\t\n", out.Evidence.Relatives)
	}
	fmt.Fprintf(w, "sum\t\t%+.1f\t\n", out.Evidence.Bits)
	return w.Flush()
}

type duplicatesAcceptCmd struct {
	target
	pairArgs
	Keep string `help:"Which of the two is kept; the better known one, then the older one when absent." placeholder:"ID"`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// Run merges the contacts.
func (c duplicatesAcceptCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	in := c.in()
	if c.Keep != "" {
		in["primary_user"] = c.Keep
	}
	var out struct {
		Merge httpapi.Merge `json:"merge"`
	}
	if err := kith.call(e.ctx, "duplicates.accept", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	_, err = fmt.Fprintf(e.Out, "%s is part of %s now; kith merges undo %s takes it back.\n", out.Merge.Secondary.DisplayID, named(out.Merge.Primary), out.Merge.DisplayID)
	return err
}

type duplicatesRejectCmd struct {
	target
	pairArgs
}

// Run rejects the pair.
func (c duplicatesRejectCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	if err := kith.call(e.ctx, "duplicates.reject", c.in(), &struct{}{}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Out, "%s and %s are two persons; the pair is not suggested again.\n", c.Contact, c.Other)
	return err
}

type duplicatesScanCmd struct {
	target
	JSON bool `name:"json" help:"Print one JSON object at the end."`
}

// scanPoll is how often a search is asked for its progress.
const scanPoll = 500 * time.Millisecond

// Run starts a search and follows it to its end.
func (c duplicatesScanCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, true)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var out struct {
		Scan httpapi.DuplicateScan `json:"duplicate_scan"`
	}
	if err := kith.call(e.ctx, "duplicate-scans.create", struct{}{}, &out); err != nil {
		return err
	}
	for out.Scan.State == "waiting" || out.Scan.State == "running" {
		select {
		case <-e.ctx.Done():
			return e.ctx.Err()
		case <-time.After(scanPoll):
		}
		if err := kith.call(e.ctx, "duplicate-scans.get", struct{}{}, &out); err != nil {
			return err
		}
	}
	if c.JSON {
		err = printJSON(e.Out, out)
	} else {
		_, err = fmt.Fprintf(e.Out, "%s: %s contacts, %s pairs that may be one person\n", out.Scan.State, grouped(int64(out.Scan.Rows)), grouped(int64(out.Scan.Pairs)))
		if out.Scan.Merged > 0 && err == nil {
			_, err = fmt.Fprintf(e.Out, "%s pairs were merged; kith merges undo takes one back\n", grouped(int64(out.Scan.Merged)))
		}
	}
	if err == nil && out.Scan.State != "done" {
		return errPartial
	}
	return err
}
