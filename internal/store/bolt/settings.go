package bolt

import (
	"context"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

func encodeSettings(s news.Settings) []byte {
	e := encoder{}
	e.text(1, s.Zone)
	e.int(2, int(s.Quiet.From))
	e.int(3, int(s.Quiet.To))
	e.text(4, string(s.Digest.Every))
	e.int(5, int(s.Digest.At))
	e.text(6, string(s.Threads))
	e.text(7, string(s.Publish))
	e.int(8, s.Cap)
	e.bool(9, s.AdminsOnly)
	return e.b
}

func decodeSettings(b []byte) (s news.Settings, err error) {
	d := decoder{rest: b}
	for d.next() {
		switch d.field {
		case 1:
			s.Zone = d.text()
		case 2:
			s.Quiet.From = news.DayTime(d.int())
		case 3:
			s.Quiet.To = news.DayTime(d.int())
		case 4:
			s.Digest.Every = news.DigestEvery(d.text())
		case 5:
			s.Digest.At = news.DayTime(d.int())
		case 6:
			s.Threads = news.Threads(d.text())
		case 7:
			s.Publish = news.Publish(d.text())
		case 8:
			s.Cap = d.int()
		case 9:
			s.AdminsOnly = d.bool()
		}
	}
	if d.err != nil {
		return news.Settings{}, damaged("settings: %v", d.err)
	}
	return s, nil
}

func encodeManners(s news.Standing) []byte {
	e := encoder{}
	e.int(1, s.Forbidden)
	e.time(2, s.Since)
	e.time(3, s.Paused)
	e.time(4, s.Told)
	e.text(5, s.Trouble)
	p := s.Publishing
	e.int(6, p.PerHour)
	e.time(7, p.Until)
	e.int(8, p.Dropped)
	for _, at := range p.Done {
		e.time(9, at)
	}
	for _, w := range p.Waiting {
		e.bytes(10, encodePublication(w))
	}
	for _, w := range p.LeftOut {
		e.bytes(11, encodePublication(w))
	}
	e.text(12, string(p.Combined.ID))
	for _, seq := range p.Combined.Events {
		e.uint(13, uint64(seq))
	}
	e.int(14, p.Combined.Tries)
	return e.b
}

func encodePublication(p news.Publication) []byte {
	e := encoder{}
	e.packed(1, p.Message)
	e.uint(2, uint64(articleNum(p.Article)))
	e.uint(3, uint64(p.Event))
	e.int(4, p.Rank)
	e.time(5, p.Since)
	return e.b
}

func (t *tx) decodeManners(channel uint32, b []byte) (s news.Standing, err error) {
	name, err := t.text(channel)
	if err != nil {
		return s, err
	}
	s.Channel = news.ChannelName(name)
	p := &s.Publishing
	d := decoder{rest: b}
	for d.next() {
		switch d.field {
		case 1:
			s.Forbidden = d.int()
		case 2:
			s.Since = d.time()
		case 3:
			s.Paused = d.time()
		case 4:
			s.Told = d.time()
		case 5:
			s.Trouble = d.text()
		case 6:
			p.PerHour = d.int()
		case 7:
			p.Until = d.time()
		case 8:
			p.Dropped = d.int()
		case 9:
			p.Done = append(p.Done, d.time())
		case 10, 11:
			w, err := decodePublication(d.raw)
			if err != nil {
				return s, damaged("standing of %s: %v", name, err)
			}
			list := &p.Waiting
			if d.field == 11 {
				list = &p.LeftOut
			}
			*list = append(*list, w)
		case 12:
			p.Combined.ID = news.DeliveryID(d.text())
		case 13:
			p.Combined.Events = append(p.Combined.Events, news.Seq(d.num))
		case 14:
			p.Combined.Tries = d.int()
		}
	}
	if d.err != nil {
		return s, damaged("standing of %s: %v", name, d.err)
	}
	return s, nil
}

func decodePublication(b []byte) (p news.Publication, err error) {
	d := decoder{rest: b}
	for d.next() {
		switch d.field {
		case 1:
			p.Message = d.packed()
		case 2:
			p.Article = articleID(uint32(d.num))
		case 3:
			p.Event = news.Seq(d.num)
		case 4:
			p.Rank = d.int()
		case 5:
			p.Since = d.time()
		}
	}
	return p, d.err
}

// Settings implements [store.Channels].
func (s *Store) Settings(ctx context.Context, channel news.ChannelName) (out news.Settings, err error) {
	err = s.view(ctx, func(t *tx) error {
		out, err = decodeSettings(t.get(settings, n4(t.findName(string(channel)))))
		return err
	})
	return out, err
}

// SetSettings implements [store.Channels].
func (s *Store) SetSettings(ctx context.Context, channel news.ChannelName, w news.Settings) error {
	return s.putOfChannel(ctx, channel, settings, encodeSettings(w))
}

// Standing implements [store.Channels].
func (s *Store) Standing(ctx context.Context, channel news.ChannelName) (out news.Standing, err error) {
	err = s.view(ctx, func(t *tx) error {
		out = news.Standing{Channel: channel}
		n := t.findName(string(channel))
		if n == 0 {
			return nil
		}
		out, err = t.decodeManners(n, t.get(manners, n4(n)))
		return err
	})
	return out, err
}

// Standings implements [store.Channels].
func (s *Store) Standings(ctx context.Context) (list []news.Standing, err error) {
	err = s.view(ctx, func(t *tx) error {
		list = nil
		return t.bucket(manners).ForEach(func(k, v []byte) error {
			st, err := t.decodeManners(num4(k), v)
			list = append(list, st)
			return err
		})
	})
	return list, err
}

// SetStanding implements [store.Channels].
func (s *Store) SetStanding(ctx context.Context, st news.Standing) error {
	return s.putOfChannel(ctx, st.Channel, manners, encodeManners(st))
}

// putOfChannel writes a channel's record; an empty one is removed.
func (s *Store) putOfChannel(ctx context.Context, channel news.ChannelName, b bucket, record []byte) error {
	return s.update(ctx, func(t *tx) error {
		n, err := t.name(string(channel))
		if err != nil {
			return err
		}
		if len(record) == 0 {
			return t.del(b, n4(n))
		}
		return t.put(b, n4(n), record)
	})
}

// Mute implements [store.Channels].
func (s *Store) Mute(ctx context.Context, channel news.ChannelName, article news.ArticleID, until time.Time) error {
	return s.changeThread(ctx, channel, article, func(th *news.Thread) { th.Muted = until })
}

// ForgetRoot implements [store.Channels].
func (s *Store) ForgetRoot(ctx context.Context, channel news.ChannelName, article news.ArticleID, root string) error {
	return s.changeThread(ctx, channel, article, func(th *news.Thread) {
		if th.Root == root {
			th.Root = ""
		}
	})
}

func (s *Store) changeThread(ctx context.Context, channel news.ChannelName, article news.ArticleID, change func(*news.Thread)) error {
	return s.update(ctx, func(t *tx) error {
		a := articleNum(article)
		if a == 0 || t.get(articles, n4(a)) == nil {
			return missing("article", article)
		}
		n, err := t.name(string(channel))
		if err != nil {
			return err
		}
		r, err := t.thread(a, n)
		if err != nil {
			return err
		}
		change(&r.Thread)
		return t.putThread(a, n, r)
	})
}
