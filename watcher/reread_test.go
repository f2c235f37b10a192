package watcher

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// upgrade has the rig read pages by other rules: the first paragraph counts as
// a standfirst, and every paragraph ends otherwise.
func (r *rig) upgrade(name string) {
	r.watcher.extractor = name
	r.watcher.read = func(page []byte, opts extract.Options) (extract.Reading, error) {
		// The real extractor is shown the last text as it would have read it.
		opts.Last = news.Text{}
		reading, err := extract.Read(page, opts)
		if err != nil {
			return reading, err
		}
		reading.Extractor = name
		reading.Text.Standfirst = reading.Text.Paragraphs[0]
		reading.Text.Paragraphs = reading.Text.Paragraphs[1:]
		for i := range reading.Text.Paragraphs {
			reading.Text.Paragraphs[i] += " (" + name + ")"
		}
		return reading, nil
	}
}

const bridge = harbour + "/news/bridge"

// touch serves the page with other bytes around the same text.
func (r *rig) touch(url string, p page, n int) {
	r.web.page(url, p.String()+strings.Repeat("<!-- -->", n))
}

// Newer rules that read the newest version as it was read are those that read
// it: the kept page is not read again at each poll.
func TestUpgradeThatChangesNothing(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.touch(bridge, p, 0)
		r.watch(bridge)
		read := 0
		r.watcher.extractor = "page/next"
		r.watcher.read = func(page []byte, opts extract.Options) (extract.Reading, error) {
			read++
			reading, err := extract.Read(page, opts)
			reading.Extractor = "page/next"
			return reading, err
		}
		r.touch(bridge, p, 1)
		r.run(time.Hour)
		before := read
		r.touch(bridge, p, 2)
		r.run(time.Hour)
		if read != before+1 {
			t.Errorf("read %d pages for one that changed, want one", read-before)
		}
		if a := r.article(bridge); a.Extractor != "page/next" || a.Rereading != nil {
			t.Errorf("read by %s, and %+v stands in", a.Extractor, a.Rereading)
		}
	})
}

func TestUpgradeAnnouncesNothing(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.touch(bridge, p, 0)
		r.watch(bridge)
		r.touch(bridge, p, 1)
		r.run(time.Hour)
		r.upgrade("page/next")
		r.run(time.Hour)
		r.touch(bridge, p, 2)
		r.run(time.Hour)
		r.restart()
		r.touch(bridge, p, 3)
		r.run(time.Hour)
		r.upgrade("page/later") // before any version was read by those
		r.touch(bridge, p, 4)
		r.run(time.Hour)
		r.expect()
		a := r.article(bridge)
		if a.Versions != 1 || a.Rereading == nil || a.Rereading.Extractor != "page/later" || a.Rereading.Why != news.RereadUpgrade {
			t.Fatalf("the article is at version %d, reread as %+v", a.Versions, a.Rereading)
		}
		if v := r.version(bridge); v.Extractor != extract.Extractor || v.Text.Standfirst != "" {
			t.Errorf("version 1 was altered: %+v", v)
		}

		q := p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
		r.touch(bridge, q, 0)
		r.run(time.Hour)
		e := r.expect(news.Edited)
		r.oneWord(e[0], "piers", "arches")
		if a := r.article(bridge); a.Rereading != nil || a.Extractor != "page/later" {
			t.Errorf("after the edit: %+v, %s", a.Rereading, a.Extractor)
		}
		r.touch(bridge, q, 1)
		r.run(time.Hour)
		r.touch(bridge, p, 0) // and back again, which takes a second look
		r.run(2 * time.Hour)
		r.oneWord(r.expect(news.Edited)[0], "arches", "piers")
	})
}

// What rules before feed/2 kept of a feed, marks that turn the direction of text
// included, is compared as it reads today.
func TestFeedUpgradeAnnouncesNothing(t *testing.T) {
	bubble(t, func(r *rig) {
		say := func(title string) {
			r.web.set(harbour+"/feed.xml", func(int) (*fetch.Response, error) {
				return &fetch.Response{ContentType: "application/rss+xml", Body: []byte(`<?xml version="1.0"?><rss version="2.0"><channel><title>Post</title>` +
					`<item><title>` + title + `</title><link>` + bridge + `</link><guid>1</guid></item></channel></rss>`)}, nil
			})
			r.pass()
		}
		say("Court rules")
		if _, err := r.watcher.Place(context.Background(), news.Watch{Channel: "desk", URL: harbour + "/feed.xml"}); err != nil {
			t.Fatal(err)
		}
		say("Court rules")
		turned := "Court \u202edessap47\u202c rulings"
		a, err := r.store.FindArticle(context.Background(), news.AddressKey(news.FeedReading, bridge))
		if err != nil {
			t.Fatal(err)
		}
		old := news.Version{Article: a.ID, Number: 2, Seen: time.Now(), Extractor: "feed/1", Text: news.Text{Headline: turned}}
		old.Hash = old.Text.Hash()
		a.Versions, a.Hash, a.Extractor, a.Headline = 2, old.Hash, old.Extractor, turned
		if _, err := r.store.Record(context.Background(), store.Record{Article: a, Version: &old}); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			say(turned)
			time.Sleep(time.Hour)
		}
		r.expect()
		r.restart()
		say(strings.Replace(turned, "47", "48", 1))
		e := r.expect(news.Edited)
		r.oneWord(e[0], "Court dessap47 rulings", "Court dessap48 rulings")
		if a, err = r.store.Article(context.Background(), a.ID); err != nil || a.Rereading != nil || a.Extractor != feedExtractor || a.Versions != 3 {
			t.Errorf("after the edit: %+v, %v", a, err)
		}
	})
}

