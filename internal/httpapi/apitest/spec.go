package apitest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

// SpecEnv names the environment variable that holds the OpenAPI file, or the
// folder it is in.
const SpecEnv = "KITH_SPECS"

const specFile = "devrev-openapi-beta.yaml"

// Spec is a published OpenAPI 3.0 file that answers are held against. A nil
// Spec checks nothing.
type Spec struct {
	Paths      map[string]map[string]operation `yaml:"paths"`
	Components struct {
		Schemas   map[string]*schema  `yaml:"schemas"`
		Responses map[string]response `yaml:"responses"`
	} `yaml:"components"`
}

type operation struct {
	Responses map[string]response `yaml:"responses"`
}

type response struct {
	Ref     string `yaml:"$ref"`
	Content map[string]struct {
		Schema *schema `yaml:"schema"`
	} `yaml:"content"`
}

var shared = sync.OnceValues(loadShared)

// Load returns the Spec of this test process, read once. When neither SpecEnv
// nor the default place has the file it returns nil and prints one line saying
// so; a SpecEnv that leads nowhere fails the test.
func Load(t testing.TB) *Spec {
	t.Helper()
	spec, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

func loadShared() (*Spec, error) {
	place := os.Getenv(SpecEnv)
	given := place != ""
	if !given {
		place = defaultPlace()
	}
	if info, err := os.Stat(place); err == nil && info.IsDir() {
		place = filepath.Join(place, specFile)
	}
	if _, err := os.Stat(place); err != nil {
		if given {
			return nil, fmt.Errorf("%s: %w", SpecEnv, err)
		}
		fmt.Fprintf(os.Stderr, "apitest: no %s, so answers are not checked against the published API; set %s to its folder\n", specFile, SpecEnv)
		return nil, nil
	}
	return ReadSpec(place)
}

// defaultPlace is shared/specs beside the folder that holds go.mod.
func defaultPlace() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared", "specs")
		}
	}
	return ""
}

// ReadSpec reads an OpenAPI file in YAML or JSON.
func ReadSpec(file string) (*Spec, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var s Spec
	if err := yaml.Unmarshal(text, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &s, nil
}

// Check reports, as errors of t, what is wrong with an answer. Operations that
// the Spec does not have are not checked, nor are error statuses that it does
// not declare for an operation; an undeclared success is an error. Additional
// members are fine. The path may begin with /internal.
func (s *Spec) Check(t testing.TB, method, path string, res Response) {
	t.Helper()
	for _, problem := range s.Problems(method, path, res) {
		t.Errorf("%s: against the published API: %s; body: %s", path, problem, res.Body)
	}
}

// Problems returns what Check reports, one sentence each.
func (s *Spec) Problems(method, path string, res Response) []string {
	if s == nil {
		return nil
	}
	op, ok := s.Paths[strings.TrimPrefix(path, "/internal")][strings.ToLower(method)]
	if !ok {
		return nil
	}
	declared, ok := op.Responses[strconv.Itoa(res.Status)]
	switch {
	case !ok && res.Status < 300:
		return []string{fmt.Sprintf("status %d is not declared", res.Status)}
	case !ok:
		return nil
	}
	if declared.Ref != "" {
		declared = s.Components.Responses[declared.Ref[strings.LastIndex(declared.Ref, "/")+1:]]
	}
	content, ok := declared.Content["application/json"]
	if !ok || content.Schema == nil || res.Status == http.StatusNoContent {
		return nil // a 204 has no body, whatever the file declares
	}
	body, err := parse(res.Body)
	if err != nil {
		return []string{fmt.Sprintf("the body is no JSON: %v", err)}
	}
	return slices.DeleteFunc(slices.Compact((&walker{spec: s}).walk(content.Schema, body, "body")), widened)
}

// widened reports whether a problem is that a vista shows something other than
// meetings, the only ones that the published file has a filter for.
func widened(problem string) bool {
	return strings.Contains(problem, ".filter_type is ") && strings.HasSuffix(problem, ", want one of [meetings]")
}
