package web

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the pages into this folder, to be looked at (with -run Browser)")

// A kind of page, and where there is one of it.
type kind struct {
	name, path string
	status     int
}

// kinds returns a page of every kind, in every state that it can be in.
func (w full) kinds() []kind {
	search := func(q string) string { return "/search?" + q }
	return []kind{
		{"home", "/", 200},
		{"home-filtered", "/?class=headline&min=major", 200},
		{"home-nothing", "/?class=correction&since=2026-01-01&until=2026-01-02", 200},
		{"home-sources", "/?class=removed", 200},
		{"source", sourcePath("The Harbour Post"), 200},
		{"source-articles", sourcePath("The Courier") + "/articles", 200},
		{"sources", "/sources", 200},
		{"feeds", "/feeds", 200},
		{"articles", "/articles", 200},
		{"article", articlePath(w.bridge), 200},
		{"article-filtered", articlePath(w.bridge) + "?class=fact", 200},
		{"article-live", articlePath(w.live), 200},
		{"article-gone", articlePath(w.gone), 200},
		{"article-retired", articlePath(w.retired), 200},
		{"article-pruned", articlePath(w.pruned), 200},
		{"article-troubled", articlePath(w.troubled), 200},
		{"article-moved", articlePath(w.moved), 200},
		{"article-unread", articlePath(w.unread), 200},
		{"article-quiet", articlePath(w.quiet), 200},
		{"article-arabic", articlePath(w.arabic), 200},
		{"article-japanese", articlePath(w.japanese), 200},
		{"article-nameless", articlePath(w.nameless), 200},
		{"article-withheld", articlePath(w.withheld), 410},
		{"diff", diffPath(w.bridge, 1, 2), 200},
		{"diff-inline", diffPath(w.bridge, 1, 2) + "?view=inline", 200},
		{"diff-sides", diffPath(w.bridge, 2, 3) + "?view=sides", 200},
		{"diff-moved", diffPath(w.bridge, 3, 4), 200},
		{"diff-moved-inline", diffPath(w.bridge, 3, 4) + "?view=inline", 200},
		{"diff-typography", diffPath(w.bridge, 4, 5), 200},
		{"diff-minor", diffPath(w.bridge, 5, 6), 200},
		{"diff-far", diffPath(w.bridge, 1, 6), 200},
		{"diff-same", diffPath(w.troubled, 1, 3), 200},
		{"diff-long", diffPath(w.long, 1, 2), 200},
		{"diff-long-inline", diffPath(w.long, 1, 2) + "?view=inline", 200},
		{"diff-arabic", diffPath(w.arabic, 1, 2), 200},
		{"diff-arabic-inline", diffPath(w.arabic, 1, 2) + "?view=inline", 200},
		{"diff-japanese", diffPath(w.japanese, 1, 2), 200},
		{"diff-pruned", diffPath(w.pruned, 1, 2), 410},
		{"version", versionPath(w.bridge, 4), 200},
		{"version-arabic", versionPath(w.arabic, 2), 200},
		{"version-long", versionPath(w.long, 2), 200},
		{"search", "/search", 200},
		{"search-found", search("q=bridge"), 200},
		{"search-changed", search("q=vehicles&in=changed&order=best&each=true&class=fact"), 200},
		{"search-nothing", search("q=nonesuch"), 200},
		{"search-arabic", search("q=" + url.QueryEscape("الجسر")), 200},
		{"lookup-unknown", "/lookup?url=https://nobody.example/a/link/that/leads/nowhere?and=says&so=at-some-length", 404},
		{"not-a-filter", "/?class=nonsense", 400},
		{"not-found", "/nowhere", 404},
	}
}

// TestBrowserLooks looks at every kind of page in windows of three widths, in
// both colour schemes and on paper.
func TestBrowserLooks(t *testing.T) {
	w := fullHistory(t)
	site := httptest.NewServer(w.handler(t, Options{}))
	t.Cleanup(site.Close)
	b := openTab(t, site)
	for _, k := range w.kinds() {
		b.look(k)
	}
	if os.Getenv("EDITWATCH_AXE") == "" {
		lacking(t, "all was looked at but what axe-core would find: EDITWATCH_AXE does not name its axe.min.js (npm install axe-core)")
	}
}

