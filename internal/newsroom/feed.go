package newsroom

import (
	"encoding/json"
	"encoding/xml"
	"time"
)

// answerFeed shows the feed, unless a fault comes between.
func (o *Outlet) answerFeed() reply {
	articles := o.newest(feedCap)
	if r := newReading(o.noise, o.room.opts.Seed, o.feed, o.requests, o.Language); r.on(FeedOrder) && len(articles) > 1 {
		r.rng.Shuffle(len(articles), func(i, j int) { articles[i], articles[j] = articles[j], articles[i] })
		articles = articles[:len(articles)-r.rng.IntN(2)]
		articles = append(articles, articles[:r.rng.IntN(2)]...)
	}
	body, mime := o.writeFeed(articles)
	rep := reply{status: 200, mime: mime, body: body}
	for _, a := range o.articles { // removed ones too: the feed changed when they left
		if a.modified.After(rep.modified) {
			rep.modified = a.modified
		}
	}
	if !spend(o.feedFault, &o.feedLeft) {
		return rep
	}
	o.room.served[o.feedFault]++
	if o.feedFault == CutShort {
		rep.body = rep.body[:len(rep.body)/2]
	}
	return o.fail(o.feedFault, rep)
}

// writeFeed lists the articles, in order, in the outlet's format.
func (o *Outlet) writeFeed(articles []*Article) (body []byte, mime string) {
	switch o.format {
	case "atom":
		return marshalXML(o.atom(articles)), "application/atom+xml; charset=utf-8"
	case "json":
		b, err := json.MarshalIndent(o.json(articles), "", "  ")
		if err != nil {
			panic(err) // strings only
		}
		return b, "application/feed+json"
	}
	return marshalXML(o.rss(articles)), "application/rss+xml; charset=utf-8"
}

func marshalXML(v any) []byte {
	b, err := xml.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err) // our own structs of strings
	}
	return append([]byte(xml.Header), b...)
}

type rssFeed struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Channel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		TTL         int       `xml:"ttl"` // minutes
		Items       []rssItem `xml:"item"`
	} `xml:"channel"`
}

type rssItem struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description,omitempty"`
	GUID        struct {
		Permalink bool   `xml:"isPermaLink,attr"`
		Value     string `xml:",chardata"`
	} `xml:"guid"`
	PubDate  string `xml:"pubDate"`
	Category string `xml:"category"`
}

func (o *Outlet) rss(articles []*Article) rssFeed {
	var f rssFeed
	f.Version = "2.0"
	f.Channel.Title, f.Channel.Link, f.Channel.Description, f.Channel.Language, f.Channel.TTL = o.Name, o.base+"/", o.Tagline, o.Language, 1
	for _, a := range articles {
		it := rssItem{
			Title: a.text.Headline, Link: a.url() + "?utm_source=rss", Description: a.text.Standfirst,
			PubDate: a.published.Format(time.RFC1123Z), Category: a.section,
		}
		it.GUID.Value = a.guid()
		f.Channel.Items = append(f.Channel.Items, it)
	}
	return f
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Links     []atomLink `xml:"link"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Author    string     `xml:"author>name"`
	Summary   string     `xml:"summary,omitempty"`
}

func (o *Outlet) atom(articles []*Article) atomFeed {
	f := atomFeed{
		Lang: o.Language, ID: "tag:" + o.Slug + ",2024:feed", Title: o.Name,
		Links: []atomLink{{"alternate", o.base + "/"}, {"self", o.base + o.feed}},
	}
	var newest time.Time
	for _, a := range articles {
		if a.modified.After(newest) {
			newest = a.modified
		}
		f.Entries = append(f.Entries, atomEntry{
			ID: "tag:" + o.Slug + ",2024:" + a.guid(), Title: a.text.Headline, Links: []atomLink{{"alternate", a.url()}},
			Published: a.published.Format(time.RFC3339), Updated: a.modified.Format(time.RFC3339),
			Author: a.byline, Summary: a.text.Standfirst,
		})
	}
	f.Updated = newest.Format(time.RFC3339)
	return f
}

type jsonFeed struct {
	Version  string     `json:"version"`
	Title    string     `json:"title"`
	HomePage string     `json:"home_page_url"`
	FeedURL  string     `json:"feed_url"`
	Language string     `json:"language"`
	Items    []jsonItem `json:"items"`
}

type jsonItem struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Title     string `json:"title"`
	Summary   string `json:"summary,omitempty"`
	Text      string `json:"content_text"`
	Published string `json:"date_published"`
	Modified  string `json:"date_modified"`
}

func (o *Outlet) json(articles []*Article) jsonFeed {
	f := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: o.Name, HomePage: o.base + "/", FeedURL: o.base + o.feed,
		Language: o.Language, Items: []jsonItem{},
	}
	for _, a := range articles {
		f.Items = append(f.Items, jsonItem{
			ID: a.guid(), URL: a.url(), Title: a.text.Headline, Summary: a.text.Standfirst, Text: a.text.Standfirst,
			Published: a.published.Format(time.RFC3339), Modified: a.modified.Format(time.RFC3339),
		})
	}
	return f
}
