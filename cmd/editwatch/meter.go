package main

import (
	"fmt"
	"io"
	"time"
)

// A meter shows in one line of a terminal how far something long is.
type meter struct {
	w     io.Writer // nil: it is not a terminal, and nothing is shown
	shown bool
}

// meter returns one for stderr, where it is in nobody's way.
func (e *env) meter() *meter {
	if !isTerminal(e.stderr) {
		return &meter{}
	}
	return &meter{w: e.stderr}
}

// tell returns what shows a line, or nil if nobody sees it.
func (m *meter) tell() func(line string) {
	if m.w == nil {
		return nil
	}
	return func(line string) {
		m.shown = true
		fmt.Fprint(m.w, "\r"+line+"\x1b[K")
	}
}

// clear takes the line away.
func (m *meter) clear() {
	if m.shown {
		fmt.Fprint(m.w, "\r\x1b[K")
	}
}

// meterEvery is how often a meter moves.
const meterEvery = 250 * time.Millisecond

// every returns a function that does what it is given, but not more often than a
// meter moves.
func every(tell func(line string)) func(line func() string) {
	var last time.Time
	return func(line func() string) {
		if tell == nil || time.Since(last) < meterEvery {
			return
		}
		last = time.Now()
		tell(line())
	}
}
