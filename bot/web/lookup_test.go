package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// linksToBridge are forms in which people paste the same article's link.
var linksToBridge = []string{
	"https://harbourpost.example/2026/05/bridge",
	" http://www.harbourpost.example/2026/05/bridge/?utm_source=x#top ",
	"harbourpost.example/2026/05/bridge",
	"//m.harbourpost.example/2026/05/bridge/amp",
	"HTTPS://HARBOURPOST.EXAMPLE/2026/05/bridge?fbclid=IwAR0&at_campaign=social#p5",
	"Have you seen this? https://harbourpost.example/2026/05/bridge?utm_medium=share, from my phone",
	"<https://harbourpost.example/2026/05/bridge|the bridge>",
	"(see https://harbourpost.example/2026/05/bridge).",
	"“harbourpost.example/2026/05/bridge”",
	"https://web.archive.org/web/20260503100000/https://harbourpost.example/2026/05/bridge",
	"https://www.google.com/url?sa=t&url=https%3A%2F%2Fharbourpost.example%2F2026%2F05%2Fbridge&usg=x",
	"https://l.facebook.example/l.php?u=https%3A%2F%2Fharbourpost.example%2F2026%2F05%2Fbridge%3Ffbclid%3D1&h=y",
	"https://www.google.com/amp/s/www.harbourpost.example/2026/05/bridge.amp",
	"https://harbourpost-example.cdn.ampproject.org/v/s/harbourpost.example/2026/05/bridge?amp_js_v=0.1",
}

func TestLookup(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st})
	for _, address := range linksToBridge {
		got := get(t, h, "/lookup?url="+url.QueryEscape(address))
		if got.Code != http.StatusSeeOther || got.Header().Get("Location") != articlePath(w.bridge) {
			t.Errorf("%s: %d to %q", address, got.Code, got.Header().Get("Location"))
		}
	}
	if got := get(t, h, "/lookup?url=nameless.example/1"); got.Code != http.StatusSeeOther {
		t.Errorf("an article read from its feed: %d", got.Code)
	}
	got := get(t, h, "/lookup?url="+url.QueryEscape(`https://nobody.example/"><script>`))
	if body := got.Body.String(); !strings.Contains(body, `value="https://nobody.example/&#34;&gt;&lt;script&gt;"`) ||
		!strings.Contains(body, "“/editwatch add”") || !strings.Contains(body, "“editwatch add”") {
		t.Error("the form does not hold what was looked for, or nothing says what to do")
	}
	if got := get(t, h, "/lookup?url=hello").Code; got != http.StatusBadRequest {
		t.Errorf("what is no link: %d", got)
	}
}

// TestWhyTheHeadlineChanged goes the way of a reader with a link from a friend:
// paste and find, see the headline in the history, open the edit.
func TestWhyTheHeadlineChanged(t *testing.T) {
	w := writtenHistory(t)
	h := New(Options{Store: w.st, Search: w.filled()})
	found := get(t, h, "/search?q="+url.QueryEscape("look! http://m.harbourpost.example/2026/05/bridge/?fbclid=1&utm_source=whatsapp#comments"))
	history := get(t, h, found.Header().Get("Location")).Body.String()
	for _, want := range []string{"<del>Council delays bridge repair, citing cost</del>", "<ins>Council votes to close bridge for two years</ins>",
		"changed between 12:04 and 12:14 UTC", diffPath(w.bridge, 1, 2)} {
		if !strings.Contains(history, want) {
			t.Errorf("the history lacks %q", want)
		}
	}
	edit := get(t, h, diffPath(w.bridge, 1, 2)).Body.String()
	for _, want := range []string{"<del>8,000</del>", "<ins>11,000</ins>", "facts changed, no correction note", `href="https://harbourpost.example/2026/05/bridge"`} {
		if !strings.Contains(edit, want) {
			t.Errorf("the edit lacks %q", want)
		}
	}
}
