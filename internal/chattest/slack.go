package chattest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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

// NewSlack starts a workspace with three channels and two members. It stops with
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
		users: map[string]bool{SlackAdmin: true, SlackMember: false},
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

// args are a method's arguments. Those that are objects stand as JSON.
type args map[string]string

func (a args) bool(name string) bool { return a[name] == "true" || a[name] == "1" }

func readArgs(c *Call) (args, error) {
	kind, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	a := make(args)
	add := func(form url.Values) {
		for k, v := range form {
			a[k] = v[0]
		}
	}
	query, _ := url.ParseQuery(c.Query)
	add(query)
	switch kind {
	case "application/json":
		var raw map[string]json.RawMessage
		if len(bytes.TrimSpace(c.Body)) == 0 {
			break
		}
		if err := json.Unmarshal(c.Body, &raw); err != nil {
			return nil, fmt.Errorf("invalid_json")
		}
		for k, v := range raw {
			var text string
			if json.Unmarshal(v, &text) != nil {
				text = string(v)
			}
			a[k] = text
		}
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).ReadForm(32 << 20)
		if err != nil {
			return nil, fmt.Errorf("invalid_form_data")
		}
		add(form.Value)
	case "application/x-www-form-urlencoded", "":
		form, err := url.ParseQuery(string(c.Body))
		if err != nil {
			return nil, fmt.Errorf("invalid_form_data")
		}
		add(form)
	default:
		return nil, fmt.Errorf("invalid_post_type")
	}
	return a, nil
}

// needs are the scopes of methods; one of them will do, and none is needed where
// there is none. Those of conversations depend on the channel.
var needs = map[string][]string{
	"chat.postMessage": {"chat:write"}, "chat.update": {"chat:write"}, "chat.delete": {"chat:write"}, "chat.postEphemeral": {"chat:write"},
	"users.info": {"users:read"}, "bots.info": {"users:read"}, "team.info": {"team:read"},
	"files.getUploadURLExternal": {"files:write"}, "files.completeUploadExternal": {"files:write"},
	"conversations.list": {"channels:read", "groups:read"}, "users.conversations": {"channels:read", "groups:read"},
	"conversations.join": {"channels:join"}, "reactions.add": {"reactions:write"},
}

// web answers a method of the Web API. The lock is held.
func (s *Slack) web(method string, c *Call) reply {
	re := s.api(method, c)
	var said struct{ OK bool }
	json.Unmarshal(re.body, &said)
	re.refused = !said.OK // HTTP says 200 all the same
	return re
}

// api answers a method to whom may call it.
func (s *Slack) api(method string, c *Call) reply {
	a, err := readArgs(c)
	if err != nil {
		s.fail("%s: %v", method, err)
		return slackError(err.Error())
	}
	c.Subject = a["channel"]
	token, ok := strings.CutPrefix(c.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = a["token"]
	}
	own := s.Token
	if method == "apps.connections.open" {
		own = s.AppToken
	}
	switch {
	case token == "":
		return slackError("not_authed")
	case method == "auth.test" && token == s.AppToken:
	case token == s.Token && method == "apps.connections.open", token == s.AppToken && own != token:
		return slackError("not_allowed_token_type")
	case token != own:
		return slackError("invalid_auth")
	case s.revoked:
		return slackError("token_revoked")
	}
	if _, _, _, wait := s.take(method, c.Subject, c.At); wait > 0 {
		limited := SlackLimited(wait)
		s.told(c, wait, false)
		w := &replyWriter{header: make(http.Header)}
		limited.write(w, nil)
		return reply{status: w.status, header: w.header, body: w.body}
	}
	if missing, ok := s.missing(needs[method]...); ok {
		return missing
	}
	respond := map[string]func(args, *Call) reply{
		"auth.test": s.authTest, "apps.connections.open": s.openConnection,
		"chat.postMessage": s.postMessage, "chat.update": s.update, "chat.delete": s.deleteMessage, "chat.postEphemeral": s.postEphemeral,
		"chat.getPermalink":  s.permalink,
		"conversations.info": s.conversationInfo, "conversations.history": s.history, "conversations.replies": s.history,
		"conversations.list": s.conversations, "users.conversations": s.conversations, "conversations.members": s.members,
		"users.info": s.userInfo, "bots.info": s.botInfo, "team.info": s.teamInfo,
		"views.publish": s.publishView, "views.open": s.openView, "views.update": s.openView,
		"files.getUploadURLExternal": s.uploadURL, "files.completeUploadExternal": s.completeUpload,
		"reactions.add": func(args, *Call) reply { return slackOK(nil) },
	}[method]
	if respond == nil {
		s.fail("there is no method %q on this server", method)
		return slackError("unknown_method")
	}
	re := respond(a, c)
	re.header = http.Header{"X-Oauth-Scopes": {strings.Join(s.Scopes, ",")}}
	return re
}

