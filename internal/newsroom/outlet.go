package newsroom

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Masthead is what never changes about an outlet.
type Masthead struct {
	Slug     string // "harbour-post"
	Name     string // "The Harbour Post"
	Language string // "en"
	Tagline  string
	feed     string // path of its feed
	format   string // of its feed: rss, atom, json
	address  string // pattern of its articles' paths
	layout   int    // number among layouts
	noise    Noise  // what it makes when the newsroom is lively
}

// mastheads are the outlets, in the order of Outlets.
var mastheads = []Masthead{
	{
		Slug: "harbour-post", Name: "The Harbour Post", Language: "en", Tagline: "News from Port Ellery and the coast since 1887",
		feed: "/feed.xml", format: "rss", address: "/{section}/{slug}", layout: 0,
		noise: Ads | Related | RelativeTimes | UpdatedStamp,
	}, {
		Slug: "valley-courier", Name: "The Valley Courier", Language: "en", Tagline: "The paper of the upper Tarrow valley",
		feed: "/atom.xml", format: "atom", address: "/story/{id}/{slug}/", layout: 1,
		noise: Ads | Views | Comments | Shares | Churn | Sidebar | Nonces,
	}, {
		Slug: "nordblatt", Name: "Nordblatt", Language: "de", Tagline: "Unabhängig. Küstennah.",
		feed: "/rss", format: "rss", address: "/{section}/{slug}-{id}.html", layout: 2,
		noise: NoNoise, // so that some pages answer 304
	}, {
		Slug: "quotidien-du-port", Name: "Le Quotidien du Port", Language: "fr", Tagline: "L'information du littoral",
		feed: "/flux.xml", format: "rss", address: "/article/{slug}_{id}", layout: 3,
		noise: Ads | Related | Newsletter | Sidebar | Whitespace | NoBreak | Quotes | FeedOrder,
	}, {
		Slug: "meridian-wire", Name: "Meridian Wire", Language: "en", Tagline: "Markets, science and the day's events",
		feed: "/feed.json", format: "json", address: "/{section}/{slug}", layout: 4,
		noise: RelativeTimes | Views | Nonces | Whitespace,
	},
}

// An Outlet is a publication with its site.
type Outlet struct {
	Masthead
	room    *Newsroom
	stories []*story

	// Guarded by room.mu.
	host, base string
	told       int        // stories published, counting repetitions
	articles   []*Article // oldest first
	paths      map[string]*Article
	noise      Noise
	fault      Fault
	faultLeft  int
	feedFault  Fault
	feedLeft   int
	validators bool
	compress   bool
	layout     int // overrides the masthead's after a redesign
	requests   int
}

// feedCap is the number of entries in a feed; older articles leave it.
const feedCap = 8

// Handler returns the outlet's site. It is the outlet itself.
func (o *Outlet) Handler() http.Handler { return o }

// FeedPath returns where on the site the feed is.
func (o *Outlet) FeedPath() string { return o.feed }

// Host returns the host, and port if any, under which a Newsroom serves it.
func (o *Outlet) Host() string {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return o.host
}

// URL returns the address of the front page.
func (o *Outlet) URL() string {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return o.base + "/"
}

// FeedURL returns the address of the feed.
func (o *Outlet) FeedURL() string {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return o.base + o.feed
}

// SetBase tells the outlet the address it is served at, such as
// "http://127.0.0.1:8081", without a path. Until told, it is the outlet's slug
// under the top level domain example.
func (o *Outlet) SetBase(base string) {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.base = strings.TrimSuffix(base, "/")
	if u, err := url.Parse(o.base); err == nil {
		o.host = u.Host
	}
}

// Articles returns all articles, oldest first, removed ones included.
func (o *Outlet) Articles() []*Article {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return slices.Clone(o.articles)
}

// Publish puts an article on the site and into the feed.
func (o *Outlet) Publish(d Draft) *Article {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return o.publish(d)
}

