// Package search finds versions by their words: those that stood in an
// article, before an edit or after it.
//
// An [Index] is derived from the store and lies beside it. It follows the store
// with a cursor of its own and is never part of recording:
//
//	store ──Recorded, Versions──> Run ──words──> index <──Search── people
//
// Whatever is wrong with an index, it is made anew from the store, in the
// background, while what it has by then can already be found. A crash loses
// nothing: what was not taken in is taken in at the next start. What the store
// keeps no longer is taken out, and [Compact] has it leave the file.
//
// SQLite's FTS5 does the indexing, in Go alone (modernc.org/sqlite). The texts
// themselves are not in it. Versions stand in it in the order of time, not in
// that in which they came into the record, so that the newest are found first
// without a look at the rest. Of 100,000 versions of some 250 words that takes
// 3,026 bytes a version, and 1,175 are taken in a second. To find what a person
// types, letter by letter from the second on, with a page of what is found, takes
// 14 ms (median) and 62 ms (the slowest in a hundred).
//
// In the order of the record it was 2,655 bytes, of which 2 ms and 33 ms of a
// processor were the index's part. Bleve 2.6 took 3,321 bytes of the same texts, 9 ms
// and 400 ms. Prefixes of one letter have an index, because without it the
// slowest take 110 ms, for 2,266 bytes; with those of four and five letters
// they would take 17 ms, for 4,520 bytes.
//
//	go test ./internal/search -run '^$' -bench Search -benchtime 1x -timeout 40m -args -versions 100000
package search
