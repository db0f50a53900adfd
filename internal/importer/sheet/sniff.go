package sheet

import "bytes"

// delimiters are the separators that are detected, the likelier ones first.
var delimiters = []byte{',', ';', '\t', '|'}

// sniff detects line ending and delimiter from what is buffered, and takes the
// line "sep=;" with which Excel may begin a file.
func (r *Reader) sniff() {
	sample := r.buf[:r.end]
	r.term = lineEnd(sample)
	r.info.Delimiter = r.opt.Delimiter
	line, size := sample, len(sample)
	if i := bytes.IndexByte(sample, r.term); i >= 0 {
		line, size = sample[:i], i+1
	}
	line = bytes.Trim(r.trimCR(line), `"`)
	if d, ok := bytes.CutPrefix(line, []byte("sep=")); ok && len(d) == 1 {
		if r.info.Delimiter == 0 {
			r.info.Delimiter = d[0]
		}
		r.advance(size, 1)
	}
	if r.info.Delimiter == 0 {
		r.info.Delimiter = guessDelimiter(sample, r.term, r.eof)
	}
}

// lineEnd returns '\r' when lines outside quotes end in nothing else.
func lineEnd(sample []byte) byte {
	quoted, cr, prev := false, false, byte('\n')
	for i, c := range sample {
		switch {
		case c == '"':
			quoted = !quoted && startsCell(prev)
		case quoted:
		case c == '\n':
			return '\n'
		case c == '\r' && i+1 < len(sample) && sample[i+1] != '\n':
			cr = true
		}
		prev = c
	}
	if cr {
		return '\r'
	}
	return '\n'
}

// startsCell reports whether a quote after prev opens a quoted cell. Elsewhere
// it stands for itself or closes one.
func startsCell(prev byte) bool {
	return prev == '\n' || prev == '\r' || bytes.IndexByte(delimiters, prev) >= 0
}

// guessDelimiter returns the separator that the header has and that splits most
// of the first records into as many cells as the header; between equals, the
// one with most cells. Without any it is the comma.
func guessDelimiter(sample []byte, term byte, whole bool) byte {
	best, bestSame, bestCells := delimiters[0], -1, 1
	for _, d := range delimiters {
		counts := cellCounts(sample, term, d, whole)
		if len(counts) == 0 || counts[0] < 2 {
			continue
		}
		same := 0
		for _, n := range counts {
			if n == counts[0] {
				same++
			}
		}
		same = same * 100 / len(counts)
		if same > bestSame || same == bestSame && counts[0] > bestCells {
			best, bestSame, bestCells = d, same, counts[0]
		}
	}
	return best
}

// cellCounts returns the number of cells of the first records, at most 50. The
// last one counts only when the sample is the whole text or it is the only one.
func cellCounts(sample []byte, term, delimiter byte, whole bool) []int {
	var counts []int
	cells, quoted, size, prev := 1, false, 0, term
	for _, c := range sample {
		switch {
		case c == '"':
			quoted = !quoted && (prev == delimiter || prev == term || prev == '"')
		case quoted:
		case c == delimiter:
			cells++
		case c == term:
			if size > 0 {
				counts = append(counts, cells)
			}
			if len(counts) == 50 {
				return counts
			}
			cells, size = 1, -1
		case c == '\r':
			size--
		}
		size++
		prev = c
	}
	if size > 0 && (whole || len(counts) == 0) {
		counts = append(counts, cells)
	}
	return counts
}
