package main

import "github.com/editwatch/editwatch/bot"

type withholdCmd struct {
	facts
	URL string `arg:"" name:"url" help:"The article's address, in any of its forms, or its ID."`
	Why string `required:"" placeholder:"SENTENCE" help:"What is shown in its place."`
}

func (c *withholdCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{Verb: bot.Withhold, Target: c.URL, Text: c.Why})
}

type reinstateCmd struct {
	facts
	URL string `arg:"" name:"url" help:"The article's address, in any of its forms, or its ID."`
}

func (c *reinstateCmd) Run(e *env) error {
	return e.ask(c.facts, bot.Command{Verb: bot.Reinstate, Target: c.URL})
}

type deleteCmd struct {
	facts
	URL string `arg:"" name:"url" help:"The article's address, in any of its forms, or its ID."`
	Yes bool   `help:"Do it, rather than say what would be done."`
}

func (c *deleteCmd) Run(e *env) error {
	command := bot.Command{Verb: bot.Delete, Target: c.URL, Options: map[string]string{}}
	if c.Yes {
		command.Options["sure"] = "yes"
	}
	return e.ask(c.facts, command)
}