// PublishStory publishes the outlet's next story. After the last it begins
// anew, with other variants and under other addresses.
func (o *Outlet) PublishStory() *Article {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return o.publishStory(false)
}

// publishStory publishes the next story, as old as it says if aged.
func (o *Outlet) publishStory(aged bool) *Article {
	if len(o.stories) == 0 {
		panic("newsroom: " + o.Slug + " has no stories")
	}
	s := o.stories[o.told%len(o.stories)]
	d, err := s.tell(o.room.opts.Seed, o.told/len(o.stories), o.Language)
	if err != nil {
		panic(err) // the files are ours, embedded, and tested
	}
	o.told++
	if !aged {
		d.Age = 0
	}
	a := o.publish(d)
	a.story = s
	return a
}

func (o *Outlet) publish(d Draft) *Article {
	n := o.room
	n.serial++
	if d.Kind == "" {
		d.Kind = NewsArticle
	}
	if d.Section == "" {
		d.Section = "news"
	}
	if d.Kind == LiveBlog {
		d.Section = "live"
	}
	if d.Slug == "" {
		d.Slug = slug(d.Text.Headline)
	}
	at := time.Now().UTC().Add(-d.Age).Truncate(time.Second)
	a := &Article{
		outlet: o, id: 100300 + 7*n.serial, section: d.Section, slug: d.Slug, byline: d.Byline, kind: d.Kind,
		published: at, modified: at, text: d.Text.Clone(), curly: true, steps: d.Steps,
	}
	if o.paths == nil {
		o.paths = make(map[string]*Article)
	}
	for i := 2; o.paths[a.path()] != nil; i++ {
		a.slug = fmt.Sprintf("%s-%d", d.Slug, i)
	}
	o.paths[a.path()] = a
	a.versions = []Text{a.text.Clone()}
	i := len(o.articles)
	for i > 0 && o.articles[i-1].published.After(at) {
		i--
	}
	o.articles = slices.Insert(o.articles, i, a)
	a.log(Change{Kind: Published, After: a.text})
	return a
}

// SetNoise chooses what varies on the pages from reading to reading.
func (o *Outlet) SetNoise(noise Noise) {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.noise = noise
}

// Fault makes the next readings of the outlet's articles fail; see
// [Article.Fault].
func (o *Outlet) Fault(f Fault, readings int) {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.fault, o.faultLeft = f, readings
}

// FaultFeed makes the next readings of the feed fail; see [Article.Fault].
func (o *Outlet) FaultFeed(f Fault, readings int) {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.feedFault, o.feedLeft = f, readings
}

// SetValidators chooses whether answers have an ETag and Last-Modified, and
// whether conditional requests are honoured. They are at first.
func (o *Outlet) SetValidators(on bool) {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.validators = on
}

// SetCompression chooses whether answers are packed for readers that accept
// gzip. They are at first.
func (o *Outlet) SetCompression(on bool) {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.compress = on
}

// Redesign gives the site the layout of another outlet; texts and addresses
// stay. As many redesigns as there are outlets lead back to the first layout.
func (o *Outlet) Redesign() {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	o.layout = (o.layout + 1) % len(layouts)
	o.room.log.Debug("newsroom", "outlet", o.Slug, "redesign", o.layout)
}

// Requests returns how many requests of any kind the outlet has answered.
func (o *Outlet) Requests() int {
	o.room.mu.Lock()
	defer o.room.mu.Unlock()
	return o.requests
}

// slug makes an address out of a headline, as content systems do.
func slug(headline string) string {
	plain := strings.NewReplacer(
		"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "à", "a", "â", "a", "ç", "c",
		"ô", "o", "î", "i", "ï", "i", "û", "u", "ù", "u", "ë", "e", "œ", "oe", "’", "", "'", "",
	).Replace(strings.ToLower(headline))
	words := strings.FieldsFunc(plain, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words[:min(len(words), 7)], "-")
}
