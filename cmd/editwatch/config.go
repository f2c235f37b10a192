package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/slack"
	"github.com/editwatch/editwatch/notify/webhook"
	"github.com/editwatch/editwatch/watcher"
	"github.com/editwatch/editwatch/watcher/archive"
)

// defaultConfig is read when no --config is given, if it is there.
const defaultConfig = "editwatch.toml"

// A config is the configuration file. Every key has a default, so that the
// empty file and no file mean the same; config.example.toml shows them all.
type config struct {
	Store     string          `toml:"store"`
	Listen    string          `toml:"listen"`
	PublicURL string          `toml:"public_url"`
	Contact   string          `toml:"contact"`
	KeepPages string          `toml:"keep_pages"`
	Excerpt   bool            `toml:"excerpt"`
	Search    bool            `toml:"search"`
	Web       webConfig       `toml:"web"`
	Retention retentionConfig `toml:"retention"`
	Poll      pollConfig      `toml:"poll"`
	Announce  announceConfig  `toml:"announce"`
	Discord   discordConfig   `toml:"discord"`
	Slack     slackConfig     `toml:"slack"`
	Archive   archiveConfig   `toml:"archive"`
	Limits    limitsConfig    `toml:"limits"`
	Channels  []channelConfig `toml:"channel"`
	Watches   []watchConfig   `toml:"watch"`

	path          string // of the file; empty if there is none
	listenDefault bool   // nobody chose the address: any free port will do
	demo          bool   // everything is invented and on this machine
}

type pollConfig struct {
	Gap        duration       `toml:"gap"`
	Networks   []network      `toml:"allow"` // as written; moves to Allow
	Allow      []netip.Prefix `toml:"-"`
	Hosts      int            `toml:"hosts"`
	Timeout    duration       `toml:"timeout"`
	PageMax    size           `toml:"page_max"`
	FeedMax    size           `toml:"feed_max"`
	Ages       []ageConfig    `toml:"ages"`
	Old        duration       `toml:"old"`
	Retire     duration       `toml:"retire"`
	Jitter     float64        `toml:"jitter"`
	Feed       duration       `toml:"feed"`
	FeedLeast  duration       `toml:"feed_least"`
	FeedMost   duration       `toml:"feed_most"`
	Look       duration       `toml:"look"`
	GoneFor    duration       `toml:"gone_for"`
	BackoffMax duration       `toml:"backoff_max"`
}

type ageConfig struct {
	Under duration `toml:"under"`
	Every duration `toml:"every"`
}

type announceConfig struct {
	Coalesce duration `toml:"coalesce"`
	Retry    duration `toml:"retry"`
	Stale    duration `toml:"stale"`
}

// A retentionConfig says how long what an article leaves is kept after it was
// checked last; 0 is for good.
type retentionConfig struct {
	Versions duration `toml:"versions"`
	Captures duration `toml:"captures"`
}

type channelConfig struct {
	Name       string   `toml:"name"`
	Kind       string   `toml:"kind"`
	ID         string   `toml:"id"`
	URL        string   `toml:"url"`
	URLFile    string   `toml:"url_file"`
	Secret     string   `toml:"secret"`
	SecretFile string   `toml:"secret_file"`
	Timezone   timezone `toml:"timezone"`
}

type watchConfig struct {
	URL     string   `toml:"url"`
	Channel string   `toml:"channel"`
	Scope   string   `toml:"scope"`
	Min     string   `toml:"min"`
	Label   string   `toml:"label"`
	Pages   *bool    `toml:"pages"`
	Mention string   `toml:"mention"`
	Include []string `toml:"include"`
	Exclude []string `toml:"exclude"`
}

