package main

import (
	"strings"
	"time"

	"github.com/editwatch/editwatch/watcher"
)

// keeping says what is kept and what is shown, so that whoever must answer for
// it need not read it out of the configuration.
func (d *doctor) keeping() {
	c := d.config
	found := []string{
		"every version of an article" + d.until(c.Retention.Versions, "; then its newest"),
		map[watcher.Keep]string{
			watcher.KeepLast: "the page of the newest",
			watcher.KeepAll:  "each page as it was fetched, some 60 KB each" + d.until(c.Retention.Captures, ""),
			watcher.KeepNone: "no page",
		}[watcher.Keep(c.KeepPages)],
	}
	shown := "whole texts are shown"
	if c.Excerpt {
		shown = "what changed of a text is shown, not the whole"
	}
	d.say(finding{Check: "record", State: fine, Found: "kept are " + strings.Join(found, ", and ") + "; " + shown})
}

// until says how long something is kept, and what of it after that.
func (d *doctor) until(keep duration, then string) string {
	if time.Duration(keep) == 0 {
		return ""
	}
	return " until " + keep.String() + " after it was checked last" + then
}
