package bot

import (
	"fmt"
	"strings"

	"github.com/editwatch/editwatch/internal/news"
)

// A topic is what help says of one command, in the form it is typed. The front
// ends put their own mark before the words ("/editwatch add").
type topic struct {
	verb  Verb
	usage string
	what  string
	more  []string
}

var topics = []topic{
	{Add, "add <address> [headline] [min=major] [label=\"…\"]", "watch a feed, an article or a site", []string{
		"A site leads to its feed. What stands there now is not posted; from then on each edit is.",
		"scope: headline, paragraphs, all. min: any, minor (all but typography), major.",
		"include=bridge,flood* tells only of edits that say one of these; exclude=sport leaves those out.",
		"mention: a role or user group to name. pages=off compares the feed's own titles and summaries only.",
	}},
	{Remove, "remove <id or address>", "end a watch; it can be undone for a day", nil},
	{Pause, "pause <id, address or all> [8h]", "hear nothing for a while; of an article's address: nothing of that article", []string{
		"Times: 90m, 8h, 2d, 1w; without one, until resume. What happens meanwhile is not told afterwards.",
	}},
	{Resume, "resume <id, address or all>", "hear again", nil},
	{Edit, "edit <id> min=major", "change what a watch wishes for; the options of add, and url=", nil},
	{Test, "test [id]", "post a sample here", nil},
	{Settings, "settings [quiet=22:00-07:00]", "what holds for the whole channel", []string{
		"tz=Europe/London. quiet=22:00-07:00 or off. digest=off, hourly or daily 09:00. threads=on or off.",
		"cap=20 posts an hour, or off. publish=off, headline, major or all (Discord announcement channels). admins-only=on or off.",
		"default takes a setting back.",
	}},
	{Export, "export", "the watches as an OPML file", nil},
	{Import, "import <file or addresses>", "watches from OPML or a list; says first what it would do", nil},
	{List, "list [failing or paused]", "the watches and how they are", nil},
	{History, "history <address> [5]", "what happened to an article", nil},
	{Diff, "diff <address> [2] [4]", "what changed between two versions", nil},
	{Explain, "explain <address or id>", "when it was last checked, and why nothing was said", nil},
	{Status, "status", "how editwatch is doing here", nil},
	{Help, "help [command]", "this, or more of one command", nil},
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
			a.Lines = append(a.Lines, t.usage+" – "+t.what)
		}
		a.Facts = facts(map[string]any{"commands": Topics()})
		return a, nil
	}
	verb, ok := aliases[name]
	for _, t := range topics {
		if ok && t.verb == verb {
			return Answer{Lines: append([]string{t.usage, upper(t.what) + "."}, t.more...), Facts: facts(map[string]any{"command": t.verb, "usage": t.usage})}, nil
		}
	}
	return Answer{}, &news.Refusal{What: fmt.Sprintf("There is no help on %q.", short(c.Target)), Do: "Help alone lists the commands."}
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