// defaults returns the configuration of the empty file.
func defaults() config {
	s := watcher.DefaultSchedule()
	c := config{
		Store:     "editwatch.db",
		Listen:    "127.0.0.1:8080",
		KeepPages: string(watcher.KeepLast),
		Search:    true,
		Web:       webConfig{Proxies: []network{}, Rate: 20},
		Poll: pollConfig{
			Gap: duration(2 * time.Second), Allow: []netip.Prefix{}, Hosts: 16, Timeout: duration(25 * time.Second),
			PageMax: 5 << 20, FeedMax: 8 << 20,
			Old: duration(s.Old), Retire: duration(s.Retire), Jitter: s.Jitter,
			Feed: duration(s.Feed), FeedLeast: duration(s.FeedMin), FeedMost: duration(s.FeedMax),
			Look: duration(s.Look), GoneFor: duration(s.GoneFor), BackoffMax: duration(s.BackoffMax),
		},
		Announce:      announceConfig{Coalesce: duration(10 * time.Minute), Retry: duration(10 * time.Second), Stale: duration(24 * time.Hour)},
		Archive:       archiveConfig{Min: string(news.MinMinor), Gap: duration(archive.DefaultGap)},
		Limits:        limitsConfig{Server: 100, Channel: 25, Articles: 500},
		listenDefault: true,
	}
	for _, a := range s.Ages {
		c.Poll.Ages = append(c.Poll.Ages, ageConfig{duration(a.Under), duration(a.Every)})
	}
	return c
}

// schedule returns the part of the configuration that says when to visit.
func (p pollConfig) schedule() watcher.Schedule {
	s := watcher.Schedule{
		Old: time.Duration(p.Old), Retire: time.Duration(p.Retire), Jitter: p.Jitter,
		Feed: time.Duration(p.Feed), FeedMin: time.Duration(p.FeedLeast), FeedMax: time.Duration(p.FeedMost),
		Look: time.Duration(p.Look), GoneFor: time.Duration(p.GoneFor), BackoffMax: time.Duration(p.BackoffMax),
	}
	for _, a := range p.Ages {
		s.Ages = append(s.Ages, watcher.Age{Under: time.Duration(a.Under), Every: time.Duration(a.Every)})
	}
	return s
}

// loadConfig reads the file, or the default one if path is empty. A file that
// was named and is not there is an error; the default one may be missing.
func loadConfig(path string) (config, error) {
	named := path != ""
	if !named {
		path = defaultConfig
	}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
		return defaults(), nil
	case errors.Is(err, fs.ErrNotExist):
		return config{}, fmt.Errorf("there is no configuration file %s; config.example.toml shows what can stand in it", path)
	case err != nil:
		return config{}, fmt.Errorf("read the configuration: %w", err)
	}
	c, err := parseConfig(path, text)
	if err != nil {
		return config{}, err
	}
	c.path = path
	return c, nil
}

