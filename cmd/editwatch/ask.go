package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/news"
)

// The commands here are asked of the bot: of the editwatch that runs on the
// store, through its socket, or else of one made for the occasion.

// facts is for commands that can print what they say for programs.
type facts struct {
	JSON bool `name:"json" help:"Print facts for programs, one JSON object a line."`
}

type addCmd struct {
	facts
	URL     string `arg:"" name:"url" help:"A feed, an article, or a page that names a feed."`
	Channel string `help:"The channel to announce in (default: the only one, or the console)."`
	Scope   string `enum:"all,headline,paragraphs" default:"all" help:"Which edits: ${enum}."`
	Min     string `enum:"any,minor,major" default:"minor" help:"The least significance: ${enum}."`
	Label   string `help:"What to call it."`
	Include string `placeholder:"WORDS" help:"Only edits that have one of these words, separated by commas."`
	Exclude string `placeholder:"WORDS" help:"No edits that have one of these words."`
	NoPages bool   `help:"Compare the feed's own titles and summaries, and visit no page."`
}

func (c *addCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{
		Verb: bot.Add, Target: c.URL, Channel: news.ChannelName(c.Channel), Options: c.options(),
	})
}

// options returns what was wished for, as the bot is told.
func (c *addCmd) options() map[string]string {
	o := map[string]string{"scope": c.Scope, "min": c.Min, "label": c.Label, "include": c.Include, "exclude": c.Exclude}
	if c.NoPages {
		o["pages"] = "off"
	}
	return o
}

type listCmd struct {
	facts
	Channel string `help:"Only this channel's."`
}

func (c *listCmd) Run(e *env) error {
	list := bot.Command{Verb: bot.List, Channel: news.ChannelName(c.Channel), Everywhere: true}
	a, err := e.request(cli.Request{Command: &list}, false)
	if err != nil {
		return err
	}
	if a.Refused || c.JSON {
		return e.answer(c.facts, a)
	}
	return e.printList(a)
}

// printList prints a list of watches: in columns on a terminal, in lines for
// whatever else reads them.
func (e *env) printList(a bot.Answer) error {
	if isTerminal(e.stdout) {
		return cli.PrintList(e.stdout, a, e.style().Width)
	}
	return cli.Print(e.stdout, a, nil)
}

// oneWatch is for commands about one watch.
type oneWatch struct {
	facts
	Watch   string `arg:"" help:"The watch's ID (see list) or its URL."`
	Channel string `help:"The channel, when several watch the same."`
}

func (c *oneWatch) command(v bot.Verb) bot.Command {
	return bot.Command{Verb: v, Target: c.Watch, Channel: news.ChannelName(c.Channel)}
}

type removeCmd struct{ oneWatch }

func (c *removeCmd) Run(e *env) error { return e.ask(c.facts, c.command(bot.Remove)) }

type undoCmd struct{ oneWatch }

func (c *undoCmd) Run(e *env) error { return e.ask(c.facts, c.command(bot.Undo)) }

type resumeCmd struct{ oneWatch }

func (c *resumeCmd) Run(e *env) error { return e.ask(c.facts, c.command(bot.Resume)) }

type pauseCmd struct {
	oneWatch
	For string `arg:"" optional:"" help:"How long, like 8h or 7d (default: until resumed)."`
}

func (c *pauseCmd) Run(e *env) error {
	command := c.command(bot.Pause)
	if c.For != "" {
		d, err := parseDuration(c.For)
		if err != nil {
			return usageError{err}
		}
		if d <= 0 {
			return usageError{errors.New("a pause lasts longer than that; without a time it lasts until the watch is resumed")}
		}
		command.For = d
	}
	return e.ask(c.facts, command)
}

type testCmd struct {
	facts
	Watch   string `arg:"" optional:"" help:"A watch, whose channel is meant."`
	Channel string `help:"The channel (default: the only one, or the console)."`
}

func (c *testCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{Verb: bot.Test, Target: c.Watch, Channel: news.ChannelName(c.Channel)})
}

