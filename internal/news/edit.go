package news

import (
	"fmt"
	"slices"
)

// Significance ranks edits. The zero value is None.
type Significance int

const (
	None       Significance = iota // nothing changed
	Typography                     // quotes, dashes, spaces
	Minor                          // spelling, punctuation, a word or two of style, order
	Major                          // what people want to hear of
)

var significances = [...]string{"none", "typography", "minor", "major"}

func (s Significance) String() string {
	if s < 0 || int(s) >= len(significances) {
		return fmt.Sprintf("Significance(%d)", int(s))
	}
	return significances[s]
}

// MarshalText writes the significance as its word.
func (s Significance) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads one of none, typography, minor, major.
func (s *Significance) UnmarshalText(b []byte) error {
	i := slices.Index(significances[:], string(b))
	if i < 0 {
		return fmt.Errorf("unknown significance %q", b)
	}
	*s = Significance(i)
	return nil
}

// Class says what kind of change a part of an edit is.
type Class string

const (
	ClassHeadline   Class = "headline"   // the headline's words changed
	ClassCorrection Class = "correction" // a correction, clarification or editor's note was added or changed
	ClassFact       Class = "fact"       // a number, unit, date, name, negation or quotation changed in a sentence
	ClassStandfirst Class = "standfirst"
	ClassAddition   Class = "addition"
	ClassRemoval    Class = "removal"
	ClassRewrite    Class = "rewrite"
	ClassReorder    Class = "reorder" // paragraphs moved, nothing else
	ClassMinor      Class = "minor"
	ClassTypography Class = "typography"
)

// An Edit is what changed between two versions, aligned, classified and
// ranked. Its JSON form is the same in the API, in webhooks and on the
// command line.
type Edit struct {
	Significance Significance `json:"significance"` // the highest of its parts
	Classes      []Class      `json:"classes"`      // of all parts, most significant first, each once
	Noted        bool         `json:"noted"`        // a correction note came with it
	Parts        []Part       `json:"parts"`        // what changed; most significant first
}

// Where names the piece of a text that a part concerns.
type Where string

const (
	WhereHeadline   Where = "headline"
	WhereStandfirst Where = "standfirst"
	WhereParagraph  Where = "paragraph"
)

// Op says what happened to a part.
type Op string

const (
	OpEdit   Op = "edit"
	OpAdd    Op = "add"
	OpRemove Op = "remove"
	OpMove   Op = "move" // and edited too, when Before and After differ
)

// A Part is one piece of an edit: the headline, the standfirst or one
// paragraph. The parts of an edit, applied to the old text, give the new one;
// see [Edit.Apply].
type Part struct {
	Part    Where   `json:"part"`
	Op      Op      `json:"op"`
	Classes []Class `json:"classes"` // most significant first
	From    *int    `json:"from"`    // 0-based number in the old text; nil if it has none
	To      *int    `json:"to"`      // 0-based number in the new text; nil if it has none
	Before  string  `json:"before"`
	After   string  `json:"after"`
	Words   []Word  `json:"words"`
}

// A Word is a run of text in a part. The Same and Del texts of a part's words
// concatenate to its Before, the Same and Ins ones to its After, to the byte.
type Word struct {
	Op   WordOp `json:"op"`
	Text string `json:"text"`
}

// WordOp says whether a run stands in both texts, the old or the new one.
type WordOp string

const (
	Same WordOp = "same"
	Del  WordOp = "del"
	Ins  WordOp = "ins"
)

// Apply returns the text that results from applying the edit to old. Added,
// edited and moved paragraphs go to their place in the new text; those the
// edit does not mention keep their order in the places between. It returns an
// error if the edit does not fit old.
func (e Edit) Apply(old Text) (Text, error) {
	out := Text{Headline: old.Headline, Standfirst: old.Standfirst}
	gone := make(map[int]bool)
	placed := make(map[int]string)
	for _, p := range e.Parts {
		switch p.Part {
		case WhereHeadline, WhereStandfirst:
			at := &out.Headline
			if p.Part == WhereStandfirst {
				at = &out.Standfirst
			}
			if *at != p.Before {
				return Text{}, fmt.Errorf("the %s is not the one that was edited", p.Part)
			}
			*at = p.After
			continue
		}
		if p.From != nil {
			if *p.From < 0 || *p.From >= len(old.Paragraphs) || gone[*p.From] || old.Paragraphs[*p.From] != p.Before {
				return Text{}, fmt.Errorf("paragraph %d is not the one that was edited", *p.From)
			}
			gone[*p.From] = true
		}
		if p.To != nil {
			if _, twice := placed[*p.To]; twice {
				return Text{}, fmt.Errorf("two parts claim paragraph %d", *p.To)
			}
			placed[*p.To] = p.After
		}
	}
	total := len(old.Paragraphs) - len(gone) + len(placed)
	next := 0
	for i := range total {
		if s, ok := placed[i]; ok {
			out.Paragraphs = append(out.Paragraphs, s)
			continue
		}
		for next < len(old.Paragraphs) && gone[next] {
			next++
		}
		if next == len(old.Paragraphs) {
			return Text{}, fmt.Errorf("no paragraph is left for place %d", i)
		}
		out.Paragraphs = append(out.Paragraphs, old.Paragraphs[next])
		next++
	}
	return out, nil
}

// Unchanged returns how many of n old paragraphs the edit leaves alone.
func (e Edit) Unchanged(n int) int {
	for _, p := range e.Parts {
		if p.From != nil {
			n--
		}
	}
	return n
}

// Has reports whether the edit has a part of class c.
func (e Edit) Has(c Class) bool { return slices.Contains(e.Classes, c) }
