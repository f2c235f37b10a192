package newsroom

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// get asks the newsroom for an address and returns the answer as a client that
// knows gzip would see it.
func get(t *testing.T, n *Newsroom, url string, header ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest("GET", url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	n.ServeHTTP(w, r)
	res := w.Result()
	var body io.Reader = res.Body
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(body)
		if err != nil {
			t.Fatal(err)
		}
		body = z
	}
	b, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

// shown returns the words of a page as a reader sees them, without scripts.
func shown(t *testing.T, page string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		switch {
		case n.Type != html.TextNode, n.Parent.Data == "script", n.Parent.Data == "style":
		default:
			b.WriteString(n.Data)
		}
	}
	s := strings.NewReplacer("\u00ad", "", "\u200b", "").Replace(b.String())
	return strings.Join(strings.Fields(s), " ")
}

// showsAll reports which piece of the text the page lacks, quotes aside.
func showsAll(t *testing.T, page string, text Text) {
	t.Helper()
	words := straighten(shown(t, page))
	text.each(func(p string) string {
		if !strings.Contains(words, straighten(p)) {
			t.Errorf("the page does not show %q", p)
		}
		return p
	})
}

func TestPagesShowTheirArticles(t *testing.T) {
	n := New(Options{Seed: 3, Quiet: true})
	for _, o := range n.Outlets() {
		for range layouts {
			for _, a := range o.Articles() {
				for _, noise := range []Noise{NoNoise, AllNoise &^ Escapes} {
					o.SetNoise(noise)
					res, body := get(t, n, a.URL())
					if res.StatusCode != 200 || !strings.Contains(body, "</html>") || strings.Contains(body, "ZgotmplZ") {
						t.Fatalf("%s: status %d, %d bytes", a.URL(), res.StatusCode, len(body))
					}
					showsAll(t, body, a.Text())
				}
			}
			o.Redesign()
		}
	}
}

func TestQuietPagesStaySame(t *testing.T) {
	n := New(Options{Quiet: true})
	for _, o := range n.Outlets() {
		for _, a := range o.Articles() {
			_, one := get(t, n, a.URL())
			_, two := get(t, n, a.URL())
			if one != two {
				t.Errorf("%s changed by itself", a.URL())
			}
		}
	}
}

// TestNoise turns each noise on by itself: some reading out of a few must look
// different, and each must show the same words. In the layout that shows it.
func TestNoise(t *testing.T) {
	for _, k := range Noises() {
		t.Run(strings.ReplaceAll(k.String(), " ", "_"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := New(Options{Seed: 5, Quiet: true})
				seen := false
				for _, o := range n.Outlets() {
					a := o.Articles()[0]
					o.SetNoise(k)
					first := ""
					for range 6 {
						time.Sleep(time.Minute)
						url := a.URL()
						if k == FeedOrder {
							url = o.FeedURL()
						}
						_, body := get(t, n, url)
						if k != Escapes && k != FeedOrder {
							showsAll(t, body, a.Text())
						}
						if first == "" {
							first = body
						}
						seen = seen || body != first
					}
				}
				if !seen {
					t.Error("no page of any outlet varies")
				}
				if got := len(n.Truth()); got != countArticles(n) {
					t.Errorf("noise is in the log: %d changes", got)
				}
			})
		})
	}
	if AllNoise.String() == "" || NoNoise.String() != "none" || len(Noises()) < 11 {
		t.Errorf("noises are %v", Noises())
	}
}

func countArticles(n *Newsroom) int {
	c := 0
	for _, o := range n.Outlets() {
		c += len(o.Articles())
	}
	return c
}

func TestDeterministic(t *testing.T) {
	tell := func(seed uint64) string {
		var b bytes.Buffer
		synctest.Test(t, func(t *testing.T) {
			n := New(Options{Seed: seed})
			for _, o := range n.Outlets() {
				for _, a := range o.Articles() {
					for range 3 {
						_, body := get(t, n, a.URL())
						b.WriteString(body)
						a.Step()
						time.Sleep(time.Second)
					}
				}
				_, body := get(t, n, o.FeedURL())
				b.WriteString(body)
			}
			json.NewEncoder(&b).Encode(n.Truth())
		})
		return b.String()
	}
	if one, again := tell(1), tell(1); one != again {
		t.Error("the same seed tells different stories")
	}
	if tell(1) == tell(2) {
		t.Error("different seeds tell the same stories")
	}
}

