package web

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// attacks are texts that would act, lead away, or spoil the page if they were
// taken for anything but text.
var attacks = []string{
	`<script>alert(1)</script>`,
	`</title></style></textarea></script><script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' autofocus onfocus=alert(1) x='`,
	`" style="position:fixed;inset:0;background:red" onmouseover="alert(1)`,
	`<svg onload=alert(1)><a href="javascript:alert(1)">here</a></svg>`,
	`<iframe srcdoc="<script>parent.alert(1)</script>"></iframe><object data="javascript:alert(1)"></object>`,
	`<meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="https://evil.example/">`,
	`<form action="https://evil.example/"><input name="q"><button>Find</button></form>`,
	`<link rel="stylesheet" href="https://evil.example/x.css"><style>*{display:none!important}</style>`,
	`<!--`, `<plaintext>`, `]]></description><script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>`,
	`{{.}} ${alert(1)} {{template "layout"}} <%= 1 %>`,
	`javascript:alert(1)`, `data:text/html,<script>alert(1)</script>`, `vbscript:x`, `//evil.example/%2e%2e/..\`,
	`&lt;script&gt;alert(1)&lt;/script&gt; &#x3c;b&#x3e; \u003cscript\u003ealert(1)`,
	"\u202Eturned\u2066 and not turned back", "Z" + strings.Repeat("\u0335\u0340\u0489", 60) + "algo",
	strings.Repeat("unbreakable", 60), strings.Repeat("￼\u200d🏴\u200d☠️", 80), "a\u2028b\u2029c\u0085d\ufeff\ufffe\uffff",
}

// attacked is a record in which every text and address attacks.
func attacked(t testing.TB) full {
	t.Helper()
	h := newHistory(t)
	now := time.Now().UTC()
	for i, x := range attacks {
		a := h.sight(news.Article{URL: []string{x, "https://evil.example/" + x, "javascript:alert(1)//https://evil.example/" + x}[i%3],
			Source: x, Language: x, Kind: x, FirstSeen: now})
		h.read(&a, news.Text{Headline: x, Standfirst: "was " + x, Paragraphs: []string{x, "same " + x, "moved " + x, "gone " + x, "It stays."}}, now)
		a.Polling.Failures, a.Polling.FailingSince, a.Polling.Detail, a.Tested = 3, now, x, []string{x}
		h.read(&a, news.Text{Headline: x + " now", Standfirst: "is " + x, Paragraphs: []string{"moved " + x, x + x, "same " + x, "It stays.", "new " + x}}, now)
		v := h.version(a.ID, 2)
		v.Number, v.Extractor, v.Text.Headline = 3, x, x
		v.Hash, a.Versions = v.Text.Hash(), 3
		h.record(&a, store.Record{Version: &v})
		for _, kind := range append(news.ToldKinds, news.Failing) {
			h.happened(&a, news.Event{Kind: kind, At: now, Detail: x, RedirectedTo: a.URL, RevertedTo: 1, Classes: []news.Class{news.Class(x)}})
		}
		feed := news.Feed{URL: fmt.Sprintf("https://evil.example/feed/%d", i), Title: x, SiteURL: x, FirstSeen: now}
		if _, err := h.st.Sight(t.Context(), &feed, nil); err != nil {
			t.Fatal(err)
		}
		feed.Polling = news.Polling{Last: now, Outcome: news.Outcome(x), Detail: x, Failures: 1, FailingSince: now}
		if err := h.st.RecordFeed(t.Context(), feed, nil); err != nil {
			t.Fatal(err)
		}
	}
	return full{written: written{st: h.st}}
}

