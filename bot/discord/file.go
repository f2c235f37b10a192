package discord

import (
	"context"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/news"
)

// maxFile is the longest file that is read, in bytes: some thousand watches.
const maxFile = 1 << 20

// read returns the text of a file that came with a command.
func (f *FrontEnd) read(ctx context.Context, a attachment) (string, error) {
	if a.URL == "" || a.Size > maxFile {
		return "", &news.Refusal{What: "That file is too large.", Do: "Give one of at most 1 MB."}
	}
	data, err := f.session.Attachment(ctx, a.URL, maxFile)
	if err != nil {
		return "", &news.Refusal{What: "That file could not be read.", Do: "Try again, or paste the addresses."}
	}
	text, ok := bot.FileText(data)
	if !ok {
		return "", &news.Refusal{What: "That file is not text.", Do: "Give an OPML file, an export, or a list of addresses."}
	}
	return text, nil
}
