package model

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
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

// Fields of an ONNX ModelProto and its StringStringEntryProto (onnx.proto3).
const (
	metadataField = 14
	keyField      = 1
	valueField    = 2
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

var errCut = errors.New("it ends too early")

func parse(r io.ReadSeeker, size int64) (map[string]string, error) {
	said := map[string]string{}
	at := int64(0)
	for at < size {
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return nil, err
		}
		in := bufio.NewReaderSize(r, 64)
		tag, n, err := varint(in)
		if err != nil {
			return nil, err
		}
		at += n
		number, kind := protowire.DecodeTag(tag)
		value, n, err := varint(in) // of top-level fields all are numbers or have a length
		if err != nil || kind != protowire.VarintType && kind != protowire.BytesType || number < 1 {
			return nil, errors.Join(fmt.Errorf("field %d of the wire type %d at byte %d", number, kind, at), err)
		}
		at += n
		if kind == protowire.VarintType {
			continue
		}
		if value > uint64(size-at) {
			return nil, fmt.Errorf("%w: %d bytes are announced at byte %d of %d", errCut, value, at, size)
		}
		if number == metadataField {
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

// varint reads a number and says how many bytes it took.
func varint(in io.ByteReader) (value uint64, n int64, err error) {
	var taken []byte
	for len(taken) < 10 {
		b, err := in.ReadByte()
		if err != nil {
			return 0, 0, errCut
		}
		if taken = append(taken, b); b < 0x80 {
			break
		}
	}
	value, length := protowire.ConsumeVarint(taken)
	if length < 0 {
		return 0, 0, errors.New("a number without an end")
	}
	return value, int64(length), nil
}

// add takes one key with its value.
func add(said map[string]string, entry []byte) error {
	var key, value string
	for len(entry) > 0 {
		number, kind, n := protowire.ConsumeTag(entry)
		if n < 0 || kind != protowire.BytesType {
			return errors.New("an entry of its metadata cannot be read")
		}
		text, m := protowire.ConsumeBytes(entry[n:])
		if m < 0 {
			return errors.New("an entry of its metadata cannot be read")
		}
		switch number {
		case keyField:
			key = string(text)
		case valueField:
			value = string(text)
		}
		entry = entry[n+m:]
	}
	said[key] = value
	return nil
}
