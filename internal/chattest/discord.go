package chattest

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

// What stands on a new [Discord].
const (
	DiscordApp     = "900000000000000001" // the application
	DiscordBot     = "900000000000000001" // its bot user
	DiscordGuild   = "900000000000000010"
	DiscordText    = "900000000000000101" // a text channel of the guild
	DiscordNews    = "900000000000000102" // an announcement channel of it
	DiscordAdmin   = "900000000000000201" // a member who may do everything
	DiscordMember  = "900000000000000202" // one who may read and write
	DiscordMessage = "900000000000000301" // a member's message in DiscordText
)

// Permissions: https://discord.com/developers/docs/topics/permissions.
const (
	PermAdministrator  int64 = 1 << 3
	PermManageChannels int64 = 1 << 4
	PermManageGuild    int64 = 1 << 5
	PermView           int64 = 1 << 10
	PermSend           int64 = 1 << 11
	PermManageMessages int64 = 1 << 13
	PermEmbed          int64 = 1 << 14
	PermHistory        int64 = 1 << 16
	PermMention        int64 = 1 << 17 // everyone, and all roles
	PermManageThreads  int64 = 1 << 34
	PermCreateThreads  int64 = 1 << 35
	PermSendInThreads  int64 = 1 << 38

	// PermBot is what the bot may do in a channel where nobody said otherwise.
	PermBot = PermView | PermSend | PermEmbed | PermHistory | PermCreateThreads | PermSendInThreads
	// PermReader is what [DiscordMember] may do.
	PermReader = PermView | PermSend | PermHistory
	// PermAll is what [DiscordAdmin] may do.
	PermAll = PermAdministrator | PermManageChannels | PermManageGuild | PermBot | PermManageMessages | PermManageThreads
)

// Types of channels: https://discord.com/developers/docs/resources/channel#channel-object-channel-types.
const (
	ChannelText               = 0
	ChannelAnnouncement       = 5
	ChannelAnnouncementThread = 10
	ChannelPublicThread       = 11
)

// A Discord stands in for Discord: its REST API, its gateway, and what it sends
// to an interactions endpoint. Create one with [NewDiscord]. It is safe for
// concurrent use; its fields are to be set before its first use.
type Discord struct {
	*site
	journal

	APIURL    string // the base address of the API
	Token     string // of the bot, without "Bot "
	PublicKey string // of the application, in hex
	// Heartbeat is the interval that the gateway asks for.
	Heartbeat time.Duration
	// Privileged are the privileged intents that the application was granted.
	// Asking for others closes the connection with 4014.
	Privileged int

	key      ed25519.PrivateKey
	mentions []string
	guarded  []string // roles that not everybody may mention
	revoked  bool
	lastID   uint64
	files    map[string]Attachment // by ID, what people attached
	guilds   map[string]*guild
	channels map[string]*Channel
	messages []*Message
	nonces   map[string]nonce
	commands map[string][]json.RawMessage // by guild; "" is global
	creates  int                          // of commands
	asked    map[string]*Interaction      // by token
	hooks    map[string]string            // webhook ID + "/" + token → channel
	endpoint endpoint
	gateway  gateway
	mux      *http.ServeMux
	verify   bool // our own answers are held against Discord's description too
}

type guild struct {
	id, name string
	gone     bool // the bot was removed
	out      bool // unavailable
}

// A Channel of a [Discord].
type Channel struct {
	ID, Guild, Name string
	Type            int
	Permissions     int64  // the bot's own; 0 is PermBot
	Parent          string // of a thread
	Archived        bool   // of a thread
	Locked          bool   // of a thread
}

type nonce struct {
	at      time.Time
	message *Message
}

