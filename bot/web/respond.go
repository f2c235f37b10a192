package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/search"
	"github.com/editwatch/editwatch/internal/store"
)

// A handler answers a request, or returns the reason why it did not and writes
// nothing.
type handler func(w http.ResponseWriter, r *http.Request) error

// handle adapts h. Errors go to fail, but for a client that has left.
func (s *site) handle(h handler, fail func(http.ResponseWriter, *http.Request, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		fail(w, r, err)
	})
}

// A refusal is an answer that is not a page, with words for people.
type refusal struct {
	Status int
	Title  string
	Text   string // a sentence or two: what happened and what to do
	// Lookup is the address a person looked for, to be shown in the form again.
	Lookup string
}

func (e *refusal) Error() string { return e.Title }

var (
	errNoPage = &refusal{Status: http.StatusNotFound, Title: "No such page",
		Text: "There is nothing at this address. Paste an article’s link above to look up its edits, or start from the newest edits."}
	errNoArticle = &refusal{Status: http.StatusNotFound, Title: "No such article",
		Text: "No article is kept under this address. Paste the article’s own link above to look it up."}
	errNoVersion = &refusal{Status: http.StatusNotFound, Title: "No such version",
		Text: "The article has no version with this number. Its page lists the versions there are."}
	errPruned = &refusal{Status: http.StatusGone, Title: "This version is no longer kept",
		Text: "Versions are kept for a time that whoever runs this has set. The article’s page lists those there are."}
	errMethod = &refusal{Status: http.StatusMethodNotAllowed, Title: "These pages can only be read",
		Text: "Only GET and HEAD are answered here."}
	errPanic = &refusal{Status: http.StatusInternalServerError, Title: "The page could not be made",
		Text: "Something went wrong on our side; it is in the log. Try again in a minute."}
	errStore = &refusal{Status: http.StatusServiceUnavailable, Title: "The record cannot be read right now",
		Text: "The store did not answer. Try again in a minute."}
	errSearch = &refusal{Status: http.StatusServiceUnavailable, Title: "Search does not work right now",
		Text: "All other pages do. Articles are found by their links, and the list of edits has filters. Try again in a few minutes."}
	errTooMuch = &refusal{Status: http.StatusBadRequest, Title: "Too many words to look for",
		Text: fmt.Sprintf("Look for a few words or one sentence: at most %d bytes are read.", maxLookup)}
	errSlow = &refusal{Status: http.StatusServiceUnavailable, Title: "This search takes too long",
		Text: "Look for longer words, for fewer, or within one source."}
)

// asRefusal returns what to tell people about err, and whether an operator must
// know.
func asRefusal(err error) (ref *refusal, log bool) {
	if ref, ok := errors.AsType[*refusal](err); ok {
		return ref, false
	}
	if errors.Is(err, store.ErrNotFound) {
		return errNoPage, false
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, store.ErrClosed) {
		return errStore, true
	}
	if errors.Is(err, search.ErrSlow) {
		return errSlow, false
	}
	if errors.Is(err, search.ErrUnavailable) {
		return errSearch, true
	}
	return errPanic, true
}

// fail answers with an error page.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	ref, log := asRefusal(err)
	if log {
		s.log.Error("page not made", "path", r.URL.Path, "err", err)
	}
	var b bytes.Buffer
	if err := s.render(&b, "refusal", view{Title: ref.Title, Lookup: ref.Lookup, Body: ref}); err != nil {
		s.log.Error("error page not made", "err", err)
	}
	write(w, r, ref.Status, "text/html; charset=utf-8", b.Bytes())
}

// write sends a whole answer that must not be kept.
func write(w http.ResponseWriter, r *http.Request, status int, contentType string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // a client that left is nobody's loss
	}
}

// An answer is a page, feed or document that a reader may already have.
type answer struct {
	contentType string
	tag         string    // entity tag; see tagOf
	modified    time.Time // zero when unknown
	keep        bool      // its address changes when it does
	make        func(io.Writer) error
}

// send answers with a, or with 304 if the reader has it. It makes the body only
// when it is needed and was not made before, and packs it once.
func (s *site) send(w http.ResponseWriter, r *http.Request, a answer) error {
	h := w.Header()
	h.Set("ETag", "W/"+a.tag) // weak: the body may be packed on its way
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cache-Control", "no-cache") // keep, but ask each time
	if a.keep {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if !a.modified.IsZero() {
		h.Set("Last-Modified", a.modified.UTC().Format(http.TimeFormat))
	}
	if has(r, a) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	b, err := recall(&s.kept, a.tag, func() (body, error) {
		var b bytes.Buffer
		err := a.make(&b)
		return pack(b.Bytes()), err
	})
	if err != nil {
		h.Del("ETag")
		h.Del("Last-Modified")
		return err
	}
	h.Set("Content-Type", a.contentType)
	content := b.bytes
	if b.packed && takesPacked(r) {
		h.Set("Content-Encoding", "gzip")
	} else if content, err = b.plain(); err != nil {
		return err
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(content)
	}
	return nil
}

// has reports whether the request's conditions say that the reader has a
// already (RFC 9110 section 13.2.2: the tag decides where one is given).
func has(r *http.Request, a answer) bool {
	if tags := r.Header.Values("If-None-Match"); len(tags) > 0 {
		for tag := range strings.SplitSeq(strings.Join(tags, ","), ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == a.tag || tag == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
	return err == nil && !a.modified.IsZero() && !a.modified.Truncate(time.Second).After(since)
}

// tagOf makes an entity tag from everything that decides what an answer says:
// the parts given, who asked where, and this build of the pages.
func (s *site) tagOf(r *http.Request, parts ...any) string {
	return `"` + s.hash(s.base(r), r.URL.EscapedPath(), r.URL.RawQuery, parts) + `"`
}

// hash names what this build of the pages makes of the parts.
func (s *site) hash(parts ...any) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%v\n", s.version, assetsHash, s.excerpt)
	json.NewEncoder(h).Encode(parts) // of plain records: cannot fail
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15])
}

// sendPage answers with a page made from the view that make returns.
func (s *site) sendPage(w http.ResponseWriter, r *http.Request, name, tag string, body func() (view, error)) error {
	return s.send(w, r, answer{contentType: "text/html; charset=utf-8", tag: tag, make: func(w io.Writer) error {
		v, err := body()
		if err != nil {
			return err
		}
		if v.Preview == nil {
			v.Preview = &preview{Title: v.Title}
		}
		return s.render(w, name, v)
	}})
}

// redirect sends the reader to another page.
func (s *site) redirect(w http.ResponseWriter, r *http.Request, path string) error {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, s.prefix+path, http.StatusSeeOther)
	return nil
}
