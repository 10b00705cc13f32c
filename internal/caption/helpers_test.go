package caption

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

var update = flag.Bool("update", false, "write the golden files anew; read the difference before it is committed")

const ms = time.Millisecond

// spread gives every word of a phrase its share of the phrase's time.
func spread(start, end time.Duration, text string) []speech.Word {
	fields := strings.Split(text, " ")
	total := 0
	for _, f := range fields {
		total += len(f) + 1
	}
	var words []speech.Word
	at := 0
	for _, f := range fields {
		from := start + (end-start)*time.Duration(at)/time.Duration(total)
		at += len(f) + 1
		to := start + (end-start)*time.Duration(at)/time.Duration(total)
		words = append(words, speech.Word{Text: f, Start: from, End: to, Probability: 1})
	}
	return words
}

// say spreads text from a time on, at a speed in characters a second.
func say(start time.Duration, cps int, text string) []speech.Word {
	return spread(start, start+reading(len(text), cps), text)
}

// readPhrases reads a file of lines "start end text", times in seconds. Lines
// that begin with # are comments.
func readPhrases(t testing.TB, path string) []speech.Word {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var words []speech.Word
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		parts := strings.SplitN(lines.Text(), " ", 3)
		if len(parts) != 3 {
			t.Fatalf("%s: %q is not a phrase", path, lines.Text())
		}
		words = append(words, spread(parseSeconds(t, parts[0]), parseSeconds(t, parts[1]), parts[2])...)
	}
	if len(words) == 0 {
		t.Fatalf("%s has no words", path)
	}
	return words
}

func parseSeconds(t testing.TB, s string) time.Duration {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Duration(f * float64(time.Second)).Round(ms)
}

// golden compares got with a file, or writes it under -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (go test -update writes it anew)\ngot:\n%s\nwant:\n%s", filepath.Base(path), got, want)
	}
}

// letters is text without spaces: what must not be lost, wherever it breaks.
func letters(s string) string { return strings.Join(strings.Fields(clean(s)), "") }

func lettersOfWords(words []speech.Word) string {
	var b strings.Builder
	for _, w := range words {
		for _, field := range strings.Fields(clean(w.Text)) {
			if Chars(field) > 0 {
				b.WriteString(letters(field))
			}
		}
	}
	return b.String()
}

func lettersOfCues(cues []Cue) string {
	var b strings.Builder
	for _, c := range cues {
		b.WriteString(letters(c.Text()))
	}
	return b.String()
}

func describe(cues []Cue) string {
	var b strings.Builder
	for _, c := range cues {
		fmt.Fprintf(&b, "%8.3f %8.3f %q\n", c.Start.Seconds(), c.End.Seconds(), c.Lines)
	}
	return b.String()
}
