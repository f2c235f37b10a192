// Package edit says what changed between two versions of an article and how
// much it matters. It is pure: the same two texts give the same edit, whoever
// asks, whether for neighbours, any two versions, or several edits told as one.
//
//	old, new ──align──> paragraphs that belong together ──words──> what changed in each
//	         ──classify──> classes: a fact, an addition, spelling … ──rank──> news.Edit
//
// A difference is never dropped: what matters little is classed as minor or as
// typography, and whoever listens chooses. Rules look at words, not at sizes, so
// that one changed digit outranks a polished paragraph. They know the words of
// English, German, French, Spanish, Portuguese, Italian and some of others, all
// at once: a text's language is often not stated, and a fact too many is told,
// while a fact too few is lost.
//
// Applied to the old text, the parts of an edit give the new one; see
// [news.Edit.Apply].
package edit
