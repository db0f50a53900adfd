package bare

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Figures is what a denominator prints as its only line of output. CPU and
// memory are those of the program, without a database server's.
type Figures struct {
	Rows          int     `json:"rows"`
	Seconds       float64 `json:"seconds"`
	RowsPerSecond float64 `json:"rows_per_second"`
	CPUSeconds    float64 `json:"cpu_seconds"`
	PeakRSSBytes  int64   `json:"peak_rss_bytes"`
	P50Seconds    float64 `json:"p50_seconds,omitempty"`
	P99Seconds    float64 `json:"p99_seconds,omitempty"`
}

// Print adds rate, CPU and memory to the figures and prints them.
func (f Figures) Print() {
	var use syscall.Rusage
	Must(syscall.Getrusage(syscall.RUSAGE_SELF, &use))
	f.RowsPerSecond = float64(f.Rows) / f.Seconds
	f.CPUSeconds = float64(use.Utime.Nano()+use.Stime.Nano()) / 1e9
	f.PeakRSSBytes = use.Maxrss * 1024
	Must(json.NewEncoder(os.Stdout).Encode(f))
}

// Hammer calls op for the numbers from 0 to ops from so many goroutines and
// returns the rate and the time of the median and the 99th percentile call.
func Hammer(goroutines, ops int, op func(n int)) Figures {
	took := make([]time.Duration, ops)
	var next atomic.Int64
	var group sync.WaitGroup
	start := time.Now()
	for range goroutines {
		group.Go(func() {
			for n := int(next.Add(1)) - 1; n < ops; n = int(next.Add(1)) - 1 {
				began := time.Now()
				op(n)
				took[n] = time.Since(began)
			}
		})
	}
	group.Wait()
	seconds := time.Since(start).Seconds()
	slices.Sort(took)
	return Figures{Rows: ops, Seconds: seconds, P50Seconds: took[ops/2].Seconds(), P99Seconds: took[ops*99/100].Seconds()}
}

// Person returns a contact that no file and no other number has. Its keys fall
// among those of a generated file, anywhere, as those of real newcomers do: a
// range of their own would be a small, warm part of the tree.
func Person(id int64) Contact {
	scattered := uint64(id) * 0x9e3779b97f4a7c15 // odd, so distinct for distinct ids
	name := strconv.FormatUint(scattered, 36)
	phone := fmt.Sprintf("+49%020d", scattered)
	return Contact{id, []string{"usr_" + name, "Zoë Gruber", "Zoë Gruber", name + "@example.com", phone, "", "", "", ""}}
}

// Values returns the rows of a VALUES clause, each as the text row.
func Values(row string, n int) string { return strings.Repeat(row+",", n-1) + row }
