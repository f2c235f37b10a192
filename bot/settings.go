package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// settings shows what holds for a channel, or changes it.
func (b *Bot) settings(ctx context.Context, c Command, now time.Time) (Answer, error) {
	channel, err := b.channel(c)
	if err != nil {
		return Answer{}, err
	}
	s, err := b.store.Settings(ctx, channel)
	if err != nil {
		return Answer{}, err
	}
	if len(c.Options) == 0 {
		a := Answer{Lines: []string{"Settings of " + c.place(channel) + ":"}, Facts: []json.RawMessage{fact(settingsFact(c.Aliases.Called(channel), s))}}
		for _, key := range c.dialect().Settings {
			a.Lines = append(a.Lines, fmt.Sprintf("%s: %s (%s)", key, s.Get(key), settingMeaning(c, s, key)))
		}
		a.Lines = append(a.Lines, "To change one: "+c.typed(Settings, "", "quiet", "22:00-07:00"))
		return a, nil
	}
	before := s
	for _, key := range news.SettingKeys { // in a fixed order, whatever the map's
		if value, ok := c.Options[key]; ok {
			if err := s.Set(key, value); err != nil {
				return Answer{}, &news.Refusal{What: sentence(err), Do: "What each does: " + c.typed(Help, string(Settings))}
			}
		}
	}
	for key := range c.Options {
		if !slices.Contains(c.dialect().Settings, key) {
			return Answer{}, unknown(key, c.dialect().Settings)
		}
	}
	if s.AdminsOnly && !before.AdminsOnly && !c.Admin && !c.Everywhere {
		return Answer{}, &news.Refusal{What: fmt.Sprintf("Only %s may set admins-only, or you would shut yourself out.", c.dialect().Admins), Do: "Ask one of them to do it."}
	}
	if err := b.store.SetSettings(ctx, channel, s); err != nil {
		return Answer{}, err
	}
	// What waits as the old settings wanted is looked at anew.
	if err := b.store.ReleaseChannel(ctx, channel, now); err != nil {
		return Answer{}, err
	}
	a := Answer{Facts: []json.RawMessage{fact(settingsFact(c.Aliases.Called(channel), s))}}
	for _, key := range news.SettingKeys {
		if _, asked := c.Options[key]; asked {
			a.Lines = append(a.Lines, fmt.Sprintf("%s is %s in %s: %s.", key, s.Get(key), c.place(channel), settingMeaning(c, s, key)))
		}
	}
	if _, asked := c.Options["tz"]; asked {
		a.Lines[0] += " It is " + now.In(zone(s)).Format("15:04") + " there now."
	}
	return a, nil
}

func settingsFact(channel news.ChannelName, s news.Settings) map[string]string {
	f := map[string]string{"channel": string(channel)}
	for _, key := range news.SettingKeys {
		f[strings.ReplaceAll(key, "-", "_")] = s.Get(key)
	}
	return f
}

// settingMeaning says what a setting as it stands does.
func settingMeaning(c Command, s news.Settings, key string) string {
	switch key {
	case "tz":
		if s.Zone == "" {
			return "times are told in UTC, unless the configuration says otherwise"
		}
		return "the zone of all times here"
	case "quiet":
		if s.Quiet == (news.Quiet{}) {
			return "posts come at any hour"
		}
		return "what happens then is posted together when it ends"
	case "digest":
		if s.Digest.Every == news.DigestOff {
			return "edits are posted as they are found"
		}
		return "edits are gathered into one post"
	case "threads":
		if s.Threads == news.ThreadsOff {
			return "every edit is a message of its own"
		}
		return "later edits of an article go into its thread, where the channel has threads"
	case "publish":
		switch s.Publish {
		case news.PublishHeadline:
			return "followers of an announcement channel get changed headlines"
		case news.PublishMajor:
			return "followers of an announcement channel get major edits"
		case news.PublishAll:
			return "followers of an announcement channel get every edit, the most important first"
		}
		return "followers of an announcement channel get nothing"
	case "cap":
		switch s.Cap {
		case 0:
			return fmt.Sprintf("at most %d posts an hour, the rest is gathered", news.DefaultCap)
		case news.NoCap:
			return "as many posts as there are edits"
		}
		return "posts an hour; the rest is gathered"
	case "admins-only":
		if s.AdminsOnly {
			return "only " + c.dialect().Admins + " change watches and settings"
		}
		return c.dialect().Managers + " change watches and settings"
	}
	return ""
}

// zone returns the zone in which times are told, never nil.
func zone(s news.Settings) *time.Location { return s.Location(time.UTC) }

// zoneOf returns the zone in which the asker is told times.
func (b *Bot) zoneOf(ctx context.Context, c Command) *time.Location {
	s, err := b.store.Settings(ctx, c.Channel)
	if err != nil {
		return time.UTC
	}
	return zone(s)
}
