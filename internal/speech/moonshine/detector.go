package moonshine

import (
	"path/filepath"

	"github.com/cuepipe/cuepipe/internal/speech/silero"
)

// DetectorName is the voice activity model with its version.
const DetectorName = "silero-vad 5"

// LoadDetector loads the folder's voice activity alone, for engines with models
// of their own. It checks the folder as Load does.
func LoadDetector(dir string) (*silero.Detector, error) {
	if err := begin(dir); err != nil {
		return nil, err
	}
	return silero.Load(filepath.Join(dir, sileroFile))
}
