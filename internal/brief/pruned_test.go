package brief_test

import (
	"testing"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

func TestPruned(t *testing.T) {
	b := brief.Of(news.Report{Kind: news.Edited, Pruned: true, Article: news.ReportArticle{Headline: "Bridge closed"}}, brief.Options{})
	if b.What != "article edited" || len(b.Lines) != 1 || b.Lines[0].Runs[0].Text != "What changed was not kept." || b.Headline != "Bridge closed" {
		t.Errorf("brief = %+v", b)
	}
}
