package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
)

// The whitelists name what may be opened. Without them a playlist that is
// called film.mp4 makes ffmpeg read files of this machine.
const (
	formats   = "mov,matroska,avi,mpegts,mp3,wav,flac,ogg,aac"
	protocols = "http,tcp"
)

// guard has the options that both programs take before an untrusted input.
func guard() []string {
	return []string{
		"-hide_banner",                   // no versions among the errors
		"-protocol_whitelist", protocols, // the loopback server, and nothing else
		"-format_whitelist", formats, // no playlists, no pictures
		"-max_alloc", "134217728", // no table of a hostile index is larger than 128 MiB
		"-probesize", "5000000", // bytes read to find the streams (ffmpeg's default)
		"-analyzeduration", "10000000", // µs of the film looked at for the same purpose
	}
}

// errEnough is what a consumer of output returns when it needs no more.
var errEnough = errors.New("enough output")

// run starts program with the file at s as its input and hands its standard
// output to consume. It returns what the program said and the first of: the
// source's or ctx's error, consume's error, and the program's own.
// Nothing of the program is left when run returns.
func run(s *rangeServer, program string, args []string, consume func(io.Reader) error) (said string, err error) {
	cmd := exec.CommandContext(s.ctx, program, args...)
	// No credentials, no proxy: the child needs nothing of the environment.
	cmd.Env = []string{"LC_ALL=C"}
	// A group of its own, so that whatever it may start dies with it. Should
	// this process be killed, the server goes too, and ffmpeg ends by itself.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	kill := func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.Cancel = kill
	var stderr tail
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("start %s: %w", program, err)
	}
	if err := cmd.Start(); err != nil {
		if s.ctx.Err() != nil {
			err = context.Cause(s.ctx)
		}
		return "", fmt.Errorf("start %s: %w", program, err)
	}
	consumed := consume(stdout)
	if consumed != nil {
		_ = kill() // it may have ended by itself
	}
	waited := cmd.Wait()
	said = clean(stderr.String(), s.url)
	switch {
	case s.ctx.Err() != nil:
		return said, context.Cause(s.ctx)
	case consumed != nil:
		return said, consumed
	}
	return said, verdict(waited, said)
}

// verdict says whose fault it is that a program failed that had its whole
// input: the file's, unless the program was killed or could not run.
func verdict(err error, said string) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Exited() {
		return fmt.Errorf("%w: %s", ErrNotMedia, said)
	}
	return err
}

var address = regexp.MustCompile(` @ 0x[0-9a-f]+\]`)

// clean makes what a program said fit for logs: one line, without the server's
// address and without memory addresses.
func clean(said, url string) string {
	said = strings.ReplaceAll(said, url, "input")
	said = address.ReplaceAllString(said, "]")
	return strings.Join(strings.FieldsFunc(said, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// tail keeps the last bytes that were written to it.
type tail struct{ kept []byte }

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p[max(0, len(p)-tailSize):]...)
	t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	return len(p), nil
}

func (t *tail) String() string { return strings.ToValidUTF8(string(t.kept), "?") }
