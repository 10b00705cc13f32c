// Command packages looks at the built functions as AWS Lambda will see them:
// is each package small enough once zipped, and can its programs run on Amazon
// Linux 2023. Usage: packages DIST
package main

import (
	"archive/zip"
	"compress/flate"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// limits bound a package's size zipped, in bytes. These are the project's own,
// which keep cold starts and deployments short. A package with a model of the
// user's own, in models/, has Lambda's limit only.
var limits = map[string]int64{
	"captioner":   12e6,
	"transcriber": 45e6,
}

const (
	defaultLimit = 12e6
	// lambdaLimit is what Lambda takes of a package, unzipped.
	lambdaLimit = 250 << 20
)

// provided are the newest symbol versions of Amazon Linux 2023, on which
// provided.al2023 stands: glibc 2.34, and libstdc++ of GCC 11.
var provided = map[string]string{
	"GLIBC":   "2.34",
	"GLIBCXX": "3.4.29",
	"CXXABI":  "1.3.13",
	"GCC":     "11.0.0",
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: packages DIST")
		os.Exit(2)
	}
	if err := checkAll(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func checkAll(dist string, out io.Writer) error {
	entries, err := os.ReadDir(dist)
	if err != nil {
		return fmt.Errorf("look for packages: %w", err)
	}
	var problems []error
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		dir := filepath.Join(dist, entry.Name())
		size, whole, err := check(dir)
		problems = append(problems, err)
		if whole > lambdaLimit {
			problems = append(problems, fmt.Errorf("%s has %.1f MB unzipped, and Lambda takes %.1f: a model of this size can come from a bucket", entry.Name(), float64(whole)/1e6, float64(lambdaLimit)/1e6))
		}
		limit, ok := limits[entry.Name()]
		if !ok {
			limit = defaultLimit
		}
		if _, err := os.Stat(filepath.Join(dir, "models")); err == nil {
			limit = lambdaLimit
		}
		if size > limit {
			problems = append(problems, fmt.Errorf("%s has %.1f MB zipped, and may have %.1f", entry.Name(), float64(size)/1e6, float64(limit)/1e6))
		}
		fmt.Fprintf(out, "%s: %.1f MB zipped\n", entry.Name(), float64(size)/1e6)
	}
	return errors.Join(problems...)
}

// check zips a package without keeping it and looks at its programs. It
// returns the size of the zip and of all files, in bytes.
func check(dir string) (zipped, whole int64, err error) {
	var size counter
	archive := zip.NewWriter(&size)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.DefaultCompression)
	})
	var problems []error
	err = filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		problems = append(problems, checkProgram(name, file))
		inside, err := archive.Create(name)
		if err != nil {
			return err
		}
		n, err := io.Copy(inside, file)
		whole += n
		return err
	})
	if err := errors.Join(err, archive.Close()); err != nil {
		return 0, 0, fmt.Errorf("pack %s: %w", dir, err)
	}
	return int64(size), whole, errors.Join(problems...)
}

// checkProgram finds symbols that Amazon Linux 2023 does not have. A file that
// is no program passes.
func checkProgram(name string, file io.ReaderAt) error {
	program, err := elf.NewFile(file)
	if format := (*elf.FormatError)(nil); errors.As(err, &format) || errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if program.Machine != elf.EM_X86_64 {
		return fmt.Errorf("%s is built for %s, and the functions run on x86-64", name, program.Machine)
	}
	symbols, err := program.ImportedSymbols()
	if errors.Is(err, elf.ErrNoSymbols) {
		return nil // static
	} else if err != nil {
		return fmt.Errorf("read the symbols of %s: %w", name, err)
	}
	var problems []error
	seen := map[string]bool{}
	for _, symbol := range symbols {
		if !seen[symbol.Version] && tooNew(symbol.Version) {
			seen[symbol.Version] = true
			problems = append(problems, fmt.Errorf("%s needs %s (for %s), which Amazon Linux 2023 does not have", name, symbol.Version, symbol.Name))
		}
	}
	return errors.Join(problems...)
}

// tooNew says whether a symbol version, such as GLIBC_2.38, is newer than what
// is provided. Versions of other libraries are none of its business.
func tooNew(version string) bool {
	library, number, found := strings.Cut(version, "_")
	newest, known := provided[library]
	return found && known && newer(number, newest)
}

// newer compares dotted numbers part by part.
func newer(a, b string) bool {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		x, y := part(as, i), part(bs, i)
		if x != y {
			return x > y
		}
	}
	return false
}

// part is the i-th number, 0 where there is none. A part that is no number,
// such as PRIVATE, is newer than any: nobody promises it.
func part(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, err := strconv.Atoi(parts[i])
	if err != nil {
		return 1 << 30
	}
	return n
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
