package slack

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// DefaultAPI is the address of Slack's own Web API.
const DefaultAPI = slack.APIURL

// Options of a [Client].
type Options struct {
	// Token is the bot's, "xoxb-…", and AppToken the app's, "xapp-…", by which
	// Socket Mode connects. Both are secrets; AppToken may be empty.
	Token, AppToken string
	// APIURL is the base address of a compatible server's Web API. Empty is
	// [DefaultAPI].
	APIURL string
	// HTTP makes the requests. Its redirects are not followed. nil is a client
	// that reaches public addresses only.
	HTTP *http.Client
	// Dial opens the connection of Socket Mode; nil reaches public addresses
	// only.
	Dial   safehttp.DialFunc
	Logger *slog.Logger // nil logs nothing
}

// A Client is one bot's access to one workspace, shared by all that speak in its
// name. It is safe for concurrent use. A request is made once; its error is a
// [*Problem].
type Client struct {
	api    *slack.Client
	http   *http.Client // for requests with the token
	plain  *http.Client // for response URLs, which are asked without it
	base   string       // ends in a slash
	app    bool         // there is a token of the app
	dial   safehttp.DialFunc
	log    *slog.Logger
	pacing pacing
	admins admins

	mu  sync.Mutex
	bot Bot // empty until asked
}

// NewClient returns a client. It makes no request yet. No error contains a
// token.
func NewClient(o Options) (*Client, error) {
	token, app := strings.TrimSpace(o.Token), strings.TrimSpace(o.AppToken)
	if !isToken(token) {
		return nil, errors.New("this is not the token of a Slack bot: copy the one that begins with xoxb- from the app's page, OAuth & Permissions")
	}
	if app != "" && (!isToken(app) || strings.HasPrefix(app, "xoxb-")) {
		return nil, errors.New("this is not the token of a Slack app: make one that begins with xapp- on the app's page, Basic Information, App-Level Tokens")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultAPI
	}
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(o.APIURL), "/") + "/")
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("this is not the address of a Slack API: it begins with https://, like " + DefaultAPI)
	}
	client := o.HTTP
	if client == nil {
		client = safehttp.New(safehttp.Options{})
	}
	c := &Client{base: u.String(), app: app != "", dial: o.Dial, log: o.Logger}
	if c.dial == nil {
		c.dial = safehttp.Dialer(safehttp.Options{})
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	under := client.Transport
	if under == nil {
		under = http.DefaultTransport
	}
	t := &apiTransport{base: under, prefix: u.Path, token: token, until: make(map[string]time.Time)}
	c.http = &http.Client{Transport: t, Timeout: client.Timeout, CheckRedirect: stay}
	c.plain = &http.Client{Transport: &webhookTransport{under}, Timeout: client.Timeout, CheckRedirect: stay}
	c.api = slack.New(token, slack.OptionAPIURL(c.base), slack.OptionHTTPClient(c.http), slack.OptionAppLevelToken(app))
	return c, nil
}

// stay keeps a request and its token from being sent elsewhere.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// apiError returns what slack-go says of a request to the Web API.
func apiError(err error) error {
	if err == nil {
		return nil
	}
	return problemOf(err, true)
}

// call asks a method whose answer slack-go reads too strictly: it cannot tell a
// field that is absent from one that is false, and a block it does not know in
// one message makes it refuse a page of messages.
func (c *Client) call(ctx context.Context, method string, args url.Values, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+method, strings.NewReader(args.Encode()))
	if err != nil {
		return apiError(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.http.Do(req)
	if err != nil {
		return apiError(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return &Problem{Status: resp.StatusCode, reason: string(safehttp.Garbled), api: true}
	}
	return nil
}

// Bot says who the client is.
type Bot struct {
	User string // the bot's user ID, as it is mentioned
	ID   string // the bot ID that its messages carry
	Name string
	Team string // the workspace's ID
	// TeamName is what people call the workspace.
	TeamName string
	// Scopes are what the token may do; nil where the server does not say.
	Scopes []string
	// Date is what time it is there; zero where the server does not say.
	Date time.Time
}

// Who returns who the client is. It asks once.
func (c *Client) Who(ctx context.Context) (Bot, error) {
	c.mu.Lock()
	bot := c.bot
	c.mu.Unlock()
	if bot.Team != "" || bot.User != "" {
		return bot, nil
	}
	return c.Check(ctx)
}

// Check asks Slack who the client is, and so whether its token is taken.
func (c *Client) Check(ctx context.Context) (Bot, error) {
	r, err := c.api.AuthTestContext(ctx)
	if err != nil {
		return Bot{}, apiError(err)
	}
	bot := Bot{User: r.UserID, ID: r.BotID, Name: r.User, Team: r.TeamID, TeamName: r.Team}
	bot.Date, _ = http.ParseTime(r.Header.Get("Date"))
	// https://docs.slack.dev/authentication/installing-with-oauth#scopes
	for s := range strings.SplitSeq(r.Header.Get("X-OAuth-Scopes"), ",") {
		if s = strings.TrimSpace(s); s != "" {
			bot.Scopes = append(bot.Scopes, s)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bot = bot
	return bot, nil
}

// CheckApp asks Slack whether the app's token is taken and Socket Mode is on.
func (c *Client) CheckApp(ctx context.Context) error {
	if !c.app {
		return ErrNoAppToken
	}
	_, _, err := c.api.StartSocketModeContext(ctx)
	return apiError(err)
}

// Dead reports whether Slack does not take the token any more.
func (c *Client) Dead() bool {
	t := c.http.Transport.(*apiTransport)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dead
}

// IsChannelID reports whether s looks like the ID of a channel, and not like a
// name or a user: https://docs.slack.dev/reference/objects/conversation-object.
func IsChannelID(s string) bool {
	if len(s) < 2 || len(s) > 64 || strings.IndexByte("CGD", s[0]) < 0 {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
}

// A Conversation is a channel as Slack knows it.
type Conversation struct {
	ID       string
	Name     string // without "#"; empty for a direct message
	Private  bool
	Direct   bool // between people, without a name
	Archived bool
	Member   bool // the bot is in it
}

// Conversation asks about a channel. A private channel that the bot is not in is
// not there, as far as Slack tells: channel_not_found.
func (c *Client) Conversation(ctx context.Context, id string) (Conversation, error) {
	var r struct {
		Channel struct {
			ID        string `json:"id"`
			Name      string `json:"name"`
			IsPrivate bool   `json:"is_private"`
			IsIM      bool   `json:"is_im"`
			IsMPIM    bool   `json:"is_mpim"`
			Archived  bool   `json:"is_archived"`
			Member    *bool  `json:"is_member"`
		} `json:"channel"`
	}
	if err := c.call(ctx, "conversations.info", url.Values{"channel": {id}}, &r); err != nil {
		return Conversation{}, err
	}
	ch := r.Channel
	conv := Conversation{ID: id, Name: ch.Name, Private: ch.IsPrivate, Direct: ch.IsIM || ch.IsMPIM, Archived: ch.Archived}
	// Of a direct message Slack does not say it: whoever sees one is in it.
	conv.Member = conv.Direct || ch.Member == nil || *ch.Member
	return conv, nil
}

// Home puts blocks into the app's home tab of one person.
func (c *Client) Home(ctx context.Context, user string, blocks []slack.Block) error {
	_, err := c.api.PublishViewContext(ctx, slack.PublishViewContextRequest{
		UserID: user,
		View:   slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: blocks}},
	})
	return apiError(err)
}