// NewDiscord starts a Discord with a guild, two channels and two members. It
// stops with the test, and fails it if a request breaks a rule.
func NewDiscord(t testing.TB, n Network) *Discord {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := &Discord{
		Token: "OTAwMDAwMDAwMDAwMDAwMDAx.Gs3cret.dT0kenOfTheBot", PublicKey: hex.EncodeToString(pub),
		Heartbeat: 41250 * time.Millisecond,
		key:       key,
		guilds:    make(map[string]*guild), channels: make(map[string]*Channel), nonces: make(map[string]nonce),
		commands: make(map[string][]json.RawMessage), asked: make(map[string]*Interaction), hooks: make(map[string]string),
		lastID: 910000000000000000,
	}
	d.init(t)
	d.limits[Crosspost] = rate{10, time.Hour} // https://github.com/discord/discord-api-docs/issues/2258
	d.gateway.init()
	d.routes()
	d.guilds[DiscordGuild] = &guild{id: DiscordGuild, name: "The Harbour Post"}
	d.AddChannel(Channel{ID: DiscordText, Guild: DiscordGuild, Name: "desk"})
	d.AddChannel(Channel{ID: DiscordNews, Guild: DiscordGuild, Name: "news", Type: ChannelAnnouncement})
	d.messages = append(d.messages, &Message{ID: DiscordMessage, Channel: DiscordText, Author: DiscordMember, At: time.Now(), Content: "hello"})
	d.site = open(t, n, "discord.test", d)
	d.APIURL = d.URL + "/api/v10"
	t.Cleanup(d.stop)
	return d
}

// AllowMentions names roles and users that messages may mention. Any other
// mention is a fault.
func (d *Discord) AllowMentions(ids ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.mentions = append(d.mentions, ids...)
}

// GuardRoles makes roles ones that not everybody may mention.
func (d *Discord) GuardRoles(ids ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guarded = append(d.guarded, ids...)
}

// RevokeToken resets the bot's token: everything is answered 401, and the
// gateway closes with 4004.
func (d *Discord) RevokeToken() {
	d.mu.Lock()
	d.revoked = true
	d.mu.Unlock()
	d.CloseGateway(4004)
}

// Attach uploads a file, as a person does for an option of a command, and returns
// its ID.
func (d *Discord) Attach(name string, data []byte) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.id()
	if d.files == nil {
		d.files = make(map[string]Attachment)
	}
	d.files[id] = Attachment{Name: name, Data: data}
	return id
}

// AddChannel adds a channel, and tells the gateway of it.
func (d *Discord) AddChannel(c Channel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Permissions == 0 {
		c.Permissions = PermBot
	}
	d.channels[c.ID] = &c
	d.dispatch("CHANNEL_CREATE", d.channelJSON(&c))
}

// SetPermissions says what the bot may do in a channel.
func (d *Discord) SetPermissions(channel string, p int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channels[channel]
	c.Permissions = p
	d.dispatch("CHANNEL_UPDATE", d.channelJSON(c))
}

// SetThread archives or locks a thread.
func (d *Discord) SetThread(id string, archived, locked bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channels[id]
	c.Archived, c.Locked = archived, locked
	d.dispatch("THREAD_UPDATE", d.channelJSON(c))
}

// Channel returns a channel as it is now; its ID is empty if there is none.
func (d *Discord) Channel(id string) Channel {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c := d.channels[id]; c != nil {
		return *c
	}
	return Channel{}
}

// DeleteChannel deletes a channel, as somebody with the right to would.
func (d *Discord) DeleteChannel(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channels[id]
	delete(d.channels, id)
	d.dispatch("CHANNEL_DELETE", d.channelJSON(c))
}

// AddGuild adds the bot to a guild.
func (d *Discord) AddGuild(id, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guilds[id] = &guild{id: id, name: name}
	d.dispatch("GUILD_CREATE", d.guildJSON(d.guilds[id], true))
}

// RemoveFromGuild throws the bot out of a guild.
func (d *Discord) RemoveFromGuild(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guilds[id].gone = true
	d.dispatch("GUILD_DELETE", map[string]any{"id": id})
}

// SetOutage makes a guild unavailable, or available again.
func (d *Discord) SetOutage(id string, out bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.guilds[id].out = out
	if out {
		d.dispatch("GUILD_DELETE", map[string]any{"id": id, "unavailable": true})
	} else {
		d.dispatch("GUILD_CREATE", d.guildJSON(d.guilds[id], true))
	}
}
