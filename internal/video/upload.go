package video

import "errors"

// Errors of uploads in parts, that stores of objects return, wrapped.
var (
	// ErrNoUpload: no upload in parts has that id any more. It was put together,
	// or given up.
	ErrNoUpload = errors.New("no such upload in parts")
	// ErrPartChanged: a part is not there, or was sent again since it was listed.
	ErrPartChanged = errors.New("part was replaced meanwhile")
	// ErrObjectExists: something is stored under that name, or is about to be.
	ErrObjectExists = errors.New("object exists")
)

// An Upload is how a video's file is sent in parts. The zero Upload is a file
// that is sent as a whole.
type Upload struct {
	ID       string // the store's name for it
	PartSize int64  // bytes of each part but the last, which is the rest
}

// InParts reports whether the file is sent in parts.
func (u Upload) InParts() bool { return u.ID != "" }

// Parts is how many parts a file of that size has.
func (u Upload) Parts(size int64) int { return int((size + u.PartSize - 1) / u.PartSize) }

// SizeOf is how many bytes of a file of that size a part has. Parts are counted
// from 1.
func (u Upload) SizeOf(number int, size int64) int64 {
	return min(u.PartSize, size-int64(number-1)*u.PartSize)
}

// A Part is one that has arrived.
type Part struct {
	Number int
	Size   int64  // bytes
	ETag   string // with its quotation marks
}
