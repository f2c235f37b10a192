package slack

import (
	"slices"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
)

// slash is how the manifest calls the command.
const slash = "/editwatch"

// dialect is how commands are written after a word: the slash command, or in a
// message the mention of the bot.
func dialect(lead string) *bot.Dialect {
	return &bot.Dialect{
		Write:    func(c bot.Command) string { return lead + " " + bot.Plain.Write(c) },
		Option:   bot.Plain.Option,
		Settings: settings,
		Managers: "members of the channel",
		Admins:   "workspace admins and owners",
		Server:   "workspace",
	}
}

// settings are those that there are in Slack, where no channel has followers.
var settings = slices.DeleteFunc(slices.Clone(news.SettingKeys), func(key string) bool { return key == "publish" })

// quoted takes a line apart that tells what to type after the lead: "To watch it
// again: /editwatch add …", "Try /editwatch help.", or in the list of commands
// "/editwatch status – how it is". typed is empty if it tells nothing.
func quoted(line, lead string) (before, typed, after string) {
	lead += " "
	if strings.HasPrefix(line, lead) {
		typed, what, ok := strings.Cut(line, " – ")
		if ok {
			what = " " + what
		}
		return "", typed, what
	}
	if at := strings.LastIndex(line, ": "+lead); at >= 0 {
		return line[:at+2], line[at+2:], ""
	}
	if rest, ok := strings.CutPrefix(line, "Try "+lead); ok {
		return "Try ", lead + strings.TrimSuffix(rest, "."), line[len(strings.TrimSuffix(line, ".")):]
	}
	return line, "", ""
}
