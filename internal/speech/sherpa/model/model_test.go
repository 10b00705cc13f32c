package model

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cuepipe/cuepipe/internal/checksum"
)

// onnx is a file of an ONNX model with nothing but a graph that nobody reads
// and metadata, in the order in which they are written.
func onnx(entries ...string) string {
	text := func(b []byte, field uint64, text string) []byte {
		b = binary.AppendUvarint(b, field<<3|bytesKind)
		return append(binary.AppendUvarint(b, uint64(len(text))), text...)
	}
	b := []byte{1<<3 | numberKind, 8} // the version of the format
	b = text(b, 7, strings.Repeat("graph ", 1000))
	for i := 0; i+1 < len(entries); i += 2 {
		b = text(b, metadataField, string(text(text(nil, keyField, entries[i]), valueField, entries[i+1])))
	}
	return string(b)
}

const empty = "\x00empty"

func typed(typ string) string { return onnx("version", "1", "model_type", typ, "comment", "x") }

// folder makes one of that name with files, given as names and contents; those
// without have contents that do not matter.
func folder(t *testing.T, name string, files map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if text == "" {
			text = "something"
		}
		if text == empty {
			text = ""
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The names are those of folders that sherpa-onnx has published.
func TestFindKnowsTheFoldersOfReleases(t *testing.T) {
	for _, test := range []struct {
		name     string
		files    map[string]string
		family   Family
		language string
		uses     string // the files, sorted
	}{
		{"sherpa-onnx-whisper-tiny.en", map[string]string{
			"tiny.en-encoder.onnx": typed("whisper-tiny.en"), "tiny.en-encoder.int8.onnx": onnx("model_type", "whisper-tiny.en", "is_multilingual", "0"),
			"tiny.en-decoder.onnx": "", "tiny.en-decoder.int8.onnx": "", "tiny.en-tokens.txt": "", "README.md": ""},
			Whisper, "en", "tiny.en-decoder.int8.onnx tiny.en-encoder.int8.onnx tiny.en-tokens.txt"},
		{"sherpa-onnx-whisper-turbo", map[string]string{
			"turbo-encoder.int8.onnx": onnx("is_multilingual", "1"), "turbo-decoder.int8.onnx": "", "turbo-tokens.txt": ""},
			Whisper, "", "turbo-decoder.int8.onnx turbo-encoder.int8.onnx turbo-tokens.txt"},
		{"own", map[string]string{"encoder.onnx": onnx("model_type", "whisper-base", "is_multilingual", "0"), "decoder.onnx": "", "tokens.txt": ""},
			Whisper, "en", "decoder.onnx encoder.onnx tokens.txt"},
		{"sherpa-onnx-nemo-parakeet-tdt-0.6b-v3-int8", map[string]string{
			"encoder.int8.onnx": typed("EncDecRNNTBPEModel"), "decoder.int8.onnx": "", "joiner.int8.onnx": "", "tokens.txt": ""},
			NeMo, "", "decoder.int8.onnx encoder.int8.onnx joiner.int8.onnx tokens.txt"},
		{"sherpa-onnx-nemo-fast-conformer-transducer-de", map[string]string{
			"encoder.onnx": typed("EncDecHybridRNNTCTCBPEModel"), "decoder.onnx": "", "joiner.onnx": "", "tokens.txt": ""},
			NeMo, "de", "decoder.onnx encoder.onnx joiner.onnx tokens.txt"},
		{"sherpa-onnx-zipformer-ru-2024-09-18", map[string]string{
			"encoder-epoch-99-avg-1.onnx": typed("zipformer2"), "encoder-epoch-99-avg-1.int8.onnx": typed("zipformer2"),
			"decoder-epoch-99-avg-1.onnx": "", "joiner-epoch-99-avg-1.onnx": "", "joiner-epoch-99-avg-1.int8.onnx": "", "tokens.txt": "", "bpe.model": ""},
			Transducer, "ru", "decoder-epoch-99-avg-1.onnx encoder-epoch-99-avg-1.int8.onnx joiner-epoch-99-avg-1.int8.onnx tokens.txt"},
		{"sherpa-onnx-sense-voice-zh-en-ja-ko-yue-2024-07-17", map[string]string{"model.int8.onnx": typed("sense_voice_ctc"), "model.onnx": "", "tokens.txt": ""},
			SenseVoice, "", "model.int8.onnx tokens.txt"},
		{"sherpa-onnx-paraformer-zh-2024-03-09", map[string]string{"model.onnx": typed("paraformer"), "tokens.txt": ""}, Paraformer, "zh", "model.onnx tokens.txt"},
		{"sherpa-onnx-nemo-ctc-en-citrinet-512", map[string]string{"model.onnx": typed("EncDecCTCModelBPE"), "tokens.txt": ""}, NeMoCTC, "en", "model.onnx tokens.txt"},
		{"sherpa-onnx-nemo-fast-conformer-ctc-en-24500", map[string]string{"model.int8.onnx": typed("EncDecHybridRNNTCTCBPEModel"), "tokens.txt": ""},
			NeMoCTC, "en", "model.int8.onnx tokens.txt"},
		{"sherpa-onnx-zipformer-ctc-zh", map[string]string{"model.int8.onnx": typed("zipformer2_ctc"), "tokens.txt": ""}, ZipformerCTC, "zh", "model.int8.onnx tokens.txt"},
		{"wenet", map[string]string{"model.int8.onnx": typed("wenet_ctc"), "tokens.txt": ""}, WenetCTC, "", "model.int8.onnx tokens.txt"},
		{"telespeech", map[string]string{"model.int8.onnx": typed("telespeech_ctc"), "tokens.txt": ""}, TeleSpeech, "", "model.int8.onnx tokens.txt"},
		{"dolphin", map[string]string{"model.int8.onnx": typed("dolphin"), "tokens.txt": ""}, Dolphin, "", "model.int8.onnx tokens.txt"},
		{"sherpa-onnx-moonshine-tiny-en-int8", map[string]string{
			"preprocess.onnx": "", "encode.int8.onnx": "", "uncached_decode.int8.onnx": "", "cached_decode.int8.onnx": "", "tokens.txt": ""},
			Moonshine, "en", "cached_decode.int8.onnx encode.int8.onnx preprocess.onnx tokens.txt uncached_decode.int8.onnx"},
		{"sherpa-onnx-moonshine-base-ja-quantized", map[string]string{"encoder_model.ort": "", "decoder_model_merged.ort": "", "tokens.txt": ""},
			MoonshineV2, "ja", "decoder_model_merged.ort encoder_model.ort tokens.txt"},
		{"tiny", map[string]string{"encoder_model.onnx": "", "decoder_model_merged.onnx": "", "tokens.txt": ""},
			MoonshineV2, "en", "decoder_model_merged.onnx encoder_model.onnx tokens.txt"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := Find(folder(t, test.name, test.files))
			if err != nil {
				t.Fatal(err)
			}
			var uses []string
			for _, path := range m.Files {
				uses = append(uses, filepath.Base(path))
			}
			slices.Sort(uses)
			if m.Family != test.family || m.Language != test.language || strings.Join(uses, " ") != test.uses || m.Name() != test.name {
				t.Errorf("%s, %q, %v; want %s, %q, %s", m.Family, m.Language, uses, test.family, test.language, test.uses)
			}
			if m.Threads < 1 || m.Longest < 15*time.Second || m.Longest > 28*time.Second {
				t.Errorf("%d threads, %v at once", m.Threads, m.Longest)
			}
		})
	}
}

func TestFindNamesTheFolderAndWhatWasExpected(t *testing.T) {
	fine := map[string]string{"model.onnx": typed("paraformer"), "tokens.txt": ""}
	with := func(more ...string) map[string]string {
		files := maps.Clone(fine)
		for i := 0; i < len(more); i += 2 {
			files[more[i]] = more[i+1]
		}
		return files
	}
	for name, test := range map[string]struct {
		files map[string]string
		says  string
	}{
		"nothing":                  {nil, "encoder and decoder (Whisper)"},
		"no token table":           {map[string]string{"model.onnx": typed("paraformer")}, "there are model.onnx"},
		"no decoder":               {map[string]string{"tiny-encoder.onnx": "", "tiny-tokens.txt": ""}, "no family that is known"},
		"an unknown type":          {map[string]string{"model.onnx": typed("tacotron"), "tokens.txt": ""}, `of the type "tacotron"`},
		"no metadata":              {map[string]string{"model.onnx": onnx(), "tokens.txt": ""}, "write {\"family\""},
		"a streaming model":        {map[string]string{"encoder.onnx": typed("paraformer"), "decoder.onnx": "", "tokens.txt": ""}, "does not tell the family"},
		"two models":               {map[string]string{"a-encoder.onnx": "", "b-encoder.onnx": "", "a-decoder.onnx": "", "a-tokens.txt": ""}, "a-encoder.onnx, b-encoder.onnx for the encoder"},
		"a model that is cut":      {map[string]string{"model.onnx": typed("paraformer")[:2000], "tokens.txt": ""}, "damaged or no ONNX model: it ends too early"},
		"no model at all":          {map[string]string{"model.onnx": "<html>not found</html>", "tokens.txt": ""}, "damaged or no ONNX model"},
		"an empty token table":     {with("tokens.txt", empty), "is empty"},
		"settings that are none":   {with(settingsFile, "{"), settingsFile},
		"two settings":             {with(settingsFile, "{}{}"), "something behind"},
		"a wrong setting's name":   {with(settingsFile, `{"langauge": "en"}`), "langauge"},
		"an unknown family":        {with(settingsFile, `{"family": "kaldi"}`), "use one of dolphin, moonshine"},
		"another family":           {with(settingsFile, `{"family": "whisper"}`), "no encoder and no decoder"},
		"a language in words":      {with(settingsFile, `{"language": "German"}`), "a tag such as en"},
		"too many threads":         {with(settingsFile, `{"threads": 64}`), "1 to 16"},
		"too long":                 {with(settingsFile, `{"longestSeconds": 60}`), "5 to 29"},
		"a file from elsewhere":    {with(settingsFile, `{"files": {"model": "../model.onnx"}}`), "not in the folder"},
		"a file that is not there": {with(settingsFile, `{"files": {"model": "other.onnx"}}`), "other.onnx"},
		"an unknown role":          {with(settingsFile, `{"files": {"modell": "model.onnx"}}`), "modell"},
		"another family's role":    {with(settingsFile, `{"family": "paraformer", "files": {"joiner": "model.onnx"}}`), "joiner"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, "m", test.files)
			_, err := Find(dir)
			if err == nil || !strings.Contains(err.Error(), test.says) || !strings.Contains(err.Error(), dir) && !strings.Contains(err.Error(), settingsFile) {
				t.Errorf("%v, want it to name %s and say %q", err, dir, test.says)
			}
		})
	}
	if _, err := Find(filepath.Join(t.TempDir(), "nowhere")); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("no folder: %v", err)
	}
}

