package watcher

import (
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// Keep says which pages are kept as they were fetched.
type Keep string

const (
	// KeepLast keeps the page of the newest version, until the article is
	// retired: what newer rules read again, so that their coming announces nothing.
	KeepLast Keep = "last"
	// KeepAll keeps as well, for good, what each version was read from as it came
	// over the wire: one [news.Capture] a version, that of the reading that was
	// believed. Readings that were held and forgotten leave none.
	KeepAll Keep = "all"
	// KeepNone keeps no page. After an upgrade of the rules the first reading of
	// each article is then taken as it is, and what it tells is not.
	KeepNone Keep = "none"
)

// keepPage puts into the record what is kept of the answer that its article's
// newest version was read from.
func (w *Watcher) keepPage(r *store.Record, resp *fetch.Response) {
	if w.keep == KeepNone {
		r.DropPage = true
		return
	}
	r.Page = resp.Body
	if raw := resp.Raw; raw != nil && r.Version != nil {
		r.Capture = &news.Capture{
			Article: r.Article.ID, Version: r.Version.Number, At: r.Article.Polling.Last,
			Asked: r.Article.URL, URL: resp.URL, Request: raw.Request,
			Proto: raw.Proto, Status: raw.Status, Header: raw.Header, Body: raw.Body,
		}
	}
}
