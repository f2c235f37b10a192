package slack

import (
	"fmt"
	"net/url"
	"strings"

	api "github.com/slack-go/slack"

	"github.com/editwatch/editwatch/bot"
	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/slack"
)

const (
	// room is how large the blocks and the text of a message are kept, in
	// characters of JSON: Slack's own limit, without what stands around them.
	room = slack.MaxMessage - 500
	// lineMost is the longest line shown, in characters.
	lineMost = 1000
)

// message lays an answer out within Slack's limits, whatever it holds. What has
// no room is left out, and the message says so. lead begins what can be typed.
func message(a bot.Answer, lead string) slack.Message {
	m := slack.Message{Text: spoken(a)}
	share := room
	if n := len(a.Briefs); n > 0 {
		share = room / 2
	}
	// No more lines are tried than have room in their shortest form.
	shown := 0
	for used := 0; shown < len(a.Lines) && used <= share; shown++ {
		used += brief.Len(brief.Cut(a.Lines[shown], lineMost)) + 1
	}
	left := len(a.Lines) - shown
	for {
		m.Blocks = nil
		if s := section(a.Lines[:shown], lead, left); s != nil {
			m.Blocks = append(m.Blocks, api.NewRichTextBlock("", s))
		}
		if m.Size() <= share || shown == 0 {
			break
		}
		shown--
		left++
	}
	for i, b := range a.Briefs {
		blocks := slack.Fit(b, (room-m.Size())/(len(a.Briefs)-i), a.Buttons)
		if blocks == nil {
			break
		}
		m.Blocks = append(m.Blocks, blocks...)
	}
	if row := slack.Row(a.Buttons); row != nil {
		m.Blocks = append(m.Blocks, row)
	}
	return m
}

// spoken is what notifications and screen readers say of an answer.
func spoken(a bot.Answer) string {
	parts := append([]string(nil), a.Lines...)
	for _, b := range a.Briefs {
		parts = append(parts, b.Plain())
	}
	if text := slack.Spoken(strings.TrimSpace(strings.Join(parts, "\n"))); text != "" {
		return text
	}
	return "Done."
}

// section sets the lines of an answer, and how many are left out.
func section(lines []string, lead string, left int) *api.RichTextSection {
	var elements []api.RichTextSectionElement
	for i, l := range lines {
		if i > 0 {
			elements = append(elements, slack.Break())
		}
		elements = append(elements, line(brief.Cut(l, lineMost), lead)...)
	}
	if left > 0 {
		elements = append(elements, slack.Break(), slack.Text(fmt.Sprintf("… and %s more", brief.Count(left, "line"))))
	}
	return slack.Section(elements...)
}

// line sets one line. One that is an address and nothing else can be followed;
// an address in a sentence may be a page's and cannot. What can be typed stands
// apart.
func line(s, lead string) []api.RichTextSectionElement {
	if u, err := url.Parse(strings.TrimSpace(s)); err == nil && u.Host != "" {
		if a := slack.Address(s); a != "" {
			return []api.RichTextSectionElement{slack.Link(s, a, false)}
		}
	}
	before, typed, after := quoted(s, lead)
	out := []api.RichTextSectionElement{slack.Text(before)}
	if typed != "" {
		out = append(out, api.NewRichTextSectionTextElement(brief.Clean(typed), &api.RichTextSectionTextStyle{Code: true}))
	}
	return append(out, slack.Text(after))
}

// filesMost is how many messages a file may take: a response URL can be used
// five times, once for the answer and once more for a repetition.
const filesMost = slack.MaxResponses - 2

// pieces are the messages that show a file's text, for Slack lets an app hand
// out files only with a scope that it needs for nothing else. They are nil if
// the file is too long.
func pieces(f *bot.File) []slack.Message {
	const overhead = 300
	var out []slack.Message
	var b strings.Builder
	flush := func() {
		if s := strings.TrimRight(b.String(), "\n"); s != "" {
			pre := &api.RichTextPreformatted{
				Type:     api.RTEPreformatted,
				Elements: []api.RichTextSectionElement{api.NewRichTextSectionTextElement(s, nil)},
			}
			out = append(out, slack.Message{
				Text:   fmt.Sprintf("%s, part %d", slack.Escape(f.Name), len(out)+1),
				Blocks: []api.Block{api.NewRichTextBlock("", pre)},
			})
		}
		b.Reset()
	}
	used := 0
	for l := range strings.SplitAfterSeq(strings.ToValidUTF8(string(f.Data), "\uFFFD"), "\n") {
		l = strings.ReplaceAll(l, "\r", "")
		size := (slack.Message{Text: l}).Size()
		if size > room-overhead {
			return nil
		}
		if used+size > room-overhead {
			flush()
			used = 0
		}
		b.WriteString(l)
		used += size
	}
	flush()
	if len(out) > filesMost {
		return nil
	}
	return out
}
