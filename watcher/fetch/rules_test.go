package fetch

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestRules(t *testing.T) {
	tests := []struct {
		name, file     string
		allowed, other string // paths separated by spaces
	}{
		{"empty", "", "/ /x", ""},
		{"nothing_forbidden", "User-agent: *\nDisallow:\n", "/ /x", ""},
		{"all_forbidden", "User-agent: *\nDisallow: /", "", "/ /x /x?y"},
		{"prefix", "User-agent: *\nDisallow: /a", "/ /b /b/a", "/a /ab /a/b /a?x"},
		{"longest_wins", "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c", "/a/b /a/b/d", "/a /a/b/c"},
		{"allow_wins_a_tie", "User-agent: *\nDisallow: /page\nAllow: /page", "/page", ""},
		{"order_does_not_matter", "User-agent: *\nAllow: /a/b\nDisallow: /", "/a/b", "/a /"},
		{"our_group_alone_counts", "User-agent: *\nDisallow: /\n\nUser-agent: editwatch\nDisallow: /x", "/y", "/x"},
		{"our_name_in_any_case_with_version", "User-agent: *\nDisallow: /\nUser-agent: EditWatch/2.0\nAllow: /", "/", ""},
		{"a_name_that_begins_ours", "User-agent: edit\nDisallow: /\nUser-agent: editwatchers\nDisallow: /", "/", ""},
		{"groups_of_one_name_join", "User-agent: editwatch\nDisallow: /a\nUser-agent: other\nDisallow: /\nUser-agent: editwatch\nDisallow: /b", "/c", "/a /b"},
		{"several_names_one_group", "User-agent: other\nUser-agent: editwatch\nDisallow: /a", "/b", "/a"},
		{"sitemap_between_names", "User-agent: other\nSitemap: https://a.example/s.xml\nUser-agent: editwatch\nDisallow: /a", "/b", "/a"},
		{"rule_before_any_group", "Disallow: /x\nUser-agent: *\nDisallow: /private", "/x", "/private"},
		{"rubbish_is_passed_over", "<html>\nCrawl-delay: ten\nUser-agent: *\nCrawl-delay: x\nNonsense\nDisallow: /private", "/x", "/private"},
		{"comments", "# all\nUser-agent: * # everyone\nDisallow: /a # not this\n", "/b", "/a"},
		{"line_ends", "User-agent: *\r\nDisallow: /a\rDisallow: /b\n\nDisallow: /c", "/d", "/a /b /c"},
		{"byte_order_mark", "\xEF\xBB\xBFUser-agent: *\nDisallow: /a", "/b", "/a"},
		{"no_slash", "User-agent: *\nDisallow: a", "/b", "/a"},
		{"star", "User-agent: *\nDisallow: /a*b", "/a /x/ab /x/a1b /b", "/ab /a1b /a/x/b /abc"},
		{"star_first", "User-agent: *\nDisallow: *.pdf", "/pdf", "/a.pdf /a/b.pdf?x"},
		{"star_last", "User-agent: *\nDisallow: /a*", "/b", "/a /ab"},
		{"end", "User-agent: *\nDisallow: /a$", "/ab /a/ /a?x", "/a"},
		{"star_end", "User-agent: *\nDisallow: /*.pdf$", "/a.pdf?x /a.pdfs", "/a.pdf /b/a.pdf /a.pdf.pdf"},
		{"star_at_end", "User-agent: *\nDisallow: /a*$", "/b", "/a /ab"},
		{"stars", "User-agent: *\nDisallow: /*a**b*c", "/cba /ab", "/abc /xaxbxc /abc1x/cba"},
		{"query", "User-agent: *\nDisallow: /*?print=", "/a /a?x", "/a?print=1"},
		{"escapes", "User-agent: *\nDisallow: /café\nDisallow: /%7Ea\nDisallow: /x%2fy", "/x/y", "/caf%C3%A9 /caf%c3%a9 /~a /x%2Fy"},
		{"home_only", "User-agent: *\nAllow: /$\nDisallow: /", "/", "/a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := readRules([]byte(tt.file))
			for path := range strings.FieldsSeq(tt.allowed) {
				if !r.allows(path) {
					t.Errorf("%s is forbidden", path)
				}
			}
			for path := range strings.FieldsSeq(tt.other) {
				if r.allows(path) {
					t.Errorf("%s is allowed", path)
				}
			}
		})
	}
}

func TestCrawlDelay(t *testing.T) {
	for file, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 5":                                    5 * time.Second,
		"User-agent: *\nCrawl-delay: 0.5":                                  500 * time.Millisecond,
		"User-agent: *\nCrawl-delay: 600":                                  MaxCrawlDelay,
		"User-agent: *\nCrawl-delay: 1e300":                                MaxCrawlDelay,
		"User-agent: *\nCrawl-delay: -1":                                   0,
		"User-agent: *\nCrawl-delay: NaN":                                  0,
		"User-agent: *\nCrawl-delay: 5\n\nUser-agent: editwatch\nAllow: /": 0,
	} {
		if got := readRules([]byte(file)).delay; got != want {
			t.Errorf("%q: %v, want %v", file, got, want)
		}
	}
}

// Files made to cost more to apply than to send are cut down.
func TestHostileRules(t *testing.T) {
	var names, stars strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&names, "User-agent: a%d\n", i)
	}
	for i := range 20_000 {
		fmt.Fprintf(&names, "Disallow: /%d\n", i)
	}
	stars.WriteString("User-agent: *\n")
	for range 50_000 {
		stars.WriteString("Disallow: /*a*a*a*a*b\n")
	}
	path := "/" + strings.Repeat("a", 4000)
	for _, file := range []string{names.String(), stars.String(), "User-agent: *\nDisallow: /" + strings.Repeat("*a", 100_000)} {
		r := readRules([]byte(file))
		if len(r.list) > maxRules || r.size > 2<<20 {
			t.Errorf("%d rules of %d bytes are kept", len(r.list), r.size)
		}
		if !r.allows(path) {
			t.Error("a rule that does not match forbids")
		}
	}
}

// slow is the plain reading of a pattern, to hold the quick one against.
func slow(pattern, path string) bool {
	switch {
	case pattern == "":
		return true
	case pattern == "$":
		return path == ""
	case pattern[0] == '*':
		return slow(pattern[1:], path) || path != "" && slow(pattern, path[1:])
	}
	return path != "" && path[0] == pattern[0] && slow(pattern[1:], path[1:])
}

func TestPatternsAgainstPlainReading(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`/[ab*]{0,8}\$?`).Draw(t, "pattern")
		path := rapid.StringMatching(`/[ab]{0,10}`).Draw(t, "path")
		var r rules
		r.add(false, []byte(pattern))
		if got, want := !r.allows(path), slow(pattern, path); got != want {
			t.Fatalf("%s matches %s: %v, want %v", pattern, path, got, want)
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /a*b$\nAllow: /\nCrawl-delay: 3"), "/axb")
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		r := readRules(file)
		r.allows(path)
		if r.delay < 0 || r.delay > MaxCrawlDelay || len(r.list) > maxRules {
			t.Errorf("%v, %d rules", r.delay, len(r.list))
		}
	})
}
