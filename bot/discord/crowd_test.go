package discord

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
)

// TestCrowd lets one server and one person ask for much at once. Others still
// have room, and keystrokes take none from commands.
func TestCrowd(t *testing.T) {
	var c crowd
	from := func(kind int, guild, user string) *interaction {
		i := &interaction{Kind: kind, Guild: guild}
		i.Member.User.ID = user
		return i
	}
	enter := func(times, kind int, guild, user string) (entered int, leave []func()) {
		for range times {
			if l, ok := c.enter(from(kind, guild, user).shares()...); ok {
				entered++
				leave = append(leave, l)
			}
		}
		return entered, leave
	}
	if n, _ := enter(100, kindComplete, "g1", "u1"); n != typingByPerson {
		t.Errorf("one person's keystrokes: %d", n)
	}
	for n := range 20 {
		enter(100, kindComplete, "g1", "u"+strconv.Itoa(n))
	}
	if n := c.n["typing"]; n != typingInServer {
		t.Errorf("one server's keystrokes: %d", n)
	}
	if n, _ := enter(1, kindComplete, "g2", "u1x"); n != 1 {
		t.Error("another server has no suggestions")
	}
	n, leave := enter(100, kindCommand, "g1", "u1")
	if n != commandsInServer {
		t.Errorf("one server's commands: %d", n)
	}
	if n, _ := enter(1, kindPress, "g2", "u2"); n != 1 {
		t.Error("another server's command has no room")
	}
	for _, l := range leave {
		l()
	}
	if n, _ := enter(1, kindCommand, "g1", "u1"); n != 1 {
		t.Error("there is no room after all have left")
	}
}

// TestBusy has more commands at once than there is room for. Those beyond are
// told so, over the gateway and at the endpoint.
func TestBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	for n := range commandsInServer {
		if _, ok := w.front.crowd.enter(share{"commands in " + chattest.DiscordGuild, commandsInServer}); !ok {
			t.Fatal(n)
		}
	}
	admin := chattest.Admin(chattest.DiscordText)
	says(t, w.Slash(admin, "editwatch add", at(bridge)).Answer(), "I have too much to do at the moment.")
	w.UseEndpoint(w.endpoint(), http.DefaultClient)
	says(t, w.Slash(admin, "editwatch add", at(bridge)).Answer(), "I have too much to do at the moment.")
	if got := w.watches(chattest.DiscordText); len(got) != 0 {
		t.Errorf("watches %v", got)
	}
}

// TestUnknownParent types in a thread whose channel cannot be read. It is not
// asked for with every keystroke.
func TestUnknownParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 20 {
		i := &interaction{ID: fmt.Sprint(n), Guild: chattest.DiscordGuild, Kind: kindComplete}
		i.Channel = place{ID: "900000000000000555", Kind: discord.KindPublicThread, Parent: "900000000000000999"}
		if got := w.front.home(context.Background(), i); got.ID != "900000000000000999" {
			t.Fatalf("home is %+v", got)
		}
	}
	if n := len(w.Calls(chattest.GetChannel)); n != 1 {
		t.Errorf("asked for %d times", n)
	}
	if _, ok := w.front.parents.get("900000000000000999", time.Now().Add(parentRetry)); ok {
		t.Error("it is never asked for again")
	}
}

// TestRefusedFollowUp has Discord refuse what was said besides a page. The page
// stands.
func TestRefusedFollowUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	admin := chattest.Admin(chattest.DiscordText)
	w.Slash(admin, "editwatch add", at(bridge)).Answer()
	w.article(bridge, "Council delays bridge repair, citing cost", "Text.")
	page := w.Slash(admin, "edits history", about(bridge)).Answer()
	was := page.Message.Text()
	w.Next(chattest.CreateFollowup, chattest.DiscordError(400, 50035, "Invalid Form Body"))
	i := w.PressID(admin, page.Message.ID, "e1:history:nobody")
	w.WaitCalls(chattest.CreateFollowup, 2)
	a := i.Answer()
	if a.Message.Text() != was && a.Message.ID == page.Message.ID {
		t.Errorf("the page became: %s", a.Message.Text())
	}
	if n := len(a.Followup); n != 1 {
		t.Errorf("%d follow-ups", n)
	}
}
