package fetch

import (
	"testing"

	"github.com/editwatch/editwatch/internal/safehttp"
)

func TestSentence(t *testing.T) {
	const asked = "gull.example"
	tests := []struct {
		err  Error
		want string
	}{
		{Error{Kind: Private, text: string(safehttp.Private)}, "That address is not on the public internet, so I will not visit it."},
		{Error{Kind: Private, Host: asked, text: string(safehttp.Port)}, "That address uses a port that web sites do not use, so I will not visit it."},
		{Error{Kind: Address, text: string(safehttp.Scheme)}, "That address cannot be visited: only http and https addresses can be visited."},
		{Error{Kind: DNS, Host: asked, text: string(safehttp.NoHost)}, "There is no host gull.example."},
		{Error{Kind: DNS, Host: "moved.example", text: string(safehttp.NoHost)}, "There is no host moved.example."},
		{Error{Kind: DNS, Host: asked, text: string(safehttp.NoLookup)}, "gull.example: its name could not be looked up."},
		{Error{Kind: Refused, text: string(safehttp.Refused)}, "gull.example refused the connection."},
		{*refusal(asked, 404, 0, false), "gull.example has no such page (404)."},
		{Error{Kind: TLS, Host: asked, text: string(safehttp.Certificate)}, "gull.example: its certificate is not valid."},
	}
	for _, tt := range tests {
		if got := tt.err.Sentence(asked); got != tt.want {
			t.Errorf("%s says %q, want %q", tt.err.Kind, got, tt.want)
		}
	}
}
