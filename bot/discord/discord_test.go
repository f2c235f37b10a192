package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
	"github.com/editwatch/editwatch/internal/news"
)

const bridge = "https://harbour.example/bridge"

func TestCommandsAreRegisteredOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		changed, err := w.front.Register(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_ = changed
	}
	if n := len(w.Calls(chattest.PutCommands)); n != 1 {
		t.Errorf("registered %d times", n)
	}
	if w.MayUse(chattest.Reader(chattest.DiscordText), "editwatch") || !w.MayUse(chattest.Reader(chattest.DiscordText), "edits") {
		t.Error("members may use /editwatch, or may not use /edits")
	}
	if !w.MayUse(chattest.Admin(chattest.DiscordText), "editwatch") {
		t.Error("who manages the server may not use /editwatch")
	}
}

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	a := w.Slash(admin, "editwatch add", at("https://harbour.example/feed"), chattest.Option{Name: "min", Value: "major"},
		chattest.Option{Name: "mention", Value: "900000000000000777"}, chattest.Option{Name: "pages", Value: false}).Answer()
	says(t, a, "The Harbour Post", "w1")
	watch, err := w.store.Watch(t.Context(), "w1")
	if err != nil {
		t.Fatal(err)
	}
	if watch.Channel != "discord:"+chattest.DiscordText || watch.Server != chattest.DiscordGuild || watch.By != chattest.DiscordAdmin ||
		watch.Min != news.MinMajor || watch.Mention != "900000000000000777" || watch.Pages {
		t.Errorf("placed %+v", watch)
	}
	says(t, w.Slash(admin, "editwatch edit", theWatch("w1"), chattest.Option{Name: "no-mention", Value: true}).Answer(), "w1")
	if watch, _ = w.store.Watch(t.Context(), "w1"); watch.Mention != "" {
		t.Errorf("it mentions %s still", watch.Mention)
	}
	says(t, w.Slash(admin, "editwatch pause", theWatch("w1"), chattest.Option{Name: "for", Value: "8h"}).Answer(), "Paused")
	says(t, w.Slash(admin, "editwatch resume", theWatch("w1")).Answer(), "Resumed")
	says(t, w.Slash(chattest.Reader(chattest.DiscordText), "edits list").Answer(), "w1")
	a = w.Slash(admin, "editwatch remove", theWatch("w1")).Answer()
	says(t, a, "Removed", "[Undo]")
	if got := w.watches(chattest.DiscordText); len(got) != 0 {
		t.Errorf("watches %v", got)
	}
	// The button works after a restart.
	w.stop()
	w.run()
	a = w.Press(admin, a.Message, "Undo").Answer()
	says(t, a, "w1")
	if got := w.watches(chattest.DiscordText); !slices.Equal(got, []string{"w1"}) {
		t.Errorf("watches %v", got)
	}
	if n := len(w.Calls(chattest.PutCommands)); n != 1 {
		t.Errorf("the commands were registered %d times", n)
	}
}

// TestSlowCommandIsDeferred places a watch for longer than Discord waits.
func TestSlowCommandIsDeferred(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for four seconds")
	}
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.slow = 4 * time.Second
	a := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	says(t, a, "Watching")
	if a.Kind != discord.AnswerLater || a.After > time.Second {
		t.Errorf("answered with %d after %v", a.Kind, a.After)
	}
}

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
	says(t, a, "Removed w1", "type /editwatch add in #news")
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

func text1(name, value string) given {
	b, _ := json.Marshal(value)
	return given{Name: name, Kind: optionText, Value: b}
}

