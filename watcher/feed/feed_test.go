package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

var update = flag.Bool("update", false, "rewrite what the golden files want")

func TestParse(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Parse(ar.Files[0].Data, "", "https://harbourpost.example/feeds/main")
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, f)
			got := format(f)
			if *update {
				ar.Files[1].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(ar.Files[1].Data), got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestNames: a title is a name, and neither it nor a text turns what follows.
func TestNames(t *testing.T) {
	f, err := Parse([]byte(`<rss version="2.0"><channel><title>Feed &#x202E;drawkcab `+strings.Repeat("long ", 80)+`</title>`+
		`<item><title>Court &#x202E;dessap47&#x202C; rulings</title><description>It said &#x2067;that&#x2069; 47.</description><guid>1</guid></item></channel></rss>`), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if want := "Feed drawkcab " + strings.Repeat("long ", 12) + "long…"; f.Title != want {
		t.Errorf("the title is %q, want %q", f.Title, want)
	}
	if e := f.Entries[0]; e.Title != "Court dessap47 rulings" || e.Summary != "It said that 47." {
		t.Errorf("%+v", e)
	}
}

// format writes a feed for people to review.
func format(f Feed) string {
	var b strings.Builder
	fmt.Fprintf(&b, "feed %q of %s, keep %v\n", f.Title, f.SiteURL, f.TTL)
	day := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format(time.RFC3339)
	}
	for _, e := range f.Entries {
		fmt.Fprintf(&b, "\nguid      %s\nurl       %s\ntitle     %s\nsummary   %s\npublished %s, updated %s, language %s\n",
			e.GUID, e.URL, e.Title, e.Summary, day(e.Published), day(e.Updated), e.Language)
	}
	return b.String()
}

// doc is a feed with one entry of the given title, escaped as it is.
func doc(declaration, title string) string {
	return declaration + `<rss version="2.0"><channel><title>t</title><item><title>` + title + `</title><guid>g</guid></item></channel></rss>`
}

func TestTitles(t *testing.T) {
	decl := func(enc string) string { return `<?xml version="1.0" encoding="` + enc + `"?>` }
	latin := func(s string) string { return must(charmap.Windows1252.NewEncoder().String(s)) }
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy, s string) string {
		return must(unicode.UTF16(e, b).NewEncoder().String(s))
	}
	tests := []struct {
		name, data, contentType, want string
	}{
		{"plain", doc("", "Café"), "", "Café"},
		{"bom", "\xEF\xBB\xBF" + doc(decl("utf-8"), "Café"), "", "Café"},
		{"latin1_declared", latin(doc(decl("ISO-8859-1"), "Café “now”")), "", "Café “now”"},
		{"latin1_in_header", latin(doc("", "Café")), "text/xml; charset=iso-8859-1", "Café"},
		{"latin1_undeclared", latin(doc("", "Café’s")), "application/rss+xml", "Café’s"},
		{"latin1_declared_as_utf8_in_header", latin(doc(decl("windows-1252"), "Café")), "text/xml; charset=utf-8", "Café"},
		{"utf8_declared_as_latin1", doc(decl("iso-8859-1"), "Café"), "text/xml; charset=iso-8859-1", "Café"},
		{"utf16_le_bom", utf16(unicode.LittleEndian, unicode.UseBOM, doc(decl("utf-16"), "Café")), "", "Café"},
		{"utf16_be_bom", utf16(unicode.BigEndian, unicode.UseBOM, doc(decl("utf-16"), "Café")), "", "Café"},
		{"utf16_be", utf16(unicode.BigEndian, unicode.IgnoreBOM, doc("", "Café")), "", "Café"},
		{"shift_jis", must(japanese.ShiftJIS.NewEncoder().String(doc(decl("Shift_JIS"), "橋を閉鎖"))), "", "橋を閉鎖"},
		{"iso_2022_jp", must(japanese.ISO2022JP.NewEncoder().String(doc(decl("ISO-2022-JP"), "橋を閉鎖"))), "", "橋を閉鎖"},
		{"unknown_charset", doc(decl("x-nonsense"), "Café"), "text/xml; charset=nonsense", "Café"},
		{"broken_utf8", doc(decl("utf-8"), "Caf\xE9 é"), "text/xml; charset=utf-8", "Caf\uFFFD é"},
		{"control_characters", doc("", "A\x00B\x08C\x1bD\uFFFE"), "", "ABCD"},
		{"references_to_them", doc("", "A&#0;B&#x8;C&#xFFFE;D&#xD800;&#99999999;E&#65;"), "", "ABCDEA"},
		{"html_entities", doc("", "Caf&eacute;&nbsp;&mdash;&rsquo;"), "", "Café —’"},
		{"bare_ampersand", doc("", "AT&T & R&D"), "", "AT&T & R&D"},
		{"escaped_twice", doc("", "AT&amp;amp;T &amp;#8217;s"), "", "AT&T ’s"},
		{"escaped_three_times", doc("", "AT&amp;amp;amp;T"), "", "AT&T"},
		{"markup", doc("", "&lt;b&gt;A&lt;/b&gt;B &lt;br/&gt;C"), "", "AB C"},
		{"markup_escaped_twice", doc("", "&amp;lt;i&amp;gt;A&amp;lt;/i&amp;gt; B"), "", "A B"},
		{"a_tag_spoken_of", doc("", "How &amp;lt;b&amp;gt; works"), "", "How <b> works"},
		{"less_than", doc("", "5 &lt; 6 &amp;amp; 7 &gt; 6"), "", "5 < 6 & 7 > 6"},
		{"cdata_in_pieces", doc("", "A<![CDATA[ &amp; ]]>B<![CDATA[ <i>c</i>]]>"), "", "A & B c"},
		{"white_space", doc("", "\n  A\t B\u00a0\u200b C \n"), "", "A B C"},
		{"unclosed_tags_elsewhere", strings.Replace(doc("", "A"), "<guid>", "<description>"+strings.Repeat("x<br>y<hr>", 300)+"</description><guid>", 1), "", "A"},
		{"long_prolog", strings.Repeat("<!-- "+strings.Repeat("x", 1000)+" -->\n", 10) + doc("", "A"), "", "A"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.data), tt.contentType, "https://harbourpost.example/rss")
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, f)
			if len(f.Entries) != 1 || f.Entries[0].Title != tt.want {
				t.Errorf("got %+q, want %+q", f.Entries, tt.want)
			}
		})
	}
}

