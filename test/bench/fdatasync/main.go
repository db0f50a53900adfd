// Fdatasync measures what one durable write costs on the disk under test: the
// time of appending 4 KiB to a file and calling fdatasync, again and again.
package main

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/kith-id/kith/test/bench/bare"
)

func main() {
	dir := flag.String("dir", ".", "folder on the disk to measure")
	rounds := flag.Int("rounds", 1000, "appends")
	flag.Parse()
	file, err := os.CreateTemp(filepath.Clean(*dir), "fdatasync-")
	bare.Must(err)
	defer func() { _ = os.Remove(file.Name()) }()
	took := make([]time.Duration, *rounds)
	page := make([]byte, 4096)
	for i := range took {
		start := time.Now()
		_, err := file.Write(page)
		bare.Must(err)
		bare.Must(syscall.Fdatasync(int(file.Fd())))
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	bare.Must(json.NewEncoder(os.Stdout).Encode(map[string]float64{
		"median_seconds": took[len(took)/2].Seconds(), "p99_seconds": took[len(took)*99/100].Seconds(),
	}))
}
