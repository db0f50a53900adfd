package cli

import (
	"fmt"
	"text/tabwriter"

	"github.com/kith-id/kith/internal/server"
)

type keysCmd struct {
	List   keysListCmd   `cmd:"" help:"List the keys by which tokens are signed and verified, the newest first."`
	Rotate keysRotateCmd `cmd:"" help:"Sign new tokens with a new key. The old one verifies until the last of its tokens has ended."`
}

type keysListCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run lists the keys.
func (c keysListCmd) Run(e *environment) error { return e.keys("keys.list", c.JSON) }

type keysRotateCmd struct {
	JSON bool `name:"json" help:"Print one JSON object."`
}

// Run makes a new key.
func (c keysRotateCmd) Run(e *environment) error { return e.keys("keys.rotate", c.JSON) }

func (e *environment) keys(op string, asJSON bool) error {
	var out server.KeysView
	if err := e.operate(op, struct{}{}, &out); err != nil {
		return err
	}
	if asJSON {
		return printJSON(e.Out, out)
	}
	w := tabwriter.NewWriter(e.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tSTATE\tSINCE")
	for _, k := range out.Keys {
		fmt.Fprintf(w, "%s\t%s\t%s\n", k.ID, k.State, k.CreatedAt.Local().Format("2006-01-02 15:04"))
	}
	return w.Flush()
}
