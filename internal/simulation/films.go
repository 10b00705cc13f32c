package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/internal/captioning/captioningtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

// filmCount is how many films there are. They are fixed: film n is the same in
// every run, so that its undisturbed end is made once.
const filmCount = 120

var filmBytes = func() func(int) []byte {
	made := sync.OnceValue(func() [][]byte {
		films := make([][]byte, filmCount)
		for n := range films {
			films[n] = newFilm(n)
		}
		return films
	})
	return func(n int) []byte { return made()[n] }
}()

// newFilm makes film n: up to five segments of words with pauses here and
// there, so that some borders have a pause and some have none.
func newFilm(n int) []byte {
	random := rand.New(rand.NewPCG(uint64(n), 0x66696c6d))
	var f captioningtest.Film
	pauses := []float64{0, 0.1, 0.4}[random.IntN(3)]
	segments := 1 + random.IntN(5)
	for i := 0; f.Length() < time.Duration(segments)*segmentLength-segmentLength/3; i++ {
		if random.Float64() < pauses {
			f.Words += "| "
		}
		f.Words += fmt.Sprintf("w%d ", i)
	}
	f.Breathless = random.IntN(4) == 0
	f.Noisy = random.IntN(4) == 0
	f.Header = f.Length()
	switch n % 20 {
	case 0:
		f.NoAudio = true
	case 1:
		f.Words = strings.Repeat("| ", 2+random.IntN(10))
		f.Header = f.Length()
	case 2, 3:
		f.Unsure = true
	case 4:
		return []byte("a text file")
	case 5, 6, 7:
		f.Header = 0 // says nothing
	case 8, 9:
		f.Header = f.Length() / 3 // lies
	case 10:
		f.Header *= 2
	case 11:
		f.Header, f.Sound = time.Second, video.MaxDuration+time.Second
	case 12:
		f.Header = video.MaxDuration + time.Second
	case 13:
		f.Header = 0
		f.Words = "w0 "
	}
	return f.Bytes()
}
