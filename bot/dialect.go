package bot

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// A Dialect is how people write commands where they ask, and what there is to
// set. A front end puts its own into each of its commands, so that a reply
// which says what to type says it as it is typed there. All fields are needed.
type Dialect struct {
	// Write returns a command with what belongs to it as people give it there:
	// its target, and what of its State, From, To, Max, For and Options is set.
	// It returns nothing for a verb that cannot be typed there; help is silent
	// of those.
	Write func(c Command) string
	// Option returns one option of a verb alone: "min=major".
	Option func(v Verb, name, value string) string
	// Silent says that the platform itself shows what arguments a command takes,
	// so that help need not.
	Silent bool

	// Settings are those of news.SettingKeys that mean something there.
	Settings []string
	// Managers are who may change what a channel watches, and Admins who may
	// where its settings leave that to such: "people who manage the channel".
	Managers, Admins string
	// Server is what the platform calls that which channels belong to: "server",
	// "workspace".
	Server string
}

// Plain is the dialect of commands that have none: the words that [Parse]
// reads.
var Plain = Dialect{
	Write:    plain,
	Option:   func(_ Verb, name, value string) string { return plainOption(name, value) },
	Settings: news.SettingKeys,
	Managers: "people who manage the channel",
	Admins:   "administrators",
	Server:   "server",
}

func (c Command) dialect() *Dialect {
	if c.Dialect == nil {
		return &Plain
	}
	return c.Dialect
}

// typed returns another command as the asker would type it. The options are
// names and values in turn.
func (c Command) typed(v Verb, target string, options ...string) string {
	say := Command{Verb: v, Target: target, Options: map[string]string{}}
	for i := 0; i+1 < len(options); i += 2 {
		say.Options[options[i]] = options[i+1]
	}
	return c.dialect().Write(say)
}

// What to show where such things belong.
const (
	exampleSite    = "https://example.org/news"
	exampleArticle = "https://example.org/article"
	exampleWords   = "bridge closure"
	exampleDay     = "2026-03-01"
)

// plain writes a command as Parse reads it.
func plain(c Command) string {
	words := []string{string(c.Verb)}
	if c.Verb == Search && c.Target != "" { // it has its own quotes
		words, c.Target = append(words, c.Target), ""
	}
	for _, w := range []string{c.Target, c.State} {
		if w != "" {
			words = append(words, quoted(w))
		}
	}
	for _, n := range []int{c.From, c.To, c.Max} {
		if n > 0 {
			words = append(words, strconv.Itoa(n))
		}
	}
	if c.For > 0 {
		words = append(words, strconv.Itoa(int(c.For/time.Minute))+"m")
	}
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		words = append(words, plainOption(name, c.Options[name]))
	}
	return strings.Join(words, " ")
}

func plainOption(name, value string) string {
	return name + "=" + quoted(value)
}

// quoted keeps what has a space in it together.
func quoted(word string) string {
	if strings.Contains(word, " ") {
		return `"` + word + `"`
	}
	return word
}
