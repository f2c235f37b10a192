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
package search
