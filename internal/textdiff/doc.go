// Package textdiff finds what differs between two texts the way a person would
// mark it: which paragraphs belong together, and which words in them changed.
// It knows language only as far as marks depend on it, and nothing of news.
//
//	paragraphs ──Align──> pairs, moves, what came and went
//	two paragraphs ──Tokens──> words ──chain or greedy──> matches ──slide──> Words: spans
//
// Words are Unicode word segments, joined where a reader sees one thing (a
// number with its sign, currency and percent mark, a date, an abbreviation, a
// hyphenated word, a web address). Matches are chosen by weight, not by count:
// a content word is worth more than a function word, and every further mark
// costs something, so that a single "the" between two changed phrases does not
// break them into four.
//
// Invariants, whatever the bytes: the Same and Del spans concatenate to the old
// text and the Same and Ins spans to the new one; no span begins or ends inside
// a grapheme; the result depends on the texts alone, never on the clock; and
// time and memory are bounded by limits on size, beyond which the result gets
// coarser and stays correct.
package textdiff
