package adapters

import (
	"testing"

	"github.com/cuepipe/cuepipe/internal/search/searchtest"
	"github.com/cuepipe/cuepipe/internal/video"
)

func TestSearchIndexes(t *testing.T) {
	c := captions()
	searchtest.Objects(t, c, func(key string) error { return c.RemoveAll(t.Context(), key) })
	left(t, c, video.SearchPrefix+"nobody/", false, "nobody's")
}
