package speech

// Repetition tells whether the tail of tokens repeats a pattern, as a decoder
// does that has lost its place, and how many tokens to keep: up to and with
// the pattern's first appearance. People repeat themselves too, so one token
// must come 8 times, a pattern of two or three 4 times, a longer one 3 times.
func Repetition(tokens []int64) (keep int, found bool) {
	const longestPattern = 24
	n := len(tokens)
	for pattern := 1; pattern <= longestPattern; pattern++ {
		times := 3
		switch {
		case pattern == 1:
			times = 8
		case pattern < 4:
			times = 4
		}
		if n < pattern*times {
			continue
		}
		keep := n - pattern*(times-1)
		same := true
		for i := keep; i < n && same; i++ {
			same = tokens[i] == tokens[i-pattern]
		}
		if same {
			return keep, true
		}
	}
	return n, false
}
