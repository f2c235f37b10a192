package warc

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nlnwa/gowarc/v3"

	"github.com/editwatch/editwatch/internal/news"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func capture(version int, body []byte) news.Capture {
	return news.Capture{
		Article: "a1", Version: version, At: start.Add(time.Duration(version) * time.Hour),
		Asked: "https://harbour.example/bridge", URL: "https://harbour.example/news/bridge?id=7", Proto: "HTTP/2.0", Status: 200,
		Request: []string{"Accept: text/html", "Host: harbour.example", "User-Agent: editwatch/test"},
		Header:  []string{"Content-Encoding: gzip", "Content-Type: text/html; charset=utf-8"},
		Body:    body,
	}
}

// page is a page as servers pack it.
func page(n int) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprintf(w, "<!DOCTYPE html><h1>Version %d</h1>%s", n, strings.Repeat("<p>The bridge stays closed.</p>\n", 50))
	w.Close()
	return b.Bytes()
}

// written writes captures as a file.
func written(t testing.TB, list ...news.Capture) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, Info{Software: "editwatch/test", UserAgent: "editwatch/test (+https://harbour.example/bot)", Written: start})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range list {
		if err := w.Write(c, news.Article{ID: c.Article, Source: "The Harbour Post"}, "abc"); err != nil {
			t.Fatal(err)
		}
	}
	if w.Captures() != len(list) {
		t.Errorf("%d captures were written, want %d", w.Captures(), len(list))
	}
	return b.Bytes()
}

type record struct {
	http.Header
	block []byte
}

// read reads a file by the letter of the standard: each member of the gzip file
// is one record.
func read(t testing.TB, file []byte) (list []record) {
	t.Helper()
	r := bytes.NewReader(file)
	for r.Len() > 0 {
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		z.Multistream(false)
		member, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		head, rest, ok := bytes.Cut(member, []byte("\r\n\r\n"))
		lines := strings.Split(string(head), "\r\n")
		if !ok || lines[0] != "WARC/1.1" {
			t.Fatalf("a record begins %.100q", member)
		}
		h := http.Header{}
		for _, l := range lines[1:] {
			name, value, ok := strings.Cut(l, ": ")
			if !ok || h.Get(name) != "" {
				t.Fatalf("the field %q of %q", l, head)
			}
			h.Set(name, value)
		}
		n, err := strconv.Atoi(h.Get("Content-Length"))
		if err != nil || len(rest) != n+4 || string(rest[n:]) != "\r\n\r\n" {
			t.Fatalf("a block of %d bytes in %d, %v", n, len(rest), err)
		}
		if got := "sha256:" + digest(rest[:n]); h.Get("WARC-Block-Digest") != got {
			t.Errorf("block digest %s, want %s", h.Get("WARC-Block-Digest"), got)
		}
		list = append(list, record{h, rest[:n]})
	}
	return list
}

func kindsOf(list []record) (kinds []string) {
	for _, r := range list {
		kinds = append(kinds, r.Get("WARC-Type"))
	}
	return kinds
}

func TestWrite(t *testing.T) {
	first, second := page(1), page(2)
	list := read(t, written(t, capture(1, first), capture(2, second), capture(3, first)))
	want := strings.Fields("warcinfo response request metadata response request metadata revisit request metadata")
	if got := kindsOf(list); !slices.Equal(got, want) {
		t.Fatalf("records %q, want %q", got, want)
	}
	ids := map[string]bool{}
	for _, r := range list {
		if id := r.Get("WARC-Record-ID"); ids[id] || !strings.HasPrefix(id, "<urn:uuid:") {
			t.Errorf("ID %s", id)
		}
		ids[r.Get("WARC-Record-ID")] = true
		for _, name := range []string{"WARC-Warcinfo-ID", "WARC-Concurrent-To", "WARC-Refers-To"} {
			if to := r.Get(name); to != "" && !ids[to] {
				t.Errorf("%s names %s, which is not in the file", name, to)
			}
		}
	}
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(list[4].block)), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Equal(body, second) || resp.Header.Get("Content-Encoding") != "gzip" || resp.Status != "200 OK" {
		t.Errorf("the response is %s with %d bytes, %v", resp.Status, len(body), err)
	}
	if got := list[4].Get("WARC-Payload-Digest"); got != "sha256:"+digest(second) {
		t.Errorf("payload digest %s", got)
	}
	if got := list[4].Get("WARC-Target-URI") + " " + list[4].Get("WARC-Date"); got != "https://harbour.example/news/bridge?id=7 2026-03-01T14:00:00.000Z" {
		t.Error(got)
	}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(list[5].block)))
	if err != nil || req.RequestURI != "/news/bridge?id=7" || req.Host != "harbour.example" {
		t.Errorf("the request is %+v, %v", req, err)
	}
	if got := string(list[6].block); got != "editwatch-article: a1\r\neditwatch-version: 2\r\neditwatch-text-sha256: abc\r\n"+
		"editwatch-source: The Harbour Post\r\neditwatch-asked: https://harbour.example/bridge\r\neditwatch-protocol: HTTP/2.0\r\n" {
		t.Errorf("metadata %q", got)
	}
	again := list[7]
	if again.Get("WARC-Refers-To") != list[1].Get("WARC-Record-ID") || again.Get("WARC-Refers-To-Date") != list[1].Get("WARC-Date") ||
		bytes.Contains(again.block, first) || again.Get("WARC-Payload-Digest") != list[1].Get("WARC-Payload-Digest") {
		t.Errorf("the revisit is %v", again.Header)
	}
	if !bytes.Equal(written(t, capture(1, first)), written(t, capture(1, first))) {
		t.Error("the same capture was written otherwise")
	}
}

