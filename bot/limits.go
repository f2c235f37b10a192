package bot

import (
	"context"
	"fmt"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Limits keep a bot that is open to others from being used up. Zero fields are
// no limit.
type Limits struct {
	Server   int // watches of all channels of one server or workspace
	Channel  int // watches of one channel
	Articles int // articles that a watched feed may list
}

// room refuses another n watches where there is no room for them. Who owns the
// bot has no limits.
func (b *Bot) room(ctx context.Context, c Command, channel news.ChannelName, n int) error {
	if c.Everywhere {
		return nil
	}
	if most := b.o.Limits.Channel; most > 0 {
		have, err := b.store.Watches(ctx, store.WatchQuery{Channel: channel})
		if err != nil {
			return err
		}
		if len(have)+n > most {
			return c.full(c.place(channel), len(have), most)
		}
	}
	if most := b.o.Limits.Server; most > 0 && c.Server != "" {
		have, err := b.store.Watches(ctx, store.WatchQuery{Server: c.Server})
		if err != nil {
			return err
		}
		if len(have)+n > most {
			return c.full("This "+c.dialect().Server, len(have), most)
		}
	}
	return nil
}

func (c Command) full(what string, have, most int) error {
	return &news.Refusal{What: fmt.Sprintf("%s has %d of %d watches.", what, have, most), Do: "Remove one first; " + c.typed(List, "") + " shows them."}
}

// place is what people call the channel.
func (c Command) place(channel news.ChannelName) string {
	if c.Title != "" && channel == c.Channel {
		return c.Title
	}
	return string(c.Aliases.Called(channel))
}

// tooLarge refuses a feed that lists more than one may.
func tooLarge(p news.Placement, most int) error {
	return &news.Refusal{
		What: fmt.Sprintf("%s lists %d articles, and a feed may list %d here.", quote(p.Title), p.Articles, most),
		Do:   "Look for a feed of one of its sections.",
	}
}
