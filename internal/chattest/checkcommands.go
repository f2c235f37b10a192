package chattest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// commandName is https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-naming.
var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

func (f *faults) commands(body []byte) {
	var list []command
	if err := json.Unmarshal(body, &list); err != nil {
		f.say("read commands: %w", err)
		return
	}
	names, kinds := make(map[string]bool), make(map[int]int)
	for _, c := range list {
		kinds[c.kind()]++
		if k := fmt.Sprint(c.kind(), c.Name); names[k] {
			f.say("two commands %s", c.Name)
		} else {
			names[k] = true
		}
		size := 0
		if c.kind() == 1 {
			size = f.command(c, 0)
		} else if c.Description != "" || len(c.Options) > 0 || f.within("command name", c.Name, 32) == 0 {
			f.say("the action %q needs a name, and neither description nor options", c.Name)
		}
		if size > 8000 {
			f.say("%s has %d characters in all, at most 8000 are allowed", c.Name, size)
		}
	}
	if kinds[1] > 100 || kinds[2] > 15 || kinds[3] > 15 {
		f.say("too many commands: %v", kinds)
	}
}

// command checks a slash command or an option, and returns its size.
func (f *faults) command(c command, depth int) int {
	if !commandName.MatchString(c.Name) || strings.ToLower(c.Name) != c.Name {
		f.say("no name of a command: %q", c.Name)
	}
	size := utf8.RuneCountInString(c.Name) + f.within("description of "+c.Name, c.Description, 100)
	if strings.TrimSpace(c.Description) == "" {
		f.say("%s has no description", c.Name)
	}
	if len(c.Options) > 25 || len(c.Choices) > 25 {
		f.say("%s has too many options or choices", c.Name)
	}
	if len(c.Choices) > 0 && c.Complete {
		f.say("%s has both choices and autocomplete", c.Name)
	}
	if c.Complete && c.Type != optionString && c.Type != optionInteger && c.Type != optionNumber {
		f.say("%s cannot have autocomplete", c.Name)
	}
	for _, x := range c.Choices {
		size += f.within("choice of "+c.Name, x.Name, 100) + utf8.RuneCountInString(fmt.Sprint(x.Value))
	}
	names, subs, optional := make(map[string]bool), 0, false
	for _, o := range c.Options {
		if names[o.Name] {
			f.say("%s has two options %s", c.Name, o.Name)
		}
		names[o.Name] = true
		if o.Type == optionSub || o.Type == optionGroup {
			subs++
			if depth > 1 || depth == 1 && o.Type == optionGroup {
				f.say("%s nests too deep", o.Name)
			}
		} else if o.Required && optional {
			f.say("%s: required options come first", c.Name)
		} else {
			optional = optional || !o.Required
		}
		size += f.command(o, depth+1)
	}
	if subs > 0 && subs < len(c.Options) {
		f.say("%s has subcommands and options", c.Name)
	}
	return size
}