func must(s string, err error) string {
	if err != nil {
		panic(err)
	}
	return s
}

func TestNotFeeds(t *testing.T) {
	whole := doc(`<?xml version="1.0"?>`, "A title that is long enough to be cut somewhere")
	deep := strings.Repeat("<x:a>", 100_000)
	tests := []struct{ name, data, want string }{
		{"empty", "", "it is empty"},
		{"white_space", " \n\t ", "it is empty"},
		{"page", "<!DOCTYPE html>\n<html><head><title>Post</title></head><body>x</body></html>", "it is a web page"},
		{"page_that_names_feeds", `<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body><p>feed</html>`, "it is a web page"},
		{"xhtml", `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>`, "it is a web page"},
		{"sitemap", `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/</loc></url></urlset>`, "it is XML of another kind"},
		{"text", "Service unavailable", "it is neither XML nor JSON Feed"},
		{"image", "\x89PNG\r\n\x1a\n\x00\x00", "it is neither XML nor JSON Feed"},
		{"json", `{"error": "no such feed"}`, "it is JSON of another kind"},
		{"json_that_lists", `{"version": "1", "items": [{"id": "1"}]}`, "it is JSON of another kind"},
		{"json_of_wrong_types", `{"version": 3, "items": "none"}`, "it is JSON of another kind"},
		{"json_list", `[{"id": 1}]`, "it is JSON of another kind"},
		{"json_cut", `{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "ti`, "it broke off before its end, or its JSON is damaged"},
		{"cut_in_a_title", whole[:len(whole)-70], "it broke off before its end"},
		{"cut_before_the_last_tag", strings.TrimSuffix(whole, "</rss>"), "it broke off before its end"},
		{"cut_in_a_tag", whole[:len(whole)-3], "it broke off before its end"},
		{"deep", doc("", deep), "it nests deeper or lists more than any feed does"},
		{"deep_unclosed", "<rss>" + deep, "it nests deeper or lists more than any feed does"},
		{"many_tags", doc("", strings.Repeat("<a/>", 400_000)), "it nests deeper or lists more than any feed does"},
		{"huge", doc("", strings.Repeat("x", MaxBytes)), "it is too large"},
		{"entity_bomb", `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>`, "it is XML of another kind"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse([]byte(tt.data), "", "https://harbourpost.example/rss")
			if !errors.Is(err, ErrNotFeed) {
				t.Fatalf("%d entries, %v", len(f.Entries), err)
			}
			if got := err.Error(); got != "not a feed: "+tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A feed cut at any byte is refused, or read as the whole is.
func TestTruncatedFeeds(t *testing.T) {
	for _, name := range []string{"rss2", "atom", "json", "rss1"} {
		ar, err := txtar.ParseFile("testdata/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		whole := ar.Files[0].Data
		want, err := Parse(whole, "", "https://harbourpost.example/feeds/main")
		if err != nil {
			t.Fatal(err)
		}
		for n := range whole {
			got, err := Parse(whole[:n], "", "https://harbourpost.example/feeds/main")
			if err == nil && !cmp.Equal(got, want) {
				t.Errorf("%s cut to %d of %d bytes is taken for a feed of %d entries", name, n, len(whole), len(got.Entries))
			}
		}
	}
}

func TestLimits(t *testing.T) {
	var b strings.Builder
	b.WriteString(`<rss version="2.0"><channel><title>t</title><ttl>999999999</ttl>`)
	for i := range MaxEntries + 500 {
		fmt.Fprintf(&b, "<item><title>%d</title><guid>%d</guid></item>", i, i)
	}
	b.WriteString("</channel></rss>")
	f, err := Parse([]byte(b.String()), "", "")
	if err != nil || len(f.Entries) != MaxEntries || f.TTL != MaxTTL {
		t.Errorf("%d entries, TTL %v, %v", len(f.Entries), f.TTL, err)
	}

	f, err = Parse([]byte(doc("", strings.Repeat("é", maxText))), "", "")
	if err != nil || len(f.Entries) != 1 || len(f.Entries[0].Title) > maxText || strings.ContainsRune(f.Entries[0].Title, '\uFFFD') {
		t.Errorf("a long title: %v", err)
	}

	f, err = Parse([]byte(strings.Replace(doc("", "A"), ">g<", ">"+strings.Repeat("g", 5000)+"<", 1)), "", "")
	if err != nil || len(f.Entries[0].GUID) > maxGUID {
		t.Errorf("a long GUID: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, name := range files {
		if ar, err := txtar.ParseFile(name); err == nil {
			f.Add(ar.Files[0].Data, "text/xml")
		}
	}
	f.Add([]byte(doc("", "&#x8;\xff<![CDATA[")), "text/xml; charset=utf-16")
	f.Fuzz(func(t *testing.T, data []byte, contentType string) {
		got, err := Parse(data, contentType, "https://harbourpost.example/")
		if err != nil {
			if !errors.Is(err, ErrNotFeed) || strings.ContainsAny(err.Error(), "\n<>") {
				t.Errorf("unclassified: %v", err)
			}
			return
		}
		checkInvariants(t, got)
		if again, err := Parse(data, contentType, "https://harbourpost.example/"); err != nil || !cmp.Equal(got, again) {
			t.Errorf("read otherwise the second time: %v", err)
		}
		if _, err := json.Marshal(got); err != nil {
			t.Errorf("cannot be written: %v", err)
		}
	})
}

func ExampleParse() {
	f, err := Parse([]byte(`<rss version="2.0"><channel><title>The Harbour Post</title>
		<item><title>Council votes to close bridge</title><link>/news/bridge</link></item>
		</channel></rss>`), "application/rss+xml", "https://harbourpost.example/rss.xml")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range f.Entries {
		fmt.Println(e.Title, e.URL)
	}
	_, err = Parse([]byte("<!doctype html><p>Page not found"), "text/html", "")
	fmt.Println(err)
	// Output:
	// Council votes to close bridge https://harbourpost.example/news/bridge
	// not a feed: it is a web page
}

func TestLinks(t *testing.T) {
	page := []byte(`<!doctype html><html><head><meta charset="windows-1252">
<base href="https://cdn.harbourpost.example/x/"><base href="https://other.example/">
<link rel="stylesheet" type="text/css" href="a.css">
<link rel="alternate" hreflang="fr" href="/fr">
<link rel="alternate" type="application/json" href="https://harbourpost.example/wp-json/wp/v2/posts/1">
<link rel="alternate" type="application/json+oembed" href="https://harbourpost.example/oembed?u=1">
<link rel="alternate" type="text/xml" href="doubtful.xml">
<LINK REL="Alternate home" TYPE="application/RSS+XML; charset=utf-8" TITLE="Caf` + "\xE9" + ` &amp;amp; <b>bar</b>" HREF=" rss.xml ">
<link rel="alternate" type="application/rss+xml" href="rss.xml" title="again">
<link rel=alternate type=application/atom+xml href=/atom?a=1&amp;b=2>
<link rel="alternate" type="application/feed+json" href="//harbourpost.example/feed.json"/>
<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">
<link rel="alternate" type="application/rss+xml" href="">
</head><body><script>"<link rel=alternate type=application/rss+xml href=/script>"</script>
<!-- <link rel="alternate" type="application/rss+xml" href="/comment"> --></body></html>`)
	got := Links(page, "https://harbourpost.example/news/")
	want := []Link{
		{"https://cdn.harbourpost.example/x/rss.xml", "Café & bar", "application/rss+xml"},
		{"https://cdn.harbourpost.example/atom?a=1&b=2", "", "application/atom+xml"},
		{"https://harbourpost.example/feed.json", "", "application/feed+json"},
		{"https://cdn.harbourpost.example/x/doubtful.xml", "", "text/xml"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestGuesses(t *testing.T) {
	got := Guesses("https://harbourpost.example/blog/?page=2")
	if len(got) == 0 || got[0] != "https://harbourpost.example/blog/feed" || got[2] != "https://harbourpost.example/feed" {
		t.Errorf("%v", got)
	}
	if got := Guesses("https://harbourpost.example/news/a.html"); got[0] != "https://harbourpost.example/feed" {
		t.Errorf("%v", got)
	}
	if got := Guesses("nonsense"); got != nil {
		t.Errorf("%v", got)
	}
}

func FuzzLinks(f *testing.F) {
	f.Add([]byte(`<base href="//x"><link rel=alternate type=application/rss+xml href=a>`), "https://harbourpost.example/")
	f.Fuzz(func(t *testing.T, page []byte, base string) {
		for _, l := range Links(page, base) {
			if !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "https://") {
				t.Errorf("%q is no address of the web", l.URL)
			}
		}
		for _, u := range Guesses(base) {
			if !strings.HasPrefix(u, "http") {
				t.Errorf("%q is no address of the web", u)
			}
		}
	})
}

// TestHostileSizes is about cost: what would take the parser long is refused
// before it gets there, and the rest goes through in a blink.
func TestHostileSizes(t *testing.T) {
	spaces := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `xmlns:n%d="u%d" `, i, i)
		}
		return b.String()
	}
	channel := func(attributes, content string) []byte {
		return []byte(`<rss version="2.0"><channel ` + attributes + `>` + content + `<title>t</title></channel></rss>`)
	}
	for _, tt := range []struct {
		name    string
		data    []byte
		refused bool
	}{
		{"ampersands", []byte(doc("", strings.Repeat("&", 1<<20))), false},
		{"references", []byte(doc("", strings.Repeat("&#", 1<<19))), false},
		{"less_than", bytes.Repeat([]byte("<"), 1<<20), true},
		{"comments", bytes.Repeat([]byte("<!--"), 1<<18), true},
		{"prolog", bytes.Repeat([]byte("<?x?>"), 1<<18), true},
		{"unclosed_html", []byte(doc("", strings.Repeat("&lt;p&gt;", 100_000))), false},
		{"attributes", channel(strings.Repeat(`a="b" `, 100_000), ""), true},
		{"attributes_behind_a_quoted_bracket", channel(`x=">" `+strings.Repeat(`a="b" `, 100_000), ""), true},
		{"namespaces", channel(spaces(1000), strings.Repeat("<n1:x/>", 100_000)), true},
		{"namespaces_nested", channel("", strings.Repeat("<a "+spaces(10)+">", 50)), true},
		{"namespaces_of_a_real_feed", channel(spaces(30), strings.Repeat(`<x xmlns="u"/>`, 1000)), false},
		{"json_items", []byte(`{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat("{},", 100_000) + `{}]}`), true},
		{"json_depth", []byte(`{"version":` + strings.Repeat("[", 1<<20)), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.data, "", "")
			if (err != nil) != tt.refused {
				t.Errorf("got %v", err)
			}
		})
	}
}
