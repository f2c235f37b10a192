package bot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"github.com/editwatch/editwatch/internal/news"
)

// Watches travel as OPML 2.0 (http://opml.org/spec2.opml), which feed readers
// read and write: an outline for each watch, with what only editwatch knows in
// attributes of our own. Settings, IDs and what was recorded stay.

type opml struct {
	XMLName xml.Name      `xml:"opml"`
	Version string        `xml:"version,attr"`
	Title   string        `xml:"head>title"`
	Body    []opmlOutline `xml:"body>outline"`
}

type opmlOutline struct {
	Text    string        `xml:"text,attr"`
	Title   string        `xml:"title,attr,omitempty"`
	Type    string        `xml:"type,attr,omitempty"`
	XMLURL  string        `xml:"xmlUrl,attr,omitempty"`
	HTMLURL string        `xml:"htmlUrl,attr,omitempty"`
	URL     string        `xml:"url,attr,omitempty"`
	Scope   string        `xml:"editwatchScope,attr,omitempty"`
	Min     string        `xml:"editwatchMin,attr,omitempty"`
	Pages   string        `xml:"editwatchPages,attr,omitempty"`
	Include string        `xml:"editwatchInclude,attr,omitempty"`
	Exclude string        `xml:"editwatchExclude,attr,omitempty"`
	Inner   []opmlOutline `xml:"outline"`
}

// write returns the document as a file.
func (doc opml) write() ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(xml.Header)
	e := xml.NewEncoder(&out)
	e.Indent("", "  ")
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// An importItem is one watch of a file.
type importItem struct {
	URL     string `json:"url"`
	Label   string `json:"label,omitempty"`
	Scope   string `json:"scope,omitempty"`
	Min     string `json:"min,omitempty"`
	Pages   string `json:"pages,omitempty"`
	Include string `json:"include,omitempty"`
	Exclude string `json:"exclude,omitempty"`
}

// item returns the watch that an outline is. One that gives no feed's address is
// of the page it leads to; a folder has neither.
func (o opmlOutline) item() importItem {
	address := first(o.XMLURL, o.URL, o.HTMLURL)
	if rest, ok := strings.CutPrefix(address, "feed:"); ok { // as some readers write it
		address = rest
		if slashes, ok := strings.CutPrefix(rest, "//"); ok {
			address = "http://" + slashes
		}
	}
	label := first(o.Text, o.Title)
	if label == address {
		label = ""
	}
	return importItem{URL: address, Label: label, Scope: o.Scope, Min: o.Min, Pages: o.Pages, Include: o.Include, Exclude: o.Exclude}
}

func (i importItem) options() map[string]string {
	return map[string]string{"scope": i.Scope, "min": i.Min, "pages": i.Pages, "include": i.Include, "exclude": i.Exclude}
}

// maxOutlines bounds how deep the folders of a file may lie.
const maxOutlines = 32

func parseOPML(text string) ([]importItem, error) {
	unreadable := &news.Refusal{What: "That file is not OPML that I can read.", Do: "Export it anew from where it comes, or give a list of addresses."}
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // FileText has done that
	var items []importItem
	depth, seen := 0, false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if depth > maxOutlines {
				return nil, unreadable
			}
			switch strings.ToLower(t.Name.Local) {
			case "opml":
				seen = true
			case "outline":
				if item := outline(t.Attr).item(); item.URL != "" {
					items = append(items, item)
				}
			}
		case xml.EndElement:
			depth--
		}
		if len(items) > 10*maxImported {
			break
		}
	}
	if !seen {
		return nil, unreadable
	}
	return items, nil
}

// outline reads the attributes of an outline, whose names vary in case.
func outline(attrs []xml.Attr) (o opmlOutline) {
	for _, a := range attrs {
		field := map[string]*string{
			"text": &o.Text, "title": &o.Title, "xmlurl": &o.XMLURL, "htmlurl": &o.HTMLURL, "url": &o.URL,
			"editwatchscope": &o.Scope, "editwatchmin": &o.Min, "editwatchpages": &o.Pages,
			"editwatchinclude": &o.Include, "editwatchexclude": &o.Exclude,
		}[strings.ToLower(a.Name.Local)]
		if field != nil {
			*field = strings.TrimSpace(a.Value)
		}
	}
	return o
}

// declared finds the encoding that an XML file says it has.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// FileText returns the text of a file that people give: in UTF-8 or UTF-16 with a
// mark of which, or as its XML declaration says. ok is false if it is no text.
func FileText(file []byte) (text string, ok bool) {
	label := ""
	switch m := declared.FindSubmatch(file); {
	case bytes.HasPrefix(file, []byte("\xfe\xff")):
		label = "utf-16be"
	case bytes.HasPrefix(file, []byte("\xff\xfe")):
		label = "utf-16le"
	case m != nil && !utf8.Valid(file): // many say something else than they are
		label = string(m[1])
	}
	if label != "" {
		r, err := charset.NewReaderLabel(label, bytes.NewReader(file))
		if err == nil {
			file, err = io.ReadAll(r)
		}
		if err != nil {
			return "", false
		}
	}
	text = strings.TrimPrefix(string(file), "\ufeff")
	return text, utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
