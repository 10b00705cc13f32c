package transcribe

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// voices says who speaks when. The service labels each word; its older results
// label stretches of the sound, and the times of the words in them.
type voices struct {
	words     map[time.Duration]string // by the start of a word
	stretches []stretch                // in the order of their starts
}

type stretch struct {
	start, end time.Duration
	label      string
}

// voices reads the labels. One without usable times is passed over: who speaks
// is worth less than what is said.
func (r result) voices() voices {
	v := voices{words: map[time.Duration]string{}}
	for _, segment := range r.Results.Speakers.Segments {
		if start, end, err := segment.times(); err == nil {
			v.stretches = append(v.stretches, stretch{start, end, segment.Speaker})
		}
		for _, item := range segment.Items {
			if start, _, err := item.times(); err == nil {
				v.words[start] = item.Speaker
			}
		}
	}
	slices.SortStableFunc(v.stretches, func(a, b stretch) int { return int(a.start - b.start) })
	return v
}

// of returns the label of a word that begins at start, or nothing.
func (v voices) of(word timed, start time.Duration) string {
	if word.Speaker != "" {
		return word.Speaker
	}
	if label := v.words[start]; label != "" {
		return label
	}
	after := sort.Search(len(v.stretches), func(i int) bool { return v.stretches[i].start > start })
	if after > 0 && start < v.stretches[after-1].end {
		return v.stretches[after-1].label
	}
	return ""
}

// name turns the labels of words, "spk_0", into names, in the order in which
// they are first heard.
func (v voices) name(words []speech.Word) {
	names := map[string]string{"": ""}
	for i := range words {
		label := words[i].Speaker
		if _, known := names[label]; !known {
			names[label] = fmt.Sprintf("Speaker %d", len(names))
		}
		words[i].Speaker = names[label]
	}
}
