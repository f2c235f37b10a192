package chattest

import (
	"crypto/ed25519"
	"encoding/hex"
	"testing"
)

func mustKey(t *testing.T, s string) ed25519.PublicKey {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
