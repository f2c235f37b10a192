package watcher_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"go.etcd.io/bbolt"
	"golang.org/x/net/html"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
	"github.com/editwatch/editwatch/watcher"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// These benchmarks hold a visit, as the running watcher makes it, against the
// least a Go program must do for the same bytes. They count the CPU time of
// this process, user and system, and not the site's, which is a process of its
// own; the disk is waited for, which is no CPU time. To compare, repeat and read
// cpu-µs/op:
//
//	go test ./watcher -run '^$' -bench BenchmarkVisit -count 5
//
// With EDITWATCH_DATA set the pages are real ones.

// perHost is how many articles a host of the site has.
const perHost = 24

func BenchmarkVisitNotModified(b *testing.B) {
	s := newSite(b)
	b.Run("floor", func(b *testing.B) { s.get(b, "304", nothing) })
	b.Run("visit", s.desk(b, "304").visit)
}

func BenchmarkVisitSameBytes(b *testing.B) {
	s := newSite(b)
	b.Run("floor", func(b *testing.B) { s.get(b, "same", hashed) })
	b.Run("visit", s.desk(b, "same").visit)
}

func BenchmarkVisitSameText(b *testing.B) {
	s := newSite(b)
	b.Run("floor", func(b *testing.B) { s.read(b, nil) })
	b.Run("floor_and_get", func(b *testing.B) { s.get(b, "other", parsed) })
	b.Run("visit", s.desk(b, "other").visit)
}

func BenchmarkVisitChanged(b *testing.B) {
	s := newSite(b)
	b.Run("floor", func(b *testing.B) { s.read(b, bareCommit(b)) })
	b.Run("visit", s.desk(b, "changed").visit)
}

// A site is the web of one benchmark.
type site struct {
	hosts []string
	pages map[string][]byte
}

func newSite(b *testing.B) *site {
	pages := sitePages(b)
	return &site{hosts: startSite(b, pages), pages: pages}
}

func (s *site) url(mode string, host, n int) string {
	return fmt.Sprintf("http://%s/%s/%d/%d", s.hosts[host], mode, n%len(s.pages), n)
}

// get is the floor of checks: requests on connections that are kept, from as
// many hosts at once as the watcher polls.
func (s *site) get(b *testing.B, mode string, read func(buf *bytes.Buffer) error) {
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}, Timeout: 25 * time.Second}
	defer client.CloseIdleConnections()
	var left atomic.Int64
	work := func(host, n int, buf *bytes.Buffer) {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, s.url(mode, host, n%perHost), nil)
		if err != nil {
			b.Error(err)
			return
		}
		r.Header.Set("User-Agent", "editwatch/test")
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("If-None-Match", `"v1"`)
		resp, err := client.Do(r)
		if err != nil {
			b.Error(err)
			return
		}
		defer resp.Body.Close()
		buf.Reset()
		if _, err := buf.ReadFrom(resp.Body); err != nil {
			b.Error(err)
		} else if err := read(buf); err != nil {
			b.Error(err)
		}
	}
	all := func(n int) {
		left.Store(int64(n))
		var wg sync.WaitGroup
		for host := range s.hosts {
			wg.Go(func() {
				var buf bytes.Buffer
				for n := 0; left.Add(-1) >= 0; n++ {
					work(host, n, &buf)
				}
			})
		}
		wg.Wait()
	}
	all(4 * siteHosts) // the connections are made
	measure(b, func() { all(b.N) })
}

func nothing(*bytes.Buffer) error { return nil }

var sink atomic.Uint32

func hashed(buf *bytes.Buffer) error {
	sum := sha256.Sum256(buf.Bytes())
	sink.Add(uint32(sum[0]))
	return nil
}

func parsed(buf *bytes.Buffer) error { return parse(buf.Bytes()) }

// parse unpacks and parses a page.
func parse(packed []byte) error {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	_, err = html.Parse(z)
	return err
}

