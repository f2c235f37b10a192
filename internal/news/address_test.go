package news

import (
	"testing"

	"pgregory.net/rapid"
)

func TestFoldAddress(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "https://example.org/news/bridge", "example.org/news/bridge"},
		{"scheme_and_case", "HTTP://Example.ORG/News/Bridge", "example.org/News/Bridge"},
		{"www", "https://www.example.org/a", "example.org/a"},
		{"trailing_slash", "https://example.org/a/", "example.org/a"},
		{"home", "https://example.org/", "example.org"},
		{"home_without_slash", "https://example.org", "example.org"},
		{"fragment", "https://example.org/a#comments", "example.org/a"},
		{"default_port", "https://example.org:443/a", "example.org/a"},
		{"other_port", "http://example.org:8080/a", "example.org:8080/a"},
		{"trailing_dot_of_host", "https://example.org./a", "example.org/a"},
		{"user", "https://me:secret@example.org/a", "example.org/a"},
		{"white_space", "  https://example.org/a\n", "example.org/a"},

		{"utm", "https://example.org/a?utm_source=rss&utm_medium=x&UTM_Campaign=y", "example.org/a"},
		{"click_ids", "https://example.org/a?fbclid=1&gclid=2&msclkid=3&igshid=4", "example.org/a"},
		{"bbc", "https://www.bbc.co.uk/news/uk-1?at_medium=RSS&at_campaign=KARANGA", "bbc.co.uk/news/uk-1"},
		{"unknown_kept", "https://example.org/a?id=7", "example.org/a?id=7"},
		{"unknown_kept_among_tracking", "https://example.org/a?utm_source=x&id=7&fbclid=1", "example.org/a?id=7"},
		{"parameters_sorted", "https://example.org/a?b=2&a=1", "example.org/a?a=1&b=2"},
		{"repeated_parameter", "https://example.org/a?b=2&b=1", "example.org/a?b=2&b=1"},
		{"blank_query", "https://example.org/a?", "example.org/a"},
		{"parameter_without_value", "https://example.org/a?print", "example.org/a?print="},

		{"amp_path_end", "https://example.org/a/amp", "example.org/a"},
		{"amp_path_end_slash", "https://example.org/a/amp/", "example.org/a"},
		{"amp_file", "https://example.org/a.amp", "example.org/a"},
		{"amp_html", "https://example.org/a/amp.html", "example.org/a"},
		{"amp_path_start", "https://example.org/amp/a", "example.org/a"},
		{"amp_parameter", "https://example.org/a?amp=1", "example.org/a"},
		{"amp_host", "https://amp.example.org/a", "example.org/a"},
		{"amp_is_part_of_a_word", "https://example.org/stage/amplifier", "example.org/stage/amplifier"},
		{"camp", "https://example.org/camp", "example.org/camp"},
		{"ramp", "https://example.org/news/ramp", "example.org/news/ramp"},
		{"mobile_host", "https://m.example.org/a", "example.org/a"},
		{"mobile_host_long", "https://mobile.example.org/a", "example.org/a"},
		{"mobile_www", "https://www.m.example.org/a", "example.org/a"},
		{"short_host_stays", "https://m.org/a", "m.org/a"},

		{"idna", "https://www.Zürcher-Blatt.example/straße", "xn--zrcher-blatt-dlb.example/stra%C3%9Fe"},
		{"idna_in_ascii", "https://xn--zrcher-blatt-dlb.example/stra%C3%9Fe", "xn--zrcher-blatt-dlb.example/stra%C3%9Fe"},
		{"escaped_slash_kept", "https://example.org/a%2Fb", "example.org/a%2Fb"},
		{"escape_case", "https://example.org/stra%c3%9fe", "example.org/stra%C3%9Fe"},
		{"dots", "https://example.org/a/./b/../c", "example.org/a/c"},
		{"double_slash", "https://example.org//a//b", "example.org/a/b"},
		{"ipv6", "http://[2001:DB8::1]:8080/a", "[2001:db8::1]:8080/a"},
		{"ipv6_without_port", "http://[2001:db8::1]/a", "[2001:db8::1]/a"},
		{"ipv4", "http://127.0.0.1:8080/a", "127.0.0.1:8080/a"},

		{"no_address", "not an address", "not an address"},
		{"no_host", "/news/a", "/news/a"},
		{"mail", "mailto:desk@example.org", "mailto:desk@example.org"},
		{"broken", "http://[::1", "http://[::1"},
		{"broken_escape", "https://example.org/%zz", "https://example.org/%zz"},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := FoldAddress(tt.in)
			if got != tt.want {
				t.Errorf("FoldAddress(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if again := FoldAddress("https://" + got); tt.want != tt.in && again != got {
				t.Errorf("FoldAddress(https://%s) = %q: not idempotent", got, again)
			}
		})
	}
}

// addressPart has the pieces addresses are made of, and some that break them.
var addressPart = rapid.SampledFrom([]string{
	"a", "news", "amp", ".amp", "amp.html", "/", "/", "//", ".", "..", "%2F", "%c3%9f", "ß", " ", "?", "&", "=", "utm_source=x", "id=7", "amp=1", ";", "#", "%", "@", ":", "8080", "+",
})

func TestFoldAddressIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		host := rapid.SampledFrom([]string{"example.org", "www.example.org", "m.amp.example.org:8080", "www.www.example.org", "[::1]:80", "Zürich.example", "example.org."}).Draw(t, "host")
		address := "https://" + host + "/"
		for _, part := range rapid.SliceOfN(addressPart, 0, 12).Draw(t, "parts") {
			address += part
		}
		once := FoldAddress(address)
		if once == address {
			return // it could not be parsed
		}
		if again := FoldAddress("https://" + once); again != once {
			t.Fatalf("FoldAddress(%q) = %q, and of that %q", address, once, again)
		}
	})
}

func FuzzFoldAddress(f *testing.F) {
	f.Add("https://www.example.org/a/amp/?utm_source=x#top")
	f.Fuzz(func(t *testing.T, s string) {
		FoldAddress(s)
		Host(s)
	})
}

func TestKeys(t *testing.T) {
	same := []struct{ a, b string }{
		{"http://example.org/a", "https://www.example.org/a/?utm_source=rss#x"},
		{"https://example.org/a/amp", "https://m.example.org/a"},
	}
	for _, tt := range same {
		if a, b := AddressKey(PageReading, tt.a), AddressKey(PageReading, tt.b); a != b {
			t.Errorf("keys of %s and %s differ: %s, %s", tt.a, tt.b, a, b)
		}
	}
	if AddressKey(PageReading, "https://example.org/a") == AddressKey(FeedReading, "https://example.org/a") {
		t.Error("a page reading and a feed reading share a key")
	}
	if GUIDKey(PageReading, "f1", "7") == GUIDKey(PageReading, "f2", "7") {
		t.Error("two feeds share a GUID key")
	}
	if GUIDKey(PageReading, "f", "https://example.org/a") == AddressKey(PageReading, "https://example.org/a") {
		t.Error("a GUID key is an address key")
	}
}

func TestHost(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://Example.org/a", "example.org"},
		{"https://example.org:443/a", "example.org"},
		{"http://example.org:80/a", "example.org"},
		{"http://example.org:443/a", "example.org:443"},
		{"http://127.0.0.1:8080", "127.0.0.1:8080"},
		{"/a", ""},
		{"http://[::1", ""},
	}
	for _, tt := range tests {
		if got := Host(tt.in); got != tt.want {
			t.Errorf("Host(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
