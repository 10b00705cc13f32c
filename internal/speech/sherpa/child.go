package sherpa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/cuepipe/cuepipe/internal/speech/sherpa/wire"
)

// ErrChild is a failure of the child process: it crashed, hung, or wrote what
// is no answer. The next sound gets a new one.
var ErrChild = errors.New("the recogniser's process failed")

// A child is one running process. It is used by one goroutine at a time.
type child struct {
	cmd      *exec.Cmd
	requests io.WriteCloser
	answers  io.ReadCloser
	said     *tail
	ended    chan struct{} // closed when the process is gone and reaped
	state    error         // of its end; read it after ended
	version  string        // of sherpa-onnx
}

// start starts program with a model's folder and waits until it has loaded the
// model. A child that does not get that far by ctx's end is killed.
func start(ctx context.Context, program, folder string) (*child, error) {
	theirIn, requests, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the recogniser's process: %w", err)
	}
	answers, theirOut, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the recogniser's process: %w", errors.Join(err, theirIn.Close(), requests.Close()))
	}
	c := &child{requests: requests, answers: answers, said: &tail{}, ended: make(chan struct{})}
	c.cmd = exec.Command(program, folder)
	// No credentials, no proxy: the child needs nothing of the environment.
	c.cmd.Env = []string{"LC_ALL=C"}
	// A group of its own, so that whatever it may start dies with it. Should
	// this process be killed, the child's standard input ends, and so does it.
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.Stdin, c.cmd.ExtraFiles = theirIn, []*os.File{theirOut} // descriptor wire.Answers
	c.cmd.Stdout, c.cmd.Stderr = c.said, c.said
	c.cmd.WaitDelay = time.Second // for a grandchild that keeps them open
	err = c.cmd.Start()
	_, _ = theirIn.Close(), theirOut.Close() // copies; the child has its own
	if err != nil {
		_, _ = requests.Close(), answers.Close()
		return nil, fmt.Errorf("start the recogniser's process: %w", err)
	}
	go func() {
		c.state = c.cmd.Wait()
		close(c.ended)
	}()
	return c, c.greet(ctx, folder)
}

// greet waits for the child's first words, and ends a child that has none.
func (c *child) greet(ctx context.Context, folder string) error {
	hello, err := during(ctx, c, func() (wire.Hello, error) { return wire.Read[wire.Hello](c.answers) })
	if err == nil && hello.Problem != "" {
		c.kill()
		return errors.New(hello.Problem)
	}
	if err != nil {
		return fmt.Errorf("load the model in %s: %w", folder, err)
	}
	c.version = hello.Version
	return nil
}

// ask has the child hear one sound. After an error the child is gone.
func (c *child) ask(ctx context.Context, pcm []int16) (wire.Answer, error) {
	answer, err := during(ctx, c, func() (wire.Answer, error) {
		if err := wire.WriteSound(c.requests, pcm); err != nil {
			return wire.Answer{}, err
		}
		answer, err := wire.Read[wire.Answer](c.answers)
		if err == nil {
			err = answer.Check(float64(len(pcm)) / sampleRate)
		}
		return answer, err
	})
	if err == nil && answer.Problem != "" {
		err = fmt.Errorf("%w: %s", ErrChild, answer.Problem) // the sound's failure; the child lives
	}
	return answer, err
}

// during talks with the child until ctx ends, which kills it, so that nothing
// that it does or does not do can hold up its caller. An error of the talk
// kills it, too: nobody knows what it would say next.
func during[T any](ctx context.Context, c *child, talk func() (T, error)) (T, error) {
	stop := context.AfterFunc(ctx, c.signal)
	said, err := talk()
	if !stop() {
		err = context.Cause(ctx) // even if it got through: it is dead by now
	} else if err != nil {
		// A child that has just died is about to be reaped: how it ended says more
		// than what could not be read.
		select {
		case <-c.ended:
		case <-time.After(100 * time.Millisecond):
		}
		err = fmt.Errorf("%w: %w", ErrChild, c.why(err))
	}
	if err != nil {
		c.kill()
		var none T
		return none, err
	}
	return said, nil
}

// why tells how the child ended and what it said last.
func (c *child) why(err error) error {
	select {
	case <-c.ended:
		if c.state != nil {
			err = fmt.Errorf("%w, %w", err, c.state)
		}
	default:
	}
	if said := c.said.String(); said != "" {
		err = fmt.Errorf("%w; it said: %s", err, said)
	}
	return err
}

// signal kills the child's group and waits for nothing. A group that is reaped
// is left alone: its number may be somebody else's by now.
func (c *child) signal() {
	select {
	case <-c.ended:
	default:
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // it may have ended by itself
	}
}

// kill ends the child. Nothing of it is left when kill returns.
func (c *child) kill() {
	c.signal()
	<-c.ended
	_, _ = c.requests.Close(), c.answers.Close() // the process behind them is gone
}

// alive reports whether the process has not ended.
func (c *child) alive() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// tail keeps the last bytes that were written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

const tailSize = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p[max(0, len(p)-tailSize):]...)
	t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	return len(p), nil
}

// String is one line for logs.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.FieldsFunc(strings.ToValidUTF8(string(t.kept), "?"), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines, "; ")
}
