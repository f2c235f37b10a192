package web

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/mmcdole/gofeed"
)

// leads has the browser be somewhere.
func (b *tab) leads(want string) {
	b.Helper()
	got := b.path()
	for end := time.Now().Add(patience); got != want && time.Now().Before(end); got = b.path() {
		time.Sleep(10 * time.Millisecond) // a place on the same page is reached a little later
	}
	if got != want {
		b.Errorf("it leads to %s, want %s", got, want)
	}
}

// says has the page say all that is wanted.
func (b *tab) says(want ...string) {
	b.Helper()
	text := b.text()
	for _, w := range want {
		if !strings.Contains(text, w) {
			b.Errorf("%s lacks %q:\n%s", b.path(), w, text)
		}
	}
}

// TestBrowserWhyTheHeadlineChanged goes the way of a reader on a phone with a
// link from somewhere: why was this headline changed? Three clicks may lead
// there, and no script is needed.
func TestBrowserWhyTheHeadlineChanged(t *testing.T) {
	w, b := openFull(t)
	b.withoutScripts()
	b.phone(390)
	for _, link := range []string{
		"look at this! http://www.harbourpost.example/2026/05/bridge/?utm_source=x&fbclid=IwAR0#top",
		"//m.harbourpost.example/2026/05/bridge/amp",
		"https://web.archive.org/web/20260503100000/https://harbourpost.example/2026/05/bridge",
		"https://www.google.com/amp/s/www.harbourpost.example/2026/05/bridge.amp",
	} {
		b.find(link)
		b.leads(articlePath(w.bridge))
		b.says("Council delays bridge repair, citing cost", "Council votes to close bridge for two years")
	}
	b.follow(".moment .links a", "from version 1 to version 2")
	b.leads(diffPath(w.bridge, 1, 2))
	b.says("facts changed, no correction note", "changed between 12:04 and 12:14 UTC", "8,000", "11,000")
	if b.clicks > 3 {
		t.Errorf("%d clicks lead to why a headline changed, want 3 at most", b.clicks)
	}

	// That of a page with 200 versions changed a week ago: its history is filtered.
	b.find("Did they change that? https://m.live.example/2026/storm/?utm_source=whatsapp&utm_medium=share&fbclid=IwAR0x#update-7")
	b.leads(articlePath(w.live))
	b.follow(".timeline .chips a", "headline")
	b.leads(articlePath(w.live) + "?class=headline")
	b.follow(".moment .links a", "What changed")
	b.leads(diffPath(w.live, 48, 49))
	b.says("Storm passes the coast by", "nears", "passes", "changed between")
	if b.clicks > 3 {
		t.Errorf("%d clicks lead to why a live page's headline changed, want 3 at most", b.clicks)
	}
}

// find starts anew, with what was pasted into the box on the first page.
func (b *tab) find(what string) {
	b.Helper()
	b.clicks = 0
	b.visit("/")
	b.click("#lookup", "")
	b.paste(what)
	b.follow("button", "Find")
}

