package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
	"github.com/cuepipe/cuepipe/internal/speech/speechtest"
)

// hardRules are those that no cue may break where the speech leaves another way.
var hardRules = []caption.Rule{caption.RuleText, caption.RuleLineLength, caption.RuleLines, caption.RuleCPS, caption.RuleMinDuration,
	caption.RuleMaxDuration, caption.RuleOrder, caption.RuleOverlap, caption.RuleGap}

var profiles = []caption.Profile{caption.Default()}

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
	found := map[string]map[caption.Rule]int{}
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
		errors := speechtest.Errors(want, speechtest.Normalise(text(heard.Words)))
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
		r.Cues += judge(heard.Words, found, &r.HardRulesBroken)
	}
	r.WER, r.OnsetMean, r.OnsetP95 = float64(wrong)/float64(max(1, words)), mean(off), percentile(off, 0.95)
	r.BrokenByProfiles = map[string]map[string]float64{}
	for profile, rules := range found {
		r.BrokenByProfiles[profile] = map[string]float64{}
		for rule, n := range rules {
			r.BrokenByProfiles[profile][string(rule)] = float64(n) / float64(max(1, r.Cues))
		}
	}
	return wordless(ctx, engine, r)
}

// judge counts the cues that break a rule, by profile and rule, and those that
// break a hard one of the default profile. It returns the cues of that.
func judge(words []speech.Word, found map[string]map[caption.Rule]int, hard *int) (cues int) {
	for i, profile := range profiles {
		track := caption.Layout(words, profile)
		broken := map[caption.Rule]map[int]bool{}
		breaksHard := map[int]bool{}
		for _, f := range caption.Check(track, profile) {
			if broken[f.Rule] == nil {
				broken[f.Rule] = map[int]bool{}
			}
			broken[f.Rule][f.Cue] = true
			if slices.Contains(hardRules, f.Rule) {
				breaksHard[f.Cue] = true
			}
		}
		if found[profile.Name] == nil {
			found[profile.Name] = map[caption.Rule]int{}
		}
		for rule, at := range broken {
			found[profile.Name][rule] += len(at)
		}
		if i == 0 {
			*hard += len(breaksHard)
			cues = len(track)
		}
	}
	return cues
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
			fmt.Printf("%s: %d words were heard where nobody speaks: %s\n", name, n, text(heard.Words))
			r.Invented += n
		}
	}
	return nil
}

func text(words []speech.Word) string {
	var parts []string
	for _, w := range words {
		parts = append(parts, w.Text)
	}
	return strings.Join(parts, " ")
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
