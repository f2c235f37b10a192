package chattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Routes of Discord's API that tests often name. A route is a method and a path
// as Discord's OpenAPI description writes it.
const (
	CreateMessage     = "POST /channels/{channel_id}/messages"
	ListMessages      = "GET /channels/{channel_id}/messages"
	GetMessage        = "GET /channels/{channel_id}/messages/{message_id}"
	EditMessage       = "PATCH /channels/{channel_id}/messages/{message_id}"
	DeleteMessage     = "DELETE /channels/{channel_id}/messages/{message_id}"
	Crosspost         = "POST /channels/{channel_id}/messages/{message_id}/crosspost"
	CreateThread      = "POST /channels/{channel_id}/messages/{message_id}/threads"
	GetChannel        = "GET /channels/{channel_id}"
	PutCommands       = "PUT /applications/{application_id}/commands"
	GetCommands       = "GET /applications/{application_id}/commands"
	CreateCallback    = "POST /interactions/{interaction_id}/{interaction_token}/callback"
	EditOriginal      = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
	CreateFollowup    = "POST /webhooks/{webhook_id}/{webhook_token}" // and of webhooks
	EditFollowup      = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
	GetGateway        = "GET /gateway"
	GetGatewayBot     = "GET /gateway/bot"
	GetMe             = "GET /users/@me"
	GetApplication    = "GET /oauth2/applications/@me"
	patchChannel      = "PATCH /channels/{channel_id}"
	createOwnThread   = "POST /channels/{channel_id}/threads"
	getOriginal       = "GET /webhooks/{webhook_id}/{webhook_token}/messages/@original"
	deleteOriginal    = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original"
	deleteFollowup    = "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
	getGuild          = "GET /guilds/{guild_id}"
	getRoles          = "GET /guilds/{guild_id}/roles"
	getGuildChannels  = "GET /guilds/{guild_id}/channels"
	getGuildMember    = "GET /guilds/{guild_id}/members/{user_id}"
	getMyGuilds       = "GET /users/@me/guilds"
	putGuildCommands  = "PUT /applications/{application_id}/guilds/{guild_id}/commands"
	getGuildCommands  = "GET /applications/{application_id}/guilds/{guild_id}/commands"
	getAppMe          = "GET /applications/@me"
	createDM          = "POST /users/@me/channels"
	triggerTyping     = "POST /channels/{channel_id}/typing"
	leaveGuild        = "DELETE /users/@me/guilds/{guild_id}"
	getWebhookMessage = "GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
)

// route is how a server answers one route. It is called with the lock held.
type route func(r *http.Request, c *Call) reply

func (d *Discord) routes() {
	d.mux = http.NewServeMux()
	for pattern, respond := range map[string]route{
		CreateMessage: d.createMessage, ListMessages: d.listMessages, GetMessage: d.getMessage,
		EditMessage: d.editMessage, DeleteMessage: d.deleteMessage, Crosspost: d.crosspost,
		CreateThread: d.createThread, createOwnThread: d.createThread,
		GetChannel: d.getChannel, patchChannel: d.patchChannel, triggerTyping: func(*http.Request, *Call) reply { return reply{status: 204} },
		getGuild: d.getGuild, getRoles: d.getRoles, getGuildChannels: d.getGuildChannels, getGuildMember: d.getGuildMember,
		getMyGuilds: d.getMyGuilds, leaveGuild: d.leaveGuild,
		PutCommands: d.putCommands, GetCommands: d.getCommands, putGuildCommands: d.putCommands, getGuildCommands: d.getCommands,
		CreateCallback: d.createCallback, EditOriginal: d.editOriginal, getOriginal: d.getOriginal, deleteOriginal: d.deleteOriginal,
		CreateFollowup: d.createFollowup, EditFollowup: d.editFollowup, deleteFollowup: d.deleteFollowup, getWebhookMessage: d.getFollowup,
		GetGateway: d.getGateway, GetGatewayBot: d.getGateway,
		GetMe:          func(*http.Request, *Call) reply { return answer(200, userJSON(DiscordBot)) },
		GetApplication: d.getApplication, getAppMe: d.getApplication,
		createDM: func(*http.Request, *Call) reply { return refuse(403, 50007) },
	} {
		d.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			c := &Call{Route: r.Pattern, Subject: subject(r)}
			d.serve(w, r, c, func(c *Call) reply {
				re := d.respond(r, c, respond)
				if d.verify && re.status/100 == 2 && len(re.body) > 0 {
					if err := checkSchema(c.Route, strconv.Itoa(re.status), re.body); err != nil {
						d.fail("our own answer: %s: %v\n%s", c.Route, err, excerpt(re.body))
					}
				}
				return re
			})
		})
	}
	d.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		c := &Call{Route: r.Method + " " + r.URL.Path}
		d.serve(w, r, c, func(*Call) reply {
			d.fail("there is no %s %s on this server", r.Method, r.URL.Path)
			return answer(404, map[string]any{"message": "404: Not Found", "code": 0})
		})
	})
}