// TestMissingPermissions names what the bot lacks before a watch is accepted.
func TestMissingPermissions(t *testing.T) {
	for name, tt := range map[string]struct {
		may  int64
		want string
	}{
		"view":  {chattest.PermSend, "I cannot announce in #desk: I lack View Channel"},
		"send":  {chattest.PermView | chattest.PermEmbed, "I cannot announce in #desk: I lack Send Messages."},
		"embed": {chattest.PermView | chattest.PermSend, "I lack Embed Links."},
		"all":   {1, "I lack View Channel, Send Messages and Embed Links."},
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

func TestHistoryDiffExplain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	reader := chattest.Reader(chattest.DiscordText)
	a := w.article(bridge, "Council delays bridge repair, citing cost", "The bridge carries 8,000 vehicles a day.")
	a = w.version(a, "Council votes to close bridge for two years", "The bridge carries 11,000 vehicles a day.")
	says(t, w.Slash(reader, "edits history", about(bridge)).Answer(), "2 versions", "https://edits.example.org/")
	says(t, w.Slash(reader, "edits diff", about(bridge), chattest.Option{Name: "from", Value: 1}, chattest.Option{Name: "to", Value: 2}).Answer(),
		"~~8,000~~ **11,000**")
	says(t, w.Slash(reader, "edits explain", about(bridge)).Answer(), "")
	says(t, w.Slash(reader, "edits history", about("https://harbour.example/unknown")).Answer(), "I do not know that article")
	says(t, w.Slash(reader, "edits status").Answer(), "#desk")
	says(t, w.Slash(reader, "edits help", chattest.Option{Name: "topic", Value: "pause"}).Answer(), "pause")
	_ = a
}

func TestMessageAction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	reader := chattest.Reader(chattest.DiscordText)
	w.article(bridge, "Council delays bridge repair, citing cost", "Text.")
	for content, want := range map[string]string{
		"look: <" + bridge + ">": "Council delays bridge repair",
		"https://elsewhere.example/x and [here](" + bridge + "), see?": "Council delays bridge repair",
		"no link at all":            "There is no link in that message.",
		"https://elsewhere.example": "I do not know that article",
	} {
		id := w.Post(chattest.DiscordText, chattest.DiscordMember, content)
		says(t, w.MessageAction(reader, messageAction, id).Answer(), want)
	}
	if _, err := w.session.Post(t.Context(), chattest.DiscordText, message(bot.Answer{Lines: []string{"An announcement"}})); err != nil {
		t.Fatal(err)
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	for _, n := range strings.Split("abcdefghijklmnopqrstuvwxyz0123", "") {
		w.Slash(admin, "editwatch add", at("https://harbour.example/article-"+n)).Answer()
	}
	choices := func(path, name, typed string) []chattest.Choice {
		return w.Complete(admin, path, chattest.Option{Name: name, Value: typed, Focused: true}).Answer().Choices
	}
	if got := choices("editwatch remove", "watch", ""); len(got) != 25 {
		t.Errorf("%d watches", len(got))
	}
	if got := choices("editwatch remove", "watch", "article-z"); len(got) != 1 || got[0].Value != "w26" {
		t.Errorf("watches: %v", got)
	}
	if got := choices("editwatch pause", "watch", ""); len(got) != 25 || got[0].Value != "all" {
		t.Errorf("watches: %v", got)
	}
	if got := choices("edits history", "article", "council"); len(got) != 25 {
		t.Errorf("%d articles", len(got))
	}
	if got := choices("edits help", "topic", "dif"); len(got) != 1 || got[0].Value != "diff" {
		t.Errorf("topics: %v", got)
	}
	if got := choices("edits history", "article", strings.Repeat("\u202e@everyone ```", 50)); len(got) != 0 {
		t.Errorf("articles: %v", got)
	}
}

// TestButtons presses those of an announcement, and those that are stale or
// somebody else's.
func TestButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	a := w.article(bridge, "Council delays bridge repair, citing cost", "Text.")
	token := func(verb string) string { return news.Action{Verb: verb, Target: string(a.ID)}.Token() }
	m := discord.Message{Content: "Council delays", Components: discord.Rows([]discord.Button{
		{Label: "History", CustomID: token("history"), Style: discord.StyleSecondary},
		{Label: "Mute article", CustomID: token("mute"), Style: discord.StyleSecondary},
	})}
	if _, err := w.session.Post(t.Context(), chattest.DiscordText, m); err != nil {
		t.Fatal(err)
	}
	posted := w.WaitMessages(chattest.DiscordText, 1)[0]
	reader, admin := chattest.Reader(chattest.DiscordText), chattest.Admin(chattest.DiscordText)
	says(t, w.Press(reader, posted, "History").Answer(), "Council delays bridge repair")
	says(t, w.Press(reader, posted, "Mute article").Answer(), "You may not change what #desk watches.")
	muted := w.Press(admin, posted, "Mute article").Answer()
	says(t, muted, "")
	thread, err := w.store.Thread(t.Context(), Name(chattest.DiscordText), a.ID)
	if err != nil || thread.Muted.IsZero() {
		t.Errorf("not muted: %+v, %v", thread, err)
	}
	if w.Messages(chattest.DiscordText)[0].Content != "Council delays" {
		t.Error("pressing a button changed the announcement")
	}
	for _, stale := range []string{"x", "e1", "e1:mute:nobody", "e9:history:a1", "e1:remove:w1", "e1:undo:w99", "e1:list::::zz", strings.Repeat("e1:", 33), "\u202e", "e1:history:" + strings.Repeat("a", 80)} {
		says(t, w.PressID(admin, posted.ID, stale).Answer(), "")
	}
}

