package discord

import (
	"slices"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
)

// asks are the commands below /edits; all others are below /editwatch.
var asks = []bot.Verb{bot.List, bot.History, bot.Diff, bot.Explain, bot.Status, bot.Help}

// slash returns a command as people type it here.
func slash(v bot.Verb) string {
	if slices.Contains(asks, v) {
		return "/" + rootAsk + " " + string(v)
	}
	return "/" + rootChange + " " + string(v)
}

// typed are the phrases in which the bot names a command to type. Each ends with
// the command's word, or has it between what stands before and behind.
var typed = func() *strings.Replacer {
	var pairs []string
	for _, v := range bot.Topics() {
		word := string(v)
		for _, phrase := range []string{
			": %s http", ": %s ", "Ask %s for", "See %s for", "see %s for", "with %s ", "Try %s.", "Try %s ", "Try %s,",
		} {
			pairs = append(pairs, strings.ReplaceAll(phrase, "%s", word), strings.ReplaceAll(phrase, "%s", slash(v)))
		}
	}
	return strings.NewReplacer(append(pairs, "Help ", slash(bot.Help)+" ", "list shows them", slash(bot.List)+" shows them")...)
}()

// inDiscord says a line of the bot's as it is said here: commands have their
// slash and their root. Lines that quote somebody are left alone.
func inDiscord(line string, verb bot.Verb) string {
	if verb == bot.Help {
		for _, v := range bot.Topics() {
			if rest, ok := strings.CutPrefix(line, string(v)); ok && (rest == "" || rest[0] == ' ') {
				// How options are typed, Discord shows by itself.
				if _, what, ok := strings.Cut(rest, " – "); ok {
					rest = " – " + what
				}
				return slash(v) + rest
			}
		}
	}
	if strings.ContainsAny(line, "“”\"") {
		return line
	}
	return typed.Replace(line)
}

// here are the commands whose buttons act on the channel they are pressed in,
// each with the one that does the same when it is typed.
var here = map[bot.Verb]bot.Verb{
	bot.Undo: bot.Add, bot.List: bot.List, bot.Mute: bot.Pause, bot.Unmute: bot.Resume,
}

// withoutHere takes the buttons out of an answer about another channel that would
// act on this one, and says what to type there.
func (r request) withoutHere(a bot.Answer) bot.Answer {
	var instead []string
	a.Buttons = slices.DeleteFunc(slices.Clone(a.Buttons), func(b news.Button) bool {
		act, err := news.ParseAction(b.Token)
		v, acts := here[bot.Verb(act.Verb)]
		if err != nil || !acts {
			return false
		}
		if s := slash(v); !slices.Contains(instead, s) {
			instead = append(instead, s)
		}
		return true
	})
	where := r.command.Title
	if where == "" {
		where = "that channel"
	}
	for _, s := range instead {
		a.Lines = append(a.Lines, "There are no buttons for another channel: to go on, type "+s+" in "+where+".")
	}
	return a
}
