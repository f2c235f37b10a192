package archive

import (
	"cmp"
	"errors"
	"time"
)

// A verdict is what an answer that is no copy means for what comes next.
type verdict int

const (
	again    verdict = iota // another try may succeed
	busy                    // the archive itself is asked for nothing for a while
	tomorrow                // the archive takes no more of this page today
	spent                   // our account has had its share of the day
	denied                  // our keys are not accepted
	never                   // no other try can succeed
)

// A Trouble is why the archive gave no copy. Its text is a few words for people
// that complete "no copy: …", with nothing of what the archive wrote.
type Trouble struct {
	verdict verdict
	wait    time.Duration // how long the archive asked to be left alone; 0: it did not say
	text    string
	cause   error // for logs; nil when the archive answered
}

func (t *Trouble) Error() string { return t.text }
func (t *Trouble) Unwrap() error { return t.cause }

// errUnknownThere means that the archive knows nothing of what it is asked about.
var errUnknownThere = errors.New("the archive does not know of it")

// codes say what the archive's errors mean; what is not listed is tried again.
// They stand in "Error codes" of
// https://docs.google.com/document/d/1Nsv52MvSjbLb2PCpHlat0gkzw0EvtSgpKHu4mk0MnrA
var codes = map[string]Trouble{
	"error:too-many-daily-captures":  {verdict: tomorrow, text: "the archive takes no more copies of the page today"},
	"error:max-daily-bandwidth-host": {verdict: tomorrow, text: "the archive takes no more of the site today"},
	"error:max-daily-bandwidth":      {verdict: spent, text: "our account at the archive has had its share of the day"},
	"error:user-session-limit":       {verdict: busy, text: "the archive is at work on all it does for us at once"},

	"error:blocked-url":                     {verdict: never, text: "the archive does not save this address"},
	"error:invalid-url-syntax":              {verdict: never, text: "the archive does not understand the address"},
	"error:filesize-limit":                  {verdict: never, text: "the page is too large for the archive"},
	"error:ftp-access-denied":               {verdict: never, text: "the archive does not save this kind of address"},
	"error:blocked":                         {verdict: never, text: "the site does not let the archive in"},
	"error:no-access":                       {verdict: never, text: "the site does not let the archive in"},
	"error:unauthorized":                    {verdict: never, text: "the site asks the archive to sign in"},
	"error:network-authentication-required": {verdict: never, text: "the site asks the archive to sign in"},
	"error:method-not-allowed":              {verdict: never, text: "the site does not let the archive in"},
	"error:too-many-redirects":              {verdict: never, text: "the site leads the archive in circles"},

	"error:not-found":               {text: "the archive found no page there"},
	"error:too-many-requests":       {text: "the site has had enough of the archive for now"},
	"error:invalid-host-resolution": {text: "the archive does not find the site"},
	"error:gateway-timeout":         {text: "the site did not answer the archive in time"},
	"error:read-timeout":            {text: "the site did not answer the archive in time"},
	"error:invalid-server-response": {text: "the archive could not read the site’s answer"},
	"error:service-unavailable":     {text: "the site was not available to the archive"},
	"error:bad-gateway":             {text: "the site was not available to the archive"},
}

// troubleOf returns what an error code of the archive means.
func troubleOf(code string) *Trouble {
	t := codes[code]
	t.text = cmp.Or(t.text, "the archive could not save the page")
	return &t
}
