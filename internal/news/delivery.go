package news

import "time"

// DeliveryID identifies a delivery for good. It has at most 25 characters of
// letters, digits and hyphens, so that it serves as a Discord nonce
// (https://discord.com/developers/docs/resources/message#create-message) and
// as a webhook-id.
type DeliveryID string

// DeliveryKind says what a delivery puts into its channel.
type DeliveryKind string

const (
	Post   DeliveryKind = "post"   // a new message
	Update DeliveryKind = "update" // a new rendering of a message posted earlier
	Notice DeliveryKind = "notice" // a message about the watching itself, or what an outage kept back
	Gather DeliveryKind = "gather" // a new message about many articles: a digest, what quiet hours or a cap held back
)

// DeliveryState is where a delivery stands.
type DeliveryState string

const (
	Pending  DeliveryState = "pending"
	Sent     DeliveryState = "sent"
	Rejected DeliveryState = "rejected" // no later attempt can succeed
	Moot     DeliveryState = "moot"     // nothing was left to say; Trouble says why
)

// A Delivery is the duty to put one announcement in one channel.
type Delivery struct {
	ID      DeliveryID
	Kind    DeliveryKind
	Channel ChannelName
	Article ArticleID // empty when its events concern a feed
	// Events are the announcement's, oldest first. More may join until the
	// first attempt; from then on they are frozen.
	Events []Seq

	Queued   time.Time
	Due      time.Time // the earliest time of the next attempt
	Attempts int       // begun, whatever became of them
	State    DeliveryState
	Settled  time.Time // when it stopped being pending
	// Message is the platform's ID: of the posted message once sent; of the
	// message to change for an Update.
	Message string
	// Trouble says why the newest attempt failed, in words safe for people.
	Trouble string
}

// A Thread is what a channel has been told of an article.
type Thread struct {
	Root   string    // the platform's ID of the first message; empty if somebody deleted it
	Posted time.Time // when the newest post was sent
	Posts  int       // posts sent
	Muted  time.Time // the channel wants to hear nothing of the article before then; zero: not muted
}