// version reads a version.
func (h *history) version(id news.ArticleID, n int) news.Version {
	h.t.Helper()
	v, err := h.st.Version(h.t.Context(), id, n)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// TestBrowserAttacked shows the attacks to a browser that was told to let pages
// do as they like: it is the pages that must not act.
func TestBrowserAttacked(t *testing.T) {
	w := attacked(t)
	b := openTab(t, w.handler(t, Options{}))
	b.do(command(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	b.phone(320)

	paths := []string{"/", "/articles", "/sources", "/feeds", "/search?q=alert&each=true", "/search?q=alert&in=changed"}
	articles, err := w.st.Articles(t.Context(), store.ArticleQuery{Max: len(attacks)})
	if err != nil || len(articles) != len(attacks) {
		t.Fatal(len(articles), err)
	}
	for _, a := range articles {
		paths = append(paths, articlePath(a.ID), diffPath(a.ID, 1, 2), diffPath(a.ID, 2, 3)+"?view=inline", versionPath(a.ID, 3))
		if path := sourcePath(a.Source); path != "" {
			paths = append(paths, path)
		}
	}
	for _, x := range attacks {
		q := url.QueryEscape(x)
		paths = append(paths, "/?class="+q, "/search?q="+q+"&source="+q, "/lookup?url="+q)
	}
	for _, path := range paths {
		b.visit(path)
		for _, what := range b.spoilt(320) {
			b.Errorf("%s: %s", path, what)
		}
	}
	for _, path := range []string{"/edits.rss", "/edits.atom", "/edits.json", "/api/v1/events", "/api/v1/articles"} {
		b.visit(path) // what is no page must not become one
	}
}

// TestBrowserNotices shows that a tab finds what the tests above are for, and that
// our headers alone keep a page from acting that let an attack through.
func TestBrowserNotices(t *testing.T) {
	const refused = "Content Security Policy"
	tests := []struct{ body, free, guarded string }{
		{`<script>alert(1)</script>`, "a dialog says", refused},
		{`<img alt="" src="data:," onerror="alert(1)">`, "a dialog says", refused},
		{`<script>console.log("x")</script>`, "wrote to the console", refused},
		{`<script>none.such</script>`, "a script failed", refused},
		{`<script>open("/")</script>`, "a window opens", refused},
		{`<img alt="" src="http://evil.example/x.png">`, "evil.example/x.png is asked for", refused},
		{`<img alt="" src="/gone.png">`, "gone.png answers 404", "gone.png answers 404"},
		{`<style>footer { display: none }</style>`, "its foot is hidden", refused},
		{`<iframe title="x" srcdoc="x"></iframe>`, "<iframe", "<iframe"},
		{`<meta http-equiv="refresh" content="900">`, "<meta", "<meta"},
		{`<form action="http://evil.example/"></form>`, "leads to http://evil.example/", "leads to http://evil.example/"},
		{`<a href="javascript:alert(1)">x</a>`, "leads to javascript:", "leads to javascript:"},
		{`<pre>` + strings.Repeat("x", 200) + `</pre>`, "px wide", "px wide"},
	}
	mux := http.NewServeMux()
	for i, tt := range tests {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><meta name="viewport" content="width=device-width">`+
				`<title>x</title><body><a href="/">x</a><header></header><main>%s</main><footer>its foot</footer>`, tt.body)
		})
		mux.Handle(fmt.Sprintf("/free/%d", i), h)
		mux.Handle(fmt.Sprintf("/guarded/%d", i), new(site).guard(h))
	}
	b := openTab(t, mux)
	b.phone(320)
	b.hush()
	for i, tt := range tests {
		for way, want := range map[string]string{"free": tt.free, "guarded": tt.guarded} {
			b.heard()
			b.visit(fmt.Sprintf("/%s/%d", way, i))
			found := strings.Join(append(b.spoilt(320), b.heard()...), "\n")
			if !strings.Contains(found, want) || strings.Contains(found, "a dialog says") != (want == "a dialog says") {
				t.Errorf("%s %s: found\n%s\nwant %q", way, tt.body, found, want)
			}
		}
	}
	evaluate[any](b, `document.querySelector("footer").style = "color: #999; background: #aaa"; null`)
	if found := b.barriers("color-contrast"); len(found) != 1 && os.Getenv("EDITWATCH_AXE") != "" {
		t.Errorf("of grey on grey axe-core says %q", found)
	}
}

// spoilt names what a page has that no template put there.
func (b *tab) spoilt(width int64) []string {
	b.Helper()
	return evaluate[[]string](b, fmt.Sprintf(`(() => {
		const out = [];
		for (const e of document.querySelectorAll("script, style, iframe, object, embed, svg, img, base, plaintext, meta[http-equiv]")) out.push(e.outerHTML.slice(0, 100) + " is on it");
		for (const e of document.querySelectorAll("*")) for (const a of e.attributes) if (/^on|^style$/i.test(a.name)) out.push(e.outerHTML.slice(0, 100) + " has " + a.name);
		for (const e of document.querySelectorAll("a, area, link, form")) {
			const u = new URL(e.href || e.action);
			if (e.rel && e.rel.includes("external") ? !/^https?:$/.test(u.protocol) : u.origin != location.origin) out.push(e.outerHTML.slice(0, 100) + " leads to " + u);
		}
		const parts = [...document.body.children].map(e => e.tagName).join();
		if (parts != "A,HEADER,MAIN,FOOTER") out.push("its body is " + parts);
		else if (!document.querySelector("footer").checkVisibility()) out.push("its foot is hidden");
		if (document.activeElement != document.body) out.push("it took the focus");
		const wide = document.documentElement.scrollWidth;
		if (wide > %d) out.push("it is " + wide + " px wide");
		return out;
	})()`, width))
}
