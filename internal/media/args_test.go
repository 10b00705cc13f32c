package media

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEveryInputIsGuarded(t *testing.T) {
	const url = "http://127.0.0.1:1/x"
	for name, args := range map[string][]string{
		"probe":  probeArgs(url),
		"decode": decodeArgs(url, Window{From: time.Second, To: 2 * time.Second, Limit: time.Minute}),
	} {
		at := slices.Index(args, "-i")
		if at < 0 || args[at+1] != url {
			t.Fatalf("%s: no input in %v", name, args)
		}
		before := strings.Join(args[:at], " ")
		for _, guard := range []string{
			"-protocol_whitelist http,tcp ",
			"-format_whitelist mov,matroska,avi,mpegts,mp3,wav,flac,ogg,aac ",
			"-max_alloc ", "-probesize ", "-analyzeduration ",
		} {
			if !strings.Contains(before, guard) {
				t.Errorf("%s: %q is missing before the input: %s", name, guard, before)
			}
		}
	}
}

func TestWindowsAreSoughtBeforeTheInput(t *testing.T) {
	for _, c := range []struct {
		from, to, limit time.Duration
		seek, length    string
	}{
		{0, 0, 15 * time.Minute, "", "901.000000"},
		{0, 10 * time.Second, 15 * time.Minute, "", "11.000000"},
		{90500 * time.Millisecond, 100 * time.Second, 15 * time.Minute, "90.500000", "10.500000"},
		{time.Hour, 2 * time.Hour, time.Minute, "3600.000000", "61.000000"},
	} {
		args := decodeArgs("URL", Window{From: c.from, To: c.to, Limit: c.limit})
		args = args[:slices.Index(args, "-i")]
		var seek string
		if at := slices.Index(args, "-ss"); at >= 0 {
			seek = args[at+1]
		}
		if length := args[slices.Index(args, "-t")+1]; seek != c.seek || length != c.length {
			t.Errorf("[%v, %v) of at most %v: -ss %q -t %q, want %q and %q", c.from, c.to, c.limit, seek, length, c.seek, c.length)
		}
	}
}

func TestSamplesOfADuration(t *testing.T) {
	for d, want := range map[time.Duration]int{
		0: 0, time.Second: 16000, time.Second / 16000: 1, time.Second/16000 - 1: 0,
		15 * time.Minute: 14_400_000, 100 * time.Hour: 5_760_000_000,
	} {
		if got := samples(d); got != want {
			t.Errorf("%v: %d samples, want %d", d, got, want)
		}
	}
}
