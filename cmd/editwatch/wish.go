package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/exchange"
	"github.com/editwatch/editwatch/internal/news"
)

type editCmd struct {
	oneWatch
	Wishes []string `arg:"" optional:"" name:"wish" help:"What shall be different: scope=, min=, label=, mention=, include=, exclude=, pages=, url=."`
}

func (c *editCmd) Run(e *env) error {
	if len(c.Wishes) == 0 {
		return usageError{fmt.Errorf("say what shall be different, for example: editwatch edit %s min=major; there are %s", c.Watch, strings.Join(bot.WatchOptions, ", "))}
	}
	command := c.command(bot.Edit)
	var err error
	if command.Options, err = pairs(c.Wishes); err != nil {
		return err
	}
	return e.ask(c.facts, command)
}

type settingsCmd struct {
	facts
	Channel  string   `help:"The channel (default: the only one, or the console)."`
	Settings []string `arg:"" optional:"" name:"setting" help:"What to change: tz=, quiet=, digest=, threads=, publish=, cap=, admins-only=. Without any they are shown."`
}

func (c *settingsCmd) Run(e *env) error {
	options, err := pairs(c.Settings)
	if err != nil {
		return err
	}
	return e.ask(c.facts, bot.Command{Verb: bot.Settings, Channel: news.ChannelName(c.Channel), Options: options})
}

// pairs reads key=value arguments.
func pairs(args []string) (map[string]string, error) {
	out := make(map[string]string)
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if !ok {
			return nil, usageError{fmt.Errorf("%q is not of the form key=value", a)}
		}
		out[strings.ToLower(strings.TrimSpace(key))] = value
	}
	return out, nil
}

type statusCmd struct {
	facts
	Channel string `help:"Only this channel."`
}

func (c *statusCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{Verb: bot.Status, Channel: news.ChannelName(c.Channel)})
}

type importCmd struct {
	facts
	File    string `arg:"" help:"An OPML file, a list of addresses, a record that export --history wrote, or a database of diffengine or of the NewsEdits corpus; its content tells which. - is the standard input."`
	Channel string `help:"The channel (default: the only one, or the console)."`
	Yes     bool   `help:"Do it, rather than say what would be done."`
}

func (c *importCmd) Run(e *env) error {
	in, name := e.stdin, c.File
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return unreadable(c.File, err)
		}
		defer f.Close()
		if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() {
			name = "-" // a pipe can be read but once
		}
		in = f
	}
	if in == nil {
		return usageError{errors.New("there is no standard input; name a file")}
	}
	buffered := bufio.NewReader(in)
	switch head, _ := buffered.Peek(64); { // an error comes again with what is read next
	case exchange.IsRecord(head):
		return e.importRecord(c.facts, name, buffered)
	case exchange.IsTable(head):
		return fmt.Errorf("%s is a table of edits, which export --edits writes for reading; import takes what export --history writes", c.File)
	}
	file, err := io.ReadAll(io.LimitReader(buffered, bot.MaxImport+1))
	if err != nil {
		return fmt.Errorf("read what to import: %w", err)
	}
	text, ok := bot.FileText(file)
	if !ok {
		return fmt.Errorf("%s is not text: import takes OPML, a list of addresses, a record that export --history wrote, or a database of diffengine or NewsEdits", c.File)
	}
	command := bot.Command{Verb: bot.Import, Channel: news.ChannelName(c.Channel), Text: text, Options: map[string]string{}}
	if c.Yes {
		command.Options["sure"] = "yes"
	}
	return e.ask(c.facts, command)
}
