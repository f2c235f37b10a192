package discord

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

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// DefaultAPI is the address of Discord's own API. The version is the newest:
// https://discord.com/developers/docs/reference#api-versioning.
const DefaultAPI = "https://discord.com/api/v10"

const userAgent = "DiscordBot (https://github.com/editwatch/editwatch, 1)"

// ErrUnauthorized means that Discord does not take the bot's token. Everything
// that needs it stops until the program is started with another one.
var ErrUnauthorized = errors.New("discord does not accept the bot's token")

// Options of a [Session].
type Options struct {
	// Token is the bot's, a secret, without the word "Bot".
	Token string
	// APIURL is the base address of a compatible server's API. Empty is
	// [DefaultAPI].
	APIURL string
	// HTTP makes the requests. Its redirects are not followed. nil is a client
	// that reaches public addresses only.
	HTTP *http.Client
	// Dial opens the connection of the gateway; nil reaches public addresses
	// only.
	Dial   safehttp.DialFunc
	Logger *slog.Logger // nil logs nothing
}

// A Session is one bot's access to Discord, shared by all that speak in its
// name. It is safe for concurrent use. A request is made once; what a failure
// means is told by [Problem].
type Session struct {
	rest    *discordgo.Session
	web     *http.Client // for what is not the API
	token   string
	dial    safehttp.DialFunc
	log     *slog.Logger
	limiter *limiter
	gateway gatewayState

	mu   sync.Mutex
	bot  Bot   // empty until asked
	dead error // ErrUnauthorized, once Discord said so
	odd  int   // answers 401 in a row that do not look like Discord's
}

// NewSession returns a session. It makes no request yet.
func NewSession(o Options) (*Session, error) {
	token := strings.TrimSpace(o.Token)
	if word, rest, _ := strings.Cut(token, " "); word == "Bot" {
		token = strings.TrimSpace(rest) // as it stands in a header
	}
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return nil, errors.New("this is not the token of a Discord bot: copy it from the application's page, Bot, Reset Token")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultAPI
	}
	base, err := url.Parse(strings.TrimRight(o.APIURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("the address of Discord's API is not a web address")
	}
	s := &Session{token: token, dial: o.Dial, log: o.Logger, limiter: newLimiter()}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.dial == nil {
		s.dial = safehttp.Dialer(safehttp.Options{})
	}
	client := o.HTTP
	if client == nil {
		client = safehttp.New(safehttp.Options{})
	}
	s.web = client
	own := *client
	under := client.Transport
	if under == nil {
		under = http.DefaultTransport
	}
	own.Transport = &botTransport{session: s, under: under, base: *base}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	s.rest, err = quietSession(&own)
	return s, err
}

// quietSession returns a discordgo session that has no token, logs nothing, and
// neither retries nor waits.
func quietSession(client *http.Client) (*discordgo.Session, error) {
	s, err := discordgo.New("")
	if err != nil {
		return nil, err // unreachable: discordgo.New has no way to fail
	}
	s.Client = client
	s.UserAgent = userAgent
	s.ShouldRetryOnRateLimit = false
	s.MaxRestRetries = 0
	s.StateEnabled = false
	s.LogLevel = -1
	return s, nil
}

// at is the path of what the segments name, whatever is in them.
func at(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	return b.String()
}

// do makes one request and reads the answer into out, if that is not nil. path
// begins with a slash. Errors are [*Problem].
//
// Each request has a rate limiter of discordgo's to itself: its buckets are kept
// for good, one request waits for another in them, and neither wait looks at the
// context. The session's own limiter stands in the transport.
func (s *Session) do(ctx context.Context, method, path string, body, out any) error {
	var payload []byte
	kind := "application/json"
	var err error
	switch body := body.(type) {
	case nil:
	case Message:
		kind, payload, err = body.body()
	default:
		payload, err = json.Marshal(body)
	}
	if err != nil {
		return &Problem{reason: "the request could not be written"}
	}
	bucket := discordgo.NewRatelimiter().LockBucket("")
	answer, err := s.rest.RequestWithLockedBucket(method, strings.TrimSuffix(discordgo.EndpointAPI, "/")+path,
		kind, payload, bucket, 0, once(ctx)...)
	if err != nil {
		return problem(err)
	}
	if out != nil && len(answer) > 0 && json.Unmarshal(answer, out) != nil {
		return &Problem{Done: true, reason: string(safehttp.Garbled)}
	}
	return nil
}

// alive returns an error if the token is known to be worthless.
func (s *Session) alive() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dead
}

// oddMost is how many answers 401 in a row that do not look like Discord's are
// taken for a fault on the way.
const oddMost = 3

// unauthorized notes that a request with the token was answered 401.
func (s *Session) unauthorized(looksGenuine bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.odd++
	if s.dead == nil && (looksGenuine || s.odd >= oddMost) {
		s.dead = ErrUnauthorized
		s.log.Error("discord does not accept the bot's token: nothing more is sent until editwatch is started with another one")
	}
}

func (s *Session) authorized() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.odd = 0
}

// Dead returns [ErrUnauthorized] once Discord refused the token, else nil.
func (s *Session) Dead() error { return s.alive() }

// Braked returns how long the session keeps away from Discord because too many
// of its requests were refused; zero if it does not.
func (s *Session) Braked() time.Duration { return s.limiter.braked(time.Now()) }
