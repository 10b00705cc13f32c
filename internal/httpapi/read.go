package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"

	"github.com/cuepipe/cuepipe/internal/upload"
)

// maxBody is more than any request of the API needs, in bytes.
const maxBody = 64 << 10

// readBody reads one JSON object of known fields, and nothing after it. A whole
// number may be written in any way that JSON has for it, 29.0 for 29: some
// clients' numbers are all of one kind.
func readBody(w http.ResponseWriter, r *http.Request, into any, example string) error {
	object, err := readObject(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = withoutNulls(object)
	}
	if err == nil {
		plain, _ := json.Marshal(plainNumbers(object)) // it was JSON
		d := json.NewDecoder(bytes.NewReader(plain))
		d.DisallowUnknownFields()
		err = d.Decode(into)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return &upload.Refusal{Code: "too_large", Message: "The request's body is larger than 64 KiB. Send the file to the upload URL, not here."}
	}
	return &upload.Refusal{Code: "bad_request", Message: "The body must be one JSON object like " + example + ": " + jsonFault(err) + "."}
}

var (
	errNoObject  = errors.New("it is not an object")
	errSomeAfter = errors.New("there is something after it")
)

func readObject(r io.Reader) (map[string]any, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return nil, err
		}
		return nil, errSomeAfter
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, errNoObject
	}
	return object, nil
}

// withoutNulls refuses nulls, which would be read as if nothing had been said.
func withoutNulls(object map[string]any) error {
	for name, field := range object {
		list, _ := field.([]any)
		if field == nil || slices.Contains(list, nil) {
			return &nullField{name}
		}
	}
	return nil
}

type nullField struct{ name string }

func (n *nullField) Error() string {
	return fmt.Sprintf("%.40q is null; leave out what you do not want to say", n.name)
}

// plainNumbers writes whole numbers with digits alone.
func plainNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, field := range v {
			v[name] = plainNumbers(field)
		}
	case []any:
		for i, element := range v {
			v[i] = plainNumbers(element)
		}
	case json.Number:
		// No number of the API is longer than 20 digits; an exponent of a million
		// would be written out.
		if s := v.String(); len(s) <= 40 && strings.ContainsAny(s, ".eE") {
			if f, err := v.Float64(); err == nil && f > -1e18 && f < 1e18 {
				if exact, ok := new(big.Rat).SetString(s); ok && exact.IsInt() {
					return json.Number(exact.Num().String())
				}
			}
		}
	}
	return value
}

// jsonFault says what is wrong in words that hold nothing of the program.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var null *nullField
	switch {
	case errors.Is(err, io.EOF):
		return "it is empty"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &syntax):
		return "it is not valid JSON"
	case errors.As(err, &kind) && kind.Field != "":
		return "\"" + kind.Field + "\" has the wrong type"
	case errors.As(err, &null), errors.Is(err, errNoObject), errors.Is(err, errSomeAfter):
		return err.Error()
	}
	return "it has a field that is not known"
}
