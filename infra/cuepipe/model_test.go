package cuepipe

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// withModel is the template of stage prod with a model.
func withModel(t *testing.T, m Model) template {
	t.Helper()
	settings := settingsFor(t, "prod")
	settings.Model = m
	if err := settings.Check(); err != nil {
		t.Fatal(err)
	}
	var tpl template
	if err := json.Unmarshal(templateJSON(t, newTestStack(t, settings)), &tpl); err != nil {
		t.Fatal(err)
	}
	return tpl
}

// beyond are the sentences of a rule on a template that it does not say of one
// without a model.
func beyond(t *testing.T, rule func(template) []string, tpl template) []string {
	t.Helper()
	before := rule(templateOf(t, "prod"))
	return slices.DeleteFunc(rule(tpl), func(s string) bool { return slices.Contains(before, s) })
}

func TestAModelFromABucket(t *testing.T) {
	tpl := withModel(t, Model{At: "s3://my.models/asr/whisper-turbo/", Memory: 5000})
	function := tpl.named("TranscriberFunction")
	if got := function.at("Environment", "Variables", "MODEL"); got != "s3://my.models/asr/whisper-turbo/" {
		t.Errorf("the transcriber is told of the model %v", got)
	}
	if number(function.at("MemorySize")) != 5000 || number(function.at("EphemeralStorage", "Size")) != 2048 {
		t.Errorf("the transcriber has %v MB of memory, %v of storage", function.at("MemorySize"), function.at("EphemeralStorage", "Size"))
	}
	// It may read this folder, and nobody may do anything else that is new.
	want := []string{
		"Transcriber may s3:GetObject arn:AWS::Partition:s3:::my.models/asr/whisper-turbo/*",
		"Transcriber may s3:ListBucket arn:AWS::Partition:s3:::my.models under asr/whisper-turbo/*",
	}
	if got := beyond(t, grantsRule, tpl); !slices.Equal(got, want) {
		t.Errorf("with a model %q, want %q", got, want)
	}
	for _, name := range []string{"UploadFunction", "CaptionerFunction", "VideosFunction"} {
		if f := tpl.named(name); f.at("EphemeralStorage") != nil || f.at("Environment", "Variables", "MODEL") != nil {
			t.Errorf("%s has something of the model", name)
		}
	}
}

func TestAModelFromAFolder(t *testing.T) {
	tpl := withModel(t, Model{At: "/home/me/models/parakeet/"})
	function := tpl.named("TranscriberFunction")
	if got := function.at("Environment", "Variables", "MODEL"); got != "parakeet" {
		t.Errorf("the transcriber is told of the model %v", got)
	}
	if number(function.at("MemorySize")) != 3538 || function.at("EphemeralStorage") != nil {
		t.Errorf("the transcriber has %v MB of memory, %v of storage", function.at("MemorySize"), function.at("EphemeralStorage"))
	}
	if got := beyond(t, grantsRule, tpl); len(got) > 0 {
		t.Errorf("with a packaged model %q", got)
	}
}

func TestWithoutAModelThereIsNothingOfIt(t *testing.T) {
	function := templateOf(t, "prod").named("TranscriberFunction")
	if _, told := function.at("Environment", "Variables").(map[string]any)["MODEL"]; told || function.at("EphemeralStorage") != nil || number(function.at("MemorySize")) != memoryPerVCPU {
		t.Errorf("the transcriber is %v", function.Properties)
	}
}

func TestAwsSolutionsWithAModel(t *testing.T) {
	settings := settingsFor(t, "prod")
	settings.Model.At = "s3://my.models/asr/whisper-turbo/"
	for _, finding := range findings(t, newTestStack(t, settings, reported)) {
		t.Error(finding)
	}
}

func TestModelsThatCannotBe(t *testing.T) {
	for says, m := range map[string]Model{
		"write s3://bucket/folder":        {At: "s3://models"},
		"with letters, digits":            {At: "s3://models/whis*"},
		"give the folder a name":          {At: "models/.."},
		"are of no use without MODEL":     {Memory: 4000},
		"MODEL_MEMORY is 1768: give":      {At: "m", Memory: 1768},
		"of MB from 1769 to 10240":        {At: "m", Memory: 10241},
		"MODEL_STORAGE is 511: give":      {At: "m", Storage: 511},
		"MODEL_STORAGE is 10241: give a":  {At: "m", Storage: 10241},
		"give the folder a name of lette": {At: "my model"},
	} {
		settings := settingsFor(t, "dev")
		settings.Model = m
		if err := settings.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want it to say %q", m, err, says)
		}
	}
}

// What is deployed was built for the model that is deployed.
func TestCheckModel(t *testing.T) {
	inBucket, inFolder := Model{At: "s3://models/whisper"}, Model{At: "/home/me/parakeet"}
	dist := func(files ...string) string {
		dir := builtFunctions(t)
		for _, f := range files {
			path := filepath.Join(dir, "transcriber", f)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, nil, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	plain, child, packaged := dist(), dist("recogniser/sherpa"), dist("recogniser/sherpa", "models/parakeet/tokens.txt")
	other := dist("recogniser/sherpa", "models/zipformer/tokens.txt")
	for _, c := range []struct {
		name, dist string
		model      Model
		says       string // nothing where all is well
	}{
		{"no model, no program", plain, Model{}, ""},
		{"no model, but its program", child, Model{}, "larger than it need be"},
		{"no model, but a model", packaged, Model{}, "larger than it need be"},
		{"a bucket's, and its program", child, inBucket, ""},
		{"a bucket's, no program", plain, inBucket, "make build MODEL=s3://models/whisper"},
		{"a bucket's, and another's files", packaged, inBucket, "not built for MODEL"},
		{"a folder's, and its files", packaged, inFolder, ""},
		{"a folder's, no files", child, inFolder, "make build MODEL=/home/me/parakeet"},
		{"a folder's, and another's files", other, inFolder, "not built for MODEL"},
	} {
		err := CheckModel(c.dist, c.model)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want it to say %q", c.name, err, c.says)
		}
	}
}
