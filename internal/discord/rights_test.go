package discord

import (
	"errors"
	"testing"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
)

func TestRightsIn(t *testing.T) {
	const bot = Permissions(chattest.PermBot)
	for _, tt := range []struct {
		kind           int
		has            Permissions
		lacks, without string
	}{
		{KindText, bot, "", ""},
		{KindText, Administrator, "", ""},
		{KindAnnouncement, bot, "", ""},
		{KindText, 0, "View Channel, Send Messages and Embed Links; also wanted: Read Message History, Create Public Threads and Send Messages in Threads",
			"later edits of an article stand by themselves, and a post may be repeated when Discord has trouble"},
		{KindText, bot &^ EmbedLinks, "Embed Links", ""},
		{KindText, bot &^ CreatePublicThreads, "Create Public Threads", "later edits of an article are replies rather than a thread"},
		{KindText, bot &^ ReadMessageHistory &^ SendMessages, "Send Messages; also wanted: Read Message History", "a post may be repeated when Discord has trouble"},
		{KindPublicThread, bot &^ SendMessages &^ CreatePublicThreads, "", ""},
		{KindPublicThread, bot &^ SendMessagesInThreads, "Send Messages in Threads", ""},
		{2, bot &^ CreatePublicThreads &^ SendMessagesInThreads, "", ""}, // voice channels have no threads
	} {
		r := RightsIn(Channel{Kind: tt.kind}, tt.has)
		if r.Lacks() != tt.lacks || r.Without != tt.without {
			t.Errorf("kind %d, %b: lacks %q, %q; want %q, %q", tt.kind, tt.has, r.Lacks(), r.Without, tt.lacks, tt.without)
		}
	}
}

func TestRights(t *testing.T) {
	d := chattest.NewDiscord(t, chattest.Loopback)
	s := connect(t, d)
	for may, want := range map[int64]string{
		chattest.PermBot:  "",
		chattest.PermSend: "View Channel", // nothing more is known of what cannot be seen
		chattest.PermView: "Send Messages and Embed Links; also wanted: Read Message History, Create Public Threads and Send Messages in Threads",
	} {
		d.SetPermissions(chattest.DiscordNews, may)
		r, err := s.Rights(t.Context(), chattest.DiscordNews)
		if err != nil || r.Lacks() != want {
			t.Errorf("%b: lacks %q, %v; want %q", may, r.Lacks(), err, want)
		}
	}
	_, err := s.Rights(t.Context(), "900000000000000999")
	if p, ok := errors.AsType[*Problem](err); !ok || !p.Gone() {
		t.Errorf("of a channel that does not exist: %v", err)
	}
}

func TestChannelName(t *testing.T) {
	name := ChannelName(chattest.DiscordText)
	if id, ok := ChannelID(name); !ok || id != chattest.DiscordText {
		t.Errorf("%s is %q, %v", name, id, ok)
	}
	for _, other := range []news.ChannelName{"", "desk", "discord:", "discord:desk", "slack:C0123"} {
		if id, ok := ChannelID(other); ok {
			t.Errorf("%s is %q", other, id)
		}
	}
}
