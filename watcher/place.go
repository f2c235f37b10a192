package watcher

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/extract"
	"github.com/editwatch/editwatch/watcher/feed"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// A found is what stands at an address that somebody wants watched: a feed or
// an article, one of the two.
type found struct {
	resp    *fetch.Response
	feed    *feed.Feed
	reading extract.Reading
	via     string // the feed's address, when a page named it
}

// Place reads what the watch's URL leads to and places the watch: a feed, an
// article, or a page that names a feed. What stands there now is the baseline
// and is not told. A watch that has an ID is one that could not be read before.
//
// A URL that cannot be watched is a [news.Refusal]; nothing is stored then.
// Place is safe for concurrent use.
func (w *Watcher) Place(ctx context.Context, watch news.Watch) (news.Placement, error) {
	address, err := cleanAddress(watch.URL)
	if err != nil {
		return news.Placement{}, err
	}
	at, err := w.find(ctx, address, 0)
	if err != nil {
		return news.Placement{}, err
	}
	now := time.Now().UTC()
	v := &visit{Watcher: w, due: now}
	if at.feed != nil {
		return v.placeFeed(ctx, watch, at, now)
	}
	if !watch.Pages {
		return news.Placement{}, &news.Refusal{
			What: "That is an article, and an article has no titles and summaries of a feed to watch.",
			Do:   "Give the feed's address, or leave out pages = false.",
		}
	}
	return v.placeArticle(ctx, watch, at, now)
}

// cleanAddress returns the address that a person meant.
func cleanAddress(s string) (string, error) {
	s = strings.Trim(strings.TrimSpace(s), "<>")
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || (!strings.Contains(u.Hostname(), ".") && !strings.Contains(u.Host, ":") && u.Hostname() != "localhost"):
		return "", &news.Refusal{What: "That is not a web address.", Do: "Give one like https://example.org/news."}
	case u.Scheme != "http" && u.Scheme != "https":
		return "", &news.Refusal{What: "Only http and https addresses can be watched.", Do: "Give one like https://example.org/news."}
	case u.User != nil:
		return "", &news.Refusal{What: "That address contains a user name or password.", Do: "Give one that anybody can open."}
	}
	u.Fragment = ""
	return u.String(), nil
}

// find reads the address; hops counts the pages that led there.
func (w *Watcher) find(ctx context.Context, address string, hops int) (found, error) {
	resp, err := w.fetch.Get(ctx, fetch.Request{URL: address, Accept: fetch.AcceptPage, MaxBytes: max(w.maxPage, w.maxFeed), Raw: w.keep == KeepAll})
	if err != nil {
		return found{}, refusal(address, err)
	}
	parsed, err := feed.Parse(resp.Body, resp.ContentType, resp.URL)
	if err == nil {
		return found{resp: resp, feed: &parsed}, nil
	}
	if hops > 0 {
		return found{}, &news.Refusal{What: "That page names a feed, but there is no feed at the address it gives.", Do: "Give the feed's own address if you know it."}
	}
	reading, err := w.read(resp.Body, extract.Options{URL: resp.URL, ContentType: resp.ContentType})
	if err == nil && !homePage(resp.URL) {
		return found{resp: resp, reading: reading}, nil
	}
	links := feed.Links(resp.Body, resp.URL)
	if len(links) > 0 {
		at, ferr := w.find(ctx, links[0].URL, hops+1)
		if ferr == nil {
			at.via = links[0].URL
			return at, nil
		}
		err = ferr
	}
	var r *extract.Refusal
	var already *news.Refusal
	switch {
	case err == nil:
		// It reads like an article, though nothing says so: take the person's word.
		return found{resp: resp, reading: reading}, nil
	case errors.As(err, &already):
		return found{}, already
	case errors.As(err, &r):
		return found{}, &news.Refusal{
			What: "That page cannot be watched: the answer was " + string(r.Reason) + ", and it names no feed.",
			Do:   "Give the address of a feed, or of an article that anybody can read without signing in.",
		}
	}
	return found{}, err
}

// refusal words a failed fetch for the person who gave the address.
func refusal(asked string, err error) error {
	var fe *fetch.Error
	if !errors.As(err, &fe) {
		return err
	}
	return &news.Refusal{What: fe.Sentence(news.Host(asked)), Do: mend(asked, fe)}
}

// mend says what a person can do about a failed fetch.
func mend(asked string, fe *fetch.Error) string {
	switch {
	case fe.Kind == fetch.Private:
		return allow(asked)
	case fe.Kind == fetch.Robots && fe.Wait == 0:
		return "The site asks programs to stay away, and editwatch does; see whether it offers a feed elsewhere."
	case fe.Bot || fe.Status == 401 || fe.Status == 402 || fe.Status == 403:
		return "editwatch does not get around that; see whether the site offers a feed."
	case fe.Status == 404 || fe.Status == 410 || fe.Kind == fetch.DNS || fe.Kind == fetch.Address:
		return "Check the address for typing errors."
	}
	if fe.Kind == fetch.TooLarge {
		return "No article or feed is that large; give the address of one. The configuration sets the limit (poll.page_max)."
	}
	return "Try again later."
}

