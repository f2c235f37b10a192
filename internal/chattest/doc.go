// Package chattest has a Discord and a Slack for tests: servers that speak the
// platforms' real protocols to the real client libraries, remember everything,
// fail on request, and hold every body they are sent against the documented
// limits.
//
//	bot, sender ──REST──────> Discord, Slack ──> Calls, Messages, Gateway: what happened
//	            <──WebSocket─      │   └─ CheckDiscord, CheckSlack on every body
//	            <──signed HTTP─    └─ Next, Always, Limit: what goes wrong
//	                               └─ Slash, Press, Complete, Mention …: what people do
//
// A server listens on a port of the loopback, or within the process, where it
// works in a bubble of testing/synctest:
//
//	d := chattest.NewDiscord(t, chattest.Loopback) // or chattest.Memory
//	use(d.APIURL, d.Token, d.Client(), d.Dialer())  // what a client needs to reach it
//
// Any body that breaks a limit, a rule of the platform, or one of ours (nothing
// pings; text stands for what screen readers cannot see) fails the test at once
// and is refused as the platform would. So does a request to an address that the
// server does not know. What a platform merely refuses (a missing permission, a
// deleted message, a second answer to an interaction) is answered with the
// platform's own error and recorded.
//
// # What goes wrong
//
//	d.Next(chattest.CreateMessage, chattest.Times(2, chattest.Unavailable())...) // fail the next two posts
//	d.Next(chattest.CreateMessage, chattest.Lost())           // post it, but lose the answer
//	d.Next(chattest.CreateMessage, chattest.Normal(), chattest.DiscordLimited(time.Second, 7*time.Second, false))
//	end := d.Always("", chattest.Cut())                       // an outage, until end()
//	d.Limit(chattest.CreateMessage, 5, 5*time.Second)         // a real bucket, per channel
//	d.SetPermissions(channel, chattest.PermView); d.DeleteChannel(id); d.RevokeToken()
//	d.SetDeaf(true); d.DropGateway(); d.CloseGateway(4000); d.AskReconnect(); d.InvalidateSession(false)
//
// An [Answer] that is Done does what it is asked before it fails. On Slack a
// route is a method's name: s.Next("chat.postMessage", chattest.SlackError("not_in_channel")).
//
// # What people do
//
//	i := d.Slash(chattest.Admin(channel), "editwatch add", chattest.Option{Name: "url", Value: "https://…"})
//	a := i.Answer()                     // waits; fails the test if it takes longer than 3 s
//	a = d.Press(chattest.Reader(channel), a.Message, "History").Answer()
//	got := a.Message.Text()
//
//	k := s.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "history https://…")
//	m := k.Answer()                     // waits; k.Acked() is after how long it was acknowledged
//	m = s.Press(chattest.SlackMember, m, "Next").Answer()
//	s.Mention(user, channel, "history https://…", ""); s.Shortcut(…); s.OpenHome(user); s.Event(…)
//
// A command must be registered before it can be used, and options are held
// against their registration, as Discord's own client does. Interactions arrive
// over the gateway (Socket Mode), or signed at an address after UseEndpoint
// (UseURLs). Sign and Deliver forge requests. AllowMentions names whom messages
// may mention; without it, nobody.
//
// # What happened
//
//	d.WaitMessages(channel, 2)                  // as they stand now: content, embeds, edits, nonce, thread
//	d.Calls(chattest.CreateMessage)             // every request, with its time, status, and whether it was done
//	d.Gateway(), d.Identifies(), d.Invalid(), d.CommandCreates(); s.Sockets(), s.Ephemeral(user), s.Home(user)
//
// In a bubble, use [Memory], end what was begun (close sessions, cancel
// contexts), and mind that a Slack pings its sockets every 10 s of a long day.
//
// This package knows nothing of ours, so that every package's tests may use it.
package chattest
