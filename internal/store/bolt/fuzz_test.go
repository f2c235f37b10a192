package bolt

import (
	"bytes"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"go.etcd.io/bbolt"
	"pgregory.net/rapid"
)

func FuzzDelta(f *testing.F) {
	f.Add([]byte("The bridge carries 8,000 vehicles a day."), []byte("The bridge carries 11,000 vehicles a day."))
	f.Add([]byte(""), []byte("new"))
	f.Add([]byte("old"), []byte(""))
	f.Add(bytes.Repeat([]byte("ab"), 100), bytes.Repeat([]byte("ba"), 90))
	f.Fuzz(func(t *testing.T, old, new []byte) {
		d := appendDelta(nil, old, new)
		got, err := applyDelta(nil, old, d)
		if err != nil || !bytes.Equal(got, new) {
			t.Fatalf("got %q, %v, want %q", got, err, new)
		}
		applyDelta(nil, new, old) // anything but a panic
	})
}

func FuzzSqueeze(f *testing.F) {
	f.Add([]byte("The bridge carries 8,000 vehicles a day, most of them from the north."))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, packed := range [][]byte{squeezeWhole(b), squeezeDelta(b)} {
			if got, err := unsqueeze(&bytes.Buffer{}, packed); err != nil || !bytes.Equal(got, b) {
				t.Fatalf("got %q, %v, want %q", got, err, b)
			}
		}
		unsqueeze(&bytes.Buffer{}, b) // anything but a panic
	})
}

// FuzzRecord reads any bytes as each kind of record.
func FuzzRecord(f *testing.F) {
	s, err := Open(f.TempDir()+"/fuzz.db", Options{noSync: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { s.Close() })
	f.Add([]byte{2, 1, 5, 3, 'a', 'b', 'c'})
	f.Fuzz(func(t *testing.T, b []byte) {
		s.db.View(func(btx *bbolt.Tx) error {
			tx := &tx{Tx: btx, s: s}
			tx.decodeArticle(1, b)
			tx.decodeFeed(1, b)
			tx.decodeEvent(1, b)
			tx.decodeDelivery(1, b)
			tx.decodeWatch(1, b)
			tx.decodeCopy(copyKey(1, 1), b)
			decodeStanding(b)
			decodeThread(b)
			return nil
		})
	})
}

// TestCodec writes and reads every kind of field.
func TestCodec(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64().Draw(t, "n")
		i := rapid.Int().Draw(t, "i")
		s := rapid.OneOf(rapid.String(), rapid.StringMatching(`([0-9a-f][0-9a-f]){0,20}|[0-9]{0,20}`),
			rapid.SampledFrom([]string{"Sun, 01 Mar 2026 11:00:00 GMT", "Sun, 1 Mar 2026 11:00:00 GMT", "00", "0"})).Draw(t, "s")
		at := time.UnixMilli(rapid.Int64Range(-1e13, 2.6e14).Draw(t, "at") | 1).UTC() // 0 is no time
		from := time.UnixMilli(rapid.Int64Range(0, 2e12).Draw(t, "from")).UTC()
		var e encoder
		e.uint(1, n)
		e.int(2, i)
		e.text(3, s)
		e.packed(4, s)
		e.time(5, at)
		e.since(6, at, from)
		e.since(7, at, time.Time{})
		var got struct {
			n       uint64
			i       int
			s, p    string
			t, u, v time.Time
		}
		d := decoder{rest: e.b}
		for d.next() {
			switch d.field {
			case 1:
				got.n = d.num
			case 2:
				got.i = d.int()
			case 3:
				got.s = d.text()
			case 4:
				got.p = d.packed()
			case 5:
				got.t = d.time()
			case 6:
				got.u = d.since(from)
			case 7:
				got.v = d.since(time.Time{})
			}
		}
		if d.err != nil || got.n != n || got.i != i || got.s != s || got.p != s || !got.t.Equal(at) || !got.u.Equal(at) || !got.v.Equal(at) {
			t.Fatalf("got %+v, %v; want %v %v %q %v", got, d.err, n, i, s, at)
		}
	})
}

// TestTexts flattens texts and has them back.
func TestTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringMatching(`[a-zé“ ]{0,30}`)
		want := news.Text{Headline: words.Draw(t, "h"), Standfirst: words.Draw(t, "s"), Paragraphs: rapid.SliceOf(words).Draw(t, "p")}
		flat, err := flatten(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unflatten(flat)
		if err != nil || got.Hash() != want.Hash() || len(got.Paragraphs) != len(want.Paragraphs) {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
	})
	if _, err := flatten(news.Text{Headline: "zero\x00byte"}); err == nil {
		t.Error("a text with a zero byte was taken")
	}
}
