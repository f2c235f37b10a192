package bolt

import (
	"context"
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// kept takes over from the stored record what only a [store.Keeper] decides.
func (a *articleRecord) kept(old *articleRecord) {
	a.Withheld, a.WithheldWhy, a.Pruned = old.Withheld, old.WithheldWhy, old.Pruned
}

// next returns the number of the version that follows what is stored of an
// article, given the record that comes with it.
func (a *articleRecord) next(record news.Article) int {
	if a.Versions == 0 {
		return record.Pruned + 1
	}
	return a.Versions + 1
}

// Withhold implements [store.Keeper].
func (s *Store) Withhold(ctx context.Context, id news.ArticleID, since time.Time, why string) error {
	return s.update(ctx, func(t *tx) error {
		old, err := t.find(id)
		if err != nil {
			return err
		}
		a := *old
		a.Withheld, a.WithheldWhy = since, why
		if since.IsZero() {
			a.WithheldWhy = ""
		}
		return t.putArticle(old, &a)
	})
}

// Withheld implements [store.Keeper].
func (s *Store) Withheld(ctx context.Context) (list []news.Article, err error) {
	err = s.view(ctx, func(t *tx) error {
		list = nil
		return t.bucket(withheld).ForEach(func(k, _ []byte) error {
			a, err := t.article(num4(k))
			if err == nil {
				list = append(list, a.Article)
			}
			return err
		})
	})
	return list, err
}

// putWithheld keeps the list of withheld articles.
func (t *tx) putWithheld(old, a *articleRecord) error {
	switch {
	case old.Withheld.IsZero() == a.Withheld.IsZero():
		return nil
	case a.Withheld.IsZero():
		return t.del(withheld, n4(a.num))
	}
	return t.put(withheld, n4(a.num), nil)
}

// hides reports whether an article is withheld. There are few, if any.
func (t *tx) hides(article uint32) bool { return t.get(withheld, n4(article)) != nil }

// shows reports whether an event is among those asked for: not of an article
// that was deleted, nor, unless they are asked for, of one that is withheld.
func (t *tx) shows(r *eventRecord, q store.EventQuery) bool {
	return !r.gone && (q.Withheld || !t.hides(articleNum(r.Article)))
}

// Prune implements [store.Keeper].
func (s *Store) Prune(ctx context.Context, p store.Pruning) (store.Pruned, error) {
	var done store.Pruned
	if p.Max <= 0 {
		p.Max = 1000
	}
	var old []uint32
	err := s.view(ctx, func(t *tx) error {
		c := t.bucket(articles).Cursor()
		seen := 0
		for k, v := c.Seek(n4(articleNum(p.After) + 1)); k != nil; k, v = c.Next() {
			a, err := t.decodeArticle(num4(k), v)
			if err != nil {
				return err
			}
			if versions, captures := prunes(a, p); versions || captures {
				old = append(old, a.num)
			}
			if seen++; seen == p.Max {
				done.Last = a.ID
				return ctx.Err()
			}
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	for _, n := range old {
		versions, captures, err := s.prune(ctx, n, p)
		if err != nil {
			return done, fmt.Errorf("prune article %s: %w", articleID(n), err)
		}
		if versions+captures > 0 {
			done.Articles++
		}
		done.Versions += versions
		done.Captures += captures
	}
	return done, nil
}

// prunes reports what of an article need not be kept any longer.
func prunes(a *articleRecord, p store.Pruning) (versions, captures bool) {
	if !a.Polling.Next.IsZero() {
		return false, false
	}
	// The entries of feeds are looked at with their feed; of them it is known
	// when they last said something new.
	checked := a.FirstSeen
	for _, t := range []time.Time{a.Polling.Last, a.Retired, a.LastEdited} {
		if t.After(checked) {
			checked = t
		}
	}
	return a.Versions-a.Pruned > 1 && checked.Before(p.Versions), a.captured != 0 && checked.Before(p.Captures)
}

// prune removes what need not be kept of one article.
func (s *Store) prune(ctx context.Context, n uint32, p store.Pruning) (oldVersions, oldCaptures int, err error) {
	whole, err := s.wholeNewest(ctx, n)
	if err != nil {
		return 0, 0, err
	}
	err = s.update(ctx, func(t *tx) error {
		oldVersions, oldCaptures = 0, 0
		old, err := t.article(n)
		if err != nil {
			return err
		}
		versions, captures := prunes(old, p)
		a := *old
		if captures {
			if oldCaptures, err = t.dropCaptures(&a); err != nil {
				return err
			}
		}
		if versions && whole.number == a.Versions {
			if oldVersions, err = t.dropOldVersions(&a, whole); err != nil {
				return err
			}
		}
		if oldVersions+oldCaptures == 0 {
			return nil // checked again meanwhile
		}
		return t.putArticle(old, &a)
	})
	return oldVersions, oldCaptures, err
}

// wholeNewest returns an article's newest version as it is stored on its own. An
// article without versions has a zero one.
func (s *Store) wholeNewest(ctx context.Context, n uint32) (whole versionRecord, err error) {
	err = s.view(ctx, func(t *tx) error {
		a, err := t.bareArticle(n)
		if err != nil || a.Versions == 0 {
			return err
		}
		return t.readVersions(ctx, a, a.Versions, a.Versions, func(v *versionRecord, flat []byte, _ news.Hash) error {
			whole = versionRecord{
				article: v.article, number: v.number, seen: v.seen, hash: append([]byte(nil), v.hash...), extractor: v.extractor,
				data: squeezeWhole(flat), // the basis was an older text, and goes with it
			}
			return nil
		})
	})
	return whole, err
}

// dropOldVersions removes all versions but the newest, which is then stored whole.
func (t *tx) dropOldVersions(a *articleRecord, whole versionRecord) (int, error) {
	dropped, err := t.dropVersions(a)
	if err != nil {
		return 0, err
	}
	if err := t.putVersion(a.newest, whole); err != nil {
		return 0, err
	}
	a.Pruned = a.Versions - 1
	return dropped - 1, t.countGone(versions, dropped-1)
}

// dropVersions removes the records of all versions, and returns how many there
// were. The caller counts them as gone.
func (t *tx) dropVersions(a *articleRecord) (int, error) {
	n := 0
	for at := a.newest; at != 0; n++ {
		v, err := t.version(at)
		if err != nil {
			return n, err
		}
		if err := t.dropVersion(at, v); err != nil {
			return n, err
		}
		if v.back == 0 {
			return n + 1, nil
		}
		at -= v.back
	}
	return n, nil
}
