package watcher

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// Features of a change that many articles of a host may share.
const (
	featureMoved      = "moved"
	featureAdded      = "added "   // and the block's sum
	featureGone       = "removed " // likewise
	featureStandAdd   = "standfirst added"
	featureStandGone  = "standfirst removed"
	featureFirstAdd   = "first block added"
	featureFirstGone  = "first block removed"
	featureLastAdd    = "last block added"
	featureLastGone   = "last block removed"
	featureHeadline   = "headline with "
	featureBareHeader = "headline without "
)

// features returns what of a change may be the host's, and whether that is all
// of it. old and text are the two readings.
func features(f finding, old news.Text) (list []string, all bool) {
	all = len(f.edit.Parts) > 0
	for _, p := range f.edit.Parts {
		own := partFeatures(p, len(old.Paragraphs), len(f.text.Paragraphs))
		all = all && len(own) > 0
		list = append(list, own...)
	}
	if f.moved {
		list = append(list, featureMoved)
	}
	slices.Sort(list)
	return slices.Compact(list), all
}

func partFeatures(p news.Part, before, after int) []string {
	switch p.Part {
	case news.WhereHeadline:
		if more, ok := affix(p.Before, p.After); ok {
			return []string{featureHeadline + more}
		}
		if less, ok := affix(p.After, p.Before); ok {
			return []string{featureBareHeader + less}
		}
		return nil
	case news.WhereStandfirst:
		switch p.Op {
		case news.OpAdd:
			return []string{featureStandAdd}
		case news.OpRemove:
			return []string{featureStandGone}
		}
		return nil
	}
	var list []string
	for _, side := range []struct {
		at          *int
		n           int
		text        string
		verb        string
		first, last string
	}{
		{p.From, before, p.Before, featureGone, featureFirstGone, featureLastGone},
		{p.To, after, p.After, featureAdded, featureFirstAdd, featureLastAdd},
	} {
		if side.at == nil {
			continue
		}
		if edit.IsNote(side.text) || prose(side.text) || !(edge(*side.at, side.n) || pointer(side.text)) {
			return nil
		}
		list = append(list, side.verb+strconv.FormatUint(sumOf(side.text), 36))
		if p.Op != news.OpEdit && p.Op != news.OpMove {
			if *side.at < headBlocks {
				list = append(list, side.first)
			} else if *side.at >= side.n-tailBlocks {
				list = append(list, side.last)
			}
		}
	}
	return list
}

// affix returns what longer has before or behind short and a mark that sets it
// off: the name of a site or of a section.
func affix(short, longer string) (string, bool) {
	if short == "" {
		return "", false
	}
	if rest, ok := strings.CutPrefix(longer, short); ok && strings.IndexAny(strings.TrimSpace(rest), "|-–—:·•/") == 0 {
		return rest, true
	}
	if rest, ok := strings.CutSuffix(longer, short); ok && strings.ContainsAny(strings.TrimSpace(rest), "|-–—:·•/") {
		return rest, true
	}
	return "", false
}

// shifted notes that an article's change had the features. It returns the
// redesign that one of them belongs to, and whether that was recognised only now.
func (t *template) shifted(id news.ArticleID, list []string, read []news.ArticleRead, now time.Time) (r news.Redesign, is, fresh bool) {
	t.Shifts = slices.DeleteFunc(t.Shifts, func(s news.Shift) bool { return now.Sub(s.At) > redesignWindow })
	t.Redesigns = slices.DeleteFunc(t.Redesigns, func(r news.Redesign) bool { return now.Sub(r.At) > redesignFor })
	for _, feature := range list {
		if !slices.ContainsFunc(t.Shifts, func(s news.Shift) bool { return s.Article == id && s.Feature == feature }) {
			t.Shifts = append(t.Shifts, news.Shift{Feature: feature, Article: id, At: now})
			t.changed = true
		}
	}
	if over := len(t.Shifts) - maxShifts; over > 0 {
		t.Shifts = slices.Delete(t.Shifts, 0, over)
	}
	for _, feature := range list {
		if i := slices.IndexFunc(t.Redesigns, func(r news.Redesign) bool { return r.Feature == feature }); i >= 0 {
			return t.Redesigns[i], true, false
		}
	}
	for _, feature := range list {
		alike := make(map[news.ArticleID]bool)
		for _, s := range t.Shifts {
			if s.Feature == feature {
				alike[s.Article] = true
			}
		}
		all := len(alike)
		for _, x := range read {
			if !alike[x.Article] {
				all++
			}
		}
		if len(alike) < redesignArticles || 2*len(alike) <= all {
			continue
		}
		r := news.Redesign{Feature: feature, At: now, Articles: len(alike)}
		// Several features of one redesign are told once.
		fresh = !slices.ContainsFunc(t.Redesigns, func(r news.Redesign) bool { return now.Sub(r.At) <= redesignWindow })
		t.Redesigns = append(t.Redesigns, r)
		if over := len(t.Redesigns) - maxRedesigns; over > 0 {
			t.Redesigns = slices.Delete(t.Redesigns, 0, over)
		}
		t.changed = true
		return r, true, fresh
	}
	return news.Redesign{}, false, false
}
