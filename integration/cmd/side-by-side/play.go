package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/cuepipe/cuepipe/integration/films"
	"github.com/cuepipe/cuepipe/integration/recogniser/recording"
	"github.com/cuepipe/cuepipe/internal/caption"
	"github.com/cuepipe/cuepipe/internal/speech"
)

//go:embed player.html
var player string

var playerPage = template.Must(template.New("player").Parse(player))

// A shot is a picture of the film at one moment, with the captions of some
// systems beside each other.
type shot struct {
	file    string
	at      time.Duration
	note    string // after the time
	systems []system
}

// The size of a shot, in CSS pixels, for player.html: two films of 560 by 315,
// each with a line above.
const shotWidth, shotHeight = 1152, 361

// play has Chromium play the clip, as a film of one colour, with each system's
// captions as a WebVTT track, and takes the shots.
func (s *sounds) play(ctx context.Context, folder string, shots []shot) error {
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		return fmt.Errorf("chromium is missing, which plays the film: apt-get install chromium: %w", err)
	}
	clip, err := recording.Path(s.clip)
	if err != nil {
		return err
	}
	film, err := films.Moment(ctx, "side-by-side", speech.Duration(len(s.pcm)), clip, "-i", clip)
	if err != nil {
		return err
	}
	for _, shot := range shots {
		if err := take(ctx, chromium, film, filepath.Join(folder, shot.file), shot); err != nil {
			return fmt.Errorf("take %s: %w", shot.file, err)
		}
	}
	return nil
}

// take serves the page of a shot and has Chromium make a picture of it. The
// page's last image comes only when its films show the moment: a picture is not
// made before.
func take(ctx context.Context, chromium, film, to string, shot shot) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	shown, once := make(chan struct{}), sync.Once{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		var names []string
		for _, y := range shot.systems {
			names = append(names, y.name)
		}
		_ = playerPage.Execute(w, struct { // who does not get it makes no picture
			At    float64
			Names []string
		}{shot.at.Seconds(), names})
	})
	mux.HandleFunc("GET /film.mp4", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, film) })
	mux.HandleFunc("GET /track/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 0 || n >= len(shot.systems) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
		_ = caption.WriteVTT(w, caption.Track{Language: "en", Cues: shot.systems[n].shown})
	})
	mux.HandleFunc("POST /shown", func(http.ResponseWriter, *http.Request) { once.Do(func() { close(shown) }) })
	mux.HandleFunc("GET /wait.svg", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-shown:
		case <-r.Context().Done():
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`))
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }() // until it is closed
	defer server.Close()

	profile, err := os.MkdirTemp("", "side-by-side")
	if err != nil {
		return err
	}
	defer os.RemoveAll(profile)
	cmd := exec.CommandContext(ctx, chromium,
		"--headless", "--no-sandbox", // it opens nothing but our own page, and root has no sandbox
		"--disable-gpu", "--hide-scrollbars", "--mute-audio", "--no-first-run",
		"--user-data-dir="+profile,
		fmt.Sprintf("--window-size=%d,%d", shotWidth, shotHeight),
		"--force-device-scale-factor=1.25",
		"--screenshot="+to, "http://"+listener.Addr().String()+"/")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("chromium: %w: %s", err, output.String())
	}
	select {
	case <-shown:
	default:
		return fmt.Errorf("chromium made a picture before the film was there: %s", output.String())
	}
	_, err = os.Stat(to)
	return err
}
