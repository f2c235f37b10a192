// Package slack is what all parts that speak to Slack share: its limits, the ways
// to set page text into a message, and the connection of a bot.
//
//	text ──Text, Struck, Bold, Slanted, Link──> elements of a rich_text block: plain strings, nothing to escape
//	     └─Escape──> mrkdwn, for the few places that take nothing else
//
//	notify/slack ──Webhook.Post─────────────────────────────> an incoming webhook
//	notify/slack ──Post, Update, Find───────────┐
//	bot/slack    ──Respond, Ephemeral, Home …───┴─ Client ──> the Web API
//	bot/slack    <──Handler── Inbox <── Socket, Endpoint <─── what people do in Slack
//
// Text goes into rich_text wherever it can: there a string is only a string, so
// nothing in it can mention, link or format, and a strike may begin and end at
// any character. Lengths are Unicode code points.
//
// A [Client] makes every request once; whoever asked decides whether to ask
// again, by the [Problem]. What comes in is acknowledged as soon as an [Inbox] has
// taken it up, and not otherwise; each thing is handed on once however often Slack
// sends it.
package slack

import "time"

// Limits of messages: https://docs.slack.dev/reference/methods/chat.postMessage
// and https://docs.slack.dev/reference/block-kit/blocks.
const (
	MaxText    = 4000 // of a message; advised, truncated past 40,000
	MaxBlocks  = 50
	MaxBlockID = 255
	MaxSection = 3000 // of a section's text
	MaxContext = 10   // elements of a context
	MaxHeader  = 150
	MaxURL     = 3000
	MaxActions = 25   // elements of an actions block
	MaxButton  = 75   // of a button's text
	MaxValue   = 2000 // of a button's value
	// MaxMessage is how large a message is kept, in characters of JSON. Slack
	// refuses messages near 12,000 characters in all blocks, and once did at 11,341,
	// which it does not document: https://github.com/slackapi/bolt-js/issues/2509.
	MaxMessage = 8000
	// MaxViewBlocks are those of a view:
	// https://docs.slack.dev/reference/views/home-tab-views.
	MaxViewBlocks = 100
)

// A response URL can be used five times within 30 minutes:
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	MaxResponses = 5
	ResponseTime = 30 * time.Minute
)
