package web

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the pages into this folder, to be looked at (with -run Browser)")

// A sample is a page to be looked at.
type sample struct {
	name, path string
	status     int
}

// samples are pages of every kind, in every state that one can be in.
func (w full) samples() []sample {
	search := func(q string) string { return "/search?" + q }
	return []sample{
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
	w, b := openFull(t)
	for _, p := range w.samples() {
		b.look(p)
	}
	if os.Getenv("EDITWATCH_AXE") == "" {
		lacking(t, "all was looked at but what axe-core would find: EDITWATCH_AXE does not name its axe.min.js (npm install axe-core)")
	}
}

// TestBrowserLooksElsewhere looks at pages as other operators have them: without
// search and of an empty record, and with excerpts only.
func TestBrowserLooksElsewhere(t *testing.T) {
	b := openTab(t, New(Options{Store: newHistory(t).st, Version: "test"}))
	for _, p := range []sample{{"empty-home", "/", 200}, {"empty-articles", "/articles", 200}, {"empty-sources", "/sources", 200},
		{"empty-feeds", "/feeds", 200}, {"empty-search", "/search", 200}} {
		b.look(p)
	}
	w := fullHistory(t)
	b.serve(w.handler(t, Options{Excerpt: true}))
	for _, p := range []sample{{"excerpt-diff", diffPath(w.long, 1, 2), 200}, {"excerpt-version", versionPath(w.long, 2), 200}} {
		b.look(p)
	}
}

// look looks at one page: on a desk, on a sheet of paper, and on two phones, where
// everything is opened that is folded.
func (b *tab) look(p sample) {
	b.Helper()
	b.desktop(1280)
	b.media("", "light")
	if got := b.visit(p.path); got != p.status {
		b.Errorf("%s answers %d, want %d", p.path, got, p.status)
	}
	b.pictures(p.name + "-1280")
	b.accessible(p.path)
	b.fits(1280)

	b.desktop(718) // a sheet of A4 within its margins
	b.media("print", "light")
	b.picture(p.name + "-print")
	b.fits(718)
	if folded, used := b.shown(".fold .row"), b.shown("input, select, button, summary"); folded < evaluate[int](b, `document.querySelectorAll(".fold .row").length`) || used > 0 {
		b.Errorf("%s: on paper %d folded rows can be read, and %d things are to be used", p.path, folded, used)
	}

	b.phone(390)
	b.pictures(p.name + "-390")
	evaluate[any](b, `document.querySelectorAll("details").forEach(e => e.open = true)`)
	b.media("", "light")
	b.accessible(p.path + " on a phone")
	b.media("", "dark")
	b.accessible(p.path+" on a phone, dark", "color-contrast", "link-in-text-block")
	b.fits(390)

	b.phone(320)
	b.picture(p.name + "-320-dark")
	b.fits(320)
}

// fits has a window of the width show everything without scrolling sideways.
func (b *tab) fits(width int64) {
	b.Helper()
	for _, what := range b.outside(width) {
		b.Errorf("%s: %d px: %s", b.path(), width, what)
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

// pictures are taken in both colour schemes.
func (b *tab) pictures(name string) {
	b.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.media("", scheme)
		b.picture(name + "-" + scheme)
	}
}

// picture writes what the page looks like from top to bottom, if someone wants to
// look at it.
func (b *tab) picture(name string) {
	b.Helper()
	if *shots == "" {
		return
	}
	evaluate[any](b, `new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => drawn(null))))`)
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), run(b, chromedp.FullScreenshot(100)), 0o644); err != nil {
		b.Fatal(err)
	}
}
