package discord

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/editwatch/editwatch/internal/discord"
)

const (
	// maxInteraction is the longest interaction that is read, in bytes. One on a
	// message with ten full embeds is some 100 KB.
	maxInteraction = 1 << 20
	// maxAge is how old a signed request may be, or how much in the future: an
	// old one was recorded, and is played again.
	maxAge = 5 * time.Minute
)

// ServeHTTP is the interactions endpoint. It answers 401 to whatever Discord did
// not sign, which Discord tries time and again:
// https://discord.com/developers/docs/interactions/overview#setting-up-an-endpoint.
func (f *FrontEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.key == nil {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "interactions are posted", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxInteraction))
	if err != nil {
		http.Error(w, "the request could not be read", http.StatusRequestEntityTooLarge)
		return
	}
	if !f.signed(r.Header, body, time.Now()) {
		http.Error(w, "the signature is not valid", http.StatusUnauthorized)
		return
	}
	var i interaction
	if err := json.Unmarshal(body, &i); err != nil || i.ID == "" {
		http.Error(w, "this is no interaction", http.StatusBadRequest)
		return
	}
	if i.Kind == kindPing {
		respond(w, discord.FirstAnswer{Kind: discord.AnswerPong})
		return
	}
	if i.Token == "" || !f.seen.add(i.ID) {
		http.Error(w, "this interaction is known", http.StatusBadRequest)
		return
	}
	f.serve(w, r, &i)
}

// signed reports whether Discord signed the request, and lately.
func (f *FrontEnd) signed(h http.Header, body []byte, now time.Time) bool {
	stamp := h.Get("X-Signature-Timestamp")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return false
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > maxAge || age < -maxAge {
		return false
	}
	signature, err := hex.DecodeString(h.Get("X-Signature-Ed25519"))
	if err != nil || len(signature) != ed25519.SignatureSize {
		return false
	}
	return ed25519.Verify(f.key, append([]byte(stamp), body...), signature)
}

var errLate = errors.New("the request is over")

// serve waits for the first answer, which is the request's; the rest goes on
// without it.
func (f *FrontEnd) serve(w http.ResponseWriter, r *http.Request, i *interaction) {
	answers := make(chan discord.FirstAnswer)
	gone := make(chan struct{}) // closed when the request is over
	defer close(gone)
	written := make(chan struct{})
	started := f.take(context.WithoutCancel(r.Context()), i, func(ctx context.Context, a discord.FirstAnswer) error {
		select {
		case answers <- a:
			select { // Discord knows nothing to fill in before
			case <-written:
			case <-gone:
			}
			return nil
		case <-gone:
			return errLate
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if !started {
		respond(w, busy(i))
		return
	}
	select {
	case a := <-answers:
		respond(w, a)
		http.NewResponseController(w).Flush()
		close(written)
	case <-time.After(firstTime):
		http.Error(w, "too late", http.StatusServiceUnavailable)
	case <-r.Context().Done():
	}
}

func respond(w http.ResponseWriter, a discord.FirstAnswer) {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(a); err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError) // unreachable: our own types always marshal
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b.Bytes())
}
