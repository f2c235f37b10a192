package newsroom

import (
	"embed"
	"fmt"
	"hash/fnv"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Stories are texts under stories/, one a file, easiest to learn from one of
// them. The head names the outlet and more; then comes the article as it is
// first published; then its edits, one instruction a line:
//
//	---
//	outlet: harbour-post
//	section: council
//	byline: Ines Halloran
//	age: 3h                      (published that long ago when the newsroom opens)
//	kind: live                   (a live blog; left out for an article)
//	vary: bridge = Millgate | Quay Street     ({bridge} stands for one of them)
//	---
//	# The headline
//
//	> The standfirst
//
//	The first paragraph, in one or more lines.
//
//	== edit [headline fact] what the edit does, in a few words ==
//	# A new headline
//	> A new standfirst, or > alone to remove it
//	~ 8,000 => 11,000            replaces words that stand in the text once
//	~~ Hallorran => Halloran     replaces them wherever they stand
//	+ [said on Tuesday] Text     adds a paragraph after the one with those words
//	+ [] Text                    adds it at the end;  + [^] Text  at the start
//	- the mayor had promised     removes the paragraph with those words
//	^ these words => those       moves the paragraph with these after the one with those
//	" straight                   sets straight quotes;  " curly  sets them back
//
// The words in brackets are the classes of the edit, by DESIGN's table. Quotes
// and dashes are typed straight and set in the manner of the outlet's language.
// A line that starts with a space continues the instruction before it.
//
//go:embed stories/*.md
var storyFiles embed.FS

// Kind is the schema.org type of an article.
type Kind string

const (
	NewsArticle Kind = "NewsArticle"
	LiveBlog    Kind = "LiveBlogPosting"
)

// A Draft is an article to publish.
type Draft struct {
	Section string
	Slug    string // made from the headline when empty
	Byline  string
	Kind    Kind          // NewsArticle when empty
	Age     time.Duration // how long ago it was published
	Text    Text
	Steps   []Step // the edits it is going to see
}

// A Step is an edit that a story has in store.
type Step struct {
	Label   string   // what it does, in a few words
	Classes []string // of the edit, most significant first
	ops     []op
}

// An op is one instruction of a step. Its texts are straight.
type op struct {
	sign     string // "#", ">", "~", "~~", "+", "-", "^", `"`
	at, text string
}

// A story is a parsed story file with its variables still in it.
type story struct {
	name, outlet, section, byline string
	kind                          Kind
	age                           time.Duration
	vary                          []variable
	article, edits                string
}

type variable struct {
	name    string
	choices []string
}

// loadStories reads every story, in the order of the file names.
func loadStories(files fs.FS) ([]story, error) {
	names, err := fs.Glob(files, "stories/*.md")
	if err != nil {
		return nil, fmt.Errorf("list stories: %w", err)
	}
	var all []story
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read story: %w", err)
		}
		s, err := parseStory(strings.TrimSuffix(path.Base(name), ".md"), string(b))
		if err != nil {
			return nil, fmt.Errorf("story %s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func parseStory(name, file string) (story, error) {
	s := story{name: name, kind: NewsArticle}
	rest, ok := strings.CutPrefix(file, "---\n")
	head, body, ok2 := strings.Cut(rest, "\n---\n")
	if !ok || !ok2 {
		return s, fmt.Errorf("no head between lines of ---")
	}
	for line := range strings.Lines(head) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			return s, fmt.Errorf("head: %q is not a key and a value", line)
		}
		value = strings.TrimSpace(value)
		switch key {
		case "outlet":
			s.outlet = value
		case "section":
			s.section = value
		case "byline":
			s.byline = value
		case "kind":
			if value != "live" {
				return s, fmt.Errorf("head: unknown kind %q", value)
			}
			s.kind = LiveBlog
		case "age":
			d, err := time.ParseDuration(value)
			if err != nil {
				return s, fmt.Errorf("head: %w", err)
			}
			s.age = d
		case "vary":
			name, choices, ok := strings.Cut(value, "=")
			if !ok {
				return s, fmt.Errorf("head: %q varies nothing", value)
			}
			v := variable{name: strings.TrimSpace(name)}
			for c := range strings.SplitSeq(choices, "|") {
				v.choices = append(v.choices, strings.TrimSpace(c))
			}
			s.vary = append(s.vary, v)
		default:
			return s, fmt.Errorf("head: unknown key %q", key)
		}
	}
	s.article, s.edits = body, ""
	if i := strings.Index(body, "\n== edit "); i >= 0 {
		s.article, s.edits = body[:i+1], body[i+1:]
	}
	return s, nil
}

// tell returns the story as it is told in one round: the seed and the round
// choose among its variants, and no two rounds in a row choose the same.
func (s story) tell(seed uint64, round int, lang string) (Draft, error) {
	var pairs []string
	for _, v := range s.vary {
		i := (int(hash(seed, s.name, v.name)%1000) + round) % len(v.choices)
		pairs = append(pairs, "{"+v.name+"}", v.choices[i])
	}
	fill := strings.NewReplacer(pairs...)
	text, err := parseText(fill.Replace(s.article))
	if err != nil {
		return Draft{}, fmt.Errorf("story %s: %w", s.name, err)
	}
	steps, err := parseSteps(fill.Replace(s.edits))
	if err != nil {
		return Draft{}, fmt.Errorf("story %s: %w", s.name, err)
	}
	return Draft{
		Section: s.section,
		Byline:  s.byline,
		Kind:    s.kind,
		Age:     s.age,
		Text:    text.each(func(p string) string { return curl(p, lang) }),
		Steps:   steps,
	}, nil
}

