package upload

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/video"
)

// The examples are run as files; people copy them from the document.
func TestTheDocumentHasTheExamplesAsTheyAreRun(t *testing.T) {
	doc := read(t, "uploads.md")
	for name, language := range map[string]string{"upload.sh": "bash", "upload.py": "python", "upload_boto3.py": "python", "uppy.mjs": "js"} {
		if !strings.Contains(doc, "\n```"+language+"\n"+read(t, "examples/"+name)+"```\n") {
			t.Errorf("docs/uploads.md does not have docs/examples/%s as it is", name)
		}
	}
}

func TestTheDocumentHasTheNumbers(t *testing.T) {
	doc, contract := read(t, "uploads.md"), read(t, "openapi.yaml")
	for _, says := range []string{
		fmt.Sprintf("Up to %d MiB that is one PUT", MaxPut>>20), fmt.Sprintf("up to %d GiB.", video.MaxSize>>30),
		fmt.Sprintf("for %v minutes, once", TicketLife.Minutes()), fmt.Sprintf("up to %d numbers, for an hour", MostSigned),
		fmt.Sprintf("number of MiB from %d on", minPart>>20),
	} {
		if !strings.Contains(doc, says) {
			t.Errorf("docs/uploads.md does not say %q", says)
		}
	}
	if PartLife.Hours() != 1 || SourceLife.Hours() != 6 || video.PendingLife.Hours() != 7*24 {
		t.Error("the document has an hour, six hours and seven days in words")
	}
	if says := fmt.Sprintf("maximum: %d }", video.MaxSize); !strings.Contains(contract, says) {
		t.Errorf("docs/openapi.yaml does not say %q", says)
	}
	// What the example for Uppy has to know before it asks.
	if says := fmt.Sprintf("getChunkSize: () => %d * MiB", partSize(video.MaxSize)>>20); partSize(MaxPut+1) != partSize(video.MaxSize) || !strings.Contains(doc, says) {
		t.Errorf("docs/uploads.md does not say %q", says)
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
