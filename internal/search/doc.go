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
// without a look at the rest. Of 20,000 versions that takes 3,217 bytes a
// version, and 2,820 if they stood in the order of the record; which is as
// quick. In that order, of 100,000 versions of some 250 words it takes 2,655
// bytes a version. To find what a person types, letter by letter, takes 2 ms of
// a processor (median) and 33 ms (the slowest in a hundred), and to show a page
// of it 4 ms more. Bleve 2.6 took 3,321 bytes a version of the same texts, 9 ms
// and 400 ms. Prefixes of one letter have an index, because without it the
// slowest take 110 ms, for 2,266 bytes; with those of four and five letters
// they would take 17 ms, for 4,520 bytes.
//
//	go test ./internal/search -run '^$' -bench Search -benchtime 1x -timeout 40m -args -versions 100000
package search
