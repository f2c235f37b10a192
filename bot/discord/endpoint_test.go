package discord

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
)

// TestEndpointWithoutGateway has the gateway refuse the bot for good.
func TestEndpointWithoutGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.CloseNextIdentify(4014)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.front.Run(ctx) }()
	w.registered()
	w.UseEndpoint(w.endpoint(), http.DefaultClient)
	for range 500 { // until the connection was closed
		if all := w.Gateway(); len(all) > 0 && all[0].Closed {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	says(t, w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer(), "Watching")
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.front.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	address := w.endpoint()
	w.UseEndpoint(address, http.DefaultClient)
	admin := chattest.Admin(chattest.DiscordText)
	says(t, w.Slash(admin, "editwatch add", at(bridge)).Answer(), "Watching")
	says(t, w.Slash(chattest.Reader(chattest.DiscordText), "edits history", about(bridge)).Answer(), "Council delays")
	if got := w.Complete(admin, "editwatch remove", chattest.Option{Name: "watch", Value: "", Focused: true}).Answer().Choices; len(got) != 1 {
		t.Errorf("choices: %v", got)
	}
	if n := len(w.Calls(chattest.CreateCallback)); n != 0 {
		t.Errorf("%d callbacks beside the answers to the requests", n)
	}

	ping := []byte(`{"id":"1","application_id":"1","type":1,"token":"x","version":1}`)
	now := time.Now()
	for name, tt := range map[string]struct {
		h    http.Header
		body []byte
		want int
	}{
		"good":            {w.Sign(now, ping), ping, 200},
		"old":             {w.Sign(now.Add(-6*time.Minute), ping), ping, 401},
		"young":           {w.Sign(now.Add(6*time.Minute), ping), ping, 401},
		"somewhat_old":    {w.Sign(now.Add(-4*time.Minute), ping), ping, 200},
		"forged":          {w.Sign(now, []byte("{}")), ping, 401},
		"no_signature":    {http.Header{}, ping, 401},
		"short_signature": {http.Header{"X-Signature-Ed25519": {"00"}, "X-Signature-Timestamp": {"1"}}, ping, 401},
		"signed_rubbish":  {w.Sign(now, []byte("rubbish")), []byte("rubbish"), 400},
		"empty":           {w.Sign(now, nil), nil, 400},
	} {
		if status, _ := w.Deliver(address, http.DefaultClient, tt.h, tt.body); status != tt.want {
			t.Errorf("%s: %d, want %d", name, status, tt.want)
		}
	}
	if r, err := http.Get(address); err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v, %v", r, err)
	}
}

func TestEndpointWithoutKey(t *testing.T) {
	f, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, httptest.NewRequest("POST", "/", strings.NewReader("{}")))
	if rec.Code != 404 {
		t.Errorf("answered %d", rec.Code)
	}
	for _, key := range []string{"x", "00", strings.Repeat("0", 63)} {
		if _, err := New(Options{PublicKey: key}); err == nil {
			t.Errorf("%q was taken as a public key", key)
		}
	}
}
