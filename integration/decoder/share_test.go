package decoder

import (
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/media"
)

// Films with a picture and sound alone, each with what may be read besides its
// share: docs/adr/0003-ffmpeg.md.
var sought = []struct {
	name string
	film bool
	args []string
	head int64 // bytes, with the index and what a seek looks at
}{
	{"end.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"}, 768 << 10},
	{"fast.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "faststart"}, 768 << 10},
	// The index of as many pictures as hours of film have, larger than its head may be.
	{"pictures.mp4", true, []string{"-vf", "scale=16:16,fps=1000", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac"}, 768 << 10},
	// As browsers and phones record, without an index: pieces of both or of each of the tracks.
	{"fragments.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+default_base_moof"}, 1536 << 10},
	{"fragments_separate.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "frag_keyframe+empty_moov+separate_moof+skip_trailer"}, 1536 << 10},
	{"fragments_moov.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-frag_duration", "4000000"}, 1536 << 10},
	{"dash.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "frag_keyframe+dash"}, 1536 << 10},
	{"dash_index.mp4", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-movflags", "frag_keyframe+dash+global_sidx"}, 1536 << 10},
	{"film.mkv", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "libvorbis"}, 768 << 10},
	// As browsers record: no index, no length, clusters of no known size.
	{"live.webm", true, []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus", "-live", "1", "-cluster_time_limit", "2000"}, 1536 << 10},
	{"film.webm", true, []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"}, 768 << 10},
	{"film.ts", true, []string{"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"}, 1536 << 10},
	{"film.avi", true, []string{"-c:v", "mpeg4", "-c:a", "libmp3lame"}, 768 << 10},
	{"constant.mp3", false, []string{"-c:a", "libmp3lame", "-b:a", "128k"}, 768 << 10},
	{"film.flac", false, nil, 768 << 10},
	{"film.wav", false, nil, 768 << 10},
	{"opus.ogg", false, []string{"-c:a", "libopus"}, 768 << 10},
	// Mere frames, which the probe counts.
	{"vbr.mp3", false, []string{"-c:a", "libmp3lame", "-q:a", "4"}, 768 << 10},
	{"raw.aac", false, []string{"-c:a", "aac"}, 768 << 10},
}

// Two neighbours decode windows that overlap. Each reads hardly more than its
// own time, the second one not even the index again, and both put the same
// sound at the same time.
func TestNeighboursReadTheirShareAndAgree(t *testing.T) {
	const film, left, right, end = 150 * time.Second, 60 * time.Second, 88 * time.Second, 120 * time.Second
	const seam = right + 2*time.Second // the second that both have
	for _, f := range sought {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"-f", "lavfi", "-i", marks}
			if f.film {
				args = append(args, "-f", "lavfi", "-i", "testsrc2=s=160x90:r=5", "-b:v", "300k", "-g", "10")
			}
			src := &counting{Source: open(t, encode(t, f.name, append(append(args, f.args...), "-t", "150")...)), name: f.name}
			info, err := tools.Probe(t.Context(), src)
			if err != nil {
				t.Fatal(err)
			}
			if d := info.Duration; d != 0 && (d-film).Abs() > time.Second/2 {
				t.Errorf("it says that it is %v long", d)
			}
			if n := src.bytes.Load(); n > 2<<20 && info.Places == "" {
				t.Errorf("a probe read %d of %d bytes in %d requests", n, src.Size(), src.opens.Load())
			}
			tools := tools
			tools.Index = media.NewIndexCache(4 << 20)
			decode := func(from, to time.Duration) []int16 {
				src.opens.Store(0)
				src.bytes.Store(0)
				pcm, err := tools.Decode(t.Context(), src, media.Window{From: from, To: to, Limit: time.Hour, Film: film, Places: info.Places})
				if err != nil {
					t.Fatal(err)
				}
				// ffmpeg decodes a second more, and begins where a picture does.
				share := src.Size() * int64(to-from+2*time.Second) / int64(film)
				t.Logf("[%v, %v): %d bytes in %d requests, share %d", from, to, src.bytes.Load(), src.opens.Load(), share)
				if n := src.opens.Load(); n > 32 {
					t.Errorf("%d requests", n)
				}
				if n := src.bytes.Load(); n > share+share/30+f.head {
					t.Errorf("[%v, %v) read %d bytes, its share is %d", from, to, n, share)
				}
				return pcm
			}
			first := decode(left, seam+4*time.Second)
			second := decode(right, end)
			share := src.Size() * int64(end-right+2*time.Second) / int64(film)
			if n := src.bytes.Load(); n > share+share/30+128<<10 {
				t.Errorf("the second one read %d bytes, its share is %d", n, share)
			}
			a, b := offset(t, first, seam-left, seam), offset(t, second, seam-right, seam)
			if d := (a - b).Abs(); d > 8*time.Millisecond {
				t.Errorf("the neighbours disagree by %v about the sound at %v", d, seam)
			}
			if b.Abs() > 60*time.Millisecond {
				t.Errorf("the sound at %v is %v late", seam, b)
			}
		})
	}
}
