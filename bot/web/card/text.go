package card

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/bidi"

	"github.com/editwatch/editwatch/internal/brief"
)

// A span is text in one look.
type span struct {
	text string
	mark brief.Mark
	bold bool
	soft bool // small print
}

// A style is how a block of text is set.
type style struct {
	family *family
	size   int // pixels per em
}

// A line is one line of a block. Positions in it are from its left end and its
// baseline.
type line struct {
	pieces          []piece
	width           fixed.Int26_6
	ascent, descent int  // of its box, in pixels
	toLeft          bool // it runs from right to left
}

// A piece is a run of glyphs in one look and font.
type piece struct {
	span   // text is what of it stands here
	x      fixed.Int26_6
	width  fixed.Int26_6
	size   int
	face   *font.Face
	fake   bool // to be made bold by the painter
	glyphs []glyph
}

// A glyph stands at its place in the line.
type glyph struct {
	id                       font.GID
	x, y                     fixed.Int26_6 // y grows downwards
	left, top, right, bottom fixed.Int26_6 // its ink
}

// A setter sets text in lines. It is for one goroutine.
type setter struct {
	shaper  shaping.HarfbuzzShaper
	split   shaping.Segmenter
	wrapper shaping.LineWrapper
	faces   map[*source]*font.Face // read already; it keeps them in memory
	owners  map[*font.Face]*family
}

func newSetter() *setter {
	return &setter{faces: make(map[*source]*font.Face), owners: make(map[*font.Face]*family)}
}

// face returns the family's face in a weight, or in its only one.
func (t *setter) face(f *family, bold bool) *font.Face {
	s := f.regular
	if bold && f.bold != nil {
		s = f.bold
	}
	if t.faces[s] == nil {
		t.faces[s] = font.NewFace(s.font())
		t.owners[t.faces[s]] = f
	}
	return t.faces[s]
}

// familyOf returns the family that shows r, in both weights, in text set in
// base; or nil.
func (t *setter) familyOf(base *family, r rune) *family {
	has := func(f *family) bool {
		if !f.mayHave(r) {
			return false
		}
		_, regular := t.face(f, false).NominalGlyph(r)
		_, bold := t.face(f, true).NominalGlyph(r)
		return regular && bold
	}
	if has(base) {
		return base
	}
	if i := slices.IndexFunc(fallbacks, has); i >= 0 {
		return fallbacks[i]
	}
	return nil
}

// A chooser chooses the regular face of each character; see
// [shaping.Segmenter].
type chooser struct {
	*setter
	base *family
}

func (c chooser) ResolveFace(r rune) *font.Face {
	// covered has left out all that can be seen of what no family shows.
	return c.face(cmp.Or(c.familyOf(c.base, r), c.base), false)
}

// set sets spans, which go on in one text, in lines no wider than width.
func (t *setter) set(st style, width int, spans ...span) []line {
	var runes []rune
	var ends []int // of the spans, in runes
	for _, s := range spans {
		runes = append(runes, []rune(s.text)...)
		ends = append(ends, len(runes))
	}
	if len(runes) == 0 {
		return nil
	}
	spanAt := func(i int) int {
		n, _ := slices.BinarySearch(ends, i+1)
		return n
	}
	dir := di.DirectionLTR
	if rightToLeft(runes) {
		dir = di.DirectionRTL
	}
	in := shaping.Input{Text: runes, RunEnd: len(runes), Direction: dir, Size: fixed.I(st.size), Language: language.NewLanguage("en")}
	var shaped []shaping.Output
	for _, run := range t.split.Split(in, chooser{t, st.family}) {
		// A look may begin within a run; letters join across it all the same,
		// since the whole text is shaped as context.
		for start, end := run.RunStart, run.RunEnd; start < end; {
			n := spanAt(start)
			part := run
			part.RunStart, part.RunEnd = start, min(end, ends[n])
			part.Face = t.face(t.owners[run.Face], spans[n].bold)
			shaped = append(shaped, t.shaper.Shape(part))
			start = part.RunEnd
		}
	}
	wrapped, _ := t.wrapper.WrapParagraph(shaping.WrapConfig{Direction: dir}, width, runes, shaping.NewSliceIterator(shaped))
	var out []line
	for _, w := range wrapped {
		l := line{ascent: st.size * 19 / 20, descent: st.size * 3 / 10, toLeft: dir == di.DirectionRTL}
		slices.SortFunc(w, func(a, b shaping.Output) int { return cmp.Compare(a.VisualIndex, b.VisualIndex) })
		for _, o := range w {
			from, to := o.Runes.Offset, o.Runes.Offset+o.Runes.Count
			p := piece{span: spans[spanAt(from)], x: l.width, size: st.size, face: o.Face}
			p.text = string(runes[from:to])
			p.fake = p.bold && t.owners[o.Face].bold == nil
			p.setGlyphs(o)
			l.width += p.width
			l.pieces = append(l.pieces, p)
		}
		l.stretch(st.size)
		if l.toLeft {
			l.shift(fixed.I(width) - l.width)
		}
		out = append(out, l)
	}
	return out
}

