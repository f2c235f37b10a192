package extract

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/editwatch/editwatch/internal/news"
)

// FuzzRead: any bytes give a reading in canonical form or a refusal, and the
// same bytes read again at the place found give the same text.
func FuzzRead(f *testing.F) {
	for _, w := range walls {
		f.Add([]byte(w.page), "text/html; charset=utf-8", "")
	}
	f.Add([]byte("\xff\xfe<\x00p\x00>\x00"), "text/html; charset=utf-16", "1 body=div.a<body")
	f.Add([]byte("<p>caf\xe9</p>"), "text/html; charset=iso-8859-1", "1 body=p headline=og:title")
	f.Fuzz(func(t *testing.T, page []byte, contentType, place string) {
		r, err := Read(page, Options{URL: "https://example.org/a", ContentType: contentType, Place: place})
		if err != nil {
			if _, ok := err.(*Refusal); !ok {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, s := range append([]string{r.Text.Headline, r.Text.Standfirst, r.ShareTitle, r.Byline, r.Source}, r.Text.Paragraphs...) {
			if news.Canonical(s) != s {
				t.Fatalf("%q is not canonical", s)
			}
		}
		if slices.Contains(r.Text.Paragraphs, "") {
			t.Fatal("an empty paragraph")
		}
		again, err := Read(page, Options{URL: "https://example.org/a", ContentType: contentType, Place: r.Place, Last: r.Text})
		if err != nil || again.Moved || again.Text.Hash() != r.Text.Hash() {
			t.Fatalf("read at %q: %+v, %v; before: %+v", r.Place, again.Text, err, r.Text)
		}
	})
}

// FuzzPlace: any place is read without harm, and one that was written by us
// comes back the same.
func FuzzPlace(f *testing.F) {
	f.Add("1 body=div.story#main@articleBody:2<article headline=og:title standfirst=p.dek")
	f.Fuzz(func(t *testing.T, s string) {
		p := parsePlace(s)
		var b strings.Builder
		p.body.write(&b)
		var again strings.Builder
		parseAddress(b.String()).write(&again)
		if len(p.body) > 0 && again.String() != b.String() && !strings.ContainsAny(s, "<:.#@") {
			t.Fatalf("%q became %q", b.String(), again.String())
		}
	})
}

// TestRealSlim: what slim takes out of real pages is no text.
func TestRealSlim(t *testing.T) {
	kept, all := 0, 0
	for _, g := range realPages(t) {
		whole, err := html.Parse(strings.NewReader(string(g.Page)))
		if err != nil {
			t.Fatal(err)
		}
		s := slim(g.Page)
		kept += len(s)
		all += len(g.Page)
		slimmed, err := html.Parse(strings.NewReader(s))
		if err != nil {
			t.Fatal(err)
		}
		a, b := look(whole), look(slimmed)
		if a.text != b.text || a.visible != b.visible || !slices.Equal(a.controls, b.controls) {
			t.Errorf("%s reads otherwise without scripts", g.ID)
		}
	}
	t.Logf("slim keeps %d %% of the bytes", 100*kept/max(1, all))
}
