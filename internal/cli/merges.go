package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/kith-id/kith/internal/httpapi"
	"github.com/kith-id/kith/internal/identity"
)

type mergesCmd struct {
	List mergesListCmd `cmd:"" help:"List merges, the latest first."`
	Undo mergesUndoCmd `cmd:"" help:"Take a merge back, at any time and in any order."`
}

type mergesListCmd struct {
	target
	Record string `help:"Only merges of this record, such as REVU-12." placeholder:"ID"`
	Limit  int    `default:"20" help:"How many, at most 100."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
}

// Run lists merges.
func (c mergesListCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	in := map[string]any{"limit": c.Limit}
	if c.Record != "" {
		in["record"] = c.Record
	}
	var out struct {
		Merges []httpapi.Merge `json:"merges"`
	}
	if err := kith.call(e.ctx, "merges.list", in, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tSTATE\tKEPT\tMERGED INTO IT\tWHEN")
	for _, m := range out.Merges {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.DisplayID, m.State, named(m.Primary), named(m.Secondary), m.MadeDate.Local().Format("2006-01-02 15:04"))
	}
	return w.Flush()
}

func named(r httpapi.RecordSummary) string {
	return strings.TrimSpace(r.DisplayID + " " + printable(r.DisplayName))
}

type mergesUndoCmd struct {
	target
	ID   string `arg:"" help:"The merge, such as MERGE-3."`
	JSON bool   `name:"json" help:"Print one JSON object."`
}

// Run undoes the merge and tells what it could not give back and what stays.
func (c mergesUndoCmd) Run(e *environment) (err error) {
	kith, err := c.connect(e, false)
	if err != nil {
		return err
	}
	defer closing(kith, &err)
	var out httpapi.MergeUndone
	if err := kith.call(e.ctx, "merges.undo", map[string]string{"id": c.ID}, &out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.Out, out)
	}
	m := out.Merge
	fmt.Fprintf(e.Out, "%s is undone: %s and %s are two again.\n", m.DisplayID, m.Primary.DisplayID, m.Secondary.DisplayID)
	if out.InTrash {
		fmt.Fprintln(e.Out, "Both are in the trash, as the merged record was.")
	}
	for _, l := range out.NotRestored {
		fmt.Fprintln(e.Out, "Not given back: "+lost(l))
	}
	for _, m := range out.AlsoUndone {
		fmt.Fprintf(e.Out, "Undone with it: %s, of %s and %s\n", m.DisplayID, m.Primary.DisplayID, m.Secondary.DisplayID)
	}
	for _, k := range out.KeptEdits {
		fmt.Fprintf(e.Out, "Stays with %s: the change of %s on %s\n", survivor(out), strings.Join(k.Fields, ", "), k.Date.Local().Format("2006-01-02 15:04"))
	}
	return nil
}

// lost tells of what an undo did not give back and why.
func lost(l httpapi.LostIdentifier) string {
	if l.Reason == identity.Circle {
		return "the account above, " + printable(l.Value) + ", which has come to be below"
	}
	out := l.Kind + " " + printable(l.Value) + ", which was " + l.Reason
	if l.Holder != nil {
		out += " and is " + l.Holder.DisplayID + "'s now"
	}
	return out
}

// survivor returns the display id of the record that the secondary was part of.
func survivor(out httpapi.MergeUndone) string {
	if out.SurvivorAcc != nil {
		return out.SurvivorAcc.DisplayID
	}
	if out.SurvivorOrg != nil {
		return out.SurvivorOrg.DisplayID
	}
	return out.Survivor.DisplayID
}
