package filter

import "time"

// Shifted returns a filter that every record meets whose answer to another filter,
// bound at two moments as before and after, may have changed by the passing of time
// alone. It reports false when there can be none.
func Shifted(before, after Bound) (Bound, bool) {
	switch {
	case after.Op == Within && after.Field.Type != Number:
		return shiftedRange(before, after)
	case len(after.Nodes) == 0:
		return Bound{}, false
	}
	out := Bound{Op: Or}
	for i := range after.Nodes {
		if n, moved := Shifted(before.Nodes[i], after.Nodes[i]); moved {
			out.Nodes = append(out.Nodes, n)
		}
	}
	if len(out.Nodes) == 0 {
		return Bound{}, false
	}
	if len(out.Nodes) == 1 {
		out = out.Nodes[0]
	}
	if after.Op == Some {
		out = Bound{Op: Some, Field: after.Field, Nodes: []Bound{out}}
	}
	return out, true
}

// shiftedRange takes what lies between the old and the new ends of a range.
func shiftedRange(before, after Bound) (Bound, bool) {
	var parts []Bound
	for _, end := range [][2]*time.Time{{before.Range.From, after.Range.From}, {before.Range.To, after.Range.To}} {
		if end[0] == nil || end[1] == nil || end[0].Equal(*end[1]) {
			continue // an end is open at every time or at none
		}
		if end[1].Before(*end[0]) {
			end[0], end[1] = end[1], end[0]
		}
		parts = append(parts, Bound{Op: Within, Field: after.Field, Range: Bounds{From: end[0], To: end[1]}})
	}
	switch len(parts) {
	case 0:
		return Bound{}, false
	case 1:
		return parts[0], true
	}
	return Bound{Op: Or, Nodes: parts}, true
}

// Names reports whether the filter has a condition on a field, or leads over a
// relation of that name, on whatever record.
func (b Bound) Names(field string) bool {
	if b.Field.Name == field {
		return true
	}
	for _, n := range b.Nodes {
		if n.Names(field) {
			return true
		}
	}
	return false
}
