package caption

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// The head of our TTML: the text profile of IMSC 1.1
// (https://www.w3.org/TR/ttml-imsc1.1/), white on black at the bottom, in the
// middle 80 % of the picture, as broadcasters have it; the box is behind the
// words only, and so belongs to a span. xml:space keeps two
// spaces in a row, as the other formats do.
const headTTML = `<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1.1/text" ttp:timeBase="media" ttp:cellResolution="32 15" xml:space="preserve" xml:lang="%s">
  <head>
    <styling>
      <style xml:id="text" tts:fontFamily="proportionalSansSerif" tts:fontSize="80%%" tts:lineHeight="125%%" tts:textAlign="center" tts:color="white"/>
      <style xml:id="box" tts:backgroundColor="black"/>
    </styling>
    <layout>
      <region xml:id="bottom" tts:origin="10%% 70%%" tts:extent="80%% 25%%" tts:displayAlign="after" tts:overflow="visible"/>
    </layout>
  </head>
  <body region="bottom" style="text">
    <div>
`

const tailTTML = `    </div>
  </body>
</tt>
`

// WriteTTML writes a track as TTML in the text profile of IMSC 1.1, cue by cue,
// under the same terms as [WriteVTT]. The two characters of plain text that XML
// does not allow, U+FFFE and U+FFFF, become U+FFFD.
func WriteTTML(w io.Writer, t Track) error {
	out := bufio.NewWriter(w) // it keeps its error until Flush
	agents, metadata := agentsTTML(t.Cues)
	fmt.Fprint(out, headOf(t, metadata))
	for i, cue := range t.Cues {
		lines := cleanLines(cue.Lines)
		if len(lines) == 0 {
			continue
		}
		if err := writable(cue); err != nil {
			return fmt.Errorf("write TTML: cue %d: %w", i+1, err)
		}
		for j, line := range lines {
			lines[j] = escapeXML.Replace(line)
		}
		agent := ""
		if n := agents[clean(cue.Speaker)]; n > 0 {
			agent = fmt.Sprintf(" ttm:agent=\"speaker%d\"", n)
		}
		fmt.Fprintf(out, "      <p begin=\"%s\" end=\"%s\"%s><span style=\"box\">%s</span></p>\n",
			formatTime(cue.Start, "."), formatTime(cue.End, "."), agent, strings.Join(lines, "<br/>"))
	}
	fmt.Fprint(out, tailTTML)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write TTML: %w", err)
	}
	return nil
}

// headOf is the head of a track, with metadata, if there are some.
func headOf(t Track, metadata string) string {
	head := fmt.Sprintf(headTTML, escapeXML.Replace(clean(t.Language)))
	if metadata == "" {
		return head
	}
	head = strings.Replace(head, " ttp:", ` xmlns:ttm="http://www.w3.org/ns/ttml#metadata" ttp:`, 1)
	return strings.Replace(head, "  <head>\n", "  <head>\n    <metadata>\n"+metadata+"    </metadata>\n", 1)
}

// agentsTTML numbers the speakers from 1, and makes what the head says of them.
func agentsTTML(cues []Cue) (agents map[string]int, metadata string) {
	agents = map[string]int{}
	for _, c := range cues {
		name := clean(c.Speaker)
		if name == "" || agents[name] > 0 {
			continue
		}
		agents[name] = len(agents) + 1
		metadata += fmt.Sprintf("      <ttm:agent xml:id=\"speaker%d\" type=\"person\"><ttm:name type=\"alias\">%s</ttm:name></ttm:agent>\n",
			agents[name], escapeXML.Replace(name))
	}
	return agents, metadata
}

var escapeXML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\ufffe", "\ufffd", "\uffff", "\ufffd")
