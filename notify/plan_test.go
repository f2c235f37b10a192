package notify

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

func TestDuties(t *testing.T) {
	now := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	in := now.Add
	const window = 10 * time.Minute
	r := rules{window: window, flood: Options{}.withDefaults().Flood}

	edited := news.Event{Seq: 7, Kind: news.Edited, Article: "a1", From: 3, To: 4, At: now}
	removed := news.Event{Seq: 8, Kind: news.Removed, Article: "a1", At: now}
	failing := news.Event{Seq: 9, Kind: news.Failing, Feed: "f1", At: now}

	post := func(due time.Time, attempts int) news.Delivery {
		return news.Delivery{Kind: news.Post, Channel: "desk", Article: "a1", Events: []news.Seq{5}, Queued: ago(time.Hour), Due: due, Attempts: attempts}
	}
	owes := func(n int, d news.Delivery) (all []news.Delivery) {
		d.Article = "other"
		for range n {
			all = append(all, d)
		}
		return all
	}
	want := func(due time.Time, join bool) []store.Duty {
		return []store.Duty{{Channel: "desk", Kind: news.Post, Article: "a1", Due: due, Join: join}}
	}
	summary := []store.Duty{{Channel: "desk", Kind: news.Notice, Due: now, Join: true}}

	tests := []struct {
		name  string
		event news.Event
		place place
		want  []store.Duty
	}{
		{"first_edit_at_once", edited, place{}, want(now, true)},
		{"edit_inside_the_window_waits", edited,
			place{thread: news.Thread{Posts: 1, Posted: ago(3 * time.Minute)}}, want(in(7*time.Minute), true)},
		{"edit_after_the_window_at_once", edited,
			place{thread: news.Thread{Posts: 1, Posted: ago(11 * time.Minute)}}, want(now, true)},
		{"edit_joins_the_pending_one", edited,
			place{pending: []news.Delivery{post(in(4*time.Minute), 0)}, edits: true}, want(in(4*time.Minute), true)},
		{"edit_behind_a_frozen_one_is_gathered", edited,
			place{pending: []news.Delivery{post(in(time.Minute), 2)}, edits: true}, want(in(window), false)},
		{"edit_does_not_join_a_removal", edited,
			place{pending: []news.Delivery{post(now, 0)}}, want(in(window), false)},
		{"removal_at_once_inside_the_window", removed,
			place{thread: news.Thread{Posts: 1, Posted: ago(3 * time.Minute)}}, want(now, false)},
		{"removal_overtakes_no_edit", removed,
			place{pending: []news.Delivery{post(in(4*time.Minute), 0)}, edits: true}, want(in(4*time.Minute), false)},
		{"notice_about_a_feed", failing, place{}, []store.Duty{{Channel: "desk", Kind: news.Notice, Due: now}}},
		{"first_message_counts_later_edits", edited,
			place{updates: true, thread: news.Thread{Root: "m1", Posts: 1, Posted: ago(time.Hour)}},
			append(want(now, true), store.Duty{Channel: "desk", Kind: news.Update, Article: "a1", Due: now, Message: "m1"})},
		{"removal_counts_nothing", removed,
			place{updates: true, thread: news.Thread{Root: "m1", Posts: 1, Posted: ago(time.Hour)}}, want(now, false)},

		{"flood_is_summed_up", edited, place{pending: owes(20, post(ago(31*time.Minute), 0))}, summary},
		{"flood_takes_notices_too", failing, place{pending: owes(20, post(ago(31*time.Minute), 0))}, summary},
		{"flood_joins_the_article_first", edited,
			place{pending: append([]news.Delivery{post(ago(40*time.Minute), 0)}, owes(20, post(ago(31*time.Minute), 0))...), edits: true},
			want(ago(40*time.Minute), true)},
		{"many_but_not_late", edited, place{pending: owes(500, post(ago(time.Minute), 0))}, want(now, true)},
		{"late_but_not_many", edited, place{pending: owes(19, post(ago(9*time.Hour), 0))}, want(now, true)},
		{"many_that_only_coalesce", edited, place{pending: owes(50, post(in(time.Minute), 0))}, want(now, true)},
		{"machines_get_everything", edited,
			place{machine: true, pending: owes(2000, post(ago(31*time.Minute), 0))}, want(now, true)},
		{"old_event_is_summed_up", news.Event{Kind: news.Edited, Article: "a1", From: 1, To: 2, At: ago(25 * time.Hour)}, place{}, summary},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.place.name = "desk"
			got := r.duties(tt.event, tt.place, now)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("duties (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOweFollowsTheOutbox(t *testing.T) {
	now := time.Date(2026, 5, 3, 10, 0, 0, 0, time.UTC)
	duty := func(kind news.DeliveryKind, join bool) store.Duty {
		return store.Duty{Channel: "desk", Kind: kind, Article: "a1", Due: now, Join: join, Message: "m"}
	}
	var owed []news.Delivery
	owed = owe(owed, duty(news.Post, true), 1, now)
	owed = owe(owed, duty(news.Update, false), 1, now)
	owed = owe(owed, duty(news.Post, true), 2, now)    // joins
	owed = owe(owed, duty(news.Update, false), 2, now) // one is enough
	owed = owe(owed, duty(news.Post, false), 3, now)   // stands alone
	owed[2].Attempts = 1
	owed = owe(owed, duty(news.Post, true), 4, now) // the newest is frozen

	var got [][]news.Seq
	for _, d := range owed {
		got = append(got, d.Events)
	}
	want := [][]news.Seq{{1, 2}, {1}, {3}, {4}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
