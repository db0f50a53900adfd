package store

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ncruces/go-sqlite3"

	"github.com/kith-id/kith/internal/errs"
)

func TestPositional(t *testing.T) {
	tests := []struct {
		in, want string
		order    []int
	}{
		{"SELECT $2, $1, $2", "SELECT ?, ?, ?", []int{1, 0, 1}},
		{"SELECT '$1', \"$2\", $1 -- $3\n, $2", "SELECT '$1', \"$2\", ? -- $3\n, ?", []int{0, 1}},
		{"SELECT 'it''s $1' /* $2 */ WHERE a = $12", "SELECT 'it''s $1' /* $2 */ WHERE a = ?", []int{11}},
		{"SELECT 'open $1", "SELECT 'open $1", nil},
		{"SELECT $", "SELECT $", nil},
	}
	for _, tt := range tests {
		got, order := positional(tt.in)
		if got != tt.want || !cmp.Equal(order, tt.order) {
			t.Errorf("positional(%q) = %q, %v; want %q, %v", tt.in, got, order, tt.want, tt.order)
		}
	}
}

func FuzzPositional(f *testing.F) {
	f.Add("SELECT $1, '$2' -- $3")
	f.Fuzz(func(t *testing.T, sql string) {
		text, order := positional(sql)
		if n := strings.Count(text, "?") - strings.Count(sql, "?"); n != len(order) {
			t.Errorf("%q: %d marks for %d arguments", sql, n, len(order))
		}
	})
}

// tenantless are the tables without a tenant in front: they find the tenant, or
// belong to the installation.
var tenantless = map[string]bool{"org": true, "routes": true, "signing_key": true, "schema_version": true, "import_due": true, "bulk_action_due": true}

var tableNames = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)\b`)

// TestStatementsNameTheOrg reads every SQL text of the package: one that touches
// a tenant's table must name org_id.
func TestStatementsNameTheOrg(t *testing.T) {
	tables := map[string]bool{}
	all, err := loadMigrations()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range all {
		for _, m := range regexp.MustCompile(`CREATE TABLE (\w+)`).FindAllStringSubmatch(step.sql, -1) {
			tables[m[1]] = true
		}
	}
	if len(tables) < 17 {
		t.Fatalf("found only the tables %v", tables)
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		var body string // all literals of the function being read
		ast.Inspect(tree, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok {
				body = literals(f)
			}
			text, whole := literal(n)
			if !whole {
				return true
			}
			for _, m := range tableNames.FindAllStringSubmatch(text, -1) {
				if !tables[m[1]] || tenantless[m[1]] {
					continue
				}
				checked++
				// A list's statement is put together from parts of one function.
				if !strings.Contains(text, "org_id") && !(strings.HasSuffix(text, "WHERE ") && strings.Contains(body, ".org_id = $1")) {
					t.Errorf("%s: no org_id in %q", set.Position(n.Pos()), text)
				}
			}
			return false
		})
	}
	if checked < 40 {
		t.Errorf("only %d statements were found; the test no longer sees them", checked)
	}
}

// literal joins the string literals of an expression such as "SELECT "+cols+" FROM x".
func literal(n ast.Node) (string, bool) {
	switch e := n.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		l, _ := literal(e.X)
		r, _ := literal(e.Y)
		return l + r, l+r != ""
	}
	return "", false
}

func literals(f *ast.FuncDecl) string {
	var b strings.Builder
	ast.Inspect(f, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			b.WriteString(l.Value)
		}
		return true
	})
	return b.String()
}

func TestInsertTextMatchesTable(t *testing.T) {
	x := table{name: "x", cols: []column{{"a", "text"}, {"b", "text"}, {"c", "text"}}}
	for _, c := range []struct {
		shape insertShape
		want  string
	}{
		{insertShape{"x", 3, true, 2, 0}, "INSERT OR FAIL INTO x (a, b, c) VALUES (?1, ?2, ?3), (?4, ?5, ?6) ON CONFLICT DO NOTHING"},
		{insertShape{"x", 3, false, 3, 0b101}, "INSERT OR FAIL INTO x (a, b, c) VALUES (?1, ?2, ?3), (?1, ?4, ?3), (?1, ?5, ?3)"},
	} {
		if got := c.shape.text(x); got != c.want {
			t.Errorf("%+v: got %q, want %q", c.shape, got, c.want)
		}
	}
}

func TestRowsShareWhatTheyHaveInCommon(t *testing.T) {
	b := &rowBuffer{width: 3}
	r := &record{bind: b}
	now := time.Now()
	for _, text := range []string{"x", "y", "x"} {
		r.Int(7)
		r.Text(text)
		r.Time(now)
	}
	if got := b.common([]int{0, 1, 2}); got != 0b101 {
		t.Errorf("common columns %b, want 101", got)
	}
	if got := b.common([]int{1}); got != 0 {
		t.Errorf("common columns %b, want none", got)
	}
	b.cells = b.cells[:3]
	if got := b.common([]int{0, 1, 2}); got != 0 {
		t.Errorf("common columns of a single row %b, want none", got)
	}
}

// TestFullDiskIsTold: the driver reports a full disk as a failed write, sometimes
// as a bare code.
func TestFullDiskIsTold(t *testing.T) {
	for _, err := range []error{sqlite3.IOERR_WRITE, sqlite3.IOERR_FSYNC, sqlite3.FULL, fmt.Errorf("commit: %w", sqlite3.IOERR_WRITE)} {
		if got := mapSQLite(err); !errs.Is(got, errs.Unavailable) || !strings.Contains(got.Error(), "full") {
			t.Errorf("%v became %v", err, got)
		}
	}
	if got := mapSQLite(sqlite3.CORRUPT); errs.As(got) != nil {
		t.Errorf("a damaged database became %v", got)
	}
}
