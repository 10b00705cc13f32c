package memvideos_test

import (
	"testing"

	"github.com/cuepipe/cuepipe/internal/memvideos"
	"github.com/cuepipe/cuepipe/internal/video/videotest"
)

func TestStore(t *testing.T) {
	videotest.Run(t, func(*testing.T) videotest.Store { return &memvideos.Store{Now: videotest.Now} })
}
