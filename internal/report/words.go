package report

import "github.com/editwatch/editwatch/internal/news"

// Words returns the texts by which a watch chooses what it hears of
// ([news.Watch.WantsWords]): the headlines, and the parts of an edit before
// and after.
func Words(r news.Report) []string {
	texts := []string{r.Article.Headline, r.Old.Headline, r.New.Headline}
	if r.Edit != nil {
		for _, p := range r.Edit.Parts {
			texts = append(texts, p.Before, p.After)
		}
	}
	return texts
}
