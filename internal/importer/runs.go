package importer

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
)

// runs sorts keys with the row each belongs to, in bounded memory: full buffers
// are sorted and written to a file as runs, which reading merges. Equal keys
// come in the order of their rows.
type runs struct {
	file *os.File // nil until the first buffer is full
	dir  string
	ends []int64 // where each run ends in the file
	text []byte
	keys []sortKey
	wait chan error // the run being written
	out  *bufio.Writer
}

type sortKey struct {
	head uint64 // the first bytes, compared before the rest
	at   uint32
	size uint16
	row  uint32
}

// runBytes bounds the text of one buffer.
const runBytes = 4 << 20

func newRuns(dir string) *runs { return &runs{dir: dir} }

// add takes a key of at most 64 KiB.
func (r *runs) add(key []byte, row uint32) error {
	if len(r.text)+len(key) > runBytes {
		if err := r.flush(); err != nil {
			return err
		}
	}
	k := sortKey{at: uint32(len(r.text)), size: uint16(len(key)), row: row, head: head(key)}
	r.text = append(r.text, key...)
	r.keys = append(r.keys, k)
	return nil
}

// head packs up to eight bytes so that comparing numbers compares keys. The
// kind's letter and colon are the same for all keys of a sorter, so they do not
// take part.
func head(key []byte) uint64 {
	var b [8]byte
	if len(key) > 2 {
		copy(b[:], key[2:])
	}
	return binary.BigEndian.Uint64(b[:])
}

func (r *runs) sort(text []byte, keys []sortKey) {
	slices.SortFunc(keys, func(a, b sortKey) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if c := bytes.Compare(text[a.at:a.at+uint32(a.size)], text[b.at:b.at+uint32(b.size)]); c != 0 {
			return c
		}
		return cmp.Compare(a.row, b.row)
	})
}

// flush sorts the buffer and writes it as a run in the background.
func (r *runs) flush() error {
	if err := r.settle(); err != nil {
		return err
	}
	if r.file == nil {
		f, err := os.CreateTemp(r.dir, "run-")
		if err != nil {
			return err
		}
		r.file = f
		r.out = bufio.NewWriterSize(f, 256<<10)
	}
	text, keys := r.text, r.keys
	r.text, r.keys = make([]byte, 0, runBytes), make([]sortKey, 0, len(keys))
	r.wait = make(chan error, 1)
	go func() { r.wait <- r.writeRun(text, keys) }()
	return nil
}

func (r *runs) writeRun(text []byte, keys []sortKey) error {
	r.sort(text, keys)
	start := int64(0)
	if len(r.ends) > 0 {
		start = r.ends[len(r.ends)-1]
	}
	var h [6]byte
	for _, k := range keys {
		binary.LittleEndian.PutUint16(h[:], k.size)
		binary.LittleEndian.PutUint32(h[2:], k.row)
		_, _ = r.out.Write(h[:]) // a bufio.Writer keeps its first error for Flush
		_, _ = r.out.Write(text[k.at : k.at+uint32(k.size)])
		start += int64(len(h)) + int64(k.size)
	}
	r.ends = append(r.ends, start)
	return r.out.Flush()
}

func (r *runs) settle() error {
	if r.wait == nil {
		return nil
	}
	err := <-r.wait
	r.wait = nil
	return err
}

// sorted calls each for every key in order. The key is valid during the call.
func (r *runs) sorted(each func(key []byte, row uint32) error) error {
	if err := r.settle(); err != nil {
		return err
	}
	r.sort(r.text, r.keys)
	m := merger{&memoryRun{text: r.text, keys: r.keys}}
	start := int64(0)
	for _, end := range r.ends {
		m = append(m, &fileRun{r: bufio.NewReaderSize(io.NewSectionReader(r.file, start, end-start), 64<<10)})
		start = end
	}
	return m.each(each)
}

// close removes the file.
func (r *runs) close() error {
	err := r.settle()
	if r.file == nil {
		return err
	}
	return errors.Join(err, r.file.Close(), os.Remove(r.file.Name()))
}

// keyRun is a sorted sequence.
type keyRun interface {
	next() (bool, error)
	key() []byte
	row() uint32
}

type memoryRun struct {
	text []byte
	keys []sortKey
	at   int
}

func (m *memoryRun) next() (bool, error) { m.at++; return m.at <= len(m.keys), nil }
func (m *memoryRun) key() []byte {
	k := m.keys[m.at-1]
	return m.text[k.at : k.at+uint32(k.size)]
}
func (m *memoryRun) row() uint32 { return m.keys[m.at-1].row }

type fileRun struct {
	r   *bufio.Reader
	buf []byte
	n   uint32
}

func (f *fileRun) next() (bool, error) {
	var h [6]byte
	if _, err := io.ReadFull(f.r, h[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		return false, err
	}
	size := int(binary.LittleEndian.Uint16(h[:]))
	f.n = binary.LittleEndian.Uint32(h[2:])
	f.buf = slices.Grow(f.buf[:0], size)[:size]
	_, err := io.ReadFull(f.r, f.buf)
	return true, err
}
func (f *fileRun) key() []byte { return f.buf }
func (f *fileRun) row() uint32 { return f.n }

// merger is a heap of runs by their current key.
type merger []keyRun

func (m merger) Len() int { return len(m) }
func (m merger) Less(i, j int) bool {
	if c := bytes.Compare(m[i].key(), m[j].key()); c != 0 {
		return c < 0
	}
	return m[i].row() < m[j].row()
}
func (m merger) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *merger) Push(x any)   { *m = append(*m, x.(keyRun)) }
func (m *merger) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

func (m merger) each(each func([]byte, uint32) error) error {
	live := m[:0]
	for _, r := range m {
		ok, err := r.next()
		if err != nil {
			return err
		}
		if ok {
			live = append(live, r)
		}
	}
	heap.Init(&live)
	for len(live) > 0 {
		if err := each(live[0].key(), live[0].row()); err != nil {
			return err
		}
		ok, err := live[0].next()
		if err != nil {
			return err
		}
		if ok {
			heap.Fix(&live, 0)
		} else {
			heap.Pop(&live)
		}
	}
	return nil
}
