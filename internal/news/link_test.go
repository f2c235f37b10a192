package news

import (
	"slices"
	"strings"
	"testing"
)

// TestAddresses: whatever form of its link somebody has, the article is found.
func TestAddresses(t *testing.T) {
	const article = "https://harbourpost.example/2026/05/bridge"
	const idn = "https://zürcher-blatt.example/straße"
	tests := []struct{ name, text, want string }{
		{"plain", article, article},
		{"http", "http://harbourpost.example/2026/05/bridge", article},
		{"upper_case", "HTTPS://HARBOURPOST.EXAMPLE/2026/05/bridge", article},
		{"www", "https://www.harbourpost.example/2026/05/bridge", article},
		{"slash", "https://harbourpost.example/2026/05/bridge/", article},
		{"fragment", "https://harbourpost.example/2026/05/bridge#comments", article},
		{"text_fragment", "https://harbourpost.example/2026/05/bridge#:~:text=two%20years", article},
		{"tracking", "https://harbourpost.example/2026/05/bridge?utm_source=x&fbclid=IwAR0&at_campaign=social", article},
		{"no_scheme", "harbourpost.example/2026/05/bridge", article},
		{"slashes_only", "//harbourpost.example/2026/05/bridge", article},
		{"port", "harbourpost.example:443/2026/05/bridge", article},
		{"address_and_port", "127.0.0.1:8090/bridge", "http://127.0.0.1:8090/bridge"},
		{"idn", "https://www.Zürcher-Blatt.example/straße", idn},
		{"idn_in_ascii", "https://xn--zrcher-blatt-dlb.example/stra%C3%9Fe", idn},
		{"idn_no_scheme", "zürcher-blatt.example/straße", idn},

		{"mobile", "https://m.harbourpost.example/2026/05/bridge", article},
		{"amp_host", "https://amp.harbourpost.example/2026/05/bridge", article},
		{"amp_path", "https://www.harbourpost.example/2026/05/bridge/amp/", article},
		{"amp_file", "https://www.harbourpost.example/2026/05/bridge.amp", article},
		{"amp_parameter", "https://www.harbourpost.example/2026/05/bridge?amp", article},
		{"amp_viewer", "https://www.google.com/amp/s/www.harbourpost.example/2026/05/bridge.amp", article},
		{"amp_cache", "https://harbourpost-example.cdn.ampproject.org/v/s/harbourpost.example/2026/05/bridge?amp_js_v=0.1", article},
		{"amp_viewer_elsewhere", "https://www.bing.example/amp/s/harbourpost.example/2026/05/bridge", article},

		{"wayback", "https://web.archive.org/web/20260503100000/https://harbourpost.example/2026/05/bridge", article},
		{"wayback_as_it_was", "https://web.archive.org/web/20260503100000id_/https://harbourpost.example/2026/05/bridge?utm_source=x", article},
		{"wayback_one_slash", "https://web.archive.org/web/2026/https:/harbourpost.example/2026/05/bridge", article},
		{"wayback_no_scheme", "https://web.archive.org/web/20260503/harbourpost.example/2026/05/bridge", article},
		{"archive_today", "https://archive.ph/2026.05.03-100000/https://harbourpost.example/2026/05/bridge", article},
		{"archive_newest", "https://archive.is/newest/http://www.harbourpost.example/2026/05/bridge/", article},
		{"archive_in_an_archive", "https://web.archive.org/web/2026/https://archive.ph/https://harbourpost.example/2026/05/bridge", article},
		{"cache", "https://webcache.googleusercontent.com/search?q=cache:AbC:https://harbourpost.example/2026/05/bridge&hl=en", article},

		{"google", "https://www.google.com/url?sa=t&url=https%3A%2F%2Fharbourpost.example%2F2026%2F05%2Fbridge&usg=x", article},
		{"facebook", "https://l.facebook.com/l.php?u=https%3A%2F%2Fharbourpost.example%2F2026%2F05%2Fbridge%3Ffbclid%3D1&h=y", article},
		{"safe_links", "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.harbourpost.example%2F2026%2F05%2Fbridge&data=05%7C01&reserved=0", article},
		{"url_defense", "https://urldefense.com/v3/__https://harbourpost.example/2026/05/bridge__;!!AbC!dEf$", article},
		{"twice_wrapped", "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%253A%252F%252Fharbourpost.example%252F2026%252F05%252Fbridge", article},
		{"shared", "https://social.example/intent?text=Read%20this%3A%20https%3A%2F%2Fharbourpost.example%2F2026%2F05%2Fbridge", article},

		{"slack", "<https://harbourpost.example/2026/05/bridge|harbourpost.example/2026/05/bridge>", article},
		{"slack_titled", "<https://harbourpost.example/2026/05/bridge|the bridge>", article},
		{"slack_no_scheme", "<harbourpost.example/2026/05/bridge|the bridge>", article},
		{"discord", "<https://harbourpost.example/2026/05/bridge>", article},
		{"markdown", "[the bridge](https://harbourpost.example/2026/05/bridge)", article},
		{"sentence", "Have you seen this? https://harbourpost.example/2026/05/bridge?utm_medium=share, from my phone", article},
		{"full_stop", "See https://harbourpost.example/2026/05/bridge.", article},
		{"brackets", "(see https://harbourpost.example/2026/05/bridge).", article},
		{"quotes", "“harbourpost.example/2026/05/bridge”", article},
		{"quotes_and_full_stop", "«https://harbourpost.example/2026/05/bridge».", article},
		{"marks", "**https://harbourpost.example/2026/05/bridge**", article},
		{"own_bracket", "https://harbourpost.example/bridge_(harbour)", "https://harbourpost.example/bridge_(harbour)"},
		{"ends_like_a_sentence", "https://harbourpost.example/2026/05/bridge-closed!", "https://harbourpost.example/2026/05/bridge-closed!"},
		{"white_space", " \t https://harbourpost.example/2026/05/bridge\n", article},
		{"line_break", "Look!\nhttps://harbourpost.example/2026/05/bridge\nSent from my phone", article},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := AddressKey(PageReading, tt.want)
			if got := AddressKeys(tt.text); !slices.Contains(got, want) {
				t.Errorf("%s has the keys %q, not %q", tt.text, got, want)
			}
		})
	}
	for _, text := range []string{
		"", "bridge", "council votes", "a1", "w7", "8,000", "U.S.", "No. 10", "v1.2", "me@harbourpost.example", "https://", "://x", "/2026/05/bridge", "javascript:alert(1)",
	} {
		if got := Addresses(text); len(got) > 0 {
			t.Errorf("%q has the addresses %q", text, got)
		}
	}
}

