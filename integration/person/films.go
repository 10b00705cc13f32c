package person

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
)

// Film makes a video of a recording of CUEPIPE_SPEECH, with a drawn picture.
func Film(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	path, err := recording.Path(name)
	if err != nil {
		t.Fatal(err)
	}
	return FFmpeg(t, append([]string{"-f", "lavfi", "-i", "color=c=navy:s=320x180:r=10", "-i", path,
		"-map", "0:v", "-map", "1:a", "-shortest", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"}, args...)...)
}

// FFmpeg makes an mp4 with Debian's ffmpeg.
func FFmpeg(t testing.TB, args ...string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "made.mp4")
	cmd := exec.CommandContext(t.Context(), "ffmpeg", append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), out)...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make a video: %v: %s", err, said)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
