package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"
)

// The model has numbers of its own so that it needs no CDK. They must be those
// that are deployed.
func TestTheNumbersAreThoseOfTheInfrastructure(t *testing.T) {
	deployed := constants(t, "../../infra/cuepipe/numbers.go")
	for name, ours := range map[string]int{
		"newAccountConcurrency": newAccount,
		"spareConcurrency":      spare,
		"captioners":            captioners,
		"mostConcurrency":       most,
		"queueDays":             retentionDays,
		"memoryPerVCPU":         transcriberGB * 1024,
	} {
		if theirs, ok := deployed[name]; !ok || theirs != ours {
			t.Errorf("%s is %d there and %d here", name, theirs, ours)
		}
	}
	if got := constants(t, "../../functions/captioner/main.go")["probesAtOnce"]; got != planAtOnce {
		t.Errorf("a captioner plans %d films at once, here it is %d", got, planAtOnce)
	}
	if got := constants(t, "../../functions/transcriber/main.go")["readsAtOnce"]; got != readAtOnce {
		t.Errorf("%d parts are read at once, here it is %d", got, readAtOnce)
	}
	if got := constants(t, "../../internal/sqsjobs/send.go")["batchSize"]; got != sendAtOnce {
		t.Errorf("jobs are sent by %d, here by %d", got, sendAtOnce)
	}
}

// constants reads the whole numbers that a file declares.
func constants(t *testing.T, file string) map[string]int {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Names) != len(v.Values) {
			return true
		}
		for i, value := range v.Values {
			if l, ok := value.(*ast.BasicLit); ok {
				if number, err := strconv.Atoi(l.Value); err == nil {
					found[v.Names[i].Name] = number
				}
			}
		}
		return true
	})
	return found
}
