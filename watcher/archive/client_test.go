package archive

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/watcher/archive/archivetest"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// served is an archive on a socket, with a client of it.
func served(t *testing.T, o archivetest.Options) (*archivetest.Wayback, *Client) {
	o.Keys = keys
	w := archivetest.New(o)
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	t.Cleanup(func() {
		for _, c := range w.Complaints() {
			t.Errorf("the archive complains: %s", c)
		}
	})
	return w, NewClient(ClientOptions{
		APIURL: s.URL + "/", Keys: keys, UserAgent: "editwatch/test (+https://example.org)", Gap: time.Millisecond,
		HTTP: HTTP(safehttp.Options{Allow: loopback}),
	})
}

func TestClient(t *testing.T) {
	const page = "https://harbour.example/news/bridge?id=1&x=ü"
	w, c := served(t, archivetest.Options{Page: func(string) (string, int) { return "The bridge closes.", 200 }})
	ctx := t.Context()
	job, err := c.Save(ctx, page, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var saved *Saved
	for saved == nil {
		var failed *Trouble
		if saved, failed, err = c.Job(ctx, job, page); err != nil || failed != nil {
			t.Fatal(err, failed)
		}
	}
	if !strings.HasPrefix(saved.URL, c.o.APIURL+"/web/2") || time.Since(saved.At) > time.Minute {
		t.Errorf("saved as %+v", saved)
	}
	found, err := c.Find(ctx, page, span{From: saved.At, Until: saved.At.Add(time.Second)})
	if err != nil || found == nil || *found != *saved {
		t.Errorf("found %+v, %v, want %+v", found, err, saved)
	}
	found, err = c.Find(ctx, page, span{From: saved.At.Add(time.Millisecond), Until: saved.At.Add(time.Hour)})
	if err != nil || found != nil {
		t.Errorf("found %+v, %v, from after it was taken", found, err)
	}
	if n := w.Count("save"); n != 1 {
		t.Errorf("asked to save %d times", n)
	}
}

// Nothing of what goes wrong may tell the keys or what the archive wrote, and
// nothing leads to another server.
func TestClientFaults(t *testing.T) {
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("a redirect was followed")
	}))
	defer inside.Close()
	hang := make(chan struct{})
	tests := map[string]http.HandlerFunc{
		"redirect":  answer(302, "", "Location", inside.URL),
		"error":     answer(500, "secret body "+keys),
		"garbage":   answer(200, "secret body "+keys),
		"wrong":     answer(200, `["secret body"]`),
		"too_large": answer(200, `{"x":"`+strings.Repeat("secret body", 1<<20)),
		"cut_off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte(`{"status":`))
		},
		"hangs_up": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"slow":     func(_ http.ResponseWriter, r *http.Request) { <-hang },
		"denied":   answer(403, "secret body"),
	}
	for name, fault := range tests {
		t.Run(name, func(t *testing.T) {
			w, c := served(t, archivetest.Options{})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if name == "slow" {
				c.o.HTTP.Timeout = 50 * time.Millisecond
				defer close(hang)
			}
			w.Fault(fault)
			_, err := c.Account(ctx)
			trouble, ok := errors.AsType[*Trouble](err)
			if !ok || trouble.text == "" {
				t.Fatalf("got %v", err)
			}
			for e := error(trouble); e != nil; e = errors.Unwrap(e) {
				if s := e.Error(); strings.Contains(s, "secret") {
					t.Errorf("the error tells: %s", s)
				}
			}
		})
	}
	t.Run("private", func(t *testing.T) {
		_, c := served(t, archivetest.Options{})
		c.o.HTTP = HTTP(safehttp.Options{})
		if _, err := c.Account(t.Context()); !errors.Is(err, safehttp.ErrPrivate) {
			t.Errorf("got %v, want that it is not dialled", err)
		}
	})
}

// Whatever the archive answers, what is made of it is a time and an address of
// the archive's own, or trouble.
func FuzzAnswers(f *testing.F) {
	f.Add(`{"status":"success","timestamp":"20260301120000","original_url":"https://harbour.example/a"}`)
	f.Add(`[["timestamp","original"],["20260301120000","https://harbour.example/a"]]`)
	f.Add(`{"status":"error","status_ext":"error:blocked"}`)
	f.Add(`{"job_id":"../../x","message":"\u0000"}`)
	f.Add(`[[],["20260301120000"]]`)
	f.Fuzz(func(t *testing.T, body string) {
		const page = "https://harbour.example/a"
		c := NewClient(ClientOptions{APIURL: "https://archive.example", UserAgent: "editwatch/test", Gap: 1,
			HTTP: &http.Client{Transport: inMemory{answer(http.StatusOK, body)}}})
		check := func(s *Saved) {
			if s != nil && (!strings.HasPrefix(s.URL, "https://archive.example/web/") || s.At.IsZero()) {
				t.Errorf("saved as %+v", s)
			}
		}
		s, _, _ := c.Job(t.Context(), "spn2-1", page)
		check(s)
		s, _ = c.Find(t.Context(), page, span{From: time.Unix(0, 0), Until: time.Now()})
		check(s)
		c.Save(t.Context(), page, time.Minute)
	})
}
