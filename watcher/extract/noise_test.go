package extract

import (
	"strings"
	"testing"
)

// prose are sentences and blocks that every rule must leave alone. Other tools
// are known to hide changes in them.
var prose = []string{
	"The man was jailed for 3 months.",
	"He was jailed for 18 months",
	"The hearing was moved to 12 March.",
	"The meeting was moved to 19 March at 15:10 GMT",
	"A report published by the watchdog said ministers acted lawfully.",
	"A report published by the watchdog said ministers acted unlawfully.",
	"34 killed",
	"38 killed in fire",
	"It cost 1.5m pounds.",
	"It cost 15m",
	"Updated figures show 12 more dead.",
	"Published in 1851, the book was a failure.",
	"By Tuesday, 40 people had been found.",
	"By the time the ferry sailed the storm had passed",
	"Posted to France in 1916, he never came back.",
	"Read the room, the minister was told.",
	"Share prices fell 3% on Monday.",
	"Comments by the minister caused anger.",
	"Correction: an earlier version of this article gave the wrong year.",
	"Correction, 12 March: the bridge is 40 m long, not 400 m.",
	"Editor's note: this article was updated on 3 May to add a comment.",
	"This article was amended on 12 March 2026 because an earlier version misnamed the mayor.",
	"Korrektur: In einer früheren Fassung hieß es, die Brücke sei 400 m lang.",
	"“No.”",
	"Yes",
	"18 months",
	"“That is my photo,” he said. “Give me credit.”",
	"Credit where it is due: the ferry sailed",
	"12 - 9",
	"8,000",
	"Follow the money, she said.",
	"Subscribe to that view if you will, he told them.",
	"Print is not dead, the owner insisted.",
	"He said: “Sign up for the army? Never.”",
	"May 2020 was the hottest on record",
	"In 5 minutes it was over.",
	"The vote was 12 to 9",
	"2 comments were struck from the record",
	"function is not the same as form, the architect said; form is what you see.",
}

// furnitureBlocks are blocks that are never text.
var furnitureBlocks = []string{
	"5 minutes ago", "3 hours ago", "Updated 15:10 GMT", "Published 12 March 2026", "12 March 2026, 15:10 BST", "Thu 12 Mar 2026 10.05 GMT",
	"5 min read", "Last updated on March 12, 2026 at 3:15 p.m. ET", "Updated: Mar 12, 2026 | 10:05 AM EDT", "Yesterday", "2026-03-12 10:05",
	"Vor 5 Minuten", "Aktualisiert am 12.03.2026, 10:05 Uhr", "Publié le 12 mars 2026 à 10h05", "il y a 5 minutes", "Actualizado hace 5 horas", "Publicado em 12 de março de 2026 às 10h05", "Aggiornato il 12 marzo 2026 alle 10:05",
	"Advertisement", "ADVERTISEMENT", "Read more", "Related stories", "Sign up for our newsletter", "Share this article", "1,204 shares", "3 Comments", "Getty Images", "Photo: The Harbour Post", "© 2026 The Harbour Post",
	"The bridge in 1951. Photo: Harbour Archive", "The mayor on Tuesday. Jo Doe/Getty Images", "Cars queue at dawn (Jo Doe/AP)",
	"Lesen Sie auch: Die Brücke", "À lire aussi : le pont", "Leia também: a ponte",
	"window.dataLayer = window.dataLayer || []; function gtag(){dataLayer.push(arguments);}",
}

func TestProseStays(t *testing.T) {
	for _, p := range prose {
		got := paragraphsOf(t, p)
		if len(got) != 3 || got[1] != p {
			t.Errorf("%q became %q", p, got)
		}
	}
}

func TestFurnitureGoes(t *testing.T) {
	for _, p := range furnitureBlocks {
		if got := paragraphsOf(t, p); len(got) != 2 {
			t.Errorf("%q stays in %q", p, got)
		}
	}
}

const opening = "The council has voted to close the old bridge for two years, after engineers warned of cracks in its piers."

const closing = "Buses will take the long way round until then, which adds half an hour to most journeys, and lorries are banned."

