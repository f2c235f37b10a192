package web

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// A body is what is kept of an answer: packed, unless that makes it longer.
// Nearly everybody takes it so, and a fifth of the memory keeps it.
type body struct {
	bytes  []byte
	packed bool
}

func (b body) size() int { return len(b.bytes) }

// packLevel is quick: a page of edits is packed anew with each edit.
const packLevel = 2

var packers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, packLevel)
	if err != nil {
		panic(err) // there is no such level
	}
	return w
}}

// pack may keep b itself.
func pack(b []byte) body {
	w := packers.Get().(*gzip.Writer)
	defer packers.Put(w)
	out := bytes.NewBuffer(make([]byte, 0, len(b)/4+64))
	w.Reset(out)
	w.Write(b) // a bytes.Buffer does not fail
	w.Close()
	if out.Len() >= len(b) {
		return body{bytes: b}
	}
	return body{bytes: out.Bytes(), packed: true}
}

// plain is the inverse of pack, for those who do not take packed bodies.
func (b body) plain() ([]byte, error) {
	if !b.packed {
		return b.bytes, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(b.bytes))
	if err != nil {
		return nil, fmt.Errorf("unpack a body: %w", err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack a body: %w", err)
	}
	return out, nil
}

// takesPacked reports whether whoever asks understands gzip (RFC 9110 section
// 12.5.3).
func takesPacked(r *http.Request) bool {
	takes, named := false, false // "gzip" says more than "*"
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && (name != "*" || named) {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q="), 64)
		takes, named = weight == "" || err == nil && q > 0, name == "gzip"
	}
	return takes
}
