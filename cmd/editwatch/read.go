package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/feed"
	"github.com/editwatch/editwatch/watcher/fetch"
)

type extractCmd struct {
	facts
	Pages []string `arg:"" optional:"" name:"file|url" help:"Pages, as files or addresses (default: one on standard input)."`
}

// A readingFact is what was read from a page, as --json.
type readingFact struct {
	ID         string     `json:"id"`
	URL        string     `json:"url"`
	Headline   string     `json:"headline"`
	ShareTitle string     `json:"share_title"`
	Standfirst string     `json:"standfirst"`
	Byline     string     `json:"byline"`
	Published  *time.Time `json:"published"`
	Modified   *time.Time `json:"modified"`
	Language   string     `json:"language"`
	Kind       string     `json:"kind"`
	Paragraphs []string   `json:"paragraphs"`
}

func (c *extractCmd) Run(e *env) error {
	conf, err := e.config()
	if err != nil {
		return err
	}
	web := conf.fetcher()
	if len(c.Pages) == 0 {
		c.Pages = []string{"-"}
	}
	failed := false
	for _, page := range c.Pages {
		f, err := e.read(web, page)
		if err != nil {
			fmt.Fprintln(e.stderr, err)
			failed = true
			continue
		}
		if err := f.print(e, c.JSON); err != nil {
			return err
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

// read reads one page, from a file, an address or, as "-", standard input. Its
// errors name the page.
func (e *env) read(web *fetch.Client, page string) (readingFact, error) {
	var body []byte
	var err error
	o := extract.Options{}
	id := strings.TrimSuffix(filepath.Base(page), filepath.Ext(page))
	name := page
	switch {
	case page == "-":
		body, err = io.ReadAll(io.LimitReader(e.stdin, fetch.MaxPage+1))
		id, name = "", "standard input"
	case strings.Contains(page, "://"):
		var resp *fetch.Response
		if resp, err = web.Get(e.ctx, fetch.Request{URL: page}); err == nil {
			body, o.URL, o.ContentType = resp.Body, resp.URL, resp.ContentType
		} else if fe, ok := errors.AsType[*fetch.Error](err); ok {
			err = errors.New(fe.Sentence(news.Host(page)))
		}
	default:
		body, err = readFile(page)
	}
	if err != nil {
		return readingFact{}, err
	}
	if len(body) > fetch.MaxPage {
		return readingFact{}, fmt.Errorf("%s: larger than %d MB, which no article is", name, fetch.MaxPage>>20)
	}
	if _, err := feed.Parse(body, o.ContentType, o.URL); err == nil {
		return readingFact{}, fmt.Errorf("%s: that is a feed, and extract reads one page; give it the address of an article", name)
	}
	r, err := extract.Read(body, o)
	if err != nil {
		return readingFact{}, fmt.Errorf("%s: %w", name, err)
	}
	f := readingFact{
		ID: id, URL: r.Canonical, Headline: r.Text.Headline, ShareTitle: r.ShareTitle, Standfirst: r.Text.Standfirst,
		Byline: r.Byline, Language: r.Language, Kind: r.Kind, Paragraphs: r.Text.Paragraphs,
	}
	if f.URL == "" {
		f.URL = o.URL
	}
	if !r.Published.IsZero() {
		f.Published = &r.Published
	}
	if !r.Modified.IsZero() {
		f.Modified = &r.Modified
	}
	return f, nil
}

// print writes what was read: as one JSON object, or as text that compare
// reads back.
func (f readingFact) print(e *env, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(f)
	}
	blocks := []string{"# " + f.Headline}
	if f.Standfirst != "" {
		blocks = append(blocks, "> "+f.Standfirst)
	}
	_, err := fmt.Fprintln(e.stdout, strings.Join(append(blocks, f.Paragraphs...), "\n\n"))
	return err
}

type compareCmd struct {
	facts
	Files []string `arg:"" name:"old new" help:"Two files, or several pairs: pages (.html) or texts (.txt, .md: a \"# \" headline, then paragraphs between blank lines)."`
}

func (c *compareCmd) Run(e *env) error {
	if len(c.Files)%2 != 0 {
		return usageError{fmt.Errorf("compare takes pairs of files, an old and a new one each, and not %s", brief.Count(len(c.Files), "file"))}
	}
	failed := false
	for i := 0; i < len(c.Files); i += 2 {
		if err := c.pair(e, c.Files[i], c.Files[i+1]); err != nil {
			fmt.Fprintln(e.stderr, err)
			failed = true
		}
	}
	if failed {
		return errFailed
	}
	return nil
}

// pair compares two files. The newer page is read as the watcher would: first
// where the older one's text stood.
func (c *compareCmd) pair(e *env, older, newer string) error {
	prev, err := readText(older, extract.Options{})
	if err != nil {
		return err
	}
	next, err := readText(newer, extract.Options{Place: prev.Place, Last: prev.Text})
	if err != nil {
		return err
	}
	compared := edit.Compare(prev.Text, next.Text)
	if c.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(compared)
	}
	if compared.Significance == news.None {
		_, err := fmt.Fprintln(e.stdout, "Nothing changed.")
		return err
	}
	b := brief.Of(news.Report{
		Kind: news.Edited, Article: news.ReportArticle{Headline: next.Text.Headline, Source: filepath.Base(newer)},
		Edit: &compared, Old: prev.Text, New: next.Text, Edits: 1,
	}, brief.Options{Lines: -1, Budget: -1})
	_, err = io.WriteString(e.stdout, e.format()(b))
	return err
}

// readFile reads a file that somebody named.
func readFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder; name the files in it", path)
	}
	b, err := os.ReadFile(path)
	return b, unreadable(path, err)
}