// TestBrowserReads uses what there is to use, with a mouse and without scripts.
func TestBrowserReads(t *testing.T) {
	w, b := openFull(t)
	b.withoutScripts()
	b.desktop(1280)

	t.Run("words", func(t *testing.T) {
		b.in(t)
		b.find("harbour master")
		b.leads("/search?q=harbour+master")
		b.says("We were not asked")
		b.follow(".entry h2 a", "Council votes")
		if !strings.Contains(b.path(), "/diff/") {
			t.Errorf("a hit leads to %s", b.path())
		}
		b.visit("/search?q=harbour+master")
		b.click("summary", "Filter")
		b.choose("#in", "among words that changed")
		b.choose("#by-source", "The Harbour Post")
		b.follow(".fields button", "Find")
		b.leads("/search?q=harbour+master&in=changed&order=&each=&class=&min=&source=The+Harbour+Post&since=&until=")
		b.follow(".chips a", "The Harbour Post")
		b.leads("/search?in=changed&q=harbour+master")
	})
	t.Run("filter", func(t *testing.T) {
		b.in(t)
		b.visit("/")
		b.click("summary", "Filter")
		b.choose("#by-class", "fact")
		b.choose("#by-rank", "major")
		b.follow("button", "Show these")
		b.leads("/?class=fact&min=major&source=&since=&until=")
		b.follow("[rel=next]", "Older")
		if !strings.HasPrefix(b.path(), "/?before=") || !strings.HasSuffix(b.path(), "&class=fact&min=major") {
			t.Errorf("the next page of a filtered list is %s", b.path())
		}
		b.follow("[rel=prev]", "Newest")
		b.follow(".chips a", "major")
		b.leads("/?class=fact")
		b.follow(".chips a", "fact")
		b.leads("/")
		b.click("summary", "Filter")
		b.choose("#by-source", "Live Wire")
		b.follow("button", "Show these")
		b.leads("/sources/Live%20Wire")
		b.follow(".lede a", "All its articles")
		b.follow(".title a", "Storm")
		b.leads(articlePath(w.live))
	})
	t.Run("layouts", func(t *testing.T) {
		b.in(t)
		b.visit(articlePath(w.bridge))
		b.follow(".moment .links a", "from version 3 to version 4")
		b.leads(diffPath(w.bridge, 3, 4))
		if got := b.shown(".row.add .old, .row.add .new"); got != 2 {
			t.Errorf("beside an added paragraph are %d sides on a desktop, want 2", got)
		}
		b.follow(".views a", "Inline")
		b.leads(diffPath(w.bridge, 3, 4) + "?view=inline")
		b.follow(".steps a", "Later edit")
		b.leads(diffPath(w.bridge, 4, 5) + "?view=inline")
		b.follow(".views a", "Side by side")
		b.follow(".steps a", "Earlier edit")
		b.leads(diffPath(w.bridge, 3, 4) + "?view=sides")
		b.follow(".steps a", "Whole history")
		b.leads(articlePath(w.bridge))
		b.click("#from", "")
		b.press(kb.Backspace)
		b.paste("2")
		b.follow("button", "Compare")
		b.leads(diffPath(w.bridge, 2, 6))

		b.phone(390)
		b.visit(diffPath(w.bridge, 1, 2))
		if old, both := b.shown(".row.edit > .old"), b.shown(".row.edit > .new .was"); old != 0 || both == 0 {
			t.Errorf("a phone shows %d old sides and %d struck words inline", old, both)
		}
		b.desktop(1280)
	})
	t.Run("paragraphs", func(t *testing.T) {
		b.in(t)
		b.visit(diffPath(w.long, 1, 2))
		hidden := b.shown(".row.same")
		b.click("summary", "paragraphs unchanged")
		if got := b.shown(".row.same"); got <= hidden {
			t.Errorf("%d unchanged rows are shown after a run of them was opened, %d before", got, hidden)
		}
		b.click("a.pilcrow", "¶4")
		b.leads(diffPath(w.long, 1, 2) + "#p4")
		b.click(".moved a", "paragraph 31")
		b.leads(diffPath(w.long, 1, 2) + "#o31")
		if got := b.shown(".row:target"); got != 1 {
			t.Errorf("%d rows are pointed at, want 1", got)
		}
		// A link to a paragraph within a run that is folded opens it.
		b.visit("/")
		b.visit(diffPath(w.long, 1, 2) + "#p30")
		if got := b.shown("#p30:target"); got != 1 {
			t.Error("a link to a folded paragraph does not show it")
		}
		b.visit(versionPath(w.bridge, 4))
		b.click(".pilcrow", "¶9")
		b.leads(versionPath(w.bridge, 4) + "#p9")
		b.follow(".steps a", "Earlier version")
		b.leads(versionPath(w.bridge, 3))
		b.follow(".facts a", "From version 2 to version 3")
		b.leads(diffPath(w.bridge, 2, 3))
	})
	t.Run("feeds", func(t *testing.T) {
		b.in(t)
		for _, path := range []string{"/", "/?class=fact", sourcePath("Live Wire"), articlePath(w.bridge), "/search?q=council"} {
			b.visit(path)
			named := evaluate[[]string](b, `[...document.querySelectorAll('link[rel="alternate"]')].map(e => e.href)`)
			linked := evaluate[[]string](b, `[...document.querySelectorAll('.foot a')].map(e => e.href)`)
			if len(named) != len(formats) || !slices.Equal(named, linked) {
				t.Errorf("%s names the feeds %q and links %q", path, named, linked)
			}
			for _, address := range linked {
				feed, err := gofeed.NewParser().ParseURL(address)
				if err != nil || len(feed.Items) == 0 {
					t.Errorf("%s: %v, %v", address, feed, err)
				}
			}
		}
	})
}

