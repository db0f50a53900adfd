package store

import (
	"strconv"
	"strings"
)

// positional turns PostgreSQL's numbered parameters into plain question marks
// and returns, for each mark, the index of the argument it stands for. Quoted
// text and comments are left alone. SQLite binds named parameters by first
// appearance and slowly, so neither $n nor ?n may reach it.
func positional(sql string) (string, []int) {
	var b strings.Builder
	var order []int
	for i := 0; i < len(sql); {
		switch {
		case sql[i] == '\'' || sql[i] == '"':
			end := quoted(sql, i)
			b.WriteString(sql[i:end])
			i = end
		case strings.HasPrefix(sql[i:], "--"):
			end := i + strings.IndexByte(sql[i:]+"\n", '\n')
			b.WriteString(sql[i:end])
			i = end
		case strings.HasPrefix(sql[i:], "/*"):
			end := len(sql)
			if at := strings.Index(sql[i:], "*/"); at >= 0 {
				end = i + at + 2
			}
			b.WriteString(sql[i:end])
			i = end
		case sql[i] == '$' && i+1 < len(sql) && isDigit(sql[i+1]):
			end := i + 1
			for end < len(sql) && isDigit(sql[end]) {
				end++
			}
			n, _ := strconv.Atoi(sql[i+1 : end])
			order = append(order, n-1)
			b.WriteByte('?')
			i = end
		default:
			b.WriteByte(sql[i])
			i++
		}
	}
	return b.String(), order
}

// quoted returns the index behind the quoted text that starts at i; a doubled
// quote does not end it.
func quoted(sql string, i int) int {
	q := sql[i]
	for j := i + 1; j < len(sql); j++ {
		if sql[j] != q {
			continue
		}
		if j+1 < len(sql) && sql[j+1] == q {
			j++
			continue
		}
		return j + 1
	}
	return len(sql)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// sqliteDDL adapts a migration to SQLite.
func sqliteDDL(sql string) string {
	sql = strings.ReplaceAll(sql, ") /* clustered */", ") WITHOUT ROWID")
	return strings.ReplaceAll(sql, ` COLLATE "C"`, "")
}
