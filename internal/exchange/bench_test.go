package exchange

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

var versions = flag.Int("versions", 2000, "how many versions the benchmark exchanges")

// BenchmarkExchange takes in and writes out a record of articles of 250 words on
// average, four versions each, beside the least that can be done with the same
// lines: to decode each and put it into bbolt, a thousand in a transaction, and
// to read them from there and encode them again. It prints versions a second, the
// processor's time for one, and the most memory held:
//
//	go test ./internal/exchange -run '^$' -bench . -benchtime 1x -args -versions 100000
func BenchmarkExchange(b *testing.B) {
	ctx := context.Background()
	dir := b.TempDir()
	file := filepath.Join(dir, "history.jsonl")
	generate(b, file, *versions)

	b.Run("floor-import", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			measure(b, func() { floorImport(b, file, filepath.Join(dir, fmt.Sprint("floor", i))) })
		}
	})
	b.Run("import", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			s := openBench(b, filepath.Join(dir, fmt.Sprint("store", i)))
			measure(b, func() {
				in, err := os.Open(file)
				if err != nil {
					b.Fatal(err)
				}
				defer in.Close()
				if n, err := Import(ctx, s, in, nil); err != nil || n.Versions != *versions {
					b.Fatal(n, err)
				}
			})
			s.Close()
		}
	})
	b.Run("import-diffengine", func(b *testing.B) {
		db := diffengine(b, file)
		for i := 0; b.Loop(); i++ {
			s := openBench(b, filepath.Join(dir, fmt.Sprint("foreign", i)))
			measure(b, func() {
				if n, err := FromSQLite(ctx, s, db, nil); err != nil || n.Versions != *versions {
					b.Fatal(n, err)
				}
			})
			s.Close()
		}
	})
	b.Run("floor-export", func(b *testing.B) {
		for b.Loop() {
			measure(b, func() { floorExport(b, filepath.Join(dir, "floor0")) })
		}
	})
	for name, write := range map[string]func(context.Context, Source, Part, io.Writer, Progress) (Totals, error){"export": Export, "table": Table} {
		b.Run(name, func(b *testing.B) {
			s := openBench(b, filepath.Join(dir, "store0"))
			defer s.Close()
			for b.Loop() {
				measure(b, func() {
					if _, err := write(ctx, s, Part{}, io.Discard, nil); err != nil {
						b.Fatal(err)
					}
				})
			}
		})
	}
}

func openBench(b *testing.B, path string) store.Store {
	b.Helper()
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// measure reports how fast fn handles the versions, and the most memory that Go
// held meanwhile.
func measure(b *testing.B, fn func()) {
	runtime.GC()
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		most := uint64(0)
		for {
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	begun, worked := time.Now(), processorTime(b)
	fn()
	took := time.Since(begun)
	worked = processorTime(b) - worked
	close(stop)
	b.ReportMetric(float64(worked.Microseconds())/float64(*versions), "cpu-µs/version")
	b.ReportMetric(float64(*versions)/took.Seconds(), "versions/s")
	b.ReportMetric(float64(<-peak)/1e6, "peak-MB")
}

// processorTime returns how long the processor has worked for this process.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// floorImport decodes the lines of a file and puts them into bbolt.
func floorImport(b *testing.B, file, path string) {
	in, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for more, n := true, uint64(0); more; {
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("lines"))
			for range 1000 {
				if more = lines.Scan(); err != nil || !more {
					return err
				}
				var l versionLine // the fields of the others are passed over
				if err := json.Unmarshal(lines.Bytes(), &l); err != nil && bytes.Contains(lines.Bytes(), []byte(`"version","`)) {
					return err
				}
				n++
				err = bucket.Put(binary.BigEndian.AppendUint64(nil, n), bytes.Clone(lines.Bytes()))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// floorExport reads the lines from bbolt and encodes them again.
func floorExport(b *testing.B, path string) {
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	out := json.NewEncoder(io.Discard)
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte("lines")).ForEach(func(_, line []byte) error {
			var l versionLine
			if bytes.HasPrefix(line, []byte(`{"type":"version"`)) {
				if err := json.Unmarshal(line, &l); err != nil {
					return err
				}
			}
			return out.Encode(l)
		})
	})
	if err != nil {
		b.Fatal(err)
	}
}

// A vocabulary gives words as often as a language does: by Zipf's law.
type vocabulary struct {
	zipf *rand.Zipf
	r    *rand.Rand
}

func (v vocabulary) words(n int) string {
	out := make([]string, n)
	for i := range out {
		for n := v.zipf.Uint64() + 17; n > 0; n /= 17 {
			out[i] += []string{"ka", "ro", "min", "tel", "su", "van", "dor", "pi", "les", "hu", "ner", "go", "fal", "be", "ris", "to", "wam"}[n%17]
		}
	}
	return strings.Join(out, " ")
}

// generate writes a history of so many versions.
func generate(b *testing.B, file string, n int) {
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	r := rand.New(rand.NewPCG(1, 2))
	v := vocabulary{rand.NewZipf(r, 1.1, 8, 60_000), r}
	at := start.Truncate(time.Second)
	events := []eventLine{}
	out.Encode(headerLine{Editwatch: "history", Version: formVersion})
	for done := 0; done < n; {
		url := fmt.Sprintf("https://paper%d.example/%d", done%40, done)
		id := articleName(news.Article{Reading: news.PageReading, URL: url}, false)
		text := news.Text{Headline: v.words(9)}
		for range 3 + r.IntN(7) {
			text.Paragraphs = append(text.Paragraphs, v.words(20+r.IntN(40)))
		}
		source := fmt.Sprintf("Paper %d", done%40)
		out.Encode(articleLine{Type: "article", ID: id, Reading: news.PageReading, URL: url, Source: source, Headline: text.Headline, FirstSeen: at})
		for number := 1; number <= 4 && done < n; number++ {
			at = at.Add(time.Minute)
			if number > 1 {
				old := text
				text.Paragraphs = slices.Clone(text.Paragraphs)
				text.Paragraphs[r.IntN(len(text.Paragraphs))] += " " + v.words(3)
				e := edit.Compare(old, text)
				events = append(events, eventLine{Type: "event", Article: eventArticle{ID: id, URL: url, Headline: text.Headline, Source: source}, Kind: news.Edited, At: at,
					From: &news.ReportEnd{Version: number - 1}, To: &news.ReportEnd{Version: number}, Significance: e.Significance, Classes: e.Classes})
			}
			out.Encode(versionLine{Type: "version", Article: id, Number: number, Seen: at, Hash: text.Hash(), Extractor: "page/1", Text: text})
			done++
		}
	}
	for _, e := range events {
		out.Encode(e)
	}
	out.Encode(endLine{Type: "end"})
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// diffengine makes a database of diffengine's that says the same as a history.
func diffengine(b *testing.B, file string) string {
	path := database(b, diffengineTables)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin()
	if err != nil {
		b.Fatal(err)
	}
	in, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	for n := 0; lines.Scan(); {
		var l versionLine
		if json.Unmarshal(lines.Bytes(), &l) != nil || l.Type != "version" {
			continue
		}
		n++
		summary := "<p>" + strings.Join(l.Text.Paragraphs, "</p><p>") + "</p>"
		if _, err := tx.Exec(`INSERT INTO entryversion VALUES (?, ?, ?, ?, ?, NULL, ?)`,
			n, l.Text.Headline, "https://paper.example/"+l.Article, summary, l.Seen.Format("2006-01-02 15:04:05.000000"), (n-1)/4); err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	return path
}
