package slack

import (
	"context"
	"sync"

	"github.com/editwatch/editwatch/internal/slack"
)

// title is what people call the channel: Slack says it with a command, but for
// private channels and direct messages.
func (f *FrontEnd) title(p slack.Place) string {
	switch p.ChannelName {
	case "", "directmessage", "privategroup":
		return f.names.of(p.Channel)
	}
	f.names.learn(p.Channel, p.ChannelName)
	return p.ChannelName
}

// self is what the bot is called.
func (f *FrontEnd) self(ctx context.Context) string {
	if who, err := f.client.Who(ctx); err == nil && who.Name != "" {
		return who.Name
	}
	return "editwatch"
}

// names remembers what channels are called.
type names struct {
	mu   sync.Mutex
	byID map[string]string
}

// namesMost is how many are remembered.
const namesMost = 4096

func (n *names) learn(id, name string) {
	if id == "" || name == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byID == nil || len(n.byID) >= namesMost {
		n.byID = make(map[string]string)
	}
	n.byID[id] = name
}

func (n *names) of(id string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byID[id]
}
