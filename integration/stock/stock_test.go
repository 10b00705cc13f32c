// Package stock uploads to the deployed stack as anybody's programs do: by the
// examples of docs/uploads.md, each as it stands there, a film of more than one
// PUT can have.
package stock

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/integration/films"
	"github.com/cuepipe/cuepipe/integration/person"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/integration/stack"
	"github.com/cuepipe/cuepipe/internal/upload"
	"github.com/cuepipe/cuepipe/internal/video"
)

var (
	deployed *stack.Stack
	examples string // the folder
	cache    string // of what was fetched
	film     string // AVI, above upload.MaxPut
	small    string // WAV, for one PUT
)

func TestMain(m *testing.M) {
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() (err error) {
	if deployed, err = stack.Load(); err != nil {
		return err
	}
	root, err := recording.Repository()
	if err != nil {
		return err
	}
	examples, cache = filepath.Join(root, "docs", "examples"), os.Getenv("CUEPIPE_CACHE")
	if cache == "" {
		cache = filepath.Join(root, ".cache")
	}
	for _, name := range []string{"bash", "curl", "jq", "node", "ffmpeg"} {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("the examples need %s: run tools/fetch/test-packages.sh: %w", name, err)
		}
	}
	if small, err = recording.Path("jfk.wav"); err != nil {
		return err
	}
	if film, err = films.Bulky(context.Background()); err != nil {
		return err
	}
	if info, err := os.Stat(film); err != nil || info.Size() <= upload.MaxPut {
		return fmt.Errorf("the film is not larger than one PUT: %d bytes, %w", info.Size(), err)
	}
	return nil
}

func TestCurl(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	said := run(t, p, nil, "bash", filepath.Join(examples, "upload.sh"), film, "video/x-msvideo")
	captioned(t, p, said)
}

// A broken-off upload goes on with what is missing.
func TestCurlGoesOn(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	file, err := os.ReadFile(film)
	if err != nil {
		t.Fatal(err)
	}
	v := p.Create(filepath.Base(film), "video/x-msvideo", len(file))
	p.PutParts(v, file, 2, 4)
	before := p.Parts(v.ID)
	if len(before) != 2 {
		t.Fatalf("%d parts have arrived, want 2", len(before))
	}
	said := run(t, p, []string{"ID=" + v.ID}, "bash", filepath.Join(examples, "upload.sh"), film, "video/x-msvideo")
	if id, _, _ := strings.Cut(said, "\n"); id != v.ID {
		t.Errorf("it is another video: %s, want %s", id, v.ID)
	}
	captioned(t, p, said)
}

func TestPython(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	// Without credentials of AWS, of which nothing asks.
	said := run(t, p, []string{"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY="}, filepath.Join(cache, "localstack", "bin", "python"),
		filepath.Join(examples, "upload.py"), film, "video/x-msvideo")
	captioned(t, p, said)
}

// boto3 sends a file in parts of its own, with credentials of the account.
func TestBoto3(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	account := []string{"BUCKET=" + deployed.Output("UploadsBucket"), "AWS_ENDPOINT_URL=" + deployed.Endpoint, "AWS_REGION=" + deployed.Region,
		"AWS_DEFAULT_REGION=" + deployed.Region, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test"}
	for file, contentType := range map[string]string{film: "video/x-msvideo", small: "audio/wav"} {
		captioned(t, p, run(t, p, account, filepath.Join(cache, "localstack", "bin", "python"), filepath.Join(examples, "upload_boto3.py"), file, contentType))
	}
}

func TestUppy(t *testing.T) {
	t.Parallel()
	// Node looks for packages beside the program.
	folder := t.TempDir()
	if err := os.Symlink(filepath.Join(cache, "uppy", "node_modules"), filepath.Join(folder, "node_modules")); err != nil {
		t.Fatal(err)
	}
	for from, name := range map[string]string{filepath.Join(examples, "uppy.mjs"): "uppy.mjs", filepath.Join("uppy", "run.mjs"): "run.mjs"} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p := person.New(t, deployed)
	said := run(t, p, []string{"NODE_NO_WARNINGS=1"}, "node", filepath.Join(folder, "run.mjs"), film, "video/x-msvideo")
	captioned(t, p, said)
	// What is small goes by one PUT.
	captioned(t, p, run(t, p, []string{"NODE_NO_WARNINGS=1"}, "node", filepath.Join(folder, "run.mjs"), small, "audio/wav"))
}

// The examples send what is small by one PUT.
func TestSmallFiles(t *testing.T) {
	t.Parallel()
	p := person.New(t, deployed)
	captioned(t, p, run(t, p, nil, "bash", filepath.Join(examples, "upload.sh"), small, "audio/wav"))
	captioned(t, p, run(t, p, nil, filepath.Join(cache, "localstack", "bin", "python"), filepath.Join(examples, "upload.py"), small, "audio/wav"))
}

// run runs an example and returns what it wrote: the video's id first.
func run(t *testing.T, p person.Person, environment []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(append(os.Environ(), "API="+p.API, "TOKEN="+p.Token), environment...)
	var problems strings.Builder
	cmd.Stderr = &problems
	said, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v: %s%s", filepath.Base(args[0]), err, said, problems.String())
	}
	return string(said)
}

// captioned waits for the video that an example told of first, and holds what
// the example fetched of it, if that is its way, against the captions.
func captioned(t *testing.T, p person.Person, said string) {
	t.Helper()
	id, fetched, _ := strings.Cut(said, "\n")
	v := p.End(id, video.Ready, "")
	text, _ := p.Track(v.Tracks[0].Formats["vtt"])
	if !strings.Contains(text, "what your country can do for you") && !strings.Contains(strings.ReplaceAll(text, "\n", " "), "your country can do for you") {
		t.Errorf("the captions are %q", text)
	}
	if fetched != "" && fetched != text {
		t.Errorf("the example fetched %q, and the captions are %q", fetched, text)
	}
	var source struct {
		URL, ContentType string
		Size             int64
	}
	p.Decode(200, "GET", "/v1/videos/"+id+"/source", nil, &source)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, source.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Range", "bytes=0-3")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusPartialContent || res.Header.Get("Content-Type") != source.ContentType || res.Header.Get("Content-Range") != fmt.Sprintf("bytes 0-3/%d", source.Size) {
		t.Errorf("its source: %d %v", res.StatusCode, res.Header)
	}
}
