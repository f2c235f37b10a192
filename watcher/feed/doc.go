// Package feed reads feeds: RSS 0.9x, 1.0 and 2.0, Atom and JSON Feed. It does
// no I/O; the bytes were fetched, unpacked and capped before.
//
//	bytes ─> charset mended ─> what no XML may hold dropped ─> measured ─> gofeed ─> entries in our form
//
// Feeds are hostile and often broken. What can be mended is (a charset that is
// not the declared one, invalid UTF-8, control characters); what would cost
// more to parse than any real feed is refused before the parser sees it; and
// what is no feed at all is refused with a sentence that says what it is.
//
// Invariants: all texts are plain and canonical (news.Canonical): no markup, no
// entities. A URL is absolute, http or https, without user name, or empty. The
// GUIDs of a feed's entries are distinct and never empty. Whatever the bytes,
// parsing ends without a panic, in time and memory bounded by [MaxBytes].
//
// [Links] finds the feeds that a page names, for people who give a page's
// address and mean its feed.
package feed
