package speechtest

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech"
)

// Wordless are sounds in which nobody says anything, by name, each as long as
// length. They are the same at every call.
func Wordless(length time.Duration) map[string][]int16 {
	n := speech.Samples(length)
	random := rand.New(rand.NewPCG(1, 2))
	sounds := map[string][]int16{}
	record := func(name string, sample func(i int) float64) {
		pcm := make([]int16, n)
		for i := range pcm {
			pcm[i] = int16(max(-1, min(1, sample(i))) * math.MaxInt16)
		}
		sounds[name] = pcm
	}
	at := func(i int) float64 { return float64(i) / speech.SampleRate }
	tone := func(i int, hertz float64) float64 { return math.Sin(2 * math.Pi * hertz * at(i)) }

	record("silence", func(int) float64 { return 0 })
	record("quiet hiss", func(int) float64 { return 0.001 * random.NormFloat64() })
	record("white noise", func(int) float64 { return 0.2 * random.NormFloat64() })
	pink := pinkNoise(random)
	record("pink noise", func(int) float64 { return 0.1 * pink() })
	record("loud pink noise", func(int) float64 { return 0.4 * pink() })
	record("noise that swells", func(i int) float64 { return 0.2 * pink() * (1 + tone(i, 0.7)) })
	record("tone of 440 Hz", func(i int) float64 { return 0.3 * tone(i, 440) })
	record("mains hum", func(i int) float64 { return 0.2*tone(i, 50) + 0.1*tone(i, 150) })
	record("rising tone", func(i int) float64 { return 0.3 * math.Sin(2*math.Pi*(100*at(i)+75*at(i)*at(i))) })
	record("beeps", func(i int) float64 {
		if at(i)-math.Floor(at(i)) > 0.2 {
			return 0
		}
		return 0.4 * tone(i, 1000)
	})
	record("dialling", func(i int) float64 {
		if math.Mod(at(i), 0.25) > 0.15 {
			return 0
		}
		k := int(at(i) / 0.25)
		return 0.2*tone(i, []float64{697, 770, 852, 941}[k%4]) + 0.2*tone(i, []float64{1209, 1336, 1477}[k%3])
	})
	record("clicks", func(i int) float64 {
		if i%8000 < 20 {
			return 0.8
		}
		return 0
	})
	record("melody", func(i int) float64 { return melody(at(i), 0.4, 0) })
	record("melody with chords and a beat", func(i int) float64 {
		beat := math.Mod(at(i), 0.5)
		return melody(at(i), 0.25, 0) + melody(at(i), 0.15, 4) + melody(at(i), 0.15, 7) + 0.2*random.NormFloat64()*math.Exp(-30*beat)
	})
	return sounds
}

// melody plays a scale up and down in notes of 0.4 s with five partials, a
// soft attack, a decay and some vibrato; shift is in semitones.
func melody(t, volume float64, shift int) float64 {
	scale := []int{0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2}
	note := math.Mod(t, 0.4)
	hertz := 220 * math.Pow(2, float64(scale[int(t/0.4)%len(scale)]+shift)/12)
	envelope := math.Min(1, note/0.03) * math.Exp(-3*note)
	sum := 0.0
	for partial := 1.0; partial <= 5; partial++ {
		sum += math.Sin(2*math.Pi*hertz*partial*t+0.3*math.Sin(2*math.Pi*5*t)) / partial
	}
	return volume * envelope * sum
}

// pinkNoise filters white noise by Paul Kellet's economical method.
func pinkNoise(random *rand.Rand) func() float64 {
	var a, b, c float64
	return func() float64 {
		white := random.NormFloat64()
		a = 0.99765*a + white*0.0990460
		b = 0.96300*b + white*0.2965164
		c = 0.57000*c + white*1.0526913
		return (a + b + c + white*0.1848) / 4
	}
}