// TestPaging leafs through a list in place.
func TestPaging(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	for _, n := range strings.Split("abcdefghijklmnopqrstuvwxyz", "") {
		w.Slash(admin, "editwatch add", at("https://harbour.example/"+n)).Answer()
	}
	first := w.Slash(admin, "edits list").Answer()
	says(t, first, "w1 ")
	var forward string
	for _, b := range first.Message.Buttons() {
		if b.CustomID != "" {
			forward = b.Label
		}
	}
	if forward == "" {
		t.Fatalf("no second page under: %s", first.Message.Text())
	}
	second := w.Press(admin, first.Message, forward).Answer()
	says(t, second, "w")
	if second.Message.ID != first.Message.ID || strings.Contains(second.Message.Text(), "w1 ") || len(second.Followup) != 0 {
		t.Errorf("the second page: %s", second.Message.Text())
	}
}

func TestExportAndImport(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	w.Slash(admin, "editwatch add", at("https://harbour.example/feed")).Answer()
	says(t, w.Slash(admin, "editwatch export").Answer(), "")
	calls := w.Calls(chattest.EditOriginal)
	files := calls[len(calls)-1].Files
	if len(files) != 1 || !strings.Contains(string(files[0].Data), "https://harbour.example/feed") {
		t.Fatalf("exported %v", files)
	}
	news := chattest.Admin(chattest.DiscordNews)
	file := chattest.Option{Name: "file", Value: w.Attach("watches.opml", files[0].Data)}
	says(t, w.Slash(news, "editwatch import", file).Answer(), "")
	if got := w.watches(chattest.DiscordNews); len(got) != 0 {
		t.Errorf("watches %v before it was sure", got)
	}
	says(t, w.Slash(news, "editwatch import", file, chattest.Option{Name: "sure", Value: true}).Answer(), "")
	if got := w.watches(chattest.DiscordNews); len(got) != 1 {
		t.Errorf("watches %v", got)
	}
	says(t, w.Slash(news, "editwatch import", chattest.Option{Name: "file", Value: w.Attach("x.png", []byte("\x89PNG\xff\xfe"))}).Answer(), "That file is not text.")
	says(t, w.Slash(news, "editwatch import", chattest.Option{Name: "file", Value: w.Attach("x.txt", make([]byte, maxFile+1))}).Answer(), "too large")
}

// TestWhatEndsWatches deletes a channel, has an outage, and throws the bot out.
func TestWhatEndsWatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	w.Slash(chattest.Admin(chattest.DiscordNews), "editwatch add", at(bridge)).Answer()
	w.SetOutage(chattest.DiscordGuild, true)
	time.Sleep(200 * time.Millisecond)
	if len(w.watches(chattest.DiscordText)) != 1 || len(w.watches(chattest.DiscordNews)) != 1 {
		t.Error("an outage ended watches")
	}
	w.SetOutage(chattest.DiscordGuild, false)
	w.DeleteChannel(chattest.DiscordNews)
	w.gone(chattest.DiscordNews)
	if len(w.watches(chattest.DiscordText)) != 1 {
		t.Error("the other channel's watch ended too")
	}
	w.RemoveFromGuild(chattest.DiscordGuild)
	w.gone(chattest.DiscordText)
}

// TestRemovedWhileAway throws the bot out while it is not running.
func TestRemovedWhileAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.AddGuild("900000000000000020", "Another")
	w.AddChannel(chattest.Channel{ID: "900000000000000120", Guild: "900000000000000020", Name: "there"})
	there := chattest.Asker{User: chattest.DiscordAdmin, Guild: "900000000000000020", Channel: "900000000000000120", Permissions: chattest.PermAll}
	w.Slash(there, "editwatch add", at(bridge)).Answer()
	w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	w.stop()
	w.RemoveFromGuild("900000000000000020")
	w.run()
	w.gone("900000000000000120")
	if len(w.watches(chattest.DiscordText)) != 1 {
		t.Error("the watch of a server that the bot is in ended")
	}
}

