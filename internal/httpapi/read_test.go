package httpapi

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cuepipe/cuepipe/internal/upload"
)

func TestReadBody(t *testing.T) {
	type body struct {
		Size  int64 `json:"size"`
		Parts []int `json:"parts"`
	}
	for text, want := range map[string]string{
		`{"size": 107374182400}`:                 "107374182400 []",
		`{"size": 29.0, "parts": [1, 2.0, 3e0]}`: "29 [1 2 3]",
		`{"size": 2.9e1}`:                        "29 []",
		`{}`:                                     "0 []",
		`{"size": 29.5}`:                         "\"size\" has the wrong type",
		`{"size": 1e999999999}`:                  "\"size\" has the wrong type",
		`{"size": 1e400}`:                        "\"size\" has the wrong type",
		`{"size": "29"}`:                         "\"size\" has the wrong type",
		`{"size": null}`:                         "\"size\" is null",
		`{"parts": [1, null]}`:                   "\"parts\" is null",
		`null`:                                   "it is not an object",
		`[]`:                                     "it is not an object",
		`{} {}`:                                  "there is something after it",
		`{} x`:                                   "there is something after it",
		`{"sise": 1}`:                            "it has a field that is not known",
		`{`:                                      "it is not valid JSON",
		``:                                       "it is empty",
		strings.Repeat(" ", maxBody) + `{}`:      "larger than 64 KiB",
		`{}` + strings.Repeat(" ", maxBody):      "larger than 64 KiB",
	} {
		var b body
		err := readBody(httptest.NewRecorder(), httptest.NewRequest("POST", "/", strings.NewReader(text)), &b, "{}")
		got := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(b.Size, " ", b.Parts), "<nil>", "[]"), "  ", " ")
		var refusal *upload.Refusal
		if errors.As(err, &refusal) {
			got = refusal.Message
		}
		if !strings.Contains(got, want) {
			t.Errorf("%.60s: %q, want %q", text, got, want)
		}
	}
}
