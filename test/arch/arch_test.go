// Package arch holds the tests that keep imports pointing one way.
package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/kith-id/kith/"

// The rooms of the house from the ground up. A list names everything that a
// higher room may stand on.
const (
	leaves  = "errs don page filter "
	records = leaves + "artifact link org schema contact account tag vista group timeline conversation ticket assignment "
	domain  = records + "identity auth job "
	cases   = domain + "canned directory desk importer bulkaction search search/lexical widget "
)

// allowed is the table of edges: a package below internal and the packages
// below internal it may import. A package may always import its own
// subfolders. A new package, or an edge that is not here, needs a line, and a
// reviewer who agrees that it points the right way.
var allowed = map[string]string{
	"errs":         "",
	"editdistance": "",
	"don":          "errs",
	"page":         "errs",
	"filter":       "errs don",

	// Files: what is known of them, and where their contents are.
	"artifact": "errs don",
	"blob":     "",

	"org":     leaves,
	"tag":     leaves + "org",
	"schema":  leaves,
	"vista":   leaves,
	"group":   leaves,
	"contact": leaves + "org tag schema",
	"account": leaves + "org tag schema",

	"link": leaves,

	"timeline":     leaves + "artifact link org tag",
	"conversation": leaves + "org tag schema timeline",
	"ticket":       leaves + "org tag schema timeline",
	"canned":       leaves + "tag conversation ticket",
	"assignment":   leaves + "contact",

	"auth":     leaves + "org contact", // a member's address is normalised as a contact's
	"job":      leaves + "org",
	"identity": records,

	// Which records may be one, by likeness alone: no database, no identifiers.
	"identity/match":         leaves + "editdistance",
	"identity/match/hardset": "",

	// The use cases: what people and machines do with records.
	"directory":      domain + "identity/match timeline",
	"desk":           domain + "directory timeline conversation ticket canned blob",
	"importer":       domain,
	"bulkaction":     domain + "directory",
	"widget":         domain + "directory",
	"importer/sheet": leaves,

	// What is found by what people type: by letters alone, no database.
	"search/lexical": leaves + "editdistance",
	"search":         leaves + "org search/lexical",
	"exporter":       domain + "directory importer importer/sheet",
	"realtime":       domain + "directory desk timeline",

	// store implements interfaces that its consumers declare, so it knows
	// their types; only the wiring and tests know store.
	"store":           cases,
	"store/storetest": cases + "store testpg",

	"httpapi":         cases + "realtime config exporter sampledata",
	"httpapi/wire":    leaves,
	"httpapi/apitest": "",
	"webui":           "errs",

	"config":            "errs",
	"server":            cases + "realtime blob config httpapi httpapi/wire webui store",
	"server/servertest": "auth config httpapi httpapi/apitest server testpg",
	"cli":               cases + "config httpapi identity/match importer/sheet server store benchdata demosite",

	"benchdata":  "",
	"demosite":   "",
	"sampledata": "",
	"testpg":     "",
}

// outside lists the packages beside internal and what of the module they import.
var outside = map[string][]string{
	"cmd/kith": {"internal/cli"},
	"web":      {},
	// The denominators share no code with what they are compared with.
	"test/bench/bare":         {},
	"test/bench/fdatasync":    {"test/bench/bare"},
	"test/bench/pgcreate":     {"test/bench/bare"},
	"test/bench/pgload":       {"test/bench/bare"},
	"test/bench/readserver":   {"test/bench/bare"},
	"test/bench/sqlitecreate": {"test/bench/bare"},
	"test/bench/sqliteload":   {"test/bench/bare"},
	// These run Kith, and say on which data.
	"test/bench":          {"internal/benchdata", "test/bench/bare", "test/bench/listpair"},
	"test/bench/listpair": {"internal/contact", "internal/don", "internal/schema", "internal/tag"},
	"test/bench/seedlist": {
		"internal/account", "internal/contact", "internal/don", "internal/identity", "internal/org", "internal/store", "internal/tag",
		"test/bench/listpair",
	},
}

// The built web app is handed to webui by the package that wires.
const webEmbed, webWiring = "web", "internal/server"

// drivers may be imported by the packages below and by no other.
var (
	drivers     = []string{"database/sql", "github.com/ncruces/go-sqlite3", "github.com/jackc/pgx/v5"}
	withDrivers = []string{"internal/store", "internal/testpg", "test/bench"}
)

// pkg is what `go list` says of a package. Its imports are those of the
// package proper: tests may import what they need.
type pkg struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestEdges(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		from := strings.TrimPrefix(p.ImportPath, module)
		name, internal := strings.CutPrefix(from, "internal/")
		table, known := allowed[name]
		edges, knownOutside := outside[from]
		if internal && !known || !internal && !knownOutside && len(p.Imports) > 0 {
			t.Errorf("%s is not in the table: add it with the packages it may import", from)
			continue
		}
		for _, path := range p.Imports {
			to, ours := strings.CutPrefix(path, module)
			if !ours || internal && strings.HasPrefix(to, from+"/") || from == webWiring && to == webEmbed {
				continue
			}
			if internal && !slices.Contains(strings.Fields(table), strings.TrimPrefix(to, "internal/")) ||
				!internal && !slices.Contains(edges, to) {
				t.Errorf("%s imports %s, which the table does not allow", from, to)
			}
		}
	}
}

// TestTableHasNoCycle keeps the table itself pointing one way.
func TestTableHasNoCycle(t *testing.T) {
	t.Parallel()
	var visit func(name string, path []string)
	visit = func(name string, path []string) {
		if slices.Contains(path, name) {
			t.Fatalf("the table allows a cycle: %s", strings.Join(append(path, name), " → "))
		}
		for _, to := range strings.Fields(allowed[name]) {
			if _, ok := allowed[to]; !ok {
				t.Errorf("%s may import %s, which has no line", name, to)
			}
			visit(to, append(slices.Clip(path), name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(allowed)) {
		visit(name, nil)
	}
}

func TestOnlyStoreKnowsDrivers(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		from := strings.TrimPrefix(p.ImportPath, module)
		if slices.ContainsFunc(withDrivers, func(w string) bool { return from == w || strings.HasPrefix(from, w+"/") }) {
			continue
		}
		for _, path := range p.Imports {
			if slices.ContainsFunc(drivers, func(d string) bool { return path == d || strings.HasPrefix(path, d+"/") }) {
				t.Errorf("%s imports %s: only store speaks to a database", from, path)
			}
		}
	}
}

// TestBinaryHasNoTestCode keeps what tests need out of what users run.
func TestBinaryHasNoTestCode(t *testing.T) {
	t.Parallel()
	unwanted := []string{
		"testing", module + "internal/testpg", module + "internal/store/storetest", module + "internal/httpapi/apitest",
		module + "internal/server/servertest",
		"github.com/google/go-cmp/cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal/testscript",
	}
	for _, p := range list(t, "./cmd/...") {
		for _, path := range unwanted {
			if slices.Contains(p.Deps, path) {
				t.Errorf("%s links %s", p.ImportPath, path)
			}
		}
	}
}

// list asks the go command about the packages that the pattern matches.
func list(t *testing.T, pattern string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", pattern)
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", pattern, err, stderr.String())
	}
	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
