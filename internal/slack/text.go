package slack

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/editwatch/editwatch/internal/brief"
)

// Text returns an element that shows s, or nil if there is nothing to show.
func Text(s string) slack.RichTextSectionElement { return element(s, nil) }

// Struck returns an element that shows s struck through, or nil.
func Struck(s string) slack.RichTextSectionElement {
	return element(s, &slack.RichTextSectionTextStyle{Strike: true})
}

// Bold returns an element that shows s bold, or nil.
func Bold(s string) slack.RichTextSectionElement {
	return element(s, &slack.RichTextSectionTextStyle{Bold: true})
}

// Slanted returns an element that shows s in italics, or nil.
func Slanted(s string) slack.RichTextSectionElement {
	return element(s, &slack.RichTextSectionTextStyle{Italic: true})
}

// Break returns an element that ends a line.
func Break() slack.RichTextSectionElement { return slack.NewRichTextSectionTextElement("\n", nil) }

// Link returns an element that links label to an http or https address, in bold
// if wanted: the label alone if the address is not one, nil if there is no label.
func Link(label, address string, bold bool) slack.RichTextSectionElement {
	var style *slack.RichTextSectionTextStyle
	if bold {
		style = &slack.RichTextSectionTextStyle{Bold: true}
	}
	label = brief.Clean(label)
	a := Address(address)
	if a == "" || label == "" {
		return element(label, style)
	}
	return slack.NewRichTextSectionLinkElement(a, label, style)
}

func element(s string, style *slack.RichTextSectionTextStyle) slack.RichTextSectionElement {
	if s = brief.Clean(s); s == "" {
		return nil
	}
	return slack.NewRichTextSectionTextElement(s, style)
}

// Section returns a section of the elements that are not nil, or nil if there
// is none. Texts without a style that follow each other become one.
func Section(elements ...slack.RichTextSectionElement) *slack.RichTextSection {
	var kept []slack.RichTextSectionElement
	for _, e := range elements {
		if e == nil {
			continue
		}
		if n := len(kept); n > 0 {
			last, ok := unstyled(kept[n-1])
			if next, also := unstyled(e); ok && also {
				kept[n-1] = slack.NewRichTextSectionTextElement(last+next, nil)
				continue
			}
		}
		kept = append(kept, e)
	}
	if len(kept) == 0 {
		return nil
	}
	return slack.NewRichTextSection(kept...)
}

func unstyled(e slack.RichTextSectionElement) (string, bool) {
	t, ok := e.(*slack.RichTextSectionTextElement)
	if !ok || t.Style != nil {
		return "", false
	}
	return t.Text, true
}

// entities are the three characters that mrkdwn lets escape
// (https://docs.slack.dev/messaging/formatting-message-text#escaping).
var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Escape returns mrkdwn in which s mentions nobody and links nowhere. Line
// breaks stay. A "*" or "_" in it may still format, which mrkdwn has no way to
// prevent: where looks matter, use elements.
func Escape(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = entities.Replace(brief.Clean(l))
	}
	return strings.Join(lines, "\n")
}

// MrkdwnLink returns mrkdwn that links label to an http or https address, or the
// label alone if the address is not one.
func MrkdwnLink(label, address string) string {
	a := Address(address)
	if a == "" {
		return Escape(label)
	}
	return "<" + entities.Replace(a) + "|" + strings.ReplaceAll(Escape(label), "|", "¦") + ">"
}

// Address returns an http or https address in a form that can stand in a link,
// or nothing if it is not one or is longer than Slack takes.
func Address(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	out := closers.Replace(u.String())
	if len(out) > MaxURL || strings.ContainsFunc(out, func(r rune) bool { return r <= ' ' || r >= utf8.RuneSelf }) {
		return ""
	}
	return out
}

// closers are what would end a link before its address does.
var closers = strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C")