type historyCmd struct {
	facts
	URL []string `arg:"" name:"url" help:"The article's address, in any of its forms, or a text with it."`
	Max int      `short:"n" default:"10" help:"How many events."`
}

func (c *historyCmd) Run(e *env) error {
	if c.Max < 1 {
		return usageError{errors.New("--max is 1 or more")}
	}
	return e.ask(c.facts, bot.Command{Verb: bot.History, Target: strings.Join(c.URL, " "), Max: c.Max})
}

type diffCmd struct {
	facts
	URL  string `arg:"" name:"url" help:"The article's address, in any of its forms."`
	From int    `arg:"" optional:"" help:"The older version (default: the one before the newest)."`
	To   int    `arg:"" optional:"" help:"The newer version (default: the newest)."`
}

func (c *diffCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{Verb: bot.Diff, Target: c.URL, From: c.From, To: c.To})
}

type explainCmd struct {
	facts
	URL []string `arg:"" name:"url" help:"An article's address, in any of its forms, or a watch's ID."`
}

func (c *explainCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{Verb: bot.Explain, Target: strings.Join(c.URL, " ")})
}

// ask has a command carried out, and prints the answer.
func (e *env) ask(f facts, c bot.Command) error {
	// Who may open the store may ask about every channel.
	c.Everywhere = true
	if c.Channel == "" && (c.Verb == bot.Add || c.Verb == bot.Settings || c.Verb == bot.Import || c.Verb == bot.Test && c.Target == "") {
		channel, err := e.onlyChannel()
		if err != nil {
			return err
		}
		c.Channel = channel
	}
	a, err := e.request(cli.Request{Command: &c}, c.Verb == bot.Add || c.Verb == bot.Import || c.Verb == bot.Settings || c.Verb == bot.Test)
	if err != nil {
		return err
	}
	return e.answer(f, a)
}

// onlyChannel returns the channel that is meant when none is named.
func (e *env) onlyChannel() (news.ChannelName, error) {
	c, err := e.config()
	if err != nil {
		return "", err
	}
	switch len(c.Channels) {
	case 0:
		return consoleName, nil
	case 1:
		return news.ChannelName(c.Channels[0].Name), nil
	}
	return "", nil // the bot asks which
}

// request has the running editwatch carry out r, or does so in place.
func (e *env) request(r cli.Request, create bool) (bot.Answer, error) {
	return e.requestLong(r, create, io.Discard)
}

// requestLong is request for what takes long. The file that it asks for goes to
// out; a terminal shows meanwhile how far it is.
func (e *env) requestLong(r cli.Request, create bool, file io.Writer) (bot.Answer, error) {
	c, err := e.config()
	if err != nil {
		return bot.Answer{}, err
	}
	m := e.meter()
	defer m.clear()
	out := cli.Out{File: file, Tell: m.tell()}
	a, err := cli.AskLong(e.ctx, cli.SocketPath(c.Store), r, out)
	if !errors.Is(err, cli.ErrNobody) {
		return a, err
	}
	if !create && !exists(c.Store) {
		return bot.Answer{}, fmt.Errorf("there is no store %s yet; editwatch run, poll or add makes one", c.Store)
	}
	app, err := newApp(e, c)
	if err != nil {
		return bot.Answer{}, err
	}
	defer app.close()
	if app.index != nil {
		app.index.tell = out.Tell
	}
	return app.do(e.ctx, r, out), nil
}

// answer prints an answer. A refusal goes to stderr and ends with exit code 1.
func (e *env) answer(f facts, a bot.Answer) error {
	if a.Refused {
		for _, line := range a.Lines {
			fmt.Fprintln(e.stderr, line)
		}
		return errFailed
	}
	if f.JSON {
		for _, fact := range a.Facts {
			if _, err := fmt.Fprintf(e.stdout, "%s\n", fact); err != nil {
				return err
			}
		}
		return nil
	}
	if a.File != nil {
		_, err := e.stdout.Write(a.File.Data)
		return err
	}
	return cli.Print(e.stdout, a, e.format())
}

// shutdownTime is how long a command may take to end once told to.
const shutdownTime = 10 * time.Second
