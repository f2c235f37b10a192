package discord

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
)

func TestOtherChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	other := chattest.Option{Name: "channel", Value: chattest.DiscordNews}
	a := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge), other).Answer()
	says(t, a, "#news")
	if got := w.watches(chattest.DiscordNews); len(got) != 1 {
		t.Errorf("watches %v", got)
	}
	// Undo would act on the channel it is pressed in.
	a = w.Slash(chattest.Admin(chattest.DiscordText), "editwatch remove", theWatch("w1"), other).Answer()
	says(t, a, "Removed w1", "/editwatch undo watch:w1 channel:#news")
	if len(a.Message.Components) != 0 {
		t.Errorf("it has buttons: %v", a.Message.Components)
	}
	// A role that the server lets use /editwatch, but that does not manage the
	// other channel.
	mapped := chattest.Asker{User: chattest.DiscordMember, Guild: chattest.DiscordGuild, Channel: chattest.DiscordText, Permissions: chattest.PermReader}
	for _, tt := range []struct {
		options []given
		placed  bool
	}{
		{[]given{text1("url", bridge)}, true},
		{[]given{text1("url", bridge+"2"), {Name: "channel", Kind: optionChannel, Value: json.RawMessage(`"` + chattest.DiscordNews + `"`)}}, false},
	} {
		i := &interaction{ID: "1", Guild: mapped.Guild, ChannelID: mapped.Channel, Kind: kindCommand}
		i.Member.User.ID, i.Member.Permissions = mapped.User, discord.Permissions(mapped.Permissions)
		mine := discord.Permissions(chattest.PermBot)
		i.Mine = &mine
		i.Data.Name, i.Data.Kind = rootChange, typeSlash
		i.Data.Options = []given{{Name: "add", Kind: optionSub, Options: tt.options}}
		i.Data.Resolved.Channels = map[string]place{chattest.DiscordNews: {ID: chattest.DiscordNews, Kind: discord.KindAnnouncement, Name: "news", Theirs: discord.Permissions(mapped.Permissions), Mine: &mine}}
		if a := w.front.do(t.Context(), i); a.Refused == tt.placed {
			t.Errorf("answered %v", a.Lines)
		}
	}
}

// TestMissingPermissions names what the bot lacks before a watch is accepted.
func TestMissingPermissions(t *testing.T) {
	for name, tt := range map[string]struct {
		may  int64
		want string
	}{
		"view":  {chattest.PermSend, "I cannot announce in #desk: I lack View Channel"},
		"send":  {chattest.PermView | chattest.PermEmbed, "I cannot announce in #desk: I lack Send Messages; also wanted: "},
		"embed": {chattest.PermView | chattest.PermSend, "I lack Embed Links; also wanted: "},
		"all":   {1, "I lack View Channel, Send Messages and Embed Links; also wanted: Read Message History, Create Public Threads and Send Messages in Threads."},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.run()
			w.SetPermissions(chattest.DiscordText, tt.may)
			says(t, w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer(), tt.want, "try again")
			if got := w.watches(chattest.DiscordText); len(got) != 0 {
				t.Errorf("watches %v", got)
			}
		})
	}
}

// TestLackingThreads accepts a watch where threads cannot be had, and says so.
func TestLackingThreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.SetPermissions(chattest.DiscordText, chattest.PermView|chattest.PermSend|chattest.PermEmbed|chattest.PermHistory)
	says(t, w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer(),
		"I lack Create Public Threads and Send Messages in Threads in #desk: later edits of an article are replies rather than a thread.")
	if got := w.watches(chattest.DiscordText); len(got) != 1 {
		t.Errorf("watches %v", got)
	}
}

// TestMention has roles mentioned by who may, and who may not.
func TestMention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	const open, guarded = "900000000000000777", "900000000000000778"
	w.GuardRoles(guarded)
	manages := chattest.Asker{User: chattest.DiscordMember, Guild: chattest.DiscordGuild, Channel: chattest.DiscordText, Permissions: chattest.PermReader | chattest.PermManageChannels}
	mentions := manages
	mentions.Permissions |= chattest.PermMention
	for i, tt := range []struct {
		asker chattest.Asker
		role  string
		bot   int64
		want  string
	}{
		{manages, open, chattest.PermBot, "Watching"},
		{manages, guarded, chattest.PermBot, "You may not mention @role" + guarded + " in #desk, and so I do not do it for you."},
		{mentions, guarded, chattest.PermBot, "I may not mention @role" + guarded + " in #desk: I lack Mention @everyone, @here and All Roles."},
		{mentions, guarded, chattest.PermBot | chattest.PermMention, "Watching"},
		{mentions, chattest.DiscordGuild, chattest.PermBot | chattest.PermMention, "I mention roles only, not everyone."},
	} {
		w.SetPermissions(chattest.DiscordText, tt.bot)
		url := bridge + strconv.Itoa(i)
		a := w.Slash(tt.asker, "editwatch add", at(url), chattest.Option{Name: "mention", Value: tt.role}).Answer()
		if text := unescaped(a.Message.Text()); !strings.Contains(text, tt.want) {
			t.Errorf("%d: %q is not in: %s", i, tt.want, text)
		}
	}
	a := w.Slash(manages, "editwatch edit", theWatch("w1"), chattest.Option{Name: "mention", Value: guarded}).Answer()
	says(t, a, "You may not mention")
	says(t, w.Slash(manages, "editwatch edit", theWatch("w1"), chattest.Option{Name: "no-mention", Value: true}).Answer(), "w1")
}

// TestUndoMention: who brings a watch back has it mention only whom they may.
func TestUndoMention(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.SetPermissions(chattest.DiscordText, chattest.PermBot|chattest.PermMention)
	const role = "900000000000000778"
	w.GuardRoles(role)
	manages := chattest.Asker{User: chattest.DiscordMember, Guild: chattest.DiscordGuild, Channel: chattest.DiscordText, Permissions: chattest.PermReader | chattest.PermManageChannels}
	mentions := manages
	mentions.Permissions |= chattest.PermMention
	mentioned := func() string {
		x, err := w.store.Watch(t.Context(), "w1")
		if err != nil {
			t.Fatal(err)
		}
		return x.Mention
	}
	says(t, w.Slash(mentions, "editwatch add", at(bridge), chattest.Option{Name: "mention", Value: role}).Answer(), "Watching")
	removed := w.Slash(manages, "editwatch remove", theWatch("w1")).Answer()
	says(t, w.Press(mentions, removed.Message, "Undo").Answer(), "is back in #desk")
	if got := mentioned(); got != role {
		t.Errorf("who may mention it brought back a watch that mentions %q", got)
	}
	removed = w.Slash(mentions, "editwatch remove", theWatch("w1")).Answer()
	says(t, w.Press(manages, removed.Message, "Undo").Answer(), "is back in #desk", "It mentions nobody any more", "/editwatch edit watch:w1 mention:@role")
	if got := mentioned(); got != "" {
		t.Errorf("who may not mention it brought back a watch that mentions %q", got)
	}
}

// unescaped takes out of an answer what keeps it from having an effect.
func unescaped(s string) string { return strings.NewReplacer("\\", "", "\u200b", "").Replace(s) }
