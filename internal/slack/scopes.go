package slack

// A Scope is something that the bot's token may be allowed:
// https://docs.slack.dev/reference/scopes.
type Scope struct {
	Name string
	For  string // what it is good for, as it completes "it is for …"
	// Needed says that without it nothing works. Asked says that
	// slack-manifest.yaml asks for it; the others are left to whoever installs
	// the app.
	Needed, Asked bool
}

// Scopes are those that editwatch makes use of.
var Scopes = []Scope{
	{Name: "chat:write", For: "announcements", Needed: true, Asked: true},
	{Name: "commands", For: "commands", Needed: true, Asked: true},
	{Name: "channels:read", For: "a look whether the bot, and who presses a button, is in a channel", Needed: true, Asked: true},
	{Name: "groups:read", For: "watches in private channels", Asked: true},
	{Name: "app_mentions:read", For: "commands by mentioning the bot", Asked: true},
	{Name: "channels:history", For: "a look before posting again, when an answer was lost"},
	{Name: "groups:history", For: "the same in private channels"},
	{Name: "users:read", For: "channels whose settings leave changes to workspace admins (admins-only)"},
}
