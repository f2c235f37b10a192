package news

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

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
