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
