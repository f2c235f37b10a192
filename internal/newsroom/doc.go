// Package newsroom is a small news site that publishes and edits: five invented
// outlets in three languages, each with its own page layout, feed and habits.
// It stands in for the web in the demo and in tests, and it keeps the truth: a
// log of everything it really changed, to hold against what was announced.
//
//	stories/*.md ──> Outlet.PublishStory ──> Article ──Step, Edit, Remove …──> Truth
//	                                            │
//	layouts/*.html, Noise, Fault ──────────────>└──> pages and feeds over HTTP
//
// # For the demo
//
// Start listens on loopback, one port an outlet, and Run directs an endless
// and varied programme of edits, removals, returns, reverts, headline tests,
// noise and faults until its context ends:
//
//	n := newsroom.New(newsroom.Options{Seed: 1})
//	if err := n.Start(); err != nil { … }
//	defer n.Close()
//	go n.Run(ctx, 3*time.Second)
//	watch(n.Outlets()[0].FeedURL())
//
// # For tests
//
// A Newsroom is an http.Handler that picks the outlet by the Host header, so
// that one listener, or net.Pipe in a synctest bubble, can serve them all; each
// outlet also has a handler of its own. A test acts by hand:
//
//	n := newsroom.New(newsroom.Options{Seed: 1, Quiet: true})
//	post := n.Outlet("harbour-post")
//	a := post.Articles()[0]
//	a.Step()                                             // the story's next edit
//	a.Edit(func(t *newsroom.Text) { t.Headline = "…" })  // or any other
//	a.Remove(newsroom.Gone)                              // until a.Restore()
//	a.Test("Another headline")                           // until a.EndTest(false)
//	a.Fault(newsroom.ConsentWall, 2)                     // the next two readings
//	post.SetNoise(newsroom.AllNoise)
//
// # For scoring
//
// Truth returns every true change with both texts, the classes it has and
// whether it ought to be told; Served counts how often each fault was really
// served, so that silence about it counts for something. Texts in the log are
// what a reader of the page sees, with plain spaces.
//
// # Invariants
//
// With the same seed, the same calls and requests in the same order, and the
// same time (as in a synctest bubble), every byte served is the same. Without
// noise and faults a page does not change unless its article does. Noise never
// changes the words of an article, and a fault never enters the log. Texts are
// kept in ordinary spaces and the quotation marks of their language; layouts
// that put no-break spaces around guillemets do so on the page only.
//
// All methods are safe for concurrent use.
package newsroom
