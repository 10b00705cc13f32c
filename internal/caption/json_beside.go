package caption

import (
	"encoding/json"
	"errors"
)

// What WebVTT has beside the text, as members of JSON, so that a program that
// edits captions loses none of it. All of it is as safe as [WriteVTT] makes it.

// A jsonNote is a comment; before is the place, from 0, of the cue of the file
// that it stands before.
type jsonNote struct {
	Before int    `json:"before"`
	Text   string `json:"text"`
}

// besideJSON writes the members of a track that stand before its cues, each with
// a comma after it.
func besideJSON(t Track) (string, error) {
	var notes []jsonNote
	shown, at := 0, 0 // of the cues before the one at at
	for _, n := range t.Notes {
		for ; at < min(n.Before, len(t.Cues)); at++ {
			if len(cleanLines(t.Cues[at].Lines)) > 0 {
				shown++
			}
		}
		if text := safeNote(n.Text); text != "" {
			notes = append(notes, jsonNote{shown, text})
		}
	}
	b, err := json.Marshal(struct {
		Header  string     `json:"header,omitempty"`
		Styles  []string   `json:"styles,omitempty"`
		Regions []string   `json:"regions,omitempty"`
		Notes   []jsonNote `json:"notes,omitempty"`
	}{safeHeader(t.Header), safeBlocks(t.Styles), safeBlocks(t.Regions), notes})
	if err != nil {
		return "", err
	}
	if members := string(b[1 : len(b)-1]); members != "" {
		return members + ",", nil
	}
	return "", nil
}

// beside reads one of the members that stand beside the cues.
func (in *jsonReader) beside(key string) (known bool, err error) {
	blocks := func(into *[]string) error {
		return in.list(key, func() error {
			text, err := in.text("an item of " + key)
			*into = append(*into, safeBlocks([]string{text})...)
			return err
		})
	}
	switch key {
	case "header":
		in.track.Header, err = in.text(key)
		in.track.Header = safeHeader(in.track.Header)
	case "styles":
		err = blocks(&in.track.Styles)
	case "regions":
		err = blocks(&in.track.Regions)
	case "notes":
		err = in.list(key, in.note)
	default:
		return false, nil
	}
	return true, err
}

func (in *jsonReader) note() error {
	var n Note
	err := in.object("a comment", func(key string) (err error) {
		switch key {
		case "before":
			number, err := in.number(key)
			if err != nil {
				return err
			}
			before, err := number.Int64()
			if err != nil || before < 0 {
				return errors.New(`"before" should be the place of a cue, from 0`)
			}
			n.Before = int(before)
			return nil
		case "text":
			n.Text, err = in.text(key)
			return err
		}
		return in.skip()
	})
	if n.Text = safeNote(n.Text); err == nil && n.Text != "" {
		in.track.Notes = append(in.track.Notes, n)
	}
	return err
}

// besideCue reads what WebVTT has beside a cue's text.
func (in *jsonReader) besideCue(key string, c *Cue) (known bool, err error) {
	var into *string
	safe := safeID
	switch key {
	case "id":
		into = &c.ID
	case "settings":
		into, safe = &c.Settings, safeSettings
	case "markup":
		into, safe = &c.Markup, safeMarkup
	default:
		return false, nil
	}
	text, err := in.text(key)
	*into = safe(text)
	return true, err
}
