package discord

import "sync"

// How many interactions are answered at once. A server or a person that asks for
// more than its share leaves the rest to the others; keystrokes, which ask for
// suggestions, take no room from commands.
const (
	commandsAtOnce   = 64
	commandsInServer = 32
	typingAtOnce     = 32
	typingInServer   = 8
	typingByPerson   = 3
	// refusalsAtOnce is how many are told at once that there is no room. Those
	// beyond get no answer, which Discord tells them in its own words.
	refusalsAtOnce = 16
)

// A share is how many of something there may be at once.
type share struct {
	of   string
	most int
}

// shares returns what an interaction counts towards.
func (i *interaction) shares() []share {
	if i.Kind == kindComplete {
		return []share{
			{"typing", typingAtOnce}, {"typing in " + i.Guild, typingInServer}, {"typing by " + i.asker(), typingByPerson},
		}
	}
	return []share{{"commands", commandsAtOnce}, {"commands in " + i.Guild, commandsInServer}}
}

// A crowd counts what is under way. Its zero value is empty.
type crowd struct {
	mu sync.Mutex
	n  map[string]int
}

// enter counts one more in each share, until leave is called, unless one of them
// is used up.
func (c *crowd) enter(shares ...share) (leave func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, s := range shares {
		if c.n[s.of] >= s.most {
			return nil, false
		}
	}
	if c.n == nil {
		c.n = make(map[string]int)
	}
	for _, s := range shares {
		c.n[s.of]++
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, s := range shares {
			if c.n[s.of]--; c.n[s.of] == 0 {
				delete(c.n, s.of)
			}
		}
	}, true
}
