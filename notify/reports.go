package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/report"
	"github.com/editwatch/editwatch/internal/store"
)

const (
	// reportsKept and reportsAge bound the reports kept for the next channel:
	// hundreds may want to hear of the same edit within a second.
	reportsKept = 16
	reportsAge  = 10 * time.Second
)

var errUnmade = errors.New("the report could not be made")

// reports keeps the newest reports. Its zero value is empty.
type reports struct {
	mu   sync.Mutex // guards made
	made map[string]*made
}

// A made report is made once, by whoever needs it first.
type made struct {
	at     time.Time
	once   sync.Once
	report news.Report
	err    error
}

// get returns what is kept under the key, or an entry to be filled.
func (r *reports) get(key string, now time.Time) *made {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.made[key]; m != nil && now.Sub(m.at) < reportsAge {
		return m
	}
	if r.made == nil || len(r.made) >= reportsKept {
		r.made = make(map[string]*made)
	}
	m := &made{at: now}
	r.made[key] = m
	return m
}

func (r *reports) drop(key string, m *made) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.made[key] == m {
		delete(r.made, key)
	}
}

// report makes the report of events, or returns the one that was just made for
// another channel; nobody changes what it points to. What can never be read is
// left out of it: a channel that waited for it would never hear of anything
// again.
func (n *Notifier) report(ctx context.Context, events []news.Event, links report.Links) (news.Report, error) {
	key := links.Base
	for _, e := range events {
		key += fmt.Sprintf(" %d", e.Seq)
	}
	m := n.reports.get(key, time.Now())
	m.once.Do(func() {
		m.err = errUnmade // stands if making it panics
		m.report, m.err = report.Of(ctx, n.store, events, links)
	})
	if errors.Is(m.err, store.ErrNotFound) || errors.Is(m.err, store.ErrDamaged) {
		n.log.Error("announcing without what the store lost", "event", m.report.Seq, "article", m.report.Article.ID, "err", m.err)
		return m.report, nil
	}
	if m.err != nil {
		n.reports.drop(key, m)
	}
	return m.report, m.err
}
