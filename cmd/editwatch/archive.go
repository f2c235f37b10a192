package main

import (
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
	"github.com/editwatch/editwatch/watcher/archive"
)

// An archiveConfig is an account at a public archive. Without its keys nothing is
// archived.
type archiveConfig struct {
	Keys     string   `toml:"keys"`
	KeysFile string   `toml:"keys_file"`
	APIURL   string   `toml:"api_url"`
	Min      string   `toml:"min"`
	Gap      duration `toml:"gap"`
}

// errArchiveKeys does not repeat what was given for the keys: it ends in logs.
var errArchiveKeys = errors.New("archive.keys: give the access key, a colon and the secret, as https://archive.org/account/s3.php shows them")

// archiveClient returns who asks the archive, or nil if archiving is switched off.
func (c config) archiveClient() (*archive.Client, error) {
	keys, err := secretOf("EDITWATCH_ARCHIVE_KEYS", c.Archive.Keys, c.Archive.KeysFile, "archive.keys_file")
	if err != nil || keys == "" || c.demo {
		return nil, err
	}
	if access, secret, ok := strings.Cut(keys, ":"); !ok || access == "" || secret == "" || strings.ContainsAny(keys, " \r\n\t") {
		return nil, errArchiveKeys
	}
	return archive.NewClient(archive.ClientOptions{
		APIURL: c.Archive.APIURL, Keys: keys, UserAgent: c.userAgent(), Gap: time.Duration(c.Archive.Gap),
		// The operator chose its address, as those of webhooks.
		HTTP: archive.HTTP(safehttp.Options{Allow: everywhere}),
	}), nil
}

// archiver returns what archives edits, or nil if there is nobody to ask.
func (c config) archiver(client *archive.Client, s archive.Store, log *slog.Logger) *archive.Archiver {
	if client == nil {
		return nil
	}
	return archive.New(s, client, archive.Options{Least: news.Min(c.Archive.Min).Significance(), Logger: log})
}
