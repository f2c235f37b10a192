// Package news holds editwatch's nouns: what an article, a version, an edit, an
// event, a watch and a delivery are. It does no I/O and decides nothing; every
// other package speaks in its words.
//
//	feed ──lists──> entry ──is──> article ──has──> version 1, 2, 3 …
//	                                 │                  └─ two neighbours make an edit
//	                                 └──has──> event, numbered in one sequence
//	watch (of a feed or an article) ──belongs to──> channel
//	event × watch ──makes──> delivery: the duty to put one announcement in one channel
//
// One word per thing, here and in code, config, bucket names, logs and pages:
//
//   - feed, entry: a syndication document, one item listed in it.
//   - article, version: a page over time, one stored reading of it, numbered from 1.
//   - baseline: version 1, stored without announcing anything.
//   - edit: what changed between two consecutive versions. n versions are n-1 edits.
//   - event: anything about an article worth telling.
//   - hold: a reading that differs and waits for a second look before it is believed.
//   - rereading: what newer rules, or a site in a new dress, make of the newest
//     version's text; no version, and nothing is told of it.
//   - copy: a version's page as a public archive keeps it.
//   - boilerplate: text that many articles of a site share, and none is about.
//   - poll, attempt: one visit to a feed or an article, one try at a delivery.
//   - announcement: one or more events rendered for people.
//
// All times are UTC. All texts are canonical (see [Canonical]).
package news
