package watcher

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// A page is live when it is edited more often than liveEdits times within
	// liveWithin and most of these edits add something, or when it says itself
	// that it is a live blog. Edits that all fall into liveBurst are somebody at
	// work on a draft; many that rewrite are breaking news, and worth telling.
	liveEdits  = 6
	liveWithin = 2 * time.Hour
	liveBurst  = 25 * time.Minute
)

// live returns the events of an edit: itself, and after it that the page is
// live when it becomes that: the edits that follow are not told one by one. It
// brings a up to date; a.LastEdited is still that of the edit before.
func (v *visit) live(ctx context.Context, a *news.Article, e news.Event) ([]news.Event, error) {
	if e.Kind != news.Edited && e.Kind != news.Reverted {
		return []news.Event{e}, nil
	}
	if a.LiveAt(e.At) {
		e.Live = true
		return []news.Event{e}, nil
	}
	a.Live = time.Time{} // it was quiet for long enough
	is, err := v.becomesLive(ctx, *a, e)
	if err != nil || !is {
		return []news.Event{e}, err
	}
	a.Live, a.Lives = e.At, a.Lives+1
	e.Live = saysLive(*a) // then that is what there is to tell
	return []news.Event{e, {
		Kind: news.Live, At: e.At, From: e.To, To: e.To, Significance: news.Major,
		ChangedAfter: e.ChangedAfter, ChangedBefore: e.ChangedBefore,
	}}, nil
}

func (v *visit) becomesLive(ctx context.Context, a news.Article, e news.Event) (bool, error) {
	if e.Significance < news.Minor {
		return false, nil
	}
	if a.Lives == 0 && saysLive(a) {
		return true, nil
	}
	if a.Edits <= liveEdits { // this one included
		return false, nil
	}
	events, err := v.store.Events(ctx, store.EventQuery{Article: a.ID, Withheld: true, Max: 4 * liveEdits})
	if err != nil {
		return false, err
	}
	recent, added, span := 1, 0, time.Duration(0)
	if adds(e) {
		added++
	}
	for _, old := range events {
		if (old.Kind == news.Edited || old.Kind == news.Reverted) && old.Significance >= news.Minor && e.At.Sub(old.At) < liveWithin {
			recent++
			if adds(old) {
				added++
			}
			span = e.At.Sub(old.At)
		}
	}
	return recent > liveEdits && 2*added > recent && span >= liveBurst, nil
}

// adds reports whether an edit added something and neither took anything away
// nor put it in other words, as the next entry of a live page does.
func adds(e news.Event) bool {
	return slices.Contains(e.Classes, news.ClassAddition) &&
		!slices.Contains(e.Classes, news.ClassRemoval) && !slices.Contains(e.Classes, news.ClassRewrite)
}

// liveSegments are what sites call the folder of their live pages.
var liveSegments = []string{
	"live", "liveblog", "live-blog", "live-blogs", "liveticker", "live-ticker", "en-direct", "direct", "en-vivo", "directo", "ao-vivo", "diretta", "live-updates",
}

// saysLive reports whether the page says itself that it is live, in its linked
// data or by the folder it stands in.
func saysLive(a news.Article) bool {
	if strings.Contains(a.Kind, "LiveBlog") {
		return true
	}
	u, err := url.Parse(a.URL)
	if err != nil {
		return false
	}
	folders := strings.Split(strings.ToLower(path.Dir(u.Path)), "/")
	return slices.ContainsFunc(folders, func(s string) bool { return slices.Contains(liveSegments, s) })
}
