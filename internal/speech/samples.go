package speech

// Floats writes pcm into to, scaled to -1 to 1, as far as to has room, and
// returns how many samples it wrote. Engines convert what they hear next, so
// that a film's samples are not in memory twice.
func Floats(to []float32, pcm []int16) int {
	n := min(len(to), len(pcm))
	for i, v := range pcm[:n] {
		to[i] = float32(v) / 32768
	}
	return n
}
