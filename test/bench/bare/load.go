// Package bare is what the denominators of the benches share: reading a
// generated contacts file and driving and timing concurrent writes. It imports
// nothing of Kith and does nothing that a load need not do. Any error ends the
// program: half a figure is none.
package bare

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
)

// BatchRows is how many contacts, or claims / 3, one transaction of a load holds.
const BatchRows = 100_000

// Now stands in every created_at and modified_at.
const Now = "2026-01-01T00:00:00.000000Z"

// Contact is a valid row of the file: its number and its nine cells.
type Contact struct {
	ID    int64
	Cells []string
}

// Claim is a unique key of a contact: org, kind and value in one.
type Claim struct {
	Key string
	ID  int64
}

// Claims returns the keys of a contact: reference, e-mail, phone.
func (c Contact) Claims() [3]Claim {
	return [3]Claim{{"\x01r" + c.Cells[0], c.ID}, {"\x01e" + c.Cells[3], c.ID}, {"\x01p" + c.Cells[4], c.ID}}
}

// Must ends the program when err is an error.
func Must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

// Read sends the contacts of the file, but the rows that the manifest lists, in
// file order, and after them their claims in key order, a transaction's worth
// at a time. It sorts runs of claims while the contacts are being written.
func Read(path, manifest string) (<-chan []Contact, <-chan []Claim) {
	listed, err := os.ReadFile(manifest)
	Must(err)
	skip := map[string]bool{}
	for line := range strings.Lines(string(listed)) {
		row, _, _ := strings.Cut(line, ",")
		skip[row] = true
	}
	file, err := os.Open(path)
	Must(err)
	records := csv.NewReader(bufio.NewReaderSize(file, 1<<20))
	records.FieldsPerRecord = -1
	_, err = records.Read() // the header
	Must(err)
	contacts, claims := make(chan []Contact, 1), make(chan []Claim, 1)
	go read(records, skip, contacts, claims)
	return contacts, claims
}

func read(records *csv.Reader, skip map[string]bool, contacts chan<- []Contact, claims chan<- []Claim) {
	var batch []Contact
	var run []Claim
	var runs [][]Claim
	for row := int64(1); ; row++ {
		record, err := records.Read()
		if len(batch) == BatchRows || err != nil {
			contacts <- batch
			slices.SortFunc(run, func(a, b Claim) int { return cmp.Compare(a.Key, b.Key) })
			runs = append(runs, run)
			batch, run = make([]Contact, 0, BatchRows), make([]Claim, 0, 3*BatchRows)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		Must(err)
		if !skip[strconv.FormatInt(row, 10)] {
			c := Contact{row, record}
			keys := c.Claims()
			batch, run = append(batch, c), append(run, keys[:]...)
		}
	}
	close(contacts)
	merge(runs, claims)
}

func merge(runs [][]Claim, out chan<- []Claim) {
	defer close(out)
	empty := func(run []Claim) bool { return len(run) == 0 }
	for runs = slices.DeleteFunc(runs, empty); len(runs) > 0; {
		part := make([]Claim, 0, 3*BatchRows)
		for len(part) < cap(part) && len(runs) > 0 {
			first := 0
			for i, run := range runs {
				if run[0].Key < runs[first][0].Key {
					first = i
				}
			}
			part = append(part, runs[first][0])
			if runs[first] = runs[first][1:]; empty(runs[first]) {
				runs = slices.Delete(runs, first, first+1)
			}
		}
		out <- part
	}
}
