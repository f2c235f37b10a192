package bot

import (
	"fmt"
	"strings"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// A topic is what help says of one command.
type topic struct {
	verb Verb
	args string // how they are typed, where the platform does not show that
	what string
	more func(c Command) []string
}

var topics = []topic{
	{Add, "<address> [headline] [min=major] [label=\"…\"]", "watch a feed, an article or a site", moreOfAdd},
	{Remove, "<id or address>", "end a watch; it can be undone for a day", nil},
	{Undo, "<id>", "bring back a watch that was removed", nil},
	{Pause, "<id, address or all> [8h]", "hear nothing for a while; of an article's address: nothing of that article", func(Command) []string {
		return []string{"Times: 90m, 8h, 2d, 1w; without one, until it is resumed. What happens meanwhile is not told afterwards."}
	}},
	{Resume, "<id, address or all>", "hear again", nil},
	{Edit, "<id> min=major", "change what a watch wishes for, or its address", nil},
	{Test, "[id]", "post a sample here", nil},
	{Settings, "[quiet=22:00-07:00]", "what holds for the whole channel", moreOfSettings},
	{Export, "", "the watches as an OPML file", nil},
	{Import, "<file or addresses>", "watches from OPML or a list; says first what it would do", nil},
	{List, "[failing or paused]", "the watches and how they are", nil},
	{History, "<address> [5]", "what happened to an article", nil},
	{Diff, "<address> [2] [4]", "what changed between two versions", nil},
	{Explain, "<address or id>", "when it was last checked, and why nothing was said", nil},
	{Search, "<words> [changed=yes]", "find words in what is watched here, or that an edit struck", moreOfSearch},
	{Status, "", "how editwatch is doing here", nil},
	{Help, "[command]", "this, or more of one command", nil},
}

func moreOfAdd(c Command) []string {
	o := func(name, value string) string { return c.dialect().Option(Add, name, value) }
	return []string{
		"A site leads to its feed. What stands there now is not posted; from then on each edit is.",
		"scope is headline, paragraphs or all; min is any, minor (all but typography) or major.",
		fmt.Sprintf("%s tells only of edits that say one of these; %s leaves those out.", o("include", "bridge,flood*"), o("exclude", "sport")),
		fmt.Sprintf("mention is a role or user group to name. %s compares the feed's own titles and summaries only.", o("pages", "off")),
	}
}

func moreOfSearch(c Command) []string {
	o := func(name, value string) string { return c.dialect().Option(Search, name, value) }
	return []string{
		"All words must stand in the same version of an article, now or before an edit; of each article the newest such version is shown.",
		`"a phrase" in quotes; -word for one that must not be there; bridg* for all that begin so, as does the last word.`,
		fmt.Sprintf("%s: only words that an edit struck or added. %s: only that publication's.", o("changed", "yes"), o("source", "The Harbour Post")),
		fmt.Sprintf("%s: only what was recorded since then; a day like %s does, too.", o("since", "7d"), exampleDay),
	}
}

// settingHelp says what each setting can be, and what that does.
var settingHelp = map[string]struct{ example, what string }{
	"tz":          {"Europe/London", "the zone of all times here"},
	"quiet":       {"22:00-07:00", "nothing is posted then, and what happened is posted together when it ends (or off)"},
	"digest":      {"daily 09:00", "edits are gathered into one post (hourly, daily at a time, or off)"},
	"threads":     {"off", "every edit is a message of its own (or on: later edits of an article go into its thread)"},
	"publish":     {"major", "these edits go to the followers of an announcement channel (headline, major, all, or off)"},
	"cap":         {"10", "at most so many posts an hour, and the rest is gathered (or off)"},
	"admins-only": {"on", "only %s change watches and settings (or off)"},
}

func moreOfSettings(c Command) []string {
	var lines []string
	for _, key := range c.dialect().Settings {
		h := settingHelp[key]
		lines = append(lines, c.dialect().Option(Settings, key, h.example)+": "+strings.ReplaceAll(h.what, "%s", c.dialect().Admins)+".")
	}
	return append(lines, "Give default to take a setting back.")
}

// usage is how the topic's command is typed; empty if it cannot be.
func (t topic) usage(c Command) string {
	s := c.typed(t.verb, "")
	if s != "" && t.args != "" && !c.dialect().Silent {
		s += " " + t.args
	}
	return s
}

// Topics returns the verbs that Help knows, in the order of its list.
func Topics() []Verb {
	out := make([]Verb, len(topics))
	for i, t := range topics {
		out[i] = t.verb
	}
	return out
}

func help(c Command) (Answer, error) {
	name := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(c.Target), "/"))
	if name == "" {
		a := Answer{Lines: []string{"I watch articles for edits and say here what changed."}}
		for _, t := range topics {
			if usage := t.usage(c); usage != "" {
				a.Lines = append(a.Lines, usage+" – "+t.what)
			}
		}
		a.Facts = facts(map[string]any{"commands": Topics()})
		return a, nil
	}
	verb, ok := aliases[name]
	for _, t := range topics {
		usage := t.usage(c)
		if !ok || t.verb != verb || usage == "" {
			continue
		}
		a := Answer{Lines: []string{usage, brief.Upper(t.what) + "."}, Facts: facts(map[string]any{"command": t.verb, "usage": usage})}
		if t.more != nil {
			a.Lines = append(a.Lines, t.more(c)...)
		}
		return a, nil
	}
	return Answer{}, &news.Refusal{What: fmt.Sprintf("There is no help on %q.", short(c.Target)), Do: "All commands: " + c.typed(Help, "")}
}
