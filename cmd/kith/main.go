// Command kith is the whole of Kith: the server and the commands that look
// after it. See kith --help.
package main

import (
	"os"
	_ "time/tzdata" // time zones on machines that have none

	"github.com/kith-id/kith/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.System()))
}
