package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/search"
)

// Searcher finds versions by their words. It is a [search.Index].
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Results, error)
	Remove(ctx context.Context, article news.ArticleID) error
}

// hitsShown is how many versions a page of Search shows in a chat: each has a
// button, and one leads on.
const hitsShown = 4

// search finds versions by their words: the operator in the whole record, a chat
// in what is watched there. Who gives a link is told of its article.
func (b *Bot) search(ctx context.Context, c Command, now time.Time) (Answer, error) {
	if b.o.Search == nil {
		r := &news.Refusal{What: "Search is switched off here.", Do: "Take search = false out of the configuration."}
		if !c.Everywhere {
			r.Do = "Ask who runs me to take search = false out of the configuration."
		}
		return Answer{}, r
	}
	c.Target = brief.OneLine(c.Target)
	if link := first(c.Target, c.Find.Words); news.NamesLink(link) {
		c.Target = link
		return b.history(ctx, c, now)
	}
	if c.Everywhere {
		return b.searchAll(ctx, c, now)
	}
	return b.searchHere(ctx, c, now)
}

// look has the index answer.
func (b *Bot) look(ctx context.Context, q search.Query) (search.Results, error) {
	found, err := b.o.Search.Search(ctx, q)
	switch {
	case errors.Is(err, search.ErrCursor):
		err = &news.Refusal{What: "That place in the list cannot be found.", Do: "Start again from the first page."}
	case errors.Is(err, search.ErrSlow):
		err = &news.Refusal{What: "That search takes too long.", Do: "Look for longer words, or for fewer."}
	}
	return found, err
}

// rebuilding is said while the index is incomplete.
const rebuilding = "The search index does not know all of the record yet; there may be more to find soon."

// searchAll looks through the whole record.
func (b *Bot) searchAll(ctx context.Context, c Command, now time.Time) (Answer, error) {
	found, err := b.look(ctx, c.Find)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{}
	for _, h := range found.Hits {
		a.Briefs = append(a.Briefs, b.hitBrief(h, now, time.UTC))
		a.Facts = append(a.Facts, fact(h))
	}
	switch {
	case len(found.Hits) == 0 && strings.TrimSpace(c.Find.Words) == "":
		a.Lines = []string{"Nothing in the record is so."}
	case len(found.Hits) == 0:
		a.Lines = []string{fmt.Sprintf("Nothing in the record says %s.", quote(c.Find.Words))}
	case found.Next != "":
		a.Lines = []string{"There is more: --after " + found.Next}
	}
	if found.Rebuilding {
		a.Lines = append(a.Lines, rebuilding)
	}
	return a, nil
}

