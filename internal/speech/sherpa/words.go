package sherpa

import (
	"hash/fnv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"
)

const (
	// longestToken is how long a token may be of which only the start is known.
	longestToken = 800 * time.Millisecond
	// breath is the pause at which a script without spaces gets one.
	breath = 200 * time.Millisecond
	// longestPhrase is how many characters of such a script are one word.
	longestPhrase = 12
)

// wordsOf makes words of what was heard in one span of the sound. Where the
// model gives no times, the text is spread over the span's speech by its
// characters; to where somebody speaks the words are snapped in either case.
func wordsOf(a wire.Answer, rules speech.Rules, activity speech.Activity, span speech.Span) []speech.Word {
	start, end := speech.Duration(span.Start), speech.Duration(span.End)
	tokens := timed(a.Tokens, start, end)
	if len(tokens) == 0 {
		parts := split(a.Text)
		tokens = spread(parts[:sane(parts)], speechIn(rules.Regions(activity), start, end))
	}
	words := speech.Words(phrases(tokens))
	rules.Snap(words, activity)
	speech.Settle(words, start, end)
	return words
}

// timed takes tokens with their own times. A token ends when the model says,
// else where the next begins.
func timed(tokens []wire.Token, start, end time.Duration) []speech.Token {
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	texts := make([]string, len(tokens))
	for i, t := range tokens {
		texts[i] = string(t.Text)
	}
	tokens = tokens[:sane(texts)]
	out := make([]speech.Token, len(tokens))
	for i, t := range tokens {
		from := min(start+seconds(t.Start), end)
		to := min(from+longestToken, end)
		if i+1 < len(tokens) {
			to = min(to, start+seconds(tokens[i+1].Start))
		}
		if t.Length > 0 {
			to = min(from+seconds(t.Length), end)
		}
		out[i] = speech.Token{Text: texts[i], Start: from, End: max(from, to), Probability: known(t.Probability)}
	}
	return out
}

// known is a probability that a word may have: above 0, and 1 where the model
// says nothing.
func known(p float64) float64 {
	if p == 0 {
		return 1
	}
	return max(p, 1e-6)
}

// split cuts a text into words with a space before them, and words of scripts
// without spaces into their characters.
func split(text string) []string {
	var parts []string
	for _, field := range strings.Fields(text) {
		field = " " + field
		for field != "" {
			i := strings.IndexFunc(field, unspaced)
			if i < 0 {
				parts = append(parts, field)
				break
			}
			_, n := utf8.DecodeRuneInString(field[i:])
			if strings.TrimSpace(field[:i]) == "" { // the space before the word's first character
				n, i = i+n, 0
			}
			if i > 0 {
				parts = append(parts, field[:i])
			}
			parts = append(parts, field[i:i+n])
			field = field[i+n:]
		}
	}
	return parts
}

// speechIn are the regions inside of a span, or all of it where there are none.
func speechIn(regions []speech.Region, start, end time.Duration) []speech.Region {
	var in []speech.Region
	for _, r := range regions {
		if r.Start < end && start < r.End {
			in = append(in, speech.Region{Start: max(r.Start, start), End: min(r.End, end)})
		}
	}
	if len(in) == 0 {
		return []speech.Region{{Start: start, End: end}}
	}
	return in
}

// spread gives each part of a text its share of the time in which somebody
// speaks, by its number of characters.
func spread(parts []string, regions []speech.Region) []speech.Token {
	var spoken time.Duration
	for _, r := range regions {
		spoken += r.End - r.Start
	}
	all := 0
	for _, p := range parts {
		all += utf8.RuneCountInString(p)
	}
	tokens := make([]speech.Token, len(parts))
	done := 0
	for i, p := range parts {
		from := done
		done += utf8.RuneCountInString(p)
		tokens[i] = speech.Token{
			Text:        p,
			Start:       after(regions, spoken*time.Duration(from)/time.Duration(all), true),
			End:         after(regions, spoken*time.Duration(done)/time.Duration(all), false),
			Probability: 1,
		}
	}
	return tokens
}

// after is the moment at which somebody has spoken for d. Between two regions
// that is the end of the one and the start of the other; next says which.
func after(regions []speech.Region, d time.Duration, next bool) time.Duration {
	for i, r := range regions {
		length := r.End - r.Start
		if d < length || d == length && (!next || i == len(regions)-1) {
			return r.Start + d
		}
		d -= length
	}
	return regions[len(regions)-1].End
}

// unspaced reports whether a character belongs to a script that has no spaces
// between words.
func unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		strings.ContainsRune("。，、？！；：", r)
}

// phrases puts a space where a script has none, so that a chunk does not become
// one word: at a pause, after punctuation, and after some characters.
func phrases(tokens []speech.Token) []speech.Token {
	out := make([]speech.Token, len(tokens))
	length := 0 // characters since the last space
	for i, t := range tokens {
		first, _ := utf8.DecodeRuneInString(t.Text)
		switch {
		case strings.HasPrefix(t.Text, " "):
			length = 0
		case i > 0 && unspaced(first) && !unicode.IsPunct(first):
			before, _ := utf8.DecodeLastRuneInString(tokens[i-1].Text)
			if t.Start-tokens[i-1].End >= breath || unicode.IsPunct(before) || length >= longestPhrase {
				t.Text, length = " "+t.Text, 0
			}
		}
		length += utf8.RuneCountInString(strings.TrimPrefix(t.Text, " "))
		out[i] = t
	}
	return out
}

// sane is how many parts of a text to keep: all, but for what its decoder wrote
// after it had lost its way, as sequence models do on sounds that are no
// speech.
func sane(parts []string) int {
	ids := make([]int64, 0, len(parts))
	for _, part := range parts {
		hash := fnv.New64a()
		hash.Write([]byte(strings.ToLower(part))) // cannot fail
		ids = append(ids, int64(hash.Sum64()))
		if keep, lost := speech.Repetition(ids); lost {
			return keep
		}
	}
	return len(parts)
}
