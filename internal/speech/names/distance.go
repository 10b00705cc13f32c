package names

import "sync"

// The distance of two texts as they sound is the least that it costs to turn
// one's sounds into the other's. The costs are our own estimate of what is
// misheard: vowels for each other, voiced for unvoiced consonants, nasals,
// what a weak h, r or schwa leaves out. 1 is as unlike as consonants can be.

// apart are the costs of consonants that are heard for each other; those not
// listed cost 1.
var apart = func() (costs [128][128]float32) {
	for _, group := range []struct {
		cost  float32
		pairs string
	}{
		{0.2, "nN SZ sz"},
		{0.25, "pb td kg fv CJ"},
		{0.35, "mn Tf Tt Td Tv Ts Tz wu wo wU yi yI r@"},
		{0.4, "SC ZJ vw bv Jg mN JZ"},
		{0.45, "sS zZ Ct Jd lr zJ"},
		{0.55, "l@ lU lo yJ JC wr wl kC hk pf ks tk pt pk bd bg dg sC zS mb nd nl Sz fT sf dr tr"},
	} {
		for i := 0; i < len(group.pairs); i += 3 {
			a, b := group.pairs[i], group.pairs[i+1]
			costs[a][b], costs[b][a] = group.cost, group.cost
		}
	}
	return costs
}()

// places are where in the mouth a vowel is made: from open to close, from the
// front to the back, both 0 to 1.
var places = map[byte][2]float32{
	'i': {1, 0}, 'I': {0.8, 0.15}, 'e': {0.5, 0.1}, 'a': {0.1, 0.2}, 'A': {0, 0.8}, 'O': {0.3, 1}, 'o': {0.55, 0.95}, 'U': {0.8, 0.85},
	'u': {1, 0.9}, 'E': {0.65, 0.05}, 'Y': {0.4, 0.35}, 'W': {0.3, 0.7}, 'Q': {0.55, 0.7},
}

func isVowel(s byte) bool { return s == '@' || places[s] != [2]float32{} }

// A table has swapCost and dropCost of all sounds.
type table struct {
	swaps   [128][128]float32
	weights [128]float32
}

// costs are made when the first names are looked for: it takes a millisecond,
// and most who start with this package have none.
var costs = sync.OnceValue(func() *table {
	var t table
	for a := range byte(128) {
		t.weights[a] = dropCost(a)
		for b := range byte(128) {
			t.swaps[a][b] = swapCost(a, b)
		}
	}
	return &t
})

func swapCost(a, b byte) float32 {
	switch {
	case a == b:
		return 0
	case isDigit(a) || isDigit(b):
		return 9
	case apart[a][b] > 0:
		return apart[a][b]
	case isVowel(a) && isVowel(b):
		if a == '@' || b == '@' {
			return 0.15
		}
		up, back := places[a][0]-places[b][0], places[a][1]-places[b][1]
		return 0.1 + 0.2*(up*up+back*back)
	case isVowel(a) != isVowel(b):
		return 1.3
	}
	return 1
}

// dropCost is what a sound costs that is heard on one side only. It is also
// what the sound counts for in a text's length.
func dropCost(s byte) float32 {
	switch s {
	case '@', 'I':
		return 0.35
	case 'h', 'r', 'y', 'w':
		return 0.5
	case 't', 'd':
		return 0.65
	}
	switch {
	case isDigit(s):
		return 9
	case isVowel(s):
		return 0.55
	}
	return 0.85
}

func isDigit(s byte) bool { return s >= '0' && s <= '9' }

func weightOf(sounds string) (sum float32) {
	weights := &costs().weights
	for i := range len(sounds) {
		sum += weights[sounds[i]&127]
	}
	return sum
}

// heardApart is the distance of two texts' sounds as a share of their mean
// length, or a number above most where it is above most. The first sound of a
// word is heard best, so that an unlike one there counts half as much again.
func heardApart(a, b string, weightA, weightB, most float32) float32 {
	length := (weightA + weightB) / 2
	limit := most * length
	if difference := weightA - weightB; difference > limit || -difference > limit {
		return most + 1
	}
	swaps, weights := &costs().swaps, &costs().weights
	var rows [2][maxSounds + 1]float32
	row, next := &rows[0], &rows[1]
	for j := range len(b) {
		row[j+1] = row[j] + weights[b[j]&127]
	}
	for i := range len(a) {
		next[0] = row[0] + weights[a[i]&127]
		least := next[0]
		for j := range len(b) {
			swap := swaps[a[i]&127][b[j]&127]
			if i == 0 && j == 0 && swap > 0.5 {
				swap *= 1.5
			}
			next[j+1] = min(row[j]+swap, row[j+1]+weights[a[i]&127], next[j]+weights[b[j]&127])
			least = min(least, next[j+1])
		}
		if least > limit {
			return most + 1
		}
		row, next = next, row
	}
	return row[len(b)] / length
}

// spelledApart is the share of letters that must change to make one of two
// texts of the letters a to z the other.
func spelledApart(a, b string) float32 {
	if a == b {
		return 0
	}
	if len(a) > maxSounds || len(b) > maxSounds || a == "" || b == "" {
		return 1
	}
	var rows [2][maxSounds + 1]int
	row, next := &rows[0], &rows[1]
	for j := range len(b) {
		row[j+1] = j + 1
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			swap := row[j]
			if a[i] != b[j] {
				swap++
			}
			next[j+1] = min(swap, row[j+1]+1, next[j]+1)
		}
		row, next = next, row
	}
	return float32(row[len(b)]) / float32(max(len(a), len(b)))
}