// oneWord expects the report of an event to tell of one word.
func (r *rig) oneWord(e news.Event, before, after string) {
	r.Helper()
	rep, err := report.Of(context.Background(), r.store, []news.Event{e}, report.Links{})
	if err != nil {
		r.Fatal(err)
	}
	if len(rep.Edit.Parts) != 1 || !strings.Contains(rep.Edit.Parts[0].Before, before) || !strings.Contains(rep.Edit.Parts[0].After, after) {
		r.Fatalf("told %+v, want one part with %q and %q", rep.Edit.Parts, before, after)
	}
	if got, err := rep.Edit.Apply(rep.Old); err != nil || edit.Compare(got, rep.New).Significance != news.None {
		r.Errorf("the parts do not lead to the new text: %v", err)
	}
	if e.Significance != rep.Edit.Significance {
		r.Errorf("the event is %v, its report %v", e.Significance, rep.Edit.Significance)
	}
}

func TestUpgradeLosesNoEdit(t *testing.T) {
	word := func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) }
	tests := []struct {
		name   string
		change func(p *page)
		hold   bool // the edit was held when the upgrade came
	}{
		{"edited_meanwhile", word, false},
		{"headline_meanwhile", func(p *page) { p.headline = "Council votes for piers and arches" }, false},
		{"held_meanwhile", func(p *page) { p.headline = "Council votes for piers and arches" }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.touch(bridge, p, 0)
				r.watch(bridge)
				r.touch(bridge, p.with(tt.change), 0)
				if tt.hold {
					for r.article(bridge).Hold == nil {
						r.run(time.Minute)
					}
					r.expect()
				}
				r.upgrade("page/next")
				r.restart()
				r.run(3 * time.Hour)
				e := r.expect(news.Edited)
				rep, err := report.Of(context.Background(), r.store, e, report.Links{})
				if err != nil || len(rep.Edit.Parts) != 1 {
					t.Fatalf("told %+v, %v", rep.Edit, err)
				}
				if !e[0].ChangedAfter.Before(e[0].ChangedBefore) {
					t.Errorf("changed between %v and %v", e[0].ChangedAfter, e[0].ChangedBefore)
				}
			})
		})
	}
}

func TestUpgradeWithoutThePage(t *testing.T) {
	for name, drop := range map[string]func(r *rig){
		"dropped": func(r *rig) {
			if _, err := r.store.Record(context.Background(), store.Record{Article: r.article(bridge), DropPage: true}); err != nil {
				r.Fatal(err)
			}
			r.upgrade("page/next")
		},
		"refused_by_the_new_rules": func(r *rig) {
			r.upgrade("page/next")
			read, refused := r.watcher.read, false
			r.watcher.read = func(page []byte, opts extract.Options) (extract.Reading, error) {
				if !refused {
					refused = true
					return extract.Reading{}, &extract.Refusal{Reason: extract.NoArticle}
				}
				return read(page, opts)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(r *rig) {
				p := pageOf(1)
				r.touch(bridge, p, 0)
				r.watch(bridge)
				drop(r)
				r.touch(bridge, p, 1)
				r.run(time.Hour)
				r.expect() // nothing to compare with, and nothing told
				r.touch(bridge, p.with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) }), 0)
				r.run(time.Hour)
				r.oneWord(r.expect(news.Edited)[0], "piers", "arches")
				if _, err := r.store.Page(context.Background(), r.article(bridge).ID); err != nil {
					t.Error("the page is kept again:", err)
				}
			})
		})
	}
}

func TestPageIsDroppedAtRetirement(t *testing.T) {
	bubble(t, func(r *rig) {
		p := pageOf(1)
		r.touch(bridge, p, 0)
		r.watch(bridge)
		id := r.article(bridge).ID
		if b, err := r.store.Page(context.Background(), id); err != nil || string(b) != p.String() {
			t.Fatalf("the page kept is %.40q, %v", b, err)
		}
		r.run(41 * day)
		r.expect(news.Retired)
		if _, err := r.store.Page(context.Background(), id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a retired article's page: %v", err)
		}
	})
}
