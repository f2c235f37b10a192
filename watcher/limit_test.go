package watcher

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// TestFeedListsMoreThanItMay refuses a chat a feed that lists too much, and
// keeps one that comes to do so to its newest articles.
func TestFeedListsMoreThanItMay(t *testing.T) {
	bubble(t, func(r *rig) {
		r.watcher.maxListed = 3
		chat := news.Watch{Channel: "discord:1", Server: "s1", URL: harbour + "/feed.xml", Pages: true}
		r.serveFeed(harbour+"/a", harbour+"/b", harbour+"/c", harbour+"/d")
		_, err := r.watcher.Place(context.Background(), chat)
		if refused, ok := errors.AsType[*news.Refusal](err); !ok || !strings.Contains(refused.What, "lists 4 articles, and a feed may list 3 here") {
			r.Errorf("placed: %v", err)
		}
		// Nothing is stored then.
		if n, err := r.store.Counts(context.Background()); err != nil || n.Feeds+n.Watches > 0 {
			r.Errorf("%+v, %v", n, err)
		}
		for i, name := range []string{"a", "b", "c", "d", "e"} {
			r.web.page(harbour+"/"+name, pageOf(i).String())
		}
		r.serveFeed(harbour+"/a", harbour+"/b")
		p, err := r.watcher.Place(context.Background(), chat)
		if err != nil {
			r.Fatal(err)
		}
		r.pass()
		// Those listed first are the newest; b is watched already.
		r.serveFeed(harbour+"/c", harbour+"/d", harbour+"/a", harbour+"/e", harbour+"/b")
		r.pass()
		r.listed(p.Watch.Feed, "a b c d")
		if again, err := r.watcher.Place(context.Background(), chat); err != nil || !again.Existed {
			r.Errorf("again: %+v, %v", again, err)
		}
		// One that its owner watches too lists what it wants.
		r.watch(harbour + "/feed.xml")
		r.listed(p.Watch.Feed, "a b c d e")
	})
}

// listed checks which articles a feed is known to list.
func (r *rig) listed(f news.FeedID, want string) {
	r.Helper()
	list, err := r.store.Articles(context.Background(), store.ArticleQuery{Feed: f})
	if err != nil {
		r.Fatal(err)
	}
	got := map[string]bool{}
	for _, a := range list {
		got[strings.TrimPrefix(a.URL, harbour+"/")] = true
	}
	if len(got) != len(strings.Fields(want)) {
		r.Errorf("%v is listed, want %s", got, want)
	}
	for _, name := range strings.Fields(want) {
		if !got[name] {
			r.Errorf("%s is not listed: %v", name, got)
		}
	}
}
