package news

import "time"

// A Capture is what came over the wire when a version was read: the answer as
// the server sent it, for those who archive. Names and values of headers are
// as Go's HTTP client gives them: the case of names and the order they came in
// are lost, and so is how the body was cut in chunks.
type Capture struct {
	Article ArticleID
	Version int       // the version that was read from it
	At      time.Time // when the answer was there

	Asked   string   // the address that was asked first
	URL     string   // the address that gave the answer; another one after redirects
	Request []string // the header of the request to URL: "Name: value", by name

	Proto  string   // "HTTP/1.1", "HTTP/2.0"
	Status int      // 200
	Header []string // the header of the answer, without its cookies: "Name: value", by name
	Body   []byte   // as sent: packed, if the header has a Content-Encoding
}
