package web

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// How many elements a list of the API holds.
const (
	apiLimit    = 20
	maxAPILimit = 100
)

// A query reads the parameters of a request to the API. The first that cannot
// be read is remembered in err; what follows it reads as absent.
type query struct {
	values url.Values
	err    error
}

// ask starts reading a request that may have the parameters known. Others are
// refused: a filter with a slip in its name would go unnoticed.
func ask(r *http.Request, known ...string) *query {
	q := &query{}
	q.values, q.err = url.ParseQuery(r.URL.RawQuery)
	if q.err != nil {
		q.values = nil
		q.refuse("The query cannot be read", "Escape what is not a letter or a digit as %XX.")
	}
	for name := range q.values {
		if !slices.Contains(known, name) {
			q.refuse(fmt.Sprintf("There is no parameter %.40q here", name), "Known are: "+strings.Join(known, ", ")+".")
		}
	}
	return q
}

func (q *query) refuse(title, text string) {
	if _, ok := q.err.(*refusal); !ok {
		q.err = &refusal{Status: http.StatusBadRequest, Title: title, Text: text}
	}
}

func (q *query) text(name string) string {
	if len(q.values[name]) > 1 {
		q.refuse(name+" is given twice", "Give it once.")
	}
	if q.err != nil {
		return ""
	}
	return q.values.Get(name)
}

// list returns the values of a parameter that may be given several times, or
// with commas between.
func (q *query) list(name string) []string {
	var out []string
	for _, v := range q.values[name] {
		for word := range strings.SplitSeq(v, ",") {
			if word = strings.TrimSpace(word); word != "" {
				out = append(out, word)
			}
		}
	}
	return out
}

func (q *query) limit() int {
	v := q.text("limit")
	if v == "" {
		return apiLimit
	}
	n := number(v)
	if n < 1 || n > maxAPILimit {
		q.refuse(fmt.Sprintf("limit is a number from 1 to %d", maxAPILimit), "Follow next for more.")
	}
	return n
}

// time reads a day or a time; the zero time when it is absent.
func (q *query) time(name string) time.Time {
	v := q.text(name)
	if v == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, v); err == nil {
			return t.UTC()
		}
	}
	q.refuse(name+" is a day or a time", "Write 2026-05-03, which begins at midnight UTC, or 2026-05-03T10:02:00Z.")
	return time.Time{}
}

func (q *query) seq(name string) news.Seq {
	v := q.text(name)
	if v == "" {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(v, "e"), 10, 64)
	if err != nil || n > 1<<63 {
		q.refuse(name+" is the number of an event", "It stands in each event as seq.")
	}
	return news.Seq(n)
}

// oneOf reads a word that is one of those known; "" when it is absent.
func oneOf[T ~string](q *query, name string, known ...T) T {
	v := T(q.text(name))
	if v != "" && !slices.Contains(known, v) {
		q.refuse(fmt.Sprintf("%s cannot be %.40q", name, v), "It is one of: "+words(known)+".")
	}
	return v
}

// someOf reads words each of which is one of those known.
func someOf[T ~string](q *query, name string, known ...T) []T {
	var out []T
	for _, v := range q.list(name) {
		if !slices.Contains(known, T(v)) {
			q.refuse(fmt.Sprintf("%s cannot be %.40q", name, v), "It is one or more of: "+words(known)+".")
		}
		out = append(out, T(v))
	}
	return out
}

func words[T ~string](list []T) string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return strings.Join(out, ", ")
}

// A cursor is where a list goes on, as clients carry it. They must not look
// into it; what it holds may be different tomorrow.
func (q *query) cursor() string {
	v := q.text("cursor")
	b, err := base64.RawURLEncoding.DecodeString(v)
	if err != nil {
		q.lost()
		return ""
	}
	return string(b)
}

// lost refuses a cursor.
func (q *query) lost() {
	q.refuse("This place in the list cannot be found", "Leave out cursor to begin with the first page.")
}

// numberCursor reads a cursor that is a number; 0 when there is none.
func (q *query) numberCursor() uint64 {
	c := q.cursor()
	if c == "" {
		return 0
	}
	n, err := strconv.ParseUint(c, 10, 63)
	if err != nil || n == 0 {
		q.lost()
	}
	return n
}

// next returns the address of the page that goes on at a place, and names it in
// the answer's Link header (https://www.rfc-editor.org/rfc/rfc8288). It is empty
// when there is none.
func (s *site) next(w http.ResponseWriter, r *http.Request, more bool, place string) string {
	if !more {
		return ""
	}
	v := r.URL.Query()
	v.Set("cursor", base64.RawURLEncoding.EncodeToString([]byte(place)))
	address := s.base(r) + strings.TrimPrefix(r.URL.EscapedPath(), s.prefix) + "?" + v.Encode()
	w.Header().Set("Link", "<"+address+`>; rel="next"`)
	return address
}

// cut returns at most n elements of a list that was read with one more, and
// whether there is more.
func cut[T any](list []T, n int) ([]T, bool) {
	if len(list) > n {
		return list[:n:n], true
	}
	if list == nil {
		list = []T{} // which JSON shows as a list
	}
	return list, false
}
