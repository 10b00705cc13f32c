package captioning

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/cuepipe/cuepipe/internal/media"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/video"
)

// storeSound stores the sound of v for the service, unless it is there: that of
// the very version that is planned, in a form that the service knows, whatever
// the film's is. It is read and decoded once, from end to end, so that gaps and
// headers that lie matter as little as how long it is.
func (t *Transcriber) storeSound(ctx context.Context, log *slog.Logger, v video.Video) error {
	began := t.now()
	src := counted{t.Uploads.Source(v.Source, v.Size), new(atomic.Int64)}
	err := t.Captions.PutStream(ctx, video.ServiceSound(v.ID, v.Generation), "audio/wav", func(w io.Writer) ([]byte, error) {
		written := counting{w: w}
		err := t.Decoder.Copy(ctx, src, serviceDuration, &written)
		if errors.Is(err, media.ErrTooLong) { // than the service hears; we may hear more
			return nil, fmt.Errorf("%w: it is longer than %v", ErrServiceRefused, serviceDuration)
		}
		if err != nil {
			return nil, err
		}
		log.Info("the service's sound is written", "bytes", written.n, "read_bytes", src.read.Load(), "write_ms", t.now().Sub(began).Milliseconds())
		return waveHeader(written.n), nil
	})
	if err != nil {
		return fmt.Errorf("the service's sound: %w", err)
	}
	return nil
}

// counting counts the bytes that are written.
type counting struct {
	w io.Writer
	n int
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += n
	return n, err
}

// waveHeader comes before so many bytes of a Decoder's samples and makes them a
// WAV file (RIFF, PCM: one channel of 16 bits). Its sizes have 32 bits, enough
// for 37 hours.
func waveHeader(size int) []byte {
	const (
		rest        = 36 // of the header, behind the first size
		format      = 16 // bytes of the format
		pcm         = 1
		channels    = 1
		sampleBytes = 2
	)
	put := binary.LittleEndian
	b := make([]byte, 0, rest+8)
	b = append(b, "RIFF"...)
	b = put.AppendUint32(b, uint32(rest+size))
	b = append(b, "WAVEfmt "...)
	b = put.AppendUint32(b, format)
	b = put.AppendUint16(b, pcm)
	b = put.AppendUint16(b, channels)
	b = put.AppendUint32(b, speech.SampleRate)
	b = put.AppendUint32(b, speech.SampleRate*channels*sampleBytes)
	b = put.AppendUint16(b, channels*sampleBytes)
	b = put.AppendUint16(b, 8*sampleBytes)
	b = append(b, "data"...)
	return put.AppendUint32(b, uint32(size))
}