func TestFeeds(t *testing.T) {
	n := New(Options{Quiet: true})
	for _, o := range n.Outlets() {
		_, body := get(t, n, o.FeedURL())
		var titles, links []string
		switch o.format {
		case "rss":
			var f rssFeed
			if err := xml.Unmarshal([]byte(body), &f); err != nil {
				t.Fatal(err)
			}
			for _, it := range f.Channel.Items {
				titles, links = append(titles, it.Title), append(links, strings.TrimSuffix(it.Link, "?utm_source=rss"))
			}
		case "atom":
			var f atomFeed
			if err := xml.Unmarshal([]byte(body), &f); err != nil {
				t.Fatal(err)
			}
			for _, e := range f.Entries {
				titles, links = append(titles, e.Title), append(links, e.Links[0].Href)
			}
		case "json":
			var f jsonFeed
			if err := json.Unmarshal([]byte(body), &f); err != nil {
				t.Fatal(err)
			}
			for _, it := range f.Items {
				titles, links = append(titles, it.Title), append(links, it.URL)
			}
		}
		for i, a := range slices.Backward(o.Articles()) {
			at := len(o.Articles()) - 1 - i
			if len(titles) <= at || titles[at] != a.Text().Headline || links[at] != a.URL() {
				t.Errorf("%s: entry %d is not %q at %s", o.Slug, at, a.Text().Headline, a.URL())
			}
		}
		_, front := get(t, n, o.URL())
		if !strings.Contains(front, `rel="alternate"`) || !strings.Contains(front, o.FeedURL()) {
			t.Errorf("%s: the front page does not name the feed", o.Slug)
		}
		if res, body := get(t, n, o.URL()+"robots.txt"); res.StatusCode != 200 || !strings.Contains(body, "User-agent: *") {
			t.Errorf("%s: robots.txt is %d %q", o.Slug, res.StatusCode, body)
		}
		if res, _ := get(t, n, o.URL()+o.Articles()[0].section+"/"); res.StatusCode != 200 {
			t.Errorf("%s: a section answers %d", o.Slug, res.StatusCode)
		}
	}
}

func TestFeedIsCapped(t *testing.T) {
	n := New(Options{})
	o := n.Outlet("meridian-wire")
	first := o.Articles()[0]
	for range feedCap + 1 {
		o.PublishStory()
	}
	_, body := get(t, n, o.FeedURL())
	if got := strings.Count(body, `"id"`); got != feedCap {
		t.Errorf("%d entries, want %d", got, feedCap)
	}
	if strings.Contains(body, first.URL()) {
		t.Error("the oldest article is still in the feed")
	}
	if res, _ := get(t, n, first.URL()); res.StatusCode != 200 {
		t.Errorf("the oldest article answers %d", res.StatusCode)
	}
}

func TestConditionalRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Options{Quiet: true})
		o := n.Outlet("nordblatt")
		a := o.Articles()[0]
		for _, url := range []string{a.URL(), o.FeedURL()} {
			for _, accept := range []string{"gzip", "identity"} {
				res, _ := get(t, n, url, "Accept-Encoding", accept)
				if (res.Header.Get("Content-Encoding") == "gzip") != (accept == "gzip") {
					t.Errorf("asked for %s, got %q", accept, res.Header.Get("Content-Encoding"))
				}
				tag, date := res.Header.Get("ETag"), res.Header.Get("Last-Modified")
				for _, h := range [][]string{{"If-None-Match", tag}, {"If-Modified-Since", date}, {"If-None-Match", tag, "If-Modified-Since", "Mon, 02 Jan 2006 15:04:05 GMT"}} {
					if res, body := get(t, n, url, append(h, "Accept-Encoding", accept)...); res.StatusCode != 304 || body != "" {
						t.Errorf("%s %v: %d with %d bytes, want an empty 304", url, h, res.StatusCode, len(body))
					}
				}
				if res, _ := get(t, n, url, "If-None-Match", `"other"`, "If-Modified-Since", date, "Accept-Encoding", accept); res.StatusCode != 200 {
					t.Errorf("another tag: %d, want 200", res.StatusCode)
				}
			}
		}
		res, _ := get(t, n, a.URL())
		time.Sleep(2 * time.Second)
		a.Step()
		for _, h := range [][]string{{"If-None-Match", res.Header.Get("ETag")}, {"If-Modified-Since", res.Header.Get("Last-Modified")}} {
			if res, _ := get(t, n, a.URL(), h...); res.StatusCode != 200 {
				t.Errorf("after an edit, %v: %d", h, res.StatusCode)
			}
		}
		o.SetValidators(false)
		o.SetCompression(false)
		res, _ = get(t, n, a.URL(), "If-None-Match", "*", "Accept-Encoding", "gzip")
		if res.StatusCode != 200 || res.Header.Get("ETag") != "" || res.Header.Get("Content-Encoding") != "" {
			t.Errorf("with both off: %d %v", res.StatusCode, res.Header)
		}
	})
}

// TestLayouts keeps a page of each outlet to look at.
func TestLayouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New(Options{Seed: 1})
		for _, o := range n.Outlets() {
			_, got := get(t, n, o.Articles()[len(o.Articles())-1].URL())
			file := filepath.Join("testdata", o.Slug+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s is not as in %s; run with -update and look at the difference", o.Slug, file)
			}
		}
	})
}
