package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"testing"
)

func TestASoundArrivesAsItWasSent(t *testing.T) {
	for _, pcm := range [][]int16{{}, {0}, {-32768, 32767, -1, 1, 256}, make([]int16, LongestSound)} {
		var line bytes.Buffer
		if err := WriteSound(&line, pcm); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSound(&line)
		if err != nil || !slices.Equal(got, pcm) {
			t.Errorf("%d samples became %d: %v", len(pcm), len(got), err)
		}
		if _, err := ReadSound(&line); err != io.EOF {
			t.Errorf("after the last sound: %v, want io.EOF", err)
		}
	}
	if err := WriteSound(io.Discard, make([]int16, LongestSound+1)); !errors.Is(err, ErrTooLong) {
		t.Errorf("one sample more: %v", err)
	}
}

func TestAnAnswerArrivesAsItWasSent(t *testing.T) {
	sent := Answer{Text: "naïve", Language: "en", Tokens: []Token{
		{Text: []byte(" na\xc3"), Start: 0.5, Length: 0.25, Probability: 0.75}, {Text: []byte("\xafve"), Start: 0.5},
	}}
	var line bytes.Buffer
	if err := Write(&line, sent); err != nil {
		t.Fatal(err)
	}
	if got, err := Read[Answer](&line); err != nil || !reflect.DeepEqual(got, sent) {
		t.Errorf("%+v became %+v: %v", sent, got, err)
	}
	if err := Write(io.Discard, Answer{Text: string(make([]byte, longestAnswer))}); !errors.Is(err, ErrTooLong) {
		t.Errorf("an answer that is too long: %v", err)
	}
}

func TestReadRefuses(t *testing.T) {
	length := func(n uint32) []byte { return binary.LittleEndian.AppendUint32(nil, n) }
	for name, test := range map[string]struct {
		line []byte
		is   error
	}{
		"nothing":              {nil, io.EOF},
		"half a length":        {[]byte{1, 0}, io.ErrUnexpectedEOF},
		"a length and no more": {length(3), io.ErrUnexpectedEOF},
		"half a frame":         {append(length(3), "{}"...), io.ErrUnexpectedEOF},
		"one byte too many":    {length(longestAnswer + 1), ErrTooLong},
		"four gigabytes":       {length(math.MaxUint32), ErrTooLong},
		"no JSON":              {append(length(2), "hi"...), nil},
		"an empty frame":       {length(0), nil},
	} {
		_, err := Read[Answer](bytes.NewReader(test.line))
		if err == nil || test.is != nil && !errors.Is(err, test.is) || test.is != io.EOF && err == io.EOF {
			t.Errorf("%s: %v, want %v", name, err, test.is)
		}
	}
	if _, err := ReadSound(bytes.NewReader(append(length(3), "abc"...))); err == nil {
		t.Error("a sample and a half are no sound")
	}
}

func TestCheckFindsWhatCannotBe(t *testing.T) {
	fine := Token{Text: []byte(" a"), Start: 1, Length: 0.5, Probability: 0.5}
	if err := (Answer{Tokens: []Token{fine, fine, {Start: 4.9}}}).Check(4); err != nil {
		t.Errorf("a fine answer: %v", err)
	}
	for name, change := range map[string]func(*Token){
		"before the start":        func(t *Token) { t.Start = -0.1 },
		"before its neighbour":    func(t *Token) { t.Start = 0.9 },
		"after the end":           func(t *Token) { t.Start = 5.1 },
		"no time":                 func(t *Token) { t.Start = math.NaN() },
		"longer than the sound":   func(t *Token) { t.Length = 5.1 },
		"a negative length":       func(t *Token) { t.Length = -0.1 },
		"a probability above 1":   func(t *Token) { t.Probability = 1.01 },
		"a negative probability":  func(t *Token) { t.Probability = -0.1 },
		"a probability of nought": func(t *Token) { t.Probability = math.NaN() },
	} {
		changed := fine
		change(&changed)
		if err := (Answer{Tokens: []Token{fine, changed}}).Check(4); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever a child writes, the reader takes no more room than a frame may
// have, and what it accepts it would write again with the same meaning.
func FuzzRead(f *testing.F) {
	for _, a := range []Answer{{}, {Text: "a b"}, {Tokens: []Token{{Text: []byte(" a"), Start: 1}}, Language: "en"}, {Problem: "no"}} {
		var line bytes.Buffer
		if err := Write(&line, a); err != nil {
			f.Fatal(err)
		}
		f.Add(line.Bytes())
		f.Add(line.Bytes()[:line.Len()/2])
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, '{', '}'})
	f.Add([]byte("Segmentation fault\n"))
	f.Fuzz(func(t *testing.T, line []byte) {
		in := bytes.NewReader(line)
		a, err := Read[Answer](in)
		if err != nil {
			if err == io.EOF && len(line) > 0 {
				t.Fatalf("%d bytes are taken for the end", len(line))
			}
			return
		}
		if taken := len(line) - in.Len(); taken != 4+int(binary.LittleEndian.Uint32(line)) {
			t.Fatalf("%d bytes were taken for a frame of %d", taken, binary.LittleEndian.Uint32(line))
		}
		var again bytes.Buffer
		if err := Write(&again, a); errors.Is(err, ErrTooLong) {
			return // escaped, it may be longer
		} else if err != nil {
			t.Fatal(err)
		}
		if b, err := Read[Answer](&again); err != nil || b.Text != a.Text || len(b.Tokens) != len(a.Tokens) {
			t.Fatalf("%+v became %+v: %v", a, b, err)
		}
	})
}

func FuzzReadSound(f *testing.F) {
	f.Add([]byte{4, 0, 0, 0, 1, 0, 2, 0})
	f.Add([]byte{3, 0, 0, 0, 1, 0, 2})
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, line []byte) {
		pcm, err := ReadSound(bytes.NewReader(line))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := WriteSound(&again, pcm); err != nil || !bytes.HasPrefix(line, again.Bytes()) {
			t.Fatalf("%d samples are not what was read: %v", len(pcm), err)
		}
	})
}