// read is the floor of readings: unpack and parse, and then what comes of it.
func (s *site) read(b *testing.B, then func() error) {
	var list [][]byte
	for _, page := range s.pages {
		list = append(list, pack(page, gzip.BestSpeed))
	}
	measure(b, func() {
		for i := range b.N {
			if err := parse(list[i%len(list)]); err != nil {
				b.Fatal(err)
			}
			if then != nil {
				if err := then(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// bareCommit returns what commits as many bytes as a version and its page are
// to a bbolt file of its own, one at a time.
func bareCommit(b *testing.B) func() error {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "floor.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	value := bytes.Repeat([]byte("v"), 16<<10)
	n := 0
	return func() error {
		n++
		return db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("pages"))
			if err != nil {
				return err
			}
			return bucket.Put(fmt.Append(nil, n%(siteHosts*perHost)), value)
		})
	}
}

// A desk is a store of the site's articles, which a watcher polls while it is
// being measured. All of them are always due.
type desk struct {
	store   *bolt.Store
	watcher *watcher.Watcher
}

func (s *site) desk(b *testing.B, mode string) *desk {
	kept, err := bolt.Open(filepath.Join(b.TempDir(), "visit.db"), bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { kept.Close() })
	s.place(b, kept, mode)
	log := slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelWarn}))
	client := safehttp.New(safehttp.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	b.Cleanup(client.CloseIdleConnections)
	when := watcher.DefaultSchedule()
	when.Ages, when.Old, when.Jitter = nil, 0, 0
	w := watcher.New(kept, fetch.New(fetch.Options{HTTP: client, UserAgent: "editwatch/test"}), watcher.Options{Schedule: when, Logger: log})
	d := &desk{store: kept, watcher: w}
	d.poll(b, 2*siteHosts*perHost, func(run func()) { run() }) // the first versions are stored
	return d
}

// poll has the watcher run; measure gets what returns after n more visits.
func (d *desk) poll(b *testing.B, n int, measure func(run func())) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- d.watcher.Run(ctx) }()
	measure(func() {
		_, start := d.watcher.Polled()
		for polled := start; polled < start+n; _, polled = d.watcher.Polled() {
			time.Sleep(2 * time.Millisecond)
		}
	})
	cancel()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

// visit measures b.N visits, all that the watcher does for them included.
func (d *desk) visit(b *testing.B) {
	before := counts(b, d.store)
	d.poll(b, b.N, func(run func()) { measure(b, run) })
	b.ReportMetric(float64(counts(b, d.store).Versions-before.Versions)/float64(b.N), "versions/op")
}

func counts(b *testing.B, s store.Store) store.Counts {
	c, err := s.Counts(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// place stores a feed of the site's articles, and a watch on it.
func (s *site) place(b *testing.B, kept store.Store, mode string) {
	now := time.Now().UTC()
	for host := range s.hosts {
		feed := news.Feed{URL: "http://" + s.hosts[host] + "/feed", Title: "The Harbour Post", FirstSeen: now, Polling: news.Polling{Host: s.hosts[host]}}
		var list []store.Sighting
		for n := range perHost {
			url := s.url(mode, host, n)
			list = append(list, store.Sighting{
				Keys: []news.Key{news.AddressKey(news.PageReading, url)},
				Article: news.Article{Reading: news.PageReading, URL: url, Source: feed.Title, FirstSeen: now,
					Polling: news.Polling{Host: s.hosts[host], Next: now}},
			})
		}
		if _, err := kept.Sight(b.Context(), &feed, list); err != nil {
			b.Fatal(err)
		}
		if _, err := kept.AddWatch(b.Context(), news.Watch{Channel: "desk", URL: feed.URL, Feed: feed.ID, Pages: true, Placed: now}); err != nil {
			b.Fatal(err)
		}
	}
}

// measure runs fn and reports the CPU time of the process, an operation.
func measure(b *testing.B, fn func()) {
	b.ReportAllocs()
	before := cpuTime(b)
	b.ResetTimer()
	fn()
	b.StopTimer()
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/1e3, "cpu-µs/op")
}

func cpuTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
