package newsroom

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A reply is an answer made under the lock, to be sent without it.
type reply struct {
	status     int
	mime       string
	header     map[string]string
	body       []byte
	modified   time.Time     // zero: nothing to validate by
	delay      time.Duration // before anything is sent
	broken     bool          // the connection breaks half way
	validators bool
	compress   bool
}

// ServeHTTP answers for the outlet's site, whatever the Host.
func (o *Outlet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	o.room.mu.Lock()
	rep := o.answer(r.URL.Path)
	rep.validators = o.validators
	rep.compress = o.compress
	o.room.mu.Unlock()
	rep.send(w, r)
}

// answer decides what a path is answered with. The caller holds o.room.mu.
func (o *Outlet) answer(path string) reply {
	o.requests++
	switch {
	case path == "/":
		return page(o.list(o.Name, ""))
	case path == o.feed:
		return o.answerFeed()
	case path == "/robots.txt":
		return reply{status: 200, mime: "text/plain; charset=utf-8", body: []byte("User-agent: *\nDisallow: /go\nDisallow: /share/\nDisallow: /login\n")}
	case path == "/consent":
		return page(o.notice("consent", o.l().ConsentTitle, o.l().Consent, o.l().Accept, o.l().Manage))
	case path == "/login":
		return page(o.notice("login", o.l().LoginTitle, o.l().Login, o.l().LoginTitle))
	}
	if name := strings.Trim(path, "/"); slices.Contains(o.sections(), name) {
		return page(o.list(name+" | "+o.Name, name))
	}
	articlePath, amp := strings.CutPrefix(path, "/amp/")
	if amp {
		path = "/" + articlePath
	}
	a := o.paths[path]
	switch {
	case a == nil:
		return o.missing(http.StatusNotFound)
	case path != a.path():
		return redirect(http.StatusMovedPermanently, a.url())
	}
	return a.answer(amp)
}

// answer shows the article, unless it is gone or a fault comes between.
func (a *Article) answer(amp bool) reply {
	o := a.outlet
	a.readings++
	switch {
	case spend(o.fault, &o.faultLeft):
		return a.fail(o.fault, amp)
	case spend(a.fault, &a.faultLeft):
		return a.fail(a.fault, amp)
	}
	a.read = true
	switch a.gone {
	case Gone, NotFound:
		return o.missing(a.gone.status())
	case ToSection:
		return redirect(http.StatusFound, o.base+"/"+a.section+"/")
	}
	return a.show(a.current(), amp)
}

// current is the text this reading is given: that of a test has two headlines
// in turns.
func (a *Article) current() Text {
	t := a.text
	if a.rival != "" && a.readings%2 == 0 {
		t.Headline = a.rival
	}
	return t
}

func (a *Article) show(t Text, amp bool) reply {
	o := a.outlet
	r := newReading(o.noise, o.room.opts.Seed, a.path(), a.readings, o.Language)
	name := layouts[o.layout]
	if amp {
		name = "amp"
	}
	rep := page(r.reflow(render(name, a.page(t, r))))
	if a.rival == "" {
		rep.modified = a.modified
	}
	return rep
}

// fail answers a reading of the article with a fault.
func (a *Article) fail(f Fault, amp bool) reply {
	o := a.outlet
	o.room.served[f]++
	o.room.log.Debug("newsroom", "url", a.url(), "fault", f)
	switch f {
	case ConsentRedirect:
		return redirect(http.StatusFound, o.base+"/consent?return="+a.path())
	case Login:
		return redirect(http.StatusFound, o.base+"/login?return="+a.path())
	case RedirectHome:
		return redirect(http.StatusFound, o.base+"/")
	case ConsentWall:
		return page(o.notice("consent", o.l().ConsentTitle, o.l().Consent, o.l().Accept, o.l().Manage))
	case Paywall:
		r := newReading(NoNoise, o.room.opts.Seed, a.path(), a.readings, o.Language)
		return page(render("paywall", a.page(a.text, r)))
	case OldCopy:
		t := a.text
		if n := len(a.versions); n > 1 && a.readings%2 == 1 {
			t = a.versions[n-2]
		}
		return a.show(t, amp)
	}
	rep := a.show(a.current(), amp)
	switch f {
	case CutShort:
		rep.body = rep.body[:len(rep.body)*6/10]
	case Slow:
		a.read = true
	case Mislabelled:
		rep.body = bytes.Replace(rep.body, []byte(`<meta charset="utf-8">`), nil, 1)
		rep.mime = "text/html; charset=iso-8859-1"
	case BadBytes:
		rep.body = windows1252(rep.body)
	}
	return o.fail(f, rep)
}

