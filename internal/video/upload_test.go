package video

import "testing"

func TestPartsAreTheWholeFile(t *testing.T) {
	u := Upload{ID: "u", PartSize: 10}
	for size, want := range map[int64]int{1: 1, 9: 1, 10: 1, 11: 2, 19: 2, 20: 2, 21: 3} {
		var sum int64
		for n := 1; n <= u.Parts(size); n++ {
			part := u.SizeOf(n, size)
			if part < 1 || part > 10 || n < u.Parts(size) && part != 10 {
				t.Errorf("%d bytes: part %d has %d", size, n, part)
			}
			sum += part
		}
		if u.Parts(size) != want || sum != size {
			t.Errorf("%d bytes: %d parts of %d bytes, want %d", size, u.Parts(size), sum, want)
		}
	}
	if (Upload{}).InParts() || !u.InParts() {
		t.Error("a file that is sent as a whole has no upload in parts")
	}
}
