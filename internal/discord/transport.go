package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// maxAnswer is how much of an answer is read, in bytes. A message with ten full
// embeds is some 100 KB, and a hundred messages are asked for at most.
const maxAnswer = 10 << 20

// Both transports stand between discordgo and the network. They send each
// request to where it belongs, and turn every answer but success into a
// [*Problem], so that discordgo never sees one: it would retry a 502, sleep
// through a 429 and stumble over one that is HTML (as those of the servers in
// front of the API are), and its errors quote addresses and bodies. Nor does it
// see a rate limit, for it would sleep until that is over, whatever the context
// says.

// A webhookTransport serves a [Webhook]. Of an answer that succeeded, discordgo
// sees no more than the message's ID, for a detail it cannot read must not look
// like a failure.
type webhookTransport struct {
	under    http.RoundTripper
	redirect func(*http.Request)
	limited  func(wait time.Duration) // told of a limit that is used up
}

func (t *webhookTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	t.redirect(req)
	resp, err := t.under.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 != 2 {
		return nil, refusal(resp, body)
	}
	if resp.Header.Get("X-RateLimit-Remaining") == "0" {
		after, _ := strconv.ParseFloat(resp.Header.Get("X-RateLimit-Reset-After"), 64)
		t.limited(safehttp.Seconds(after))
	}
	// The status alone says that it was done, even if the answer broke off.
	var message struct {
		ID string `json:"id"`
	}
	if json.Unmarshal(body, &message) != nil {
		message.ID = ""
	}
	if body, err = json.Marshal(message); err != nil {
		return nil, err
	}
	return success(req, resp, body), nil
}

// A botTransport serves a [Session]. It adds the token, which discordgo does not
// have, waits for limits that will soon be over, and learns from each answer.
type botTransport struct {
	session *Session
	under   http.RoundTripper
	base    url.URL
}

func (t *botTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	path := strings.TrimPrefix(req.URL.Path, apiPath)
	r := routeOf(req.Method, path)
	u := t.base
	u.Path = strings.TrimRight(u.Path, "/") + "/" + path
	u.RawPath, u.RawQuery = "", req.URL.RawQuery
	req.URL, req.Host = &u, ""
	req.Header.Del("Authorization")
	if !r.interaction {
		if err := t.session.alive(); err != nil {
			return nil, &Problem{Status: http.StatusUnauthorized, cause: err}
		}
		req.Header.Set("Authorization", "Bot "+t.session.token)
	}
	if err := t.session.limiter.ready(req.Context(), r); err != nil {
		return nil, err
	}
	resp, err := t.under.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, readErr := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode/100 != 2 {
		p := refusal(resp, body)
		t.session.limiter.learn(r, resp.Header, p, isGlobal(resp, body))
		if p.Status == http.StatusUnauthorized && !r.interaction {
			t.session.unauthorized(looksLikeJSON(body))
			if t.session.alive() != nil {
				p.cause = ErrUnauthorized
			}
		}
		return nil, p
	}
	t.session.limiter.learn(r, resp.Header, nil, false)
	if !r.interaction {
		t.session.authorized()
	}
	if readErr != nil && req.Method != http.MethodGet {
		body = nil // the status alone says that it was done
	} else if readErr != nil {
		return nil, readErr
	}
	return success(req, resp, body), nil
}

// apiPath is what discordgo puts before every path.
var apiPath = func() string {
	u, err := url.Parse(discordgo.EndpointAPI)
	if err != nil {
		return "/api/v9/" // unreachable
	}
	return u.Path
}()

// success returns the answer as discordgo may see it.
func success(req *http.Request, resp *http.Response, body []byte) *http.Response {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK,
		Proto: resp.Proto, ProtoMajor: resp.ProtoMajor, ProtoMinor: resp.ProtoMinor,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}
}

func looksLikeJSON(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) }

// isGlobal reports whether a 429 is about all requests of the bot. One that is
// not JSON comes from the servers in front of the API and is about the address.
func isGlobal(resp *http.Response, body []byte) bool {
	var answer struct {
		Global bool `json:"global"`
	}
	if !looksLikeJSON(body) || json.Unmarshal(body, &answer) != nil {
		return true
	}
	return answer.Global || resp.Header.Get("X-RateLimit-Global") == "true" || resp.Header.Get("X-RateLimit-Scope") == "global"
}

// refusal reads an answer that is no success. Where header and body name
// different times to wait, the longer one is the true one
// (https://github.com/discord/discord-api-docs/issues/6109).
func refusal(resp *http.Response, body []byte) *Problem {
	p := &Problem{Status: resp.StatusCode}
	var answer struct {
		Code       json.Number `json:"code"`
		RetryAfter float64     `json:"retry_after"`
	}
	if looksLikeJSON(body) && json.Unmarshal(body, &answer) == nil {
		p.Code, _ = strconv.Atoi(answer.Code.String())
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode/100 == 5 {
		p.Wait = max(safehttp.RetryAfter(resp.Header, time.Now()), safehttp.Seconds(answer.RetryAfter))
		if s, err := strconv.ParseFloat(resp.Header.Get("X-RateLimit-Reset-After"), 64); err == nil && p.Status == http.StatusTooManyRequests {
			p.Wait = max(p.Wait, safehttp.Seconds(s))
		}
	}
	return p
}
