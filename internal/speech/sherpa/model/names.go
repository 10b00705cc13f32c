package model

import (
	"fmt"
	"slices"
	"strings"
)

// stem is a model file's name without what says how its weights are stored;
// ok is false for other files.
func stem(name string) (stem string, ok bool) {
	for _, ending := range []string{".int8.onnx", ".fp16.onnx", ".onnx", ".int8.ort", ".ort"} {
		if s, found := strings.CutSuffix(name, ending); found {
			return s, true
		}
	}
	return "", false
}

// plays says whether a file of that stem may have a role. The names are those
// of sherpa-onnx's releases: tiny.en-encoder, encoder-epoch-99-avg-1,
// uncached_decode, decoder_model_merged, model, ctc-epoch-20-avg-1.
func plays(role, stem string) bool {
	has := func(part string) bool { return strings.Contains(stem, part) }
	switch role {
	case "preprocessor":
		return strings.HasPrefix(stem, "preprocess")
	case "uncached_decoder":
		return strings.HasPrefix(stem, "uncached_decode")
	case "cached_decoder":
		return strings.HasPrefix(stem, "cached_decode")
	case "merged_decoder":
		return has("decoder_model_merged")
	case "encoder":
		return has("encode")
	case "decoder":
		return has("decoder") && !has("decoder_model_merged")
	case "joiner":
		return has("joiner")
	case "model":
		return stem == "model" || strings.HasPrefix(stem, "model-") || strings.HasPrefix(stem, "model_") || strings.HasPrefix(stem, "ctc-")
	}
	return false
}

// pick finds the file of a role, of several weights the smallest: int8, which
// is the fastest on a processor, then whole, then fp16, which is the slowest.
// It returns "" where there is none, and an error where there are several
// models.
func pick(role string, names []string) (string, error) {
	var found []string
	stems := map[string]bool{}
	for _, name := range names {
		s, isModel := stem(name)
		if role == tokens && (name == "tokens.txt" || strings.HasSuffix(name, "-tokens.txt")) {
			found, stems[name] = append(found, name), true
		} else if isModel && plays(role, s) {
			found, stems[s] = append(found, name), true
		}
	}
	if len(stems) > 1 {
		slices.Sort(found)
		return "", fmt.Errorf("%s for the %s: %w: write {\"files\": {\"%s\": \"%s\"}}", strings.Join(found, ", "), role, errAmbiguous, role, found[0])
	}
	slices.SortFunc(found, func(a, b string) int { return preference(a) - preference(b) })
	if len(found) == 0 {
		return "", nil
	}
	return found[0], nil
}

func preference(name string) int {
	switch {
	case strings.Contains(name, ".int8."):
		return 0
	case strings.Contains(name, ".fp16."):
		return 2
	}
	return 1
}

// languages that sherpa-onnx's releases have in their folders' names.
var languages = []string{"ar", "be", "bn", "cs", "de", "en", "es", "fr", "hi", "hr", "ja", "ka", "kk", "ko", "nl", "pl", "pt", "ru", "th", "tr", "uk", "vi", "yue", "zh"}

// named is the one language in a folder's name, such as that of
// sherpa-onnx-zipformer-ru-2024-09-18; empty where there is none or several.
func named(folder string) string {
	found := ""
	for _, part := range strings.FieldsFunc(strings.ToLower(folder), func(r rune) bool { return strings.ContainsRune("-_. ", r) }) {
		if !slices.Contains(languages, part) || part == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = part
	}
	return found
}
