package media

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// players are the parts that the test binary can play; see TestMain. Each gets
// the arguments and returns the exit status.
var players = map[string]func(args []string) int{
	// copies its input, as an ffmpeg whose input is samples already.
	"copies": func(args []string) int {
		resp, err := http.Get(input(args))
		if err == nil {
			_, err = io.Copy(os.Stdout, resp.Body)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, input(args)+": Input/output error")
			return 0 // ffmpeg, too, takes a read error for the end
		}
		return 0
	},
	"refuses": func(args []string) int {
		fmt.Fprintf(os.Stderr, "[mov,mp4 @ 0x55d0c0de] moov atom not found\n%s: Invalid data found\n", input(args))
		return 1
	},
	"complains of fastseek": func(args []string) int {
		if slices.Contains(args, "+fastseek") {
			return 1
		}
		return 0
	},
	"dies": func([]string) int {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	},
	"tells its environment": func([]string) int {
		fmt.Print(strings.Join(os.Environ(), "\n"))
		return 0
	},
	// hangs with a child of its own, and both cannot be asked to stop.
	"hangs": func(args []string) int {
		signal.Ignore(syscall.SIGTERM, syscall.SIGINT)
		child := exec.Command(os.Args[0], "child")
		child.Stdout = os.Stdout
		if len(args) == 1 {
			fmt.Println("child", os.Getpid())
			select {}
		}
		if err := child.Start(); err != nil {
			return 1
		}
		fmt.Println("parent", os.Getpid())
		select {}
	},
	"talks": func([]string) int {
		fmt.Fprint(os.Stderr, strings.Repeat("nonsense\n", 100_000), "the last word\n")
		return 1
	},
	"never ends": func([]string) int {
		for {
			if _, err := os.Stdout.Write(make([]byte, 1<<16)); err != nil {
				return 1
			}
		}
	},
}

// input returns the argument behind -i.
func input(args []string) string { return args[slices.Index(args, "-i")+1] }

func decodeWith(t *testing.T, name string, src Source, to, limit time.Duration) ([]int16, error) {
	t.Helper()
	return Tools{FFmpeg: program(t, name), backoff: atOnce}.Decode(t.Context(), src, Window{To: to, Limit: limit})
}

// sound is seconds of samples, the nth of which is n.
func sound(seconds int) []byte {
	b := make([]byte, seconds*32000)
	for i := range len(b) / 2 {
		b[2*i], b[2*i+1] = byte(i), byte(i>>8)
	}
	return b
}

func TestDecodeReturnsTheWindowsSamples(t *testing.T) {
	src := &flaky{content: sound(10)}
	for _, c := range []struct {
		to, limit time.Duration
		samples   int
		err       error
	}{
		{0, time.Minute, 160000, nil},
		{0, 10 * time.Second, 160000, nil},
		{0, 10*time.Second - 63*time.Microsecond, 0, ErrTooLong}, // by one sample
		{4 * time.Second, time.Minute, 64000, nil},
		{4 * time.Second, 4 * time.Second, 64000, nil},
		{4 * time.Second, 3 * time.Second, 0, ErrTooLong},
		{time.Minute, time.Minute, 160000, nil}, // it ends before
		{time.Minute, 5 * time.Second, 0, ErrTooLong},
	} {
		pcm, err := decodeWith(t, "copies", src, c.to, c.limit)
		if !errors.Is(err, c.err) || len(pcm) != c.samples {
			t.Errorf("to %v, limit %v: %d samples, %v; want %d, %v", c.to, c.limit, len(pcm), err, c.samples, c.err)
			continue
		}
		for i, v := range pcm {
			if v != int16(i) {
				t.Fatalf("to %v: sample %d is %d", c.to, i, v)
			}
		}
		if cap(pcm) > 2*len(pcm)+1 {
			t.Errorf("to %v: %d samples keep the memory of %d", c.to, len(pcm), cap(pcm))
		}
	}
}