// private are the networks of which somebody may want a site watched. That of
// 169.254.0.0/16 is none of them: in clouds it gives away a machine's keys.
var private = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7"),
}

// allow says how a network is allowed. What a name stands for is not given away.
func allow(asked string) string {
	example := private[0]
	if u, err := url.Parse(asked); err == nil {
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
			i := slices.IndexFunc(private, func(p netip.Prefix) bool { return p.Contains(ip) })
			if i < 0 {
				return "Give an address that anybody can open."
			}
			example = private[i]
		}
	}
	return fmt.Sprintf("If it is a network of yours, allow it: [poll] allow = [%q] in the configuration.", example)
}

func (v *visit) placeFeed(ctx context.Context, watch news.Watch, at found, now time.Time) (news.Placement, error) {
	f, err := v.store.FindFeed(ctx, at.resp.URL)
	if err == nil || errors.Is(err, store.ErrNotFound) {
		if err := v.tooLarge(ctx, watch, f, *at.feed); err != nil {
			return news.Placement{}, err
		}
	}
	if errors.Is(err, store.ErrNotFound) {
		f = news.Feed{URL: at.resp.URL, FirstSeen: now, Polling: news.Polling{Host: news.Host(at.resp.URL)}}
		_, err = v.store.Sight(ctx, &f, nil)
	}
	if err != nil {
		return news.Placement{}, err
	}
	watch.Feed = f.ID
	watch.Label = cmp.Or(watch.Label, at.feed.Title)
	placed, err := v.addWatch(ctx, watch)
	p := news.Placement{Watch: placed, Title: cmp.Or(at.feed.Title, f.URL), Articles: len(at.feed.Entries), Next: f.Polling.Next, Found: at.via}
	if errors.Is(err, store.ErrExists) {
		p.Existed = true
		return p, nil
	}
	if err != nil {
		return news.Placement{}, err
	}
	watches, err := v.store.Watches(ctx, store.WatchQuery{Feed: f.ID})
	if err != nil {
		return news.Placement{}, err
	}
	fresh, err := v.list(ctx, &f, *at.feed, watches, now)
	if err != nil {
		return news.Placement{}, err
	}
	f.Polling.ETag, f.Polling.LastModified, f.Polling.BodyHash = at.resp.ETag, at.resp.LastModified, at.resp.BodyHash
	v.rested(&f, news.OutcomeListed, fresh, max(at.resp.Fresh, at.feed.TTL), now)
	p.Next = f.Polling.Next
	return p, v.recordFeed(ctx, f)
}

// tooLarge refuses a feed that lists more than one may that is watched from a
// chat, unless the watch stands there already. f is zero if the feed is new.
func (v *visit) tooLarge(ctx context.Context, watch news.Watch, f news.Feed, parsed feed.Feed) error {
	most := v.maxListed
	if most == 0 || len(parsed.Entries) <= most || watch.Owned() || watch.Feed != "" {
		return nil
	}
	if f.ID != "" {
		there, err := v.store.Watches(ctx, store.WatchQuery{Channel: watch.Channel, Feed: f.ID})
		if err != nil || slices.ContainsFunc(there, func(w news.Watch) bool { return w.Pages == watch.Pages }) {
			return err
		}
	}
	return &news.Refusal{
		What: fmt.Sprintf("“%s” lists %d articles, and a feed may list %d here.", cmp.Or(parsed.Title, news.Host(watch.URL)), len(parsed.Entries), most),
		Do:   "Look for a feed of one of its sections.",
	}
}