// setGlyphs takes over what was shaped. A glyph that stands for a character the
// font lacks is never taken.
func (p *piece) setGlyphs(o shaping.Output) {
	x := p.x
	for _, g := range o.Glyphs {
		if g.GlyphID != 0 {
			dot := glyph{id: g.GlyphID, x: x + g.XOffset, y: -g.YOffset}
			dot.left, dot.top = dot.x+g.XBearing, dot.y-g.YBearing
			dot.right, dot.bottom = dot.left+g.Width, dot.top-g.Height
			p.glyphs = append(p.glyphs, dot)
			x += g.Advance
		}
	}
	p.width = x - p.x
}

// stretch makes the line's box as high as the ink in it, within reason: what
// piles up higher is cut off by the painter.
func (l *line) stretch(size int) {
	for _, p := range l.pieces {
		for _, g := range p.glyphs {
			l.ascent = max(l.ascent, min((-g.top).Ceil(), size*13/10))
			l.descent = max(l.descent, min(g.bottom.Ceil(), size*6/10))
		}
	}
}

// shift moves the line to the right.
func (l *line) shift(by fixed.Int26_6) {
	for i := range l.pieces {
		p := &l.pieces[i]
		p.x += by
		for j := range p.glyphs {
			g := &p.glyphs[j]
			g.x, g.left, g.right = g.x+by, g.left+by, g.right+by
		}
	}
}

// rightToLeft reports whether the first letter that has a direction runs to the
// left, as dir="auto" does.
func rightToLeft(text []rune) bool {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return false
		case bidi.R, bidi.AL:
			return true
		}
	}
	return false
}

// maxMarks is how many marks may be put on one letter. No language piles up
// more; who does, means to spill over the lines beside.
const maxMarks = 4

// gap stands where something is left out that no font has.
const gap = "…"

// covered returns text without the characters that no font has, such as most
// emoji. A gap stands for those whose loss would mislead: letters, digits,
// punctuation and signs of money or sums. It returns how many characters the
// gaps stand for.
func (t *setter) covered(base *family, text string) (kept string, lost int) {
	var b strings.Builder
	for g := graphemes.FromString(text); g.Next(); {
		shown, ok := t.coveredCluster(base, g.Value())
		if !ok {
			lost += brief.Len(g.Value())
			if shown = gap; strings.HasSuffix(strings.TrimRight(b.String(), " "), gap) {
				continue // one for all of them
			}
		}
		if shown == " " && strings.HasSuffix(b.String(), " ") {
			continue // what stood between two spaces is gone
		}
		b.WriteString(shown)
	}
	return b.String(), lost
}

// coveredCluster returns what of a cluster the fonts have, or false if the loss
// would mislead.
func (t *setter) coveredCluster(base *family, cluster string) (string, bool) {
	var b strings.Builder
	marks := 0
	for i, r := range cluster {
		has := joins(r) || t.familyOf(base, r) != nil
		switch mark := unicode.In(r, unicode.Mn, unicode.Me); {
		case !has && unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.Sc, unicode.Sm):
			return "", false
		case !has && i == 0:
			return "", true // the rest means nothing without it
		case !has, mark && marks == maxMarks:
			continue
		case mark:
			marks++
		}
		b.WriteRune(r)
	}
	return b.String(), true
}

// joins reports whether r is not seen itself, but parts or joins letters or
// gives their direction.
func joins(r rune) bool {
	return '\u200C' <= r && r <= '\u200F' || r == '\u061C'
}
