// Package warc writes captures as a WARC file, the form that web archives keep
// and exchange (WARC 1.1, ISO 28500:2017,
// https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/).
//
//	news.Capture ──Write──> response, request, metadata
//
// A file begins with a warcinfo record. Each capture is then three records: the
// response as the server sent it, or a revisit where the file has the same
// bytes of the same address already; the request; and metadata that names the
// article and version that editwatch read from it. Every record is a gzip member
// of its own, so that readers can seek to it.
//
// What a reader may rely on:
//
//   - WARC-Payload-Digest is the SHA-256 of the body as it was sent, packed as
//     its Content-Encoding says; WARC-Block-Digest that of the record's block.
//   - Records of the same capture have the same bytes and the same IDs in every
//     file, but for whether they are revisits.
//   - Header fields stand in alphabetical order, without Set-Cookie and, since
//     the body is whole, without Transfer-Encoding. An answer by HTTP/2 is
//     written as one by HTTP/1.1, as archives expect; the metadata says what it was.
//
// A redirect is not in the file: the request that it answered is not kept, and the
// metadata names the address that was asked.
//
// It is written here because it is little. Tests have its files read, and every
// digest checked, by gowarc and warcio.
package warc

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// An Info says what a file is, in its first record.
type Info struct {
	Software  string // "editwatch/1.0"
	UserAgent string // as sites saw it
	Operator  string // a page or address; may be empty
	Written   time.Time
}

// revisitProfile is WARC 1.1's for a payload that is in the file already.
const revisitProfile = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"

// remembered bounds how many payloads are known for revisits; beyond it the file
// has some twice.
const remembered = 1 << 16

// A Writer writes one file. It is not safe for concurrent use.
type Writer struct {
	w     io.Writer
	gz    *gzip.Writer
	info  string // the ID of the first record
	known map[[sha256.Size]byte]seen
	n     int
}

// seen is a response that a revisit can refer to.
type seen struct {
	id string
	at time.Time
}

// NewWriter begins a file.
func NewWriter(w io.Writer, i Info) (*Writer, error) {
	wr := &Writer{w: w, gz: gzip.NewWriter(io.Discard), known: map[[sha256.Size]byte]seen{}}
	block := fields{
		{"software", i.Software},
		{"format", "WARC File Format 1.1"},
		{"conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"},
		{"operator", i.Operator},
		{"http-header-user-agent", i.UserAgent},
		{"robots", "classic"},
		{"description", "Pages as they were fetched when editwatch recorded a version of an article. Header fields are in alphabetical order, without the cookies that servers set."},
	}.bytes()
	wr.info = id("warcinfo", i.Written, "", block)
	return wr, wr.record(fields{
		{"WARC-Type", "warcinfo"},
		{"WARC-Record-ID", wr.info},
		{"WARC-Date", date(i.Written)},
		{"Content-Type", "application/warc-fields"},
	}, block)
}

// Captures returns how many captures were written.
func (w *Writer) Captures() int { return w.n }

