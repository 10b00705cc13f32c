package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// hardRules are those that no cue may break where the speech leaves another way.
var hardRules = []caption.Rule{caption.RuleText, caption.RuleLineLength, caption.RuleLines, caption.RuleCPS, caption.RuleMinDuration,
	caption.RuleMaxDuration, caption.RuleOrder, caption.RuleOverlap, caption.RuleGap}

// quality fills in what the words and the captions are worth.
func quality(ctx context.Context, engine speech.Engine, r *result) error {
	said, err := recording.Said()
	if err != nil {
		return err
	}
	names, err := recording.Clips()
	if err != nil {
		return err
	}
	fmt.Printf("\n%-24s %6s %6s %7s %11s %7s %7s\n", "recording", "words", "wrong", "WER, %", "confidence", "onset", "worst")
	wrong, words := 0, 0
	var off []float64
	found := map[string]*judged{}
	for _, name := range names {
		pcm, err := recording.Samples(name)
		if err != nil {
			return err
		}
		heard, err := engine.Recognise(ctx, pcm, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		want := speechtest.Normalise(said[name])
		errors := speechtest.Errors(want, speechtest.Normalise(speechtest.Text(heard.Words)))
		wrong, words = wrong+errors, words+len(want)
		onsets, err := recording.Onsets(name, pcm, heard.Words)
		if err != nil {
			return err
		}
		var here []float64
		for _, o := range onsets {
			if o.Heard {
				here = append(here, o.Off.Abs().Seconds())
			}
		}
		off = append(off, here...)
		fmt.Printf("%-24s %6d %6d %7.1f %11.2f %7s %7s\n", name, len(want), errors, 100*float64(errors)/float64(max(1, len(want))), heard.Confidence,
			seconds(mean(here)), seconds(worst(here)))
		judge(heard.Words, found)
	}
	r.WER, r.OnsetMean, r.OnsetP95 = float64(wrong)/float64(max(1, words)), mean(off), percentile(off, 0.95)
	r.count(found)
	return wordless(ctx, engine, r)
}

// judged is what a profile finds in the cues that are laid out by it.
type judged struct {
	cues   int
	broken map[caption.Rule]int // cues that break it
}

// judge lays words out by every profile and adds what it finds.
func judge(words []speech.Word, found map[string]*judged) {
	for _, profile := range caption.Profiles() {
		report := caption.Inspect(caption.Track{Cues: caption.Layout(words, profile)}, profile)
		j := found[profile.Name]
		if j == nil {
			j = &judged{broken: map[caption.Rule]int{}}
			found[profile.Name] = j
		}
		j.cues += report.Cues
		for rule, n := range report.Counts() {
			j.broken[rule] += n
		}
	}
}

// count fills in what the profiles found.
func (r *result) count(found map[string]*judged) {
	r.BrokenByProfiles = map[string]map[string]float64{}
	fmt.Printf("\n%-10s %5s  cues that break a rule\n", "profile", "cues")
	for _, profile := range caption.Profiles() {
		j, shares := found[profile.Name], map[string]float64{}
		fmt.Printf("%-10s %5d ", profile.Name, j.cues)
		for _, rule := range caption.Rules() {
			if n := j.broken[rule]; n > 0 {
				shares[string(rule)] = float64(n) / float64(j.cues)
				fmt.Printf(" %s %.0f %%", rule, 100*shares[string(rule)])
				if profile.Name == caption.Default().Name && slices.Contains(hardRules, rule) {
					r.HardRulesBroken += n
				}
			}
		}
		fmt.Println()
		r.BrokenByProfiles[profile.Name] = shares
	}
	r.Cues = found[caption.Default().Name].cues
}

// wordless counts what is heard where nobody says anything.
func wordless(ctx context.Context, engine speech.Engine, r *result) error {
	sounds := speechtest.Wordless(30 * time.Second)
	for _, name := range slices.Sorted(maps.Keys(sounds)) {
		heard, err := engine.Recognise(ctx, sounds[name], nil)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if n := len(heard.Words); n > 0 {
			fmt.Printf("%s: %d words were heard where nobody speaks: %s\n", name, n, speechtest.Text(heard.Words))
			r.Invented += n
		}
	}
	return nil
}

func mean(all []float64) (sum float64) {
	for _, v := range all {
		sum += v / float64(len(all))
	}
	return sum
}

func percentile(all []float64, share float64) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func worst(all []float64) float64 { return percentile(all, 1) }

func seconds(s float64) string {
	if s == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f s", s)
}
