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
	// spokenMost is how much of that the text for screen readers may take.
	spokenMost = 1500
	// lineMost is the longest line shown, in characters.
	lineMost = 1000
	// rowName begins the action IDs of an answer's buttons.
	rowName = "answer"
)

// message lays an answer out within Slack's limits, whatever it holds. What has
// no room is left out, and the message says so.
func message(c bot.Command, a bot.Answer) slack.Message {
	var row []api.Block
	if b := buttons(a); b != nil {
		row = append(row, b)
	}
	m := slack.Message{Text: spoken(a)}
	share := room
	if n := len(a.Briefs); n > 0 {
		share = room / 2
	}
	// No more lines are tried than have room in their shortest form.
	shown := 0
	for used := 0; shown < len(a.Lines) && used <= share; shown++ {
		used += slack.Len(brief.Cut(a.Lines[shown], lineMost)) + 1
	}
	left := len(a.Lines) - shown
	for {
		m.Blocks = nil
		if s := section(c, a.Lines[:shown], left); s != nil {
			m.Blocks = append(m.Blocks, api.NewRichTextBlock("", s))
		}
		if m.Size() <= share || shown == 0 {
			break
		}
		shown--
		left++
	}
	for i, b := range a.Briefs {
		blocks := fitted(b, (room-m.Size())/(len(a.Briefs)-i))
		if blocks == nil {
			break
		}
		m.Blocks = append(m.Blocks, blocks...)
	}
	m.Blocks = append(m.Blocks, row...)
	return m
}

// fitted are the blocks of a brief in so many characters, or nil if there is no
// sense in it.
func fitted(b brief.Brief, most int) []api.Block {
	const least = 500
	if most < least {
		return nil
	}
	for budget := b.Size(); ; budget = budget * 3 / 4 {
		blocks := slack.BriefBlocks(b)
		if (slack.Message{Blocks: blocks}).Size() <= most {
			return blocks
		}
		if budget == 0 {
			return nil
		}
		b = b.Shrink(budget * 3 / 4)
	}
}

// spoken is what notifications and screen readers say of an answer.
func spoken(a bot.Answer) string {
	parts := append([]string(nil), a.Lines...)
	for _, b := range a.Briefs {
		parts = append(parts, b.Plain())
	}
	text := strings.TrimSpace(strings.Join(parts, "\n"))
	if text == "" {
		text = "Done."
	}
	for most := spokenMost; ; most = most * 3 / 4 {
		m := slack.Message{Text: slack.Spoken(brief.Cut(text, most))}
		if m.Size() <= spokenMost+200 || most == 0 {
			return m.Text
		}
	}
}

// section sets the lines of an answer, and how many are left out.
func section(c bot.Command, lines []string, left int) *api.RichTextSection {
	var elements []api.RichTextSectionElement
	for i, l := range lines {
		if i > 0 {
			elements = append(elements, slack.Break())
		}
		elements = append(elements, line(c, i, brief.Cut(l, lineMost))...)
	}
	if left > 0 {
		elements = append(elements, slack.Break(), slack.Text(fmt.Sprintf("… and %s more", brief.Count(left, "line"))))
	}
	return slack.Section(elements...)
}

// line sets one line. One that is an address and nothing else can be followed;
// an address in a sentence may be a page's and cannot.
func line(c bot.Command, i int, s string) []api.RichTextSectionElement {
	if u, err := url.Parse(strings.TrimSpace(s)); err == nil && u.Host != "" {
		if a := slack.Address(s); a != "" {
			return []api.RichTextSectionElement{slack.Link(s, a, false)}
		}
	}
	if c.Verb == bot.Help {
		// The list of commands, and the usage of one, are what can be typed.
		usage, what, ok := strings.Cut(s, " – ")
		if ok && i > 0 || i == 0 && c.Target != "" {
			out := []api.RichTextSectionElement{code("/editwatch " + usage)}
			if ok {
				out = append(out, slack.Text(" "+what))
			}
			return out
		}
	}
	return []api.RichTextSectionElement{slack.Text(s)}
}

func code(s string) api.RichTextSectionElement {
	return api.NewRichTextSectionTextElement(slack.Clean(s), &api.RichTextSectionTextStyle{Code: true})
}

func buttons(a bot.Answer) api.Block {
	all := make([]slack.Button, 0, len(a.Buttons))
	for _, b := range a.Buttons {
		all = append(all, slack.Button{Label: b.Label, Value: b.Token, URL: b.URL, Danger: b.Danger})
	}
	return slack.Row(rowName, all)
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