// fail makes of a good reply what a fault leaves of it. Faults that need an
// article are no fault here.
func (o *Outlet) fail(f Fault, rep reply) reply {
	notice := func(status int, kind, title string, texts []string) reply {
		r := page(o.notice(kind, title, texts))
		r.status = status
		return r
	}
	wait := strconv.Itoa(int(o.room.opts.RetryAfter / time.Second))
	switch f {
	case BotCheck403:
		return notice(http.StatusForbidden, "check", o.l().BotTitle, o.l().Bot)
	case BotCheck200:
		return notice(http.StatusOK, "check", o.l().BotTitle, o.l().Bot)
	case ScriptShell:
		return page(render("shell", noticePage{sitePage: o.site(o.Name), Kind: "3f21"}))
	case Soft404:
		return notice(http.StatusOK, "missing", o.l().NotFoundTitle, o.l().NotFound)
	case ServerError:
		return notice(http.StatusInternalServerError, "error", o.l().ErrorTitle, o.l().Error)
	case BadGateway:
		return reply{status: http.StatusBadGateway, mime: "text/html", body: []byte("<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>")}
	case Unavailable, TooMany:
		status := map[Fault]int{Unavailable: http.StatusServiceUnavailable, TooMany: http.StatusTooManyRequests}[f]
		r := notice(status, "error", o.l().ErrorTitle, o.l().Error)
		r.header = map[string]string{"Retry-After": wait}
		return r
	case Truncated:
		rep.broken = true
	case EmptyBody:
		rep.body = nil
	case Slow:
		rep.delay = o.room.opts.Slow
	}
	rep.modified = time.Time{} // what went wrong has nothing to validate by
	return rep
}

func (o *Outlet) missing(status int) reply {
	title, texts := o.l().NotFoundTitle, o.l().NotFound
	if status == http.StatusGone {
		title, texts = o.l().GoneTitle, o.l().Gone
	}
	rep := page(o.notice("missing", title, texts))
	rep.status = status
	return rep
}

func (o *Outlet) l() *labels { return labelsOf[o.Language] }

// sections are those that articles stand in, in the order of their first.
func (o *Outlet) sections() []string {
	var names []string
	for _, a := range o.articles {
		if !slices.Contains(names, a.section) {
			names = append(names, a.section)
		}
	}
	return names
}

// newest returns up to max standing articles, the newest first.
func (o *Outlet) newest(max int) []*Article {
	var all []*Article
	for _, a := range slices.Backward(o.articles) {
		if a.gone == Standing && len(all) < max {
			all = append(all, a)
		}
	}
	return all
}

func page(html string) reply {
	return reply{status: http.StatusOK, mime: "text/html; charset=utf-8", body: []byte(html)}
}

func redirect(status int, to string) reply {
	return reply{status: status, mime: "text/html; charset=utf-8", header: map[string]string{"Location": to}}
}

// send writes the reply: packed if the reader accepts it, and not at all if the
// reader has it.
func (rep reply) send(w http.ResponseWriter, r *http.Request) {
	if rep.delay > 0 {
		t := time.NewTimer(rep.delay)
		defer t.Stop()
		select {
		case <-t.C:
		case <-r.Context().Done():
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", rep.mime)
	for k, v := range rep.header {
		h.Set(k, v)
	}
	body := rep.body
	if rep.broken {
		// Announce all, send half, break: the server closes the connection.
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(rep.status)
		w.Write(body[:len(body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	h.Set("Vary", "Accept-Encoding")
	packed := rep.compress && len(body) > 0 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if packed {
		h.Set("Content-Encoding", "gzip")
	}
	if rep.validators && rep.status == http.StatusOK && len(body) > 0 {
		sum := fnv.New64a()
		sum.Write(body)
		tag := fmt.Sprintf(`"%x"`, sum.Sum64())
		if packed {
			tag = fmt.Sprintf(`"%x-gz"`, sum.Sum64())
		}
		h.Set("ETag", tag)
		if !rep.modified.IsZero() {
			h.Set("Last-Modified", rep.modified.Format(http.TimeFormat))
		}
		if rep.unchanged(r, tag) {
			h.Del("Content-Type")
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if packed {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write(body)
		z.Close()
		body = b.Bytes()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(rep.status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// unchanged reports whether the reader has this body. As RFC 9110 section 13.2.2
// asks, the date counts only where no tag was sent.
func (rep reply) unchanged(r *http.Request, tag string) bool {
	if match := r.Header.Get("If-None-Match"); match != "" {
		for t := range strings.SplitSeq(match, ",") {
			t = strings.TrimPrefix(strings.TrimSpace(t), "W/")
			if t == tag || t == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !rep.modified.IsZero() && !rep.modified.After(since)
}

// windows1252 encodes text in the bytes of old content systems. What they
// cannot say becomes a question mark.
func windows1252(utf8 []byte) []byte {
	special := map[rune]byte{'€': 0x80, '‚': 0x82, '„': 0x84, '…': 0x85, '‘': 0x91, '’': 0x92, '“': 0x93, '”': 0x94, '–': 0x96, '—': 0x97, 'œ': 0x9c}
	out := make([]byte, 0, len(utf8))
	for _, r := range string(utf8) {
		b, ok := special[r]
		switch {
		case ok:
			out = append(out, b)
		case r < 0x80 || r >= 0xa0 && r <= 0xff:
			out = append(out, byte(r))
		default:
			out = append(out, '?')
		}
	}
	return out
}
