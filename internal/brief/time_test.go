package brief

import (
	"testing"
	"time"
)

func TestSpan(t *testing.T) {
	tests := []struct {
		d    time.Duration
		want string
	}{
		{0, "0 s"},
		{48 * time.Second, "48 s"},
		{12*time.Minute + 59*time.Second, "12 min"},
		{2*time.Hour + 10*time.Minute, "2 h 10 min"},
		{3 * time.Hour, "3 h"},
		{76 * time.Hour, "3 d 4 h"},
		{42 * 24 * time.Hour, "42 d"},
		{-2 * time.Hour, "2 h"},
	}
	for _, tt := range tests {
		if got := Span(tt.d); got != tt.want {
			t.Errorf("Span(%v) = %q, want %q", tt.d, got, tt.want)
		}
	}
}

func TestAbout(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		d    time.Duration
		want string
	}{
		{10 * time.Second, "less than a minute"},
		{time.Minute, "1 minute"},
		{44 * time.Minute, "44 minutes"},
		{45 * time.Minute, "about 1 hour"},
		{4*time.Hour + 10*time.Minute, "about 4 hours"},
		{23*time.Hour + 20*time.Minute, "about 23 hours"},
		{23*time.Hour + 40*time.Minute, "1 day"},
		{3 * day, "3 days"},
		{31 * day, "about 1 month"},
		{70 * day, "2 months"},
		{364 * day, "11 months"},
		{370 * day, "about 1 year"},
		{500 * day, "over 1 year"},
		{700 * day, "almost 2 years"},
		{-4 * time.Hour, "about 4 hours"},
	}
	for _, tt := range tests {
		if got := About(tt.d); got != tt.want {
			t.Errorf("About(%v) = %q, want %q", tt.d, got, tt.want)
		}
	}
	if got := Later(4 * time.Hour); got != "about 4 hours later" {
		t.Error(got)
	}
	if got := Ago(time.Minute); got != "1 minute ago" {
		t.Error(got)
	}
}

func TestBetween(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		after, before, now string
		zone               *time.Location
		want               string
	}{
		{"2026-05-03 10:02:00", "2026-05-03 10:12:00", "2026-05-03 10:13:00", nil, "between 10:02 and 10:12 UTC"},
		{"2026-05-03 10:12:01", "2026-05-03 10:12:40", "2026-05-03 10:13:00", nil, "at 10:12 UTC"},
		{"2026-05-03 10:02:00", "2026-05-03 10:12:00", "2026-05-04 10:13:00", nil, "between 3 May 10:02 and 10:12 UTC"},
		{"2026-05-03 23:58:00", "2026-05-04 00:08:00", "2026-05-04 00:08:00", nil, "between 3 May 23:58 and 4 May 00:08 UTC"},
		{"2025-12-31 23:58:00", "2026-01-01 00:08:00", "2026-01-01 00:09:00", nil, "between 31 Dec 2025 23:58 and 1 Jan 2026 00:08 UTC"},
		{"2026-05-03 10:02:00", "2026-05-03 10:12:00", "2026-05-03 10:13:00", berlin, "between 12:02 and 12:12 CEST"},
		{"2026-05-03 21:55:00", "2026-05-03 22:05:00", "2026-05-03 22:06:00", berlin, "between 3 May 23:55 and 4 May 00:05 CEST"},
		{"2026-05-03 10:02:00", "2026-05-03 10:12:00", "2026-05-03 10:13:00", time.FixedZone("", 5*3600+1800), "between 15:32 and 15:42 UTC+05:30"},
		{"", "2026-05-03 10:12:00", "2026-05-03 10:13:00", nil, "before 10:12 UTC"},
		{"2026-05-03 10:12:00", "", "2026-05-03 10:13:00", nil, "after 10:12 UTC"},
		{"", "", "2026-05-03 10:13:00", nil, ""},
	}
	for _, tt := range tests {
		var after, before time.Time
		if tt.after != "" {
			after = at(tt.after)
		}
		if tt.before != "" {
			before = at(tt.before)
		}
		if got := Between(after, before, at(tt.now), tt.zone); got != tt.want {
			t.Errorf("Between(%s, %s) = %q, want %q", tt.after, tt.before, got, tt.want)
		}
	}
}

func TestCounts(t *testing.T) {
	if got := Versions(6, 5); got != "6 versions, 5 edits" {
		t.Error(got)
	}
	if got := Versions(1, 0); got != "1 version, 0 edits" {
		t.Error(got)
	}
	if got := List([]string{"headline", "standfirst", "3 paragraphs"}); got != "headline, standfirst and 3 paragraphs" {
		t.Error(got)
	}
}
