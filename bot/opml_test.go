package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// TestImportOfReaders: the forms in which feed readers write their lists.
func TestImportOfReaders(t *testing.T) {
	tests := []struct {
		name, text string
		want       []importItem
	}{
		{"folders_and_categories", `<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="opml.xsl"?>
<!-- from a reader -->
<opml version="1.0" xmlns:frss="https://freshrss.org/opml">
  <head><title>Subscriptions</title><dateCreated>Sat, 02 May 2026 10:00:00 +0000</dateCreated></head>
  <body>
    <outline text="News" title="News">
      <outline text="Local" title="Local">
        <outline text="The Harbour Post" title="Harbour Post RSS" type="rss" xmlUrl="https://harbour.example/feed" htmlUrl="https://harbour.example/" category="/news/local,/boats" description="News &amp; more" frss:xPath="//x"/>
      </outline>
      <outline type="atom" version="RSS2" text="Gull" xmlUrl="https://gull.example/atom.xml?a=1&amp;b=2"></outline>
    </outline>
    <outline title="Only a title" xmlUrl="https://title.example/rss"/>
    <outline text="Empty folder"/>
  </body>
</opml>`, []importItem{
			{URL: "https://harbour.example/feed", Label: "The Harbour Post"},
			{URL: "https://gull.example/atom.xml?a=1&b=2", Label: "Gull"},
			{URL: "https://title.example/rss", Label: "Only a title"},
		}},
		{"names_in_any_case", `<OPML><BODY><OUTLINE TEXT="Gull" XMLURL="https://gull.example/rss"/></BODY></OPML>`,
			[]importItem{{URL: "https://gull.example/rss", Label: "Gull"}}},
		{"entities_of_html", `<opml><body><outline text="Caf&eacute;&nbsp;News" xmlUrl="https://gull.example/rss"/></body></opml>`,
			[]importItem{{URL: "https://gull.example/rss", Label: "Café\u00a0News"}}},
		{"only_a_page", `<opml><body><outline text="Gull" type="rss" htmlUrl="https://gull.example/"/><outline text="A link" type="link" url="https://gull.example/a"/></body></opml>`,
			[]importItem{{URL: "https://gull.example/", Label: "Gull"}, {URL: "https://gull.example/a", Label: "A link"}}},
		{"feed_scheme", `<opml><body><outline text="a" xmlUrl="feed://gull.example/rss"/><outline text="b" xmlUrl="feed:https://gull.example/b"/></body></opml>`,
			[]importItem{{URL: "http://gull.example/rss", Label: "a"}, {URL: "https://gull.example/b", Label: "b"}}},
		{"address_as_text", `<opml><body><outline text="https://gull.example/rss" xmlUrl="https://gull.example/rss"/></body></opml>`,
			[]importItem{{URL: "https://gull.example/rss"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Command{Text: tt.text}.parseImport()
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Errorf("%v %s", err, d)
			}
		})
	}
}

func TestFileText(t *testing.T) {
	const doc = `<opml><body><outline text="Zürich" xmlUrl="https://gull.example/rss"/></body></opml>`
	latin := func(label string) []byte {
		b, err := charmap.Windows1252.NewEncoder().String(`<?xml version='1.0' encoding='` + label + `'?>` + doc)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(b)
	}
	wide := func(e unicode.Endianness) []byte {
		b, err := unicode.UTF16(e, unicode.UseBOM).NewEncoder().String(`<?xml version="1.0" encoding="UTF-16"?>` + doc)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(b)
	}
	for name, file := range map[string][]byte{
		"utf-8": []byte(doc), "marked": []byte("\ufeff" + doc), "windows-1252": latin("windows-1252"), "iso-8859-1": latin("ISO-8859-1"),
		"utf-16le": wide(unicode.LittleEndian), "utf-16be": wide(unicode.BigEndian),
		"says_otherwise": []byte(`<?xml version="1.0" encoding="ISO-8859-1"?>` + doc),
	} {
		text, ok := FileText(file)
		if !ok {
			t.Errorf("%s is no text", name)
			continue
		}
		got, err := Command{Text: text}.parseImport()
		if want := []importItem{{URL: "https://gull.example/rss", Label: "Zürich"}}; !cmp.Equal(got, want) || err != nil {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	for name, file := range map[string]string{
		"picture": "\x89PNG\r\n\x1a\n\x00\x00", "latin without a word": "caf\xe9", "unknown encoding": "<?xml version='1.0' encoding='nonsense'?>\xff", "zeros": "a\x00b",
	} {
		if text, ok := FileText([]byte(file)); ok {
			t.Errorf("%s is text: %q", name, text)
		}
	}
}
