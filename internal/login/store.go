package login

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Credentials are one person's log-in to one service.
type Credentials struct {
	API          string    `json:"api"` // the service that the tokens are for, and nobody else gets
	Issuer       string    `json:"issuer"`
	ClientID     string    `json:"clientId"`
	Subject      string    `json:"subject"`
	Name         string    `json:"name,omitempty"` // for showing
	IDToken      string    `json:"idToken"`
	ExpiresAt    time.Time `json:"expiresAt"` // of the ID token
	RefreshToken string    `json:"refreshToken,omitempty"`
}

// ErrNone: nobody is logged in.
var ErrNone = errors.New("nobody is logged in")

// A Store keeps credentials in a file of a folder that only its owner may read.
// Several processes may use it at once.
type Store struct {
	Dir string // is made when something is kept
}

// ConfigDir is the folder of the program's settings, by the XDG Base Directory
// Specification.
func ConfigDir(getenv func(string) string) (string, error) {
	base := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(base) { // the specification has it ignored
		home := getenv("HOME")
		if home == "" {
			return "", say("There is no place for your log-in: neither XDG_CONFIG_HOME nor HOME is set.")
		}
		base = filepath.Join(home, ".config")
	}
	return filepath.Join(base, "cuepipe"), nil
}

func (s Store) path() string { return filepath.Join(s.Dir, "credentials.json") }

// Load returns what is kept, or ErrNone.
func (s Store) Load() (Credentials, error) {
	b, err := os.ReadFile(s.path())
	if errors.Is(err, fs.ErrNotExist) {
		return Credentials{}, ErrNone
	}
	if err != nil {
		return Credentials{}, say("Your log-in cannot be read (%w).", err)
	}
	var c Credentials
	if json.Unmarshal(b, &c) != nil || c.API == "" || c.IDToken == "" {
		return Credentials{}, say("%s is damaged. Log in again with: cuepipe login", s.path())
	}
	return c, nil
}

// save puts the whole in place, or changes nothing.
func (s Store) save(c Credentials) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the log-in: %w", err)
	}
	name := filepath.Join(s.Dir, ".credentials."+rand.Text()[:8])
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(append(b, '\n'))
		err = errors.Join(err, f.Sync(), f.Close())
		if err == nil {
			err = os.Rename(name, s.path())
		}
	}
	if err != nil {
		_ = os.Remove(name)
		return say("Your log-in cannot be kept (%w).", err)
	}
	return nil
}

// Keep replaces what is kept.
func (s Store) Keep(ctx context.Context, c Credentials) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return s.save(c)
}

// Remove forgets what is kept.
func (s Store) Remove(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	if err := os.Remove(s.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return say("Your log-in cannot be removed (%w).", err)
	}
	return nil
}

// lockPause is short beside the request that another process makes meanwhile.
const lockPause = 50 * time.Millisecond

// lock makes the folder and waits until no other process, and nothing else in
// this one, changes what is kept. The kernel unlocks for a process that dies.
func (s Store) lock(ctx context.Context) (unlock func(), err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, say("Your log-in cannot be kept (%w).", err)
	}
	if err := os.Chmod(s.Dir, 0o700); err != nil { // it may be older
		return nil, say("Your log-in cannot be kept (%w).", err)
	}
	// A file of its own: the other one is replaced, and a lock with it.
	f, err := os.OpenFile(filepath.Join(s.Dir, "credentials.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, say("Your log-in cannot be kept (%w).", err)
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return func() { _ = f.Close() }, nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			_ = f.Close()
			return nil, say("Your log-in cannot be locked (%w).", err)
		}
		select {
		case <-ctx.Done():
			_ = f.Close()
			return nil, context.Cause(ctx)
		case <-time.After(lockPause):
		}
	}
}
