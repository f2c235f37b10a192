// Package exchange writes the record for others and takes theirs in: articles,
// versions and events as JSON Lines, edits as a table, and what another program
// for the same purpose has kept.
//
//	store ──Export──> JSON Lines ──Import──> store
//	store ──Table──> CSV              ↑
//	diffengine's file ──FromDiffengine┘
//
// # The form
//
// A file has one JSON object a line, in UTF-8. The first line is the header:
//
//	{"editwatch":"history","version":1}
//
// with since, until and source where the file holds only a part. Then come the
// articles, in the order in which they became known, each followed by its
// versions in order; and after the last of them the events, in the order in
// which they were recorded:
//
//	{"type":"article","id":"…","reading":"page","url":"…","source":"…", …}
//	{"type":"version","article":"…","number":1,"seen":"…","hash":"…","text":{…}}
//	{"type":"event","article":{"id":"…", …},"kind":"edited","at":"…","edit":{…}, …}
//
// An event has the form it has in the API (news.Report), but for the numbers and
// links that are of one store only, with what the record keeps of it besides. An
// article's id is made from its address, so that it is the same in every store's
// file; twin marks one whose address is another article's. Readers pass over
// fields that they do not know. A new version of the form gets a new number.
//
// A file with since and until holds the events of that time, the articles they
// are of, and those articles' versions up to its end.
//
// # Invariants
//
//   - The same record gives the same bytes, and so does a record that was
//     imported from them into an empty store.
//   - Importing a file again adds nothing; importing one after it broke off adds
//     the rest.
//   - What is imported is announced to nobody.
//   - Neither way holds more than a few megabytes of the record in memory,
//     however long it is.
//
// Withheld and deleted articles are not exported.
package exchange
