package chattest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// endpoint is where interactions go instead of the gateway.
type endpoint struct {
	url    string
	client *http.Client
}

// UseEndpoint sends all interactions to an address instead of the gateway. As
// when an operator sets it, the address is tried first: it must answer a PING,
// and 401 to a signature that is wrong.
func (d *Discord) UseEndpoint(url string, client *http.Client) {
	d.t.Helper()
	ping := []byte(fmt.Sprintf(`{"id":"1","application_id":%q,"type":1,"token":"x","version":1}`, DiscordApp))
	status, body := d.Deliver(url, client, d.Sign(time.Now(), ping), ping)
	var pong struct{ Type int }
	if json.Unmarshal(body, &pong); status != 200 || pong.Type != 1 {
		d.t.Errorf("chattest: PING is answered %d %s, not with a PONG", status, excerpt(body))
	}
	forged := d.Sign(time.Now(), []byte("something else"))
	if status, _ := d.Deliver(url, client, forged, ping); status != http.StatusUnauthorized {
		d.t.Errorf("chattest: a wrong signature is answered %d, not 401", status)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.endpoint = endpoint{url, client}
}

// Sign returns the headers of a request to an interactions endpoint, signed at a
// time. To forge one, sign another body or change what is returned.
func (d *Discord) Sign(at time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	sig := ed25519.Sign(d.key, append([]byte(stamp), body...))
	h := make(http.Header)
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	h.Set("X-Signature-Ed25519", hex.EncodeToString(sig))
	h.Set("X-Signature-Timestamp", stamp)
	return h
}

// Deliver posts a body to an interactions endpoint and returns its answer; the
// status is 0 if there was none within 3 s.
func (d *Discord) Deliver(url string, client *http.Client, h http.Header, body []byte) (status int, answer []byte) {
	return deliver(url, client, h, body)
}

func deliver(url string, client *http.Client, h http.Header, body []byte) (status int, answer []byte) {
	ctx, cancel := context.WithTimeout(context.Background(), promptly)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, nil
	}
	r.Header = h
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer resp.Body.Close()
	answer, _ = io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return resp.StatusCode, answer
}

// deliver posts an interaction to the endpoint.
func (d *Discord) deliver(i *Interaction, body []byte) {
	d.mu.Lock()
	e := d.endpoint
	d.mu.Unlock()
	status, text := d.Deliver(e.url, e.client, d.Sign(i.At, body), body)
	d.mu.Lock()
	defer d.mu.Unlock()
	i.status = status
	if status == http.StatusOK {
		if err := CheckDiscord(CreateCallback, text, d.mentions...); err != nil {
			d.fail("an answer breaks Discord's rules: %v\n%s", err, excerpt(text))
		} else if i.answered.IsZero() {
			d.apply(i, time.Now(), text)
		}
	} else if status != http.StatusAccepted {
		d.fail("the interaction was answered %d: %s", status, excerpt(text))
	}
	d.touch()
}
