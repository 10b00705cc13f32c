// Package contract holds tests to docs/openapi.yaml: whatever a handler answers
// has to be written there, and whatever it grants has to have been asked as is
// written there.
package contract

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	openapierrors "github.com/pb33f/libopenapi-validator/errors"
)

// A Contract is the API's document. It is safe for concurrent use.
type Contract struct {
	document libopenapi.Document
	requests validator.Validator
	answers  validator.Validator // strict: it also complains of what is not written
}

// read is what every test shares: compiling the document's schemas takes a
// moment.
var read = sync.OnceValues(func() (*Contract, error) {
	path, err := document()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the API's document: %w", err)
	}
	return parse(text)
})

// everywhere are headers that every answer may have; the document would name
// them with each.
var everywhere = []string{"X-Content-Type-Options", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Allow"}

// Read returns docs/openapi.yaml.
func Read() (*Contract, error) { return read() }

func parse(text []byte) (*Contract, error) {
	doc, err := libopenapi.NewDocument(text)
	if err != nil {
		return nil, fmt.Errorf("read the API's document: %w", err)
	}
	model, err := doc.BuildV3Model()
	if err != nil {
		return nil, fmt.Errorf("read the API's document: %w", err)
	}
	// Which address the API has is not the document's business.
	model.Model.Servers = nil
	return &Contract{
		document: doc,
		// Tokens are the handlers' business.
		requests: validator.NewValidatorFromV3Model(&model.Model, config.WithFormatAssertions(), config.WithoutSecurityValidation()),
		answers: validator.NewValidatorFromV3Model(&model.Model, config.WithFormatAssertions(), config.WithoutSecurityValidation(), config.WithStrictMode(),
			config.WithStrictIgnoredHeadersExtra(everywhere...)),
	}, nil
}

// document is where the document is: this file's package is three folders below
// the repository. Paths that were trimmed at the build begin with the module.
func document() (string, error) {
	const inRepository = "docs/openapi.yaml"
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(folder, filepath.FromSlash(inRepository))
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		up := filepath.Dir(folder)
		if up == folder {
			_, self, _, _ := runtime.Caller(0)
			return "", fmt.Errorf("%s is in no folder above the test (%s)", inRepository, self)
		}
		folder = up
	}
}

// Guard passes every request on to h, and fails the test where the two did not
// keep to the document.
func Guard(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	c, err := Read()
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // a client that went away
		}
		asked := r.Clone(r.Context())
		asked.Body, r.Body = io.NopCloser(bytes.NewReader(body)), io.NopCloser(bytes.NewReader(body))
		answered := httptest.NewRecorder()
		h.ServeHTTP(answered, r)
		if err := c.Check(asked, answered.Result()); err != nil {
			t.Errorf("%s %s answered %d: %v", r.Method, r.URL, answered.Code, err)
		}
		for name, values := range answered.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answered.Code)
		_, _ = w.Write(answered.Body.Bytes()) // a client that went away
	})
}

// Check returns what of an exchange is not as the document says, or nil. A
// request that was refused may be anything; the answer may not. The bodies are
// read.
func (c *Contract) Check(r *http.Request, answer *http.Response) error {
	r, err := withoutVersion(r)
	if err != nil {
		return err
	}
	switch {
	case r == nil, answer.StatusCode == http.StatusMethodNotAllowed:
		return isProblem(answer)
	case answer.StatusCode < 300:
		if ok, faults := c.requests.ValidateHttpRequestSync(r); !ok {
			return fmt.Errorf("the request was granted: %w", said(faults))
		}
	}
	ok, faults := c.answers.ValidateHttpResponse(r, answer)
	switch {
	case ok:
		return nil
	case faults[0].IsPathMissingError():
		return isProblem(answer)
	}
	return fmt.Errorf("the answer: %w", said(faults))
}

// withoutVersion returns a request as the document knows it, or nil where its
// path is in no document.
func withoutVersion(r *http.Request) (*http.Request, error) {
	_, path, ok := strings.Cut(r.URL.Path, "/v1/")
	if !ok {
		return nil, nil
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, fmt.Errorf("read the request: %w", err)
		}
	}
	c := r.Clone(r.Context())
	c.URL.Path, c.URL.RawPath, c.Body = "/"+path, "", io.NopCloser(bytes.NewReader(body))
	return c, nil
}

// isProblem holds for what is outside the document: there is nothing else.
func isProblem(answer *http.Response) error {
	if got := answer.Header.Get("Content-Type"); got != "application/problem+json" || answer.StatusCode < 400 {
		return fmt.Errorf("the answer: status %d and %q, want a problem", answer.StatusCode, got)
	}
	return nil
}

// said puts all that a validator found into one error.
func said(faults []*openapierrors.ValidationError) error {
	var b strings.Builder
	for i, f := range faults {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(f.Message)
		if f.Reason != "" {
			b.WriteString(" (" + f.Reason + ")")
		}
		for _, s := range f.SchemaValidationErrors {
			fmt.Fprintf(&b, " [%s: %s]", s.FieldPath, s.Reason)
		}
	}
	return fmt.Errorf("%s", b.String())
}