var version = regexp.MustCompile(`^/v\d+/`)

// ServeHTTP answers the API's requests and the gateway's connections.
func (d *Discord) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/gateway/") {
		d.serveGateway(w, r)
		return
	}
	if id, ok := strings.CutPrefix(r.URL.Path, "/attachments/"); ok {
		d.mu.Lock()
		f, ok := d.files[id]
		d.mu.Unlock()
		if !ok || r.Header.Get("Authorization") != "" {
			http.NotFound(w, r)
			return
		}
		w.Write(f.Data)
		return
	}
	path, ok := strings.CutPrefix(r.URL.Path, "/api")
	if !ok {
		http.NotFound(w, r)
		return
	}
	r = r.Clone(r.Context())
	r.URL.Path = "/" + strings.TrimPrefix(version.ReplaceAllString(path, ""), "/")
	r.URL.RawPath = ""
	d.mux.ServeHTTP(w, r)
}

// subject is what a route's limits belong to besides the route:
// https://discord.com/developers/docs/topics/rate-limits.
func subject(r *http.Request) string {
	for _, name := range []string{"channel_id", "guild_id", "webhook_token", "interaction_token"} {
		if v := r.PathValue(name); v != "" {
			return v
		}
	}
	return ""
}

// userAgent is what Discord asks for, and blocks others:
// https://discord.com/developers/docs/reference#user-agent.
var userAgent = regexp.MustCompile(`^DiscordBot \(\S+, [^)]+\)`)

// respond answers a request to a route after what holds for every route.
func (d *Discord) respond(r *http.Request, c *Call, do route) reply {
	if !userAgent.MatchString(r.UserAgent()) {
		d.fail("%s: Discord asks for a User-Agent such as \"DiscordBot (https://…, 1)\", not %q", c.Route, r.UserAgent())
	}
	if d.invalid() >= 10000 {
		return reply{status: 429, header: http.Header{"Content-Type": {"text/html"}}, body: []byte("<title>error 1015: you are being rate limited</title>")}
	}
	own := strings.Contains(c.Route, "/webhooks/") || strings.Contains(c.Route, "/interactions/") || c.Route == GetGateway
	if own {
		return d.checked(r, c, do) // no token, and outside the global limit
	}
	if d.revoked || r.Header.Get("Authorization") != "Bot "+d.Token {
		return answer(401, map[string]any{"message": "401: Unauthorized", "code": 0})
	}
	if _, _, _, wait := d.take("", "", c.At); wait > 0 {
		return d.limited(c, wait, wait, true)
	}
	l, left, reset, wait := d.take(c.Route, c.Subject, c.At)
	h := http.Header{"X-Ratelimit-Bucket": {bucket(c.Route)}}
	if l.n == 0 {
		l, left, reset = rate{1000, time.Second}, 999, time.Second
	}
	h.Set("X-RateLimit-Limit", fmt.Sprint(l.n))
	h.Set("X-RateLimit-Remaining", fmt.Sprint(left))
	h.Set("X-RateLimit-Reset-After", fmt.Sprintf("%.3f", reset.Seconds()))
	h.Set("X-RateLimit-Reset", fmt.Sprintf("%.3f", float64(c.At.Add(reset).UnixMilli())/1000))
	var re reply
	switch {
	case wait > 0 && c.Route == Crosspost:
		// The cap on publishing is not the route's bucket: the headers know
		// nothing of it. https://github.com/discord/discord-api-docs/issues/6109
		return d.limited(c, time.Second, wait, false)
	case wait > 0:
		re = d.limited(c, wait, wait, false)
	default:
		re = d.checked(r, c, do)
	}
	if c.Route != Crosspost {
		for k, v := range re.header {
			h[k] = v
		}
		re.header = h
	}
	return re
}