// TestGowarc has the library of the National Library of Norway read a file by the
// letter of the standard, digests and all.
func TestGowarc(t *testing.T) {
	first, second := page(1), page(2)
	file := written(t, capture(1, first), capture(2, second), capture(3, first))
	r, err := gowarc.NewWarcFileReaderFromStream(bytes.NewReader(file), 0, gowarc.WithStrictValidation(), gowarc.WithBufferTmpDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var kinds []string
	for rec, err := range r.Records() {
		if err != nil || len(rec.Validation) > 0 {
			t.Fatalf("record %d: %v %v", len(kinds), err, rec.Validation)
		}
		kinds = append(kinds, rec.WarcRecord.Type().String())
		if b, ok := rec.WarcRecord.Block().(gowarc.HttpResponseBlock); ok && rec.WarcRecord.Type() == gowarc.Response {
			payload, err := b.PayloadBytes()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(payload); err != nil || !bytes.Equal(got, first) && !bytes.Equal(got, second) {
				t.Errorf("a payload of %d bytes, %v", len(got), err)
			}
		}
		rec.Close()
	}
	want := strings.Fields("warcinfo response request metadata response request metadata revisit request metadata")
	if !slices.Equal(kinds, want) {
		t.Errorf("it found %q, want %q", kinds, want)
	}
}

// TestWarcio has another program read a file: warcio of the Webrecorder project.
func TestWarcio(t *testing.T) {
	tool, err := exec.LookPath("warcio")
	if err != nil {
		const lacking = "warcio, which reads the file back, is not on the path: npm install -g warcio"
		if os.Getenv("CI") != "" {
			t.Fatal(lacking)
		}
		t.Skip(lacking)
	}
	first, second := page(1), page(2)
	file := filepath.Join(t.TempDir(), "test.warc.gz")
	if err := os.WriteFile(file, written(t, capture(1, first), capture(2, second), capture(3, first)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool, "index", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	type entry struct {
		Type   string `json:"warc-type"`
		Target string `json:"warc-target-uri"`
	}
	var kinds []string
	for line := range bytes.Lines(out) {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		kinds = append(kinds, e.Type)
		if want := "https://harbour.example/news/bridge?id=7"; e.Type != "warcinfo" && e.Target != want {
			t.Errorf("%s of %s, want %s", e.Type, e.Target, want)
		}
	}
	want := strings.Fields("warcinfo response request metadata response request metadata revisit request metadata")
	if !slices.Equal(kinds, want) {
		t.Errorf("it found %q, want %q", kinds, want)
	}
	cdx, err := exec.Command(tool, "cdx-index", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"example,harbour)/news/bridge?id=7 20260301130000", `"status":"200"`, `"mime":"text/html"`, digest(second)} {
		if !bytes.Contains(cdx, []byte(want)) {
			t.Errorf("its index lacks %s:\n%s", want, cdx)
		}
	}
}

// Whatever servers send, the records stay apart.
func FuzzWrite(f *testing.F) {
	f.Add("https://a.example/", "Server: x\r\nWARC-Type: forged", "The\nPost", []byte("body"), "HTTP/1.0\r\n")
	f.Add("::\x00not an address", "", "", []byte("\r\n\r\nWARC/1.1\r\n"), "")
	f.Fuzz(func(t *testing.T, url, line, source string, body []byte, proto string) {
		c := capture(1, body)
		c.URL, c.Proto, c.Header = url, proto, append(c.Header, line)
		var b bytes.Buffer
		w, err := NewWriter(&b, Info{Software: "editwatch", Operator: source, Written: start})
		if err == nil {
			err = w.Write(c, news.Article{ID: "a1", Source: source}, news.Hash(line))
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := kindsOf(read(t, b.Bytes())); !slices.Equal(got, []string{"warcinfo", "response", "request", "metadata"}) {
			t.Errorf("records %q", got)
		}
	})
}
