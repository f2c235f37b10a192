package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// What only the operator may ask for, who asks from everywhere: no front end in
// chat knows these verbs, and from a chat they are refused.

// operator refuses all others.
func operator(c Command) error {
	if c.Everywhere {
		return nil
	}
	return &news.Refusal{What: "Only whoever runs editwatch may do that.", Do: "Ask them."}
}

// withheld refuses to tell chats of an article that is withheld. The operator
// may look at it.
func withheld(c Command, a news.Article) error {
	if a.Withheld.IsZero() || c.Everywhere {
		return nil
	}
	return &news.Refusal{What: "That article is withheld: " + a.WithheldWhy, Do: "Ask whoever runs editwatch why."}
}

// hidden says that an article is withheld to whoever is shown it all the same.
func hidden(a news.Article, now time.Time, zone *time.Location) []string {
	if a.Withheld.IsZero() {
		return nil
	}
	return []string{fmt.Sprintf("It is withheld since %s: %s Nothing of it is told or shown.", brief.Clock(a.Withheld, now, zone), quote(a.WithheldWhy))}
}

// maxWhy is the longest sentence for what is withheld, in bytes.
const maxWhy = 500

type keepFact struct {
	Article  articleFact `json:"article"`
	Withheld *time.Time  `json:"withheld,omitempty"`
	Why      string      `json:"why,omitempty"`
}

// withhold hides an article everywhere, or with why left out shows it again.
func (b *Bot) withhold(ctx context.Context, c Command, now time.Time) (Answer, error) {
	if err := operator(c); err != nil {
		return Answer{}, err
	}
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	name := quote(first(a.Headline, a.URL))
	why := strings.TrimSpace(strings.ReplaceAll(news.Canonical(c.Text), "\n", " "))
	switch {
	case c.Verb == Reinstate && a.Withheld.IsZero():
		return Answer{Lines: []string{name + " is not withheld."}}, nil
	case c.Verb == Reinstate:
		if err := b.store.Withhold(ctx, a.ID, time.Time{}, ""); err != nil {
			return Answer{}, err
		}
		return Answer{
			Lines: []string{name + " is shown again, with what was recorded meanwhile. That is not announced afterwards."},
			Facts: facts(keepFact{Article: b.articleFact(a)}),
		}, nil
	case why == "":
		return Answer{}, &news.Refusal{What: "Why is it withheld?", Do: `Give the sentence that is shown in its place: --why "…".`}
	case len(why) > maxWhy:
		return Answer{}, &news.Refusal{What: fmt.Sprintf("The sentence has more than %d bytes.", maxWhy), Do: "Make it shorter."}
	}
	since := first2(a.Withheld, now)
	if err := b.store.Withhold(ctx, a.ID, since, why); err != nil {
		return Answer{}, err
	}
	ans := Answer{
		Lines: []string{
			name + " is withheld: pages, feeds, API, search and chat say “" + why + "” in its place.",
			"It is checked and recorded as before, and nothing of it is announced.",
		},
		Facts: facts(keepFact{Article: b.articleFact(a), Withheld: news.Known(since), Why: why}),
	}
	posts, err := b.posts(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	ans.Lines = append(ans.Lines, b.standingPosts(posts)...)
	_, line, err := b.standingCopies(ctx, a)
	ans.Lines = append(ans.Lines, line...)
	return ans, err
}

// posts counts the posts about an article that stand in channels.
func (b *Bot) posts(ctx context.Context, a news.Article) (map[news.ChannelName]int, error) {
	sent, err := b.store.Deliveries(ctx, store.DeliveryQuery{Article: a.ID, State: news.Sent, Max: 10_000})
	if err != nil {
		return nil, err
	}
	posts := map[news.ChannelName]int{}
	for _, d := range sent {
		if d.Kind == news.Post {
			posts[d.Channel]++
		}
	}
	return posts, nil
}

// standingPosts says what was announced and is not taken back.
func (b *Bot) standingPosts(posts map[news.ChannelName]int) (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(posts)) {
		lines = append(lines, fmt.Sprintf("What was posted in %s stands there: %s.", b.o.Aliases.Called(name), brief.Count(posts[name], "post")))
	}
	return lines
}

// standingCopies returns where a public archive keeps versions of an article, and
// says that it is not asked to take that back.
func (b *Bot) standingCopies(ctx context.Context, a news.Article) (urls, line []string, err error) {
	copies, err := b.store.Copies(ctx, a.ID, 0, 0)
	for _, c := range copies {
		if c.State == news.CopyKept {
			urls = append(urls, c.URL)
		}
	}
	if len(urls) == 0 {
		return nil, nil, err
	}
	line = []string{fmt.Sprintf("What a public archive keeps of it stands there: %s.", brief.Count(len(urls), "version"))}
	return urls, line, err
}

type deletedFact struct {
	Article  articleFact              `json:"article"`
	Versions int                      `json:"versions"`
	Events   int                      `json:"events"`
	Captures int                      `json:"captures"`
	Watches  []news.WatchID           `json:"watches"`
	Posts    map[news.ChannelName]int `json:"posts"`
	Copies   []string                 `json:"copies,omitempty"` // where a public archive keeps versions
}

// delete removes an article for good, once it is said that this is meant.
func (b *Bot) delete(ctx context.Context, c Command) (Answer, error) {
	if err := operator(c); err != nil {
		return Answer{}, err
	}
	a, err := b.article(ctx, c)
	if err != nil {
		return Answer{}, err
	}
	name := quote(first(a.Headline, a.URL))
	watches, err := b.store.Watches(ctx, store.WatchQuery{Article: a.ID})
	if err != nil {
		return Answer{}, err
	}
	if slices.ContainsFunc(watches, func(w news.Watch) bool { return w.FromFile }) {
		return Answer{}, &news.Refusal{What: "The configuration watches that article.", Do: "Take its [[watch]] out of the file first, or it would come back."}
	}
	if c.Options["sure"] == "" {
		return Answer{}, &news.Refusal{
			What: fmt.Sprintf("%s would be deleted for good, with %s and all that was recorded of it.", name, brief.Count(a.Versions-a.Pruned, "version")),
			Do:   "To do it, add --yes. To hide it and keep the record, withhold it.",
		}
	}
	copies, standing, err := b.standingCopies(ctx, a)
	if err != nil {
		return Answer{}, err
	}
	done, err := b.store.Delete(ctx, a.ID)
	if err != nil {
		return Answer{}, err
	}
	if b.o.Search != nil {
		// What cannot be removed now is passed over by searches, and the index
		// takes it out when it next looks at the store.
		if err := b.o.Search.Remove(ctx, a.ID); err != nil {
			return Answer{}, err
		}
	}
	f := deletedFact{Article: b.articleFact(a), Versions: done.Versions, Events: done.Events, Captures: done.Captures, Posts: done.Posts, Watches: []news.WatchID{}, Copies: copies}
	for _, w := range done.Watches {
		f.Watches = append(f.Watches, w.ID)
	}
	ans := Answer{Facts: facts(f), Lines: []string{fmt.Sprintf("%s was deleted: %s, %s.", name, brief.Count(done.Versions, "version"), brief.Count(done.Events, "event"))}}
	if len(done.Watches) > 0 {
		ans.Lines[0] += " With it ended " + watchCount(len(done.Watches)) + "."
	}
	ans.Lines = append(ans.Lines, "No feed brings it back; whoever adds it again does. Its bytes leave the store and the search index with editwatch compact, and backups still have it.")
	ans.Lines = append(ans.Lines, b.standingPosts(done.Posts)...)
	ans.Lines = append(ans.Lines, standing...)
	return ans, nil
}
