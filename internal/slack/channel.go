package slack

import (
	"strings"

	"github.com/editwatch/editwatch/internal/news"
)

// of begins the names of channels that are known by their ID.
const of = "slack:"

// ChannelName is what the channel with an ID is called in the store.
func ChannelName(id string) news.ChannelName { return news.ChannelName(of + id) }

// ChannelID returns the ID of a channel that is called by [ChannelName], and
// whether it is.
func ChannelID(name news.ChannelName) (id string, ok bool) {
	id, ok = strings.CutPrefix(string(name), of)
	return id, ok && IsChannelID(id)
}
