package slack

import (
	"context"
	"sync"
	"time"
)

// adminsTime is how long it is believed who runs the workspace.
const adminsTime = 5 * time.Minute

// adminsMost is how many people are remembered.
const adminsMost = 1000

// admins remembers who runs the workspace.
type admins struct {
	mu    sync.Mutex
	known map[string]adminFact
}

type adminFact struct {
	admin bool
	asked time.Time
}

// IsAdmin reports whether a person is an admin or an owner of the workspace. It
// needs the scope users:read; without it the error is Forbidden.
func (c *Client) IsAdmin(ctx context.Context, user string) (bool, error) {
	c.admins.mu.Lock()
	f, ok := c.admins.known[user]
	c.admins.mu.Unlock()
	if ok && time.Since(f.asked) < adminsTime {
		return f.admin, nil
	}
	u, err := c.api.GetUserInfoContext(ctx, user)
	if err != nil {
		return false, c.problem("users.info", err)
	}
	f = adminFact{u.IsAdmin || u.IsOwner || u.IsPrimaryOwner, time.Now()}
	c.admins.mu.Lock()
	defer c.admins.mu.Unlock()
	if c.admins.known == nil || len(c.admins.known) >= adminsMost {
		c.admins.known = make(map[string]adminFact)
	}
	c.admins.known[user] = f
	return f.admin, nil
}
