package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot/web/card"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// A preview is what stands beside a page's link where people paste it
// (https://ogp.me). An edit's has a picture, its card, with the words that
// changed.
type preview struct {
	Title, Text string
	Picture     string // the whole address of the card; empty without one
	Alt         string // what the card says, for those who do not see it
}

// Width and Height are those of the picture.
func (preview) Width() int  { return card.Width }
func (preview) Height() int { return card.Height }

// A caption is what the card of an edit says, in lines.
type caption string

func (c caption) size() int { return len(c) }

// captionOf returns the caption of a reported edit, of which the report has both
// versions, and no more than may be shown.
func captionOf(rep news.Report) caption { return caption(card.Tell(rep).Plain()) }

// previewOf returns the preview of an edit with this caption.
func (s *site) previewOf(r *http.Request, a news.Article, from, to int, c caption) *preview {
	title, text, _ := strings.Cut(string(c), "\n")
	text = strings.ReplaceAll(text, "\n", " · ")
	return &preview{
		Title:   title,
		Text:    text,
		Picture: s.base(r) + cardPath(a.ID, from, to) + "?" + s.cardTag(a, from, to),
		Alt:     title + ". " + text,
	}
}

// articlePreview says how often the article was edited, and shows the newest of
// the events at which its text changed, if both versions are kept.
func (s *site) articlePreview(r *http.Request, a news.Article, h heading, events []news.Event) (*preview, error) {
	p := &preview{
		Title: brief.OneLine(h.Headline),
		Text:  brief.OneLine(h.SourceName) + " · " + brief.Versions(a.Versions, a.Edits),
	}
	i := slices.IndexFunc(events, func(e news.Event) bool { return e.From > a.Pruned && e.From != e.To })
	if i < 0 {
		return p, nil
	}
	l := listed{Event: events[i], of: &a}
	c, err := recall(&s.kept, l.key("caption"), func() (caption, error) {
		st, err := s.read(r.Context(), &a, l.Event)
		if err != nil {
			return "", err
		}
		rep, err := s.report(r.Context(), st, l.Event, "")
		if err != nil {
			return "", err
		}
		return captionOf(rep), nil
	})
	if err != nil {
		return nil, err
	}
	newest := s.previewOf(r, a, l.From, l.To, c)
	p.Picture, p.Alt = newest.Picture, newest.Alt
	return p, nil
}

func cardPath(id news.ArticleID, from, to int) string { return diffPath(id, from, to) + "/card.png" }

// cardTag names all that decides a card. It is its entity tag, and stands in its
// address, so that those who keep the picture for long fetch it anew when it
// would look different.
func (s *site) cardTag(a news.Article, from, to int) string {
	return s.hash(a.ID, a.Source, a.URL, a.Headline, from, to)
}

const (
	// cardsAtOnce is how many cards are drawn at the same time: each takes the
	// time of a long page and 3 MB of memory.
	cardsAtOnce = 2
	// cardPatience is how long a reader waits for a turn, about as long as those
	// wait who make previews.
	cardPatience = 5 * time.Second
)

// card draws the picture of an edit.
func (s *site) card(w http.ResponseWriter, r *http.Request) error {
	a, err := s.find(r.Context(), r)
	if err != nil {
		return err
	}
	from, to, err := ends(r, a)
	if err != nil {
		return err
	}
	if from >= to {
		return errNoPage // no page names such a picture
	}
	if !s.gate.asks() {
		// Whoever may read the pages may show the picture within theirs.
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	}
	tag := `"` + s.cardTag(a, from, to) + `"`
	return s.send(w, r, answer{contentType: "image/png", tag: tag, make: func(out io.Writer) error {
		if err := s.drawing.enter(r.Context()); err != nil {
			w.Header().Set("Retry-After", "5")
			return err
		}
		defer s.drawing.leave()
		// A link that is pasted is asked for by many at once. The first of them
		// has had it drawn.
		if drawn, ok := s.kept.get(tag).(body); ok {
			picture, err := drawn.plain()
			if err == nil {
				_, err = out.Write(picture)
			}
			return err
		}
		st, err := s.read(r.Context(), &a, news.Event{From: from, To: to})
		if err != nil {
			return noVersion(err)
		}
		rep, err := s.edited(r.Context(), st, a.ID, from, to)
		if err != nil {
			return err
		}
		return card.Lay(card.Tell(s.shownReport(rep))).Encode(out)
	}})
}

// A turnstile lets in as many at once as it has room for.
type turnstile chan struct{}

// enter waits for a turn, but not for long.
func (t turnstile) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, cardPatience, errBusy)
	defer cancel()
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t turnstile) leave() { <-t }

// unfurlers are the robots that make previews of links people paste and obey
// robots.txt; they fetch those pages and no others. Slack, Mastodon and Signal
// do not ask it.
var unfurlers = []string{
	"Twitterbot",          // https://developer.x.com/en/docs/x-for-websites/cards/guides/getting-started
	"Discordbot",          // https://github.com/rust-lang/crates.io/issues/7947
	"facebookexternalhit", // Facebook, WhatsApp, iMessage: https://developers.facebook.com/docs/sharing/webmasters/web-crawlers/
	"LinkedInBot",         // https://www.linkedin.com/post-inspector/ names it as a reason
	"TelegramBot",         // https://opengraphplus.com/consumers/telegram/crawling
	"BlueskyPreviewBot",   // https://opengraphplus.com/consumers/bluesky/crawling
}

// robots asks crawlers to stay away: what was struck from an article is not for
// search engines. Previews are for those who were given the address.
func robots(w http.ResponseWriter, r *http.Request) error {
	var b strings.Builder
	for _, name := range unfurlers {
		fmt.Fprintf(&b, "User-agent: %s\n", name)
	}
	// An empty rule allows everything; not all of them know Allow beside Disallow.
	b.WriteString("Disallow:\n\nUser-agent: *\nDisallow: /\n")
	write(w, r, http.StatusOK, "text/plain; charset=utf-8", []byte(b.String()))
	return nil
}
