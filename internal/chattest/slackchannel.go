package chattest

import (
	"sort"
	"strconv"
	"strings"
)

// kindOf says which family of scopes a channel belongs to.
func kindOf(c *Conversation) string {
	if c.Private {
		return "groups"
	}
	return "channels"
}

func (s *Slack) conversationInfo(a args, _ *Call) reply {
	c := s.channels[a["channel"]]
	if c == nil || c.Private && !c.Member {
		return slackError("channel_not_found")
	}
	if re, missing := s.missing(kindOf(c) + ":read"); missing {
		return re
	}
	return slackOK(map[string]any{"channel": conversationJSON(c)})
}

func conversationJSON(c *Conversation) map[string]any {
	return map[string]any{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name, "is_channel": !c.Private, "is_group": false, "is_im": false, "is_mpim": false, "created": 1700000000,
		"creator": SlackAdmin, "is_archived": c.Archived, "is_general": false, "unlinked": 0, "is_shared": false, "is_ext_shared": false, "is_org_shared": false,
		"is_private": c.Private, "is_member": c.Member, "context_team_id": SlackTeam, "shared_team_ids": []string{SlackTeam},
		"topic": map[string]any{"value": "", "creator": "", "last_set": 0}, "purpose": map[string]any{"value": "", "creator": "", "last_set": 0},
	}
}

func (s *Slack) conversations(a args, c *Call) reply {
	types := a["types"]
	if types == "" {
		types = "public_channel"
	}
	var ids []string
	for id, ch := range s.channels {
		kind := "public_channel"
		if ch.Private {
			kind = "private_channel"
		}
		if strings.Contains(types, kind) && (ch.Member || !ch.Private && c.Route == "conversations.list") && !(a.bool("exclude_archived") && ch.Archived) {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	out := []any{}
	for _, id := range ids {
		out = append(out, conversationJSON(s.channels[id]))
	}
	return slackOK(map[string]any{"channels": out, "response_metadata": map[string]any{"next_cursor": ""}})
}

// in reports whether a person is in the channels.
func (s *Slack) in(user string) bool {
	_, known := s.users[user]
	return known && user != SlackVisitor
}

// membersPage is how many members are told at once, whatever the limit: "fewer
// than the requested number of items may be returned, even if the end of the
// list hasn't been reached"
// (https://docs.slack.dev/reference/methods/conversations.members).
const membersPage = 2

func (s *Slack) members(a args, _ *Call) reply {
	c, re, ok := s.reach(a["channel"])
	if !ok {
		return re
	}
	if re, missing := s.missing(kindOf(c) + ":read"); missing {
		return re
	}
	if n, err := strconv.Atoi(a["limit"]); a["limit"] != "" && (err != nil || n < 1 || n > 999) {
		return slackError("invalid_limit")
	}
	var ids []string
	for id := range s.users {
		if s.in(id) {
			ids = append(ids, id)
		}
	}
	if c.Member {
		ids = append(ids, SlackBot)
	}
	sort.Strings(ids)
	from, _ := strconv.Atoi(a["cursor"])
	if from < 0 || from > len(ids) {
		return slackError("invalid_cursor")
	}
	to, next := min(from+membersPage, len(ids)), ""
	if to < len(ids) {
		next = strconv.Itoa(to)
	}
	return slackOK(map[string]any{"members": ids[from:to], "response_metadata": map[string]any{"next_cursor": next}})
}
