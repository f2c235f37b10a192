package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/chattest"
	"github.com/editwatch/editwatch/internal/discord"
)

// examine has the doctor look at the office's platforms and channels.
func (o *office) examine(watches ...watched) (found []finding) {
	var out bytes.Buffer
	d := &doctor{e: &env{ctx: o.t.Context(), stdout: &out, stderr: o.t.Output(), global: &grammar{}}, config: o.conf, json: true, worst: fine}
	d.configuration()
	d.channels(watches)
	for dec := json.NewDecoder(&out); dec.More(); {
		var f finding
		if err := dec.Decode(&f); err != nil {
			o.t.Fatal(err)
		}
		found = append(found, f)
	}
	return found
}

// answered is how platforms and programs speak, rather than people.
var answered = regexp.MustCompile(`answered \d|[a-z]+_(found|scope|auth|error|type|revoked)|\((forbidden|not found|unauthorized)\)|0x|%!|<nil>`)

// TestDoctor breaks one thing after the other, and wants each to be named, with
// what to do about it.
func TestDoctor(t *testing.T) {
	file := func(t *testing.T, text string) string {
		path := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name  string
		spoil func(*testing.T, *office)
		// state, check and what is found, in the order of what is said; nothing
		// else may be wrong
		want []string
	}{
		{"nothing", func(*testing.T, *office) {}, nil},
		{"empty_token_file", func(t *testing.T, o *office) {
			o.conf.Discord.Token, o.conf.Discord.TokenFile = "", file(t, "\n")
		}, []string{`bad discord: .*token_file: the file .* is empty`}},
		{"absent_token_file", func(t *testing.T, o *office) {
			o.conf.Slack.Token, o.conf.Slack.TokenFile = "", "absent.token"
		}, []string{`bad slack: .*absent.token: no such file`}},
		{"no_token_at_all", func(t *testing.T, o *office) {
			o.conf.Discord.Token = ""
		}, []string{`bad channel "edits": there is no token for discord: .* EDITWATCH_DISCORD_TOKEN`}},
		{"app_token_alone", func(t *testing.T, o *office) {
			o.conf.Slack.Token, o.conf.Channels = "", o.conf.Channels[1:]
		}, []string{`bad slack: the app_token is of no use without a token`}},
		{"public_key_alone", func(t *testing.T, o *office) {
			o.conf.Discord.PublicKey, o.conf.Discord.Token, o.conf.Channels = o.discord.PublicKey, "", o.conf.Channels[:1]
		}, []string{`bad discord: the public_key is of no use without a token`}},
		{"bad_public_key", func(t *testing.T, o *office) { o.conf.Discord.PublicKey = "c0ffee" },
			[]string{`bad discord public_key: this is not the public key`}},
		{"public_key_without_public_url", func(t *testing.T, o *office) {
			o.conf.Discord.PublicKey, o.conf.PublicURL = o.discord.PublicKey, ""
		}, []string{`warning public_url: there is none`, `warning discord public_key: there is a public_key and no public_url`}},
		{"signing_secret_without_public_url", func(t *testing.T, o *office) {
			o.conf.Slack.SigningSecret, o.conf.PublicURL = "0123456789abcdef", ""
		}, []string{`warning public_url: there is none`, `warning slack signing_secret: there is a signing_secret and no public_url`}},
		{"signing_secret_without_https", func(t *testing.T, o *office) {
			o.conf.Slack.SigningSecret, o.conf.PublicURL = "0123456789abcdef", "http://edits.example.org"
		}, []string{`warning slack signing_secret: .* not an https address`}},
		{"local_public_url", func(t *testing.T, o *office) { o.conf.PublicURL = "http://127.0.0.1:8080" },
			[]string{`warning public_url: 127.0.0.1 is this machine`}},
		{"neither_app_token_nor_signing_secret", func(t *testing.T, o *office) { o.conf.Slack.AppToken = "" },
			[]string{`warning slack commands: there is neither`}},
		{"tokens_revoked", func(t *testing.T, o *office) { o.slack.RevokeToken(); o.discord.RevokeToken() },
			[]string{`bad discord token: Discord does not accept it`, `bad slack token: Slack does not accept it`}},
		{"right_missing", func(t *testing.T, o *office) { o.discord.SetPermissions(chattest.DiscordText, chattest.PermView) },
			[]string{`bad channel "edits": in #desk the bot lacks Send Messages and Embed Links; also wanted: .*Create Public Threads`}},
		{"thread_rights_missing", func(t *testing.T, o *office) {
			o.discord.SetPermissions(chattest.DiscordText, chattest.PermBot&^chattest.PermCreateThreads)
		}, []string{`warning channel "edits": in #desk the bot lacks Create Public Threads: later edits`}},
		{"channel_hidden", func(t *testing.T, o *office) { o.discord.SetPermissions(chattest.DiscordText, chattest.PermSend) },
			[]string{`bad channel "edits": the bot does not see the channel`}},
		{"channel_deleted", func(t *testing.T, o *office) { o.discord.DeleteChannel(chattest.DiscordText) },
			[]string{`bad channel "edits": Discord knows nothing of that ID`}},
		{"out_of_the_server", func(t *testing.T, o *office) { o.discord.RemoveFromGuild(chattest.DiscordGuild) },
			[]string{`bad channel "edits": the bot does not see the channel`}},
		{"not_in_the_slack_channel", func(t *testing.T, o *office) { o.conf.Channels[0].ID = chattest.SlackOutside },
			[]string{`bad channel "desk": the bot is not in #`}},
		{"private_slack_channel", func(t *testing.T, o *office) { o.conf.Channels[0].ID = chattest.SlackPrivate },
			[]string{`bad channel "desk": Slack shows the bot no channel`}},
		{"scopes_missing", func(t *testing.T, o *office) { o.slack.Grant("commands", "groups:read", "app_mentions:read") },
			[]string{`bad slack scopes: missing: chat:write and channels:read`, `bad channel "desk": the app lacks a scope`}},
		{"scopes_of_the_manifest_missing", func(t *testing.T, o *office) { o.slack.Grant("commands", "chat:write", "channels:read") },
			[]string{`warning slack scopes: missing: groups:read \(.*\) and app_mentions:read`}},
		{"outages", func(t *testing.T, o *office) {
			down := chattest.Answered(false, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
			o.slack.Always("", down)
			o.discord.Always("", down)
		}, []string{`bad discord: Discord has trouble of its own`, `bad slack: Slack has trouble of its own`}},
		{"out_of_reach", func(t *testing.T, o *office) {
			o.conf.Slack.APIURL, o.conf.Discord.APIURL = "http://127.0.0.1:9/api/", "http://127.0.0.1:9/api"
		}, []string{`bad discord: Discord cannot be reached: refused`, `bad slack: Slack cannot be reached: refused`}},
		{"webhook_without_address", func(t *testing.T, o *office) {
			o.conf.Channels = append(o.conf.Channels, channelConfig{Name: "hook", Kind: "webhook"})
		}, []string{`bad channel "hook": needs the url`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := newOffice(t, func(c *config) {
				c.Channels = []channelConfig{{Name: "desk", Kind: "slack", ID: chattest.SlackDesk}, {Name: "edits", Kind: "discord", ID: chattest.DiscordText}}
				c.Contact = "https://example.org/bot"
			})
			tt.spoil(t, o)
			want := slices.Clone(tt.want)
			for _, f := range o.examine() {
				line := f.State + " " + f.Check + ": " + f.Found
				t.Log(line + " | " + f.Mend)
				for _, secret := range []string{o.discord.Token, o.slack.Token, o.slack.AppToken} {
					if strings.Contains(line+f.Mend, secret) {
						t.Error("the doctor tells a secret")
					}
				}
				if m := answered.FindString(f.Found + f.Mend); m != "" && !strings.Contains(f.Found, "token_file") {
					t.Errorf("%q are not our words", m)
				}
				switch {
				case f.State == fine:
				case f.Mend == "":
					t.Errorf("%s: how to mend it is not said", line)
				case len(want) > 0 && regexp.MustCompile(want[0]).MatchString(line):
					want = want[1:]
				default:
					t.Errorf("%s: was not expected", line)
				}
			}
			for _, w := range want {
				t.Errorf("nothing says %s", w)
			}
		})
	}
}

// TestDoctorLooksAtChannelsThatChatKnows: those that have watches, and are not in
// the configuration.
func TestDoctorLooksAtChannelsThatChatKnows(t *testing.T) {
	o := newOffice(t, nil)
	o.discord.SetPermissions(chattest.DiscordText, chattest.PermView)
	found := o.examine(watched{Channel: discord.ChannelName(chattest.DiscordText)}, watched{Channel: onSlack.name(chattest.SlackDesk)}, watched{Channel: "desk"})
	var said []string
	for _, f := range found {
		if strings.HasPrefix(f.Check, "channel ") {
			said = append(said, f.State+" "+f.Check)
		}
	}
	if want := []string{bad + ` channel "discord:` + chattest.DiscordText + `"`, fine + ` channel "slack:` + chattest.SlackDesk + `"`}; !slices.Equal(said, want) {
		t.Errorf("looked at %q, want %q", said, want)
	}
}

func TestDoctorListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, tt := range []struct {
		listen            string
		running, unchosen bool
		want              string
	}{
		{l.Addr().String(), false, false, bad},
		{l.Addr().String(), false, true, warning},
		{l.Addr().String(), true, false, fine},
		{"127.0.0.1:0", false, false, fine},
		{"192.0.2.1:8080", false, false, bad},
	} {
		var out bytes.Buffer
		d := &doctor{e: &env{ctx: t.Context(), stdout: &out}, config: config{Listen: tt.listen, listenDefault: tt.unchosen}, running: tt.running, json: true, worst: fine}
		d.listen()
		var f finding
		if err := json.Unmarshal(out.Bytes(), &f); err != nil || f.State != tt.want || f.State != fine && f.Mend == "" {
			t.Errorf("listen %+v: %+v, %v; want %s", tt, f, err, tt.want)
		}
	}
}
