package speechtest

import (
	"slices"
	"testing"
)

func TestNormalise(t *testing.T) {
	got := Normalise("1. Feed'st thy LIGHT’S flame, self-substantial: 12!")
	want := []string{"one", "feedst", "thy", "lights", "flame", "self", "substantial", "12"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestErrorsAndMatch(t *testing.T) {
	tests := []struct {
		said, heard string
		errors      int
		match       []int
	}{
		{"a b c", "a b c", 0, []int{0, 1, 2}},
		{"a b c", "", 3, []int{-1, -1, -1}},
		{"", "a b", 2, []int{}},
		{"a b c", "a x c", 1, []int{0, -1, 2}},
		{"a b c", "a c", 1, []int{0, -1, 1}},
		{"a b c", "y a b b c", 2, []int{1, 3, 4}},
	}
	for _, test := range tests {
		said, heard := Normalise(test.said), Normalise(test.heard)
		if got := Errors(said, heard); got != test.errors {
			t.Errorf("%q as %q: %d errors, want %d", test.said, test.heard, got, test.errors)
		}
		if got := Match(said, heard); !slices.Equal(got, test.match) {
			t.Errorf("%q as %q: matches %v, want %v", test.said, test.heard, got, test.match)
		}
	}
}
