package watcher

import (
	"runtime"

	"github.com/editwatch/editwatch/watcher/extract"
)

// inTurns has no more callers read at once than can run at once. A page taken
// apart is some twenty times its size: to read those of all hosts side by side
// would be no faster, and hold them all in memory.
func inTurns(read func([]byte, extract.Options) (extract.Reading, error)) func([]byte, extract.Options) (extract.Reading, error) {
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	return func(page []byte, opts extract.Options) (extract.Reading, error) {
		turns <- struct{}{}
		defer func() { <-turns }()
		return read(page, opts)
	}
}
