package oidcdev

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/go-jose/go-jose/v4"
)

// keyBits is the size of the RSA key. RS256 is what every verifier takes
// without being told, and what Cognito signs with.
const keyBits = 2048

// A Key signs tokens, and lets others verify them by its public half.
type Key struct {
	private *rsa.PrivateKey
	id      string
}

// KeyFile is the file of the key in dir: PKCS #8 as PEM.
func KeyFile(dir string) string { return filepath.Join(dir, "signing-key.pem") }

// OpenKey reads the signing key in dir, or makes one there that only its owner
// may read. Several programs may open the same dir at once: they get the same
// key.
func OpenKey(dir string) (*Key, error) {
	name := KeyFile(dir)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(dir, name); err != nil {
			return nil, fmt.Errorf("make a signing key: %w", err)
		}
		text, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, fmt.Errorf("read the signing key: %w", err)
	}
	private, err := parseKey(text)
	if err != nil {
		return nil, fmt.Errorf("read the signing key %s: %w; delete the file for a new one", name, err)
	}
	id, err := (&jose.JSONWebKey{Key: private.Public()}).Thumbprint(crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("name the signing key: %w", err)
	}
	return &Key{private: private, id: base64.RawURLEncoding.EncodeToString(id)}, nil
}

// Public is the set that verifiers fetch; there is no private part in it.
func (k *Key) Public() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{
		Key: k.private.Public(), KeyID: k.id, Algorithm: string(jose.RS256), Use: "sig",
	}}}
}

// makeKey writes a new key beside name and links it there, so that name is
// never half written and the first of several makers wins.
func makeKey(dir, name string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	private, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, "new-key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if err := errors.Join(pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: der}), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), name); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func parseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it is not a PEM file")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("it holds a %T, not an RSA key", parsed)
	}
	return private, nil
}
