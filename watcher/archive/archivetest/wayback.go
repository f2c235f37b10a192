// Package archivetest is a Wayback Machine for tests: Save Page Now 2 and the
// index, as far as package archive uses them, with the manners they ask of those
// who use them and the faults they show.
//
// It takes copies as the real one does: a while after it was asked, of what the
// page says then, and dated by its own clock. Whoever asks it for too much, or in
// another form than it documents, stands in Complaints.
package archivetest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const stamp = "20060102150405"

// Options say what the archive is like.
type Options struct {
	Keys string // an account's, as in "key:secret"
	// Gap is the least time between two questions that it does not complain of.
	Gap time.Duration
	// Takes is how long it is at a job before it looks at the page.
	Takes time.Duration
	// Page returns what a page says; the default asks the web for it.
	Page func(address string) (body string, status int)
}

// A Wayback is the archive. It is an [http.Handler], and safe for concurrent use.
type Wayback struct {
	o Options

	mu         sync.Mutex // guards what is below
	copies     []Copy
	jobs       map[string]*job
	faults     []http.HandlerFunc
	fail       string
	used       int
	limit      int
	asked      []string
	complaints []string
	answered   time.Time
	busy       bool
}

// A Copy is what the archive keeps.
type Copy struct {
	Address string
	At      time.Time
	Body    string
}

type job struct {
	address string
	done    bool
	fail    string
	made    *Copy
}

// New returns an archive that keeps nothing yet.
func New(o Options) *Wayback {
	if o.Page == nil {
		o.Page = fromWeb
	}
	return &Wayback{o: o, jobs: make(map[string]*job), limit: 30000}
}

func fromWeb(address string) (string, int) {
	resp, err := http.Get(address)
	if err != nil {
		return "", http.StatusBadGateway
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", http.StatusBadGateway
	}
	return string(b), resp.StatusCode
}

// Put has the archive keep a copy that others asked for.
func (w *Wayback) Put(address string, at time.Time, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.copies = append(w.copies, Copy{address, at.UTC().Truncate(time.Second), body})
}

// Fault has the next question answered by h.
func (w *Wayback) Fault(h http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, h)
}

// Fail has the next job end with an error code.
func (w *Wayback) Fail(code string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fail = code
}

// Forget has it forget all jobs, as it does after an hour.
func (w *Wayback) Forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.jobs = make(map[string]*job)
}

// Use counts pages as saved today, of as many as the account may have.
func (w *Wayback) Use(today, atMost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used, w.limit = today, atMost
}

// Asked returns the questions so far: "save", "job", "account", "index".
func (w *Wayback) Asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// Count returns how often it was asked a question.
func (w *Wayback) Count(question string) (n int) {
	for _, q := range w.Asked() {
		if q == question {
			n++
		}
	}
	return n
}

// Copies returns what it keeps, oldest first.
func (w *Wayback) Copies() []Copy {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.copies)
}

// Complaints returns what was wrong with the questions.
func (w *Wayback) Complaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.complaints)
}

func (w *Wayback) complain(format string, args ...any) {
	w.complaints = append(w.complaints, fmt.Sprintf(format, args...))
}

// ServeHTTP answers one question.
func (w *Wayback) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	question, answer := w.route(r)
	w.mu.Lock()
	w.asked = append(w.asked, question)
	w.manners(r, question)
	var fault http.HandlerFunc
	if len(w.faults) > 0 && question != "copy" {
		fault, w.faults = w.faults[0], w.faults[1:]
	}
	w.busy = true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.busy, w.answered = false, time.Now()
		w.mu.Unlock()
	}()
	switch {
	case fault != nil:
		fault(rw, r)
	case answer == nil:
		http.NotFound(rw, r)
	case w.o.Keys != "" && question != "copy" && r.Header.Get("Authorization") != "LOW "+w.o.Keys:
		rw.WriteHeader(http.StatusUnauthorized)
		fmt.Fprint(rw, `{"message":"You need to be logged in to use Save Page Now."}`)
	default:
		answer(rw, r)
	}
}

func (w *Wayback) route(r *http.Request) (string, http.HandlerFunc) {
	switch p := r.URL.Path; {
	case p == "/save" && r.Method == http.MethodPost:
		return "save", w.save
	case p == "/save/status/user":
		return "account", w.account
	case strings.HasPrefix(p, "/save/status/"):
		return "job", w.status
	case p == "/cdx/search/cdx":
		return "index", w.index
	case strings.HasPrefix(p, "/web/"):
		return "copy", w.show
	}
	return "nothing", nil
}

