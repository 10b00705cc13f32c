package cuepipe

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"
)

// TestMain closes the one process that runs the CDK for all tests.
//
// That process starts while Go's packages are initialised, so what it shall
// find in its environment must be there before: the tests run in a second
// process. The CDK's own validation of templates costs twenty seconds here, and
// cfn-lint and cdk-nag look at the same things.
func TestMain(m *testing.M) {
	const quick = "CDK_VALIDATION"
	if os.Getenv(quick) != "" {
		code := m.Run()
		jsii.Close()
		os.Exit(code)
	}
	tests := exec.Command(os.Args[0], os.Args[1:]...)
	tests.Env = append(os.Environ(), quick+"=false")
	tests.Stdout, tests.Stderr = os.Stdout, os.Stderr
	err := tests.Run()
	jsii.Close()
	if err != nil {
		os.Exit(1) // the tests have said why
	}
}

// settingsFor are complete settings of a stage, with functions that are there
// but do nothing.
func settingsFor(t *testing.T, stageName string) Settings {
	t.Helper()
	stage, err := StageNamed(stageName)
	if err != nil {
		t.Fatal(err)
	}
	return Settings{
		Stage:      stage,
		Dist:       builtFunctions(t),
		Issuer:     "https://login.example.org",
		Audience:   "captions",
		PageOrigin: "https://captions.example.org",
		AlarmEmail: "operator@example.org",
		Endpoint:   stage.Defaults.Endpoint,

		SegmentLength: stage.SegmentLength,
	}
}

func builtFunctions(t *testing.T) string {
	t.Helper()
	dist := t.TempDir()
	for _, name := range functionNames {
		folder := filepath.Join(dist, name)
		if err := os.Mkdir(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte("not a program: "+name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dist
}

// newTestStack makes a stack as NewApp does. Flags given override the app's.
func newTestStack(t *testing.T, settings Settings, flags ...map[string]any) awscdk.Stack {
	t.Helper()
	context := featureFlags()
	for _, f := range flags {
		maps.Copy(*context, f)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Context: context, Outdir: jsii.String(t.TempDir())})
	return NewStack(app, StackProps{Settings: settings})
}

var synthesised sync.Map // stage name to the JSON of its template

// templateOf returns the template of a stage. Every call returns its own copy,
// which a test may break.
func templateOf(t *testing.T, stage string) template {
	t.Helper()
	return templateWith(t, stage, func(*Settings) {})
}

// templateWith is templateOf with other settings, for which key stands.
func templateWith(t *testing.T, stage string, change func(*Settings), key ...string) template {
	t.Helper()
	name := stage + strings.Join(key, " ")
	text, found := synthesised.Load(name)
	if !found {
		settings := settingsFor(t, stage)
		change(&settings)
		text = templateJSON(t, newTestStack(t, settings))
		synthesised.Store(name, text)
	}
	var tpl template
	if err := json.Unmarshal(text.([]byte), &tpl); err != nil {
		t.Fatalf("read the template of stage %s: %v", stage, err)
	}
	return tpl
}

// templateJSON synthesises. What the CDK reports arrives as a panic, and is a
// failure of this test alone.
func templateJSON(t *testing.T, stack awscdk.Stack) []byte {
	t.Helper()
	defer func() {
		if problem := recover(); problem != nil {
			t.Fatalf("synthesise the stack: %v", problem)
		}
	}()
	text, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A template is what CloudFormation gets, as far as the tests look at it.
type template struct {
	Resources map[string]*resource
	Outputs   map[string]struct{ Value any }
}

type resource struct {
	Type           string
	Properties     map[string]any
	DependsOn      []string
	DeletionPolicy string
	Metadata       map[string]any
}

// at finds a value by the names and indexes on the way to it; nil where there
// is none.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := value.(map[string]any)
			value = m[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		default:
			panic(fmt.Sprintf("a path is made of names and indexes, not %T", step))
		}
	}
	return value
}

func (r *resource) at(path ...any) any { return at(r.Properties, path...) }
