package speech

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// A Vocabulary turns token numbers into text.
type Vocabulary struct{ tokens []string }

// ReadVocabulary reads one token a line: its bytes in Base64, a space, and its
// number, which counts up from 0. This is the table that sherpa-onnx uses for
// Moonshine. The mark that SentencePiece puts before a word becomes a space.
func ReadVocabulary(r io.Reader) (Vocabulary, error) {
	var v Vocabulary
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		text, id, ok := bytes.Cut(lines.Bytes(), []byte(" "))
		if !ok {
			return Vocabulary{}, fmt.Errorf("token table, line %d: no space between token and number", len(v.tokens)+1)
		}
		if n, err := strconv.Atoi(string(id)); err != nil || n != len(v.tokens) {
			return Vocabulary{}, fmt.Errorf("token table, line %d: number %q where %d was expected", len(v.tokens)+1, id, len(v.tokens))
		}
		token, err := base64.StdEncoding.DecodeString(string(text))
		if err != nil {
			return Vocabulary{}, fmt.Errorf("token table, line %d: %w", len(v.tokens)+1, err)
		}
		v.tokens = append(v.tokens, strings.ReplaceAll(string(token), "▁", " "))
	}
	if err := lines.Err(); err != nil {
		return Vocabulary{}, fmt.Errorf("token table: %w", err)
	}
	if len(v.tokens) == 0 {
		return Vocabulary{}, fmt.Errorf("token table: empty")
	}
	return v, nil
}

// Text returns what token stands for, with a space before it where it begins
// a word. It may be part of a character only. A number beyond the table, as
// models reserve some, stands for nothing.
func (v Vocabulary) Text(token int64) string {
	if token < 0 || token >= int64(len(v.tokens)) {
		return ""
	}
	return v.tokens[token]
}
