// Package films makes films for measurements with Debian's ffmpeg, of the
// recordings in CUEPIPE_SPEECH. What was made is kept in the cache, under a name
// that says what it is made of.
package films

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
)

// Long returns the path of a film of that length: the English recordings one
// after the other with three seconds of silence after each, again and again,
// and a moving picture of 640 by 360, H.264 of 1 Mbit/s and 25 a second. It is
// an mp4 with AAC whose index is at its end, as cameras write it: 8.5 MB a
// minute.
func Long(ctx context.Context, length time.Duration) (string, error) {
	loop, err := once(ctx)
	if err != nil {
		return "", err
	}
	return kept(ctx, "mp4", strconv.Itoa(int(length.Seconds()))+"s", []string{loop}, "-stream_loop", "-1", "-i", loop,
		"-t", seconds(length), "-c", "copy")
}

// once makes the part that is repeated.
func once(ctx context.Context) (string, error) {
	var args, clips []string
	graph := ""
	for i, name := range recording.English {
		path, err := recording.Path(name)
		if err != nil {
			return "", err
		}
		clips, args = append(clips, path), append(args, "-i", path)
		graph += fmt.Sprintf("[%d:a]aresample=44100,aformat=channel_layouts=stereo,apad=pad_dur=3[a%d];", i, i)
	}
	for i := range clips {
		graph += fmt.Sprintf("[a%d]", i)
	}
	graph += fmt.Sprintf("concat=n=%d:v=0:a=1[sound]", len(clips))
	return kept(ctx, "mp4", "loop", clips, append(args, "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25",
		"-filter_complex", graph, "-map", strconv.Itoa(len(clips))+":v", "-map", "[sound]", "-shortest",
		// A constant rate, filled up where the picture needs less.
		"-c:v", "libx264", "-preset", "veryfast", "-g", "50", "-pix_fmt", "yuv420p",
		"-b:v", "1M", "-minrate", "1M", "-maxrate", "1M", "-bufsize", "1M", "-x264-params", "nal-hrd=cbr",
		"-c:a", "aac", "-b:a", "128k")...)
}

// Moment returns the path of a film of some kilobytes: what ffmpeg makes of a
// first input, which args are, with a picture of one colour of that length.
// source, which may be empty, is a file among the arguments.
func Moment(ctx context.Context, name string, length time.Duration, source string, args ...string) (string, error) {
	var sources []string
	if source != "" {
		sources = []string{source}
	}
	return kept(ctx, "mp4", "moment-"+name, sources, append(args, "-f", "lavfi", "-i", "color=c=navy:s=64x36:r=5:d="+seconds(length), "-t", seconds(length),
		"-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "32k", "-ac", "1", "-ar", "16000")...)
}

// Bulky returns the path of a film of 73 MB, which is soon made and soon
// recognised: 11 s of speech as PCM, and a picture without compression, in an
// AVI.
func Bulky(ctx context.Context) (string, error) {
	sound, err := recording.Path("jfk.wav")
	if err != nil {
		return "", err
	}
	return kept(ctx, "avi", "bulky", []string{sound}, "-i", sound, "-f", "lavfi", "-i", "testsrc2=s=640x360:r=20", "-map", "1:v", "-map", "0:a",
		"-shortest", "-c:v", "rawvideo", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le", "-bitexact")
}

// Twice returns the path of a file of that length, silent but for a sound that
// begins twice, after first and again after later: the recordings one after the
// other, with three seconds of silence after each. kind is one of these: mp4 and
// mkv with a small picture, and mp3. It takes half a minute for four hours.
func Twice(ctx context.Context, kind string, recordings []string, first, later, length time.Duration) (string, error) {
	codecs := map[string][]string{
		"mp4": {"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "32k"},
		"mkv": {"-c:v", "libx264", "-preset", "ultrafast", "-c:a", "flac"},
		"mp3": {"-c:a", "libmp3lame", "-q:a", "5", "-compression_level", "9"},
	}
	if codecs[kind] == nil {
		return "", fmt.Errorf("make a film: there is no kind %q", kind)
	}
	var args []string
	graph, all := "", ""
	for i, path := range recordings {
		args = append(args, "-i", path)
		graph += fmt.Sprintf("[%d:a]aresample=16000,aformat=channel_layouts=mono,apad=pad_dur=3[a%d];", i, i)
		all += fmt.Sprintf("[a%d]", i)
	}
	delay := strconv.FormatInt(first.Milliseconds(), 10)
	graph += fmt.Sprintf("%sconcat=n=%d:v=0:a=1,adelay=%s,asplit[b][c];[b]apad=whole_dur=%s[d];[c]apad=whole_dur=%s[e];[d][e]concat=n=2:v=0:a=1[sound]",
		all, len(recordings), delay, seconds(later-first), seconds(length-later+first))
	args = append(args, "-f", "lavfi", "-i", "color=c=navy:s=64x36:r=1", "-filter_complex", graph, "-map", "[sound]")
	if kind != "mp3" {
		args = append(args, "-map", strconv.Itoa(len(recordings))+":v")
	}
	return kept(ctx, kind, fmt.Sprintf("twice-%ds", int(length.Seconds())), recordings, append(append(args, codecs[kind]...), "-t", seconds(length))...)
}

// kept runs ffmpeg unless that was done before with the same arguments and
// sources. The kind is the file's extension.
func kept(ctx context.Context, kind, name string, sources []string, args ...string) (string, error) {
	hash := sha256.New()
	for _, a := range args {
		fmt.Fprintf(hash, "%s\n", filepath.Base(a)) // wherever the sources lie
	}
	for _, s := range sources {
		b, err := os.ReadFile(s)
		if err != nil {
			return "", fmt.Errorf("make a film: %w", err)
		}
		hash.Write(b)
	}
	root, err := folder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(root, fmt.Sprintf("%s-%x.%s", name, hash.Sum(nil)[:6], kind))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	// Another name until it is whole.
	half := path + "." + strconv.Itoa(os.Getpid())
	defer os.Remove(half)
	format := kind
	if kind == "mkv" {
		format = "matroska"
	}
	cmd := exec.CommandContext(ctx, "ffmpeg", append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), "-f", format, half)...)
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make the film %s: %w: %s", name, err, said)
	}
	return path, os.Rename(half, path)
}

func folder() (string, error) {
	root := os.Getenv("CUEPIPE_CACHE")
	if root == "" {
		repository, err := recording.Repository()
		if err != nil {
			return "", err
		}
		root = filepath.Join(repository, ".cache")
	}
	path := filepath.Join(root, "films")
	return path, os.MkdirAll(path, 0o755)
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
