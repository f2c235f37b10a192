package report

import "github.com/editwatch/editwatch/internal/news"

// compare stands in until internal/edit lands.
func compare(old, new news.Text) news.Edit {
	if old.Hash() == new.Hash() {
		return news.Edit{}
	}
	return news.Edit{Significance: news.Major, Classes: []news.Class{news.ClassHeadline}, Parts: []news.Part{{Part: news.WhereHeadline, Op: news.OpEdit, Before: old.Headline, After: new.Headline, Words: []news.Word{{Op: news.Del, Text: old.Headline}, {Op: news.Ins, Text: new.Headline}}}}}
}