// paragraphsOf reads a page with p between two paragraphs.
func paragraphsOf(t *testing.T, p string) []string {
	t.Helper()
	r, err := Read([]byte(page("Bridge", "<article><h1>Bridge closes</h1><p>"+opening+"</p><p>"+p+"</p><p>"+closing+"</p></article>")), Options{})
	if err != nil {
		t.Fatalf("%q: %v", p, err)
	}
	return r.Text.Paragraphs
}

func TestBlocks(t *testing.T) {
	wrap := func(inside string) string {
		return page("Bridge", "<article><h1>Bridge closes</h1><p>"+opening+"</p>"+inside+"<p>"+closing+"</p></article>")
	}
	tests := []struct {
		name, inside string
		want         []string // between the two
	}{
		{"line_breaks", "<p>One line<br>goes on.<br><br>Another begins.</p>", []string{"One line goes on.", "Another begins."}},
		{"list", "<ul><li>The first pier is cracked.</li><li>The second is not.</li></ul>", []string{"The first pier is cracked.", "The second is not."}},
		{"list_of_links", `<ul><li><a href="/1">Ferry back after storm</a></li><li><a href="/2">Mayor resigns</a></li></ul>`, nil},
		{"linked_words_stay", `<p>The <a href="/1">council</a> and the <a href="/2">mayor</a> agreed.</p>`, []string{"The council and the mayor agreed."}},
		{"subhead", "<h2>What happens next</h2><p>Work begins in May.</p>", []string{"What happens next", "Work begins in May."}},
		{"quotation", "<blockquote><p>We were not asked.</p></blockquote>", []string{"We were not asked."}},
		{"table", "<table><tr><th>Year</th><th>Vehicles</th></tr><tr><td>2025</td><td>8,000</td></tr></table>", []string{"Year Vehicles", "2025 8,000"}},
		{"caption", `<figure><img src="a.jpg"><figcaption>The bridge in 1951. Photo: archive</figcaption></figure>`, nil},
		{"time_in_prose", `<p>It closed at <time datetime="2026-03-12T15:10">15:10 on 12 March</time>, police said.</p>`, []string{"It closed at 15:10 on 12 March, police said."}},
		{"time_alone", `<div><time datetime="2026-03-12">A while back</time></div>`, nil},
		{"share", `<div class="share-tools"><p>Pass it on to your friends and neighbours if you like it.</p></div>`, nil},
		{"aside", `<aside><p>Sign up and get the best of the harbour every morning.</p></aside>`, nil},
		{"ad", `<div id="ad-slot-4">Buy one boat and get another boat for nothing today only.</div>`, nil},
		{"script_and_style", "<script>var a = 1;</script><style>p{color:red}</style><noscript>Enable it</noscript>", nil},
		{"hidden", `<p hidden>Not seen by anyone.</p><p style="display: none">Nor this.</p><span class="sr-only">Opens in a new window</span>`, nil},
		{"equal_neighbours", "<p>Again and again.</p><p>Again and again.</p>", []string{"Again and again."}},
		{"entities_twice", "<p>Fish &amp;amp; chips &amp;quot;to go&amp;quot;</p>", []string{`Fish & chips "to go"`}},
		{"code_keeps_entities", "<p>Write <code>&amp;nbsp;</code> for a space.</p>", []string{"Write &nbsp; for a space."}},
		{"comments", `<div id="comments"><p>I never liked that bridge, and I never will, whatever they say.</p></div>`, nil},
		{"byline", `<p class="byline">Ann Smith and Joe Bloggs</p>`, nil},
		{"button_in_a_sentence", "<p>The <button>IMF</button> said no.</p>", []string{"The IMF said no."}},
		{"inline_share", `<p>It is over. <span class="share">Tell us</span></p>`, []string{"It is over. Tell us"}},
		{"gallery_is_part", `<div class="story-text"><p>Inside a div of its own.</p></div>`, []string{"Inside a div of its own."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read([]byte(wrap(tt.inside)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Text.Paragraphs
			if len(got) < 2 || got[0] != opening || got[len(got)-1] != closing {
				t.Fatalf("read %q", got)
			}
			if strings.Join(got[1:len(got)-1], "|") != strings.Join(tt.want, "|") {
				t.Errorf("read %q, want %q", got[1:len(got)-1], tt.want)
			}
		})
	}
}
