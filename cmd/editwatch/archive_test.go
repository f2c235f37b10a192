package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/watcher/archive/archivetest"
)

const archiveKeys = "access:very-secret"

// TestArchive edits an article while the archive does not answer: the edit is
// announced at once. When the archive comes to itself the links are added, to the
// pages, the API and the messages in both chats.
func TestArchive(t *testing.T) {
	wayback := archivetest.New(archivetest.Options{Keys: archiveKeys, Takes: 1200 * time.Millisecond})
	api := httptest.NewServer(wayback)
	t.Cleanup(api.Close)
	o := newOffice(t, func(c *config) {
		c.Archive.Keys, c.Archive.APIURL, c.Archive.Gap = archiveKeys, api.URL, duration(50*time.Millisecond)
		c.Poll.Ages = []ageConfig{{duration(time.Hour), duration(300 * time.Millisecond)}}
	})
	o.start()
	o.discord.WaitGateway(1)
	o.discord.WaitCalls(chattest.PutCommands, 1)
	o.slack.WaitSocket(1)
	url := o.site.URL + "/bridge"
	o.discord.Slash(chattest.Admin(chattest.DiscordText), "editwatch add", chattest.Option{Name: "url", Value: url}).Answer()
	o.slack.Command(chattest.SlackMember, chattest.SlackDesk, "/editwatch", "add <"+url+">").Answer()
	watches := o.watching(2)
	o.seenAgain(watches[0].Article) // the archive knows times to the second
	wayback.Put(url, time.Now(), "the page before")
	o.seenAgain(watches[0].Article)

	silent := make(chan struct{})
	wayback.Fault(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-silent:
		case <-r.Context().Done():
		}
	})
	o.edit("Council votes to close bridge for two years")
	onDiscord := o.discord.WaitMessages(chattest.DiscordText, 1)[0]
	onSlack := o.slack.WaitMessages(chattest.SlackDesk, 1)[0]
	for _, said := range []string{onDiscord.Text(), onSlack.Visible()} {
		if !strings.Contains(said, "two years") || strings.Contains(said, api.URL) {
			t.Errorf("announced %q, want the edit without any copy", said)
		}
	}
	if copies := wayback.Copies(); len(copies) != 1 {
		t.Fatalf("the archive took %d copies in its sleep", len(copies)-1)
	}
	close(silent) // that question is answered by nothing, and the archive left alone for a while

	var copies []news.Copy
	o.eventually("both versions are kept", func() bool {
		copies = o.archiveNow(watches[0].Article)
		return len(copies) == 2 && copies[0].State == news.CopyKept && copies[1].State == news.CopyKept
	})
	before, after := copies[0].URL, copies[1].URL
	if body := fetched(t, after); !strings.Contains(body, "two years") {
		t.Errorf("the copy of version 2 says %q", body)
	}
	if body := fetched(t, before); body != "the page before" {
		t.Errorf("the copy of version 1 says %q", body)
	}
	o.eventually("the messages are changed", func() bool {
		if err := o.app.store.HastenDeliveries(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		d := o.discord.Messages(chattest.DiscordText)[0].Text()
		s := o.slack.Messages(chattest.SlackDesk)[0].Visible()
		return strings.Contains(d, before) && strings.Contains(d, after) && strings.Contains(s, "Archived before") && strings.Contains(s, "Archived after")
	})
	for _, n := range []int{len(o.discord.Messages(chattest.DiscordText)), len(o.slack.Messages(chattest.SlackDesk))} {
		if n != 1 {
			t.Errorf("%d messages, want the one that was changed", n)
		}
	}
	for _, path := range []string{"/articles/" + string(watches[0].Article), "/articles/" + string(watches[0].Article) + "/diff/1/2"} {
		if body := fetched(t, "http://"+o.conf.Listen+path); !strings.Contains(body, after) {
			t.Errorf("%s does not show the copy", path)
		}
	}
	var list struct{ Events []news.Report }
	if err := json.Unmarshal([]byte(fetched(t, "http://"+o.conf.Listen+"/api/v1/events?kind=edited")), &list); err != nil {
		t.Fatal(err)
	}
	if e := list.Events[0]; e.Links.Archive != after || e.To.Archive != after || e.From.Archive != before {
		t.Errorf("the API says %+v, %+v, %+v", e.Links, e.From, e.To)
	}
	if said := o.command(bot.Explain, url); !strings.Contains(said, after) {
		t.Errorf("explain says\n%s", said)
	}
	for _, c := range wayback.Complaints() {
		t.Errorf("the archive complains: %s", c)
	}
}

