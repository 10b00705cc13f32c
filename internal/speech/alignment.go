package speech

import "math"

// An Alignment finds out when each token was spoken from where the decoder
// looked while it wrote the token. As Whisper does for its word times, every
// head's attention is brought to mean 0 and deviation 1, smoothed by a median
// over 7 frames and averaged over the heads; the cheapest monotonic path
// through tokens and frames (dynamic time warping) gives the times.
//
// Only the average is kept, so that its size is tokens × frames. The zero
// value is not ready: call Reset first. It keeps its memory for the next use.
type Alignment struct {
	frames  int
	weights []float32 // tokens × frames, averaged over the heads
	scaled  []float32 // one head, with its mirrored borders
	path    []byte    // tokens × frames, the step that led here
	costs   []float64 // one row of the path's costs
}

const medianRadius = 3

// Reset forgets all tokens and takes the number of frames of the next sound.
func (a *Alignment) Reset(frames int) {
	a.frames = frames
	a.weights = a.weights[:0]
}

// Tokens is the number of tokens added since Reset.
func (a *Alignment) Tokens() int {
	if a.frames == 0 {
		return 0
	}
	return len(a.weights) / a.frames
}

// Add adds the next token's attention: the heads of all layers, one slice a
// layer, each heads × frames long.
func (a *Alignment) Add(layers [][]float32) {
	start := len(a.weights)
	a.weights = grow(a.weights, start+a.frames)
	row := a.weights[start:]
	clear(row)
	heads := 0
	for _, layer := range layers {
		for ; len(layer) >= a.frames; layer = layer[a.frames:] {
			a.addHead(row, layer[:a.frames])
			heads++
		}
	}
	for i := range row {
		row[i] /= float32(max(heads, 1))
	}
}

func (a *Alignment) addHead(row, head []float32) {
	var sum, squares float64
	for _, v := range head {
		sum += float64(v)
		squares += float64(v) * float64(v)
	}
	n := float64(len(head))
	mean := sum / n
	deviation := math.Sqrt(max(0, squares/n-mean*mean)) + 1e-9

	a.scaled = grow(a.scaled, len(head)+2*medianRadius)
	scaled := a.scaled[medianRadius : medianRadius+len(head)]
	offset, factor := float32(mean), float32(1/deviation)
	for i, v := range head {
		scaled[i] = (v - offset) * factor
	}
	for i := range medianRadius { // mirrored, as far as there is something to mirror
		a.scaled[medianRadius-1-i] = scaled[min(i+1, len(head)-1)]
		a.scaled[medianRadius+len(head)+i] = scaled[max(len(head)-2-i, 0)]
	}
	for i := range row {
		row[i] += median7((*[7]float32)(a.scaled[i : i+7]))
	}
}

// median7 sorts as much of 7 values as it takes to know the middle one; the
// 13 exchanges are those of Devillard, "Fast median search" (1998).
func median7(v *[7]float32) float32 {
	a, b, c, d, e, f, g := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
	if a > f {
		a, f = f, a
	}
	if a > d {
		a, d = d, a
	}
	if b > g {
		b, g = g, b
	}
	if c > e {
		c, e = e, c
	}
	if a > b {
		b = a
	}
	if d > f {
		d, f = f, d
	}
	if c > g {
		c, g = g, c
	}
	if c > d {
		c, d = d, c
	}
	if d > g {
		d = g
	}
	if e > f {
		e = f
	}
	if b > e {
		b, e = e, b
	}
	if b > d {
		d = b
	}
	if d > e {
		d = e
	}
	return d
}

// A Step is the way by which the cheapest path came to a token and a frame.
const (
	fromBoth  = iota // the token before, the frame before
	fromToken        // the token before, the same frame
	fromFrame        // the same token, the frame before
)

// Times returns the frames [Start, End) of the first tokens tokens. They
// ascend, cover all frames, and neighbours may share one frame.
func (a *Alignment) Times(tokens int) []Span {
	frames := a.frames
	tokens = min(tokens, a.Tokens())
	if tokens <= 0 || frames <= 0 {
		return nil
	}
	a.path = grow(a.path, tokens*frames)
	a.costs = grow(a.costs, frames)
	for t := range tokens {
		weights, path := a.weights[t*frames:(t+1)*frames], a.path[t*frames:(t+1)*frames]
		diagonal := math.Inf(1) // the cost of the token before at the frame before
		if t == 0 {
			diagonal = 0
		}
		left := math.Inf(1)
		for f := range frames {
			above := a.costs[f]
			if t == 0 {
				above = math.Inf(1)
			}
			step, cost := byte(fromBoth), diagonal
			if above < cost {
				step, cost = fromToken, above
			}
			if left < cost {
				step, cost = fromFrame, left
			}
			path[f] = step
			left = cost - float64(weights[f])
			a.costs[f] = left
			diagonal = above
		}
	}

	times := make([]Span, tokens)
	t, f := tokens-1, frames-1
	times[t].End = frames
	for {
		times[t].Start = f
		if t == 0 && f == 0 {
			return times
		}
		// On a border there is one way only, also where a model gave no numbers.
		step := a.path[t*frames+f]
		if f > 0 && (step != fromToken || t == 0) {
			f--
		} else {
			step = fromToken
		}
		if t > 0 && step != fromFrame {
			t--
			times[t].End = f + 1
		}
	}
}

// grow returns s with length n; what it holds beyond the old length is
// whatever was there before.
func grow[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	grown := make([]T, n, max(n, 2*cap(s)))
	copy(grown, s)
	return grown
}
