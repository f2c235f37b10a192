package news

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Settings are a channel's wishes that hold for all its watches. The zero
// value is the default: everything at once, times in the channel's own zone,
// one thread an article, nothing published to followers.
type Settings struct {
	Zone       string  // an IANA name: "Europe/London"; empty: the channel's own, else UTC
	Quiet      Quiet   // when nothing is posted
	Digest     Digest  // gather announcements instead of posting each
	Threads    Threads // whether later edits of an article go into its thread
	Publish    Publish // what followers of a Discord announcement channel are sent
	Cap        int     // posts an hour, beyond which they are gathered; 0: the default, NoCap: none
	AdminsOnly bool    // only administrators of the server may change watches
}

// NoCap is the Cap of a channel that wants every post, however many.
const NoCap = -1

// DefaultCap is how many posts an hour a chat channel gets unless it says
// otherwise.
const DefaultCap = 20

// MaxCap is the largest cap that can be set, in posts an hour.
const MaxCap = 120

// Location returns the time zone of the settings, or otherwise if they name
// none or one that this machine does not know.
func (s Settings) Location(otherwise *time.Location) *time.Location {
	if s.Zone == "" {
		return otherwise
	}
	if loc, err := time.LoadLocation(s.Zone); err == nil {
		return loc
	}
	return otherwise
}

// Threads says where later edits of an article go. The zero value is
// ThreadsOn.
type Threads string

const (
	ThreadsOn  Threads = ""    // into the thread of its first announcement, where the platform has threads
	ThreadsOff Threads = "off" // into the channel
)

func (t Threads) String() string { return onOff(t == ThreadsOn) }

// Publish says which posts are sent on to the followers of a Discord
// announcement channel. The zero value is PublishOff.
type Publish string

const (
	PublishOff      Publish = ""
	PublishHeadline Publish = "headline" // those with a new headline, and article events
	PublishMajor    Publish = "major"    // those that are major
	PublishAll      Publish = "all"
)

func (p Publish) String() string {
	if p == PublishOff {
		return "off"
	}
	return string(p)
}

// Wants reports whether posts about the event are published.
func (p Publish) Wants(e Event) bool {
	if e.Kind.Notice() || p == PublishOff {
		return false
	}
	if e.Kind != Edited && e.Kind != Reverted {
		return true
	}
	switch p {
	case PublishHeadline:
		for _, c := range e.Classes {
			if c == ClassHeadline {
				return true
			}
		}
		return false
	case PublishMajor:
		return e.Significance >= Major
	}
	return true
}

// ParsePublish reads "off", "headline", "major" or "all".
func ParsePublish(s string) (Publish, error) {
	switch p := Publish(strings.ToLower(strings.TrimSpace(s))); {
	case off(string(p)):
		return PublishOff, nil
	case p == PublishHeadline, p == PublishMajor, p == PublishAll:
		return p, nil
	}
	return "", fmt.Errorf("publish is one of off, headline, major, all; not %q", typed(s))
}

// SettingKeys are the names by which people set a setting, in the order in
// which they are shown.
var SettingKeys = []string{"tz", "quiet", "digest", "threads", "publish", "cap", "admins-only"}

// Set sets one setting as people type it: a key of [SettingKeys] and a value.
// The error is for the person: what can stand there. "default" takes a
// setting back.
func (s *Settings) Set(key, value string) (err error) {
	value = strings.TrimSpace(value)
	if strings.EqualFold(value, "default") {
		value = ""
	}
	switch strings.ToLower(key) {
	case "tz":
		s.Zone, err = parseZone(value)
	case "quiet":
		s.Quiet, err = ParseQuiet(value)
	case "digest":
		s.Digest, err = ParseDigest(value)
	case "threads":
		var on bool
		on, err = parseSwitch("threads", value, true)
		s.Threads = ThreadsOff
		if on {
			s.Threads = ThreadsOn
		}
	case "publish":
		s.Publish, err = ParsePublish(value)
	case "cap":
		s.Cap, err = parseCap(value)
	case "admins-only":
		s.AdminsOnly, err = parseSwitch("admins-only", value, false)
	default:
		err = fmt.Errorf("there is no setting %q; there are %s", typed(key), strings.Join(SettingKeys, ", "))
	}
	return err
}

// Get returns a setting as people would type it.
func (s Settings) Get(key string) string {
	switch key {
	case "tz":
		if s.Zone == "" {
			return "default"
		}
		return s.Zone
	case "quiet":
		return s.Quiet.String()
	case "digest":
		return s.Digest.String()
	case "threads":
		return s.Threads.String()
	case "publish":
		return s.Publish.String()
	case "cap":
		switch s.Cap {
		case 0:
			return "default"
		case NoCap:
			return "off"
		}
		return strconv.Itoa(s.Cap)
	case "admins-only":
		return onOff(s.AdminsOnly)
	}
	return ""
}

// parseZone reads an IANA name in any case: "europe/london".
func parseZone(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	for _, name := range []string{s, zoneCase(s), strings.ToUpper(s)} {
		if strings.EqualFold(name, "local") {
			break // the zone of the machine is nobody's wish
		}
		if loc, err := time.LoadLocation(name); err == nil {
			return loc.String(), nil
		}
	}
	return "", fmt.Errorf("tz is the name of a time zone like Europe/London or UTC; not %q", typed(s))
}

// zoneCase spells a name as the database does: "America/Port_of_Spain" is its
// only kind of exception, and is known when spelt right.
func zoneCase(s string) string {
	b := []byte(strings.ToLower(s))
	for i := range b {
		if (i == 0 || strings.IndexByte("/_-", b[i-1]) >= 0) && 'a' <= b[i] && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

func parseCap(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	if off(s) {
		return NoCap, nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(s), " ", ""), "/h"))
	if err != nil || n < 1 || n > MaxCap {
		return 0, fmt.Errorf("cap is off, or the most posts an hour, from 1 to %d; not %q", MaxCap, typed(s))
	}
	return n, nil
}

func parseSwitch(what, s string, otherwise bool) (bool, error) {
	switch low := strings.ToLower(s); {
	case low == "":
		return otherwise, nil
	case off(low):
		return false, nil
	case low == "on" || low == "yes" || low == "true":
		return true, nil
	}
	return false, fmt.Errorf("%s is on or off; not %q", what, typed(s))
}

// off reports whether the person wants none of it.
func off(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "", "off", "no", "none", "false", "never":
		return true
	}
	return false
}

// typed is what somebody typed, short enough to be told back.
func typed(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}
