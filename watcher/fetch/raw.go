package fetch

import (
	"bytes"
	"net/http"
	"slices"
)

// A Raw is one request and its answer as they went over the wire, as far as
// net/http tells: the case and order of header names are lost, and a body that
// came in chunks is whole.
type Raw struct {
	Proto  string // "HTTP/1.1"
	Status int
	// Request and Header are the header of each: "Name: value", ordered by name.
	// Cookies the server wanted to set are left out: they were made for this
	// one visit, and are of use to nobody.
	Request, Header []string
	Body            []byte // as sent: packed as Content-Encoding in Header says
}

func raw(resp *http.Response, sent []byte) *Raw {
	r := &Raw{
		Proto: resp.Proto, Status: resp.StatusCode, Body: bytes.Clone(sent),
		Request: headerLines(resp.Request.Header, "Host: "+resp.Request.Host), Header: headerLines(resp.Header),
	}
	return r
}

// headerLines writes a header as lines, with more of them among its own.
func headerLines(h http.Header, more ...string) []string {
	lines := more
	for name, values := range h {
		for _, v := range values {
			if name != "Set-Cookie" {
				lines = append(lines, name+": "+v)
			}
		}
	}
	slices.Sort(lines)
	return lines
}
