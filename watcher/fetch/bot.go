package fetch

import (
	"bytes"
	"net/http"
	"strings"
)

// challenged reports whether the header alone says that a protection against
// bots answered instead of the site, whatever the status.
func challenged(h http.Header) bool {
	switch {
	// https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
	case h.Get("Cf-Mitigated") != "":
		return true
	// https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
	case h.Get("X-Amzn-Waf-Action") != "":
		return true
	}
	return false
}

// walls are what the refusals of protections against bots have in their
// header or near the top of their body, in lower case. They are looked for
// only in answers that are refusals anyway, so a page that writes about them
// is safe.
var walls = struct {
	headers []string
	bodies  [][]byte
}{
	headers: []string{"X-Datadome", "X-Sucuri-Block", "X-Px-Block"},
	bodies: [][]byte{
		[]byte("<title>just a moment"),
		[]byte("<title>attention required! | cloudflare"),
		[]byte("cf-browser-verification"), []byte("/cdn-cgi/challenge-platform/"), []byte("cf-error-details"),
		[]byte("_incapsula_resource"), []byte("px-captcha"), []byte("captcha-delivery.com"),
		[]byte("errors.edgesuite.net"), []byte("g-recaptcha"), []byte("h-captcha"), []byte("cf-turnstile"),
	},
}

// wall reports whether a refusal came from a protection against bots.
func wall(status int, h http.Header, body []byte) bool {
	if challenged(h) {
		return true
	}
	switch status {
	case 401, 403, 405, 406, 429, 503:
	default:
		return false
	}
	for _, name := range walls.headers {
		if h.Get(name) != "" {
			return true
		}
	}
	if status == http.StatusForbidden && strings.HasPrefix(h.Get("Server"), "AkamaiGHost") {
		return true
	}
	body = bytes.ToLower(body)
	for _, mark := range walls.bodies {
		if bytes.Contains(body, mark) {
			return true
		}
	}
	return false
}
