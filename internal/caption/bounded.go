package caption

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// maxPiece bounds what a parser may take from a file for one piece of it, such
// as a string, a tag or a comment, so that a file that never ends one cannot
// fill the memory. It leaves room for what a parser reads ahead.
const maxPiece = 4 << 20

// bounded is a file that is parsed piece by piece. It counts lines by offset,
// since a parser reads ahead of what it has returned.
type bounded struct {
	r     io.Reader
	taken int     // since the last renew
	at    int64   // bytes read
	ends  []int64 // offsets of the line ends that line has not passed yet
	lines int     // line ends passed
}

// newBounded leaves out a byte order mark.
func newBounded(r io.Reader) *bounded {
	in := bufio.NewReader(r)
	if mark, err := in.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = in.Discard(3) // it is in the buffer
	}
	return &bounded{r: in}
}

// Read fails once a piece has taken too much.
func (p *bounded) Read(b []byte) (int, error) {
	if p.taken >= maxPiece {
		return 0, fmt.Errorf("one string, tag or comment is longer than %d bytes", maxPiece)
	}
	n, err := p.r.Read(b[:min(len(b), maxPiece-p.taken)])
	p.taken += n
	for i := 0; ; i++ {
		next := bytes.IndexByte(b[i:n], '\n')
		if next < 0 {
			break
		}
		i += next
		p.ends = append(p.ends, p.at+int64(i))
	}
	p.at += int64(n)
	return n, err
}

// renew begins a piece.
func (p *bounded) renew() { p.taken = 0 }

// line is the number, from 1, of the line that an offset is in. Offsets must
// not go back.
func (p *bounded) line(offset int64) int {
	passed := 0
	for passed < len(p.ends) && p.ends[passed] < offset {
		passed++
	}
	p.ends = p.ends[passed:]
	p.lines += passed
	return p.lines + 1
}
