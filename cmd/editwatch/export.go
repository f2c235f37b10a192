package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/exchange"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/warc"
)

type exportCmd struct {
	facts
	Channel string   `help:"Only this channel's watches."`
	History string   `placeholder:"FILE" xor:"form" help:"Instead, the articles, versions and events, as JSON Lines: for keeping, for research, and for import. Texts are whole, whatever excerpt says. - is the standard output; .gz or .zst packs the file."`
	Edits   string   `placeholder:"FILE" xor:"form" help:"Instead, a table of edits as CSV, one row for each part of an edit, which is whole. .gz or .zst packs the file."`
	Warc    string   `placeholder:"FILE" xor:"form" help:"Instead, the pages as they were fetched, as a WARC file; see keep_pages. - is the standard output."`
	Source  string   `help:"Only this publication's."`
	Since   whenFlag `placeholder:"WHEN" help:"Only from then on: a day like 2026-03-01, a time, or a length of time like 30d before now."`
	Until   whenFlag `placeholder:"WHEN" help:"Only before then."`
}

// Run writes watches to stdout, from where they can go anywhere, and large files
// to where they are wanted.
func (c *exportCmd) Run(e *env) error {
	if err := inOrder(c.Since, c.Until); err != nil {
		return err
	}
	part := cli.Export{Source: c.Source, Since: time.Time(c.Since), Until: time.Time(c.Until)}
	for form, file := range map[string]string{formHistory: c.History, formEdits: c.Edits, formWarc: c.Warc} {
		if file != "" {
			part.Form = form
			return e.export(c.facts, part, file)
		}
	}
	if part != (cli.Export{}) {
		return usageError{errors.New("--source, --since and --until choose among what was recorded; name a file with --history, --edits or --warc")}
	}
	return e.ask(c.facts, bot.Command{Verb: bot.Export, Channel: news.ChannelName(c.Channel)})
}

// export has a part of the record written to a file, which takes its name when
// it is whole.
func (e *env) export(f facts, part cli.Export, file string) error {
	if file == "-" {
		a, err := e.requestLong(cli.Request{Export: &part}, false, e.stdout)
		if err == nil && a.Refused {
			err = e.answer(facts{}, a)
		}
		return err
	}
	out, err := createWhole(file)
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", file, err)
	}
	defer out.drop()
	packed, err := exchange.Pack(out, packing(part.Form, file))
	if err != nil {
		return fmt.Errorf("export to %s: %w", file, err)
	}
	a, err := e.requestLong(cli.Request{Export: &part}, false, packed)
	if err := errors.Join(err, cause(packed.Close())); err != nil {
		return fmt.Errorf("export to %s: %w", file, err)
	}
	if !a.Refused {
		if err := out.end(); err != nil {
			return fmt.Errorf("%s cannot be written: %w", file, err)
		}
	}
	return e.answer(f, a)
}

// packing returns the ending by which a file's name asks for it to be packed. A
// WARC is packed in any case, record by record.
func packing(form, file string) string {
	if form == formWarc {
		return ""
	}
	return filepath.Ext(file)
}

// Forms of exports.
const (
	formHistory = "history"
	formEdits   = "edits"
	formWarc    = "warc"
)

// An outlet remembers why it could not be written to.
type outlet struct {
	w   io.Writer
	err error
}

func (o *outlet) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		o.err = err
	}
	return n, err
}

// exportTo writes a part of the record to out, for the socket and in place.
func (a *app) exportTo(ctx context.Context, part cli.Export, out cli.Out) bot.Answer {
	file := &outlet{w: out.File}
	out.File = file
	answer, err := a.export(ctx, part, out)
	switch {
	case ctx.Err() != nil:
		return bot.Refuse(&news.Refusal{What: "The export was broken off.", Do: "Nothing of it is kept; export again."})
	case file.err != nil:
		return bot.Refuse(&news.Refusal{What: fmt.Sprintf("The export cannot be written: %v.", cause(file.err)), Do: "See whether there is room for it, and export again."})
	case err != nil:
		a.log.Error("export", "form", part.Form, "err", err)
		return bot.Sorry()
	}
	return answer
}

