// Package bolt keeps editwatch's store in one file with bbolt. It needs no
// server, and a commit is durable when it returns.
//
// # How writing works
//
// bbolt has one writer at a time and pays a disk sync for every commit. All
// writes therefore go through one goroutine, which runs in a single
// transaction whatever has arrived while the previous commit was syncing: a
// lone write waits for nobody, and a hundred at once cost one sync. A write
// that fails leaves its neighbours alone. What the leases need (which host or
// channel is due when, who holds it) stands in memory beside the file and is
// brought up to date after each commit; leases themselves are only in memory,
// so a crash frees them.
//
// # Schema 4
//
// Integers in keys are big endian, so that keys sort by number: n4 and n8 have
// 4 and 8 bytes. A time in a key is ms6, milliseconds since 1970 in 6 bytes;
// times are kept to the millisecond. A name is the number of an interned
// string, see bucket names. Values are records unless noted: a sequence of
// (tag, value), see codec.go.
//
//	bucket      key                          value
//	meta        "schema"                     uvarint
//	meta        "merged"                     n8: articles ended by Merge, or deleted for good
//	meta        "versions gone" and others   n8: versions, events, captures that are no longer kept
//	names       text                         n4: its number; texts that repeat are stored once
//	texts       n4 name                      the text
//	hosts       n4 name                      host: earliest due poll, hold-back
//	schedule    n4 host, ms6, kind, n4       empty; kind is 'a' or 'f', then the article's or feed's number
//	feeds       n4 feed                      feed
//	articles    n4 article                   article, without its hold
//	recent      ms6, n4 article              uvarints: source name, feeds; the order of Articles
//	holds       n4 article                   the held reading
//	pages       n4 article                   the kept page, zstd
//	rereadings  n4 article                   what its next reading is compared with, where that is no version
//	templates   n4 host name                 what was learnt of the host's articles: JSON, zstd
//	keys        12 bytes of SHA-256(key)     n4 article or, for "feed "+folded address, n4 feed
//	versions    n8 in order of recording     version: its text, whole or against the previous one
//	versions    n8, piece 1…255              more of the same text
//	events      n8 Seq                       event
//	unplanned   n8 Seq                       empty
//	sources     n4 name                      empty (n8 before schema 4); the sources of articles
//	deliveries  n8 in order of planning      delivery
//	queue       n4 channel, n8 delivery      ms6 due; the pending ones in order
//	due         n4 channel, ms6, n8 delivery empty; the pending ones by time
//	channels    n4 name                      channel: earliest due, hold-back, newest delivery
//	threads     n4 article, n4 channel       thread: what was told, newest delivery
//	watches     n8 watch                     watch
//	watching    kind, n4, n8 watch           empty; kind is 'c' channel, 'f' feed, 'a' article, 'u' unread (n4 is 0)
//	removed     ms6, n8 watch                watch that was removed then; forgotten after a day
//	settings    n4 channel                   settings
//	manners     n4 channel                   standing: what the platform lets us do there
//	marks       kind, n4 value, n4 block     which of 4096 events in a row are of a kind, class, rank or source
//	marks       't', n4 0, n4 block          from when to when these events are: ms6, ms6 for each 128
//	marks       'a', n4 source, ms6, n4      empty; the order of one source's articles, as recent has it for all
//	captures    ms6, n4 article              capture: an answer as it was sent, with its headers
//	archives    'c', n4 article, n4 version  copy: what a public archive keeps of a version, or is to
//	archives    'd', ms6, n4, n4             empty; the copies that are not done by the time they are due
//	archives    'f'                          n8 Seq: how far the events were followed; absent before the first time
//	archives    'h'                          ms6: the archive is held back until then
//	withheld    n4 article                   empty; the articles that are withheld
//	deleted     12 bytes of SHA-256(key)     n4: the article that held the key and was deleted for good
//
// Schema 1 lacked removed, settings and manners, and rereadings and templates;
// schema 2 the first three of these; schema 3 marks, captures, archives,
// withheld and deleted.
//
// Lists that only grow are chains: an article's record names its newest
// version and event, and each of those names the one before; so do deliveries
// of a thread and of a channel, and captures of an article. A chain costs
// two bytes an element, an index thirty.
//
// What is deleted for good leaves no hole in a chain or in the sequence: its
// events and deliveries stay as records that say nothing but where the one
// before stands, and are passed over. Versions that are no longer kept are gone
// altogether: the oldest that is kept is stored whole, and the article's record
// says which it is. Bucket meta counts what is gone, for Counts.
//
// Events are filtered by marks: a list of their numbers for each kind, class,
// rank and source, in blocks that are bitmaps or, where few bits are set, lists
// of offsets. A query is the intersection of such lists: it reads a block of
// each at a time, seeks past blocks that one of them does not have, and reads
// the events that are left. That costs some bytes an event, and a look at 250
// blocks where nothing among a million events matches.
//
// The public IDs are the numbers in letters: article "a2f", feed "f3", watch
// "w7" (decimal, as people type them). A delivery's ID has random letters too:
// it must stay unique even when an older backup was restored.
//
// # Invariants
//
// schedule, recent, marks, queue, due, watching and the order in which copies are
// due say nothing that the records do not, and everything they do; every number a
// record names exists; versions of an article are numbered 1, 2, 3 … and each has
// the text its hash says.
// [Store.Check] reads everything and proves it.
//
// # Migration
//
// A new field of a record gets a new tag, and absent means zero: that needs no
// migration. Tags are never used again. Any other change raises the schema
// number and adds a function to migrations, which runs once, in one
// transaction, when an older file is opened. A newer file is refused.
package bolt