// TestBrowserKeys reads without a mouse.
func TestBrowserKeys(t *testing.T) {
	w, b := openFull(t)
	b.withoutScripts()
	for _, window := range []func(int64){b.desktop, b.phone} {
		window(390)
		for _, path := range []string{"/", articlePath(w.bridge), diffPath(w.long, 1, 2), versionPath(w.bridge, 2), "/search?q=bridge", "/sources"} {
			b.visit(path)
			b.walk()
		}
	}

	b.desktop(1280)
	b.visit("/")
	b.press(kb.Tab)
	b.press(kb.Enter) // the link that skips the masthead
	b.leads("/#main")
	b.press(kb.Tab)
	if got := b.focus(); !got.In || got.Name != "Filter" {
		t.Errorf("behind the skipped masthead is %+v", got)
	}

	b.visit("/")
	b.tabTo("Paste an article’s link, or search for words")
	b.paste("harbourpost.example/2026/05/bridge?utm_source=x")
	b.enter()
	b.leads(articlePath(w.bridge))
	b.tabTo("What changed from version 3 to version 4")
	b.enter()
	b.tabTo("2 paragraphs unchanged")
	before := b.shown(".row.same")
	b.press(" ")
	if got := b.shown(".row.same"); got != before+2 {
		t.Errorf("the space bar opens %d of 2 rows", got-before)
	}
	b.visit(diffPath(w.bridge, 3, 4))
	b.tabTo("Inline")
	b.enter()
	b.leads(diffPath(w.bridge, 3, 4) + "?view=inline")
}

// walk goes from the top of the page to its end by the tab key: to everything
// that can be used, in the order in which it is read, and always in sight.
func (b *tab) walk() {
	b.Helper()
	path := b.path()
	want := evaluate[[]string](b, `[...document.querySelectorAll("a[href], button, input, select, summary, main")]
		.filter(e => e.tabIndex >= 0 && e.checkVisibility()).map(e => e.outerHTML.slice(0, 120))`)
	var got []string
	for range len(want) + 3 {
		b.press(kb.Tab)
		f := b.focus()
		if f.Name == "" {
			break
		}
		if f.Why != "" {
			b.Errorf("%s: the focus on %s %s", path, f.HTML, f.Why)
		}
		got = append(got, f.HTML)
	}
	if !slices.Equal(got, want) {
		b.Errorf("%s: the tab key goes to %d places, want %d:\n%s", path, len(got), len(want), strings.Join(got, "\n"))
	}
}

// A focus is where keys go.
type focus struct {
	Name string // what it is called; empty: keys go nowhere
	HTML string
	In   bool   // it stands in the main part of the page
	Why  string // why it cannot be seen
}

func (b *tab) focus() focus {
	b.Helper()
	return evaluate[focus](b, `(() => {
		const e = document.activeElement;
		if (!e || e === document.body) return {};
		const style = getComputedStyle(e), r = e.getClientRects()[0];
		const f = {HTML: e.outerHTML.slice(0, 120), In: document.querySelector("main").contains(e), Why: ""};
		f.Name = (e.labels && e.labels[0] || e).textContent.trim() || e.tagName;
		if (!r || r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) f.Why = "is out of sight";
		else if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) f.Why = "is not marked";
		return f;
	})()`)
}

// tabTo presses the tab key until it is at what is called so.
func (b *tab) tabTo(name string) {
	b.Helper()
	for range 300 {
		b.press(kb.Tab)
		if b.focus().Name == name {
			return
		}
	}
	b.Fatalf("%s: the tab key does not come to %q", b.path(), name)
}

// choose picks an option by its words.
func (b *tab) choose(selector, words string) {
	b.Helper()
	b.do(chromedp.Focus(chromedp.CSS(selector)))
	b.press(words)
	if got := evaluate[string](b, fmt.Sprintf(`document.querySelector(%q).selectedOptions[0].text`, selector)); got != words {
		b.Fatalf("%s: %s is %q, want %q", b.path(), selector, got, words)
	}
}

// shown counts what the selector finds that can be seen.
func (b *tab) shown(selector string) int {
	b.Helper()
	return evaluate[int](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility() && e.getClientRects().length).length`, selector))
}