// Write adds a capture. hash is that of the version that was read from it, and
// article what it is of.
func (w *Writer) Write(c news.Capture, article news.Article, hash news.Hash) error {
	target, at := address(c.URL), date(c.At)
	head := responseHead(c)
	payload := "sha256:" + digest(c.Body)
	response := fields{
		{"WARC-Type", "response"},
		{"WARC-Record-ID", id("response", c.At, target, head, c.Body)},
		{"WARC-Date", at},
		{"WARC-Target-URI", target},
		{"WARC-Warcinfo-ID", w.info},
		{"WARC-Payload-Digest", payload},
	}
	block := append(head, c.Body...)
	main := response.get("WARC-Record-ID")
	key := sha256.Sum256([]byte(target + "\n" + payload))
	if old, ok := w.known[key]; ok && len(c.Body) > 0 {
		response[0][1] = "revisit"
		response = append(response, fields{
			{"WARC-Profile", revisitProfile},
			{"WARC-Refers-To", old.id},
			{"WARC-Refers-To-Target-URI", target},
			{"WARC-Refers-To-Date", date(old.at)},
		}...)
		block = head
	} else {
		if len(w.known) >= remembered {
			clear(w.known)
		}
		w.known[key] = seen{main, c.At}
	}
	if err := w.record(append(response, field{"Content-Type", "application/http; msgtype=response"}), block); err != nil {
		return err
	}
	request := requestBlock(c)
	if err := w.record(fields{
		{"WARC-Type", "request"},
		{"WARC-Record-ID", id("request", c.At, target, request)},
		{"WARC-Date", at},
		{"WARC-Target-URI", target},
		{"WARC-Warcinfo-ID", w.info},
		{"WARC-Concurrent-To", main},
		{"Content-Type", "application/http; msgtype=request"},
	}, request); err != nil {
		return err
	}
	about := fields{
		{"editwatch-article", string(article.ID)},
		{"editwatch-version", strconv.Itoa(c.Version)},
		{"editwatch-text-sha256", string(hash)},
		{"editwatch-source", article.Source},
		{"editwatch-asked", c.Asked},
		{"editwatch-protocol", c.Proto},
	}.bytes()
	w.n++
	return w.record(fields{
		{"WARC-Type", "metadata"},
		{"WARC-Record-ID", id("metadata", c.At, target, about)},
		{"WARC-Date", at},
		{"WARC-Target-URI", target},
		{"WARC-Warcinfo-ID", w.info},
		{"WARC-Concurrent-To", main},
		{"Content-Type", "application/warc-fields"},
	}, about)
}

// record writes one record as a gzip member.
func (w *Writer) record(header fields, block []byte) error {
	header = append(header, fields{
		{"WARC-Block-Digest", "sha256:" + digest(block)},
		{"Content-Length", strconv.Itoa(len(block))},
	}...)
	w.gz.Reset(w.w)
	for _, part := range [][]byte{[]byte("WARC/1.1\r\n"), header.bytes(), []byte("\r\n"), block, []byte("\r\n\r\n")} {
		if _, err := w.gz.Write(part); err != nil {
			return fmt.Errorf("write a WARC record: %w", err)
		}
	}
	if err := w.gz.Close(); err != nil {
		return fmt.Errorf("write a WARC record: %w", err)
	}
	return nil
}

// A field is a name and its value.
type field [2]string

type fields []field

// bytes writes the fields a line each. Those without a value are left out.
func (f fields) bytes() []byte {
	var b bytes.Buffer
	for _, x := range f {
		if v := oneLine(x[1]); v != "" {
			b.WriteString(x[0] + ": " + v + "\r\n")
		}
	}
	return b.Bytes()
}

func (f fields) get(name string) string {
	i := slices.IndexFunc(f, func(x field) bool { return x[0] == name })
	return f[i][1]
}

// oneLine takes out what would end a line or begin another field.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}

// responseHead is the status line and the header of an answer.
func responseHead(c news.Capture) []byte {
	return head(fmt.Sprintf("%s %d %s", proto(c.Proto), c.Status, http.StatusText(c.Status)), c.Header)
}

// requestBlock is a request.
func requestBlock(c news.Capture) []byte {
	path := "/"
	if u, err := url.Parse(c.URL); err == nil {
		path = u.RequestURI()
	}
	return head("GET "+path+" "+proto(c.Proto), c.Request)
}

func head(first string, lines []string) []byte {
	var b bytes.Buffer
	b.WriteString(oneLine(first) + "\r\n")
	for _, l := range lines {
		b.WriteString(oneLine(l) + "\r\n")
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// proto is the protocol as it is written in an archive.
func proto(p string) string {
	if p == "HTTP/1.0" {
		return p
	}
	return "HTTP/1.1"
}

// address returns a URI as such.
func address(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return s
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// id names a record after what it says, as a UUID of version 8 (RFC 9562).
func id(kind string, at time.Time, target string, parts ...[]byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", kind, date(at), target)
	for _, p := range parts {
		h.Write(p)
	}
	u := h.Sum(nil)[:16]
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("<urn:uuid:%x-%x-%x-%x-%x>", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}