// unreadable says why a file that somebody named cannot be read; nil if it can.
func unreadable(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s", path)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s may not be read by you", path)
	}
	return err
}

// readText reads a page or a text file.
func readText(path string, o extract.Options) (extract.Reading, error) {
	b, err := readFile(path)
	if err != nil {
		return extract.Reading{}, err
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".html", ".htm", ".xhtml":
		r, err := extract.Read(b, o)
		if err != nil {
			return extract.Reading{}, fmt.Errorf("%s: %w", path, err)
		}
		return r, nil
	case ".txt", ".md":
		t := parseText(string(b))
		if t.Empty() {
			return extract.Reading{}, fmt.Errorf("%s: there is no text in it", path)
		}
		return extract.Reading{Text: t}, nil
	default:
		return extract.Reading{}, usageError{errors.New(path + ": only pages (.html) and texts (.txt, .md) can be compared")}
	}
}

// parseText reads a text: paragraphs between blank lines, of which the first
// is the headline if it begins with "# ", and the one behind it the standfirst
// if it begins with "> ".
func parseText(s string) news.Text {
	var t news.Text
	s = strings.ReplaceAll(strings.TrimPrefix(s, "\uFEFF"), "\r\n", "\n")
	var block []string
	flush := func() {
		p := news.Canonical(strings.Join(block, "\n"))
		block = nil
		first := t.Headline == "" && t.Standfirst == "" && len(t.Paragraphs) == 0
		switch {
		case p == "":
		case first && strings.HasPrefix(p, "# "):
			t.Headline = p[2:]
		case t.Standfirst == "" && len(t.Paragraphs) == 0 && strings.HasPrefix(p, "> "):
			t.Standfirst = p[2:]
		default:
			t.Paragraphs = append(t.Paragraphs, p)
		}
	}
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "" {
			flush()
			continue
		}
		if strings.HasPrefix(line, "# ") && len(block) == 0 {
			block = append(block, line)
			flush() // a headline ends with its line
			continue
		}
		block = append(block, line)
	}
	flush()
	return t
}
