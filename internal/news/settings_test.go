package news

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zoneNamed(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("no time zones here: %v", err)
	}
	return loc
}

func TestQuietEnds(t *testing.T) {
	london := zoneNamed(t, "Europe/London")
	tests := []struct{ quiet, at, want string }{
		{"22:00-07:00", "2026-01-10T21:59:59Z", ""},
		{"22:00-07:00", "2026-01-10T22:00:00Z", "2026-01-11T07:00:00Z"},
		{"22:00-07:00", "2026-01-11T06:59:59Z", "2026-01-11T07:00:00Z"},
		{"22:00-07:00", "2026-01-11T07:00:00Z", ""},
		{"12:00-13:30", "2026-01-11T12:30:00Z", "2026-01-11T13:30:00Z"},
		{"12:00-13:30", "2026-01-11T13:30:00Z", ""},
		{"22:00-07:00", "2026-07-10T21:30:00Z", "2026-07-11T06:00:00Z"}, // summer time: 22:30 there
		{"22:00-07:00", "2026-03-28T23:00:00Z", "2026-03-29T06:00:00Z"}, // the clock goes forward that night
		{"22:00-07:00", "2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z"}, // and back
		{"01:15-01:45", "2026-03-29T01:20:00Z", "2026-03-29T01:45:00Z"}, // left out by the change: an hour later by the clock
		{"off", "2026-01-11T02:00:00Z", ""},
	}
	for _, tt := range tests {
		q, err := ParseQuiet(tt.quiet)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if end := q.Ends(at, london); !end.IsZero() {
			got = end.Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("quiet %s at %s ends %q, want %q", tt.quiet, tt.at, got, tt.want)
		}
	}
}

func TestDigestNext(t *testing.T) {
	kolkata := zoneNamed(t, "Asia/Kolkata") // five and a half hours ahead
	tests := []struct{ digest, at, want string }{
		{"hourly", "2026-01-10T12:10:00Z", "2026-01-10T12:30:00Z"},
		{"hourly", "2026-01-10T12:30:00Z", "2026-01-10T13:30:00Z"},
		{"daily 09:00", "2026-01-10T03:00:00Z", "2026-01-10T03:30:00Z"},
		{"daily 09:00", "2026-01-10T03:30:00Z", "2026-01-11T03:30:00Z"},
		{"daily", "2026-01-10T23:00:00Z", "2026-01-11T03:30:00Z"},
		{"off", "2026-01-10T12:10:00Z", "2026-01-10T12:10:00Z"},
	}
	for _, tt := range tests {
		d, err := ParseDigest(tt.digest)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Next(at, kolkata).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s at %s is next %s, want %s", tt.digest, tt.at, got, tt.want)
		}
	}
}

// TestTimesInAnyZone: a quiet time ends later than it is asked about, and what
// is held until its end is not held again; a digest is always yet to come.
func TestTimesInAnyZone(t *testing.T) {
	zones := []*time.Location{time.UTC, zoneNamed(t, "Europe/London"), zoneNamed(t, "America/St_Johns"), zoneNamed(t, "Australia/Lord_Howe"), zoneNamed(t, "Pacific/Apia")}
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(t, "zone")
		at := time.Unix(rapid.Int64Range(1_200_000_000, 1_900_000_000).Draw(t, "at"), 0)
		minute := rapid.IntRange(0, 1439)
		q := Quiet{DayTime(minute.Draw(t, "from")), DayTime(minute.Draw(t, "to"))}
		if end := q.Ends(at, zone); !end.IsZero() {
			if !end.After(at) || end.Sub(at) > 25*time.Hour {
				t.Fatalf("quiet %v at %v ends %v", q, at.In(zone), end.In(zone))
			}
			if again := q.Ends(end, zone); !again.IsZero() && again.Sub(end) > 2*time.Hour {
				t.Fatalf("quiet %v ends %v and then %v", q, end.In(zone), again.In(zone))
			}
		}
		for _, d := range []Digest{{Every: DigestHourly}, {DigestDaily, DayTime(minute.Draw(t, "digest"))}} {
			if next := d.Next(at, zone); !next.After(at) || next.Sub(at) > 50*time.Hour {
				t.Fatalf("digest %v at %v is next %v", d, at.In(zone), next.In(zone))
			}
		}
	})
}