// parseText reads a headline, an optional standfirst and paragraphs.
func parseText(s string) (Text, error) {
	var t Text
	for block := range strings.SplitSeq(s, "\n\n") {
		block = strings.Join(strings.Fields(block), " ")
		switch {
		case block == "":
		case strings.HasPrefix(block, "# "):
			t.Headline = block[2:]
		case strings.HasPrefix(block, "> "):
			t.Standfirst = block[2:]
		default:
			t.Paragraphs = append(t.Paragraphs, block)
		}
	}
	if t.Headline == "" || len(t.Paragraphs) == 0 {
		return t, fmt.Errorf("an article needs a headline and paragraphs")
	}
	return t, nil
}

func parseSteps(s string) ([]Step, error) {
	var steps []Step
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\n")
		if head, ok := strings.CutPrefix(line, "== edit ["); ok {
			classes, label, ok := strings.Cut(strings.TrimSuffix(head, " =="), "] ")
			if !ok {
				return nil, fmt.Errorf("edit %q has no classes", line)
			}
			steps = append(steps, Step{Label: label, Classes: strings.Fields(classes)})
			continue
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		step := &steps[len(steps)-1]
		if line[0] == ' ' && len(step.ops) > 0 {
			last := &step.ops[len(step.ops)-1]
			last.text += " " + strings.TrimSpace(line)
			continue
		}
		o, err := parseOp(line)
		if err != nil {
			return nil, fmt.Errorf("edit %q: %w", step.Label, err)
		}
		step.ops = append(step.ops, o)
	}
	return steps, nil
}

func parseOp(line string) (op, error) {
	sign, text, _ := strings.Cut(line, " ")
	o := op{sign: sign, text: strings.TrimSpace(text)}
	ok := true
	switch sign {
	case "#", ">", "-", `"`:
	case "~", "~~", "^":
		o.at, o.text, ok = strings.Cut(o.text, " => ")
	case "+":
		o.at, o.text, ok = strings.Cut(strings.TrimPrefix(o.text, "["), "] ")
	default:
		ok = false
	}
	if !ok {
		return o, fmt.Errorf("%q is no instruction", line)
	}
	return o, nil
}

// apply returns the text after the step. curly says whether the old text has
// the quotation marks of its language; the answer says it of the new one.
// Pieces the step leaves alone keep whatever marks they have.
func (s Step) apply(old Text, curly bool, lang string) (t Text, nowCurly bool, err error) {
	shown := make(map[string]string)
	t = old.each(func(p string) string {
		shown[straighten(p)] = p
		return straighten(p)
	})
	nowCurly = curly
	for _, o := range s.ops {
		if o.sign == `"` {
			nowCurly = o.text == "curly"
			continue
		}
		if err := o.apply(&t); err != nil {
			return old, curly, fmt.Errorf("edit %q: %w", s.Label, err)
		}
	}
	t = t.each(func(p string) string {
		if as, ok := shown[p]; ok && curly == nowCurly {
			return as
		}
		if nowCurly {
			return curl(p, lang)
		}
		return p
	})
	return t, nowCurly, nil
}

func (o op) apply(t *Text) error {
	switch o.sign {
	case "#":
		t.Headline = o.text
	case ">":
		t.Standfirst = o.text
	case "~", "~~":
		n := 0
		*t = t.each(func(p string) string {
			n += strings.Count(p, o.at)
			return strings.ReplaceAll(p, o.at, o.text)
		})
		if n == 0 || n > 1 && o.sign == "~" {
			return fmt.Errorf("%q stands in the text %d times", o.at, n)
		}
	case "-":
		i, err := t.find(o.text)
		if err != nil {
			return err
		}
		t.Paragraphs = slices.Delete(t.Paragraphs, i, i+1)
	case "+":
		i := len(t.Paragraphs) - 1
		switch o.at {
		case "":
		case "^":
			i = -1
		default:
			var err error
			if i, err = t.find(o.at); err != nil {
				return err
			}
		}
		t.Paragraphs = slices.Insert(t.Paragraphs, i+1, o.text)
	case "^":
		i, err := t.find(o.at)
		if err != nil {
			return err
		}
		p := t.Paragraphs[i]
		t.Paragraphs = slices.Delete(t.Paragraphs, i, i+1)
		if i, err = t.find(o.text); err != nil {
			return err
		}
		t.Paragraphs = slices.Insert(t.Paragraphs, i+1, p)
	}
	return nil
}

// find returns the one paragraph with the words.
func (t *Text) find(words string) (int, error) {
	at := -1
	for i, p := range t.Paragraphs {
		if !strings.Contains(p, words) {
			continue
		}
		if at >= 0 {
			return 0, fmt.Errorf("%q stands in two paragraphs", words)
		}
		at = i
	}
	if at < 0 {
		return 0, fmt.Errorf("%q stands in no paragraph", words)
	}
	return at, nil
}

// hash mixes the seed with words; everything random in the newsroom starts
// from it.
func hash(seed uint64, words ...string) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d", seed)
	for _, w := range words {
		h.Write([]byte{0})
		h.Write([]byte(w))
	}
	return h.Sum64()
}
