package bot

import (
	"fmt"
	"time"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// held says what is held, since when, and when that is looked at again.
func held(a news.Article, now time.Time, zone *time.Location) string {
	h := a.Hold
	s := fmt.Sprintf("Held since %s, seen %s: %s. Nothing is said unless that is found again",
		brief.Clock(h.Since, now, zone), times(h.Looks), holdReason(*h))
	if !a.Polling.Next.IsZero() {
		s += "; the next look is " + due(a.Polling.Next, now)
	}
	return s + "."
}

// circumstances say what else keeps channels from being told of an article.
func circumstances(a news.Article, watches []news.Watch, c Command, now time.Time, zone *time.Location) (lines []string) {
	if a.LiveAt(now) {
		lines = append(lines, fmt.Sprintf("It is a live page since %s: its edits are recorded, and told only where the headline, a fact or a correction changes, until it has rested for %s.",
			brief.Clock(a.Live, now, zone), brief.Span(news.LiveQuiet)))
	}
	if r := a.Rereading; r != nil {
		switch r.Why {
		case news.RereadUpgrade:
			lines = append(lines, fmt.Sprintf("It is read by newer rules since %s. What those made of the newest version is what the next reading is compared with; nothing is told of the rules.", brief.Clock(r.At, now, zone)))
		case news.RereadRedesign:
			lines = append(lines, fmt.Sprintf("The site was redesigned %s. What stood there then is what the next reading is compared with; nothing is told of the redesign.", brief.Clock(r.At, now, zone)))
		}
	}
	if len(watches) == 0 {
		return append(lines, "Nobody watches it, nor a feed that lists it, so nobody is told.")
	}
	for _, w := range watches {
		switch {
		case !w.Paused(now), w.Channel != c.Channel && !c.Everywhere:
		case w.PausedUntil.Equal(news.Forever):
			lines = append(lines, fmt.Sprintf("%s in %s is paused until it is resumed: it hears of nothing.", w.ID, c.place(w.Channel)))
		default:
			lines = append(lines, fmt.Sprintf("%s in %s is paused until %s: it hears of nothing.", w.ID, c.place(w.Channel), brief.Clock(w.PausedUntil, now, zone)))
		}
	}
	return lines
}
