package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"pgregory.net/rapid"
)

// keepModel holds random sequences of recording, withholding, pruning and
// deleting against a model that is as simple as the contract: what is expected
// of each article stands beside it, and lists are made by going through all.
func keepModel(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t)
	t.Cleanup(func() { s.Close() })
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		began := start.Add(time.Duration(run) * 1000 * time.Hour)
		k := &keepState{T: rt, s: s, ctx: context.Background(), source: fmt.Sprint("source ", run), began: began, now: began}
		rt.Repeat(map[string]func(*rapid.T){
			"":         func(rt *rapid.T) { k.now = k.now.Add(time.Minute) },
			"sight":    k.sight,
			"version":  k.version,
			"withhold": k.withhold,
			"prune":    k.prune,
			"delete":   k.delete,
		})
		k.compare()
	})
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// keepState is the model.
type keepState struct {
	*rapid.T
	s        store.Store
	ctx      context.Context
	source   string // of the run's own articles
	began    time.Time
	now      time.Time
	articles []*keptArticle
}

// A keptArticle is what is expected of one article.
type keptArticle struct {
	id       news.ArticleID
	texts    []news.Text // of its versions, those pruned too
	pruned   int
	events   []news.Seq
	captures []time.Time
	withheld bool
}

func (k *keepState) ok(err error) {
	k.Helper()
	if err != nil {
		k.Fatal(err)
	}
}

// any draws an article, or nil if there is none.
func (k *keepState) any(rt *rapid.T) *keptArticle {
	if len(k.articles) == 0 {
		return nil
	}
	return rapid.SampledFrom(k.articles).Draw(rt, "article")
}

func (k *keepState) sight(*rapid.T) {
	if len(k.articles) == 4 {
		return
	}
	x := sighting("x.example", fmt.Sprintf("%s/%d", k.source, k.now.Unix()))
	x.Article.Source, x.Article.FirstSeen, x.Article.Polling = k.source, k.now, news.Polling{}
	seen, err := k.s.Sight(k.ctx, nil, []store.Sighting{x})
	k.ok(err)
	k.articles = append(k.articles, &keptArticle{id: seen[0].Article.ID})
}

func (k *keepState) version(rt *rapid.T) {
	a := k.any(rt)
	if a == nil {
		return
	}
	stored, err := k.s.Article(k.ctx, a.id)
	k.ok(err)
	stored.Versions++
	stored.Polling.Last = k.now
	body := text(rapid.IntRange(0, 50).Draw(rt, "text"))
	r := store.Record{
		Article: stored, Version: &news.Version{Article: a.id, Number: stored.Versions, Seen: k.now, Text: body},
		Events: []news.Event{{Kind: news.Edited, At: k.now, From: stored.Versions - 1, To: stored.Versions, Significance: news.Major, Classes: []news.Class{news.ClassFact}}},
	}
	if rapid.Bool().Draw(rt, "capture") {
		c := capture(stored, k.now)
		r.Capture = &c
		a.captures = append(a.captures, k.now)
	}
	done, err := k.s.Record(k.ctx, r)
	k.ok(err)
	a.texts, a.events = append(a.texts, body), append(a.events, done.Events[0].Seq)
	if rapid.Bool().Draw(rt, "plan") {
		k.ok(k.s.Plan(k.ctx, done.Events[0].Seq, []store.Duty{{Channel: "desk", Kind: news.Post, Article: a.id, Due: k.now}}))
	}
}

func (k *keepState) withhold(rt *rapid.T) {
	if a := k.any(rt); a != nil {
		a.withheld = !a.withheld
		since := time.Time{}
		if a.withheld {
			since = k.now
		}
		k.ok(k.s.Withhold(k.ctx, a.id, since, "Withheld."))
	}
}

// prune removes what was not checked for a while: nothing here is scheduled.
func (k *keepState) prune(rt *rapid.T) {
	before := k.now.Add(-time.Duration(rapid.IntRange(0, 5).Draw(rt, "ago")) * time.Minute)
	p := store.Pruning{Versions: before}
	if rapid.Bool().Draw(rt, "captures too") {
		p.Captures = before
	}
	for {
		done, err := k.s.Prune(k.ctx, p)
		k.ok(err)
		if p.After = done.Last; done.Last == "" {
			break
		}
	}
	for _, a := range k.articles {
		stored, err := k.s.Article(k.ctx, a.id)
		k.ok(err)
		checked := stored.FirstSeen
		if stored.Polling.Last.After(checked) {
			checked = stored.Polling.Last
		}
		if checked.Before(p.Versions) && len(a.texts) > 0 {
			a.pruned = len(a.texts) - 1
		}
		if checked.Before(p.Captures) {
			a.captures = nil
		}
	}
}

func (k *keepState) delete(rt *rapid.T) {
	a := k.any(rt)
	if a == nil {
		return
	}
	done, err := k.s.Delete(k.ctx, a.id)
	k.ok(err)
	if done.Versions != len(a.texts)-a.pruned || done.Events != len(a.events) || done.Captures != len(a.captures) {
		rt.Fatalf("deleted %+v of %+v", done, *a)
	}
	k.articles = slices.DeleteFunc(k.articles, func(x *keptArticle) bool { return x == a })
}

func (k *keepState) compare() {
	var events, all []news.Seq
	captures := 0
	for _, a := range k.articles {
		stored, err := k.s.Article(k.ctx, a.id)
		k.ok(err)
		if stored.Versions != len(a.texts) || stored.Pruned != a.pruned || stored.Withheld.IsZero() == a.withheld {
			k.Fatalf("article %+v, want %+v", stored, *a)
		}
		list, err := k.s.Versions(k.ctx, a.id, 1, 0)
		k.ok(err)
		if len(list) != len(a.texts)-a.pruned {
			k.Fatalf("%d versions of %s are kept, want %d", len(list), a.id, len(a.texts)-a.pruned)
		}
		for i, v := range list {
			if want := a.texts[a.pruned+i]; v.Text.Hash() != want.Hash() || v.Number != a.pruned+i+1 {
				k.Fatalf("version %d of %s is not what was recorded", v.Number, a.id)
			}
		}
		all = append(all, a.events...)
		if !a.withheld {
			events = append(events, a.events...)
			captures += len(a.captures)
		}
	}
	for _, tt := range []struct {
		want     []news.Seq
		withheld bool
	}{{events, false}, {all, true}} {
		slices.Sort(tt.want)
		for _, q := range []store.EventQuery{{Source: k.source}, {Source: k.source, Least: news.Major}, {Since: k.began}} {
			q.Oldest, q.Max, q.Withheld = true, 10_000, tt.withheld
			list, err := k.s.Events(k.ctx, q)
			k.ok(err)
			if !slices.Equal(seqs(list), append([]news.Seq{}, tt.want...)) {
				k.Fatalf("%+v gives %v, want %v", q, seqs(list), tt.want)
			}
		}
	}
	n := 0
	for _, err := range k.s.Captures(k.ctx, store.CaptureQuery{Source: k.source}) {
		k.ok(err)
		n++
	}
	if n != captures {
		k.Fatalf("%d captures, want %d", n, captures)
	}
}
