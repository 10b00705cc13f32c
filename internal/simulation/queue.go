package simulation

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"github.com/cuepipe/cuepipe/internal/sqsjobs"
	"github.com/cuepipe/cuepipe/internal/video"
)

// A queue behaves as SQS does: at least once, in no order, hidden from others
// while somebody works on it, and a dead letter after so many tries.
type queue struct {
	name       string
	visibility time.Duration
	batch      int
	dead       *queue // nil: tries without end
	role       string // of the function behind it
	worker     func(m events.SQSMessage) func(context.Context, *ports) error

	messages []*message
	inWork   int // invocations
	// Every message that was ever sent ended in one of these ways.
	sent, acknowledged, died, lost int
}

// A message is in the queue until it is acknowledged or dies.
type message struct {
	number   int
	body     string
	video    string // that it names; empty for junk
	visible  time.Time
	receives int
	// troubled counts the receives that ended badly for a cause: a fault of the
	// worker, of its process or of the delivery, or a video that was taken from
	// under its hands. open counts those that have not ended.
	troubled, open int
	gone           bool
}

// An invocation is a batch in the hands of one process, or one call of the API.
type invocation struct {
	queue    *queue
	messages []*message
	workers  []*worker
	answered bool
}

// send queues a message: of a worker, or of S3 or a stranger where from is nil.
func (r *run) send(q *queue, from *worker, video, body string, delay time.Duration) {
	copies := 1
	if r.happens(SentTwice) {
		copies = 2
	}
	for range copies {
		if r.happens(Late) {
			delay += r.upTo(10 * time.Minute)
		}
		r.moved++
		r.sentMessages++
		q.sent++
		// Of what comes from S3, nobody else would ever tell.
		if from != nil && r.losesMessage(from) {
			r.excused[video] = true
			q.lost++
			continue
		}
		q.messages = append(q.messages, &message{number: r.sentMessages, body: body, video: video, visible: r.clock.Add(delay)})
	}
}

// losesMessage says that the queue loses a message of ours: seldom, but for
// those of the sweeper, who is there for what was lost and would hardly ever
// find that his own were.
func (r *run) losesMessage(from *worker) bool {
	if from.role == "sweeper" && !r.quiet && r.mood.kinds[MessageLost] && r.random.IntN(5) > 0 {
		r.counts.Faults[MessageLost]++
		return true
	}
	return r.random.IntN(3) == 0 && r.happens(MessageLost)
}

// visibleIn returns the messages that may be received now. Those that were
// tried often enough become dead letters instead.
func (r *run) visibleIn(q *queue) []*message {
	found := r.found[:0]
	for i := 0; i < len(q.messages); i++ {
		m := q.messages[i]
		if m.visible.After(r.clock) {
			continue
		}
		if q.dead != nil && m.receives >= video.MaxTries {
			r.bury(q, m)
			i--
			continue
		}
		found = append(found, m)
	}
	r.found = found
	return found
}

// bury moves a message to the dead letters.
func (r *run) bury(q *queue, m *message) {
	if m.troubled+m.open < video.MaxTries && m.video != "" {
		r.fail("message %d of %s died after %d tries, of which only %d were disturbed: %s", m.number, q.name, m.receives, m.troubled+m.open, m.body)
	}
	q.remove(m)
	q.died++
	q.dead.sent++
	r.deadLetters[m.video] = true
	q.dead.messages = append(q.dead.messages, &message{number: m.number, body: m.body, video: m.video, visible: r.clock})
	r.traceWorld("message %d of %s is a dead letter", m.number, q.name)
}

func (q *queue) remove(m *message) {
	for i, other := range q.messages {
		if other == m {
			q.messages = append(q.messages[:i], q.messages[i+1:]...)
			m.gone = true
			return
		}
	}
}

// deliver hands a batch of visible messages to a new invocation.
func (r *run) deliver(q *queue, visible []*message) {
	n := min(len(visible), 1+r.random.IntN(min(q.batch, r.mood.batch)))
	r.random.Shuffle(len(visible), func(i, j int) { visible[i], visible[j] = visible[j], visible[i] })
	i := &invocation{queue: q}
	q.inWork++
	for _, m := range visible[:n] {
		m.receives++
		m.open++
		r.counts.Deliveries++
		m.visible = r.clock.Add(q.visibility)
		if r.happens(DeliveredTwice) {
			m.visible = r.clock
		}
		sqs := events.SQSMessage{MessageId: "message-" + strconv.Itoa(m.number), Body: m.body, EventSourceARN: "arn:aws:sqs:::" + q.name,
			Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(m.receives)}}
		w := r.spawn(q.role, m.video, q.worker(sqs))
		w.invocation = i
		i.messages = append(i.messages, m)
		i.workers = append(i.workers, w)
		r.trace(w, "receives", fmt.Sprintf("message %d of %s, time %d: %s", m.number, q.name, m.receives, m.body), None)
	}
}

// leave answers for an invocation once all of its workers have ended: what
// succeeded is deleted, the rest comes again. A process that died does not
// answer, and all of it comes again.
func (r *run) leave(i *invocation) {
	for _, w := range i.workers {
		if !w.ended {
			return
		}
	}
	if i.queue == nil {
		r.checkUnderWay(i.workers[0])
		return
	}
	if i.answered {
		return
	}
	i.answered = true
	i.queue.inWork--
	dead := false
	for _, w := range i.workers {
		dead = dead || w.dead
	}
	lost := !dead && r.happens(AnswerLost)
	for n, m := range i.messages {
		w := i.workers[n]
		overrun := !m.visible.After(r.clock) // it may be in other hands already
		m.open--
		if w.faults > 0 || w.err != nil || dead || lost || overrun {
			m.troubled++
		}
		switch {
		case m.gone, dead, lost:
		case w.err == nil && w.panicked == nil:
			i.queue.remove(m)
			i.queue.acknowledged++
		case !overrun:
			m.visible = r.clock.Add(sqsjobs.Backoff(i.queue.visibility, m.receives))
		}
	}
	for _, w := range i.workers {
		r.checkUnderWay(w)
	}
}
