package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

// page is the Markdown that shows it all.
func (s *sounds) page(shots []shot) []byte {
	var b strings.Builder
	length := speech.Duration(len(s.pcm))
	fmt.Fprintf(&b, `# Our captions and others' on one clip
What Cuepipe makes of a recording, beside what faster-whisper and pocketsphinx make of it. `+"`make side-by-side`"+` has all three hear it and writes
this page and its pictures; a rule chooses the moments, and nobody draws.

The clip is `+"`%s`"+`: %s. Its words:

> %s

faster-whisper has the model Whisper base in 8 bits and a beam of 5, pocketsphinx its own model. Both leave lines to the player. A cue of
faster-whisper's is one of its segments; pocketsphinx has only words, and here its cues end at pauses of a second.

## In a player
Chromium's own player, with each one's WebVTT over a film of one colour: one second after the beginning of %d phrases that lie evenly in the clip,
and at its end.

`, s.clip, s.about, strings.TrimSpace(s.said), moments)
	for _, shot := range shots {
		fmt.Fprintf(&b, "**%s**%s\n\n![%s and %s](side-by-side/%s)\n\n", caption.FormatTime(shot.at), shot.note, shot.systems[0].short, shot.systems[1].short, shot.file)
	}
	b.WriteString("## In time\n![The loudness of the sound and the cues of all three over time](side-by-side/timeline.svg)\n\n")
	s.figures(&b, length)
	s.rules(&b)
	return []byte(b.String())
}

// figures are about what was heard and when.
func (s *sounds) figures(b *strings.Builder, length time.Duration) {
	b.WriteString("## In figures\n|")
	row := func(name string, of func(system) string) {
		fmt.Fprintf(b, "| %s |", name)
		for _, y := range s.systems {
			fmt.Fprintf(b, " %s |", of(y))
		}
		b.WriteString("\n")
	}
	for _, y := range s.systems {
		fmt.Fprintf(b, " | %s", y.name)
	}
	b.WriteString(" |\n|---|" + strings.Repeat("---|", len(s.systems)) + "\n")
	row("words wrong", func(y system) string {
		wrong, of := s.wrong(y)
		return fmt.Sprintf("%d of %d", wrong, of)
	})
	row("cues", func(y system) string { return fmt.Sprint(len(y.shown)) })
	row("most characters in a cue", func(y system) string {
		most := 0
		for _, c := range y.shown {
			most = max(most, c.Chars())
		}
		return fmt.Sprint(most)
	})
	row("longest on the screen, s", func(y system) string {
		var most time.Duration
		for _, c := range y.shown {
			most = max(most, c.End-c.Start)
		}
		return fmt.Sprintf("%.1f", most.Seconds())
	})
	row("words in cues that end after the sound", func(y system) string {
		n := 0
		for _, c := range y.shown {
			if c.End > length {
				n += caption.Words(c.Text())
			}
		}
		return fmt.Sprint(n)
	})
	if len(s.onsets) > 0 {
		row("first words of phrases, how far from their sound on average, s", func(y system) string { return off(y.onsets) })
	}
	b.WriteString("\n")
}

// off is the mean distance of phrases' first words from their sound, over
// those that were heard.
func off(onsets []recording.Onset) string {
	sum, n := 0.0, 0
	for _, o := range onsets {
		if o.Heard {
			sum, n = sum+o.Off.Abs().Seconds(), n+1
		}
	}
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.2f (%d of %d phrases)", sum/float64(n), n, len(onsets))
}

// rules are those that cues break, as the linter says it.
func (s *sounds) rules(b *strings.Builder) {
	b.WriteString("## By the rules\nHow many cues break a rule of each profile, as `cuepipe check` counts them. Our captions are laid out by the profile; the others' text is filled\n" +
		"into lines of its length first, or every cue of theirs would be too long a line.\n\n| profile, rule |")
	for _, y := range s.systems {
		fmt.Fprintf(b, " %s |", y.name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(s.systems)) + "\n")
	for _, p := range caption.Profiles() {
		var reports []caption.Report
		for _, y := range s.systems {
			reports = append(reports, caption.Inspect(caption.Track{Cues: y.cues(p)}, p))
		}
		fmt.Fprintf(b, "| **%s**, any |", p.Name)
		for _, r := range reports {
			fmt.Fprintf(b, " **%d of %d** |", r.BrokenCues(), r.Cues)
		}
		b.WriteString("\n")
		for _, rule := range caption.Rules() {
			if !slices.ContainsFunc(reports, func(r caption.Report) bool { return r.Counts()[rule] > 0 }) {
				continue
			}
			fmt.Fprintf(b, "| `%s`: %s |", rule, p.Asks(rule))
			for _, r := range reports {
				fmt.Fprintf(b, " %d |", r.Counts()[rule])
			}
			b.WriteString("\n")
		}
	}
}