func (d *Discord) limited(c *Call, header, body time.Duration, global bool) reply {
	a := DiscordLimited(header, body, global)
	if c.Route == Crosspost && !global {
		a = DiscordWriteLimited(body)
	}
	d.told(c, max(header, body), global)
	rec := &replyWriter{header: make(http.Header)}
	a.write(rec, nil)
	return reply{status: rec.status, header: rec.header, body: rec.body}
}

// replyWriter collects what an answer writes.
type replyWriter struct {
	status int
	header http.Header
	body   []byte
}

func (w *replyWriter) Header() http.Header         { return w.header }
func (w *replyWriter) WriteHeader(status int)      { w.status = status }
func (w *replyWriter) Write(b []byte) (int, error) { w.body = append(w.body, b...); return len(b), nil }

// unpack takes apart a body that carries files; Body is then the message:
// https://discord.com/developers/docs/reference#uploading-files.
func (c *Call) unpack() error {
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" {
		return nil
	}
	parts := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"])
	c.Body = nil
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			if len(c.Body) == 0 || !json.Valid(c.Body) || len(c.Files) == 0 {
				return errors.New("payload_json and files[n] are wanted")
			}
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(p)
		switch {
		case err != nil:
			return err
		case p.FormName() == "payload_json":
			c.Body = data
		case p.FormName() == fmt.Sprintf("files[%d]", len(c.Files)) && p.FileName() != "":
			c.Files = append(c.Files, Attachment{Name: p.FileName(), Type: p.Header.Get("Content-Type"), Data: data})
		default:
			return fmt.Errorf("an unexpected part %q", p.FormName())
		}
	}
}

// checked holds the body against the rules before the route answers.
func (d *Discord) checked(r *http.Request, c *Call, do route) reply {
	if err := c.unpack(); err != nil {
		d.fail("%s: the parts of the body: %v", c.Route, err)
		return refuse(400, 50035)
	}
	if len(c.Body) > 0 && r.Method != http.MethodGet && len(c.Files) == 0 {
		if kind := r.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
			d.fail("%s: the body is %q", c.Route, kind)
			return refuse(400, 50035)
		}
		if !json.Valid(c.Body) {
			d.fail("%s: the body is no JSON: %s", c.Route, excerpt(c.Body))
			return refuse(400, 50109)
		}
	}
	if err := CheckDiscord(c.Route, c.Body, d.mentions...); err != nil {
		d.fail("a body breaks Discord's rules: %s: %v\n%s", c.Route, err, excerpt(c.Body))
		return refuse(400, 50035)
	}
	return do(r, c)
}

func bucket(route string) string {
	h := fnv.New64a()
	h.Write([]byte(route))
	return strconv.FormatUint(h.Sum64(), 16)
}

// answer is a reply of JSON.
func answer(status int, v any) reply {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own values always marshal
	}
	return reply{status: status, body: b}
}

// errorTexts are Discord's: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json.
var errorTexts = map[int]string{
	10003: "Unknown Channel", 10004: "Unknown Guild", 10007: "Unknown Member", 10008: "Unknown Message", 10015: "Unknown Webhook",
	10062: "Unknown interaction", 30034: "You have been rate limited for application command creates", 40033: "This message has already been crossposted",
	40060: "Interaction has already been acknowledged.", 50001: "Missing Access", 50005: "Cannot edit a message authored by another user",
	50006: "Cannot send an empty message", 50007: "Cannot send messages to this user", 50013: "Missing Permissions",
	50024: "Cannot execute action on this channel type", 50027: "Invalid Webhook Token", 50035: "Invalid Form Body", 50083: "Thread is archived",
	50109: "The request body contains invalid JSON.", 160004: "A thread has already been created for this message", 160005: "Thread is locked",
}

// refuse is one of Discord's errors.
func refuse(status, code int) reply {
	return answer(status, map[string]any{"message": errorTexts[code], "code": code})
}

// id returns the next snowflake.
func (d *Discord) id() string {
	d.lastID += 1 << 22
	return strconv.FormatUint(d.lastID, 10)
}
