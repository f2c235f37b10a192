// Package exchange writes the record for others and takes theirs in: articles,
// versions and events as JSON Lines, edits as a table, and what other programs
// for the same purpose have kept.
//
//	store ──Export──> JSON Lines ──Import──────> store
//	store ──Table──> CSV                          ↑
//	diffengine's database, NewsEdits' ──FromSQLite┘
//
// # The form
//
// A file has one JSON object a line, in UTF-8. The first line is the header:
//
//	{"editwatch":"history","version":1}
//
// with since, until and source where the file holds only a part. Then come the
// articles, in the order in which they became known, each followed by its
// versions in order; after the last of them the events, in the order in which
// they were recorded; and a line that says that this is the end:
//
//	{"type":"article","id":"…","reading":"page","url":"…","source":"…", …}
//	{"type":"version","article":"…","number":1,"seen":"…","hash":"…","text":{…}}
//	{"type":"event","article":{"id":"…", …},"kind":"edited","at":"…","edit":{…}, …}
//	{"type":"end","articles":1,"versions":1,"events":1}
//
// An event has the form it has in the API (news.Report), but for the numbers and
// links that are of one store only, with what the record keeps of it besides. An
// article's id is made from its address, so that it is the same in every store's
// file; twin marks one whose address is another article's. A version that a public
// archive keeps has the copy's address; that it came is no event here. Where the
// oldest versions of an article are no longer kept, the first one's number says how
// many there were, and an event between such versions has pruned and their numbers
// (versions). Readers pass over fields that they do not know. A new version of the
// form gets a new number.
//
// A file with since and until holds the events of that time, the articles they
// are of, and those articles' versions up to its end. Files may be packed by gzip
// or zstd. Texts are whole.
//
// # Other programs
//
// diffengine's database and the files of the NewsEdits corpus, as which News
// Sniffer's histories are published, are public in form and content, and nearly
// the same: see [FromSQLite]. What they tell goes the way of a file's lines. News
// Sniffer's own database (MySQL) and NewsDiffs' (git and MySQL) are on their
// servers alone.
//
// # Invariants
//
//   - The same record gives the same bytes, and so does a record that was
//     imported from them into an empty store.
//   - Importing a file again adds nothing; importing one after it broke off adds
//     the rest.
//   - What is imported is announced to nobody.
//   - Neither way holds more than some megabytes of the record in memory, however
//     long it is.
//
// Withheld and deleted articles are not exported.
//
// # What it costs
//
// Of 100,000 versions of some 250 words, with 75,000 edits, Import takes 0.87 ms of
// a processor each and holds 28 MB; most of the time goes into the compression that
// keeps the store small. Export takes 0.38 ms and holds 12 MB; most goes into
// finding out what each edit changed, on all cores. To decode the same lines and
// put them into bbolt takes 0.05 ms, to read and encode them 0.03 ms:
//
//	go test ./internal/exchange -run '^$' -bench . -benchtime 1x -args -versions 100000
package exchange
