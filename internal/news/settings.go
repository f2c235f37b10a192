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

// A DayTime is a time of day in minutes since midnight, from 0 to 1439.
type DayTime int

func (d DayTime) String() string { return fmt.Sprintf("%02d:%02d", d/60, d%60) }

// on returns the time of day on the day of t, days later, in t's zone. Where a
// clock change leaves the time out, it is the one that package time chooses.
func (d DayTime) on(t time.Time, days int) time.Time {
	y, m, day := t.Date()
	return time.Date(y, m, day+days, int(d)/60, int(d)%60, 0, 0, t.Location())
}

// parseDayTime reads "7:00", "07:00", "7" or "19.30".
func parseDayTime(s string) (DayTime, bool) {
	s = strings.TrimSpace(s)
	hours, minutes, ok := strings.Cut(strings.Replace(s, ".", ":", 1), ":")
	if !ok {
		minutes = "00"
	}
	h, err := strconv.Atoi(hours)
	m, merr := strconv.Atoi(minutes)
	if err != nil || merr != nil || h < 0 || h > 23 || m < 0 || m > 59 || len(minutes) != 2 || len(hours) > 2 || strings.ContainsAny(s, "+-") {
		return 0, false
	}
	return DayTime(60*h + m), true
}

// Quiet is the time of day from From to To, over midnight if To is the
// earlier. The zero value is never.
type Quiet struct{ From, To DayTime }

// Ends returns when the quiet time that t falls into ends, or the zero time if
// it falls into none.
func (q Quiet) Ends(t time.Time, zone *time.Location) time.Time {
	if q.From == q.To {
		return time.Time{}
	}
	t = t.In(orUTC(zone))
	for day := -1; day <= 0; day++ {
		from, to := q.From.on(t, day), q.To.on(t, day)
		if q.To < q.From {
			to = q.To.on(t, day+1)
		}
		if !t.Before(from) && t.Before(to) {
			return to.UTC()
		}
	}
	return time.Time{}
}

func (q Quiet) String() string {
	if q.From == q.To {
		return "off"
	}
	return q.From.String() + "-" + q.To.String()
}

// ParseQuiet reads "22:00-07:00", or "off".
func ParseQuiet(s string) (Quiet, error) {
	if off(s) {
		return Quiet{}, nil
	}
	a, b, ok := strings.Cut(strings.NewReplacer("–", "-", " to ", "-").Replace(s), "-")
	from, okFrom := parseDayTime(a)
	to, okTo := parseDayTime(b)
	if !ok || !okFrom || !okTo || from == to {
		return Quiet{}, fmt.Errorf("quiet is off, or a time of day to another like 22:00-07:00; not %q", typed(s))
	}
	return Quiet{from, to}, nil
}

// Digest says whether and when announcements are gathered into one post.
type Digest struct {
	Every DigestEvery
	At    DayTime // of a daily one
}

// DigestEvery is how often a digest is posted. The zero value is DigestOff.
type DigestEvery string

const (
	DigestOff    DigestEvery = ""
	DigestHourly DigestEvery = "hourly" // at the full hour
	DigestDaily  DigestEvery = "daily"
)

// Next returns when what happened at t is posted: the first full hour, or time
// of day in the zone, after t. It is t itself when digests are off.
func (d Digest) Next(t time.Time, zone *time.Location) time.Time {
	switch d.Every {
	case DigestHourly:
		// Some zones are off by half an hour.
		local := t.In(orUTC(zone))
		y, m, day := local.Date()
		next := time.Date(y, m, day, local.Hour(), 0, 0, 0, local.Location())
		for !next.After(t) {
			next = next.Add(time.Hour)
		}
		return next.UTC()
	case DigestDaily:
		local := t.In(orUTC(zone))
		for day := 0; ; day++ {
			if at := d.At.on(local, day); at.After(t) {
				return at.UTC()
			}
		}
	}
	return t
}

func (d Digest) String() string {
	switch d.Every {
	case DigestHourly:
		return "hourly"
	case DigestDaily:
		return "daily " + d.At.String()
	}
	return "off"
}

// defaultDigest is when a daily digest is posted unless a time is given.
const defaultDigest = DayTime(9 * 60)

// ParseDigest reads "off", "hourly", "daily" or "daily 09:00".
func ParseDigest(s string) (Digest, error) {
	low := strings.ToLower(strings.TrimSpace(s))
	if off(low) {
		return Digest{}, nil
	}
	if low == "hourly" {
		return Digest{Every: DigestHourly}, nil
	}
	if rest, ok := strings.CutPrefix(low, "daily"); ok {
		rest = strings.TrimPrefix(strings.TrimSpace(rest), "at ")
		if rest == "" {
			return Digest{DigestDaily, defaultDigest}, nil
		}
		if at, ok := parseDayTime(rest); ok {
			return Digest{DigestDaily, at}, nil
		}
	}
	return Digest{}, fmt.Errorf("digest is off, hourly, or daily with a time like daily 09:00; not %q", typed(s))
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
