package discord

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/safehttp"
)

// maxAnswer is how much of an answer is read, in bytes. A message with ten full
// embeds is some 100 KB.
const maxAnswer = 1 << 20

// A transport stands between discordgo and the network. It sends each request to
// where redirect says, and turns every answer but success into a [*Problem], so
// that discordgo never sees one: it would retry a 502, sleep through a 429 and
// stumble over one that is HTML (as those of the servers in front of the API
// are), and its errors quote addresses and bodies.
//
// Of an answer that succeeded, discordgo sees no more than the message's ID, for
// a detail it cannot read must not look like a failure, and no rate limit, for
// it would sleep until that is over, whatever the context says.
type transport struct {
	base     http.RoundTripper
	redirect func(*http.Request)
	limited  func(wait time.Duration) // told of a limit that is used up
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	t.redirect(req)
	resp, err := t.base.RoundTrip(req)
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
	body, err = json.Marshal(message)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK,
		Proto: resp.Proto, ProtoMajor: resp.ProtoMajor, ProtoMinor: resp.ProtoMinor,
		Header:        http.Header{"Content-Type": {"application/json"}},
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       req,
	}, nil
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
	if strings.HasPrefix(strings.TrimSpace(string(body)), "{") && json.Unmarshal(body, &answer) == nil {
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
