package media

import (
	"bytes"
	"io"
	"time"
)

// Films that were recorded live say in many places what time it is there, and
// nowhere where these places are: an index is known only at the end. ffmpeg reads
// such a film from the start to find a time. Here it is found by looking.

// A mark is a place of a file with the time of the film that begins there.
type mark struct {
	start int64
	time  time.Duration
}

const (
	// before is how much earlier than the wanted time a mark may be with sound
	// that belongs there: tracks are not interleaved exactly.
	before = 3 * time.Second
	// near enough to the wanted time is not worth another look.
	near = 8 * time.Second
	// mostLooks bounds the search; a film of a day takes some six.
	mostLooks = 24
	// mostScanned is how many bytes are searched for the next mark.
	mostScanned = 16 << 20
)

// lastBefore returns a mark soon before target, or low. high is the end of what
// is searched, with what is known of its time. next returns the first mark that
// begins in [from, to).
func lastBefore(target time.Duration, low, high mark, next func(from, to int64) (mark, bool)) mark {
	for range mostLooks {
		if target-low.time < near || high.start-low.start < 4*blockSize {
			break
		}
		at := guess(low, high, target)
		found, ok := next(at, high.start)
		if ok && found.time <= target && found.time >= low.time {
			low = found
			continue
		}
		// What begins after the guess is too late, or nothing does.
		high.start = at
		if ok && found.time > target {
			high.time = found.time
		}
	}
	return low
}

// guess is where a time may lie between two marks, a little before it.
func guess(low, high mark, target time.Duration) int64 {
	share := 0.5
	if high.time > low.time {
		share = min(max(float64(target-near/2-low.time)/float64(high.time-low.time), 0.02), 0.98)
	}
	return low.start + max(1, int64(share*float64(high.start-low.start)))
}

// scan returns what parse makes of the first place in [from, to) where id lies
// and parse makes something of it.
func scan[T any](r io.ReadSeeker, from, to, size int64, id []byte, parse func(at int64) (T, bool)) (found T, ok bool) {
	buffer := make([]byte, blockSize)
	to = min(to, from+mostScanned)
	for at := from; at < to; {
		n := min(int64(len(buffer)), size-at)
		if n < int64(len(id)) || !readFrom(r, at, buffer[:n]) {
			return found, false
		}
		for i := 0; ; i++ {
			j := bytes.Index(buffer[i:n], id)
			if j < 0 || at+int64(i+j) >= to {
				break
			}
			i += j
			if found, ok := parse(at + int64(i)); ok {
				return found, true
			}
		}
		at += n - int64(len(id)) + 1
	}
	return found, false
}
