package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"

	"github.com/kith-id/kith/test/bench/bare"
)

// line is a measured case; a side that was not run is nil.
type line struct {
	benchCase
	base, subject *bare.Figures
}

func (l line) progress() string {
	return fmt.Sprintf("%-30s baseline %s, kith %s", l.name, side(l.base, l.unit), side(l.subject, l.unit))
}

// table prints the lines as Markdown.
func table(w io.Writer, e *env, lines []line) error {
	var out strings.Builder
	fmt.Fprintf(&out, "# Benchmarks\n\n%d rows (%d invalid, %d repeated), seed %d. %d cores, %s, %s, fdatasync %.2f ms.\n\n",
		e.totals.Rows, e.totals.Invalid, e.totals.Repeated, seed, runtime.NumCPU(), cpuModel(), runtime.Version(), e.sync*1e3)
	out.WriteString("| measurement | Kith | baseline | ratio | bar | met | fdatasync | others, for orientation |\n|---|---|---|---|---|---|---|---|\n")
	for _, l := range lines {
		ratio, met := l.judge(e.sync)
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %.2f ms | %s |\n",
			l.name, side(l.subject, l.unit), side(l.base, l.unit), ratio, l.bar, met, e.sync*1e3, l.rival)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// side describes the figures of one side of a line.
func side(f *bare.Figures, unit string) string {
	if f == nil {
		return "–"
	}
	text := fmt.Sprintf("%s %s/s, %.1f s", thousands(int(f.RowsPerSecond)), unit, f.Seconds)
	if f.PeakRSSBytes > 0 {
		text += fmt.Sprintf(", CPU %.1f s, %d MiB", f.CPUSeconds, f.PeakRSSBytes/mib)
	}
	if f.P99Seconds > 0 {
		text += fmt.Sprintf(", p50 %.1f ms, p99 %.1f ms", f.P50Seconds*1e3, f.P99Seconds*1e3)
	}
	return text
}

// judge returns the ratio of the two rates, as the bar states it, and whether
// the bar is met; "–" for what was not measured.
func (l line) judge(sync float64) (ratio, met string) {
	ratio, met = "–", "–"
	if l.subject == nil {
		return ratio, met
	}
	ok := (l.bar.p99 == 0 || l.subject.P99Seconds <= l.bar.p99+l.bar.syncs*sync) &&
		l.subject.RowsPerSecond >= l.bar.rate && (l.bar.rss == 0 || l.subject.PeakRSSBytes <= l.bar.rss)
	if l.base != nil {
		share := l.subject.RowsPerSecond / l.base.RowsPerSecond
		ratio = fmt.Sprintf("%.0f %%", share*100)
		if l.bar.slowdown > 0 {
			ratio = fmt.Sprintf("%.2f ×", 1/share)
		}
		ok = ok && share >= l.bar.share && (l.bar.slowdown == 0 || 1/share <= l.bar.slowdown)
	}
	if ok {
		return ratio, "yes"
	}
	return ratio, "**no**"
}

// String says what the bar demands.
func (b bar) String() string {
	var parts []string
	if b.slowdown > 0 {
		parts = append(parts, fmt.Sprintf("≤ %.1f ×", b.slowdown))
	}
	if b.share > 0 {
		parts = append(parts, fmt.Sprintf("≥ %.0f %%", b.share*100))
	}
	if b.rate > 0 {
		parts = append(parts, "≥ "+thousands(int(b.rate))+"/s")
	}
	if b.p99 > 0 {
		part := fmt.Sprintf("p99 ≤ %.0f ms", b.p99*1e3)
		if b.syncs > 0 {
			part += fmt.Sprintf(" + %.0f × fdatasync", b.syncs)
		}
		parts = append(parts, part)
	}
	if b.rss > 0 {
		parts = append(parts, fmt.Sprintf("≤ %d MiB", b.rss/mib))
	}
	return strings.Join(parts, ", ")
}

// thousands writes 1234567 as 1,234,567.
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for row := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(row, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
