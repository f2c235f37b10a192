package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tmaxmax/go-sse"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// A listener is a client of the stream that remembers what it heard.
type listener struct {
	mu   sync.Mutex
	seqs []news.Seq
	bad  []string
}

func (l *listener) hear(e sse.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Data == "" {
		return // how far the stream has come
	}
	var rep news.Report
	if err := json.Unmarshal([]byte(e.Data), &rep); err != nil || strconv.FormatUint(uint64(rep.Seq), 10) != e.LastEventID {
		l.bad = append(l.bad, fmt.Sprint(err, e))
	}
	l.seqs = append(l.seqs, rep.Seq)
}

func (l *listener) heard() []news.Seq {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.seqs)
}

// running serves the pages as the program does, until stop.
func running(t *testing.T, addr string, o Options) (url string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	closing := make(chan struct{})
	o.Closing = closing
	srv := Server(addr, New(o), nil)
	go srv.Serve(l)
	return "http://" + l.Addr().String(), func() {
		close(closing)
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := srv.Shutdown(ctx); err != nil {
			t.Errorf("streams keep the server from ending: %v", err)
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

// TestStreamSurvivesRestarts: a client that was there from the first event on
// hears each once, in order, though the server stops twice and events are
// recorded meanwhile.
func TestStreamSurvivesRestarts(t *testing.T) {
	hist := newHistory(t)
	a := hist.manyVersions(5)
	url, stop := running(t, "127.0.0.1:0", Options{Store: hist.st})
	addr := strings.TrimPrefix(url, "http://")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+apiRoot+"/stream?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{}
	client := sse.Client{Backoff: sse.Backoff{InitialInterval: 20 * time.Millisecond, MaxInterval: 50 * time.Millisecond}}
	conn := client.NewConnection(req)
	conn.SubscribeToAll(l.hear)
	ended := make(chan struct{})
	go func() { defer close(ended); conn.Connect() }()

	n := 4 // five versions are four edits
	more := func() {
		n++
		hist.read(&a, news.Text{Headline: "A count", Paragraphs: []string{"The count stands at " + strconv.Itoa(100+n) + ".", "It goes on."}},
			opened.Add(time.Duration(n)*time.Minute))
	}
	for range 2 {
		eventually(t, "the client hears what there is", func() bool { return len(l.heard()) == n })
		more()
		more()
		eventually(t, "it hears what is recorded", func() bool { return len(l.heard()) == n })
		stop()
		more()
		more()
		_, stop = running(t, addr, Options{Store: hist.st})
	}
	more()
	eventually(t, "it hears everything", func() bool { return len(l.heard()) >= n })
	cancel()
	<-ended
	stop()
	for i, seq := range l.heard() {
		if seq != news.Seq(i+1) {
			t.Fatalf("heard %d of %d: %v", len(l.heard()), n, l.heard())
		}
	}
	if len(l.bad) > 0 {
		t.Errorf("cannot be read: %q", l.bad)
	}
}

// firstLines asks for a stream that ends at once, and returns it.
func firstLines(t *testing.T, o Options, path string, header ...string) string {
	t.Helper()
	closing := make(chan struct{})
	close(closing)
	o.Closing = closing
	return get(t, New(o), path, header...).Body.String()
}

func TestStreamBegins(t *testing.T) {
	w := writtenHistory(t)
	events, err := w.st.Events(t.Context(), store.EventQuery{Max: 1})
	if err != nil {
		t.Fatal(err)
	}
	newest := events[0].Seq
	o := Options{Store: w.st}
	end := fmt.Sprintf("retry: 3000\nid: %d\n\n: editwatch stops; come again\n\n", newest)
	for name, tt := range map[string]struct {
		path   string
		header []string
		want   string
	}{
		"at the next event":        {"", nil, end},
		"after the newest":         {"?after=" + fmt.Sprint(newest), nil, end},
		"after one":                {"?after=" + fmt.Sprint(newest-1), nil, ""},
		"where it was cut off":     {"?after=0", []string{"Last-Event-ID", fmt.Sprint(newest)}, end},
		"after a record's restore": {"?after=99999", nil, end},
	} {
		got := firstLines(t, o, apiRoot+"/stream"+tt.path, tt.header...)
		if tt.want != "" && got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		if tt.want == "" && strings.Count(got, "\ndata: ") != 1 {
			t.Errorf("%s: %q", name, got)
		}
	}
	all := firstLines(t, o, apiRoot+"/stream?after=0")
	if n := strings.Count(all, "\ndata: "); n != int(newest) {
		t.Errorf("%d messages of %d events", n, newest)
	}
	one := firstLines(t, o, apiRoot+"/stream?after=0&article="+string(w.bridge))
	if n := strings.Count(one, "\ndata: "); n != 5 {
		t.Errorf("%d messages of an article's 5 events", n)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	var s streams
	far, beside := netip.MustParseAddr("192.0.2.1"), netip.Addr{}
	var open []func()
	take := func(from netip.Addr, n int) {
		t.Helper()
		for range n {
			done, err := s.open(from)
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, done)
		}
	}
	take(far, maxStreamsEach)
	if _, err := s.open(far); err != errStreamsEach {
		t.Errorf("one more from an address: %v", err)
	}
	take(beside, maxStreams-maxStreamsEach)
	if _, err := s.open(beside); err != errStreams {
		t.Errorf("one more than may be open: %v", err)
	}
	for _, done := range open {
		done()
	}
	if s.all != 0 || len(s.each) != 0 {
		t.Errorf("%d streams stay open, of %v", s.all, s.each)
	}
}

// TestStreamCutsOffWhoDoesNotRead: a client that takes nothing is dropped, and
// its place is free again.
func TestStreamCutsOffWhoDoesNotRead(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for a write to time out")
	}
	hist := newHistory(t)
	a := hist.sight(news.Article{URL: "https://long.example/1", Source: "Long", FirstSeen: opened})
	for i := range 24 {
		// Long enough to fill the buffers between, and not to be compared by words.
		long := strings.Repeat("word"+strconv.Itoa(i)+" ", 25_000) + "end"
		hist.read(&a, news.Text{Headline: "Long", Paragraphs: []string{long}}, opened.Add(time.Duration(i)*time.Minute))
	}
	s := New(Options{Store: hist.st})
	srv := httptest.NewUnstartedServer(s)
	srv.Config.WriteTimeout, srv.Config.ReadTimeout = writeTimeout, readTimeout
	ended := make(chan struct{})
	srv.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(w, r)
		close(ended)
	})
	srv.Start()
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.(*net.TCPConn).SetReadBuffer(1 << 10)
	fmt.Fprintf(c, "GET %s/stream?after=0 HTTP/1.1\r\nHost: x\r\n\r\n", apiRoot)
	<-ended // or the client, which reads nothing, holds the stream
}

// TestStreamOutlivesTheLimitsOfRequests: neither the limit on reading nor that
// on writing a whole answer ends a stream.
func TestStreamOutlivesTheLimitsOfRequests(t *testing.T) {
	hist := newHistory(t)
	a := hist.manyVersions(2)
	srv := httptest.NewUnstartedServer(New(Options{Store: hist.st}))
	srv.Config.WriteTimeout, srv.Config.ReadTimeout = 50*time.Millisecond, 50*time.Millisecond
	srv.Start()
	defer srv.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+apiRoot+"/stream", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	time.Sleep(200 * time.Millisecond)
	hist.read(&a, news.Text{Headline: "A count", Paragraphs: []string{"The count stands at 7."}}, opened.Add(time.Hour))
	b := make([]byte, 64<<10)
	var all strings.Builder
	for !strings.Contains(all.String(), "data: ") {
		n, err := resp.Body.Read(b)
		all.Write(b[:n])
		if err != nil && !strings.Contains(all.String(), "data: ") {
			t.Fatalf("%v after %q", err, all.String())
		}
	}
	cancel()
	io.Copy(io.Discard, resp.Body)
}
