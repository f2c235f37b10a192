package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/exchange"
	"github.com/editwatch/editwatch/internal/news"
)

// exportRecord writes articles, versions and events, or the table of edits.
func (a *app) exportRecord(ctx context.Context, part cli.Export, out io.Writer) (bot.Answer, error) {
	write := exchange.Export
	if part.Form == formEdits {
		write = exchange.Table
	}
	b := bufio.NewWriter(out)
	n, err := write(ctx, a.store, exchange.Part{Since: part.Since, Until: part.Until, Source: part.Source}, b, nil)
	if err == nil {
		err = b.Flush()
	}
	switch {
	case err != nil:
		return bot.Answer{}, err
	case part.Form == formEdits:
		return bot.Answer{Lines: []string{brief.Count(n.Events, "event") + " written."}}, nil
	}
	return bot.Answer{Lines: []string{fmt.Sprintf("%s, %s and %s written.",
		brief.Count(n.Articles, "article"), brief.Count(n.Versions, "version"), brief.Count(n.Events, "event"))}}, nil
}

// isRecord reports whether text begins as exportRecord's JSON Lines do, rather
// than as a list of watches.
func isRecord(text []byte) bool {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	return bytes.HasPrefix(text, []byte("{"))
}

// importRecord has the record in the named file, or in rest if it came by the
// standard input, taken in. The running editwatch reads it from a file.
func (e *env) importRecord(f facts, name string, rest io.Reader) error {
	if name == "-" {
		copied, err := os.CreateTemp("", "editwatch-import-*.jsonl")
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
func (a *app) importRecord(ctx context.Context, path string) bot.Answer {
	f, err := os.Open(path)
	if err != nil {
		return bot.Refuse(&news.Refusal{What: fmt.Sprintf("%s cannot be read: %v.", path, errors.Unwrap(err)), Do: "Name a file that the running editwatch may read."})
	}
	defer f.Close()
	n, err := exchange.Import(ctx, a.store, f, nil)
	lines := []string{fmt.Sprintf("%s, %s and %s added.",
		brief.Count(n.Articles, "article"), brief.Count(n.Versions, "version"), brief.Count(n.Events, "event"))}
	if n.Left > 0 {
		lines = append(lines, fmt.Sprintf("%s left as they are: they have another history here.", brief.Count(n.Left, "article")))
	}
	if err != nil {
		a.log.Error("import a record", "err", err)
		return bot.Refuse(&news.Refusal{
			What: fmt.Sprintf("The import broke off: %v. Before it: %s", err, lines[0]),
			Do:   "Mend the file and import it again: nothing is added twice.",
		})
	}
	return bot.Answer{Lines: append(lines, "Nothing of it is announced.")}
}