func (a *app) export(ctx context.Context, part cli.Export, out cli.Out) (bot.Answer, error) {
	switch refusal, err := a.noSource(ctx, part.Source); {
	case err != nil:
		return bot.Answer{}, err
	case refusal != nil:
		return bot.Refuse(refusal), nil
	}
	switch part.Form {
	case formHistory, formEdits:
		return a.exportRecord(ctx, part, out)
	case formWarc:
		return a.exportWarc(ctx, part, out)
	}
	return bot.Refuse(&news.Refusal{What: "The running editwatch does not know this form of export.", Do: "Restart it: it is of another version."}), nil
}

// noSource refuses a publication of which there is no article, and says which
// there are; nil if there is one.
func (a *app) noSource(ctx context.Context, name string) (*news.Refusal, error) {
	if name == "" {
		return nil, nil
	}
	has, err := a.store.Articles(ctx, store.ArticleQuery{Source: name, Withheld: true, Max: 1})
	if err != nil || len(has) > 0 {
		return nil, err
	}
	const page = 1000
	var all, alike []string
	for after := ""; ; after = all[len(all)-1] {
		names, err := a.store.Sources(ctx, after, page)
		if err != nil {
			return nil, err
		}
		all = append(all, names...)
		if len(names) < page {
			break
		}
	}
	for _, s := range all {
		if strings.Contains(strings.ToLower(s), strings.ToLower(strings.TrimSpace(name))) {
			alike = append(alike, s)
		}
	}
	r := &news.Refusal{What: fmt.Sprintf("There is no article of “%s”.", name), Do: "Give a publication's name as the pages show it."}
	switch {
	case len(alike) > 0:
		r.Do = "Perhaps you mean: " + brief.Names(alike) + "."
	case len(all) > 0:
		r.Do = "There are: " + brief.Names(all) + "."
	}
	return r, nil
}

func (a *app) exportWarc(ctx context.Context, part cli.Export, out cli.Out) (bot.Answer, error) {
	w, err := warc.NewWriter(out.File, warc.Info{
		Software: "editwatch/" + version(), UserAgent: a.config.userAgent(), Operator: a.config.Contact, Written: time.Now().UTC(),
	})
	if err != nil {
		return bot.Answer{}, err
	}
	tell := every(out.Tell)
	q := store.CaptureQuery{Source: part.Source, Since: part.Since, Until: part.Until}
	for c, err := range a.store.Captures(ctx, q) {
		if err != nil {
			return bot.Answer{}, err
		}
		article, err := a.store.Article(ctx, c.Article)
		if errors.Is(err, store.ErrNotFound) {
			continue // deleted just now
		} else if err != nil {
			return bot.Answer{}, err
		}
		v, err := a.store.Version(ctx, c.Article, c.Version)
		if err != nil && !errors.Is(err, store.ErrNotFound) { // its text may be no longer kept
			return bot.Answer{}, err
		}
		if err := w.Write(c, article, v.Hash); err != nil {
			return bot.Answer{}, err
		}
		tell(func() string { return brief.Count(w.Captures(), "page") })
	}
	if w.Captures() == 0 {
		r := &news.Refusal{What: "No page is kept as it was fetched.", Do: `Set keep_pages = "all" in the configuration; from then on each version's page is kept.`}
		if q != (store.CaptureQuery{}) {
			r = &news.Refusal{What: "No page of that publication or time is kept as it was fetched.", Do: "Choose a longer time."}
		}
		return bot.Refuse(r), nil
	}
	return bot.Tell(map[string]int{"pages": w.Captures()}, brief.Count(w.Captures(), "page")+" written."), nil
}

// inOrder refuses two flags between which there is no time.
func inOrder(since, until whenFlag) error {
	from, to := time.Time(since), time.Time(until)
	if !to.IsZero() && !from.Before(to) {
		return usageError{errors.New("nothing lies between --since and --until: --until must be the later of the two")}
	}
	return nil
}

// A whenFlag is a moment as people write it.
type whenFlag time.Time

func (w *whenFlag) UnmarshalText(b []byte) error {
	s := string(b)
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			*w = whenFlag(t.UTC())
			return nil
		}
	}
	d, err := parseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is not a day like 2026-03-01, a time like 2026-03-01T12:00, or a length of time like 30d", s)
	}
	*w = whenFlag(time.Now().UTC().Add(-d))
	return nil
}
