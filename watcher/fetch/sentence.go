package fetch

import (
	"strings"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// Sentence says what happened to somebody who asked for an address; asked is
// that address's host, which the sentence names where it can.
func (e *Error) Sentence(asked string) string {
	host := asked
	if e.Host != "" {
		host = e.Host // after a redirect, the one that failed
	}
	switch {
	case e.Kind == Private:
		return strings.ToUpper(e.text[:1]) + e.text[1:] + ", so I will not visit it."
	case e.Kind == Address, host == "":
		return "That address cannot be visited: " + e.text + "."
	case e.text == string(safehttp.NoHost):
		return "There is no host " + host + "."
	case strings.HasPrefix(e.text, "its "):
		return host + ": " + e.text + "."
	}
	return host + " " + e.text + "."
}
