package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"
)

// healthTimeout bounds how long the store may take to answer.
const healthTimeout = 3 * time.Second

// healthz answers 200 while the store does, and tells insiders how much is in
// it.
func (s *site) healthz(w http.ResponseWriter, r *http.Request) error {
	return s.health(w, r, nil)
}

// readyz answers 200 while everything does.
func (s *site) readyz(w http.ResponseWriter, r *http.Request) error {
	return s.health(w, r, s.ready)
}

func (s *site) health(w http.ResponseWriter, r *http.Request, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(r.Context(), healthTimeout)
	defer cancel()
	status, body := http.StatusOK, map[string]any{"status": "ok", "version": s.version}
	unwell := func(state string, err error) {
		s.log.Warn("health check", "status", state, "err", err)
		status, body["status"] = http.StatusServiceUnavailable, state
	}
	if counts, err := s.store.Counts(ctx); err != nil {
		unwell("the store does not answer", err)
	} else if ready != nil {
		if err := ready(ctx); err != nil {
			unwell("not ready", err)
		}
	} else if s.gate.insider(r) {
		body["articles"], body["versions"] = counts.Articles, counts.Versions
		body["events"], body["pending"] = counts.Events, counts.Pending
	}
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	write(w, r, status, "application/json", append(b, '\n'))
	return nil
}
