// Package wire is how the sherpa engine and its child process speak.
//
// The child is started with the model's folder as its one argument. It writes
// its answers to file descriptor 3, so that nothing that a library prints can
// be taken for one, and reads requests from its standard input:
//
//	frame     = length payload         length: 4 bytes, little-endian, of payload
//	request   = frame of samples       signed 16 bit, little-endian, 16,000 a second
//	answer    = frame of JSON          a Hello first, then an Answer a request
//
// One request is under way at a time. The child ends when its standard input
// does: at once, whatever it is doing.
package wire

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// Answers is the file descriptor that the child writes to.
const Answers = 3

const (
	// LongestSound bounds a request, in samples: a minute, twice of what any of
	// these models can hear at once.
	LongestSound = 60 * 16000
	// longestAnswer bounds an answer, in bytes: some thousand tokens.
	longestAnswer = 1 << 20
)

// ErrTooLong is a frame that is longer than its kind may be.
var ErrTooLong = errors.New("the frame is too long")

// A Hello is what the child says when it has loaded its model, or cannot.
type Hello struct {
	// Version is that of sherpa-onnx.
	Version string `json:"version,omitempty"`
	// Problem is a sentence that names the folder; empty where all is well.
	Problem string `json:"problem,omitempty"`
}

// An Answer is what was heard in one request.
type Answer struct {
	// Text is everything that was heard.
	Text string `json:"text,omitempty"`
	// Tokens are the parts of the text with their times, in order; none where the
	// model has no times.
	Tokens []Token `json:"tokens,omitempty"`
	// Language is what the model heard it to be, such as "en"; empty where it
	// does not say.
	Language string `json:"language,omitempty"`
	// Problem says why this sound could not be heard.
	Problem string `json:"problem,omitempty"`
}

// A Token is a part of the text, with a space before it where it begins a
// word. Its bytes may be part of a character only.
type Token struct {
	Text []byte `json:"text"`
	// Start and Length are in seconds from the start of the request's samples;
	// Length is 0 where the model does not say.
	Start  float64 `json:"start"`
	Length float64 `json:"length,omitempty"`
	// Probability is above 0 and at most 1; 0 where the model does not say.
	Probability float64 `json:"probability,omitempty"`
}

// WriteSound writes a request.
func WriteSound(w io.Writer, pcm []int16) error {
	if len(pcm) > LongestSound {
		return fmt.Errorf("%d samples: %w", len(pcm), ErrTooLong)
	}
	payload := make([]byte, 0, 2*len(pcm))
	for _, v := range pcm {
		payload = binary.LittleEndian.AppendUint16(payload, uint16(v))
	}
	return writeFrame(w, payload)
}

// ReadSound reads a request. It returns io.EOF where there is no further one.
func ReadSound(r io.Reader) ([]int16, error) {
	payload, err := readFrame(r, 2*LongestSound)
	if err != nil {
		return nil, err
	}
	if len(payload)%2 != 0 {
		return nil, fmt.Errorf("%d bytes are no whole samples", len(payload))
	}
	pcm := make([]int16, len(payload)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(payload[2*i:]))
	}
	return pcm, nil
}

// Write writes a Hello or an Answer.
func Write[M Hello | Answer](w io.Writer, message M) error {
	payload, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("write a message: %w", err)
	}
	if len(payload) > longestAnswer {
		return fmt.Errorf("a message of %d bytes: %w", len(payload), ErrTooLong)
	}
	return writeFrame(w, payload)
}

// Read reads a Hello or an Answer. It returns io.EOF where the sender has
// ended between two of them.
func Read[M Hello | Answer](r io.Reader) (message M, err error) {
	payload, err := readFrame(r, longestAnswer)
	if err != nil {
		return message, err
	}
	if err := json.Unmarshal(payload, &message); err != nil {
		return message, fmt.Errorf("read a message of %d bytes: %w", len(payload), err)
	}
	return message, nil
}

// Check says whether an answer to a sound of so many seconds can be true.
func (a Answer) Check(seconds float64) error {
	const slack = 1 // models count in frames, and some hear silence that was added
	before := 0.0
	for i, t := range a.Tokens {
		switch {
		case !(t.Start >= before && t.Start <= seconds+slack):
			return fmt.Errorf("token %d of %d begins at %v s, after one at %v s of %v s", i+1, len(a.Tokens), t.Start, before, seconds)
		case !(t.Length >= 0 && t.Length <= seconds+slack):
			return fmt.Errorf("token %d of %d lasts %v s of %v s", i+1, len(a.Tokens), t.Length, seconds)
		case !(t.Probability >= 0 && t.Probability <= 1) || math.IsNaN(t.Probability):
			return fmt.Errorf("token %d of %d has the probability %v", i+1, len(a.Tokens), t.Probability)
		}
		before = t.Start
	}
	return nil
}

func writeFrame(w io.Writer, payload []byte) error {
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(payload)), uint32(len(payload)))
	_, err := w.Write(append(frame, payload...))
	return err
}

// readFrame reads no more than one frame, and makes no room for one that is
// longer than longest.
func readFrame(r io.Reader, longest int) ([]byte, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, err // io.EOF only where nothing was there
	}
	n := binary.LittleEndian.Uint32(length[:])
	if uint64(n) > uint64(longest) {
		return nil, fmt.Errorf("%d bytes, of %d at most: %w", n, longest, ErrTooLong)
	}
	payload := make([]byte, n)
	if _, err := io.ReadFull(r, payload); err != nil {
		return nil, fmt.Errorf("read a frame of %d bytes: %w", n, noEOF(err))
	}
	return payload, nil
}

// noEOF: an end in the middle of a frame is not the end.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
