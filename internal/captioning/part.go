package captioning

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// partVersion is raised when a part's form changes, so that an old one is
// never misread.
const partVersion = 2

// A part is what is stored of one segment. Times are milliseconds from the
// start of the film. Where Start or End lies in the middle of speech, the words
// reach beyond it.
type part struct {
	Version    int        `json:"version"`
	Segment    int        `json:"segment"`
	Start      cut        `json:"start"`
	End        cut        `json:"end"`
	Engine     string     `json:"engine"`
	Language   string     `json:"language"`
	Confidence float64    `json:"confidence"`
	Service    bool       `json:"service,omitempty"` // heard by one, in the language that was asked for
	Speech     [][2]int64 `json:"speech"`
	Unheard    [][2]int64 `json:"unheard,omitempty"`
	Unspoken   [][2]int64 `json:"unspoken,omitempty"`
	Words      []partWord `json:"words"`
}

type partWord struct {
	Text        string  `json:"text"`
	Start       int64   `json:"start"`
	End         int64   `json:"end"`
	Probability float64 `json:"p"`
	Speaker     string  `json:"speaker,omitempty"`
}

// newPart is what was heard of segment n between two cuts, in sound that begins
// at from.
func newPart(n int, start, end cut, from time.Duration, t speech.Transcript) part {
	p := part{Version: partVersion, Segment: n, Start: start, End: end, Engine: t.Engine, Language: t.Language, Confidence: t.Confidence,
		Speech: inFilm(t.Speech, from), Unheard: inFilm(t.Unheard, from), Unspoken: inFilm(t.Unspoken, from),
		Words: make([]partWord, 0, len(t.Words))}
	for _, w := range t.Words {
		p.Words = append(p.Words, partWord{w.Text, (from + w.Start).Milliseconds(), (from + w.End).Milliseconds(), w.Probability, w.Speaker})
	}
	return p
}

func inFilm(regions []speech.Region, from time.Duration) [][2]int64 {
	times := make([][2]int64, 0, len(regions))
	for _, r := range regions {
		times = append(times, [2]int64{(from + r.Start).Milliseconds(), (from + r.End).Milliseconds()})
	}
	return times
}

func (p part) encode() ([]byte, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode part %d: %w", p.Segment, err)
	}
	return b, nil
}

func decodePart(b []byte, n int) (part, error) {
	var p part
	if err := json.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("decode part %d: %w", n, err)
	}
	if p.Version != partVersion || p.Segment != n {
		return p, fmt.Errorf("decode part %d: it is version %d of part %d", n, p.Version, p.Segment)
	}
	return p, nil
}

func (p part) words() []speech.Word {
	ws := make([]speech.Word, 0, len(p.Words))
	for _, w := range p.Words {
		ws = append(ws, speech.Word{Text: w.Text, Start: time.Duration(w.Start) * time.Millisecond,
			End: time.Duration(w.End) * time.Millisecond, Probability: w.Probability, Speaker: w.Speaker})
	}
	return ws
}