// TestAnotherApplication comes back with a bot that is in none of the servers.
func TestAnotherApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer()
	w.stop()
	w.RemoveFromGuild(chattest.DiscordGuild)
	w.front.missed(t.Context(), json.RawMessage(`{"guilds":[]}`))
	if len(w.watches(chattest.DiscordText)) != 1 {
		t.Error("its watch ended")
	}
}

// TestEndpointWithoutGateway has the gateway refuse the bot for good.
func TestEndpointWithoutGateway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.CloseNextIdentify(4014)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.front.Run(ctx) }()
	w.registered()
	w.UseEndpoint(w.endpoint(), http.DefaultClient)
	for range 500 { // until the connection was closed
		if all := w.Gateway(); len(all) > 0 && all[0].Closed {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	says(t, w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge)).Answer(), "Watching")
	stop()
	if err := <-ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

// TestTooLong has the time for an answer run out.
func TestTooLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.slow = time.Minute
	mine := discord.Permissions(chattest.PermBot)
	i := &interaction{ID: "1", Guild: chattest.DiscordGuild, ChannelID: chattest.DiscordText, Kind: kindCommand, Mine: &mine}
	i.Member.User.ID, i.Member.Permissions = chattest.DiscordAdmin, discord.Permissions(chattest.PermAll)
	i.Data.Name, i.Data.Kind = rootChange, typeSlash
	i.Data.Options = []given{{Name: "add", Kind: optionSub, Options: []given{text1("url", bridge)}}}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := w.front.do(ctx, i).Lines; !slices.Equal(got, []string{"That took too long; try again."}) {
		t.Errorf("answered %q", got)
	}
}

// gone waits until a channel has no watches.
func (w *world) gone(channel string) {
	w.t.Helper()
	for range 500 {
		if len(w.watches(channel)) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Errorf("%s has watches still", channel)
}

// TestTroubleWithAnswers fails the requests that answer.
func TestTroubleWithAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	add := func(n string) chattest.InteractionAnswer {
		return w.Slash(admin, "editwatch add", at("https://harbour.example/"+n)).Answer()
	}
	w.Next(chattest.CreateCallback, chattest.Lost())
	says(t, add("a"), "Watching")
	w.Next(chattest.CreateCallback, chattest.Unavailable())
	says(t, add("b"), "Watching")
	w.Next(chattest.EditOriginal, chattest.Unavailable(), chattest.DiscordLimited(time.Second, time.Second, false), chattest.Lost())
	says(t, add("c"), "Watching")
	w.Next(chattest.EditOriginal, chattest.DiscordError(400, 50035, "Invalid Form Body"))
	says(t, add("d"), "Watching")
	says(t, add("error"), "Something went wrong on my side")
	says(t, add("panic"), "Something went wrong on my side")
	if got := w.watches(chattest.DiscordText); len(got) != 4 {
		t.Errorf("watches %v", got)
	}
	// One that expired is not carried out: its asker was told that it failed.
	w.Next(chattest.CreateCallback, chattest.DiscordError(404, discord.CodeUnknownInteraction, "Unknown interaction"))
	w.Slash(admin, "editwatch add", at("https://harbour.example/expired"))
	w.WaitCalls(chattest.CreateCallback, 9)
	says(t, add("after"), "Watching")
	if got := w.watches(chattest.DiscordText); len(got) != 5 {
		t.Errorf("watches %v", got)
	}
	for _, c := range w.Calls("") {
		if strings.Contains(string(c.Body), "10.0.0.1") || strings.Contains(string(c.Body), "secret") {
			t.Errorf("an error was told: %s", c.Body)
		}
	}
}

