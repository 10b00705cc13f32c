package caption

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A clockTTML turns a document's time expressions into times, by the parameters
// on its root (https://www.w3.org/TR/ttml2/#timing-value-timeExpression).
type clockTTML struct {
	frames int     // counted in a second of hh:mm:ss:ff
	rate   float64 // frames that pass in a second: 24 counted ones may be 23.976
	ticks  float64 // a second
	smpte  bool    // hh:mm:ss is counted in frames, too
}

// newClockTTML reads the attributes of the root.
func newClockTTML(root []xml.Attr) (c clockTTML, err error) {
	c.frames = 30
	multiplier := 1.0
	subFrames, framesGiven, ticksGiven, drop := 1, false, false, ""
	for _, a := range root {
		value := strings.TrimSpace(a.Value)
		switch a.Name.Local {
		case "frameRate":
			framesGiven = true
			c.frames, err = positive(a.Name.Local, value)
		case "subFrameRate":
			subFrames, err = positive(a.Name.Local, value)
		case "tickRate":
			ticksGiven = true
			var ticks int
			ticks, err = positive(a.Name.Local, value)
			c.ticks = float64(ticks)
		case "frameRateMultiplier":
			multiplier, err = ratio(a.Name.Local, value)
		case "timeBase":
			c.smpte = value == "smpte"
			if value != "media" && !c.smpte {
				err = fmt.Errorf("timeBase is %.40q; only media and smpte can be read", value)
			}
		case "dropMode":
			drop = value
		}
		if err != nil {
			return c, err
		}
	}
	if c.smpte && drop != "" && drop != "nonDrop" {
		return c, fmt.Errorf("dropMode is %.40q; only nonDrop can be read", drop)
	}
	c.rate = float64(c.frames) * multiplier
	if !ticksGiven {
		c.ticks = 1
		if framesGiven {
			c.ticks = float64(c.frames) * float64(subFrames)
		}
	}
	return c, nil
}

func positive(name, s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > 1_000_000_000 {
		return 0, fmt.Errorf("%s is %.40q; it should be a whole number above 0", name, s)
	}
	return n, nil
}

// ratio reads "1000 1001", or with a colon as in the first TTML.
func ratio(name, s string) (float64, error) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ':' })
	if len(parts) != 2 {
		return 0, fmt.Errorf("%s is %.40q; it should be two numbers, such as 1000 1001", name, s)
	}
	over, err := positive(name, parts[0])
	if err != nil {
		return 0, err
	}
	under, err := positive(name, parts[1])
	return float64(over) / float64(under), err
}

var (
	clockTime  = regexp.MustCompile(`^([0-9]{1,4}):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]{1,18})|:([0-9]{2,6})(?:\.[0-9]{1,6})?)?$`)
	offsetTime = regexp.MustCompile(`^([0-9]{1,18}(?:\.[0-9]{1,18})?)(h|ms|m|s|f|t)$`)
)

// parse reads a time expression, to the nearest millisecond.
func (c clockTTML) parse(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	seconds, err := c.seconds(s)
	if err != nil {
		return 0, err
	}
	milli := math.Round(seconds * 1000)
	if milli >= float64(maxWritten.Milliseconds()) {
		return 0, fmt.Errorf("the time %.40q is after more than 9999 hours", s)
	}
	return time.Duration(milli) * time.Millisecond, nil
}

func (c clockTTML) seconds(s string) (float64, error) {
	if m := clockTime.FindStringSubmatch(s); m != nil {
		number := func(digits string) float64 {
			f, _ := strconv.ParseFloat("0"+digits, 64) // digits only, by the pattern
			return f
		}
		whole := number(m[1])*3600 + number(m[2])*60 + number(m[3])
		frames := number(m[5])
		if frames >= float64(c.frames) {
			return 0, fmt.Errorf("the time %.40q has frame %s, and the document %d frames a second; set ttp:frameRate", s, m[5], c.frames)
		}
		if c.smpte {
			return (whole*float64(c.frames)+frames)/c.rate + number("."+m[4]), nil
		}
		return whole + frames/c.rate + number("."+m[4]), nil
	}
	m := offsetTime.FindStringSubmatch(s)
	if m == nil {
		return 0, fmt.Errorf("%.40q is not a time like 00:01:02.345, 00:01:02:12 or 62.345s", s)
	}
	n, _ := strconv.ParseFloat(m[1], 64) // digits and a point only, by the pattern
	switch m[2] {
	case "h":
		return n * 3600, nil
	case "m":
		return n * 60, nil
	case "ms":
		return n / 1000, nil
	case "f":
		return n / c.rate, nil
	case "t":
		return n / c.ticks, nil
	}
	return n, nil
}
