package chattest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// What stands on a new [Slack].
const (
	SlackTeam    = "T0HARBOUR"
	SlackApp     = "A0EDITWATCH"
	SlackBot     = "U0EDITWATCH" // the bot's user
	SlackBotID   = "B0EDITWATCH"
	SlackDesk    = "C0DESK"    // a public channel with the bot in it
	SlackOutside = "C0OUTSIDE" // a public channel without it
	SlackPrivate = "C0PRIVATE" // a private channel without it
	SlackAdmin   = "U0EDITOR"  // a member who is an admin
	SlackMember  = "U0READER"
	SlackVisitor = "U0VISITOR" // of the workspace, and in no channel: may look into the public ones
)

// A Slack stands in for Slack: its Web API, Socket Mode, and what it sends to
// request URLs. Create one with [NewSlack]. It is safe for concurrent use; its
// fields are to be set before its first use.
type Slack struct {
	*site
	journal

	APIURL        string // the base address of the Web API, ending in "/"
	Token         string // of the bot, "xoxb-…"
	AppToken      string // "xapp-…"
	SigningSecret string
	Scopes        []string      // the bot's
	Ping          time.Duration // how often Slack pings a socket

	mentions []string
	revoked  bool
	serial   int64
	channels map[string]*Conversation
	users    map[string]bool // → admin
	said     []*Saying
	homes    map[string]json.RawMessage
	asks     map[string]*Ask // by envelope, and by response_url's token
	triggers map[string]*trigger
	files    map[string]*File
	urls     RequestURLs
	socket   socket
}

// A Conversation is a channel of a [Slack].
type Conversation struct {
	ID, Name string
	Private  bool
	Member   bool // the bot is in it
	Archived bool
}

// A Saying is a message on a [Slack], as it stands now.
type Saying struct {
	TS, Channel, User string
	At                time.Time
	Text              string
	Blocks            json.RawMessage
	Thread            string // the ts of the message it replies to
	Metadata          json.RawMessage
	For               string            // the only user who sees it, if it is ephemeral
	Body              json.RawMessage   // as it was posted
	Edits             []json.RawMessage // the bodies of its updates
	Deleted           bool

	ask *Ask // whose response_url or acknowledgement it came by
}

// A File was uploaded.
type File struct {
	ID, Name, Title, Channel, Thread string
	Content                          []byte
	Shared                           bool
}

type trigger struct {
	at   time.Time
	used bool
}

// NewSlack starts a workspace with three channels and three people. It stops with
// the test, and fails it if a request breaks a rule.
func NewSlack(t testing.TB, n Network) *Slack {
	t.Helper()
	s := &Slack{
		Token: "xoxb-0-s3cretT0ken", AppToken: "xapp-1-s3cretT0ken", SigningSecret: "5ign1ngs3cret",
		Scopes: []string{"chat:write", "commands", "channels:read", "groups:read", "app_mentions:read", "channels:history", "groups:history", "users:read"},
		Ping:   10 * time.Second,
		channels: map[string]*Conversation{
			SlackDesk:    {ID: SlackDesk, Name: "desk", Member: true},
			SlackOutside: {ID: SlackOutside, Name: "outside"},
			SlackPrivate: {ID: SlackPrivate, Name: "private", Private: true},
		},
		users: map[string]bool{SlackAdmin: true, SlackMember: false, SlackVisitor: false},
		homes: make(map[string]json.RawMessage), asks: make(map[string]*Ask), triggers: make(map[string]*trigger), files: make(map[string]*File),
	}
	s.init(t)
	s.socket.init()
	s.site = open(t, n, "slack.test", s)
	s.APIURL = s.URL + "/api/"
	t.Cleanup(s.stop)
	return s
}

// AllowMentions names users and user groups that messages may mention. Any other
// mention is a fault.
func (s *Slack) AllowMentions(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mentions = append(s.mentions, ids...)
}

// Grant leaves the bot these scopes from now on.
func (s *Slack) Grant(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Scopes = scopes
}

// RevokeToken answers token_revoked to everything from now on.
func (s *Slack) RevokeToken() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revoked = true
}

