package spike

import (
	"context"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// Latency is how the API answered, in seconds.
type Latency struct {
	Calls  int     `json:"calls"`
	Errors int     `json:"errors"` // other answers than 200, and none
	P50    float64 `json:"p50_s"`
	P99    float64 `json:"p99_s"`
	Max    float64 `json:"max_s"`
}

// askEvery is how often the API is asked, unless its answer takes longer.
const askEvery = 500 * time.Millisecond

// A caller asks the API as a page does, without a second try.
type caller struct {
	api, token string
	times      []time.Duration
	errors     int
}

// ask goes on until ctx ends: for the first page of videos, and for one of
// those that have arrived, in turn.
func (c *caller) ask(ctx context.Context, ids func() []string) {
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		path := "/v1/videos?limit=20"
		if there := ids(); n%2 == 1 && len(there) > 0 {
			path = "/v1/videos/" + there[rand.IntN(len(there))]
		}
		began := time.Now()
		ok := c.get(ctx, path)
		if ctx.Err() != nil {
			return
		}
		c.times = append(c.times, time.Since(began))
		if !ok {
			c.errors++
		}
	}
}

func (c *caller) get(ctx context.Context, path string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.api+path, nil)
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (c *caller) latency() Latency {
	l := Latency{Calls: len(c.times), Errors: c.errors}
	if len(c.times) == 0 {
		return l
	}
	times := slices.Sorted(slices.Values(c.times))
	at := func(part float64) float64 {
		i := int(math.Ceil(part*float64(len(times)))) - 1
		return math.Round(times[max(0, i)].Seconds()*1000) / 1000
	}
	l.P50, l.P99, l.Max = at(0.5), at(0.99), at(1)
	return l
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }
