package archive

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/safehttp"
)

const (
	// DefaultAPI is where the Wayback Machine answers.
	DefaultAPI = "https://web.archive.org"
	// DefaultGap keeps below 7 pages saved a minute with an account
	// (https://docs.google.com/document/d/1Nsv52MvSjbLb2PCpHlat0gkzw0EvtSgpKHu4mk0MnrA,
	// "Limitations") and 24 questions a minute to the index
	// (https://wayback.readthedocs.io/en/stable/release-history.html, 0.5.1).
	DefaultGap = 10 * time.Second
	// patience is how long an answer may take: the index is slow.
	patience = 90 * time.Second
	// answerMax bounds an answer: the state of a job lists up to 500 addresses,
	// twice.
	answerMax = 1 << 20
	// stamp is how the archive writes times, in UTC.
	stamp = "20060102150405"
)

// ClientOptions say whom a [Client] asks, and how.
type ClientOptions struct {
	// APIURL is the archive's address; the default is [DefaultAPI].
	APIURL string
	// Keys are the account's: an access key, a colon, a secret.
	Keys      string
	UserAgent string
	// Gap is the least time from one answer to the next question. The default is
	// [DefaultGap].
	Gap  time.Duration
	HTTP *http.Client // made by package safehttp, and following no redirects
}

// HTTP returns the client of safehttp that a [Client] needs. Whoever runs
// editwatch chose the archive's address, which may be on their own network; it
// leads nowhere else.
func HTTP(o safehttp.Options) *http.Client {
	o.Redirects, o.Headers, o.Total, o.MaxBody = -1, patience, patience, answerMax
	return safehttp.New(o)
}

// A Client asks the Wayback Machine, or a server that speaks as it does, for one
// thing at a time. It speaks Save Page Now 2
// (https://docs.google.com/document/d/1Nsv52MvSjbLb2PCpHlat0gkzw0EvtSgpKHu4mk0MnrA)
// and asks the index by the CDX server's API
// (https://archive.org/developers/wayback-cdx-server.html). Its errors are
// [Trouble], errUnknownThere, or the context's; none holds the keys or what the archive
// wrote.
type Client struct {
	o ClientOptions

	mu   sync.Mutex // held while a question is under way; guards free
	free time.Time  // when the next question may be asked
}

// NewClient returns a client. It asks nothing yet.
func NewClient(o ClientOptions) *Client {
	o.APIURL = strings.TrimSuffix(cmp.Or(o.APIURL, DefaultAPI), "/")
	o.Gap = cmp.Or(o.Gap, DefaultGap)
	// The process before this one may have asked a moment ago.
	return &Client{o: o, free: time.Now().Add(o.Gap)}
}

// A Saved is a page as the archive keeps it.
type Saved struct {
	At  time.Time // to the second
	URL string    // where people find it
}

// An Account is what the archive still does for us.
type Account struct {
	Available   *int `json:"available"` // how many pages it would save at once; nil: it does not say
	Today       *int `json:"daily_captures"`
	TodayAtMost *int `json:"daily_captures_limit"`
}

// Account asks how our account stands.
func (c *Client) Account(ctx context.Context) (a Account, err error) {
	// A parameter that changes keeps caches out of it ("User status").
	err = c.ask(ctx, http.MethodGet, "/save/status/user?_t="+strconv.FormatInt(time.Now().UnixMilli(), 10), nil, &a)
	return a, err
}

// spare returns why the account can save nothing now, or nil.
func (a Account) spare() error {
	switch {
	case a.Today != nil && a.TodayAtMost != nil && *a.TodayAtMost > 0 && *a.Today >= *a.TodayAtMost:
		return &Trouble{verdict: spent, text: codes["error:max-daily-bandwidth"].text}
	case a.Available != nil && *a.Available <= 0:
		return troubleOf("error:user-session-limit")
	}
	return nil
}

// Save asks the archive to save a page, unless it did within a time, and returns
// its name for the job. It may return an empty name: then the archive has a copy,
// and the index will tell which.
func (c *Client) Save(ctx context.Context, page string, unless time.Duration) (job string, err error) {
	a, err := c.Account(ctx)
	if err == nil {
		err = a.spare()
	}
	if err != nil && !errors.Is(err, errUnknownThere) { // some servers have no accounts
		return "", err
	}
	form := url.Values{
		"url":                    {page},
		"if_not_archived_within": {strconv.Itoa(max(int(unless.Seconds()), 1))},
		"skip_first_archive":     {"1"},
	}
	var answer struct {
		Job     string `json:"job_id"`
		Code    string `json:"status_ext"`
		Message string `json:"message"`
	}
	if err := c.ask(ctx, http.MethodPost, "/save", form, &answer); err != nil {
		return "", err
	}
	switch {
	case answer.Job != "":
		return answer.Job, nil
	case answer.Code != "": // a refusal comes with status 200, too
		return "", troubleOf(answer.Code)
	case answer.Message == "":
		return "", garbled()
	}
	return "", nil // "The same snapshot had been made …"
}

