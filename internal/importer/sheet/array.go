package sheet

import "strings"

// SplitArray returns the values of an array cell: separated by commas, without
// surrounding white space, blank ones dropped. A value that contains a comma
// stands between backticks, which are not part of it; inside them a backtick is
// doubled and white space counts. A backtick that opens nothing, because no
// backtick before a comma or the end closes it, stands for itself.
func SplitArray(cell string) []string {
	var values []string
	for cell = strings.TrimSpace(cell); cell != ""; cell = strings.TrimSpace(cell) {
		value, rest, wrapped := wrappedValue(cell)
		if !wrapped {
			value, rest, _ = strings.Cut(cell, ",")
			value = strings.TrimSpace(value)
		}
		if strings.TrimSpace(value) != "" {
			values = append(values, value)
		}
		cell = rest
	}
	return values
}

// wrappedValue reads a value in backticks from the start of s; rest is what
// follows its comma.
func wrappedValue(s string) (value, rest string, ok bool) {
	if s[0] != '`' {
		return "", "", false
	}
	for i := 1; i < len(s); i++ {
		if s[i] != '`' {
			continue
		}
		after := strings.TrimSpace(s[i+1:])
		switch {
		case after == "" || after[0] == ',':
			return strings.ReplaceAll(s[1:i], "``", "`"), strings.TrimPrefix(after, ","), true
		case s[i+1] == '`':
			i++
		}
	}
	return "", "", false
}

// JoinArray returns the cell from which SplitArray makes the same values, for
// every list of values that are not blank; blank values are left out.
func JoinArray(values []string) string {
	var b strings.Builder
	for _, v := range values {
		trimmed := strings.TrimSpace(v)
		if trimmed == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		if trimmed == v && v[0] != '`' && !strings.Contains(v, ",") {
			b.WriteString(v)
			continue
		}
		b.WriteByte('`')
		b.WriteString(strings.ReplaceAll(v, "`", "``"))
		b.WriteByte('`')
	}
	return b.String()
}
