package main

import (
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/cuepipe/cuepipe/internal/client"
)

// withoutPath is the system's reason alone, where its error also has the path.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// openInput opens a file that can be captioned at all.
func openInput(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, say("%s cannot be read (%w). Check its name and its permissions.", path, withoutPath(err))
	}
	stat, err := f.Stat()
	switch {
	case err == nil && !stat.Mode().IsRegular():
		err = say("%s is not a file. Name a video or audio file.", path)
	case err == nil && stat.Size() == 0:
		err = say("%s is empty. Name a video or audio file.", path)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

const transportStream = "video/mp2t"

// types of the files that are admitted, by their names. A system's own table
// may lack them or say "application".
var types = map[string]string{
	".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm", ".mkv": "video/x-matroska",
	".avi": "video/x-msvideo", ".ts": transportStream, ".mts": transportStream, ".m2ts": transportStream,
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".flac": "audio/flac",
	".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".ogv": "video/ogg", ".aac": "audio/aac", ".mka": "audio/x-matroska",
}

// describe says what the service wants to know of a file.
func describe(f *os.File, contentType string) (client.File, error) {
	stat, err := f.Stat()
	if err != nil {
		return client.File{}, err
	}
	about := client.File{Filename: filepath.Base(f.Name()), Size: stat.Size(), ContentType: contentType}
	if about.ContentType == "" {
		about.ContentType, err = typeOf(f)
	}
	return about, err
}

// typeOf finds a type by the name, and where that says nothing by the first
// bytes. It is a hint: what the file is, the service finds out.
func typeOf(f *os.File) (string, error) {
	ext := strings.ToLower(filepath.Ext(f.Name()))
	first := make([]byte, 512) // as many as http.DetectContentType looks at
	n, err := f.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", say("%s cannot be read (%w).", f.Name(), err)
	}
	sniffed := http.DetectContentType(first[:n])
	if sniffed == "application/ogg" {
		sniffed = "video/ogg"
	}
	named := types[ext]
	if named == transportStream && !strings.HasPrefix(string(first[:n]), "G") && (n < 5 || first[4] != 'G') {
		named = "" // programs end in .ts, too; the others begin with 0x47, of .m2ts after a time of 4 bytes
	}
	for _, t := range []string{named, mime.TypeByExtension(ext), sniffed} {
		if strings.HasPrefix(t, "video/") || strings.HasPrefix(t, "audio/") {
			return t, nil
		}
	}
	return "", usage("%s looks like neither video nor audio. If it is, say so with --type, for example --type video/mp4.", f.Name())
}
