package web

import (
	"net/http"
	"strings"
)

// security are the headers of every answer. No script, no frame, nothing from
// elsewhere; links to articles do not tell where the reader came from.
var security = map[string]string{
	"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; " +
		"base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "no-referrer",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
	"X-Robots-Tag":                 "noindex, noarchive",
}

// guard sets the security headers, refuses what is not reading, takes off the
// prefix, and turns a panic into an error page.
func (s *site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range security {
			w.Header().Set(name, value)
		}
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				s.log.Error("page panicked", "path", r.URL.Path, "panic", v)
				s.refuse(w, r, errPanic)
			}
		}()
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			s.refuse(w, r, errMethod)
			return
		}
		if s.prefix != "" {
			r = withoutPrefix(r, s.prefix)
		}
		next.ServeHTTP(w, r)
	})
}

// withoutPrefix returns the request as it is without the prefix in its path, if
// it stands there.
func withoutPrefix(r *http.Request, prefix string) *http.Request {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), prefix)
	if !ok || (rest != "" && rest[0] != '/') {
		return r
	}
	if rest == "" {
		rest = "/"
	}
	u, err := r.URL.Parse(rest)
	if err != nil || strings.HasPrefix(rest, "//") {
		return r
	}
	u.RawQuery = r.URL.RawQuery
	r2 := r.Clone(r.Context())
	r2.URL = u
	return r2
}
