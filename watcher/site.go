package watcher

import (
	"context"
	"errors"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/watcher/fetch"
)

// Details of polls that found a difference and told nobody, for explain.
const (
	onlyBoilerplate = "nothing differs but boilerplate that many articles of the site share"
	onlyRedesign    = "many articles of the site changed alike: that was a redesign, and what stands there now is what later readings are compared with"
)

// dressed takes from a finding what is the host's and not the article's. It
// reports whether nothing is left, in which case the poll is recorded.
func (v *visit) dressed(ctx context.Context, a *news.Article, f *finding, resp *fetch.Response) (done bool, err error) {
	t, err := v.template(ctx, a.Polling.Host)
	if err != nil {
		return false, err
	}
	t.learn(a.ID, f.text, f.at)
	// What boilerplate explains is evidence of a redesign all the same.
	list, all := features(*f, f.base)
	if v.undress(t, f) {
		v.shifted(t, *a, list, f.at)
		return true, v.onlyDress(ctx, *a, *f, resp)
	}
	if f.dress {
		_, all = features(*f, f.base)
	}
	f.site = all
	if len(list) == 0 || !a.Removed.IsZero() {
		return false, nil
	}
	switch {
	case !v.shifted(t, *a, list, f.at):
		return false, nil
	case v.undress(t, f):
		return true, v.onlyDress(ctx, *a, *f, resp)
	case all || f.moved:
		return true, v.rebase(ctx, *a, *f, news.RereadRedesign, onlyRedesign, resp)
	}
	return false, nil
}

// shifted notes what of an article's change may be the host's, and reports
// whether that is part of a redesign. The operator hears of a redesign once.
func (v *visit) shifted(t *template, a news.Article, list []string, now time.Time) bool {
	r, is, fresh := t.shifted(a.ID, list, v.reads.of(t.Host, t.Read, now), now)
	if fresh {
		v.log.Error("redesign: many articles of a host changed alike; nothing is told of that", "host", t.Host, "feature", r.Feature, "articles", r.Articles)
	}
	return is
}

// undress leaves boilerplate out of the finding's edit, and reports whether
// nothing but that had changed.
func (v *visit) undress(t *template, f *finding) bool {
	base, other := t.withBoilerplateOf(f.base, f.text)
	if !other {
		return false
	}
	f.base, f.edit, f.dress = base, edit.Compare(base, f.text), true
	return f.edit.Significance == news.None
}

// onlyDress records a poll that found another dress and the same article.
func (v *visit) onlyDress(ctx context.Context, a news.Article, f finding, resp *fetch.Response) error {
	remember(&a, resp)
	a.Place, a.Modified = f.place, f.modified
	v.why = onlyBoilerplate
	return v.standing(ctx, a, f.at)
}

const (
	// siblingPolls is how many other articles of a host are looked at when the
	// change of one may be the host's; it can be recognised when they changed too.
	siblingPolls = redesignArticles + 1
	// siblingsEvery is how often that is done for a host at most.
	siblingsEvery = 15 * time.Minute
	// siblingRest spares those that were read a moment ago.
	siblingRest = 5 * time.Second
)

// siblings makes some other articles of the host due now. A pass visits all of
// them anyway.
func (v *visit) siblings(ctx context.Context, a news.Article, now time.Time) error {
	if v.settle || v.round == nil || len(a.Feeds) == 0 || !v.reads.ask(a.Polling.Host, now) {
		return nil
	}
	v.round.flush(ctx, v.Watcher, 0)
	list, err := v.store.Articles(ctx, store.ArticleQuery{Feed: a.Feeds[0], Max: 8 * siblingPolls})
	if err != nil {
		return err
	}
	asked := 0
	for _, other := range list {
		p := other.Polling
		if other.ID == a.ID || other.Versions == 0 || other.Hold != nil || other.Reading != a.Reading || p.Host != a.Polling.Host ||
			p.Failures > 0 || !p.Next.After(now) || now.Sub(p.Last) < siblingRest {
			continue
		}
		other.Polling.Next = now
		if _, err := v.store.Record(ctx, store.Record{Article: other}); err != nil && !errors.Is(err, store.ErrConflict) {
			return err
		}
		if asked++; asked == siblingPolls {
			break
		}
	}
	return nil
}
