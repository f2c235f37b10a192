package chattest

import (
	"strings"
	"testing"
)

// TestChecksFindFaults keeps the checks honest: each of these bodies has one
// fault.
func TestChecksFindFaults(t *testing.T) {
	const quiet = `"allowed_mentions":{"parse":[]}`
	long := func(n int) string { return strings.Repeat("x", n) }
	discord := map[string]string{
		"not_json":        `{`,
		"empty":           `{` + quiet + `}`,
		"content":         `{"content":"` + long(2001) + `",` + quiet + `}`,
		"title":           `{"embeds":[{"title":"` + long(257) + `"}],` + quiet + `}`,
		"description":     `{"embeds":[{"description":"` + long(4097) + `"}],` + quiet + `}`,
		"together":        `{"embeds":[{"description":"` + long(4000) + `","footer":{"text":"` + long(2001) + `"}}],` + quiet + `}`,
		"empty_embed":     `{"content":"x","embeds":[{}],` + quiet + `}`,
		"address":         `{"embeds":[{"title":"x","url":"javascript:x"}],` + quiet + `}`,
		"mentions":        `{"content":"x"}`,
		"mentions_anyone": `{"content":"x","allowed_mentions":{"parse":["everyone"]}}`,
	}
	for name, body := range discord {
		if err := CheckDiscord(CreateMessage, []byte(body)); err == nil {
			t.Errorf("Discord: %s passes", name)
		}
	}
	for name, tt := range map[string]struct{ route, body string }{
		"nonce":         {CreateMessage, `{"content":"x","nonce":"` + long(26) + `",` + quiet + `}`},
		"no_nonce":      {CreateMessage, `{"content":"x","enforce_nonce":true,` + quiet + `}`},
		"custom_id":     {CreateMessage, `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":2,"label":"a","custom_id":"` + long(101) + `"}]}],` + quiet + `}`},
		"same_id":       {CreateMessage, `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":2,"label":"a","custom_id":"i"},{"type":2,"style":2,"label":"b","custom_id":"i"}]}],` + quiet + `}`},
		"label":         {CreateMessage, `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":2,"label":"` + long(81) + `","custom_id":"i"}]}],` + quiet + `}`},
		"no_row":        {CreateMessage, `{"content":"x","components":[{"type":2,"style":2,"label":"a","custom_id":"i"}],` + quiet + `}`},
		"link":          {CreateMessage, `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":5,"label":"a","url":"javascript:x"}]}],` + quiet + `}`},
		"role":          {CreateMessage, `{"content":"<@&7>","allowed_mentions":{"parse":[],"roles":["8"]}}`},
		"mention":       {CreateMessage, `{"content":"<@7>",` + quiet + `}`},
		"both":          {CreateMessage, `{"flags":32768,"content":"x","components":[{"type":10,"content":"y"}],` + quiet + `}`},
		"thread":        {CreateThread, `{"name":"` + long(101) + `"}`},
		"thread_noname": {CreateThread, `{}`},
		"edit_mentions": {EditMessage, `{"content":"x"}`},
		"deferred":      {CreateCallback, `{"type":5,"data":{"content":"x"}}`},
		"choices":       {CreateCallback, `{"type":8,"data":{"choices":[` + strings.TrimSuffix(strings.Repeat(`{"name":"a","value":"b"},`, 26), ",") + `]}}`},
		"choice":        {CreateCallback, `{"type":8,"data":{"choices":[{"name":"` + long(101) + `","value":"b"}]}}`},
		"callback":      {CreateCallback, `{"type":4,"data":{"content":"x"}}`},
		"command_name":  {PutCommands, `[{"name":"Edits","description":"x"}]`},
		"description":   {PutCommands, `[{"name":"edits","description":"` + long(101) + `"}]`},
		"order":         {PutCommands, `[{"name":"edits","description":"x","options":[{"type":3,"name":"a","description":"x"},{"type":3,"name":"b","description":"x","required":true}]}]`},
		"twice":         {PutCommands, `[{"name":"edits","description":"x"},{"name":"edits","description":"x"}]`},
	} {
		if err := CheckDiscord(tt.route, []byte(tt.body), "7"); err == nil {
			t.Errorf("Discord: %s passes", name)
		}
	}
	if err := CheckDiscord(CreateMessage, []byte(`{"content":"<@&7> x","nonce":"n","enforce_nonce":true,"allowed_mentions":{"parse":[],"roles":["7"]}}`), "7"); err != nil {
		t.Errorf("a role that may be mentioned: %v", err)
	}
	const off = `"unfurl_links":false,"unfurl_media":false`
	slack := map[string]string{
		"not_json":      `{`,
		"no_text":       `{` + off + `}`,
		"text":          `{"text":"` + long(4001) + `",` + off + `}`,
		"ping":          `{"text":"<!channel>",` + off + `}`,
		"unfurls":       `{"text":"x"}`,
		"names":         `{"text":"x","link_names":true,` + off + `}`,
		"size":          `{"text":"` + long(3000) + `","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"` + long(5000) + `"}]}]}],` + off + `}`,
		"unknown_block": `{"text":"x","blocks":[{"type":"image"}],` + off + `}`,
		"user_element":  `{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"broadcast","range":"here"}]}]}],` + off + `}`,
		"empty_element": `{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":""}]}]}],` + off + `}`,
		"empty_section": `{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[]}]}],` + off + `}`,
		"link":          `{"text":"x","blocks":[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"javascript:x"}]}]}],` + off + `}`,
	}
	for name, tt := range map[string]struct{ method, body string }{
		"response_type": {ResponseURL, `{"text":"x","response_type":"everyone"}`},
		"button":        {"chat.update", `{"text":"x","blocks":[{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"` + long(76) + `"}}]}]}`},
		"button_text":   {"chat.update", `{"text":"x","blocks":[{"type":"actions","elements":[{"type":"button","text":{"type":"mrkdwn","text":"x"}}]}]}`},
		"value":         {"chat.update", `{"text":"x","blocks":[{"type":"actions","elements":[{"type":"button","value":"` + long(2001) + `","text":{"type":"plain_text","text":"x"}}]}]}`},
		"same_action":   {"chat.update", `{"text":"x","blocks":[{"type":"actions","elements":[{"type":"button","action_id":"a","text":{"type":"plain_text","text":"x"}},{"type":"button","action_id":"a","text":{"type":"plain_text","text":"y"}}]}]}`},
		"header":        {"chat.update", `{"text":"x","blocks":[{"type":"header","text":{"type":"plain_text","text":"` + long(151) + `"}}]}`},
		"same_block":    {"chat.update", `{"text":"x","blocks":[{"type":"divider","block_id":"b"},{"type":"divider","block_id":"b"}]}`},
		"group":         {"chat.postMessage", `{"text":"<!subteam^S2> x",` + off + `}`},
		"metadata":      {"chat.postMessage", `{"text":"x","metadata":{"event_type":"x"},` + off + `}`},
		"view":          {"views.publish", `{"type":"message","blocks":[]}`},
		"home":          {"views.publish", `{"type":"home","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"<!here>"}}]}`},
		"modal":         {"views.open", `{"type":"modal","title":{"type":"plain_text","text":"` + long(25) + `"},"blocks":[{"type":"divider"}]}`},
	} {
		if err := CheckSlack(tt.method, []byte(tt.body), "S1"); err == nil {
			t.Errorf("Slack: %s passes", name)
		}
	}
	if err := CheckSlack("chat.postMessage", []byte(`{"text":"<!subteam^S1> x",`+off+`}`), "S1"); err != nil {
		t.Errorf("a group that may be mentioned: %v", err)
	}
	for name, body := range slack {
		if err := CheckSlack("chat.postMessage", []byte(body)); err == nil {
			t.Errorf("Slack: %s passes", name)
		}
	}
	for _, s := range []string{"@everyone", "~~a", "**a** b**", "~~**a**~~", "[a](b)", "<@1>", "# a", "- a", "a\n> b", "https://x.example", "`a`", "_a_", "discord.gg/x", "** a**", `a\`} {
		if err := CheckMarkdown(s); err == nil {
			t.Errorf("Markdown: %q passes", s)
		}
	}
	for _, s := range []string{"plain, 8,000", `¶2  ~~a\*~~ **b** …`, "[History](https://x.example/a) · [b](https://x.example)", "a\n<https://x.example>", `\# a`, "a - b"} {
		if err := CheckMarkdown(s); err != nil {
			t.Errorf("Markdown: %v", err)
		}
	}
}
