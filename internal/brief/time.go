package brief

import (
	"fmt"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
)

// Span returns a length of time in at most two units: "48 s", "12 min", "2 h
// 10 min", "3 d 4 h", "42 d". A negative one counts as its opposite.
func Span(d time.Duration) string {
	d = d.Abs()
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < day:
		return two(int(d.Hours()), "h", int(d.Minutes())%60, "min")
	case d < 10*day:
		return two(int(d/day), "d", int(d%day/time.Hour), "h")
	}
	return fmt.Sprintf("%d d", int(d/day))
}

func two(a int, unitA string, b int, unitB string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unitA)
	}
	return fmt.Sprintf("%d %s %d %s", a, unitA, b, unitB)
}

// About returns a length of time as people say it: "less than a minute", "about
// 4 hours", "3 days", "over 2 years". A negative one counts as its opposite.
func About(d time.Duration) string {
	d = d.Abs()
	const (
		day   = 24 * time.Hour
		month = 30 * day
		year  = 365 * day
	)
	round := func(unit time.Duration) int { return int((d + unit/2) / unit) }
	switch {
	case d < time.Minute:
		return "less than a minute"
	case round(time.Minute) < 45:
		return Count(round(time.Minute), "minute")
	case round(time.Hour) < 24:
		return "about " + Count(max(round(time.Hour), 1), "hour")
	case round(day) < 30:
		return Count(round(day), "day")
	case d < 45*day:
		return "about 1 month"
	case d < year:
		return Count(min(round(month), 11), "month")
	}
	years, rest := int(d/year), d%year
	switch {
	case rest < 3*month:
		return "about " + Count(years, "year")
	case rest < 9*month:
		return "over " + Count(years, "year")
	}
	return "almost " + Count(years+1, "year")
}

// Later returns how long after something a thing happened: "about 4 hours
// later".
func Later(d time.Duration) string { return About(d) + " later" }

// Ago returns how long before now a thing happened: "about 4 hours ago".
func Ago(d time.Duration) string { return About(d) + " ago" }

// Date returns a day: "3 May 2026".
func Date(t time.Time, zone *time.Location) string { return t.In(orUTC(zone)).Format("2 Jan 2006") }

// Clock returns a time with its zone, and with its date unless that is the day
// of now: "10:12 UTC", "21 Nov 10:12 UTC", "21 Nov 2025 10:12 UTC".
func Clock(t, now time.Time, zone *time.Location) string {
	t, now = t.In(orUTC(zone)), now.In(orUTC(zone))
	return clock(t, !sameDay(t, now), t.Year() != now.Year()) + " " + zoneName(t)
}

// Between returns when something happened that one poll had not seen and the
// next one saw: "between 10:02 and 10:12 UTC". Either end may be the zero time.
// Both ends have their date unless both are on the day of now.
func Between(after, before, now time.Time, zone *time.Location) string {
	zone = orUTC(zone)
	switch {
	case after.IsZero() && before.IsZero():
		return ""
	case after.IsZero():
		return "before " + Clock(before, now, zone)
	case before.IsZero():
		return "after " + Clock(after, now, zone)
	}
	after, before, now = after.In(zone), before.In(zone), now.In(zone)
	date := !sameDay(after, before) || !sameDay(before, now)
	year := after.Year() != before.Year() || before.Year() != now.Year()
	from, to := clock(after, date, year), clock(before, date && !sameDay(after, before), year)
	if sameDay(after, before) && from == clock(before, date, year) {
		return "at " + from + " " + zoneName(before)
	}
	if zoneName(after) != zoneName(before) { // the clocks were changed in between
		from += " " + zoneName(after)
	}
	return "between " + from + " and " + to + " " + zoneName(before)
}

func clock(t time.Time, date, year bool) string {
	switch {
	case date && year:
		return t.Format("2 Jan 2006 15:04")
	case date:
		return t.Format("2 Jan 15:04")
	}
	return t.Format("15:04")
}

func sameDay(a, b time.Time) bool {
	ay, am, ad := a.Date()
	by, bm, bd := b.Date()
	return ay == by && am == bm && ad == bd
}

// zoneName is the zone's abbreviation, or its offset where it has none.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if name == "" || strings.ContainsAny(name, "+-") {
		return "UTC" + strings.TrimSuffix(t.Format("-07:00"), ":00")
	}
	return name
}

func orUTC(zone *time.Location) *time.Location {
	if zone == nil {
		return time.UTC
	}
	return zone
}

// when says which version this is and when it came to be.
func when(r news.Report, o Options) []string {
	var out []string
	if s := versions(r); s != "" {
		out = append(out, s)
	}
	if c := r.ChangedBetween; c != nil {
		now := o.Now
		if now.IsZero() {
			now = c[1]
		}
		if s := Between(c[0], c[1], now, o.Zone); s != "" {
			out = append(out, happened(r.Kind)+" "+s)
		}
	}
	return out
}

// versions says which versions the report leads between.
func versions(r news.Report) string {
	from, to := r.From, r.To
	switch {
	case to == nil && from == nil, r.Kind.Notice():
		return ""
	case to == nil || from != nil && from.Version == to.Version:
		if to == nil {
			to = from
		}
		if r.Kind == news.Removed {
			return fmt.Sprintf("Version %d was the last", to.Version)
		}
		return fmt.Sprintf("Version %d", to.Version)
	case from == nil:
		return fmt.Sprintf("Version %d", to.Version)
	}
	d := to.Seen.Sub(from.Seen)
	once := d.Abs() < time.Second
	switch {
	case r.Edits > 1 && once:
		return fmt.Sprintf("%s, version %d → %d", Count(r.Edits, "edit"), from.Version, to.Version)
	case r.Edits > 1:
		return fmt.Sprintf("%s, version %d → %d, %s apart", Count(r.Edits, "edit"), from.Version, to.Version, Span(d))
	case once:
		return fmt.Sprintf("Version %d, right after version %d", to.Version, from.Version)
	}
	return fmt.Sprintf("Version %d, %s after version %d", to.Version, Span(d), from.Version)
}

// happened is the verb of an event.
func happened(k news.EventKind) string {
	switch k {
	case news.Removed, news.Returned, news.Reverted:
		return string(k)
	case news.Redirected:
		return "moved"
	case news.Testing:
		return "switched"
	case news.Failing, news.Recovered, news.Retired:
		return "noticed"
	}
	return "changed"
}
