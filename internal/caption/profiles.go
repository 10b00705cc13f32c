package caption

import (
	"fmt"
	"strings"
	"time"
)

// Profiles are the style guides that captions can be written and checked by,
// the default first. docs/profiles.md has their numbers side by side.
func Profiles() []Profile {
	return []Profile{Default(), netflix(), bbc(), ted(), dcmp()}
}

// ProfileNames are their names, in the same order.
func ProfileNames() (names []string) {
	for _, p := range Profiles() {
		names = append(names, p.Name)
	}
	return names
}

// ProfileByName returns the profile of [Profiles] with this name. The error of
// an unknown one lists those that there are.
func ProfileByName(name string) (Profile, error) {
	for _, p := range Profiles() {
		if p.Name == name {
			return p, nil
		}
	}
	names := ProfileNames()
	last := len(names) - 1
	return Profile{}, fmt.Errorf("there is no profile %q; the profiles are %s and %s", name, strings.Join(names[:last], ", "), names[last])
}

// ProfileOr returns the profile of this name, or the default where there is none
// of it: what was asked of an older version, or a newer one, is better laid out
// by another guide than not at all.
func ProfileOr(name string) Profile {
	p, err := ProfileByName(name)
	if err != nil {
		return Default()
	}
	return p
}

// netflix is the Timed Text Style Guide: the General Requirements, English
// (USA), and the Subtitle Timing Guidelines, on partnerhelp.netflixstudios.com.
// Its English Template guide had 17 characters a second as the limit for
// adults, and is older; this is the newer guide.
func netflix() Profile {
	return Profile{
		Name:            "netflix",
		Language:        "en",
		MaxCharsPerLine: 42,                     // English, "Character limitation"
		MaxLines:        2,                      // General, "Line treatment"
		TargetCPS:       17,                     // English, the limit for children: easy for everybody
		MaxCPS:          20,                     // English, the limit for adults
		MinDuration:     833 * time.Millisecond, // General, "Duration": 5/6 of a second
		MaxDuration:     7 * time.Second,        // General, "Duration"
		MinGap:          83 * time.Millisecond,  // Timing: two frames at any frame rate; here at 24 a second
		CloseGapsUnder:  500 * time.Millisecond, // Timing: 3 to 11 frames at 24 a second become two
		GapSlack:        17 * time.Millisecond,  // ours: so that two frames at 23.976, 25 and 30 a second count too
		MaxLinger:       500 * time.Millisecond, // Timing: out up to half a second after the speech
		MaxStretch:      500 * time.Millisecond, // Timing: no more for any reason
		MaxLead:         83 * time.Millisecond,  // Timing: in within two frames of the sound
		Pause:           700 * time.Millisecond, // ours, as in the default
		MaxPause:        2 * time.Second,        // ours, as in the default
	}
}

// bbc is the BBC's Subtitle Guidelines (bbc.co.uk/accessibility/forproducts/
// guides/subtitles), for prepared subtitles on a landscape picture. It counts
// words, not characters, and gives no longest time for a subtitle.
//
// It has two shortest times for a word: 0.33 s from its 160 to 180 words a
// minute (4), and "around 0.3 s", which would be 200 (4.1). The first is taken.
func bbc() Profile {
	return Profile{
		Name:            "bbc",
		Language:        "en",
		MaxCharsPerLine: 37,                     // 3.1: of teletext; who targets online too must keep it and 68 % of the width
		MaxLines:        2,                      // 3.3: more only where the picture allows, which cannot be seen here
		TargetWPM:       160,                    // 4
		MaxWPM:          180,                    // 4
		MinDuration:     833 * time.Millisecond, // ours, as in the default; a word alone would have 0.3 s
		MaxDuration:     7 * time.Second,        // ours, as in the default
		MinGap:          80 * time.Millisecond,  // ours: two frames at 25 a second
		CloseGapsUnder:  time.Second,            // 4.5: a gap lasts a second or more
		GapSlack:        40 * time.Millisecond,  // ours: one to three frames are a change of subtitles, no gap
		MaxLinger:       500 * time.Millisecond, // 5.1: out roughly with the speech
		MaxStretch:      500 * time.Millisecond, // 5.2: with a closed gap at most 1.5 s after the speech
		MaxLead:         200 * time.Millisecond, // 5.2: at most 1.5 s; ours, as in the default
		Pause:           700 * time.Millisecond, // ours, as in the default
		MaxPause:        2 * time.Second,        // ours, as in the default
		Silent:          []Rule{RuleMinDuration, RuleMaxDuration, RuleGap},
	}
}

// ted is the TED Translators Cheat-sheet (translations.ted.com). It says
// nothing of gaps, and its own subtitles have none.
func ted() Profile {
	return Profile{
		Name:            "ted",
		Language:        "en",
		MaxCharsPerLine: 42,                     // "Max line length"
		MaxLines:        2,                      // "Max number of lines"
		TargetCPS:       17,                     // ours, as in the default
		MaxCPS:          21,                     // "Max reading speed"
		MinDuration:     time.Second,            // "Subtitle duration"
		MaxDuration:     7 * time.Second,        // "Subtitle duration"
		MinGap:          83 * time.Millisecond,  // ours, as in the default
		CloseGapsUnder:  500 * time.Millisecond, // ours, as in the default
		MaxLinger:       500 * time.Millisecond, // ours, as in the default
		MaxStretch:      time.Second,            // ours, as in the default
		MaxLead:         100 * time.Millisecond, // "Subtitle start"
		Pause:           700 * time.Millisecond, // ours, as in the default
		MaxPause:        2 * time.Second,        // ours, as in the default
		Silent:          []Rule{RuleGap, RuleOpenGap},
	}
}

// dcmp is the Captioning Key of the Described and Captioned Media Program
// (dcmp.org/learn/captioningkey), for schools. It counts words and says that
// characters do not count.
//
// Its editions differ: an older one wants two seconds for every caption, 120 to
// 130 words a minute for children and 150 to 160 for adults; the newer one has
// 40 frames, and 130, 140 and 160 words for the lower, middle and upper level.
// The newer one is taken; its frames, its longest time and its lines as others
// quote them.
func dcmp() Profile {
	return Profile{
		Name:            "dcmp",
		Language:        "en",
		MaxCharsPerLine: 32,                      // Captioning Guidelines for the DCMP, I.A.1
		MaxLines:        2,                       // Captioning Key, "Text"
		TargetWPM:       140,                     // Captioning Key, "Presentation rate": middle level
		MaxWPM:          160,                     // Captioning Key, "Presentation rate": upper level
		MinDuration:     1333 * time.Millisecond, // Captioning Key, "Text": 40 frames, at 30 a second
		MaxDuration:     6 * time.Second,         // Captioning Key, "Text"
		MinGap:          83 * time.Millisecond,   // ours, as in the default
		CloseGapsUnder:  500 * time.Millisecond,  // ours, as in the default
		MaxLinger:       500 * time.Millisecond,  // ours, as in the default: "in sync"
		MaxStretch:      time.Second,             // ours, as in the default
		MaxLead:         200 * time.Millisecond,  // ours, as in the default
		Pause:           700 * time.Millisecond,  // ours, as in the default
		MaxPause:        2 * time.Second,         // ours, as in the default
		Silent:          []Rule{RuleGap, RuleOpenGap},
	}
}