// seenAgain waits until an article was polled and found unchanged a good second
// from now.
func (o *office) seenAgain(id news.ArticleID) {
	o.t.Helper()
	enough := time.Now().Add(1200 * time.Millisecond)
	o.eventually("the article is seen again", func() bool {
		a, err := o.app.store.Article(o.t.Context(), id)
		if err != nil {
			o.t.Fatal(err)
		}
		return a.Polling.LastOK.After(enough)
	})
}

// archiveNow has copies that wait be seen to now, and returns all as they stand.
func (o *office) archiveNow(id news.ArticleID) []news.Copy {
	o.t.Helper()
	copies, err := o.app.store.Copies(o.t.Context(), id, 0, 0)
	if err == nil {
		err = o.app.store.HoldArchive(o.t.Context(), time.Time{})
	}
	if err != nil {
		o.t.Fatal(err)
	}
	for _, c := range copies {
		if !c.Done() && c.State != news.CopyAsked && time.Until(c.Due) > time.Second {
			c.Due = time.Now()
			if err := o.app.store.RecordCopy(o.t.Context(), c); err != nil {
				o.t.Fatal(err)
			}
		}
	}
	return copies
}

func (o *office) eventually(what string, is func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			o.t.Fatalf("it did not come to pass that %s", what)
		}
	}
}

func fetched(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What is wrong with the keys is said before anything starts, without them.
func TestArchiveKeys(t *testing.T) {
	for _, keys := range []string{"very-secret", "very-secret:", ":very-secret", "a:very secret"} {
		c := defaults()
		c.Archive.Keys = keys
		_, err := c.archiveClient()
		if err == nil || strings.Contains(err.Error(), "secret:") || strings.Contains(err.Error(), "very") {
			t.Errorf("keys %q: %v", keys, err)
		}
	}
	c := defaults()
	if client, err := c.archiveClient(); client != nil || err != nil {
		t.Errorf("without keys there is %v, %v", client, err)
	}
	t.Setenv("EDITWATCH_ARCHIVE_KEYS", archiveKeys)
	if client, err := c.archiveClient(); client == nil || err != nil {
		t.Errorf("with keys in the environment there is %v, %v", client, err)
	}
	if client, _ := demoConfig("").archiveClient(); client != nil {
		t.Error("the demo archives")
	}
}

// TestDoctorAsksTheArchive wants what is wrong there to be named.
func TestDoctorAsksTheArchive(t *testing.T) {
	wayback := archivetest.New(archivetest.Options{Keys: archiveKeys})
	api := httptest.NewServer(wayback)
	defer api.Close()
	wayback.Use(12, 30000)
	tests := []struct {
		keys, url, want string
	}{
		{archiveKeys, api.URL, "ok: it knows our account, which has had 12 of its 30000 pages of today"},
		{"other:keys", api.URL, "bad: the archive does not accept our keys"},
		{"nonsense", api.URL, "bad: archive.keys: give the access key"},
		{archiveKeys, "http://127.0.0.1:1", "bad: the archive cannot be reached"},
	}
	for _, tt := range tests {
		var out strings.Builder
		d := &doctor{e: &env{ctx: t.Context(), stdout: &out, stderr: t.Output(), global: &grammar{}}, config: defaults(), json: true, worst: fine}
		d.config.Archive = archiveConfig{Keys: tt.keys, APIURL: tt.url, Gap: duration(time.Hour)}
		d.archive()
		var f finding
		if err := json.Unmarshal([]byte(out.String()), &f); err != nil {
			t.Fatal(err)
		}
		if got := f.State + ": " + f.Found; !strings.HasPrefix(got, tt.want) || strings.Contains(out.String(), tt.keys) {
			t.Errorf("the doctor says %q, want %q", got, tt.want)
		}
	}
}
