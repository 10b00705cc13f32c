// Package layers holds the direction of imports: from what starts a process
// down to what a video is, and never between adapters.
package layers

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/cuepipe/cuepipe/"

// allowed says which of our packages each may import; a pattern that ends in
// "/..." stands for all below it. What is not listed here may not exist: a new
// package is given its place first.
var allowed = map[string][]string{
	// The domain. What has no entry on its right imports the standard library only.
	"internal/video":            {},
	"internal/speech":           {},
	"internal/caption":          {"internal/speech"},
	"internal/media":            {"internal/speech"},
	"internal/upload":           {"internal/video", "internal/caption", "internal/speech/names", "internal/speech/languages"},
	"internal/captioning":       {"internal/video", "internal/media", "internal/speech", "internal/speech/names", "internal/caption"},
	"internal/tracks":           {"internal/video", "internal/caption"},
	"internal/search":           {"internal/video", "internal/caption"},
	"internal/speech/names":     {"internal/speech"},
	"internal/speech/languages": {},
	// Recognisers.
	"internal/checksum":         {},
	"internal/speech/onnx":      {},
	"internal/speech/silero":    {"internal/speech", "internal/speech/onnx"},
	"internal/speech/moonshine": {"internal/checksum", "internal/speech", "internal/speech/onnx", "internal/speech/silero"},
	"internal/speech/sherpa":    {"internal/speech", "internal/speech/sherpa/model", "internal/speech/sherpa/wire"},
	// What its child process shares with it; the child needs nothing else of ours.
	"internal/speech/sherpa/model":  {"internal/checksum"},
	"internal/speech/sherpa/wire":   {},
	"internal/speech/sherpa/bucket": {"internal/checksum"},
	// Adapters: each knows the domain, none knows another.
	"internal/ddbvideos":  {"internal/video"},
	"internal/memvideos":  {"internal/video"},
	"internal/s3objects":  {"internal/video", "internal/media"},
	"internal/memobjects": {"internal/video", "internal/media", "internal/captioning"},
	"internal/sqsjobs":    {"internal/video", "internal/captioning"},
	"internal/transcribe": {"internal/video", "internal/captioning", "internal/speech", "internal/speech/languages"},
	"internal/client":     {},
	"internal/login":      {},
	"internal/awscalls":   {},
	"internal/config":     {"internal/awscalls"},
	"internal/metric":     {},
	// What a request or a dead letter meets first.
	"internal/httpapi":    {"internal/awscalls", "internal/video", "internal/upload", "internal/tracks", "internal/captioning", "internal/caption", "internal/search"},
	"internal/web":        {"internal/httpapi"},
	"internal/deadletter": {"internal/video", "internal/sqsjobs", "internal/metric"},
	"internal/sweep":      {"internal/video", "internal/metric"},
	"internal/notify":     {"internal/video", "internal/ddbvideos"},
	// The steps without a cloud, under every fault.
	"internal/simulation": {"internal/..."},
	// Suites for tests.
	"internal/config/configtest":         {"internal/config"},
	"internal/video/videotest":           {"internal/video"},
	"internal/search/searchtest":         {"internal/video"},
	"internal/speech/speechtest":         {"internal/speech"},
	"internal/caption/captiontest":       {"internal/speech"},
	"internal/transcribe/transcribetest": {},
	"internal/httpapi/contract":          {},
	"internal/captioning/captioningtest": {"internal/video", "internal/captioning", "internal/media", "internal/speech"},
	"internal/upload/uploadtest":         {"internal/video", "internal/upload"},
	"internal/client/clienttest":         {"internal/..."},
	"internal/login/logintest":           {},
	// What starts a process.
	"functions/...":  {"internal/..."},
	"cmd/cuepipe":    {"internal/..."},
	"cmd/sherpa":     {"internal/speech/sherpa/model", "internal/speech/sherpa/wire"},
	"infra/...":      {"infra/...", "internal/speech/sherpa/bucket", "internal/video", "internal/metric", "internal/notify"},
	"localstack/...": {"localstack/..."},
	"tools/...":      {"tools/...", "internal/simulation", "internal/speech/onnx"},
}

