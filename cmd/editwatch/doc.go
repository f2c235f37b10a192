// Editwatch notices when published articles are quietly edited, and says so.
//
// This comment is the tour of the code, from the bottom up. Each package's own
// comment says more.
//
// # The nouns
//
// internal/news holds them and does nothing: article, version, edit, event,
// watch, delivery. Read its comment first. A text is canonical (news.Canonical)
// from the moment it is read. Six versions are five edits.
//
// # What editwatch is about
//
// These four are pure functions; whoever wants to change what counts as an
// edit, or how it is told, works here.
//
//	internal/textdiff   paragraphs aligned by similarity, words compared
//	internal/edit       Compare(old, new): aligned, classified, ranked
//	internal/brief      the parts that matter, in words: one voice for all
//	watcher/extract     page → headline, standfirst, paragraphs; or a refusal
//
// internal/report puts an event together with its article, versions and edit,
// for everybody who tells of it.
//
// # The three that run
//
//	watcher/   polls what is due, and records what is true
//	  fetch/     one polite request: robots, spacing, validators
//	  feed/      feed document → entries
//	  extract/   page → text
//	  archive/   has a public archive keep what was seen, apart from the rest
//	notify/    plans who is told, and delivers until it is settled
//	  console/ discord/ slack/ webhook/    one Sender each
//	bot/       answers when asked: Command in, Answer out
//	  cli/       the terminal, and the socket beside the store
//	  discord/ slack/    people in chat: commands, mentions, buttons
//	  web/       the pages, the feeds of edits, the JSON
//	    card/      the picture of an edit, for where its link is pasted
//
// They never import each other. They meet in the store:
//
//	         ┌────────── internal/store (bolt) ──────────┐
//	         │  schedule · articles · versions · events  │
//	         │      watches · deliveries · copies        │
//	         └──▲─────────────────▲──────────────────▲───┘
//	            │                 │                  │
//	web ──> watcher            notify ──> channels  bot <── people
//
// internal/store says what is kept and promised, internal/store/bolt keeps it
// in one file, and internal/store/storetest holds any store against the
// promises. internal/safehttp is the one way out to the web. internal/discord
// and internal/slack are the one connection to each platform, with its manners,
// limits and escaping, which the bot's front ends and the senders share.
// internal/exchange takes the record out and in, and other programs' in;
// internal/warc writes pages for archives. internal/newsroom is a small news
// site for the demo and the tests, internal/chattest a Discord and a Slack, and
// watcher/archive/archivetest a Wayback Machine for the tests.
//
// A button under a message carries a news.Action as its token. notify puts it
// there, a front end brings it back, and bot.Pressed reads it: nothing of it is
// kept anywhere, and the rights are looked at when it is pressed.
//
// This package wires them (app.go, chat.go), reads the configuration
// (config.go), and has a file for each group of commands; doctor.go looks at
// what has to be right outside. TestImports (imports_test.go) keeps
// the arrows pointing one way.
//
// # The life of an edit
//
//  1. watcher leases a host whose work is due, and fetch asks it for an article,
//     with the validators of the last answer. Not modified, or the same bytes:
//     the check is noted, and that is all.
//  2. extract reads the page where the text stood before. A wall, an error page
//     or a stub is refused: it never becomes a version.
//  3. The text's hash is the newest version's: the check is noted. Otherwise
//     edit.Compare says what changed, and watcher/decide.go whether that counts
//     at once. A change of the headline alone, a large loss, and the return of
//     an earlier text are held on the article and looked at again.
//  4. store.Record takes down the version, its event and the next poll in one
//     transaction. The event is not planned yet.
//  5. notify.Plan asks each watch whether it wants the event (news.Watch.Wants),
//     and adds the deliveries in the transaction that marks it planned. The
//     channel's settings (quiet hours, digest, cap) say when, and whether it is
//     gathered with others (notify/hold.go).
//  6. notify leases a delivery (the attempt is counted and its events frozen),
//     makes the report and the brief, and has the channel's Sender post it.
//     Settle records the platform's message ID, or when to try again.
//  7. watcher/archive, where it is switched on, has the Wayback Machine keep both
//     versions. A copy that is kept is an event, for which notify adds the link to
//     the messages that told of the edit. Nothing ever waits for that.
//  8. Who wonders asks: history, diff, explain, search; or reads the pages.
//
// A crash between any two steps loses nothing: what was not recorded is read
// again, what was not planned is planned, what was not settled is tried again.
//
// # Testing
//
// go test ./... needs no network and no set-up. cmd/editwatch/testdata/script
// runs the whole program against small sites; scenario_test.go scores it on the
// newsroom. Tests on real pages read their folder from EDITWATCH_DATA, and skip
// without it. Goldens are rewritten with -update.
//
// Those of bot/web named TestBrowser… show its pages to a headless Chromium, use
// them by finger and key, and have axe-core (the file EDITWATCH_AXE names) look
// for what keeps people from them; with -args -shots FOLDER they leave pictures.
// Feeds are read back by gofeed and feedparser, WARCs by warcio. What is not
// installed is skipped, but where CI is set that fails; .ci/run installs it all.
package main
