package caption

// MostAnswered is of how many bytes captions may be in a format, as Answered
// counts them, for a function to answer with them: Lambda takes 6 MiB (6,291,456
// bytes) for the whole answer, in which they are one JSON text.
const MostAnswered = 6_000_000

// MostFindings of a report are kept where a function is to answer with it. A file
// that breaks some rule in every cue would otherwise have a report of many times
// its own size.
const MostFindings = 10_000

// Answered is how many bytes a text has as a JSON text: a line break, a quotation
// mark and a backslash have two.
func Answered(body []byte) int {
	n := len(body)
	for _, c := range body {
		if c == '\n' || c == '"' || c == '\\' {
			n++
		}
	}
	return n
}
