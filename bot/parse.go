package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/editwatch/editwatch/internal/news"
)

// aliases are the words people know from elsewhere.
var aliases = map[string]Verb{
	"add": Add, "subscribe": Add, "sub": Add, "follow": Add, "watch": Add,
	"list": List, "ls": List, "subscriptions": List, "watches": List,
	"remove": Remove, "unsubscribe": Remove, "unsub": Remove, "unfollow": Remove, "unwatch": Remove, "delete": Remove, "rm": Remove,
	"pause": Pause, "mute": Pause, "stop": Pause,
	"resume": Resume, "unmute": Resume, "unpause": Resume, "start": Resume,
	"edit": Edit, "set": Edit,
	"test": Test, "force": Test,
	"settings": Settings, "config": Settings,
	"export": Export, "import": Import,
	"history": History, "log": History, "versions": History,
	"diff": Diff, "show": Diff, "compare": Diff,
	"explain": Explain, "why": Explain, "debug": Explain,
	"search": Search, "find": Search, "grep": Search,
	"status": Status, "health": Status,
	"help": Help, "?": Help,
	"undo": Undo,
}

// maxText is the most bytes of a command that are looked at; Discord and Slack
// allow a few thousand characters.
const maxText = 16 << 10

// Parse reads a command as people type it: a verb and what belongs to it. Words
// that the verb does not know are a *news.Refusal. A link alone asks for its
// history; nothing at all for help. It knows no channel and no asker, but the
// dialect d in which refusals are put; nil: [Plain].
func Parse(text string, d *Dialect) (Command, error) {
	c := Command{Verb: Help, Dialect: d, Options: map[string]string{}}
	if len(text) > maxText {
		return Command{}, &news.Refusal{What: "That is too long for a command.", Do: "Try " + c.typed(Help, "") + "."}
	}
	words := split(text)
	if len(words) == 0 {
		return c, nil
	}
	verb, known := aliases[strings.ToLower(strings.TrimPrefix(words[0].text, "/"))]
	if !known {
		if isLink(words[0].text) && len(words) == 1 {
			c.Verb, c.Target = History, clean(words[0].text)
			return c, nil
		}
		return Command{}, &news.Refusal{What: fmt.Sprintf("There is no command %q.", short(words[0].text)), Do: "Try " + c.typed(Help, "") + "."}
	}
	c.Verb = verb
	if verb == Import {
		c.Text, c.Options["sure"] = cutSure(afterWord(text))
		return c, nil
	}
	if verb == Search {
		if err := c.takeSearch(words[1:]); err != nil {
			return Command{}, err
		}
		return c, c.complete()
	}
	for _, w := range words[1:] {
		if err := c.take(w); err != nil {
			return Command{}, err
		}
	}
	if verb == Status && c.Target != "" {
		c.Verb = Explain // "status w7" asks about w7
	}
	return c, c.complete()
}

// afterWord returns what follows the first word.
func afterWord(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexFunc(text, unicode.IsSpace); i >= 0 {
		return strings.TrimSpace(text[i:])
	}
	return ""
}

func cutSure(text string) (rest, sure string) {
	for _, s := range []string{"sure=yes", "sure"} {
		if rest, ok := strings.CutPrefix(text, s); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\n') {
			return strings.TrimSpace(rest), "yes"
		}
		if rest, ok := strings.CutSuffix(text, s); ok && (rest == "" || rest[len(rest)-1] == ' ' || rest[len(rest)-1] == '\n') {
			return strings.TrimSpace(rest), "yes"
		}
	}
	return text, ""
}

// take reads one word that follows the verb.
func (c *Command) take(w word) error {
	if w.key != "" && !isLink(w.key) {
		key := strings.ToLower(w.key)
		if key == "timezone" || key == "zone" {
			key = "tz"
		}
		switch {
		case c.Verb == Add || c.Verb == Edit:
			if !slices.Contains(WatchOptions, key) {
				return unknown(key, WatchOptions)
			}
		case c.Verb == Settings:
			if !slices.Contains(c.dialect().Settings, key) {
				return unknown(key, c.dialect().Settings)
			}
		case c.Verb == List && key == "state":
			c.State = strings.ToLower(w.value)
			return nil
		default:
			return c.unexpected(w.text)
		}
		c.Options[key] = w.value
		return nil
	}
	low := strings.ToLower(w.text)
	switch c.Verb {
	case Settings:
		// "settings quiet 22:00-07:00", "settings admins-only on", "daily 09:00".
		return c.takeSetting(low, w.text)
	case Add, Edit:
		if c.Target != "" || !isLink(w.text) && c.Verb == Add {
			return c.takeWish(low, w.text)
		}
	case List:
		switch low {
		case "all", "failing", "paused":
			c.State = low
			return nil
		}
	case Pause:
		if d, err := ParseSpan(low); err == nil && (c.Target != "" || !isLink(w.text)) && low != "all" {
			c.For = d
			return nil
		}
		if low == "for" {
			return nil
		}
	case History:
		if n, err := strconv.Atoi(low); err == nil && c.Target != "" {
			if n < 1 || n > MaxHistory {
				return &news.Refusal{What: fmt.Sprintf("History shows 1 to %d at a time.", MaxHistory), Do: "Give such a number, or none."}
			}
			c.Max = n
			return nil
		}
	case Diff:
		if n, ok := version(low); ok && c.Target != "" && c.To == 0 {
			if c.From == 0 {
				c.From = n
			} else {
				c.To = n
			}
			return nil
		}
	case Export, Undo, Help, Status, Explain, Remove, Resume, Test:
	}
	if asksArticle := c.Verb == History || c.Verb == Diff || c.Verb == Explain; asksArticle && c.Target != "" && !isLink(c.Target) {
		c.Target += " " + w.raw // words before a link, or instead of one
		return nil
	}
	if c.Target != "" || c.Verb == Export || c.Verb == List {
		return c.unexpected(w.text)
	}
	c.Target = clean(w.text)
	return nil
}