// TestReplayedInteraction has the gateway tell of a command twice, as it may
// after a reconnection.
func TestReplayedInteraction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	i := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge))
	i.Answer()
	w.Dispatch("INTERACTION_CREATE", map[string]any{"id": i.ID, "token": i.Token, "application_id": chattest.DiscordApp, "type": 2, "guild_id": chattest.DiscordGuild, "channel_id": chattest.DiscordText,
		"data": map[string]any{"name": "editwatch", "type": 1, "options": []any{map[string]any{"name": "add", "type": 1}}}})
	for _, rubbish := range []any{nil, 7, "x", []any{}, map[string]any{}, map[string]any{"id": 5}, map[string]any{"id": "5", "token": "x", "type": "command", "data": 3}, map[string]any{"id": "6", "token": "unknown", "type": 99}} {
		w.Dispatch("INTERACTION_CREATE", rubbish)
		w.Dispatch("GUILD_DELETE", rubbish)
		w.Dispatch("CHANNEL_DELETE", rubbish)
	}
	w.Slash(chattest.Admin(chattest.DiscordText), "edits status").Answer()
	if n := len(w.watches(chattest.DiscordText)); n != 1 {
		t.Errorf("%d watches", n)
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.front.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	address := w.endpoint()
	w.UseEndpoint(address, http.DefaultClient)
	admin := chattest.Admin(chattest.DiscordText)
	says(t, w.Slash(admin, "editwatch add", at(bridge)).Answer(), "Watching")
	says(t, w.Slash(chattest.Reader(chattest.DiscordText), "edits history", about(bridge)).Answer(), "Council delays")
	if got := w.Complete(admin, "editwatch remove", chattest.Option{Name: "watch", Value: "", Focused: true}).Answer().Choices; len(got) != 1 {
		t.Errorf("choices: %v", got)
	}
	if n := len(w.Calls(chattest.CreateCallback)); n != 0 {
		t.Errorf("%d callbacks beside the answers to the requests", n)
	}

	ping := []byte(`{"id":"1","application_id":"1","type":1,"token":"x","version":1}`)
	now := time.Now()
	for name, tt := range map[string]struct {
		h    http.Header
		body []byte
		want int
	}{
		"good":            {w.Sign(now, ping), ping, 200},
		"old":             {w.Sign(now.Add(-6*time.Minute), ping), ping, 401},
		"young":           {w.Sign(now.Add(6*time.Minute), ping), ping, 401},
		"somewhat_old":    {w.Sign(now.Add(-4*time.Minute), ping), ping, 200},
		"forged":          {w.Sign(now, []byte("{}")), ping, 401},
		"no_signature":    {http.Header{}, ping, 401},
		"short_signature": {http.Header{"X-Signature-Ed25519": {"00"}, "X-Signature-Timestamp": {"1"}}, ping, 401},
		"signed_rubbish":  {w.Sign(now, []byte("rubbish")), []byte("rubbish"), 400},
		"empty":           {w.Sign(now, nil), nil, 400},
	} {
		if status, _ := w.Deliver(address, http.DefaultClient, tt.h, tt.body); status != tt.want {
			t.Errorf("%s: %d, want %d", name, status, tt.want)
		}
	}
	if r, err := http.Get(address); err != nil || r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v, %v", r, err)
	}
}

func TestEndpointWithoutKey(t *testing.T) {
	f, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	f.ServeHTTP(rec, httptest.NewRequest("POST", "/", strings.NewReader("{}")))
	if rec.Code != 404 {
		t.Errorf("answered %d", rec.Code)
	}
	for _, key := range []string{"x", "00", strings.Repeat("0", 63)} {
		if _, err := New(Options{PublicKey: key}); err == nil {
			t.Errorf("%q was taken as a public key", key)
		}
	}
}

