package main

import (
	"os"
	"strconv"

	"github.com/kith-id/kith/test/bench/bare"
)

// benchCase is a line of the table: what Kith does, what it is measured
// against, and how close it must come.
type benchCase struct {
	name  string
	unit  string
	base  func(*env) (bare.Figures, error) // nil where the bar is absolute
	kith  func(*env) (bare.Figures, error)
	self  bool // the baseline is Kith too
	bar   bar
	rival string // others' figures for the same work, for orientation
}

// bar is what a line must meet. Zero values demand nothing.
type bar struct {
	slowdown float64 // at most so many times the baseline's time
	share    float64 // at least this share of the baseline's rate
	rate     float64 // units a second, at least
	p99      float64 // seconds, at most
	syncs    float64 // fdatasyncs to add to p99: the disk's part
	rss      int64   // bytes, at most
}

const (
	mib          = 1 << 20
	rivalImports = "listmonk 2,321, PocketBase 2,063 rows/s"
	rivalLists   = "p50 of a filtered page with total: listmonk 246 ms, PocketBase 335 ms"
	rivalCreates = "listmonk 1,246/s p99 44 ms, PocketBase 1,461/s p99 37 ms (not synced)"
)

var cases = []benchCase{
	{
		name: "import SQLite", unit: "rows", rival: rivalImports, bar: bar{slowdown: 1.7, rss: 256 * mib},
		kith: kithImport(sqlite),
		base: load(sqlite),
	},
	{
		name: "import PostgreSQL", unit: "rows", rival: rivalImports, bar: bar{slowdown: 1.4, rss: 256 * mib},
		kith: kithImport(postgres),
		base: load(postgres),
	},
	{
		name: "create SQLite, 16 clients", unit: "creates", rival: rivalCreates, bar: bar{share: 0.4, p99: 0.010, syncs: 4},
		base: sqliteCreate(16), kith: kithCreate(sqlite, 16),
	},
	{name: "create SQLite, 64 clients", unit: "creates", bar: bar{share: 0.4}, base: sqliteCreate(64), kith: kithCreate(sqlite, 64)},
	{
		name: "create PostgreSQL, 16 clients", unit: "creates", rival: rivalCreates, bar: bar{share: 0.6},
		base: postgresCreate(16), kith: kithCreate(postgres, 16),
	},
	{name: "create PostgreSQL, 64 clients", unit: "creates", bar: bar{share: 0.6}, base: postgresCreate(64), kith: kithCreate(postgres, 64)},
	{name: "list SQLite, 35 pairs", unit: "pages", rival: rivalLists, bar: bar{p99: 0.050}, kith: kithList(sqlite, false)},
	{name: "list SQLite, 5 hard pairs", unit: "pages", bar: bar{p99: 0.300}, kith: kithList(sqlite, true)},
	{name: "list PostgreSQL, 35 pairs", unit: "pages", rival: rivalLists, bar: bar{p99: 0.050}, kith: kithList(postgres, false)},
	{name: "list PostgreSQL, 5 hard pairs", unit: "pages", bar: bar{p99: 0.300}, kith: kithList(postgres, true)},
	{name: "slice SQLite, 22 pairs", unit: "pages", bar: bar{p99: 0.050}, self: true, base: kithSlice(sqlite, small, false), kith: kithSlice(sqlite, whole, false)},
	{name: "slice SQLite, 5 hard pairs", unit: "pages", bar: bar{p99: 0.300}, self: true, base: kithSlice(sqlite, small, true), kith: kithSlice(sqlite, whole, true)},
	{name: "slice PostgreSQL, 22 pairs", unit: "pages", bar: bar{p99: 0.050}, self: true, base: kithSlice(postgres, small, false), kith: kithSlice(postgres, whole, false)},
	{name: "slice PostgreSQL, 5 hard pairs", unit: "pages", bar: bar{p99: 0.300}, self: true, base: kithSlice(postgres, small, true), kith: kithSlice(postgres, whole, true)},
	{name: "group by 20 values, SQLite", unit: "answers", bar: bar{p99: 0.300}, self: true, base: kithGroupBy(sqlite, small), kith: kithGroupBy(sqlite, whole)},
	{name: "group by 20 values, PostgreSQL", unit: "answers", bar: bar{p99: 0.300}, self: true, base: kithGroupBy(postgres, small), kith: kithGroupBy(postgres, whole)},
	{name: "count, SQLite, 22 pairs", unit: "counts", bar: bar{p99: 0.050}, self: true, base: kithCount(sqlite, small), kith: kithCount(sqlite, whole)},
	{name: "count, PostgreSQL, 22 pairs", unit: "counts", bar: bar{p99: 0.050}, self: true, base: kithCount(postgres, small), kith: kithCount(postgres, whole)},
	{name: "group follows one write, SQLite", unit: "members", bar: bar{rate: 10_000}, kith: kithFollow(sqlite)},
	{name: "group follows one write, PostgreSQL", unit: "members", bar: bar{rate: 10_000}, kith: kithFollow(postgres)},
	{name: "resolve known, SQLite, 32 clients", unit: "requests", bar: bar{share: 0.6, p99: 0.020}, base: bareRead(sqlite), kith: kithResolve(sqlite)},
	{name: "resolve known, PostgreSQL, 32 clients", unit: "requests", bar: bar{share: 0.6, p99: 0.020}, base: bareRead(postgres), kith: kithResolve(postgres)},
	{name: "resolve new, SQLite, 32 clients", unit: "requests", bar: bar{share: 0.3, p99: 0.020}, base: bareRead(sqlite), kith: kithResolveNew(sqlite)},
	{name: "resolve new, PostgreSQL, 32 clients", unit: "requests", bar: bar{share: 0.3, p99: 0.020}, base: bareRead(postgres), kith: kithResolveNew(postgres)},
	{name: "search SQLite, 3 to 5 characters", unit: "searches", bar: bar{p99: 0.010}, kith: kithSearch(sqlite, 3, 5)},
	{name: "search SQLite, 6 to 8 characters", unit: "searches", bar: bar{p99: 0.010}, kith: kithSearch(sqlite, 6, 8)},
	{name: "search SQLite, misspelled names", unit: "searches", bar: bar{p99: 0.100}, kith: kithSpell(sqlite)},
	{name: "search PostgreSQL, 3 to 5 characters", unit: "searches", bar: bar{p99: 0.250}, kith: kithSearch(postgres, 3, 5)},
	{name: "search PostgreSQL, 6 to 8 characters", unit: "searches", bar: bar{p99: 0.100}, kith: kithSearch(postgres, 6, 8)},
	{name: "search PostgreSQL, misspelled names", unit: "searches", bar: bar{p99: 0.100}, kith: kithSpell(postgres)},
	{name: "import SQLite until all is found", unit: "rows", bar: bar{share: 0.35}, self: true, base: kithImport(sqlite), kith: untilFound(sqlite, kithImport)},
	{name: "import PostgreSQL until all is found", unit: "rows", bar: bar{share: 0.35}, self: true, base: kithImport(postgres), kith: untilFound(postgres, kithImport)},
	{name: "import SQLite with three custom fields", unit: "rows", bar: bar{share: 0.6}, self: true, base: kithImport(sqlite), kith: kithImportFields(sqlite)},
	{name: "import PostgreSQL with three custom fields", unit: "rows", bar: bar{share: 0.6}, self: true, base: kithImport(postgres), kith: kithImportFields(postgres)},
	{name: "the same until all is found, SQLite", unit: "rows", bar: bar{share: 0.35}, self: true, base: kithImport(sqlite), kith: untilFound(sqlite, kithImportFields)},
	{name: "the same until all is found, PostgreSQL", unit: "rows", bar: bar{share: 0.35}, self: true, base: kithImport(postgres), kith: untilFound(postgres, kithImportFields)},
	{name: "message to the team's streams, SQLite, 500 open, 50/s", unit: "messages", bar: bar{p99: 0.250}, kith: kithTell(sqlite)},
	{name: "message to the team's streams, PostgreSQL, 500 open, 50/s", unit: "messages", bar: bar{p99: 0.250}, kith: kithTell(postgres)},
	// Last: these leave other contacts behind.
	{name: "contact with 10,000 entries opens, against 10, SQLite", unit: "pages", bar: bar{share: 0.34}, self: true, base: kithTimeline(sqlite, 10), kith: kithTimeline(sqlite, longTimeline)},
	{name: "contact with 10,000 entries opens, against 10, PostgreSQL", unit: "pages", bar: bar{share: 0.34}, self: true, base: kithTimeline(postgres, 10), kith: kithTimeline(postgres, longTimeline)},
	{name: "create SQLite during an import", unit: "creates", bar: bar{p99: 0.400}, kith: kithCreateDuringImport(sqlite)},
	{name: "create PostgreSQL during an import", unit: "creates", bar: bar{p99: 0.400}, kith: kithCreateDuringImport(postgres)},
	{
		name: "import SQLite, 3 × the rows against 0.3 ×", unit: "rows", bar: bar{share: 0.8, rss: 256 * mib}, self: true,
		base: kithImportScaled(sqlite, 0.3), kith: kithImportScaled(sqlite, 3),
	},
	{
		name: "import PostgreSQL, 3 × the rows against 0.3 ×", unit: "rows", bar: bar{share: 0.8, rss: 256 * mib}, self: true,
		base: kithImportScaled(postgres, 0.3), kith: kithImportScaled(postgres, 3),
	},
}

// load fills the engine's two tables bare.
func load(on engine) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		e.loaded[on] = true
		if on == postgres {
			return e.onPostgres("pgload", "-csv", e.path("contacts.csv"), "-manifest", e.path("manifest.csv"))
		}
		db := e.path("load.db")
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.RemoveAll(db + suffix); err != nil {
				return bare.Figures{}, err
			}
		}
		return e.program("sqliteload", "-csv", e.path("contacts.csv"), "-manifest", e.path("manifest.csv"), "-db", db)
	}
}

// sqliteCreate creates on the database that the import left, or a new one.
func sqliteCreate(clients int) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.program("sqlitecreate", "-db", e.path("load.db"), "-goroutines", strconv.Itoa(clients))
	}
}

func postgresCreate(clients int) func(*env) (bare.Figures, error) {
	return func(e *env) (bare.Figures, error) {
		return e.onPostgres("pgcreate", "-goroutines", strconv.Itoa(clients))
	}
}

// onPostgres runs a bare program against the server.
func (e *env) onPostgres(name string, args ...string) (bare.Figures, error) {
	url, err := e.postgres()
	if err != nil {
		return bare.Figures{}, err
	}
	return e.program(name, append(args, "-dsn", url)...)
}