// Job asks what became of a job: the page was saved, or it failed. Neither is set
// if the archive is still at it, which it also says of jobs that it has
// forgotten, after an hour or so
// (https://github.com/agude/wayback-machine-archiver/issues/28).
func (c *Client) Job(ctx context.Context, job, page string) (s *Saved, failed *Trouble, err error) {
	var answer struct {
		Status string `json:"status"`
		Code   string `json:"status_ext"`
		At     string `json:"timestamp"`
		URL    string `json:"original_url"`
	}
	if err := c.ask(ctx, http.MethodGet, "/save/status/"+url.PathEscape(job), nil, &answer); err != nil {
		return nil, nil, err
	}
	switch answer.Status {
	case "pending":
	case "success":
		s, failed = c.saved(page, answer.URL, answer.At)
	case "error":
		failed = troubleOf(answer.Code)
	default:
		err = garbled()
	}
	return s, failed, err
}

// Find asks the index for the newest copy of a page that was taken in a time,
// and returns nil if there is none. The index learns of a new copy after hours.
func (c *Client) Find(ctx context.Context, page string, t span) (*Saved, error) {
	from := t.From.UTC()
	if whole := from.Truncate(time.Second); whole.Before(from) {
		from = whole.Add(time.Second)
	}
	query := url.Values{
		"url": {page}, "output": {"json"}, "fl": {"timestamp,original"}, "filter": {"statuscode:200"},
		"from": {from.Format(stamp)}, "to": {t.Until.UTC().Format(stamp)}, "limit": {"-5"},
	}
	var rows [][]string // the first one names the fields
	if err := c.ask(ctx, http.MethodGet, "/cdx/search/cdx?"+query.Encode(), nil, &rows); err != nil {
		return nil, err
	}
	for i := len(rows) - 1; i > 0; i-- {
		if len(rows[i]) != 2 {
			return nil, garbled()
		}
		if s, _ := c.saved(page, rows[i][1], rows[i][0]); s != nil && t.covers(s.At) {
			return s, nil
		}
	}
	return nil, nil
}

// saved reads where and when the archive saved the page. It may have been led
// from the page to another one: a wall, the front page, or whoever has the name
// now.
func (c *Client) saved(page, original, at string) (*Saved, *Trouble) {
	t, err := time.Parse(stamp, at)
	u, uerr := url.Parse(original)
	if err != nil || uerr != nil || u.Scheme != "http" && u.Scheme != "https" || len(original) > 4096 {
		return nil, &Trouble{text: garbled().text}
	}
	if news.FoldAddress(original) != news.FoldAddress(page) {
		return nil, &Trouble{text: "the site led the archive elsewhere"}
	}
	return &Saved{At: t, URL: c.o.APIURL + "/web/" + at + "/" + u.String()}, nil
}

func garbled() *Trouble {
	return &Trouble{verdict: busy, text: "the archive’s answer makes no sense"}
}

// ask asks one question when the gap is over, and reads the answer into v.
func (c *Client) ask(ctx context.Context, method, path string, form url.Values, v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !sleep(ctx, max(time.Until(c.free), 0), nil) {
		return ctx.Err()
	}
	defer func() { c.free = time.Now().Add(c.o.Gap) }()
	r, err := http.NewRequestWithContext(ctx, method, c.o.APIURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return fmt.Errorf("make a question to the archive: %w", err)
	}
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", c.o.UserAgent)
	r.Header.Set("Authorization", "LOW "+c.o.Keys)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := c.o.HTTP.Do(r)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return &Trouble{verdict: denied, text: "the archive does not accept our keys"}
	case code == http.StatusNotFound && form == nil:
		return errUnknownThere
	case code != http.StatusOK:
		return &Trouble{verdict: busy, wait: safehttp.RetryAfter(resp.Header, time.Now()),
			text: fmt.Sprintf("the archive is not available (status %d)", code)}
	}
	body, err := safehttp.ReadAll(resp.Body, answerMax)
	if err != nil {
		return unreachable(ctx, err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return garbled() // what err says quotes the answer
	}
	return nil
}

// unreachable is the trouble of an archive that gave no answer.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Trouble{verdict: busy, text: "the archive cannot be reached: " + string(safehttp.Explain(err)), cause: err}
}
