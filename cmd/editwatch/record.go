package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/exchange"
	"github.com/editwatch/editwatch/internal/news"
)

// exportRecord writes articles, versions and events, or the table of edits.
func (a *app) exportRecord(ctx context.Context, part cli.Export, out cli.Out) (bot.Answer, error) {
	write, words := exchange.Export, recordWords
	if part.Form == formEdits {
		write, words = exchange.Table, func(n exchange.Totals) string { return brief.Count(n.Events, "event") }
	}
	n, err := write(ctx, a.store, exchange.Part{Since: part.Since, Until: part.Until, Source: part.Source}, out.File, progress(out.Tell, words))
	if err != nil {
		return bot.Answer{}, err
	}
	return bot.Tell(n, words(n)+" written."), nil
}

func recordWords(n exchange.Totals) string {
	return fmt.Sprintf("%s, %s and %s", brief.Count(n.Articles, "article"), brief.Count(n.Versions, "version"), brief.Count(n.Events, "event"))
}

// progress returns what tells how far an export or import is.
func progress(tell func(line string), words func(exchange.Totals) string) exchange.Progress {
	t := every(tell)
	return func(n exchange.Totals, share float64) {
		t(func() string { return fmt.Sprintf("%.0f %%: %s", 100*min(share, 1), words(n)) })
	}
}

// importRecord has the record in the named file, or in rest if it came by the
// standard input, taken in. The running editwatch reads it from a file.
func (e *env) importRecord(f facts, name string, rest io.Reader) error {
	if name == "-" {
		copied, err := os.CreateTemp("", "editwatch-import-*")
		if err != nil {
			return fmt.Errorf("keep the standard input for the import: %w", err)
		}
		defer os.Remove(copied.Name())
		if _, err := io.Copy(copied, rest); err != nil {
			return errors.Join(fmt.Errorf("read what to import: %w", err), copied.Close())
		}
		if err := copied.Close(); err != nil {
			return fmt.Errorf("keep the standard input for the import: %w", err)
		}
		name = copied.Name()
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	a, err := e.request(cli.Request{Import: path}, true)
	if err != nil {
		return err
	}
	return e.answer(f, a)
}

// importRecord takes in the record in a file.
func (a *app) importRecord(ctx context.Context, path string, tell func(line string)) bot.Answer {
	n, err := exchange.ImportFile(ctx, a.store, path, progress(tell, recordWords))
	if at, ok := errors.AsType[*fs.PathError](err); ok && at.Path == path {
		return bot.Refuse(&news.Refusal{What: fmt.Sprintf("%s cannot be read: %v.", path, at.Err), Do: "Name a file that the running editwatch may read."})
	}
	lines := []string{recordWords(n) + " added."}
	if n.Left > 0 {
		lines = append(lines, fmt.Sprintf("Left alone, as their history here is another: %s.", brief.Count(n.Left, "article")))
	}
	if n.Deleted > 0 {
		lines = append(lines, fmt.Sprintf("Not brought back, as they were deleted here: %s.", brief.Count(n.Deleted, "article")))
	}
	if n.Skipped > 0 {
		lines = append(lines, fmt.Sprintf("Passed over, without an address, a time or a text: %s.", brief.Count(n.Skipped, "version")))
	}
	switch {
	case ctx.Err() != nil:
		return bot.Refuse(&news.Refusal{What: "The import was broken off. Before it: " + lines[0], Do: "Import the file again to go on: nothing is added twice."})
	case err != nil && n == (exchange.Totals{}):
		return bot.Refuse(&news.Refusal{What: fmt.Sprintf("Nothing was imported: %v.", err), Do: "See whether it is the right file, and whole."})
	case err != nil:
		return bot.Refuse(&news.Refusal{
			What: fmt.Sprintf("The import broke off: %v. Before it: %s", err, lines[0]),
			Do:   "Mend the file, or get it whole, and import it again: nothing is added twice.",
		})
	}
	return bot.Tell(n, append(lines, "Nothing of it is announced.")...)
}