// parseConfig reads the text of a configuration file; path is for messages.
func parseConfig(path string, text []byte) (config, error) {
	c := defaults()
	ages := c.Poll.Ages
	c.Poll.Ages = nil // a list in the file replaces the default, rather than adding to it
	c.Listen = ""
	d := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return config{}, configError(path, err)
	}
	if c.Poll.Ages == nil {
		c.Poll.Ages = ages
	}
	for _, n := range c.Poll.Networks {
		c.Poll.Allow = append(c.Poll.Allow, netip.Prefix(n))
	}
	c.Poll.Networks = nil
	c.listenDefault = c.Listen == ""
	if c.listenDefault {
		c.Listen = defaults().Listen
	}
	if err := c.check(); err != nil {
		return config{}, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

var (
	kinds       = []string{"discord", "slack", "discord-webhook", "slack-webhook", "webhook", "console"}
	channelName = regexp.MustCompile(`^[\pL\pN][\pL\pN ._-]{0,63}$`)
)

// check returns what is wrong with values that read well.
func (c *config) check() error {
	var bad []error
	report := func(format string, args ...any) { bad = append(bad, fmt.Errorf(format, args...)) }
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		report("listen: %q is not an address and port like 127.0.0.1:8080", c.Listen)
	}
	if c.PublicURL != "" && !isWeb(c.PublicURL) {
		report("public_url: %q is not a web address like https://edits.example.org", c.PublicURL)
	}
	p := c.Poll
	for _, d := range []struct {
		key   string
		value duration
		none  bool // "0s" has a meaning
	}{
		{"poll.gap", p.Gap, true}, {"poll.timeout", p.Timeout, false}, {"poll.old", p.Old, false}, {"poll.retire", p.Retire, false},
		{"poll.feed", p.Feed, false}, {"poll.feed_least", p.FeedLeast, false}, {"poll.feed_most", p.FeedMost, false},
		{"poll.look", p.Look, true}, {"poll.gone_for", p.GoneFor, true}, {"poll.backoff_max", p.BackoffMax, true},
		{"announce.coalesce", c.Announce.Coalesce, true}, {"announce.retry", c.Announce.Retry, false}, {"announce.stale", c.Announce.Stale, false},
		{"archive.gap", c.Archive.Gap, false},
		{"retention.versions", c.Retention.Versions, true}, {"retention.captures", c.Retention.Captures, true},
	} {
		switch {
		case d.value <= 0 && !d.none:
			report("%s: must be longer than nothing", d.key)
		case d.value > 0 && d.value < duration(time.Millisecond):
			// A number without quotes is read as nanoseconds.
			report("%s: a length of time has a unit and stands in quotes, such as \"15m\"", d.key)
		}
	}
	for i, a := range p.Ages {
		if a.Every <= 0 || i > 0 && a.Under <= p.Ages[i-1].Under {
			report("poll.ages: each step needs an every, and a later under than the one before")
		}
	}
	if keeps := []watcher.Keep{watcher.KeepLast, watcher.KeepAll, watcher.KeepNone}; !slices.Contains(keeps, watcher.Keep(c.KeepPages)) {
		report("keep_pages: %q is not last, all or none", c.KeepPages)
	}
	if p.FeedLeast > p.FeedMost {
		report("poll.feed_least: must not be longer than poll.feed_most")
	}
	if p.Jitter < 0 || p.Jitter > 0.5 {
		report("poll.jitter: must be from 0 to 0.5")
	}
	if p.Hosts < 1 {
		report("poll.hosts: must be at least 1")
	}
	for key, n := range map[string]int{"server": c.Limits.Server, "channel": c.Limits.Channel, "articles": c.Limits.Articles} {
		if n < 0 {
			report("limits.%s: must be 0, which is no limit, or more", key)
		}
	}
	for key, u := range map[string]string{"discord": c.Discord.APIURL, "slack": c.Slack.APIURL, "archive": c.Archive.APIURL} {
		if u != "" && !isWeb(u) {
			report("%s.api_url: %q is not a web address", key, u)
		}
	}
	if _, err := news.ParseMin(c.Archive.Min); err != nil {
		report("archive: %w", err)
	}
	c.Web.check(report)
	names := map[string]bool{consoleName: true}
	for i, ch := range c.Channels {
		names[ch.Name] = true
		if err := ch.check(); err != nil {
			report("channel %s: %w", orNumber(ch.Name, i), err)
		}
		for _, other := range c.Channels[:i] {
			if other.Name == ch.Name {
				report("channel %q: there are two of that name", ch.Name)
			}
			if ch.ID != "" && other.ID == ch.ID && other.Kind == ch.Kind {
				report("channel %q: it has the id of channel %q, and is the same; leave one of the two, and name that one in its watches", ch.Name, other.Name)
			}
		}
	}
	for i, w := range c.Watches {
		if err := w.check(names); err != nil {
			report("watch %s: %w", orNumber(w.URL, i), err)
		}
		for _, other := range c.Watches[:i] {
			if other.URL == w.URL && other.Channel == w.Channel {
				report("watch %q: it stands there twice for channel %q", w.URL, w.Channel)
			}
		}
	}
	return errors.Join(bad...)
}

