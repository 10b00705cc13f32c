package caption

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// maxDepth is how deep a file's elements or objects may stand in one another.
// Real files have seven levels at most.
const maxDepth = 64

// object reads an object and calls field before each value, which it reads.
func (in *jsonReader) object(what string, field func(key string) error) error {
	t, err := in.next()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%s should be an object, in braces", what)
	}
	for {
		t, err := in.next()
		if err != nil {
			return err
		}
		key, ok := t.(string)
		if !ok {
			return nil // the closing brace
		}
		if err := field(key); err != nil {
			return err
		}
	}
}

// list reads a list, or null for an empty one, and calls item before each value,
// which it reads.
func (in *jsonReader) list(what string, item func() error) error {
	t, err := in.next()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('[') {
		return fmt.Errorf("%q should be a list, in brackets", what)
	}
	for in.more() {
		if err := item(); err != nil {
			return err
		}
	}
	_, err = in.next() // the closing bracket
	return err
}

func (in *jsonReader) more() bool {
	in.source.renew()
	return in.d.More()
}

func (in *jsonReader) text(what string) (string, error) {
	t, err := in.next()
	if err != nil {
		return "", err
	}
	s, ok := t.(string)
	if !ok {
		return "", fmt.Errorf("%s should be a string", what)
	}
	return s, nil
}

func (in *jsonReader) number(what string) (json.Number, error) {
	t, err := in.next()
	if err != nil {
		return "", err
	}
	n, ok := t.(json.Number)
	if !ok {
		return "", fmt.Errorf("%q should be a number", what)
	}
	return n, nil
}

func (in *jsonReader) time(what string, d *time.Duration) error {
	n, err := in.number(what)
	if err != nil {
		return err
	}
	if *d, err = parseJSONTime(n.String()); err != nil {
		return fmt.Errorf("%q: %w", what, err)
	}
	return nil
}

// skip passes over one value.
func (in *jsonReader) skip() error {
	for depth := 0; ; {
		t, err := in.next()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
		if depth > maxDepth {
			return errors.New("values stand in one another too deep")
		}
	}
}
