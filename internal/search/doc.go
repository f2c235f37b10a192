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
// nothing: what was not taken in is taken in at the next start.
//
// SQLite's FTS5 does the indexing, in Go alone (modernc.org/sqlite). The texts
// themselves are not in it. For 100,000 versions of some 250 words it takes
// 2,267 bytes a version; it takes in 930 versions a second and answers as a
// person types, letter by letter, in 10 ms (median) and 120 ms (the slowest in a
// hundred), measured on two busy cores by
//
//	go test ./internal/search -run '^$' -bench Search -benchtime 1x -timeout 40m -args -versions 100000
package search
