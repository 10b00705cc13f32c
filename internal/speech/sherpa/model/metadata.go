package model

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// types are what the models say of themselves, as model_type in the metadata of
// their first file.
var types = map[string]Family{
	"conformer": Transducer, "zipformer": Transducer, "zipformer2": Transducer,
	"EncDecRNNTBPEModel":          NeMo,
	"EncDecHybridRNNTCTCBPEModel": NeMo, // beside a joiner; alone it is CTC
	"sense_voice_ctc":             SenseVoice,
	"paraformer":                  Paraformer,
	"EncDecCTCModel":              NeMoCTC, "EncDecCTCModelBPE": NeMoCTC,
	"zipformer2_ctc": ZipformerCTC,
	"wenet_ctc":      WenetCTC,
	"telespeech_ctc": TeleSpeech,
	"dolphin":        Dolphin,
}

// itself asks a model which family it is of, where the names of its files do
// not say.
func itself(dir string, byName Family, files map[string]string) (Family, error) {
	first := files[roles[byName][0]]
	switch {
	case byName == Moonshine || byName == MoonshineV2:
		return byName, nil
	case byName == Whisper && files[tokens] != "tokens.txt":
		return Whisper, nil // nobody else has the model's name before each file's
	}
	said, err := metadata(filepath.Join(dir, first))
	if err != nil {
		return "", err
	}
	typ := said["model_type"]
	family := types[typ]
	switch {
	case strings.HasPrefix(typ, "whisper"):
		family = Whisper
	case typ == "EncDecHybridRNNTCTCBPEModel" && byName != Transducer:
		family = NeMoCTC
	}
	// Encoder, decoder and joiner are no CTC model, whatever one of them says.
	if family == "" || len(roles[family]) != len(roles[byName]) {
		return "", fmt.Errorf("%s says that it is of the type %q, which does not tell the family: write {\"family\": …} into engine.json", first, typ)
	}
	return family, nil
}

// Fields of an ONNX ModelProto and its StringStringEntryProto (onnx.proto3), and
// the kinds of fields that these have (protobuf's wire types).
const (
	metadataField = 14
	keyField      = 1
	valueField    = 2

	numberKind = 0
	bytesKind  = 2
)

// longestEntry bounds one entry, in bytes; the longest known are lists of
// numbers of some kilobytes.
const longestEntry = 1 << 20

// metadata reads the metadata of an ONNX file and skips all else.
func metadata(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open a model file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at a model file: %w", err)
	}
	said, err := parse(file, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s is damaged or no ONNX model: %w", filepath.Base(path), err)
	}
	return said, nil
}

var (
	errCut   = errors.New("it ends too early")
	errEntry = errors.New("an entry of its metadata cannot be read")
)

func parse(r io.ReadSeeker, size int64) (map[string]string, error) {
	said := map[string]string{}
	at := int64(0)
	for at < size {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return nil, err
		}
		in := &counted{Reader: bufio.NewReaderSize(r, 64)}
		field, err := binary.ReadUvarint(in)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCut, err)
		}
		value, err := binary.ReadUvarint(in)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCut, err)
		}
		kind := field & 7
		if kind != numberKind && kind != bytesKind || field>>3 == 0 { // a ModelProto has no others
			return nil, fmt.Errorf("there is a field %d of the kind %d at byte %d", field>>3, kind, at)
		}
		at += in.taken
		if kind == numberKind {
			continue
		}
		if value > uint64(size-at) {
			return nil, fmt.Errorf("%w: %d bytes are announced at byte %d of %d", errCut, value, at, size)
		}
		if field>>3 == metadataField {
			if value > longestEntry {
				return nil, fmt.Errorf("an entry of its metadata has %d bytes", value)
			}
			entry := make([]byte, value)
			if _, err := io.ReadFull(in, entry); err != nil {
				return nil, err
			}
			if err := add(said, entry); err != nil {
				return nil, err
			}
		}
		at += int64(value)
	}
	return said, nil
}

// counted counts the bytes that are taken one by one.
type counted struct {
	*bufio.Reader
	taken int64
}

func (c *counted) ReadByte() (byte, error) {
	c.taken++
	return c.Reader.ReadByte()
}

// add takes one key with its value.
func add(said map[string]string, entry []byte) error {
	var key, value string
	for len(entry) > 0 {
		field, n := binary.Uvarint(entry)
		if n <= 0 || field&7 != bytesKind {
			return errEntry
		}
		length, m := binary.Uvarint(entry[n:])
		if m <= 0 || length > uint64(len(entry)-n-m) {
			return errEntry
		}
		text := string(entry[n+m:][:length])
		switch field >> 3 {
		case keyField:
			key = text
		case valueField:
			value = text
		}
		entry = entry[n+m+int(length):]
	}
	said[key] = value
	return nil
}
