package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
)

// TestExport sends files through the socket: none, a large one, and one that
// breaks off.
func TestExport(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	large := bytes.Repeat([]byte("WARC/1.1\r\n"), 100_000)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, path, func(ctx context.Context, r Request, out Out) bot.Answer {
			switch r.Export.Form {
			case "large":
				out.File.Write(large)
			case "broken":
				out.File.Write(large[:100])
				stop()
				out.File.Write(large)
			}
			return bot.Answer{Lines: []string{"done with " + r.Export.Form + " of " + r.Export.Source}}
		}, slog.New(slog.DiscardHandler))
	}()
	ask := func(form string) (string, bot.Answer, error) {
		var b bytes.Buffer
		var a bot.Answer
		err := ErrNobody
		for errors.Is(err, ErrNobody) { // until it listens
			a, err = AskLong(t.Context(), path, Request{Export: &Export{Form: form, Source: "The Gull", Since: time.Unix(1, 0)}}, Out{File: &b})
		}
		return b.String(), a, err
	}
	for form, want := range map[string]string{"none": "", "large": string(large)} {
		got, a, err := ask(form)
		if err != nil || got != want || strings.Join(a.Lines, "") != "done with "+form+" of The Gull" {
			t.Errorf("%s: %d bytes, %q, %v", form, len(got), a.Lines, err)
		}
	}
	if _, a, err := ask("broken"); err == nil {
		t.Errorf("a file that broke off is answered %q", a.Lines)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestTell: who asks for it hears how far a long request is; and one that is
// broken off ends there too, with an answer that says how far it came.
func TestTell(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, path, func(ctx context.Context, r Request, out Out) bot.Answer {
			if out.Tell == nil {
				return bot.Answer{Lines: []string{"done, and told nobody"}}
			}
			out.Tell("half of " + r.Import)
			<-ctx.Done()
			return bot.Answer{Refused: true, Lines: []string{"broken off at half"}}
		}, slog.New(slog.DiscardHandler))
	}()
	ask := func(ctx context.Context, out Out) bot.Answer {
		err := ErrNobody
		var a bot.Answer
		for errors.Is(err, ErrNobody) { // until it listens
			a, err = AskLong(ctx, path, Request{Import: "history.jsonl"}, out)
		}
		if err != nil {
			t.Error(err)
		}
		return a
	}
	if a := ask(t.Context(), Out{File: io.Discard}); strings.Join(a.Lines, "") != "done, and told nobody" {
		t.Errorf("%+v", a)
	}
	asking, interrupt := context.WithCancel(t.Context())
	var told []string
	a := ask(asking, Out{File: io.Discard, Tell: func(line string) {
		told = append(told, line)
		interrupt()
	}})
	if strings.Join(told, "\n") != "half of history.jsonl" || !a.Refused || strings.Join(a.Lines, "") != "broken off at half" {
		t.Errorf("told %q, answered %+v", told, a)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
