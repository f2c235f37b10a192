package cli

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
)

// Dialect is how commands are typed into a shell.
var Dialect = bot.Dialect{
	Write:    write,
	Option:   option,
	Settings: news.SettingKeys,
	// Who has the store has every right, so nobody here is told of these.
	Managers: "people who manage the channel",
	Admins:   "administrators",
	Server:   "server",
}

func write(c bot.Command) string {
	words := []string{"editwatch"}
	if c.Verb != bot.Help {
		words = append(words, string(c.Verb))
	} else if c.Target != "" { // help is a flag here
		words, c.Target = append(words, c.Target), ""
	}
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		if o := option(c.Verb, name, c.Options[name]); strings.HasPrefix(o, "--") {
			words = append(words, o)
		}
	}
	if c.Target != "" {
		words = append(words, quoted(c.Target))
	}
	for _, n := range []int{c.From, c.To} {
		if n > 0 {
			words = append(words, strconv.Itoa(n))
		}
	}
	if c.For > 0 {
		words = append(words, fmt.Sprintf("%dm", c.For/time.Minute))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Options)) {
		if o := option(c.Verb, name, c.Options[name]); !strings.HasPrefix(o, "--") {
			words = append(words, o)
		}
	}
	if c.Verb == bot.Help {
		words = append(words, "--help")
	}
	return strings.Join(words, " ")
}

// option writes a flag, or for the verbs that take them, a word like min=major.
func option(v bot.Verb, name, value string) string {
	switch {
	case v == bot.Import && name == "sure":
		return "--yes"
	case v == bot.Add && name == "pages":
		return "--no-pages" // they are on otherwise
	case v == bot.Search && name == "changed":
		return "--changed"
	case v == bot.Add, v == bot.Search:
		return "--" + name + "=" + quoted(value)
	}
	return name + "=" + quoted(value)
}

// quoted keeps a shell from reading a word otherwise than as it stands.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, special) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func special(r rune) bool {
	return r != '_' && !strings.ContainsRune("-./:@%+,=", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}