// TestBrowserLooksElsewhere looks at pages as other operators have them: without
// search and of an empty record, and with excerpts only.
func TestBrowserLooksElsewhere(t *testing.T) {
	empty := httptest.NewServer(New(Options{Store: newHistory(t).st, Version: "test"}))
	t.Cleanup(empty.Close)
	b := openTab(t, empty)
	for _, k := range []kind{{"empty-home", "/", 200}, {"empty-articles", "/articles", 200}, {"empty-sources", "/sources", 200},
		{"empty-feeds", "/feeds", 200}, {"empty-search", "/search", 200}} {
		b.look(k)
	}
	w := fullHistory(t)
	excerpts := httptest.NewServer(w.handler(t, Options{Excerpt: true}))
	t.Cleanup(excerpts.Close)
	b.base = excerpts.URL
	for _, k := range []kind{{"excerpt-diff", diffPath(w.long, 1, 2), 200}, {"excerpt-version", versionPath(w.long, 2), 200}} {
		b.look(k)
	}
}

// look looks at one page.
func (b *tab) look(k kind) {
	b.Helper()
	b.desktop(1280)
	b.media("", "light")
	if got := b.visit(k.path); got != k.status {
		b.Errorf("%s answers %d, want %d", k.path, got, k.status)
	}
	for _, width := range []int64{1280, 390, 320} {
		if width < 1000 {
			b.phone(width)
		}
		for _, scheme := range []string{"light", "dark"} {
			b.media("", scheme)
			at := fmt.Sprintf("%s-%d-%s", k.name, width, scheme)
			b.picture(at)
			switch {
			case scheme == "dark" && width == 390:
				b.accessible(at, "color-contrast", "link-in-text-block")
			case scheme == "light" && width != 320:
				b.accessible(at)
			}
		}
		for _, what := range b.outside(width) {
			b.Errorf("%s: %d px: %s", k.path, width, what)
		}
	}
	b.desktop(718) // a sheet of A4 within its margins
	b.media("print", "light")
	b.picture(k.name + "-print")
	for _, what := range b.outside(718) {
		b.Errorf("%s: on paper: %s", k.path, what)
	}
}

// outside names what does not fit into a window: it can be seen only by
// scrolling sideways, or not at all.
func (b *tab) outside(width int64) []string {
	b.Helper()
	return evaluate[[]string](b, fmt.Sprintf(`(() => {
		const out = [], width = %d;
		if (document.documentElement.scrollWidth > width) out.push("the page is " + document.documentElement.scrollWidth + " px wide");
		for (const e of document.body.querySelectorAll(":not(.skip, .aside)")) {
			for (const r of e.getClientRects()) {
				if (r.width > 1 && (r.left < -1 || r.right > width + 1)) {
					out.push(Math.round(r.left) + " to " + Math.round(r.right) + " px: " + e.outerHTML.slice(0, 160));
					break;
				}
			}
		}
		return out;
	})()`, width))
}

// axe is the source of axe-core, which finds what keeps people from a page; empty
// where it is not at hand, and only that is not looked for.
var axe = sync.OnceValues(func() (string, error) {
	file := os.Getenv("EDITWATCH_AXE")
	if file == "" {
		return "", nil
	}
	source, err := os.ReadFile(file)
	return string(source) + ";null", err
})

// accessible has axe-core look at the page as it is now, by the rules given or by
// all that are not experimental: those of WCAG to the level AA, and good practice.
func (b *tab) accessible(at string, rules ...string) {
	b.Helper()
	for _, what := range b.barriers(rules...) {
		b.Errorf("%s: %s", at, what)
	}
}

func (b *tab) barriers(rules ...string) []string {
	b.Helper()
	source, err := axe()
	if err != nil {
		b.Fatal(err)
	}
	if source == "" {
		return nil
	}
	if !evaluate[bool](b, `typeof axe === "object"`) {
		evaluate[any](b, source)
	}
	options := `{resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}`
	if len(rules) > 0 {
		options = fmt.Sprintf(`{resultTypes: ["violations"], runOnly: ["%s"]}`, strings.Join(rules, `", "`))
	}
	return evaluate[[]string](b, `axe.run(document, `+options+`).then(found =>
		found.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + ": " + n.failureSummary)))`)
}

// picture writes what the page looks like from top to bottom, if someone wants to
// look at it.
func (b *tab) picture(name string) {
	b.Helper()
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), run(b, chromedp.FullScreenshot(100)), 0o644); err != nil {
		b.Fatal(err)
	}
}