// TestReplies holds the exact replies to all kinds of input.
func TestReplies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	var got strings.Builder
	show := func(what string, a chattest.InteractionAnswer) {
		text := ages.ReplaceAllString(a.Message.Text(), " <time>")
		text = strings.ReplaceAll(text, string(w.article(bridge, "").ID), "<article>")
		got.WriteString(heading("%q", what) + text + "\n")
		says(t, a, "")
	}
	for _, u := range []string{
		bridge, "harbour", "", " ", "@everyone", "<!channel>", "[x](javascript:alert(1))", "```", "ftp://harbour.example", "https://harbour.example/panic",
		"\u202ehttps://harbour.example", "https://\u200dharbour.example", strings.Repeat("a", 2000), "https://10.0.0.1/",
	} {
		show("add "+u, w.Slash(admin, "editwatch add", at(u)).Answer())
	}
	for _, id := range []string{"w1", "w99", "7", "@here", "all", "https://harbour.example/unknown", "*"} {
		show("pause "+id, w.Slash(admin, "editwatch pause", theWatch(id), chattest.Option{Name: "for", Value: "8h"}).Answer())
	}
	for _, span := range []string{"", "0", "-1h", "a while", "99999999999999w", "@everyone"} {
		show("pause w1 for "+span, w.Slash(admin, "editwatch pause", theWatch("w1"), chattest.Option{Name: "for", Value: span}).Answer())
	}
	for _, s := range [][2]string{{"tz", "Europe/Lodnon"}, {"tz", "Europe/London"}, {"tz", "../etc/passwd"}, {"quiet", "late"}, {"quiet", "22:00-07:00"}, {"digest", "sometimes"}, {"cap", "many"}, {"cap", "-5"}, {"cap", "99999999999999999999"}} {
		show("settings "+s[0]+" "+s[1], w.Slash(admin, "editwatch settings", chattest.Option{Name: s[0], Value: s[1]}).Answer())
	}
	show("settings", w.Slash(admin, "editwatch settings").Answer())
	for _, v := range [][2]int{{1, 2}, {9, 1}, {1, 1}} {
		show("diff", w.Slash(admin, "edits diff", about(bridge), chattest.Option{Name: "from", Value: v[0]}, chattest.Option{Name: "to", Value: v[1]}).Answer())
	}
	a := w.article(bridge, "")
	w.version(a, "@everyone <!channel> [x](javascript:alert(1)) ``` **bold** \u202e"+strings.Repeat("long ", 50), "Text.", "https://evil.example discord.gg/abc <@1> # no heading")
	show("history", w.Slash(admin, "edits history", about(bridge)).Answer())
	show("diff", w.Slash(admin, "edits diff", about(bridge)).Answer())
	show("explain", w.Slash(admin, "edits explain", about(bridge)).Answer())
	show("list", w.Slash(admin, "edits list").Answer())
	show("help", w.Slash(admin, "edits help").Answer())
	show("test", w.Slash(admin, "editwatch test").Answer())
	show("remove w1", w.Slash(admin, "editwatch remove", theWatch("w1")).Answer())
	show("remove w1", w.Slash(admin, "editwatch remove", theWatch("w1")).Answer())
	show("list", w.Slash(admin, "edits list").Answer())
	golden(t, "replies.txt", got.String())
}

// ages are what depends on when the test runs.
var ages = regexp.MustCompile(`((today|tomorrow|yesterday|on)?,? ?(\d{4}-\d\d-\d\d|\d{1,2} [A-Z][a-z]{2,8}( \d{4})?)?,? ?\d{1,2}:\d\d (UTC|GMT|BST|there now)|\d+ s after|in about [^,.)]*|in \d+ [a-z]+|\b\d+ (second|minute)s? (ago|after)|just now)`)

// TestShutdown stops in the middle of a command, which came over the gateway or
// the endpoint. Its asker is told.
func TestShutdown(t *testing.T) {
	for _, endpoint := range []bool{false, true} {
		t.Run(strconv.FormatBool(endpoint), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.run()
			if endpoint {
				w.UseEndpoint(w.endpoint(), http.DefaultClient)
			}
			w.slow = time.Minute
			i := w.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", at(bridge))
			time.Sleep(300 * time.Millisecond)
			began := time.Now()
			w.stop()
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("stopped after %v", took)
			}
			says(t, i.Answer(), "I am being restarted.")
		})
	}
}

// TestMessageFits lays out what no bot should say.
func TestMessageFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var long []string
	for range 500 {
		long = append(long, strings.Repeat("*word* ", 30))
	}
	for _, a := range []bot.Answer{
		{}, {Lines: []string{""}}, {Lines: long}, {Lines: []string{strings.Repeat("\\*", 5000)}}, {Lines: long[:8]},
		{Lines: []string{"one", "https://edits.example.org/x", "see https://evil.example"}, Buttons: make([]news.Button, 40)},
	} {
		if _, err := w.session.Post(context.Background(), chattest.DiscordText, message(a)); err != nil {
			t.Error(err)
		}
	}
	last := w.WaitMessages(chattest.DiscordText, 6)[5]
	if want := "one\n<https://edits.example.org/x>\nsee https\\://evil.example"; last.Content != want {
		t.Errorf("got %q, want %q", last.Content, want)
	}
}
