package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// get asks h for a path and returns the answer.
func get(t testing.TB, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://pages.example"+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// void are the elements without an end tag
// (https://html.spec.whatwg.org/multipage/syntax.html#void-elements).
var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// A sheet is what a check of one page found.
type sheet struct {
	links    []string // internal, to other pages
	problems []string
}

// inspect reads a page as strictly as a person would: every element is closed
// in its order, ids are unique and the page's own fragments exist, inputs have
// labels, nothing runs, nothing is fetched from elsewhere, and links out of the
// house are http and say what they are.
func inspect(body string) sheet {
	var s sheet
	problem := func(format string, args ...any) { s.problems = append(s.problems, fmt.Sprintf(format, args...)) }
	var stack, fragments, labels, inputs []string
	ids := make(map[string]int)
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tok := z.Token()
		switch kind {
		case html.EndTagToken:
			if len(stack) == 0 || stack[len(stack)-1] != tok.Data {
				problem("</%s> closes %v", tok.Data, stack)
				continue
			}
			stack = stack[:len(stack)-1]
			continue
		case html.StartTagToken:
			if !slices.Contains(void, tok.Data) {
				stack = append(stack, tok.Data)
			}
		default:
			continue
		}
		if slices.Contains([]string{"script", "iframe", "object", "embed", "style", "base", "svg"}, tok.Data) {
			problem("<%s> on the page", tok.Data)
		}
		attr := make(map[string]string)
		for _, a := range tok.Attr {
			attr[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				problem("<%s> has an attribute %s", tok.Data, a.Key)
			}
		}
		if id := attr["id"]; id != "" {
			if ids[id]++; ids[id] > 1 {
				problem("id %s twice", id)
			}
		}
		switch tok.Data {
		case "label":
			labels = append(labels, attr["for"])
		case "input", "select":
			inputs = append(inputs, attr["id"])
		}
		for _, key := range []string{"href", "src", "action"} {
			link, ok := attr[key]
			if !ok {
				continue
			}
			u, err := url.Parse(link)
			switch {
			case err != nil || link == "":
				problem("<%s %s=%q>", tok.Data, key, link)
			case strings.HasPrefix(link, "#"):
				fragments = append(fragments, link[1:])
			case u.Scheme == "" && strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//"):
				if key == "href" {
					s.links = append(s.links, link)
				}
			case (u.Scheme == "http" || u.Scheme == "https") && tok.Data == "a":
				if !strings.Contains(attr["rel"], "noreferrer") || !strings.Contains(attr["rel"], "external") {
					problem("link to %s lacks rel", link)
				}
			default:
				problem("<%s %s=%q>", tok.Data, key, link)
			}
		}
	}
	if len(stack) > 0 {
		problem("not closed: %v", stack)
	}
	for _, f := range fragments {
		if ids[f] == 0 {
			problem("nothing is at #%s", f)
		}
	}
	for _, id := range inputs {
		if !slices.Contains(labels, id) {
			problem("input %q has no label", id)
		}
	}
	return s
}

// TestEveryPageIsSound follows every link from the first page on. What was read
// from the hostile article stands in every field there is.
func TestEveryPageIsSound(t *testing.T) {
	record := writtenHistory(t)
	h := New(Options{Store: record.st, Version: "test", Search: record.filled()})
	seen := map[string]bool{"/": true}
	next := []string{"/", "/search?q=council&class=fact&since=2026-05-03", "/?class=headline&min=major&since=2026-05-01", "/sources/The%20Harbour%20Post?class=removed",
		articlePath(record.bridge) + "?class=fact&min=minor", diffPath(record.bridge, 1, 6) + "?view=inline", "/lookup?url=nothing.example%2F%22%3Cscript%3E", "/nowhere", "/articles/none"}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		w := get(t, h, path)
		for name, want := range security {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s: header %s = %q, want %q", path, name, got, want)
			}
		}
		body := w.Body.String()
		if strings.Contains(body, "secret-token") {
			t.Errorf("%s: shows the address of a feed", path)
		}
		if strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: a template was given something unsafe", path)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		if !strings.Contains(body, `<meta name="robots" content="noindex, noarchive">`) {
			t.Errorf("%s: may be indexed", path)
		}
		s := inspect(body)
		for _, p := range s.problems {
			t.Errorf("%s: %s", path, p)
		}
		for _, link := range s.links {
			if link, _, _ = strings.Cut(link, "#"); link == "/lookup" || seen[link] {
				continue
			}
			seen[link] = true
			next = append(next, link)
			if w := get(t, h, link); w.Code != http.StatusOK {
				t.Errorf("%s links %s, which answers %d", path, link, w.Code)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d pages were reached", len(seen))
	}
}

// TestInspect shows that the check above finds what it is for.
func TestInspect(t *testing.T) {
	for _, bad := range []string{
		`<p><b></p></b>`, `<p>`, `<a id="x"></a><a id="x"></a>`, `<a href="#x">x</a>`, `<a href="javascript:x">x</a>`,
		`<a href="https://x.example/">x</a>`, `<img src="https://x.example/">`, `<img src="//x.example/">`, `<p onclick="x"></p>`,
		`<p style="x"></p>`, `<script></script>`, `<input id="x">`,
	} {
		if s := inspect(bad); len(s.problems) == 0 {
			t.Errorf("inspect(%s) found nothing", bad)
		}
	}
	if s := inspect(`<p id="x"><a href="#x">&lt;script&gt;</a><br><a href="/y">y</a></p>`); len(s.problems) != 0 {
		t.Error(s.problems)
	}
}
