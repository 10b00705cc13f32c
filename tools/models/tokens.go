package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

var (
	// The bundle carries the vocabulary as one Base64 string of lines; it
	// starts with "<unk>\n<s", which is PHVuaz4KPHM in Base64.
	vocabularyString = regexp.MustCompile("[\"'`](PHVuaz4KPHM[A-Za-z0-9+/=]+)[\"'`]")
	byteToken        = regexp.MustCompile(`^<0x([0-9A-F]{2})>$`)
)

// Tokens finds the vocabulary in the JavaScript bundle and returns it in the
// form that sherpa-onnx uses too: one token a line, its bytes in Base64, a
// space and its number. Tokens that stand for one byte become that byte.
func Tokens(bundle []byte) ([]byte, error) {
	match := vocabularyString.FindSubmatch(bundle)
	if match == nil {
		return nil, errors.New("the bundle carries no vocabulary")
	}
	lines, err := base64.StdEncoding.DecodeString(string(match[1]))
	if err != nil {
		return nil, fmt.Errorf("decode the vocabulary: %w", err)
	}
	var out bytes.Buffer
	for id, token := range bytes.Split(lines, []byte("\n")) {
		if m := byteToken.FindSubmatch(token); m != nil {
			value, err := strconv.ParseUint(string(m[1]), 16, 8)
			if err != nil {
				return nil, fmt.Errorf("token %d: %w", id, err)
			}
			token = []byte{byte(value)}
		}
		fmt.Fprintf(&out, "%s %d\n", base64.StdEncoding.EncodeToString(token), id)
	}
	return out.Bytes(), nil
}
