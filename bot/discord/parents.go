package discord

import (
	"context"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/discord"
)

const (
	// parentsMost is how many channels that threads are in are remembered.
	parentsMost = 1024
	// parentRetry is how long a channel is not asked for again that Discord
	// did not tell of.
	parentRetry = 30 * time.Second
)

// parents remembers channels that threads are in.
type parents struct {
	mu   sync.Mutex
	byID map[string]parent
}

type parent struct {
	channel discord.Channel
	until   time.Time // it could not be read, and is not read again before; zero: it was read
}

func (p *parents) get(id string, now time.Time) (discord.Channel, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known, ok := p.byID[id]
	return known.channel, ok && (known.until.IsZero() || now.Before(known.until))
}

func (p *parents) put(known parent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil || len(p.byID) >= parentsMost {
		p.byID = make(map[string]parent)
	}
	known.channel.Overwrites = nil
	p.byID[known.channel.ID] = known
}

// home returns the channel whose watches an interaction is about: for a thread
// the channel it is in, unless that one only holds threads. One that cannot be
// read is taken for a text channel.
func (f *FrontEnd) home(ctx context.Context, i *interaction) place {
	p := i.here()
	thread := discord.Channel{Kind: p.Kind}.Thread()
	if !thread || p.Parent == "" {
		return p
	}
	in, ok := f.parents.get(p.Parent, time.Now())
	if !ok {
		known := parent{}
		var err error
		if known.channel, err = f.session.Channel(ctx, p.Parent); err != nil {
			known = parent{channel: discord.Channel{ID: p.Parent}, until: time.Now().Add(parentRetry)}
		}
		f.parents.put(known)
		in = known.channel
	}
	if !discord.Postable(in.Kind) {
		return p
	}
	p.ID, p.Name, p.Kind, p.Parent = in.ID, in.Name, in.Kind, ""
	return p
}
