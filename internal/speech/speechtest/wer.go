// Package speechtest measures recognised speech against what was said, for
// tests and benchmarks.
package speechtest

import (
	"regexp"
	"strings"
)

var (
	notInWords = regexp.MustCompile(`[^a-z0-9]+`)
	digits     = strings.NewReplacer("0", " zero ", "1", " one ", "2", " two ", "3", " three ", "4", " four ",
		"5", " five ", "6", " six ", "7", " seven ", "8", " eight ", "9", " nine ")
)

// Normalise returns the words of a text in lower case, without punctuation
// and apostrophes, single digits spelled out.
func Normalise(text string) []string {
	text = strings.ToLower(text)
	text = strings.NewReplacer("'", "", "’", "").Replace(text)
	words := strings.Fields(notInWords.ReplaceAllString(text, " "))
	for i, w := range words {
		if len(w) == 1 {
			words[i] = strings.TrimSpace(digits.Replace(w))
		}
	}
	return words
}

// Errors is the least number of words that must be put in, taken out or
// replaced to make heard from said; divided by len(said) it is the word error
// rate.
func Errors(said, heard []string) int {
	return distances(said, heard)[len(said)][len(heard)]
}

// Match returns, for each word of said, the place of the same word in heard
// in an alignment with the fewest errors, or -1.
func Match(said, heard []string) []int {
	d := distances(said, heard)
	match := make([]int, len(said))
	i, j := len(said), len(heard)
	for i > 0 {
		match[i-1] = -1
		switch {
		case j > 0 && said[i-1] == heard[j-1] && d[i][j] == d[i-1][j-1]:
			match[i-1] = j - 1
			i, j = i-1, j-1
		case j > 0 && d[i][j] == d[i-1][j-1]+1:
			i, j = i-1, j-1
		case d[i][j] == d[i-1][j]+1:
			i--
		default:
			j--
		}
	}
	return match
}

func distances(said, heard []string) [][]int {
	d := make([][]int, len(said)+1)
	for i := range d {
		d[i] = make([]int, len(heard)+1)
		d[i][0] = i
	}
	for j := range heard {
		d[0][j+1] = j + 1
	}
	for i, s := range said {
		for j, h := range heard {
			change := d[i][j]
			if s != h {
				change++
			}
			d[i+1][j+1] = min(change, d[i][j+1]+1, d[i+1][j]+1)
		}
	}
	return d
}