func TestSettingsComeFirst(t *testing.T) {
	m, err := Find(folder(t, "sherpa-onnx-x-ru", map[string]string{
		"a-encoder.onnx": "", "b-encoder.onnx": "", "decoder.onnx": "", "joiner.onnx": "", "tokens.txt": "",
		settingsFile: `{"family": "nemo_transducer", "language": "pt-BR", "threads": 3, "longestSeconds": 12.5, "files": {"encoder": "b-encoder.onnx"}}`,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if m.Family != NeMo || m.Language != "pt-BR" || m.Threads != 3 || m.Longest != 12500*time.Millisecond || filepath.Base(m.Files["encoder"]) != "b-encoder.onnx" {
		t.Errorf("%+v", m)
	}
}

// sums are the lines of sha256sum.
func sums(files map[string]string) string {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&text, "%x  %s\n", sha256.Sum256([]byte(files[name])), name)
	}
	return text.String()
}

func TestVerify(t *testing.T) {
	files := map[string]string{"encoder_model.onnx": "e", "decoder_model_merged.onnx": "d", "tokens.txt": "t", "weights.data": "w"}
	verify := func(t *testing.T, change func(map[string]string)) (string, error) {
		t.Helper()
		changed := maps.Clone(files)
		changed[checksum.File] = sums(files)
		change(changed)
		m, err := Find(folder(t, "m", changed))
		if err != nil {
			t.Fatal(err)
		}
		return m.Verify()
	}
	whole, err := verify(t, func(map[string]string) {})
	if err != nil || len(whole) != 12 {
		t.Fatalf("a whole folder: %q, %v", whole, err)
	}
	for name, test := range map[string]struct {
		change func(map[string]string)
		says   string
	}{
		"a changed file":      {func(f map[string]string) { f["tokens.txt"] = "T" }, "tokens.txt is damaged"},
		"a changed weight":    {func(f map[string]string) { f["weights.data"] = "W" }, "weights.data is damaged"},
		"a missing weight":    {func(f map[string]string) { delete(f, "weights.data") }, "weights.data"},
		"an unlisted setting": {func(f map[string]string) { f[settingsFile] = "{}" }, "does not list engine.json"},
		"no checksums":        {func(f map[string]string) { f[checksum.File] = empty }, "lists no file"},
		"other lines":         {func(f map[string]string) { f[checksum.File] = "hello\n" }, "line 1 is no checksum"},
		"a file outside":      {func(f map[string]string) { f[checksum.File] += strings.Repeat("0", 64) + "  ../secret\n" }, "line 5"},
		"an absolute path":    {func(f map[string]string) { f[checksum.File] += strings.Repeat("0", 64) + "  /etc/passwd\n" }, "line 5"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := verify(t, test.change); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q, %v, want it to say %q", got, err, test.says)
			}
		})
	}
	again, err := verify(t, func(f map[string]string) { f[checksum.File] += strings.Repeat("0", 64) + "  ./" + checksum.File + "\n" })
	if err != nil || again != whole {
		t.Errorf("checksums that list themselves: %q, %v, want %q", again, err, whole)
	}
	// Without checksums the fingerprint is that of the files that are known to be used.
	loose, err := verify(t, func(f map[string]string) { delete(f, checksum.File) })
	if err != nil || loose == whole {
		t.Errorf("without checksums: %q, %v", loose, err)
	}
	other, err := verify(t, func(f map[string]string) { delete(f, checksum.File); f["tokens.txt"] = "T" })
	if err != nil || other == loose {
		t.Errorf("with another token table: %q, %v, want another than %q", other, err, loose)
	}
}

// A hostile model file costs neither memory nor a crash.
func FuzzMetadata(f *testing.F) {
	f.Add([]byte(typed("paraformer")))
	f.Add([]byte(onnx("a", "b"))[:100])
	f.Add([]byte{0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, file []byte) {
		said, err := parse(strings.NewReader(string(file)), int64(len(file)))
		if err != nil {
			return
		}
		size := 0
		for key, value := range said {
			size += len(key) + len(value)
		}
		if size > len(file) {
			t.Fatalf("%d bytes were read of %d", size, len(file))
		}
	})
}