func TestMeasureCountsToTheLastSample(t *testing.T) {
	src := &flaky{content: sound(10)[:320000-62]} // 31 samples less
	for _, c := range []struct {
		limit, want time.Duration
		err         error
	}{
		{time.Hour, 10*time.Second - 31*time.Second/16000, nil},
		{10*time.Second - 31*time.Second/16000, 10*time.Second - 31*time.Second/16000, nil},
		{10*time.Second - 32*time.Second/16000, 0, ErrTooLong},
	} {
		d, err := Tools{FFmpeg: program(t, "copies"), backoff: atOnce}.Measure(t.Context(), src, c.limit)
		if d != c.want || !errors.Is(err, c.err) {
			t.Errorf("limit %v: %v, %v; want %v, %v", c.limit, d, err, c.want, c.err)
		}
	}
	for name, want := range map[string]error{"refuses": ErrNotMedia, "never ends": ErrTooLong} {
		if _, err := (Tools{FFmpeg: program(t, name)}).Measure(t.Context(), src, time.Minute); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	broken := &flaky{content: sound(10), trouble: func(int) int { return 0 }}
	_, err := Tools{FFmpeg: program(t, "copies"), backoff: atOnce}.Measure(t.Context(), broken, time.Hour)
	if !errors.Is(err, errFlaky) || errors.Is(err, ErrNotMedia) {
		t.Errorf("a store that fails: %v", err)
	}
	if _, err := (Tools{}).Measure(t.Context(), src, 0); err == nil || errors.Is(err, ErrNotMedia) {
		t.Errorf("no limit: %v", err)
	}
}

func TestCopyWritesAllOfTheSound(t *testing.T) {
	src := &flaky{content: sound(10)}
	for _, c := range []struct {
		limit   time.Duration
		samples int // at most; all of them where there is no error
		err     error
	}{
		{time.Hour, 160000, nil},
		{10 * time.Second, 160000, nil},
		{10*time.Second - time.Millisecond, 160000 - 16, ErrTooLong},
	} {
		var b bytes.Buffer
		err := Tools{FFmpeg: program(t, "copies"), backoff: atOnce}.Copy(t.Context(), src, c.limit, &b)
		if !errors.Is(err, c.err) || b.Len() > 2*c.samples || err == nil && !bytes.Equal(b.Bytes(), src.content) {
			t.Errorf("limit %v: %d bytes, %v; want %d samples, %v", c.limit, b.Len(), err, c.samples, c.err)
		}
	}
	for name, want := range map[string]error{"refuses": ErrNotMedia, "never ends": ErrTooLong} {
		if err := (Tools{FFmpeg: program(t, name)}).Copy(t.Context(), src, time.Minute, io.Discard); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	broken := &flaky{content: sound(10), trouble: func(int) int { return 0 }}
	err := Tools{FFmpeg: program(t, "copies"), backoff: atOnce}.Copy(t.Context(), broken, time.Hour, io.Discard)
	if !errors.Is(err, errFlaky) || errors.Is(err, ErrNotMedia) {
		t.Errorf("a store that fails: %v", err)
	}
	// What fails for the writer is no fault of the file, and ends the program.
	full := errors.New("there is no room")
	for _, name := range []string{"copies", "never ends"} {
		err := Tools{FFmpeg: program(t, name), backoff: atOnce}.Copy(t.Context(), src, time.Hour, writerFunc(func([]byte) (int, error) { return 0, full }))
		if !errors.Is(err, full) || errors.Is(err, ErrNotMedia) {
			t.Errorf("%s: %v, want %v", name, err, full)
		}
	}
	if err := (Tools{}).Copy(t.Context(), src, 0, io.Discard); err == nil || errors.Is(err, ErrNotMedia) {
		t.Errorf("no limit: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (w writerFunc) Write(p []byte) (int, error) { return w(p) }

func TestHowManyBytesAWindowReads(t *testing.T) {
	const size, film = 3_600_000, time.Hour // 1,000 bytes a second
	for _, c := range []struct {
		w    Window
		want int64
	}{
		{Window{}, size},
		{Window{Film: film}, size},
		{Window{From: time.Minute}, 0},
		{Window{To: time.Minute}, 0},
		{Window{To: time.Minute, Film: film}, 61_000},
		{Window{From: time.Minute, To: 3 * time.Minute, Film: film}, 121_000},
		{Window{From: 59 * time.Minute, To: 61 * time.Minute, Film: film}, 60_000},
		{Window{From: 59 * time.Minute, Film: film}, 60_000},
		{Window{From: 2 * time.Hour, To: 3 * time.Hour, Film: film}, 0}, // a duration that lied
	} {
		if got := c.w.bytes(size); got != c.want {
			t.Errorf("%+v: %d bytes, want %d", c.w, got, c.want)
		}
	}
}

func TestWindowsThatAreNone(t *testing.T) {
	for _, w := range [][3]time.Duration{{-1, 5, 5}, {5, 5, 5}, {5, 4, 5}, {0, 5, 0}} {
		_, err := Tools{}.Decode(t.Context(), &flaky{content: sound(1)}, Window{From: w[0], To: w[1], Limit: w[2]})
		if err == nil || errors.Is(err, ErrNotMedia) {
			t.Errorf("%v: %v", w, err)
		}
	}
}

func TestWhoseFaultAFailureIs(t *testing.T) {
	good := &flaky{content: sound(10)}
	broken := &flaky{content: sound(10), trouble: func(int) int { return 0 }}
	for _, c := range []struct {
		name string
		src  Source
		want error // nil: some other one than the file's
	}{
		{"refuses", good, ErrNotMedia},
		{"talks", good, ErrNotMedia},
		{"refuses", &flaky{}, ErrNotMedia}, // an empty file is not even shown to it
		{"dies", good, nil},
		{"copies", broken, errFlaky},
		{"never ends", good, ErrTooLong},
	} {
		pcm, err := decodeWith(t, c.name, c.src, 0, time.Minute)
		if err == nil || pcm != nil || c.want != nil && !errors.Is(err, c.want) || c.want != ErrNotMedia && errors.Is(err, ErrNotMedia) {
			t.Errorf("%s: %d samples, %v; want %v", c.name, len(pcm), err, c.want)
		}
		_, err = Tools{FFprobe: program(t, c.name), backoff: atOnce}.Probe(t.Context(), c.src)
		if c.want == ErrNotMedia && !errors.Is(err, ErrNotMedia) || c.want == errFlaky && !errors.Is(err, errFlaky) || err == nil {
			t.Errorf("probe, %s: %v; want %v", c.name, err, c.want)
		}
	}
	_, err := Tools{FFmpeg: t.TempDir() + "/nowhere"}.Decode(t.Context(), good, Window{Limit: time.Minute})
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrNotMedia) {
		t.Errorf("no such program: %v", err)
	}
}

func TestErrorsHaveTheProgramsLastWordsAndNoAddress(t *testing.T) {
	src := &flaky{content: sound(1)}
	_, err := decodeWith(t, "refuses", src, 0, time.Minute)
	if want := "decode: not readable as video or audio: [mov,mp4] moov atom not found; input: Invalid data found"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	_, err = decodeWith(t, "talks", src, 0, time.Minute)
	if err == nil || !strings.HasSuffix(err.Error(), "the last word") || len(err.Error()) > tailSize+1000 {
		t.Errorf("an error of %d bytes that ends with %.20q", len(err.Error()), err.Error()[len(err.Error())-20:])
	}
}

func TestTheChildGetsNothingOfTheEnvironment(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	t.Setenv("http_proxy", "http://127.0.0.1:1")
	s := start(t, t.Context(), &flaky{content: sound(1)})
	defer s.Close()
	var out []byte
	_, err := run(s, program(t, "tells its environment"), nil, func(r io.Reader) (err error) {
		out, err = io.ReadAll(r)
		return err
	})
	if err != nil || string(out) != "LC_ALL=C" {
		t.Errorf("%q, %v", out, err)
	}
}

// The whole family ends with the context, and run returns when it is gone.
func TestTheEndOfTheContextKillsTheGroup(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	ctx, cancel := context.WithCancelCause(t.Context())
	s := start(t, ctx, &flaky{content: sound(1)})
	enough := errors.New("the caller has had enough")
	var family []int
	_, err := run(s, program(t, "hangs"), []string{"-i", s.url}, func(r io.Reader) error {
		for range 2 {
			var who string
			var pid int
			if _, err := fmt.Fscan(r, &who, &pid); err != nil {
				return err
			}
			family = append(family, pid)
		}
		cancel(enough)
		_, err := io.ReadAll(r) // ends when nobody is left who could write
		return err
	})
	if !errors.Is(err, enough) || len(family) != 2 {
		t.Errorf("%v, family %v; want %v", err, family, enough)
	}
	for _, pid := range family {
		for alive(pid) { // it was killed, and may need a moment; the test's own deadline ends this if it was not
			runtime.Gosched()
		}
	}
	s.Close()
	for runtime.NumGoroutine() > goroutines { // the test's own deadline ends this if one leaks
		runtime.Gosched()
	}
}

// alive reports whether a process runs. A zombie does not: it only waits for
// whoever inherited it.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && !bytes.Contains(stat, []byte(") Z ")) && !bytes.Contains(stat, []byte(") X "))
}