func TestImportsPointDown(t *testing.T) {
	for _, v := range violations(readGraph(t, os.DirFS("../..")), allowed) {
		t.Error(v)
	}
}

func TestABadGraphIsFound(t *testing.T) {
	for name, graph := range map[string]map[string][]string{
		"the domain imports an adapter":     {"internal/video": {"internal/ddbvideos"}},
		"an adapter imports another":        {"internal/s3objects": {"internal/ddbvideos"}},
		"the domain imports a library":      {"internal/captioning": {"github.com/aws/aws-sdk-go-v2/aws"}},
		"a function imports another":        {"functions/upload": {"functions/videos"}},
		"a package that nobody placed":      {"internal/utils": {}},
		"a folder that only looks the same": {"internal/videos": {}},
	} {
		if len(violations(graph, allowed)) != 1 {
			t.Errorf("%s: it was not found", name)
		}
	}
	fine := map[string][]string{"functions/upload": {"internal/video", "github.com/aws/aws-lambda-go/lambda"}, "internal/captioning": {"internal/video", "log/slog"}}
	if v := violations(fine, allowed); len(v) != 0 {
		t.Errorf("a good graph: %v", v)
	}
}

// pure are the packages that import the standard library only, besides ours.
var pure = []string{"internal/video", "internal/speech", "internal/caption", "internal/media", "internal/upload", "internal/captioning", "internal/tracks", "internal/memvideos", "internal/memobjects"}

// violations returns a sentence for each import in graph, package to imports,
// that the rules do not allow.
func violations(graph, rules map[string][]string) []string {
	var vs []string
	for _, pkg := range slices.Sorted(maps.Keys(graph)) {
		may, placed := rules[placeOf(pkg, rules)]
		if !placed {
			vs = append(vs, fmt.Sprintf("%s has no place in the table of layers", pkg))
			continue
		}
		for _, imported := range graph[pkg] {
			ours := strings.HasPrefix(imported, "internal/") || strings.HasPrefix(imported, "functions/") || strings.HasPrefix(imported, "infra/") ||
				strings.HasPrefix(imported, "cmd/") || strings.HasPrefix(imported, "localstack/") || strings.HasPrefix(imported, "tools/")
			external := strings.Contains(strings.Split(imported, "/")[0], ".")
			switch {
			case ours && !slices.ContainsFunc(may, func(pattern string) bool { return matches(pattern, imported) }):
				vs = append(vs, fmt.Sprintf("%s may not import %s", pkg, imported))
			case external && slices.Contains(pure, pkg):
				vs = append(vs, fmt.Sprintf("%s may import nothing but the standard library, not %s", pkg, imported))
			}
		}
	}
	return vs
}

func placeOf(pkg string, rules map[string][]string) string {
	for pattern := range rules {
		if matches(pattern, pkg) {
			return pattern
		}
	}
	return ""
}

func matches(pattern, pkg string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == below || strings.HasPrefix(pkg, below+"/")
	}
	return pattern == pkg
}

// readGraph returns the imports of every package of the module, ours without
// the module's name. Tests may import what they like.
func readGraph(t *testing.T, root fs.FS) map[string][]string {
	graph := map[string][]string{}
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if _, err := fs.Stat(root, path+"/go.mod"); path != "." && err == nil || strings.HasPrefix(d.Name(), ".") && path != "." || d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "dist" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		graph[pkg] = append(graph[pkg], []string{}...)
		for _, i := range f.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			graph[pkg] = append(graph[pkg], strings.TrimPrefix(name, module))
		}
		return nil
	})
	if err != nil || len(graph) < 10 {
		t.Fatalf("the module was not read: %d packages, %v", len(graph), err)
	}
	return graph
}
