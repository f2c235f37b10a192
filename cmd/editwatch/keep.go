package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/editwatch/editwatch/bot/cli"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
	"github.com/editwatch/editwatch/internal/store/bolt"
)

type backupCmd struct {
	File string `arg:"" type:"path" help:"Where to write the copy."`
}

func (c *backupCmd) Run(e *env) error {
	a, err := e.request(cli.Request{Backup: c.File}, false)
	if err != nil {
		return err
	}
	return e.answer(facts{}, a)
}

// idle returns the store's path if nobody uses the store.
func (e *env) idle(what string) (string, error) {
	c, err := e.config()
	if err != nil {
		return "", err
	}
	_, err = cli.Ask(e.ctx, cli.SocketPath(c.Store), cli.Request{})
	if !errors.Is(err, cli.ErrNobody) {
		return "", fmt.Errorf("editwatch is running on %s; stop it to %s", c.Store, what)
	}
	return c.Store, nil
}

type restoreCmd struct {
	File string `arg:"" type:"existingfile" help:"A backup."`
}

// Run checks the backup before it takes the store's place, and keeps what was
// there under another name.
func (c *restoreCmd) Run(e *env) error {
	path, err := e.idle("restore a backup")
	if err != nil {
		return err
	}
	fresh := path + ".restoring"
	if err := bolt.Compact(c.File, fresh); err != nil {
		os.Remove(fresh)
		return fmt.Errorf("%s cannot be restored: %w", c.File, err)
	}
	if err := errors.Join(migrate(fresh), verify(e.ctx, fresh)); err != nil {
		os.Remove(fresh)
		return fmt.Errorf("%s is damaged; nothing was changed: %w", c.File, err)
	}
	aside := path + time.Now().UTC().Format(".20060102-150405")
	existed := exists(path)
	if err := replace(path, fresh, func() error {
		if !existed {
			return nil
		}
		return os.Rename(path, aside)
	}); err != nil {
		os.Remove(fresh)
		return err
	}
	if existed {
		fmt.Fprintf(e.stdout, "The store that was there is now %s.\n", aside)
	}
	_, err = fmt.Fprintf(e.stdout, "Restored %s. What happened before the backup is not announced again.\n", path)
	return err
}

// migrate brings a copied store up to this version.
func migrate(path string) error {
	s, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		return err
	}
	return s.Close()
}

// replace puts the file fresh in the place of the store after prepare, while
// it holds the store: what others wrote meanwhile would be lost with the old
// file. A store that is not there or cannot be opened is in nobody's use.
func replace(path, fresh string, prepare func() error) error {
	if exists(path) {
		held, err := bolt.Open(path, bolt.Options{})
		switch {
		case errors.Is(err, store.ErrInUse):
			return inUse(path)
		case err == nil:
			defer held.Close()
		}
	}
	if err := prepare(); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

type verifyCmd struct{}

func (c *verifyCmd) Run(e *env) error {
	path, err := e.idle("verify the store, or verify a backup of it with --store")
	if err != nil {
		return err
	}
	if !exists(path) {
		return fmt.Errorf("there is no store %s", path)
	}
	if err := verify(e.ctx, path); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s is sound.\n", path)
	return err
}

func verify(ctx context.Context, path string) error {
	s, err := bolt.Open(path, bolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	return errors.Join(s.Check(ctx), s.Close())
}

type compactCmd struct{}

func (c *compactCmd) Run(e *env) error {
	path, err := e.idle("compact the store")
	if err != nil {
		return err
	}
	before, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("there is no store %s", path)
	}
	fresh := path + ".compacting"
	if err := bolt.Compact(path, fresh); err != nil {
		os.Remove(fresh)
		return err
	}
	after, err := os.Stat(fresh)
	if err != nil {
		return err
	}
	err = replace(path, fresh, func() error {
		if now, err := os.Stat(path); err != nil || !now.ModTime().Equal(before.ModTime()) {
			return errors.New("the store was used meanwhile; try again")
		}
		return nil
	})
	if err != nil {
		os.Remove(fresh)
		return err
	}
	if _, err := fmt.Fprintf(e.stdout, "%s: %d KB before, %d KB now.\n", path, before.Size()>>10, after.Size()>>10); err != nil {
		return err
	}
	return e.compactIndex(path)
}

// compactIndex does the same for the search index beside the store.
func (e *env) compactIndex(storePath string) error {
	path := indexPath(storePath)
	if !exists(path) {
		return nil
	}
	s, err := bolt.Open(storePath, bolt.Options{})
	if err != nil {
		return err
	}
	before, after, err := search.Compact(e.ctx, path, s)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	if after == 0 {
		_, err = fmt.Fprintf(e.stdout, "%s could not be used; it is made anew when editwatch runs.\n", path)
	} else {
		_, err = fmt.Fprintf(e.stdout, "%s: %d KB before, %d KB now.\n", path, before>>10, after>>10)
	}
	return err
}

type healthcheckCmd struct{ facts }

// Run asks through the socket, which proves that the program and its store
// answer, and then the pages.
func (c *healthcheckCmd) Run(e *env) error {
	conf, err := e.config()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(e.ctx, 5*time.Second)
	defer cancel()
	a, err := cli.Ask(ctx, cli.SocketPath(conf.Store), cli.Request{Health: true})
	switch {
	case errors.Is(err, cli.ErrNobody):
		return fmt.Errorf("no editwatch is running on %s", conf.Store)
	case err != nil:
		return err
	case a.Refused:
		return e.answer(c.facts, a)
	}
	var h healthFact
	if len(a.Facts) > 0 {
		err = json.Unmarshal(a.Facts[0], &h)
	}
	if err != nil || h.Pages == "" {
		return errors.New("the running editwatch did not say where its pages are")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.Pages+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return errors.New("the pages do not answer")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the pages answer %d", resp.StatusCode)
	}
	return e.answer(c.facts, a)
}

// A healthFact is what the running editwatch says of itself.
type healthFact struct {
	Version  string `json:"version"`
	Pages    string `json:"pages"`
	Feeds    int    `json:"feeds"`
	Articles int    `json:"articles"`
	Versions int    `json:"versions"`
	Watches  int    `json:"watches"`
	Pending  int    `json:"pending"`
}

func (a *app) health(ctx context.Context) (healthFact, error) {
	n, err := a.store.Counts(ctx)
	return healthFact{
		Version: version(), Pages: "http://" + reachable(a.config.Listen),
		Feeds: n.Feeds, Articles: n.Articles, Versions: n.Versions, Watches: n.Watches, Pending: n.Pending,
	}, err
}

func (h healthFact) line() string {
	return fmt.Sprintf("editwatch %s is well: %s, %s in %s, %d pending. Pages: %s", h.Version,
		brief.Count(h.Feeds, "feed"), brief.Count(h.Articles, "article"), brief.Count(h.Versions, "version"), h.Pending, h.Pages)
}

type versionCmd struct{ facts }

func (c *versionCmd) Run(e *env) error {
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(map[string]any{"version": version(), "schema": bolt.Schema})
	}
	_, err := fmt.Fprintf(e.stdout, "editwatch %s\n", version())
	return err
}

// release is set by the linker for releases.
var release = ""

// version returns the release, or the revision it was built from.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "devel-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return "devel"
}
