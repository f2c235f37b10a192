package web

import (
	"encoding/json"
	"net/http"
	"strings"
)

// A problem is an error for programs (https://www.rfc-editor.org/rfc/rfc9457).
type problem struct {
	Type   string `json:"type"`   // always "about:blank": the status says what kind it is
	Title  string `json:"title"`  // the status in words
	Status int    `json:"status"` // as in the answer's first line
	Detail string `json:"detail"` // what happened and what to do, in sentences
}

// problemType is the media type of a problem.
const problemType = "application/problem+json"

// apiDetails are what the API says in place of a refusal whose words lead
// people around on pages.
var apiDetails = map[*refusal]string{
	errNoPage:    "There is nothing at this address. " + apiRoot + "/openapi.json lists what there is.",
	errNoArticle: "No article has this ID. " + apiRoot + "/lookup?url=… looks an article up by its own address.",
	errNoVersion: "The article has no version with this number. They are numbered from 1.",
	errMethod:    "Only GET and HEAD are answered here.",
	errPanic:     "The answer could not be made. Something went wrong on our side; it is in the log. Try again in a minute.",
}

var errNoEvent = &refusal{Status: http.StatusNotFound, Title: "No such event",
	Text: "No event has this ID or number."}

// failJSON answers with an error for programs.
func (s *site) failJSON(w http.ResponseWriter, r *http.Request, err error) {
	ref, log := asRefusal(err)
	if log {
		s.log.Error("answer not made", "path", r.URL.Path, "err", err)
	}
	detail, ok := apiDetails[ref]
	if !ok {
		detail = strings.TrimSpace(strings.TrimSuffix(ref.Title, ".") + ". " + ref.Text)
	}
	w.Header().Del("Link")
	body, _ := json.Marshal(problem{"about:blank", http.StatusText(ref.Status), ref.Status, detail})
	write(w, r, ref.Status, problemType, append(body, '\n'))
}

// refuse answers with an error to a request that no handler has: in the words
// of the API where its address is the API's.
func (s *site) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if strings.HasPrefix(strings.TrimPrefix(r.URL.Path, s.prefix), "/api/") {
		s.failJSON(w, r, err)
		return
	}
	s.fail(w, r, err)
}
