package httpapi_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"github.com/kith-id/kith/internal/httpapi"
)

//go:generate go test -run ^TestOpenAPIGolden$ . -update

var update = flag.Bool("update", false, "rewrite golden files")

const golden = "openapi.golden.json"

// TestOpenAPIGolden keeps the document that clients are generated from in the
// repository, so that a change of the API shows in its review.
func TestOpenAPIGolden(t *testing.T) {
	api := httpapi.New(httpapi.Config{Version: "golden"})
	httpapi.RegisterAuth(api, httpapi.AuthDeps{})
	httpapi.RegisterDirectory(api, httpapi.DirectoryDeps{})
	httpapi.RegisterDesk(api, httpapi.DeskDeps{})
	httpapi.RegisterFiles(api, httpapi.FileDeps{})
	httpapi.RegisterEvents(api, httpapi.EventDeps{})
	httpapi.RegisterWidgets(api, httpapi.WidgetDeps{})
	httpapi.RegisterExports(api, httpapi.ExportDeps{})
	httpapi.RegisterImports(api, httpapi.ImportDeps{})
	httpapi.RegisterSampleData(api, httpapi.SampleDataDeps{})
	httpapi.RegisterBulkActions(api, httpapi.BulkActionDeps{})
	httpapi.RegisterSearch(api, httpapi.SearchDeps{})
	got, err := api.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is out of date at line %d; run go generate ./internal/httpapi and review the difference", golden, firstDifference(got, want))
	}
}

func firstDifference(a, b []byte) int {
	line := 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			break
		}
		if a[i] == '\n' {
			line++
		}
	}
	return line
}
