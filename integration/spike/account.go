package spike

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// An Upload is one video that was created and whose file S3 took.
type Upload struct {
	ID      string
	Content string
}

// An Object is one version of something stored of a video. Its name has an
// asterisk for the video's id.
type Object struct{ Name, ETag string }

// An End is how a video ended, and what there is of it.
type End struct {
	Status, Code string
	Generation   int
	Objects      []Object
}

// An Account is what became of all uploads. Each upload is counted once at most,
// in the first of these that it is.
type Account struct {
	// Lost have no end, or lack an object that they must have.
	Lost int `json:"lost"`
	// Doubled have an object or a version more than they must have, another
	// generation than the first, or ended more than once.
	Doubled int `json:"doubled"`
	// Wrong ended otherwise than the same content before, or in other bytes.
	Wrong int `json:"wrong"`
	// Says has a sentence for some of them.
	Says []string `json:"says,omitempty"`
}

// sentences is how many of what is wrong are told one by one.
const sentences = 10

// account holds what there is of each upload against what there was of the same
// content when it was alone. ends counts how often each was seen to end.
func account(uploads []Upload, found map[string]End, ends map[string]int, alone map[string]End) Account {
	var a Account
	for _, u := range uploads {
		count, why := a.judge(u, found, ends[u.ID], alone[u.Content])
		if count == nil {
			continue
		}
		*count++
		if len(a.Says) < sentences {
			a.Says = append(a.Says, fmt.Sprintf("%s (%s): %s", u.ID, u.Content, why))
		}
	}
	return a
}

func (a *Account) judge(u Upload, found map[string]End, ends int, want End) (*int, string) {
	got, ok := found[u.ID]
	missing, more := difference(want.Objects, got.Objects)
	switch {
	case !ok:
		return &a.Lost, "it has no item"
	case !ended(got.Status):
		return &a.Lost, "it is still " + got.Status
	case got.Generation != want.Generation:
		return &a.Doubled, fmt.Sprintf("its generation is %d", got.Generation)
	case ends > 1:
		return &a.Doubled, fmt.Sprintf("it ended %d times", ends)
	case got.Status != want.Status || got.Code != want.Code:
		return &a.Wrong, fmt.Sprintf("it is %s %s, not %s %s", got.Status, got.Code, want.Status, want.Code)
	case len(missing) > 0:
		return &a.Lost, "it lacks " + strings.Join(missing, ", ")
	case len(more) > 0:
		return &a.Doubled, "it has also " + strings.Join(more, ", ")
	}
	for i, o := range sorted(got.Objects) {
		if o.ETag != sorted(want.Objects)[i].ETag {
			return &a.Wrong, o.Name + " has other bytes"
		}
	}
	return nil, ""
}

// ended reports whether nothing more happens to a video of that status.
func ended(status string) bool {
	return status == "ready" || status == "uncaptioned" || status == "failed"
}

// difference names what is in want and not in got, and the other way round;
// what is there twice counts twice.
func difference(want, got []Object) (missing, more []string) {
	count := map[string]int{}
	for _, o := range want {
		count[o.Name]++
	}
	for _, o := range got {
		count[o.Name]--
	}
	for _, name := range slices.Sorted(maps.Keys(count)) {
		for n := count[name]; n > 0; n-- {
			missing = append(missing, name)
		}
		for n := count[name]; n < 0; n++ {
			more = append(more, name)
		}
	}
	return missing, more
}

func sorted(os []Object) []Object {
	return slices.SortedFunc(slices.Values(os), func(a, b Object) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ETag, b.ETag))
	})
}
