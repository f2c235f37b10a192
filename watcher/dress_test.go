package watcher

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// host serves n articles and a feed of them, and has them read.
func (r *rig) host(n int, dress func(p *page)) (urls []string, pages []page) {
	r.Helper()
	for i := range n {
		url := fmt.Sprintf("%s/news/%d", harbour, i)
		p := pageOf(i).with(dress)
		r.web.page(url, p.String())
		urls, pages = append(urls, url), append(pages, p)
	}
	r.watchFeed(urls...)
	r.run(10 * time.Minute)
	r.expect()
	for _, u := range urls {
		if r.article(u).Versions != 1 {
			r.Fatalf("%s was not read", u)
		}
	}
	return urls, pages
}

func footer(s string) func(p *page) {
	return func(p *page) { p.paragraphs = append(p.paragraphs, s) }
}

func TestBoilerplateChanges(t *testing.T) {
	const agency = "The bridge, which was built in 1911, has been closed four times since the flood of 1953."
	tests := []struct {
		name        string
		was, is     func(p *page)
		boilerplate bool
	}{
		{"label", footer("More from the harbour"), footer("Our pick of the week"), true},
		{"appeal", footer("Subscribe to our newsletter to read more of this."), footer("Support us: the Post is funded by its readers."), true},
		{"copyright", footer("The Harbour Post, 1884 to 2025"), footer("The Harbour Post, 1884 to 2026"), true},
		{"appears", func(*page) {}, footer("The best of the week, in your letter box"), true},
		{"goes", footer("The best of the week, in your letter box"), func(*page) {}, true},
		{"kicker", func(p *page) { p.paragraphs = append([]string{"Harbour news"}, p.paragraphs...) }, func(p *page) { p.paragraphs = append([]string{"News from the quay"}, p.paragraphs...) }, true},
		{"pointer_amid_the_text", func(p *page) { p.paragraphs[5] = "Watch: the bridge in pictures" }, func(p *page) { p.paragraphs[5] = "Watch: five walks along the quay" }, true},
		{"agency_background", footer(agency), footer(strings.Replace(agency, "four", "five", 1)), false},
		{"correction", footer("Correction: an earlier version of this article misstated the year."), footer("Correction: an earlier version of this article misstated the year and the name."), false},
		{"sentence_amid_the_text", func(p *page) { p.paragraphs[5] = agency }, func(p *page) { p.paragraphs[5] = strings.Replace(agency, "four", "five", 1) }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, way := range []string{"run", "pass"} {
				bubble(t, func(r *rig) {
					const n = 5
					urls, _ := r.host(n, tt.was)
					for i, u := range urls {
						r.web.page(u, pageOf(i).with(tt.is).String())
					}
					if way == "pass" {
						r.pass()
					} else {
						r.run(3 * time.Hour)
					}
					if !tt.boilerplate {
						r.expect(slices.Repeat([]news.EventKind{news.Edited}, n)...)
						return
					}
					r.expect()
					a := r.article(urls[0])
					if a.Versions != 1 || a.Hold != nil {
						t.Errorf("%s: version %d, held %+v", way, a.Versions, a.Hold)
					}
					// A true edit is told alone, and the stored text is whole.
					q := pageOf(0).with(tt.is).with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
					r.web.page(urls[0], q.String())
					r.run(2 * time.Hour)
					r.oneWord(r.expect(news.Edited)[0], "piers", "arches")
					if v := r.version(urls[0]); tt.name == "label" && !slices.Contains(v.Text.Paragraphs, "Our pick of the week") {
						t.Errorf("stored %q", v.Text.Paragraphs)
					}
					r.restart()
					r.run(3 * time.Hour)
					r.expect()
				})
			}
		})
	}
}

func TestBoilerplateBesideAnEdit(t *testing.T) {
	bubble(t, func(r *rig) {
		urls, _ := r.host(5, footer("More from the harbour"))
		for i, u := range urls {
			q := pageOf(i).with(footer("Our pick of the week"))
			if i == 4 {
				q.paragraphs[4] = strings.Replace(q.paragraphs[4], "piers", "arches", 1)
			}
			r.web.page(u, q.String())
			if i < 4 {
				continue
			}
		}
		r.pass()
		// The edit comes with the boilerplate of that moment only where that was
		// not known yet: here it is met in three articles before.
		e := r.expect(news.Edited)
		if e[0].Article != r.article(urls[4]).ID {
			t.Error("another article was told")
		}
	})
}

