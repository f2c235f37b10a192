package bot

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
)

// A slow searcher finds nothing on its pages, of which there is always one more.
type slow struct{ asked search.Query }

func (s *slow) Search(_ context.Context, q search.Query) (search.Results, error) {
	s.asked = q
	return search.Results{Next: "70000"}, nil
}

func (s *slow) Remove(context.Context, news.ArticleID) error { return nil }

// TestSearchGoesOn: a page that ended before everything was looked through says
// so, and its button asks for the same again.
func TestSearchGoesOn(t *testing.T) {
	w := newWorld(t)
	w.ask("add https://harbour.example/bridge")
	s := &slow{}
	w.bot.o.Search = s
	a := w.ask(`search “two years” -ferry changed=yes source="The Harbour Post"`)
	want := []string{"Nothing of “two years” -ferry yet.", "I have not looked through everything yet, for much that is not watched here says so, too; More goes on."}
	if d := cmp.Diff(want, a.Lines); d != "" || len(a.Buttons) != 1 {
		t.Fatalf("%s, %d buttons", d, len(a.Buttons))
	}
	first := s.asked
	w.buttons = a.Buttons
	w.press("More")
	first.After, first.Where, s.asked.Where = "70000", nil, nil
	if d := cmp.Diff(first, s.asked); d != "" || first.Words != "“two years” -ferry" || !first.Changed || first.Source != "The Harbour Post" {
		t.Errorf("More asks for something else: %s", d)
	}
}

// TestSearchTheRecord: only who runs editwatch looks through the whole record.
func TestSearchTheRecord(t *testing.T) {
	w := newWorld(t)
	w.article("bridge")
	find := Command{Verb: Search, Target: "council", Options: map[string]string{}, Find: search.Query{Words: "council"}}
	if a := w.do(find); !a.Refused {
		t.Errorf("a chat is shown %q", a.Lines)
	}
	w.who.Everywhere = true
	if a := w.do(find); a.Refused || len(a.Briefs) != 1 {
		t.Errorf("the operator is shown %q", a.Lines)
	}
}