func orNumber(name string, i int) string {
	if name == "" {
		return "number " + strconv.Itoa(i+1)
	}
	return strconv.Quote(name)
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func (ch channelConfig) check() error {
	switch {
	case !channelName.MatchString(ch.Name):
		return errors.New("name: give it a short name of letters and digits")
	case ch.Kind == "":
		return fmt.Errorf("kind: one of %s", strings.Join(kinds, ", "))
	case ch.Name == consoleName && ch.Kind != consoleName:
		return fmt.Errorf("name: %s is the terminal, which is always there; call this channel something else", consoleName)
	case ch.Kind == "console" && (ch.URL != "" || ch.URLFile != ""):
		return errors.New("a console has no url")
	case ch.Kind == string(onDiscord) && !discord.IsID(ch.ID):
		return errors.New("id: the number of a Discord channel, which its menu copies once Developer Mode is on in Discord's settings")
	case ch.Kind == string(onSlack) && !slack.IsChannelID(ch.ID):
		return errors.New("id: a Slack channel's, like C0123456789; it stands at the end of the channel's details")
	case ch.Kind == string(onDiscord) || ch.Kind == string(onSlack):
		if ch.URL != "" || ch.URLFile != "" {
			return fmt.Errorf("url: a channel of kind %s has an id; one with a url is of kind %s-webhook", ch.Kind, ch.Kind)
		}
	case ch.ID != "":
		return fmt.Errorf("id: a channel of kind %s has a url", ch.Kind)
	}
	if !slices.Contains(kinds, ch.Kind) {
		return fmt.Errorf("kind: %q is not one of %s", ch.Kind, strings.Join(kinds, ", "))
	}
	if ch.Secret == "" {
		return nil
	}
	if _, err := webhook.Key(ch.Secret); err != nil || !strings.HasPrefix(ch.Secret, "whsec_") {
		// Its value is not repeated: messages end in logs.
		return errors.New(`secret: it is not "whsec_" and base64 behind it; openssl rand -base64 32 makes one`)
	}
	return nil
}

func (w watchConfig) check(channels map[string]bool) error {
	if !isWeb(w.URL) {
		return errors.New("url: give the web address of a feed, an article, or a page that names a feed")
	}
	if !channels[w.Channel] {
		return fmt.Errorf("channel: there is no channel %q among those of the configuration: %s", w.Channel, strings.Join(slices.Sorted(maps.Keys(channels)), ", "))
	}
	if _, err := news.ParseScope(w.Scope); err != nil {
		return err
	}
	if _, err := news.ParseMin(w.Min); err != nil {
		return err
	}
	if w.Mention != "" && !mentionable.MatchString(w.Mention) {
		return fmt.Errorf("mention: %q is not the ID of a Discord role or of a Slack user group", w.Mention)
	}
	for key, words := range map[string][]string{"include": w.Include, "exclude": w.Exclude} {
		if _, err := news.ParseWords(strings.Join(words, ",")); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	return nil
}

// mentionable is what the IDs of roles and of user groups look like.
var mentionable = regexp.MustCompile(`^[0-9]{5,20}$|^S[0-9A-Z]{5,20}$`)

// secret returns a value that may stand in the configuration, in a file it
// names, or in the environment, which wins: as EDITWATCH_<CHANNEL>_<WHAT>.
func (ch channelConfig) secret(what, value, file string) (string, error) {
	return secretOf("EDITWATCH_"+envName(ch.Name)+"_"+what, value, file, fmt.Sprintf("channel %q: read its %s", ch.Name, strings.ToLower(what)))
}

// secretOf returns a value that may stand in the environment, which wins, in a
// file, or in the configuration itself. A file that is named has something in
// it.
func secretOf(env, value, file, what string) (string, error) {
	if s := os.Getenv(env); s != "" {
		return s, nil
	}
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("%s: %w", what, err)
		}
		if value = strings.TrimSpace(string(b)); value == "" {
			return "", fmt.Errorf("%s: the file %s is empty", what, file)
		}
	}
	return value, nil
}

func envName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z' || r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, s)
}