// manners looks at how it is asked. The caller holds the lock.
func (w *Wayback) manners(r *http.Request, question string) {
	switch {
	case question == "copy":
		return
	case w.busy:
		w.complain("%s: another question is under way", question)
	case !w.answered.IsZero() && time.Since(w.answered) < w.o.Gap:
		w.complain("%s: only %v after the one before", question, time.Since(w.answered))
	}
	if !strings.HasPrefix(r.UserAgent(), "editwatch/") {
		w.complain("%s: who is %q?", question, r.UserAgent())
	}
	if r.Header.Get("Accept") != "application/json" {
		w.complain("%s: accepts %q", question, r.Header.Get("Accept"))
	}
}

// save takes a job on, or answers with a copy that is recent enough.
func (w *Wayback) save(rw http.ResponseWriter, r *http.Request) {
	address := r.PostFormValue("url")
	within, err := strconv.Atoi(cmp.Or(r.PostFormValue("if_not_archived_within"), "3600"))
	w.mu.Lock()
	defer w.mu.Unlock()
	if address == "" || err != nil {
		w.complain("save: a form without an address, or %v", err)
		fmt.Fprint(rw, `{"status":"error","status_ext":"error:invalid-url-syntax","message":"Empty URL."}`)
		return
	}
	for id, j := range w.jobs {
		if j.address == address && (j.made == nil || time.Since(j.made.At) < time.Duration(within)*time.Second) && j.fail == "" {
			reply(rw, map[string]any{"url": address, "job_id": id, "message": "The same snapshot had been made some minutes ago."})
			return
		}
	}
	for _, c := range w.copies {
		if c.Address == address && time.Since(c.At) < time.Duration(within)*time.Second {
			reply(rw, map[string]any{"url": address, "job_id": nil, "message": "The same snapshot had been made some minutes ago."})
			return
		}
	}
	w.used++
	id := fmt.Sprintf("spn2-%040x", len(w.jobs)+1000*w.used)
	j := &job{address: address, fail: w.fail}
	w.jobs[id], w.fail = j, ""
	time.AfterFunc(w.o.Takes, func() { w.finish(j) })
	reply(rw, map[string]any{"url": address, "job_id": id})
}

func (w *Wayback) status(rw http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, "/save/status/")
	w.mu.Lock()
	defer w.mu.Unlock()
	j := w.jobs[id]
	switch {
	case j == nil || !j.done: // it says the same of what it has forgotten
		reply(rw, map[string]any{"status": "pending", "job_id": id, "resources": []string{}})
		return
	case j.fail != "":
		reply(rw, map[string]any{"status": "error", "status_ext": j.fail, "job_id": id, "message": "It did not work out for <b>" + j.address + "</b>."})
		return
	}
	reply(rw, map[string]any{
		"status": "success", "job_id": id, "original_url": j.address, "timestamp": j.made.At.Format(stamp),
		"duration_sec": 6.203, "http_status": 200, "resources": []string{j.address},
	})
}

// finish ends a job: with what the page says now, if there is no fault.
func (w *Wayback) finish(j *job) {
	now := time.Now().UTC().Truncate(time.Second)
	body, status := w.o.Page(j.address)
	w.mu.Lock()
	defer w.mu.Unlock()
	j.done = true
	switch {
	case j.fail != "":
	case status != http.StatusOK:
		j.fail = "error:not-found"
	default:
		j.made = &Copy{j.address, now, body}
		w.copies = append(w.copies, *j.made)
	}
}

func (w *Wayback) account(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	reply(rw, map[string]any{"available": 12, "processing": 0, "daily_captures": w.used, "daily_captures_limit": w.limit})
}

// index answers as the CDX server does: rows of fields, after one of their
// names; nothing at all but an empty list if there is none.
func (w *Wayback) index(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	w.mu.Lock()
	defer w.mu.Unlock()
	if q.Get("output") != "json" || q.Get("fl") != "timestamp,original" || q.Get("from") > q.Get("to") {
		w.complain("index: %s", r.URL.RawQuery)
	}
	var rows [][]string
	for _, c := range w.copies {
		if at := c.At.Format(stamp); c.Address == q.Get("url") && at >= q.Get("from") && at <= q.Get("to") {
			rows = append(rows, []string{at, c.Address})
		}
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(a[0], b[0]) })
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n < 0 { // the last ones
		rows = rows[max(len(rows)+n, 0):]
	}
	if len(rows) > 0 {
		rows = slices.Insert(rows, 0, []string{"timestamp", "original"})
	}
	reply(rw, append([][]string{}, rows...))
}

// show shows a copy.
func (w *Wayback) show(rw http.ResponseWriter, r *http.Request) {
	at, address, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/web/"), "/")
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.copies {
		if c.At.Format(stamp) == at && strings.HasSuffix(c.Address, address[strings.Index(address, "/")+1:]) {
			fmt.Fprint(rw, c.Body)
			return
		}
	}
	http.NotFound(rw, r)
}

func reply(rw http.ResponseWriter, v any) {
	rw.Header().Set("Content-Type", "application/json")
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a mistake of this package
	}
	rw.Write(b)
}
