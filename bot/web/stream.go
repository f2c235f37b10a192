package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// The stream tells events as they are recorded, as Server-Sent Events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html). The ID of a
// message is the event's number, so whoever was cut off says with Last-Event-ID
// where to go on, and misses nothing. There is no queue: each stream reads the
// store from where it stands, and one that does not take what it is sent is
// cut off.
const (
	// maxStreams bounds the streams that are open at once, and maxStreamsEach
	// those of one address. Clients on this machine have no bound of their own.
	maxStreams     = 256
	maxStreamsEach = 8
	// streamBeat is how often something is sent at least, so that neither side
	// nor what stands between takes the other for gone.
	streamBeat = 15 * time.Second
	// streamRetry is how long clients wait before they come again.
	streamRetry = 3 * time.Second
	// streamWrite is how long a client may take to accept one message.
	streamWrite = 10 * time.Second
	// streamPause gathers what is recorded at nearly the same time.
	streamPause = 100 * time.Millisecond
	// streamBatch is how many events are read at once.
	streamBatch = 50
)

// streams counts those that are open.
type streams struct {
	mu   sync.Mutex // guards all below
	all  int
	each map[netip.Addr]int // by client; without those on this machine
}

var (
	errStreams = &refusal{Status: http.StatusServiceUnavailable, Title: "Too many streams are open",
		Text: "Try again in a minute, or read /api/v1/events now and then."}
	errStreamsEach = &refusal{Status: http.StatusTooManyRequests, Title: "Too many streams are open from your address",
		Text: "Close one, or ask for several sources in one stream."}
)

// open takes a place for a stream of the client, until done is called.
func (s *streams) open(client netip.Addr) (done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.all >= maxStreams:
		return nil, errStreams
	case s.each[client] >= maxStreamsEach:
		return nil, errStreamsEach
	}
	if s.each == nil {
		s.each = make(map[netip.Addr]int)
	}
	s.all++
	if client.IsValid() {
		s.each[client]++
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.each[client]--; s.each[client] <= 0 {
			delete(s.each, client)
		}
	}, nil
}

// stream sends events until the client leaves or the program ends.
func (s *site) stream(w http.ResponseWriter, r *http.Request) error {
	q := ask(r, slices.Concat(eventFilters, []string{"after"})...)
	want, after, given := q.events(), q.seq("after"), q.values.Has("after")
	if id := r.Header.Get("Last-Event-ID"); id != "" { // newer than the address
		after, given = eventNumber(id), true
	}
	if q.err != nil {
		return q.err
	}
	if err := s.shown(r.Context(), want.Article); err != nil {
		return err
	}
	newest, err := s.newestSeq(r.Context())
	if err != nil {
		return err
	}
	if !given || after > newest { // a record that was restored counts anew
		after = newest
	}
	want.After, want.Oldest, want.Max = after, true, streamBatch
	done, err := s.streams.open(s.gate.client(r))
	if err != nil {
		if ref, ok := errors.AsType[*refusal](err); ok && ref.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "60")
		}
		return err
	}
	defer done()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would keep it all back
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	f := follower{site: s, out: http.NewResponseController(w), w: w, want: want, base: s.base(r)}
	if err := f.run(r.Context()); err != nil && r.Context().Err() == nil {
		s.log.Debug("stream broke off", "err", err)
	}
	return nil
}

// newestSeq returns the number of the newest event; 0 when there is none.
func (s *site) newestSeq(ctx context.Context) (news.Seq, error) {
	events, err := s.store.Events(ctx, store.EventQuery{Max: 1})
	if err != nil || len(events) == 0 {
		return 0, err
	}
	return events[0].Seq, nil
}

// A follower writes one stream.
type follower struct {
	site *site
	out  *http.ResponseController
	w    http.ResponseWriter
	want store.EventQuery // After is where the stream stands
	base string
}

// run returns when ctx or the program ends, or with the reason why the client
// was cut off.
func (f *follower) run(ctx context.Context) error {
	// The server's limit on reading a request would end the stream.
	if err := f.out.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	changed, stop := f.site.store.Signal()
	defer stop()
	beat := time.NewTicker(streamBeat)
	defer beat.Stop()
	if err := f.send(fmt.Appendf(nil, "retry: %d\n%s", streamRetry.Milliseconds(), f.place())); err != nil {
		return err
	}
	for {
		if err := f.catchUp(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-f.site.closing:
			return f.send([]byte(": editwatch stops; come again\n\n"))
		case <-beat.C:
			if err := f.send(f.place()); err != nil {
				return err
			}
		case <-changed:
			select {
			case <-time.After(streamPause):
			case <-ctx.Done():
			case <-f.site.closing:
			}
		}
	}
}

// place tells the client where the stream stands. A message without data is
// nobody's event, and its ID counts.
func (f *follower) place() []byte { return fmt.Appendf(nil, "id: %d\n\n", f.want.After) }

// catchUp sends what was recorded since.
func (f *follower) catchUp(ctx context.Context) error {
	for {
		newest, err := f.site.newestSeq(ctx)
		if err != nil || newest <= f.want.After {
			return err
		}
		events, err := f.site.store.Events(ctx, f.want)
		if err != nil {
			return err
		}
		reports, err := f.site.reports(ctx, events, f.base)
		if err != nil {
			return err
		}
		for _, rep := range reports {
			if err := f.tell(rep); err != nil {
				return err
			}
			f.want.After = rep.Seq
		}
		if len(events) < f.want.Max {
			f.want.After = max(f.want.After, newest) // what lies between is not wanted
		}
	}
}

func (f *follower) tell(rep news.Report) error {
	data, err := json.Marshal(rep) // on one line
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %d\ndata: %s\n\n", rep.Seq, data)
	return f.send(b.Bytes())
}

// send writes a message whole, or fails when the client does not take it in
// time.
func (f *follower) send(message []byte) error {
	err := f.out.SetWriteDeadline(time.Now().Add(streamWrite))
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	if _, err := f.w.Write(message); err != nil {
		return err
	}
	return f.out.Flush()
}