func TestOwnFooterIsTold(t *testing.T) {
	bubble(t, func(r *rig) {
		urls, _ := r.host(5, func(*page) {})
		r.web.page(urls[2], pageOf(2).with(footer("Listen to the harbour master's words in full")).String())
		r.run(2 * time.Hour)
		e := r.expect(news.Edited)
		if e[0].Article != r.article(urls[2]).ID {
			t.Error("another article was told")
		}
	})
}

func TestRedesign(t *testing.T) {
	byline := func(p *page) {
		p.paragraphs = append([]string{"The harbour desk: " + p.headline}, p.paragraphs...)
	}
	tests := []struct {
		name  string
		dress func(p *page)
		moved bool
	}{
		{"place_moved", func(p *page) {
			p.wrap = "column"
			p.paragraphs = append(p.paragraphs[:6:6], p.paragraphs[7:]...)
		}, true},
		{"a_block_of_its_own_in_each", byline, false},
		{"headline_suffix", func(p *page) { p.headline += " | The Harbour Post" }, false},
		{"standfirst_set_off", func(p *page) {
			p.standfirst = "In short: " + p.headline + ", and what became of it, as far as anybody knows."
		}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, way := range []string{"run", "pass", "restarts"} {
				bubble(t, func(r *rig) {
					const n = 9
					urls, _ := r.host(n, func(*page) {})
					if tt.moved {
						r.elsewhere()
					}
					for i, u := range urls {
						r.web.page(u, pageOf(i).with(tt.dress).String())
					}
					switch way {
					case "run":
						r.run(3 * time.Hour)
					case "pass":
						r.pass()
					default:
						for range 30 {
							r.run(time.Minute)
							r.restart()
						}
						r.run(3 * time.Hour)
					}
					r.expect()
					if got := strings.Count(r.log.String(), "redesign"); got != 1 {
						t.Errorf("%s: the operator was told %d times: %s", way, got, r.log)
					}
					tpl, err := r.store.Template(context.Background(), news.Host(urls[0]))
					if err != nil || len(tpl.Redesigns) == 0 {
						t.Errorf("%s: recorded redesigns %+v, %v", way, tpl.Redesigns, err)
					}
					for i, u := range urls {
						a := r.article(u)
						if a.Versions != 1 || a.Hold != nil || a.Rereading == nil || a.Rereading.Why != news.RereadRedesign {
							t.Errorf("%s: article %d at version %d, held %+v, reread %+v", way, i, a.Versions, a.Hold, a.Rereading)
						}
					}
					q := pageOf(3).with(tt.dress).with(func(p *page) { p.paragraphs[4] = strings.Replace(p.paragraphs[4], "piers", "arches", 1) })
					r.web.page(urls[3], q.String())
					r.run(3 * time.Hour)
					r.oneWord(r.expect(news.Edited)[0], "piers", "arches")
				})
			}
		})
	}
}

// TestFewAlikeIsNoRedesign tells of a change that four of many articles share.
func TestFewAlikeIsNoRedesign(t *testing.T) {
	bubble(t, func(r *rig) {
		urls, _ := r.host(12, func(*page) {})
		for i, u := range urls[:4] {
			r.web.page(u, pageOf(i).with(func(p *page) {
				p.standfirst = "The council meets again in a week, and may yet change its mind about all of it."
			}).String())
		}
		r.run(3 * time.Hour)
		r.expect(news.Edited, news.Edited, news.Edited, news.Edited)
	})
}

// TestManyTrueEdits tells of edits in most articles of a host that have nothing
// in common.
func TestManyTrueEdits(t *testing.T) {
	bubble(t, func(r *rig) {
		urls, _ := r.host(8, func(*page) {})
		for i, u := range urls {
			r.web.page(u, pageOf(i).with(func(p *page) {
				p.paragraphs = append(p.paragraphs, fmt.Sprintf("On Monday the council of district %d said that it would hear %d more witnesses.", i, 30+i))
			}).String())
		}
		r.pass()
		r.expect(slices.Repeat([]news.EventKind{news.Edited}, 8)...)
	})
}

