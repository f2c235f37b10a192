// Package slack is what all parts that speak to Slack share: its limits, and the
// ways to set page text into a message.
//
//	text ──Text, Struck, Bold, Link──> elements of a rich_text block: plain strings, nothing to escape
//	     └─Escape──> mrkdwn, for the few places that take nothing else
//
// Text goes into rich_text wherever it can: there a string is only a string, so
// nothing in it can mention, link or format, and a strike may begin and end at
// any character. Lengths are Unicode code points.
package slack

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
	// MaxMessage is how large a message is kept, in characters of JSON. Slack
	// refuses messages near 12,000 characters in all blocks, and once did at 11,341,
	// which it does not document: https://github.com/slackapi/bolt-js/issues/2509.
	MaxMessage = 8000
)
