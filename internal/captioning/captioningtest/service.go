package captioningtest

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/cuepipe/cuepipe/internal/captioning"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// waveHeader is the length of a WAV's header, and dataSize where it says how
// many bytes follow it.
const (
	waveHeader = 44
	dataSize   = 40
)

// Told is what a service hears of a film's sound, a WAV file. Of as many
// speakers as are asked for, each says three words and is followed by the next.
func Told(wav []byte, speakers int) (speech.Transcript, error) {
	if len(wav) < waveHeader || string(wav[:4]) != "RIFF" || int(binary.LittleEndian.Uint32(wav[dataSize:])) != len(wav)-waveHeader {
		return speech.Transcript{}, fmt.Errorf("hear: %w", captioning.ErrServiceRefused)
	}
	pcm := make([]int16, (len(wav)-waveHeader)/2)
	if _, err := binary.Decode(wav[waveHeader:], binary.LittleEndian, pcm); err != nil {
		return speech.Transcript{}, fmt.Errorf("hear: %w", err)
	}
	t, err := Engine{Name: "service 1"}.Recognise(context.Background(), pcm, nil)
	t.Language, t.Speech = "xx", nil
	for n := range t.Words {
		if speakers > 0 {
			t.Words[n].Speaker = fmt.Sprintf("Speaker %d", 1+n/3%speakers)
		}
	}
	return t, err
}
