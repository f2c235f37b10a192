package newsroom

import (
	"fmt"
	"html"
	"html/template"
	"math/rand/v2"
	"strings"
)

// Noise is a set of things that vary on a page, or in a feed, from reading to
// reading while the articles stay the same. Noises are combined with |.
type Noise uint32

const (
	Ads           Noise = 1 << iota // other advertisements, in other places
	Related                         // other related links and most-read lists
	RelativeTimes                   // "5 minutes ago"
	UpdatedStamp                    // "Updated 15:10" although it was not
	Views                           // a counter of readers
	Comments                        // readers' comments below the article
	Shares                          // counters on the share buttons
	Quotes                          // typographic quotes and dashes on one reading, typed ones on the next
	Churn                           // other ids and class names
	NoBreak                         // no-break spaces and soft hyphens among the words
	Sidebar                         // the boxes of the sidebar in another order
	Nonces                          // tokens in scripts and forms
	Whitespace                      // other line breaks and indentation
	Newsletter                      // another invitation to subscribe, amid the text
	Escapes                         // quotes as character references, now and then escaped twice
	Captions                        // another credit under the picture
	FeedOrder                       // the feed in another order, with entries missing or listed twice

	NoNoise  Noise = 0
	AllNoise Noise = FeedOrder<<1 - 1
)

// String returns the names of the noises, joined by |.
func (n Noise) String() string {
	var names []string
	for _, k := range Noises() {
		if n&k != 0 {
			names = append(names, noiseNames[k])
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, "|")
}

var noiseNames = map[Noise]string{
	Ads: "ads", Related: "related links", RelativeTimes: "relative times", UpdatedStamp: "updated stamp",
	Views: "view counter", Comments: "comments", Shares: "share counts", Quotes: "quote flips", Churn: "class churn",
	NoBreak: "no-break spaces", Sidebar: "sidebar order", Nonces: "nonces", Whitespace: "white space",
	Newsletter: "newsletter box", Escapes: "escapes", Captions: "photo credits", FeedOrder: "feed order",
}

// Noises returns each noise by itself.
func Noises() []Noise {
	var all []Noise
	for n := Ads; n < AllNoise; n <<= 1 {
		all = append(all, n)
	}
	return all
}

// reading is what one reading of a page happens to look like. With the noise
// off, its parts are the same for every reading.
type reading struct {
	noise Noise
	rng   *rand.Rand // differs between readings
	lang  string
	salt  string // part of ids and class names under Churn
	typed bool   // quotes are shown as typed on this reading
}

func newReading(noise Noise, seed uint64, path string, n int, lang string) *reading {
	r := &reading{noise: noise, lang: lang, rng: rand.New(rand.NewPCG(hash(seed, path), uint64(n)))}
	r.salt = fmt.Sprintf("%05x", r.rng.Uint32N(1<<20))
	r.typed = r.on(Quotes) && r.rng.IntN(2) == 0
	return r
}

func (r *reading) on(n Noise) bool { return r.noise&n != 0 }

// pick returns a number below n: any one under the noise k, else always fixed.
func (r *reading) pick(k Noise, fixed, n int) int {
	if r.on(k) {
		return r.rng.IntN(n)
	}
	return fixed % n
}

// class returns a class name or id as build tools write them.
func (r *reading) class(name string) string {
	if r.on(Churn) {
		return name + "_" + r.salt
	}
	return name
}

// markup returns a piece of the article's text as HTML that shows the same
// words.
func (r *reading) markup(s string) template.HTML {
	if r.typed {
		s = straighten(s)
	}
	if r.lang == "fr" {
		s = strings.NewReplacer("« ", "«\u00a0", " »", "\u00a0»", " ;", "\u00a0;", " :", "\u00a0:", " ?", "\u00a0?", " !", "\u00a0!").Replace(s)
	}
	if r.on(NoBreak) {
		words := strings.Split(s, " ")
		var b strings.Builder
		for i, w := range words {
			if i > 0 {
				b.WriteString([]string{" ", " ", " ", "\u00a0", " \u200b"}[r.rng.IntN(5)])
			}
			if c := []rune(w); len(c) > 9 && r.rng.IntN(3) == 0 {
				w = string(c[:4]) + "\u00ad" + string(c[4:])
			}
			b.WriteString(w)
		}
		s = b.String()
	}
	h := html.EscapeString(s)
	if r.on(Escapes) {
		amp := []string{"&", "&", "&amp;"}[r.rng.IntN(3)]
		h = strings.NewReplacer("“", amp+"ldquo;", "”", amp+"rdquo;", "’", amp+"#8217;", "–", amp+"ndash;").Replace(h)
	}
	return template.HTML(h)
}

// shuffle orders n things differently under the noise k.
func (r *reading) shuffle(k Noise, n int, swap func(i, j int)) {
	if r.on(k) {
		r.rng.Shuffle(n, swap)
	}
}

// reflow changes the white space between the elements of a page.
func (r *reading) reflow(page string) string {
	if !r.on(Whitespace) {
		return page
	}
	gap := []string{"\n", "\n\n", "\n\t\t", "\r\n", "\n   \n"}[r.rng.IntN(5)]
	return strings.NewReplacer("</p>\n", "</p>"+gap, "</div>\n", "</div>"+gap, "<p>", "<p>"+[]string{"", "\n      ", " "}[r.rng.IntN(3)]).Replace(page)
}
