package caption

// The costs of breaking a cue into lines.
const (
	// A line break disturbs less than a cue break: the next line is in sight.
	lineShare, lineWhole = 6, 10
	// Every line after the first covers more of the picture.
	perLine = 10
	// The square of a line's distance from the even share, over this: 10
	// characters away cost 5 for the two lines together, 20 cost 20.
	imbalance = 40
	// Guides like the upper line shorter, since it covers the picture's middle.
	topHeavy = 3
)

// noLayout is the cost of what is not possible.
const noLayout = int64(1) << 60

// width is the characters of units i to j, not included, on one line.
func (s *setter) width(i, j int) int {
	n := s.filled[j] - s.filled[i]
	if !s.units[i].glued && !s.units[i].tight {
		n-- // no space at the start
	}
	if s.units[i].turn { // a cue begins here, in some formats with a dash
		n += Chars(turnMark)
		if j == i+1 { // of one word as long as a line, it sticks out
			n = min(n, max(s.units[i].chars, s.maxChars))
		}
	}
	return n
}

// fit finds the cheapest way to break units i to j into the fewest lines that
// hold them. It returns the cost, or noLayout, and the number of lines.
func (s *setter) fit(i, j int) (cost int64, lines int) {
	for lines = 1; lines <= s.maxLines; lines++ {
		ideal := s.width(i, j) / lines
		if cost, _ := s.split(i, j, lines, ideal); cost < noLayout {
			return cost + int64(lines-1)*perLine, lines
		}
	}
	return noLayout, 0
}

// split breaks units i to j into exactly this many lines and returns the cost
// and where the second line begins.
func (s *setter) split(i, j, lines, ideal int) (cost int64, second int) {
	if lines == 1 {
		width := s.width(i, j)
		if width > s.maxChars {
			return noLayout, j
		}
		return balance(width, ideal), j
	}
	cost = noLayout
	for k := i + 1; k < j; k++ {
		width := s.width(i, k)
		if width > s.maxChars {
			break
		}
		rest, _ := s.split(k, j, lines-1, ideal)
		if rest == noLayout {
			continue
		}
		c := balance(width, ideal) + rest + s.breaks[k]*lineShare/lineWhole
		if width > ideal {
			c += topHeavy
		}
		if c < cost {
			cost, second = c, k
		}
	}
	return cost, second
}

func balance(width, ideal int) int64 {
	away := int64(width - ideal)
	return away * away / imbalance
}

// linesOf is the text of units i to j in the lines that fit has chosen.
func (s *setter) linesOf(i, j int) []string {
	_, lines := s.fit(i, j)
	ideal := s.width(i, j) / max(lines, 1)
	var out []string
	for ; lines > 0; lines-- {
		_, next := s.split(i, j, lines, ideal)
		out = append(out, s.join(i, next))
		i = next
	}
	return out
}
