package extract

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

func TestDecode(t *testing.T) {
	const text = `<html><head><title>Zürich – “Straße”</title></head><body>é</body></html>`
	latin, err := charmap.Windows1252.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	const kana = `<html><head><meta charset="shift_jis"></head><body>橋は二年間通行止め</body></html>`
	sjis, err := japanese.ShiftJIS.NewEncoder().String(kana)
	if err != nil {
		t.Fatal(err)
	}
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, page, contentType, want string }{
		{"utf-8", text, "text/html; charset=utf-8", text},
		{"utf-8_not_declared", text, "text/html", text},
		{"utf-8_declared_as_latin", text, "text/html; charset=iso-8859-1", text},
		{"byte_order_mark", "\ufeff" + text, "", text},
		{"latin_in_header", latin, "text/html; charset=iso-8859-1", text},
		{"latin_not_declared", latin, "", text},
		{"shift_jis_in_meta", sjis, "text/html", kana},
		{"utf-16_mark", wide, "", text},
		{"unknown_charset", text, "text/html; charset=x-nonsense", text},
		{"one_broken_byte", text + text + text + text + text + text + text + text + "<!-- \xe9 -->", "", text + text + text + text + text + text + text + text + "<!-- \xe9 -->"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := decode([]byte(tt.page), tt.contentType); got != tt.want {
				t.Errorf("decode = %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnescape(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Fish &amp; chips", "Fish & chips"},
		{"Fish &amp;amp; chips", "Fish & chips"},
		{"&quot;Yes&quot; &#8217; &#x2019;", `"Yes" ’ ’`},
		{"AT&T; R&D", "AT&T; R&D"},
		{"a & b; c", "a & b; c"},
		{"&copy 2026", "&copy 2026"}, // no semicolon: left alone
		{"&", "&"},
		{"&;", "&;"},
		{"&nosuch;", "&nosuch;"},
	}
	for _, tt := range tests {
		if got := unescape(tt.in); got != tt.want {
			t.Errorf("unescape(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestFirstTime(t *testing.T) {
	want := time.Date(2026, 3, 12, 9, 2, 0, 0, time.UTC)
	for _, s := range []string{
		"2026-03-12T09:02:00Z", "2026-03-12T10:02:00+01:00", "2026-03-12T10:02:00+0100", "2026-03-12T09:02:00.000Z", "2026-03-12 09:02:00", "2026-03-12T09:02", "Thu, 12 Mar 2026 09:02:00 GMT",
	} {
		if got := firstTime("", "no time", s); !got.Equal(want) {
			t.Errorf("firstTime(%q) = %v", s, got)
		}
	}
	if got := firstTime("", "soon", "0001-01-01T00:00:00Z"); !got.IsZero() {
		t.Errorf("got %v", got)
	}
}

func TestSameSite(t *testing.T) {
	tests := []struct{ href, page, want string }{
		{"/b", "https://example.org/a", "https://example.org/b"},
		{"https://www.example.org/b#top", "https://m.example.org/a", "https://www.example.org/b"},
		{"https://elsewhere.example/b", "https://example.org/a", ""},
		{"javascript:alert(1)", "https://example.org/a", ""},
		{"https://me:secret@example.org/b", "https://example.org/a", ""},
		{"/b", "", ""},
		{"", "https://example.org/a", ""},
		{"http://[", "https://example.org/a", ""},
	}
	for _, tt := range tests {
		r, err := Read([]byte(`<html><head><link rel="canonical" href="`+tt.href+`"></head><body><h1>Bridge</h1><p>`+opening+`</p></body></html>`), Options{URL: tt.page})
		if err != nil {
			t.Fatal(err)
		}
		if r.Canonical != tt.want {
			t.Errorf("canonical %q of %q is %q, want %q", tt.href, tt.page, r.Canonical, tt.want)
		}
	}
}

func TestHeadline(t *testing.T) {
	tests := []struct{ name, head, body, want string }{
		{"h1", `<title>Other words | The Harbour Post</title>`, `<h1>Bridge closes</h1>`, "Bridge closes"},
		{"logo_is_an_h1_too", `<title>Bridge closes - The Harbour Post</title><meta property="og:site_name" content="The Harbour Post">`, `<header><h1>The Harbour Post</h1></header><h1>Bridge closes</h1>`, "Bridge closes"},
		{"logo_of_a_site_without_name", `<title>Bridge closes for two years - Hafenblatt</title>`, `<header><h1>Hafenblatt Online</h1></header><article><h1>Bridge closes for two years</h1></article>`, "Bridge closes for two years"},
		{"h2", `<title>Bridge closes for two years - The Harbour Post</title>`, `<h2>Sport</h2><h2>Bridge closes for two years</h2>`, "Bridge closes for two years"},
		{"none_but_title", `<title>Bridge closes for two years | The Harbour Post</title>`, ``, "Bridge closes for two years"},
		{"share_title", `<meta property="og:title" content="Bridge closes &amp;amp; ferry sails"><title>x</title>`, ``, "Bridge closes & ferry sails"},
		{"kicker", `<title>Bridge closes</title>`, `<h1><span class="kicker">Harbour</span> <span>Bridge closes</span></h1>`, "Bridge closes"},
		{"kicker_with_bar", `<meta property="og:title" content="Bridge closes">`, `<h1><a href="/harbour">Harbour</a> | Bridge closes</h1>`, "Bridge closes"},
		{"words_in_spans", `<title>Bridge closes now</title>`, `<h1><span>Bridge</span> <em>closes</em> now</h1>`, "Bridge closes now"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read([]byte(`<html><head>`+tt.head+`</head><body>`+tt.body+`<div><p>`+opening+`</p><p>`+closing+`</p></div></body></html>`), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Text.Headline != tt.want {
				t.Errorf("headline %q, want %q", r.Text.Headline, tt.want)
			}
		})
	}
}

// TestHeadlineIsPinned: a page whose titles change keeps the field its headline
// was read from.
func TestHeadlineIsPinned(t *testing.T) {
	first, err := Read([]byte(`<html><head><meta property="og:title" content="Bridge closes"></head><body><p>`+opening+`</p></body></html>`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Read([]byte(`<html><head><title>Bridge shut</title><meta property="og:title" content="Bridge closes"></head><body><h2>Bridge shut</h2><p>`+opening+`</p></body></html>`), Options{Place: first.Place, Last: first.Text})
	if err != nil {
		t.Fatal(err)
	}
	if second.Text.Headline != "Bridge closes" {
		t.Errorf("headline %q", second.Text.Headline)
	}
}

// TestNames: what names the publication is a name, and neither it nor a text
// turns what follows.
func TestNames(t *testing.T) {
	page := `<html lang="en"><head><meta property="og:site_name" content="The &#x202E;Court&#x202C; ` + strings.Repeat("Gazette ", 50) + `">` +
		`<meta name="author" content="Ada &#x202E;Reed"></head><body><article><h1>Court &#x202E;dessap47&#x202C; rulings</h1>` +
		strings.Repeat(`<p>The harbour master had &#x2067;spoken&#x2069; about 47 rulings in the town of the north, and said that more would follow.</p>`, 5) +
		`</article></body></html>`
	r, err := Read([]byte(page), Options{URL: "https://court.example/1"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "The Court " + strings.Repeat("Gazette ", 7) + "Gazette…"; r.Source != want || r.Byline != "Ada Reed" || r.Text.Headline != "Court dessap47 rulings" {
		t.Errorf("%q, %q, %q; want the source %q", r.Source, r.Byline, r.Text.Headline, want)
	}
	if diff := cmp.Diff(r.Text.Canonical(), r.Text); diff != "" {
		t.Error(diff)
	}
}