// searchHere looks through what the channel watches, and that alone: what other
// channels watch is theirs.
func (b *Bot) searchHere(ctx context.Context, c Command, now time.Time) (Answer, error) {
	watched, err := b.watched(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	if watched.empty() {
		return Answer{}, &news.Refusal{What: "Nothing is watched here yet, so there is nothing to search.", Do: "Add a feed or an article: " + c.typed(Add, exampleSite)}
	}
	zone := b.zoneOf(ctx, c)
	q, err := b.query(ctx, c, watched, now, zone)
	if err != nil {
		return Answer{}, err
	}
	found, err := b.look(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{Lines: c.foundLines(q, found, now, zone)}
	for i, h := range found.Hits {
		br, label := b.hitBrief(h, now, zone), "History"
		if len(found.Hits) > 1 {
			n := strconv.Itoa(i + 1)
			br.Source, label = n+" · "+br.Source, label+" "+n
		}
		br.Links = slices.DeleteFunc(br.Links, func(l brief.Link) bool { return l.Label == "History" }) // the button's
		a.Briefs = append(a.Briefs, br)
		a.Facts = append(a.Facts, fact(h))
		a.Buttons = append(a.Buttons, button(label, news.Action{Verb: string(History), Target: string(h.Article)}))
	}
	if found.Next != "" {
		a = c.withMore(a, found.Next)
	}
	if found.Rebuilding {
		a.Lines = append(a.Lines, rebuilding)
	}
	return a, nil
}

// withMore adds a button for the next page, which begins at a place. What it
// asks for again may be too long for a button.
func (c Command) withMore(a Answer, place string) Answer {
	again := news.Action{Verb: string(Search)}
	var err error
	again.After, err = strconv.Atoi(place)
	again.Text, again.State = c.searched()
	more := button("More", again)
	if err != nil || len(more.Token) > news.MaxToken {
		a.Lines = append(a.Lines, "There is more. Ask in fewer words for a button that goes on, or for newer ones only: "+c.dialect().Option(Search, "since", "7d"))
		return a
	}
	if len(a.Briefs) < hitsShown {
		a.Lines = append(a.Lines, "I have not looked through everything yet, for much that is not watched here says so, too; More goes on.")
	}
	a.Buttons = append(a.Buttons, more)
	return a
}

// query is what a chat looks for in what is watched there.
func (b *Bot) query(ctx context.Context, c Command, watched reach, now time.Time, zone *time.Location) (search.Query, error) {
	q := search.Query{Words: c.Target, Changed: c.Options["changed"] != "", Where: watched.has, Max: hitsShown}
	if c.After > 0 {
		q.After = strconv.Itoa(c.After)
	}
	if typed := c.Options["since"]; typed != "" {
		since, ok := sinceWhen(typed, now, zone)
		if !ok {
			return q, &news.Refusal{
				What: fmt.Sprintf("%q is no time to begin with.", short(typed)),
				Do:   "Give a length of time, like 8h, 7d or 2w, or a day, like " + exampleDay + ".",
			}
		}
		q.Since = since
	}
	var err error
	if typed := c.Options["source"]; typed != "" {
		q.Source, err = b.source(ctx, watched, typed)
	}
	return q, err
}

// sinceWhen reads a length of time before now, or a day.
func sinceWhen(typed string, now time.Time, zone *time.Location) (time.Time, bool) {
	if d, ok := span(typed); ok {
		return now.Add(-d), true
	}
	day, err := time.ParseInLocation(time.DateOnly, typed, zone)
	return day, err == nil
}

// source returns the publication of something watched that was typed, whole or in
// part.
func (b *Bot) source(ctx context.Context, watched reach, typed string) (string, error) {
	match, err := b.sources(ctx, watched, typed)
	if err != nil {
		return "", err
	}
	if i := slices.IndexFunc(match, func(s string) bool { return strings.EqualFold(s, strings.TrimSpace(typed)) }); i >= 0 {
		return match[i], nil
	}
	switch len(match) {
	case 0: // it may be one whose articles are all old
		return typed, nil
	case 1:
		return match[0], nil
	}
	return "", &news.Refusal{
		What: fmt.Sprintf("More than one source is called %s: %s.", quote(short(typed)), brief.Names(match)),
		Do:   "Give the whole name of the one you mean.",
	}
}

// foundLines say what was looked for, and if nothing was found, what to do.
func (c Command) foundLines(q search.Query, found search.Results, now time.Time, zone *time.Location) []string {
	words, hits := short(q.Words), len(found.Hits)
	if !strings.ContainsAny(words, `"“”„«»`) {
		words = quote(words)
	}
	switch {
	case hits == 0 && found.Next != "":
		return []string{fmt.Sprintf("Nothing of %s yet.", words)}
	case c.After > 0 && hits == 0:
		return []string{fmt.Sprintf("That was all of %s.", words)}
	case c.After > 0:
		return []string{fmt.Sprintf("More of %s:", words)}
	}
	here := "what is watched here"
	if q.Source != "" {
		here += " of " + short(q.Source)
	}
	if !q.Since.IsZero() {
		here += " since " + brief.Clock(q.Since, now, zone)
	}
	lines := []string{fmt.Sprintf("%s is not in %s, now or before an edit.", words, here)}
	switch {
	case hits > 0 && q.Changed:
		return []string{fmt.Sprintf("%s struck or added in %s, newest first:", words, here)}
	case hits > 0:
		return []string{fmt.Sprintf("%s in %s, newest first:", words, here)}
	case q.Changed:
		lines = []string{fmt.Sprintf("No edit of %s struck or added %s.", here, words)}
	}
	if len(c.Options) > 0 {
		return append(lines, "To look through all that is watched here: "+c.typed(Search, c.Target))
	}
	return append(lines, "All words must stand in the same version. Try fewer, or the beginning of one.")
}

// hitBrief shows a version that was found as announcements are shown.
func (b *Bot) hitBrief(h search.Hit, now time.Time, zone *time.Location) brief.Brief {
	what := fmt.Sprintf("version %d", h.To)
	if h.From > 0 {
		what = fmt.Sprintf("versions %d to %d", h.From, h.To)
	}
	br := brief.Brief{
		Source: first(h.Source, news.Host(h.URL)), What: what, URL: h.URL, Subject: h.Headline,
		When: []string{brief.Clock(h.At, now, zone)},
	}
	br.Lines = brief.HeadlineLines(hitRuns(h.Title))
	if runs := hitRuns(h.Snippet); len(runs) > 0 {
		br.Lines = append(br.Lines, brief.Line{Runs: runs})
	}
	if link := b.o.Links.History(h.Article); link != "" {
		br.Links = []brief.Link{{Label: "History", URL: link}}
		if h.From > 0 {
			br.Links = append(br.Links, brief.Link{Label: "Side by side", URL: b.o.Links.Diff(h.Article, h.From, h.To)})
		}
	}
	return br
}

func hitRuns(runs []search.Run) []brief.Run {
	pieces := make([]brief.Run, 0, len(runs))
	for _, r := range runs {
		p := brief.Run{Text: r.Text}
		switch {
		case r.Op == news.Del:
			p.Mark = brief.Del
		case r.Op == news.Ins:
			p.Mark = brief.Ins
		case r.Hit:
			p.Mark = brief.Found
		}
		pieces = append(pieces, p)
	}
	return brief.Runs(pieces...)
}

// SearchOptions are the names of what can be chosen with the words of Search:
//
//	changed   yes: the words were struck or added
//	source    a publication, or a part of its name
//	since     a length of time before now, or a day
var SearchOptions = []string{"changed", "source", "since"}

// takeSearch reads what stands behind search: words as they are, quotes and all,
// and among them options.
func (c *Command) takeSearch(words []word) error {
	var looked []string
	for _, w := range words {
		key := strings.ToLower(w.key)
		switch {
		case !slices.Contains(SearchOptions, key):
			looked = append(looked, w.raw)
		case key == "changed":
			switch strings.ToLower(w.value) {
			case "yes", "on", "true":
				c.Options[key] = "yes"
			case "no", "off", "false":
			default:
				return &news.Refusal{What: fmt.Sprintf("changed is yes or no; not %q.", short(w.value)), Do: "For example: " + c.typed(Search, exampleWords, "changed", "yes")}
			}
		case w.value != "":
			c.Options[key] = w.value
		}
	}
	c.Target = strings.Join(looked, " ")
	return nil
}

// searched is what a button needs for the same search: what would be typed after
// the verb, but for the one option that has a shorter form, because its room is
// small.
func (c Command) searched() (text, state string) {
	options := maps.Clone(c.Options)
	if options["changed"] != "" {
		delete(options, "changed")
		state = "changed"
	}
	return afterWord(plain(Command{Verb: Search, Target: c.Target, Options: options})), state
}

// searchAgain is what such a button asks for.
func searchAgain(a news.Action) (Command, error) {
	c, err := Parse(string(Search)+" "+a.Text, nil)
	if err == nil && a.State != "" {
		c.Options[a.State] = "yes"
	}
	c.After, c.FromButton = a.After, true
	return c, err
}
