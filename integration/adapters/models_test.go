package adapters

import (
	"errors"
	"io"
	"io/fs"
	"testing"

	"github.com/cuepipe/cuepipe/internal/s3objects"
)

func TestAModelsFilesAreReadByTheirNames(t *testing.T) {
	u, prefix := uploads(), newKey()
	put(t, prefix+"/more/weights.data", "0123456789")
	m := s3objects.Model{Client: u.Client, Bucket: u.Bucket, Prefix: prefix}
	in, err := m.Get(t.Context(), "more/weights.data")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if got, err := io.ReadAll(in); err != nil || string(got) != "0123456789" {
		t.Errorf("%q, %v", got, err)
	}
	for _, name := range []string{"SHA256SUMS", "more", "more/weights.dat"} {
		if _, err := m.Get(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want fs.ErrNotExist", name, err)
		}
	}
}