func (v *visit) placeArticle(ctx context.Context, watch news.Watch, at found, now time.Time) (news.Placement, error) {
	r := at.reading
	address := at.resp.URL
	keys := []news.Key{news.AddressKey(news.PageReading, address)}
	if r.Canonical != "" && !homePage(r.Canonical) {
		keys = append(keys, news.AddressKey(news.PageReading, r.Canonical))
	}
	if given, err := cleanAddress(watch.URL); err == nil {
		keys = append(keys, news.AddressKey(news.PageReading, given))
	}
	sighted, err := v.store.Sight(ctx, nil, []store.Sighting{{Keys: keys, Article: news.Article{
		Reading: news.PageReading, URL: address, Headline: r.Text.Headline, FirstSeen: now,
		Polling: news.Polling{Host: news.Host(address)},
	}}})
	if err != nil {
		return news.Placement{}, err
	}
	a := sighted[0].Article
	watch.Article = a.ID
	watch.Label = cmp.Or(watch.Label, r.Text.Headline)
	placed, err := v.addWatch(ctx, watch)
	p := news.Placement{
		Watch: placed, Title: r.Text.Headline, Paragraphs: len(r.Text.Paragraphs), Version: max(a.Versions, 1), Next: a.Polling.Next,
	}
	if errors.Is(err, store.ErrExists) {
		p.Existed = true
		return p, nil
	}
	if err != nil {
		return news.Placement{}, err
	}
	if a.Versions == 0 {
		v.describe(&a, r, at.resp)
		if err := v.baseline(ctx, a, r, at.resp, now); err != nil {
			return news.Placement{}, err
		}
	} else if a.Polling.Next.IsZero() || !a.Retired.IsZero() {
		// Known from before, and checked no more: check it again from now on.
		a.Retired, a.Armed, a.Polling.Next = time.Time{}, now, now
		rec := store.Record{Article: a}
		if r.Text.Hash() == a.Hash {
			v.keepPage(&rec, at.resp) // was dropped when it retired
		}
		if err := v.record(ctx, rec); err != nil {
			return news.Placement{}, err
		}
	}
	if a, err = v.store.Article(ctx, a.ID); err != nil {
		return news.Placement{}, err
	}
	p.Next = a.Polling.Next
	return p, nil
}

// addWatch stores the watch, or fills in one that could not be read before.
func (v *visit) addWatch(ctx context.Context, watch news.Watch) (news.Watch, error) {
	if watch.Placed.IsZero() {
		watch.Placed = time.Now().UTC()
	}
	if watch.ID == "" {
		watch.Trouble, watch.NextTry, watch.Tries = "", time.Time{}, 0
		return v.store.AddWatch(ctx, watch)
	}
	same, err := v.store.Watches(ctx, store.WatchQuery{Channel: watch.Channel, Feed: watch.Feed, Article: watch.Article})
	if err != nil {
		return news.Watch{}, err
	}
	for _, other := range same {
		if other.ID != watch.ID && other.Pages == watch.Pages {
			return other, store.ErrExists
		}
	}
	return v.store.ChangeWatch(ctx, watch.ID, func(w *news.Watch) error {
		// Only what the address led to: reading it took a while, in which the
		// watch may have been paused, or wishes for something else by now.
		if w.URL != watch.URL {
			w.URL, w.Pages, w.After = watch.URL, watch.Pages, max(w.After, watch.After)
		}
		w.Feed, w.Article, w.Label = watch.Feed, watch.Article, watch.Label
		w.Trouble, w.NextTry, w.Tries = "", time.Time{}, 0
		return nil
	})
}

// resolveEvery is how often new watches of the configuration are looked for.
const resolveEvery = 15 * time.Second

func (w *Watcher) resolveLoop(ctx context.Context) {
	tick := time.NewTicker(resolveEvery)
	defer tick.Stop()
	for {
		if _, err := w.resolve(ctx, false); err != nil && ctx.Err() == nil {
			w.log.Error("read new watches", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// resolve places the watches whose URL was not read yet, those that are due or,
// for a pass, all of them, and then returns a sentence for each that still was not.
func (w *Watcher) resolve(ctx context.Context, all bool) (trouble []string, err error) {
	unread, err := w.store.Watches(ctx, store.WatchQuery{Unread: true})
	if err != nil {
		return nil, err
	}
	for _, watch := range unread {
		tried := time.Now().UTC()
		if !all && tried.Before(watch.NextTry) {
			continue
		}
		placement, err := w.Place(ctx, watch)
		var r *news.Refusal
		switch {
		case ctx.Err() != nil:
			return trouble, nil
		case errors.Is(err, store.ErrNotFound):
			continue // it was removed meanwhile
		case errors.As(err, &r):
			watch.Trouble = r.Error()
		case err != nil:
			return trouble, err
		case placement.Existed:
			watch.Trouble = "The channel watches that already as " + string(placement.Watch.ID) + "."
		default:
			w.log.Info("watching", "watch", watch.ID, "channel", watch.Channel, "title", placement.Title)
			continue
		}
		if all { // who asked for the pass says it
			trouble = append(trouble, string(watch.ID)+": "+watch.Trouble)
		} else {
			w.log.Warn("cannot read a watch", "watch", watch.ID, "trouble", watch.Trouble)
		}
		_, err = w.store.ChangeWatch(ctx, watch.ID, func(now *news.Watch) error {
			if now.URL == watch.URL { // or it was given another to try
				now.Trouble, now.Tries = watch.Trouble, now.Tries+1
				now.NextTry = tried.Add(w.when.backoff(w.when.FeedMin, now.Tries+1))
			}
			return nil
		})
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return trouble, err
		}
	}
	return trouble, nil
}