// SetConversation adds a channel or changes it. Nobody is told; see [Slack.Event].
func (s *Slack) SetConversation(c Conversation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.channels[c.ID] = &c
}

// DeleteConversation deletes a channel. Nobody is told; see [Slack.Event].
func (s *Slack) DeleteConversation(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels, id)
}

// Messages returns the bot's messages in a channel that were not deleted, the
// oldest first, without ephemeral ones. The empty channel is all of them.
func (s *Slack) Messages(channel string) []Saying {
	return s.filter(func(m *Saying) bool {
		return (channel == "" || m.Channel == channel) && m.User == SlackBot && !m.Deleted && m.For == ""
	})
}

// Ephemeral returns what the bot let only one user see.
func (s *Slack) Ephemeral(user string) []Saying {
	return s.filter(func(m *Saying) bool { return m.For == user && !m.Deleted })
}

func (s *Slack) filter(want func(*Saying) bool) []Saying {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Saying
	for _, m := range s.said {
		if want(m) {
			out = append(out, *m)
		}
	}
	return out
}

// WaitMessages waits until the bot has n messages in a channel, and returns
// them.
func (s *Slack) WaitMessages(channel string, n int) []Saying {
	s.t.Helper()
	s.wait(fmt.Sprintf("%d messages in %s", n, channel), func() bool {
		k := 0
		for _, m := range s.said {
			if m.Channel == channel && m.User == SlackBot && !m.Deleted && m.For == "" {
				k++
			}
		}
		return k >= n
	})
	return s.Messages(channel)
}

// RemoveMessage deletes a message, as its author or an admin would.
func (s *Slack) RemoveMessage(channel, ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.find(channel, ts); m != nil {
		m.Deleted = true
	}
}

// Post posts a message of a person's and returns its ts.
func (s *Slack) Post(user, channel, text, thread string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.say(&Saying{Channel: channel, User: user, Text: text, Thread: thread})
	return m.TS
}

// Home returns a user's Home tab as it was published last, and nil before that.
func (s *Slack) Home(user string) json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.homes[user]
}

// WaitHome waits until a user's Home tab was published, and returns it.
func (s *Slack) WaitHome(user string) json.RawMessage {
	s.t.Helper()
	s.wait("the Home tab of "+user, func() bool { return s.homes[user] != nil })
	return s.Home(user)
}

// Files returns what was uploaded and shared.
func (s *Slack) Files() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []File
	for _, f := range s.files {
		if f.Shared {
			out = append(out, *f)
		}
	}
	return out
}

// say adds a message with a ts of its own.
func (s *Slack) say(m *Saying) *Saying {
	s.serial++
	m.At = time.Now()
	m.TS = fmt.Sprintf("%d.%06d", m.At.Unix(), s.serial)
	s.said = append(s.said, m)
	s.touch()
	return m
}

func (s *Slack) find(channel, ts string) *Saying {
	for _, m := range s.said {
		if m.TS == ts && m.Channel == channel && !m.Deleted {
			return m
		}
	}
	return nil
}

// ServeHTTP answers the Web API, sockets, response URLs and uploads.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	method, api := strings.CutPrefix(r.URL.Path, "/api/")
	switch {
	case r.URL.Path == "/link/":
		s.serveSocket(w, r)
	case strings.HasPrefix(r.URL.Path, "/response/"):
		token := strings.TrimPrefix(r.URL.Path, "/response/")
		s.serve(w, r, &Call{Route: ResponseURL, Subject: token}, s.respondURL)
	case strings.HasPrefix(r.URL.Path, "/upload/"):
		id := strings.TrimPrefix(r.URL.Path, "/upload/")
		s.serve(w, r, &Call{Route: Upload, Subject: id}, func(c *Call) reply { return s.upload(id, c) })
	case api:
		s.serve(w, r, &Call{Route: method}, func(c *Call) reply { return s.web(method, c) })
	default:
		http.NotFound(w, r)
	}
}

// Routes of a Slack that are not methods of the Web API.
const (
	ResponseURL = "response_url"
	Upload      = "upload"
)
