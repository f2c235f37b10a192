package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/editwatch/editwatch/bot"
)

// A press is a site of articles for measuring: each has a number that counts
// its edits. It says when an edit was first served.
type press struct {
	*httptest.Server
	furniture string             // around every article
	others    []*httptest.Server // further hosts of the same articles

	mu     sync.Mutex // guards what follows
	edits  map[string]int
	served map[string]time.Time // by article and number of edits
	asked  map[string]int
}

// huge is the size of the press's one body that nobody wants.
const huge = 64 << 20

func newPress(tb testing.TB, articles int, furniture string) *press {
	p := &press{furniture: furniture, edits: map[string]int{}, served: map[string]time.Time{}, asked: map[string]int{}}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write(make([]byte, huge)) // a bytes.Buffer does not fail
	z.Close()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked[r.URL.Path]++
		p.mu.Unlock()
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/feed":
			w.Header().Set("Content-Type", "application/rss+xml")
			fmt.Fprint(w, `<rss version="2.0"><channel><title>The Press</title>`)
			list := []string{"/huge", "/bomb"}
			for i := range articles {
				list = append(list, p.article(i))
			}
			for i, name := range list {
				fmt.Fprintf(w, "<item><guid>%s</guid><title>Article %s</title><link>%s%s</link></item>", name, name, p.host(i), name)
			}
			fmt.Fprint(w, "</channel></rss>")
		case "/huge": // of a length that it does not tell
			w.Header().Set("Content-Type", "text/html")
			line := bytes.Repeat([]byte("<p>more of the same, and more</p>\n"), 1<<10)
			for n := 0; n < huge; n += len(line) {
				if _, err := w.Write(line); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(bomb.Bytes())
		default:
			p.page(w, r)
		}
	})
	p.Server = httptest.NewServer(handler)
	tb.Cleanup(p.Close)
	for range pressHosts - 1 {
		other := httptest.NewServer(handler)
		tb.Cleanup(other.Close)
		p.others = append(p.others, other)
	}
	return p
}

// pressHosts is how many hosts a press has: as many as are polled at once.
const pressHosts = 16

func (p *press) host(i int) string {
	if i %= pressHosts; i > 0 {
		return p.others[i-1].URL
	}
	return p.URL
}

func (p *press) article(i int) string { return fmt.Sprintf("/article/%d", i) }

