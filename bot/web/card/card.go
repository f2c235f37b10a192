// Package card draws the picture of an edit that stands beside its link where
// people paste it: the words that matter, struck and added, on 1200 by 630
// pixels. It is pure: a report in, a picture out.
//
//	news.Report ──Tell──> brief.Brief ──Lay──> Layout (every glyph at its place) ──Encode──> PNG
//
// Most who see a card see it as wide as a phone, so that its type is big and its
// lines are few: what does not fit is left out as [brief.Brief.Shrink] leaves
// things out, and the type becomes smaller only a little.
//
// What holds of every card, whatever bytes the brief has:
//
//   - All text stands within the margins, and no two lines overlap.
//   - Nothing is shown as the box of a missing character. What no font has is
//     left out, and a gap stands for what is more than decoration; where that
//     changed, or is half of the line, so is the line. The brief's Plain, which
//     stands beside the picture for those who do not see it, says all of it.
//   - What was removed is struck and what was added is bold and underlined: the
//     marks never rest on colour alone.
//   - Time and memory are bounded.
//
// Text is shaped and runs in its own direction. fonts.go names the scripts.
package card

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"sync"

	"golang.org/x/image/math/fixed"

	"github.com/editwatch/editwatch/internal/brief"
	"github.com/editwatch/editwatch/internal/news"
)

// The size of every card in pixels: what unfurlers show without cropping
// (https://developers.facebook.com/docs/sharing/webmasters/images/).
const (
	Width  = 1200
	Height = 630
)

// What a card tells at most: about what has room.
const (
	mostParts      = 4
	mostContext    = 100
	mostCharacters = 480
)

// Tell phrases a report as its card says it: as the edit that it is, whatever
// event that was.
func Tell(r news.Report) brief.Brief {
	r.Kind = news.Edited
	b := within(brief.Of(r, brief.Options{Lines: mostParts, Context: mostContext, Budget: -1}), mostCharacters)
	b.When = nil
	if r.From != nil && r.To != nil {
		b.When = []string{fmt.Sprintf("Version %d → %d", r.From.Version, r.To.Version), brief.Later(r.To.Seen.Sub(r.From.Seen))}
	}
	return b
}

// A Layout is a card before it is painted.
type Layout struct {
	lines []placed
}

// placed is a line at its place.
type placed struct {
	line
	x, y int // of its left end and its baseline
}

// box is the room the line takes.
func (k placed) box() image.Rectangle {
	left, right := fixed.Int26_6(0), fixed.Int26_6(0)
	for i, p := range k.pieces {
		if i == 0 {
			left = p.x
		}
		right = p.x + p.width
	}
	return image.Rect(k.x+left.Floor(), k.y-k.ascent, k.x+right.Ceil(), k.y+k.descent)
}

// String tells what stands where: a line for each piece, with the place of its
// left end and baseline, its size and its look.
func (l Layout) String() string {
	var b strings.Builder
	for _, k := range l.lines {
		for _, p := range k.pieces {
			bold := ""
			if p.bold {
				bold = "b"
			}
			fmt.Fprintf(&b, "%4d %3d  %d%s %s %q\n", k.x+p.x.Round(), k.y, p.size, bold, inkNames[p.ink()], p.text)
		}
	}
	return b.String()
}

// Encode paints the card and writes it as PNG.
func (l Layout) Encode(w io.Writer) error {
	if err := encoder.Encode(w, l.paint()); err != nil {
		return fmt.Errorf("write card: %w", err)
	}
	return nil
}

// encoder packs for speed: that takes a third of the time for a fifth more bytes.
var encoder = png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: new(buffers)}

// buffers keeps what the encoder needs between two cards.
type buffers struct{ pool sync.Pool }

func (b *buffers) Get() *png.EncoderBuffer {
	buffer, _ := b.pool.Get().(*png.EncoderBuffer)
	return buffer
}

func (b *buffers) Put(buffer *png.EncoderBuffer) { b.pool.Put(buffer) }
