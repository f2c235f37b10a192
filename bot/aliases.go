package bot

import "github.com/editwatch/editwatch/internal/news"

// Aliases are names that the operator gave to channels which the store keeps
// under another: the alias, and the kept name. Each channel has one at most. An
// alias can be given in a command's Channel, and answers show it.
type Aliases map[news.ChannelName]news.ChannelName

// Kept returns the name that a channel is kept under.
func (a Aliases) Kept(name news.ChannelName) news.ChannelName {
	if kept, ok := a[name]; ok {
		return kept
	}
	return name
}

// Called returns what the operator calls a channel: its alias, or the kept name.
func (a Aliases) Called(kept news.ChannelName) news.ChannelName {
	for alias, k := range a {
		if k == kept {
			return alias
		}
	}
	return kept
}