func TestSetAndGet(t *testing.T) {
	tests := []struct{ key, value, want string }{
		{"tz", "europe/london", "Europe/London"}, {"tz", "utc", "UTC"}, {"tz", "America/Port_of_Spain", "America/Port_of_Spain"}, {"tz", "default", "default"},
		{"quiet", "22-7", "22:00-07:00"}, {"quiet", "22:00 – 07:00", "22:00-07:00"}, {"quiet", "22.00 to 7.30", "22:00-07:30"}, {"quiet", "none", "off"},
		{"digest", "Daily at 8", "daily 08:00"}, {"digest", "HOURLY", "hourly"}, {"digest", "off", "off"},
		{"threads", "no", "off"}, {"threads", "on", "on"}, {"threads", "default", "on"},
		{"publish", "Major", "major"}, {"publish", "off", "off"},
		{"cap", "10", "10"}, {"cap", "10/h", "10"}, {"cap", "off", "off"}, {"cap", "default", "default"},
		{"admins-only", "yes", "on"}, {"admins-only", "off", "off"},
	}
	for _, tt := range tests {
		var s Settings
		if err := s.Set(tt.key, tt.value); err != nil {
			t.Errorf("%s=%s: %v", tt.key, tt.value, err)
		} else if got := s.Get(tt.key); got != tt.want {
			t.Errorf("%s=%s is %q, want %q", tt.key, tt.value, got, tt.want)
		}
	}
	for _, bad := range []string{"tz=Local", "tz=Mars/Phobos", "tz=../etc/passwd", "quiet=7-7", "quiet=24:00-01:00", "quiet=1:5-2:00", "quiet=+1:00-02:00", "digest=daily 9:60", "cap=-3", "cap=121", "threads=2", "volume=11"} {
		key, value, _ := strings.Cut(bad, "=")
		var s Settings
		if err := s.Set(key, value); err == nil {
			t.Errorf("%s is accepted, as %q", bad, s.Get(key))
		}
	}
}

// TestSetReadsWhatGetWrites for whatever is accepted.
func TestSetReadsWhatGetWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SampledFrom(SettingKeys).Draw(t, "key")
		var s, again Settings
		if s.Set(key, rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,2}(:[0-9]{2})?-[0-9]{1,2}:[0-9]{2}|daily [0-9]{2}:[0-9]{2}|[0-9]{1,3}|on|off|UTC`)).Draw(t, "value")) != nil {
			return
		}
		if err := again.Set(key, s.Get(key)); err != nil || again != s {
			t.Fatalf("%s: %q reads as %+v (%v), was %+v", key, s.Get(key), again, err, s)
		}
	})
}

func TestWantsWords(t *testing.T) {
	tests := []struct {
		include, exclude, text string
		want                   bool
	}{
		{"bridge", "", "Council closes the Bridge.", true},
		{"bridge", "", "The drawbridges open", false},
		{"port", "", "A report", false},
		{"flood*", "", "The flooding began", true},
		{"flood", "", "The flooding began", false},
		{"prime minister", "", "The Prime\u00a0Minister said", true},
		{"prime minister", "", "The minister of prime numbers", false},
		{"o'brien", "", "Mr O’Brien resigned", true},
		{"大橋", "", "市は大橋を閉鎖する", true},
		{"élection", "", "L'ÉLECTION est reportée", true},
		{"", "sport", "Sport: a draw", false},
		{"bridge", "sport", "Bridge in sport", false},
		{"a, b", "", "only b here", true},
		{"", "", "anything", true},
		{"c++", "", "Written in C++.", true},
		{"8", "", "38 dead", false},
	}
	for _, tt := range tests {
		var w Watch
		var err error
		if w.Include, err = ParseWords(tt.include); err != nil {
			t.Fatal(err)
		}
		if w.Exclude, err = ParseWords(tt.exclude); err != nil {
			t.Fatal(err)
		}
		if got, why := w.WantsWords("A headline", tt.text); got != tt.want {
			t.Errorf("include %q exclude %q of %q: %v (%s)", tt.include, tt.exclude, tt.text, got, why)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add("flood*, “prime minister”", "The flooding\u2028began")
	f.Fuzz(func(t *testing.T, words, text string) {
		list, err := ParseWords(words)
		if err != nil {
			return
		}
		w := Watch{Include: list}
		w.WantsWords(text)
		for _, word := range list {
			// A word that stands alone is found; a mark of a word that combines
			// with what precedes it is no word of its own.
			if ok, _ := (Watch{Include: []string{word}}).WantsWords(strings.TrimRight(word, "*")); !ok && strings.TrimRight(foldWords(word), "* ") != "" && strings.Count(word, "*") == 0 {
				t.Errorf("%q is not in itself", word)
			}
		}
	})
}