func TestWeave(t *testing.T) {
	tests := []struct{ kept, text, marks, want string }{
		{"a b c", "a b c X", "   x", "a b c X"},
		{"a b c", "X a b c", "x   ", "X a b c"},
		{"a b c", "a X b c", " x  ", "a X b c"},
		{"a b c", "a B X c Y", "  x x", "a b X c Y"},
		{"a b c", "a b new X c", "   x ", "a b X c"},
		{"a b c", "q X r", " x ", "a X b c"},
		{"", "X", "x", "X"},
		{"a", "b", " ", "a"},
	}
	for _, tt := range tests {
		text := strings.Fields(tt.text)
		marked := make([]bool, len(text))
		for i := range marked {
			marked[i] = tt.marks[i] == 'x'
		}
		if got := strings.Join(weave(strings.Fields(tt.kept), text, marked), " "); got != tt.want {
			t.Errorf("weave(%q, %q, %q) = %q, want %q", tt.kept, tt.text, tt.marks, got, tt.want)
		}
	}
}

func TestProse(t *testing.T) {
	tests := map[string]bool{
		"More from the harbour":                                        false,
		"© 2026 The Harbour Post. All rights reserved.":                false,
		"Recevez notre lettre. Désinscription possible à tout moment.": false,
		"Topics: Bridges, Ferries, Council":                            false,
		"The bridge was built in 1911.":                                true,
		"Il pont fut construit en 1911, selon la mairie.":              true,
		"34 views were heard at the hearing.":                          true,
		"市议会星期二表示，这座桥将关闭两年，因为工程师发现了裂缝。":                                true,
		"相关新闻": false,
	}
	for s, want := range tests {
		if got := prose(s); got != want {
			t.Errorf("prose(%q) = %v", s, got)
		}
	}
}

func TestTemplateIsBounded(t *testing.T) {
	tpl := &template{}
	for i := range 2000 {
		id := news.ArticleID(fmt.Sprint("a", i))
		text := news.Text{Paragraphs: append(pageOf(i).paragraphs, "More from the harbour")}
		tpl.learn(id, text, noon)
		tpl.shifted(id, []string{fmt.Sprint("added ", i), featureMoved}, nil, noon)
	}
	if len(tpl.Blocks) > maxBlocks || len(tpl.Shifts) > maxShifts || len(tpl.Redesigns) > maxRedesigns {
		t.Errorf("%d blocks, %d shifts, %d redesigns", len(tpl.Blocks), len(tpl.Shifts), len(tpl.Redesigns))
	}
	if !tpl.hosts(sumOf("More from the harbour")) {
		t.Error("what stands in all articles was forgotten")
	}
	for _, b := range tpl.Blocks {
		if len(b.Articles) > maxArticles {
			t.Errorf("a block remembers %d articles", len(b.Articles))
		}
	}
}

func TestWithBoilerplateOf(t *testing.T) {
	tpl := &template{}
	for i := range 3 {
		tpl.learn(news.ArticleID(fmt.Sprint("a", i)), news.Text{Paragraphs: append(pageOf(i).paragraphs, "Old footer")}, noon)
		tpl.learn(news.ArticleID(fmt.Sprint("a", i)), news.Text{Paragraphs: append(pageOf(i).paragraphs, "New footer")}, noon)
	}
	old := news.Text{Headline: "h", Paragraphs: append(pageOf(9).paragraphs, "Old footer")}
	text := news.Text{Headline: "h", Paragraphs: append(pageOf(9).paragraphs, "New footer")}
	text.Paragraphs[9] = "The last paragraph was written anew, and says that nobody had seen it coming."
	base, other := tpl.withBoilerplateOf(old, text)
	if !other {
		t.Error("the footers are not the same")
	}
	for _, p := range edit.Compare(base, text).Parts {
		if strings.Contains(p.Before+p.After, "footer") {
			t.Errorf("%+v", p)
		}
	}
}