func (p *press) page(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	p.mu.Lock()
	n := p.edits[name]
	if key := fmt.Sprint(name, " ", n); p.served[key].IsZero() {
		p.served[key] = time.Now()
	}
	p.mu.Unlock()
	etag := fmt.Sprintf(`"%d"`, n)
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><head><title>Article</title></head><body>%[1]s<main><article><h1>The count of the harbour office %[2]s</h1>
<p>The clerks of the harbour office counted %[3]d ships on their way past lighthouse %[2]s this year, more than in any other.</p>
<p>Nobody had asked them to, and nobody has thanked them for it, says the oldest of the %[2]s of them, who has counted since he was a boy.</p>
<p>The count is kept in a book with a red spine, and the book is kept in the tower, where it is safe from the sea, in shelf %[2]s.</p>
</article></main>%[1]s</body></html>`, p.furniture, filepath.Base(name), 1000+n)
}

// rounds returns how often the article that was asked for least was asked for,
// and 0 until the two answers that nobody wants were, too.
func (p *press) rounds(articles int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	least := p.asked[p.article(0)]
	for i := range articles {
		least = min(least, p.asked[p.article(i)])
	}
	if p.asked["/huge"] == 0 || p.asked["/bomb"] == 0 {
		return 0
	}
	return least
}

func (p *press) editAll(articles int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range articles {
		p.edits[p.article(i)]++
	}
}

// memoryBound is generous: what the design asks for is measured and logged.
const memoryBound = 128 << 20

// TestMemory runs the program as a process of its own over 500 articles, one
// answer of 64 MB that does not tell its length, and one that unpacks to that.
// It reads every page, and again when all are edited, and says how much memory
// the process took at its peak. The goal is 64 MB:
//
//	go test ./cmd/editwatch -run TestMemory -v
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the peak is read from /proc")
	}
	if raced {
		t.Skip("the race detector takes memory of its own")
	}
	const articles = 498 // and the two that nobody wants
	p := newPress(t, articles, strings.Repeat(`<div class="card"><a href="/x"><img src="a.jpg" alt=""><span>Region</span></a></div>`, 700))
	dir := t.TempDir()
	conf := filepath.Join(dir, "editwatch.toml")
	text := fmt.Sprintf(`store = %q
listen = "127.0.0.1:0"
[poll]
gap = "0s"
allow = ["127.0.0.0/8"]
ages = [{ under = "1h", every = "1s" }]
[[watch]]
url = %q
channel = "console"
`, filepath.Join(dir, "memory.db"), p.URL+"/feed")
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "run", "--config", conf)
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() }) // else it would poll on, whoever has its ports next
	await := func(rounds int) {
		t.Helper()
		for end := time.Now().Add(2 * time.Minute); p.rounds(articles) < rounds; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d rounds of %d\n%s", p.rounds(articles), rounds, log.String())
			}
		}
	}
	await(1)
	first := memory(t, cmd.Process.Pid)
	p.editAll(articles)
	await(p.rounds(articles) + 2) // one may be under way
	last := memory(t, cmd.Process.Pid)
	cmd.Process.Signal(os.Interrupt)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it did not end cleanly: %v\n%s", err, log.String())
	}
	t.Logf("after the first round: %s", first)
	t.Logf("after edits of all:    %s", last)
	if last["VmHWM"] > memoryBound {
		t.Errorf("the peak was %d MB, want at most %d", last["VmHWM"]>>20, memoryBound>>20)
	}
}

// memoryUse is what the kernel tells of a process's memory, in bytes.
type memoryUse map[string]int

func (m memoryUse) String() string {
	return fmt.Sprintf("peak %.1f MB; now %.1f MB, of which the store's file %.1f MB", mb(m["VmHWM"]), mb(m["VmRSS"]), mb(m["RssFile"]))
}

func mb(n int) float64 { return float64(n) / (1 << 20) }

func memory(t *testing.T, pid int) memoryUse {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	m := memoryUse{}
	for _, f := range regexp.MustCompile(`(?m)^(VmHWM|VmRSS|RssFile):\s+(\d+) kB`).FindAllStringSubmatch(string(b), -1) {
		n, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		m[f[1]] = n << 10
	}
	return m
}

// wholeProgram runs everything but the pages in this process, with a webhook
// whose posts go to told, until stop is called.
func wholeProgram(tb testing.TB, told func(body []byte, at time.Time), change func(*config)) (a *app, stop func()) {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := time.Now()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			tb.Error(err)
		}
		told(body, at)
	}))
	conf := defaults()
	conf.Store = filepath.Join(tb.TempDir(), "load.db")
	conf.Listen = "127.0.0.1:0"
	conf.Poll.Gap = 0
	conf.Poll.Allow = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	conf.Announce.Coalesce = 0
	conf.Channels = []channelConfig{{Name: "desk", Kind: "webhook", URL: receiver.URL}}
	change(&conf)
	ctx, cancel := context.WithCancel(context.Background())
	e := &env{ctx: ctx, stdout: io.Discard, stderr: io.Discard, global: &grammar{}}
	l, err := conf.listener()
	if err != nil {
		tb.Fatal(err)
	}
	if a, err = newApp(e, conf); err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.run(e, l, nil, false) }()
	return a, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			tb.Error(err)
		}
		if err := a.close(); err != nil {
			tb.Error(err)
		}
		receiver.Close()
	})
}

func add(tb testing.TB, a *app, url string) {
	tb.Helper()
	answer, err := a.bot.Do(tb.Context(), bot.Command{Verb: bot.Add, Target: url, Channel: "desk", Everywhere: true})
	if err != nil || answer.Refused {
		tb.Fatal(answer, err)
	}
}

// TestNothingRunsOn ends a whole program that has polled and announced, and
// looks for goroutines that it left behind.
func TestNothingRunsOn(t *testing.T) {
	p := newPress(t, 0, "")
	before := goleak.IgnoreCurrent()
	told := make(chan struct{}, 100)
	a, stop := wholeProgram(t, func([]byte, time.Time) { told <- struct{}{} }, func(c *config) {
		c.Poll.Ages = []ageConfig{{Under: duration(time.Hour), Every: duration(50 * time.Millisecond)}}
	})
	add(t, a, p.URL+p.article(0))
	p.editAll(1)
	<-told
	stop()
	http.DefaultClient.CloseIdleConnections()
	p.CloseClientConnections()
	goleak.VerifyNone(t, before)
}

// BenchmarkAnnounce measures, on the whole program, how long it takes from the
// poll that sees an edit until the post arrives at its receiver.
//
//	go test ./cmd/editwatch -run '^$' -bench BenchmarkAnnounce -benchtime 500x
func BenchmarkAnnounce(b *testing.B) {
	const articles = 20
	p := newPress(b, articles, "")
	got := make(chan time.Time, 1)
	number := regexp.MustCompile(`"url": ?"[^"]*(/article/\d+)"`)
	var mu sync.Mutex // guards expected
	var expected string
	a, stop := wholeProgram(b, func(body []byte, at time.Time) {
		mu.Lock()
		defer mu.Unlock()
		if m := number.FindSubmatch(body); m != nil && string(m[1]) == expected {
			expected = ""
			got <- at
		}
	}, func(c *config) {
		c.Poll.Ages = []ageConfig{{Under: duration(time.Hour), Every: duration(100 * time.Millisecond)}}
	})
	defer stop()
	for i := range articles {
		add(b, a, p.URL+p.article(i))
	}
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		name := p.article(n % articles)
		mu.Lock()
		expected = name
		mu.Unlock()
		p.mu.Lock()
		p.edits[name]++
		key := fmt.Sprint(name, " ", p.edits[name])
		p.mu.Unlock()
		select {
		case at := <-got:
			p.mu.Lock()
			took = append(took, at.Sub(p.served[key]))
			p.mu.Unlock()
		case <-time.After(30 * time.Second):
			why, err := a.bot.Do(b.Context(), bot.Command{Verb: bot.Explain, Target: p.URL + name, Channel: "desk"})
			b.Fatalf("edit %s was not announced, served %v: %v %v", key, p.served[key], why.Lines, err)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1e3, "p99-ms")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1e3, "max-ms")
}
