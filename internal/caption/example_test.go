package caption_test

import (
	"fmt"
	"os"
	"time"

	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

func ExampleLayout() {
	words := []speech.Word{
		{Text: "Nobody", Start: 400 * time.Millisecond, End: 800 * time.Millisecond},
		{Text: "knows", Start: 800 * time.Millisecond, End: 1100 * time.Millisecond},
		{Text: "why.", Start: 1100 * time.Millisecond, End: 1500 * time.Millisecond},
		{Text: "Do", Start: 2700 * time.Millisecond, End: 2900 * time.Millisecond},
		{Text: "you?", Start: 2900 * time.Millisecond, End: 3100 * time.Millisecond},
	}
	cues := caption.Layout(words, caption.Default())
	if err := caption.WriteVTT(os.Stdout, caption.Track{Language: "en", Cues: cues}); err != nil {
		fmt.Println(err)
	}
	fmt.Println("findings:", len(caption.Check(cues, caption.Default())))
	// Output:
	// WEBVTT
	//
	// 00:00:00.400 --> 00:00:01.500
	// Nobody knows why.
	//
	// 00:00:02.700 --> 00:00:03.533
	// Do you?
	// findings: 0
}
