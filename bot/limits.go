package bot

import (
	"context"
	"fmt"
	"sync"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// Limits keep a bot that is open to others from being used up. Zero fields are
// no limit.
type Limits struct {
	Server   int // watches of all channels of one server or workspace
	Channel  int // watches of one channel
	Articles int // articles that a feed may list, which the watcher keeps to
}

// A booking is what has been promised and is not stored yet: looking at an
// address takes a while, in which others ask too.
type booking struct {
	mu     sync.Mutex     // guards booked
	booked map[string]int // watches, by what they are to belong to
}

// room books another n watches, or refuses them where there is no room for
// them. Once they are stored, or are not going to be, done gives the booking
// back. Who owns the bot has no limits.
func (b *Bot) room(ctx context.Context, c Command, channel news.ChannelName, n int) (done func(), err error) {
	done = func() {}
	if c.Everywhere {
		return done, nil
	}
	limits := []struct {
		key, what string
		most      int
		of        store.WatchQuery
	}{{"channel " + string(channel), c.place(channel), b.o.Limits.Channel, store.WatchQuery{Channel: channel}}}
	if c.Server != "" {
		limits = append(limits, limits[0])
		limits[1].key, limits[1].what = "server "+c.Server, "This "+c.dialect().Server
		limits[1].most, limits[1].of = b.o.Limits.Server, store.WatchQuery{Server: c.Server}
	}
	b.booking.mu.Lock()
	defer b.booking.mu.Unlock()
	for _, l := range limits {
		if l.most == 0 {
			continue
		}
		stored, err := b.store.Watches(ctx, l.of)
		if err != nil {
			return done, err
		}
		if have := len(stored) + b.booking.booked[l.key]; have+n > l.most {
			return done, c.full(l.what, have, l.most)
		}
	}
	book := func(n int) {
		for _, l := range limits {
			if b.booking.booked[l.key] += n; b.booking.booked[l.key] == 0 {
				delete(b.booking.booked, l.key)
			}
		}
	}
	book(n)
	return func() {
		b.booking.mu.Lock()
		defer b.booking.mu.Unlock()
		book(-n)
	}, nil
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

// beyond says that a feed lists more than is watched of it, if it does.
func (b *Bot) beyond(ctx context.Context, f news.Feed) (string, error) {
	most := b.o.Limits.Articles
	if most == 0 || f.Entries <= most {
		return "", nil
	}
	watches, err := b.store.Watches(ctx, store.WatchQuery{Feed: f.ID})
	if err != nil || !news.Limited(watches) {
		return "", err
	}
	return fmt.Sprintf("it lists %d articles, and only the newest %d are taken", f.Entries, most), nil
}