// TestAddressesOrder: what was given comes before what stands within it.
func TestAddressesOrder(t *testing.T) {
	got := Addresses("https://a.example/1?next=https://b.example/2 and https://c.example/3")
	want := []string{"https://a.example/1?next=https://b.example/2", "https://c.example/3", "https://b.example/2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinks(t *testing.T) {
	text := "See https://x.org/a, <https://x.org/b> (https://x.org/c_(d)) and [e](https://x.org/e) **https://x.org/f** <https://x.org/g|x.org/g>. https://x.org/a again; ftp://no"
	want := []string{"https://x.org/a", "https://x.org/b", "https://x.org/c_(d)", "https://x.org/e", "https://x.org/f", "https://x.org/g"}
	if got := Links(text); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzAddresses(f *testing.F) {
	for _, s := range []string{
		"", "x", ":0/", "https://", "://://", "https://a.b/https://", "a.b:x/", "[::1]/x", "https://a.b/__https://c.d__;x", "https://a.b/?q=https%3A%2F%2Fa.b%2F%3Fq%3Dhttps",
		"<https://a.b/c|d>", "https://www.google.com/amp/s/a.b/c", "https://web.archive.org/web/2026/a.b/c",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if found := Addresses(text); len(found) > 2*maxAddresses || len(found) > 0 && len(strings.TrimSpace(text)) < len("a.bc") {
			t.Errorf("%d addresses in %q", len(found), text)
		}
	})
}
