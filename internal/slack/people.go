package slack

import (
	"context"
	"net/url"
	"slices"
	"strconv"
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
		return false, apiError(err)
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

// membersPage is how many members are asked for at once, and membersPages how
// often: of more than these, nobody is looked for.
// https://docs.slack.dev/reference/methods/conversations.members
const (
	membersPage  = 999
	membersPages = 50
)

// IsMember reports whether a person is in a channel. It needs the scope
// channels:read or groups:read; without it the error is Forbidden.
func (c *Client) IsMember(ctx context.Context, channel, user string) (bool, error) {
	args := url.Values{"channel": {channel}, "limit": {strconv.Itoa(membersPage)}}
	for range membersPages {
		var page struct {
			Members  []string `json:"members"`
			Metadata struct {
				Next string `json:"next_cursor"`
			} `json:"response_metadata"`
		}
		if err := c.call(ctx, "conversations.members", args, &page); err != nil {
			return false, err
		}
		if slices.Contains(page.Members, user) {
			return true, nil
		}
		if page.Metadata.Next == "" {
			break
		}
		args.Set("cursor", page.Metadata.Next)
	}
	return false, nil
}
