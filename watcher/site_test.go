package watcher_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/editwatch/editwatch/watcher/extract"
)

// asSite is the environment variable that makes the test binary a web site, so
// that what the site costs is not counted as ours. It holds a folder of pages.
const asSite = "EDITWATCH_TEST_AS_SITE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asSite); dir != "" {
		if err := serveSite(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// siteHosts is how many hosts a site has: as many as are polled at once.
const siteHosts = 16

// Marks in the pages of a site: a number that every answer changes, outside the
// article, one that only edits change, inside it, and one in every paragraph
// that is the article's own, for what articles have in common is no text.
const (
	noiseMark   = "NOISEMARK"
	editMark    = "EDITMARK"
	articleMark = "ARTICLEMARK"
)

// serveSite answers on siteHosts ports until its standard input ends, and
// prints their addresses. What is asked for says how it is answered:
//
//	/304/page/n      an ETag, and 304 to whoever has it
//	/same/page/n     the same bytes again and again
//	/other/page/n    the same article with other bytes around it
//	/changed/page/n  another edit of the article each time
func serveSite(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil {
		return err
	}
	pages := make(map[string][]byte)
	packed := make(map[string][]byte)
	for _, name := range names {
		page, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		pages[strings.TrimSuffix(filepath.Base(name), ".html")] = page
	}
	var mu sync.Mutex // guards asked and packed
	asked := make(map[string]int)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		part := strings.Split(r.URL.Path, "/")
		if len(part) != 4 || pages[part[2]] == nil {
			http.NotFound(w, r)
			return
		}
		id := strings.ReplaceAll(r.Host, ":", ".") + "-" + part[3]
		page := bytes.ReplaceAll(pages[part[2]], []byte(articleMark), []byte(id))
		mu.Lock()
		body := packed[id+r.URL.Path]
		if body == nil {
			body = pack(page, gzip.DefaultCompression)
			packed[id+r.URL.Path] = body
		}
		mu.Unlock()
		switch part[1] {
		case "304":
			w.Header().Set("ETag", `"v1"`)
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
		case "other", "changed":
			mu.Lock()
			asked[r.URL.Path]++
			n := asked[r.URL.Path]
			mu.Unlock()
			page = bytes.ReplaceAll(page, []byte(noiseMark), fmt.Append(nil, n))
			if part[1] == "changed" {
				page = bytes.ReplaceAll(page, []byte(editMark), fmt.Append(nil, 1000+n))
			}
			body = pack(page, gzip.BestSpeed)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", fmt.Sprint(len(body)))
		w.Write(body)
	})
	for range siteHosts {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Println(l.Addr())
		go http.Serve(l, handler)
	}
	_, err = os.Stdin.Read(make([]byte, 1))
	_ = err // the parent is gone, or wants us to go
	return nil
}

func pack(page []byte, level int) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		panic(err) // the levels are constant
	}
	w.Write(page) // a bytes.Buffer does not fail
	w.Close()
	return b.Bytes()
}

// startSite starts a site with the pages as a process of its own, and returns
// its hosts.
func startSite(tb testing.TB, pages map[string][]byte) (hosts []string) {
	tb.Helper()
	dir := tb.TempDir()
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), page, 0o600); err != nil {
			tb.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asSite+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	for range siteHosts {
		var host string
		if _, err := fmt.Fscanln(out, &host); err != nil {
			tb.Fatal(err)
		}
		hosts = append(hosts, host)
	}
	return hosts
}

// sitePages returns real pages with the marks set when there are real pages,
// else one of our own of about their size.
func sitePages(tb testing.TB) map[string][]byte {
	pages := make(map[string][]byte)
	if dir := os.Getenv("EDITWATCH_DATA"); dir != "" {
		names, _ := filepath.Glob(filepath.Join(dir, "pages", "naeb", "html", "*.html"))
		slices.Sort(names)
		for _, name := range names {
			page, err := os.ReadFile(name)
			if err != nil {
				tb.Fatal(err)
			}
			if page, ok := mark(page); ok && len(page) < 500_000 && len(pages) < 40 {
				pages[fmt.Sprint(len(pages))] = page
			}
		}
	}
	if len(pages) == 0 {
		pages["0"] = ownPage()
	}
	return pages
}

// mark sets the marks in a real page. It reports whether that could be done:
// some paragraphs must stand in the page as they are read.
func mark(page []byte) ([]byte, bool) {
	r, err := extract.Read(page, extract.Options{ContentType: "text/html; charset=utf-8"})
	if err != nil || r.Extractor == "" || len(r.Text.Paragraphs) < 3 {
		return nil, false
	}
	marked := 0
	for _, para := range r.Text.Paragraphs {
		if len(para) < 60 || bytes.Count(page, []byte(para)) != 1 {
			continue
		}
		more := " In article " + articleMark + "."
		if marked++; marked == 1 {
			more += " It was read " + editMark + " times."
		}
		page = bytes.Replace(page, []byte(para), []byte(para+more), 1)
	}
	body := bytes.Index(page, []byte("</body>"))
	if marked < 3 || body < 0 {
		return nil, false
	}
	return slices.Insert(page, body, []byte(`<script>var seen=`+noiseMark+`</script>`)...), true
}

// ownPage is a page of some 150 KB, of which the article is 8 KB: the share
// that is common.
func ownPage() []byte {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Council votes to close bridge - The Harbour Post</title>
<meta property="og:title" content="Council votes to close bridge"><meta property="og:site_name" content="The Harbour Post">
<script type="application/ld+json">{"@type":"NewsArticle","headline":"Council votes to close bridge","datePublished":"2026-03-01T10:00:00Z"}</script>
<style>` + strings.Repeat(".card-a1{display:flex;margin:0 auto;color:#333}\n", 300) + `</style>
<script>` + strings.Repeat("window.q=window.q||[];q.push(['track',{page:'bridge',slot:3}]);\n", 500) + `</script></head><body>
<nav><ul>` + strings.Repeat(`<li><a class="nav-link" href="/section">Section</a></li>`, 60) + `</ul></nav>
<main><article><header><h1>Council votes to close bridge</h1><p class="standfirst">Drivers face two years of detours after cracks were found.</p></header><div class="body">`)
	for i := range 40 {
		fmt.Fprintf(&b, "<p>In its %dth meeting the council heard that the <a href=\"/b\">old bridge</a> carries %d,000 vehicles a day, and that engineers had found cracks in %d of its piers, "+
			"which nobody had looked at since it was built, as one of them said to %s.</p>\n", i+2, i+7, i+3, articleMark)
	}
	b.WriteString(`<p>The inquiry has heard ` + editMark + ` witnesses so far, and the chair expects to hear as many again before the summer.</p></div></article>
<aside>` + strings.Repeat(`<div class="card"><a href="/x"><img src="a.jpg" alt=""><span class="kicker">Region</span><h3>Another story of the day</h3></a></div>`, 450) + `</aside></main>
<footer>` + strings.Repeat(`<a href="/imprint">Imprint</a> `, 30) + `<span hidden>` + noiseMark + `</span></footer></body></html>`)
	return []byte(b.String())
}