// missing is the answer when none of the scopes was granted.
func (s *Slack) missing(scopes ...string) (reply, bool) {
	for _, scope := range scopes {
		if slices.Contains(s.Scopes, scope) {
			return reply{}, false
		}
	}
	if len(scopes) == 0 {
		return reply{}, false
	}
	return answer(200, map[string]any{"ok": false, "error": "missing_scope", "needed": strings.Join(scopes, ","), "provided": strings.Join(s.Scopes, ",")}), true
}

func slackError(code string) reply { return answer(200, map[string]any{"ok": false, "error": code}) }

func slackOK(v map[string]any) reply {
	if v == nil {
		v = make(map[string]any)
	}
	v["ok"] = true
	return answer(200, v)
}

func (s *Slack) authTest(args, *Call) reply {
	return slackOK(map[string]any{
		"url": "https://harbour.slack.com/", "team": "The Harbour Post", "user": "editwatch", "team_id": SlackTeam, "user_id": SlackBot, "bot_id": SlackBotID,
		"is_enterprise_install": false,
	})
}

func (s *Slack) userInfo(a args, _ *Call) reply {
	admin, ok := s.users[a["user"]]
	if !ok && a["user"] != SlackBot {
		return slackError("user_not_found")
	}
	return slackOK(map[string]any{"user": map[string]any{
		"id": a["user"], "team_id": SlackTeam, "name": strings.ToLower(a["user"]), "deleted": false, "real_name": a["user"], "tz": "Europe/London", "tz_offset": 0,
		"is_admin": admin, "is_owner": false, "is_primary_owner": false, "is_bot": a["user"] == SlackBot, "is_restricted": false, "is_app_user": false,
		"profile": map[string]any{"real_name": a["user"], "display_name": strings.ToLower(a["user"])},
	}})
}

func (s *Slack) botInfo(args, *Call) reply {
	return slackOK(map[string]any{"bot": map[string]any{"id": SlackBotID, "app_id": SlackApp, "user_id": SlackBot, "name": "editwatch", "deleted": false}})
}

func (s *Slack) teamInfo(args, *Call) reply {
	return slackOK(map[string]any{"team": map[string]any{"id": SlackTeam, "name": "The Harbour Post", "domain": "harbour"}})
}

// seconds is a time as Slack's ts has it.
func seconds(ts string) float64 {
	f, _ := strconv.ParseFloat(ts, 64)
	return f
}

func (s *Slack) upload(id string, c *Call) reply {
	f := s.files[id]
	if f == nil {
		return reply{status: 404}
	}
	f.Content = c.Body
	if kind, params, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); kind == "multipart/form-data" {
		if p, err := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"]).NextPart(); err == nil {
			f.Content, _ = io.ReadAll(p)
		}
	}
	return reply{status: 200, body: []byte("OK - " + strconv.Itoa(len(f.Content)))}
}

func (s *Slack) uploadURL(a args, _ *Call) reply {
	if n, err := strconv.Atoi(a["length"]); err != nil || n <= 0 || a["filename"] == "" {
		return slackError("invalid_arguments")
	}
	s.serial++
	id := fmt.Sprintf("F%08d", s.serial)
	s.files[id] = &File{ID: id, Name: a["filename"]}
	return slackOK(map[string]any{"upload_url": s.URL + "/upload/" + id, "file_id": id})
}

func (s *Slack) completeUpload(a args, _ *Call) reply {
	var list []struct{ ID, Title string }
	if json.Unmarshal([]byte(a["files"]), &list) != nil || len(list) == 0 {
		return slackError("invalid_arguments")
	}
	var out []any
	for _, l := range list {
		f := s.files[l.ID]
		if f == nil || f.Content == nil {
			return slackError("file_not_found")
		}
		f.Title, f.Channel, f.Thread, f.Shared = l.Title, a["channel_id"], a["thread_ts"], true
		out = append(out, map[string]any{"id": f.ID, "title": f.Title})
	}
	s.touch()
	return slackOK(map[string]any{"files": out})
}
