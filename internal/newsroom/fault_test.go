package newsroom

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// TestFaults reads an article through each fault over real connections.
func TestFaults(t *testing.T) {
	n := New(Options{Quiet: true, Slow: time.Millisecond, RetryAfter: 90 * time.Second})
	if err := n.Start(); err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	a := n.Outlet("harbour-post").Articles()[0]
	a.Step()
	now, before := a.Text(), a.Versions()[0]
	paragraph := now.Paragraphs[len(now.Paragraphs)-2]
	want := map[Fault]struct {
		status int
		path   string // after redirects; empty: the article's own
		words  string // on the page
		reads  bool   // the whole text is there to read
	}{
		ConsentWall:     {200, "", "our 842 partners", false},
		ConsentRedirect: {200, "/consent", "our 842 partners", false},
		Paywall:         {200, "", now.Headline, false},
		BotCheck403:     {403, "", "verify that you are a human", false},
		BotCheck200:     {200, "", "verify that you are a human", false},
		ScriptShell:     {200, "", "enable JavaScript", false},
		Soft404:         {200, "", "Page not found", false},
		Login:           {200, "/login", "Log in", false},
		RedirectHome:    {200, "/", "The Harbour Post", false},
		ServerError:     {500, "", "Something went wrong", false},
		BadGateway:      {502, "", "Bad Gateway", false},
		Unavailable:     {503, "", "Something went wrong", false},
		TooMany:         {429, "", "Something went wrong", false},
		Truncated:       {200, "", now.Headline, false},
		CutShort:        {200, "", now.Headline, false},
		EmptyBody:       {200, "", "", false},
		Slow:            {200, "", now.Headline, true},
		Mislabelled:     {200, "", "<h1>", false},
		BadBytes:        {200, "", "<h1>", false},
		OldCopy:         {200, "", "<h1>", false},
	}
	for _, f := range Faults() {
		t.Run(strings.ReplaceAll(string(f), " ", "_"), func(t *testing.T) {
			w, ok := want[f]
			if !ok {
				t.Fatal("not in the table")
			}
			a.Fault(f, 1)
			res, body, err := read(a.URL())
			if broken := f == Truncated; broken != errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("the connection ends with %v", err)
			}
			path := res.Request.URL.Path
			if w.path == "" {
				w.path = a.path()
			}
			if res.StatusCode != w.status || path != w.path {
				t.Errorf("answer %d at %s, want %d at %s", res.StatusCode, path, w.status, w.path)
			}
			if !strings.Contains(body, w.words) {
				t.Errorf("no %q in %q", w.words, body)
			}
			if got := strings.Contains(body, paragraph) && !strings.Contains(body, "<h1>"+before.Headline); got != w.reads && f != OldCopy && f != BadBytes && f != Mislabelled {
				t.Errorf("the article is there to read: %t", got)
			}
			if (f == Unavailable || f == TooMany) && res.Header.Get("Retry-After") != "90" {
				t.Errorf("Retry-After is %q", res.Header.Get("Retry-After"))
			}
			if (f == EmptyBody) != (body == "") {
				t.Errorf("the body has %d bytes", len(body))
			}
			if (f == BadBytes) == utf8.ValidString(body) {
				t.Errorf("valid UTF-8: %t", utf8.ValidString(body))
			}
			if (f == Mislabelled) != strings.Contains(res.Header.Get("Content-Type"), "8859") {
				t.Errorf("Content-Type is %q", res.Header.Get("Content-Type"))
			}
			if n.Served()[f] != 1 {
				t.Errorf("served %d times", n.Served()[f])
			}
			// The next reading is well again.
			if _, body, err := read(a.URL()); err != nil || !strings.Contains(body, paragraph) {
				t.Errorf("after the fault: %v, %q", err, body)
			}
		})
	}
	if len(Faults()) < 13 {
		t.Errorf("only %d faults", len(Faults()))
	}
	if got := slices.IndexFunc(n.Truth(), func(c Change) bool { return c.Kind != Published && c.Kind != Edited }); got >= 0 {
		t.Errorf("a fault is in the log: %+v", n.Truth()[got])
	}
}

func read(url string) (*http.Response, string, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(url)
	if err != nil {
		return &http.Response{Request: &http.Request{URL: nil}}, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return res, string(b), err
}

func TestOldCopyAlternates(t *testing.T) {
	n := New(Options{Quiet: true})
	a := n.Outlet("harbour-post").Articles()[0]
	a.Step()
	a.Fault(OldCopy, -1)
	versions := a.Versions()
	var got []bool
	for range 6 {
		_, body := get(t, n, a.URL())
		old := !strings.Contains(shown(t, body), versions[1].Paragraphs[0])
		got = append(got, old)
	}
	if slices.Equal(got, []bool{false, false, false, false, false, false}) || !slices.Contains(got, false) {
		t.Errorf("old copies: %v", got)
	}
	a.Fault(NoFault, 0)
	for range 2 {
		if _, body := get(t, n, a.URL()); !strings.Contains(shown(t, body), versions[1].Paragraphs[0]) {
			t.Error("an old copy after the fault ended")
		}
	}
}

func TestFeedFault(t *testing.T) {
	n := New(Options{})
	o := n.Outlets()[0]
	o.FaultFeed(BotCheck403, 1)
	if res, body := get(t, n, o.FeedURL()); res.StatusCode != 403 || !strings.Contains(body, "<html") {
		t.Errorf("status %d, body %q", res.StatusCode, body)
	}
	if res, _ := get(t, n, o.FeedURL()); res.StatusCode != 200 {
		t.Errorf("after the fault: %d", res.StatusCode)
	}
}
