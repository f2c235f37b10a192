// Package discord is what all parts that speak to Discord share: its limits, the
// way page text is set into its Markdown, a webhook, and a bot's session, whose
// failures are told in words without secrets.
//
//	text ──Escape, Struck, Bold, Underlined, Link──> Markdown that shows exactly the text
//	brief ──Embed──> an embed within the limits
//	message ──Webhook, Session──> discordgo ──transport──> the API, whatever its address
//	                                  └─ any answer but success ──> *Problem
//	gateway ──tap──> discordgo ──> Session.Listen ──> Event
//
// discordgo makes the requests and keeps the gateway's protocol, but decides
// nothing. The transport (transport.go) keeps refusals and rate limits from it,
// for it would sleep and retry out of anybody's control; the session's own
// limiter (limiter.go) knows the limits, and stops everything before Discord
// blocks the address. The tap (tap.go) reads along on the gateway's connection,
// notices within one and a half heartbeats that it is dead, and ends it where
// discordgo would give the session away or lock up; Listen (gateway.go) resumes
// it, or begins anew at the pace that Discord allows (pace.go), or gives up when
// Discord says so. What the bot may do in a channel is looked up in one place
// (rights.go).
//
// Invariants: nothing that went through this package's text functions can ping,
// link, start a mark or break one. A message mentions nobody but who is named in
// its Mentions. Lengths are Unicode code points, as Discord counts them
// (https://github.com/discord/discord-api-docs/issues/1315). A request is made
// once: there are no retries here and no waiting for a rate limit but for
// moments, for the caller's queue outlives the process and a sleeping call does
// not.
package discord

// Limits of messages: https://discord.com/developers/docs/resources/message
// and its embeds, https://discord.com/developers/docs/resources/message#embed-object-embed-limits.
const (
	MaxContent     = 2000
	MaxEmbeds      = 10
	MaxTitle       = 256
	MaxDescription = 4096
	MaxFields      = 25
	MaxFieldName   = 256
	MaxFieldValue  = 1024
	MaxFooter      = 2048
	MaxAuthor      = 256
	// MaxEmbedText is the limit of all embeds of a message together: titles,
	// descriptions, field names and values, footers and author names.
	MaxEmbedText = 6000
	// MaxURL is the longest address of an embed, as Discord's OpenAPI
	// description has it: https://github.com/discord/discord-api-spec.
	MaxURL = 2048
	// MaxNonce is https://discord.com/developers/docs/resources/message#create-message.
	MaxNonce = 25
)