// takeWish reads a wish that was typed without its name.
func (c *Command) takeWish(low, text string) error {
	switch low {
	case "headline", "headlines":
		c.Options["scope"] = string(news.ScopeHeadline)
	case "paragraphs":
		c.Options["scope"] = string(news.ScopeParagraphs)
	case "all":
		c.Options["scope"] = string(news.ScopeAll)
	case "any", "minor", "major":
		c.Options["min"] = low
	default:
		if c.Verb == Add && c.Target == "" && strings.Contains(text, ".") {
			c.Target = clean(text)
			return nil
		}
		return c.unexpected(text)
	}
	return nil
}

// takeSetting reads "quiet 22:00-07:00" word by word. The key that waits for
// its value is kept in State.
func (c *Command) takeSetting(low, text string) error {
	key := strings.TrimSuffix(low, ":")
	if slices.Contains(c.dialect().Settings, key) && c.State != key {
		c.State = key
		if _, ok := c.Options[key]; !ok {
			c.Options[key] = ""
		}
		return nil
	}
	if low == "=" && c.State != "" {
		return nil
	}
	if c.State == "" {
		// "digest=daily 09:00" leaves the time behind.
		if d := c.Options["digest"]; strings.EqualFold(d, "daily") {
			c.Options["digest"] = d + " " + text
			return nil
		}
		return unknown(low, c.dialect().Settings)
	}
	c.Options[c.State] = strings.TrimSpace(c.Options[c.State] + " " + text)
	return nil
}

// complete checks that what the verb needs is there.
func (c *Command) complete() error {
	if c.Verb == Settings {
		c.State = ""
		for key, value := range c.Options {
			if value == "" {
				return &news.Refusal{What: fmt.Sprintf("What shall %s be?", key), Do: "For example: " + c.typed(Settings, "", key, settingHelp[key].example)}
			}
		}
		return nil
	}
	if c.Target == "" {
		switch c.Verb {
		case Add:
			return &news.Refusal{What: "What shall be watched?", Do: "Give the address of a feed, an article or a site: " + c.typed(Add, exampleSite)}
		case Remove, Pause, Resume, Edit:
			return &news.Refusal{What: "Which watch is it about?", Do: "Give its ID or its address; " + c.typed(List, "") + " shows them. For example: " + c.typed(c.Verb, "w7")}
		case History, Diff, Explain:
			return &news.Refusal{What: "Which article is it about?", Do: "Give its address: " + c.typed(c.Verb, exampleArticle)}
		case Search:
			return &news.Refusal{What: "What shall be looked for?", Do: "Give some words: " + c.typed(Search, exampleWords)}
		case Undo:
			return &news.Refusal{What: "Which watch shall come back?", Do: "Give its ID: " + c.typed(Undo, "w7")}
		}
	}
	return nil
}

func (c *Command) unexpected(text string) error {
	return &news.Refusal{What: fmt.Sprintf("I do not know what %q means to %s.", short(text), c.Verb), Do: "Try " + c.typed(Help, string(c.Verb)) + "."}
}

func unknown(key string, known []string) error {
	return &news.Refusal{What: fmt.Sprintf("There is no option %q.", short(key)), Do: "There are " + strings.Join(known, ", ") + "."}
}

// short cuts what somebody typed to what fits into a reply.
func short(s string) string {
	s = strings.Map(printable, s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// version reads "4" or "v4".
func version(s string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "v"))
	return n, err == nil && n > 0
}

// ParseSpan reads a length of time as people type it: 8h, 90m, 2d, 1w.
func ParseSpan(s string) (time.Duration, error) {
	bad := &news.Refusal{What: fmt.Sprintf("%q is not a length of time.", short(s)), Do: "Give one like 90m, 8h, 2d or 1w."}
	d, ok := span(s)
	if !ok {
		return 0, bad
	}
	if d < time.Minute || d > maxPause {
		return 0, &news.Refusal{What: "A pause is from a minute to a year long.", Do: "Without a time it lasts until you resume it."}
	}
	return d, nil
}

// span reads a length of time.
func span(s string) (time.Duration, bool) {
	m := spanForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	unit := map[byte]time.Duration{'m': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[m[2][0]]
	return time.Duration(n) * unit, err == nil
}

const maxPause = 366 * 24 * time.Hour

var spanForm = regexp.MustCompile(`^([0-9]{1,5}) ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)$`)

func isLink(s string) bool {
	s = strings.ToLower(clean(s))
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
