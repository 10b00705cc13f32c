package video

import (
	"fmt"
	"strconv"
	"strings"
)

// ServiceJob names what a service has in work for a generation of a video. The
// stack's name comes first, so that stacks in one account do not meet, and a
// rule can tell its own by a prefix: see ServiceJobs.
func ServiceJob(stack, id string, generation int) string {
	return fmt.Sprintf("%s%s.%d", ServiceJobs(stack), id, generation)
}

// ServiceJobs is what the names of a stack's jobs begin with.
func ServiceJobs(stack string) string { return stack + "." }

// OfServiceJob returns what ServiceJob was given, but for the stack.
func OfServiceJob(name string) (id string, generation int, ok bool) {
	rest, number, _ := cutLast(name)
	_, id, ok = cutLast(rest)
	generation, err := strconv.Atoi(number)
	if !ok || err != nil || generation < 1 || strconv.Itoa(generation) != number || !ValidID(id) {
		return "", 0, false
	}
	return id, generation, true
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '.')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// ServiceResult is where a service puts what it heard: below the video's own
// generation, so that it goes with the video.
func ServiceResult(id string, generation int) string {
	return fmt.Sprintf("%s%s/%d/service.json", ResultsPrefix, id, generation)
}

// ServiceSound is where the sound lies that a service hears, from before it is
// asked until the generation is over.
func ServiceSound(id string, generation int) string {
	return fmt.Sprintf("%s%s/%d/sound.wav", ResultsPrefix, id, generation)
}

// ServiceSounds are those of all generations up to one, that one's first. Each may
// have been left: a service that was to be heard of was not, or a worker died.
func ServiceSounds(id string, upTo int) (keys []string) {
	for generation := upTo; generation >= 1; generation-- {
		keys = append(keys, ServiceSound(id, generation))
	}
	return keys
}
