package person

import (
	"bytes"
	"net/http"
)

// A Part is one that has arrived.
type Part struct {
	Number int
	Size   int64
	ETag   string
}

// PutParts sends parts of a file to URLs that are signed for them.
func (p Person) PutParts(v Video, file []byte, numbers ...int) {
	p.T.Helper()
	var signed struct {
		Parts []struct {
			Number int
			Size   int
			URL    string
		}
	}
	p.Decode(200, "POST", "/v1/videos/"+v.ID+"/parts", map[string]any{"numbers": numbers}, &signed)
	for _, part := range signed.Parts {
		from := (part.Number - 1) * int(v.Upload.PartSize)
		req, err := http.NewRequestWithContext(p.T.Context(), http.MethodPut, part.URL, bytes.NewReader(file[from:from+part.Size]))
		if err != nil {
			p.T.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			p.T.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			p.T.Fatalf("part %d: %d", part.Number, res.StatusCode)
		}
	}
}

// Parts lists the parts of a file that have arrived, up to 1,000.
func (p Person) Parts(id string) []Part {
	p.T.Helper()
	var list struct{ Parts []Part }
	p.Decode(200, "GET", "/v1/videos/"+id+"/parts", nil, &list)
	return list.Parts
}
