package card

import (
	"image"
	"image/color"
	"image/draw"
	"slices"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"golang.org/x/image/vector"

	"github.com/editwatch/editwatch/internal/brief"
)

// The colours are those of the style sheet, by day.
type (
	ink    uint8
	ground uint8
)

const (
	inkText ink = iota
	inkSoft
	inkDel
	inkIns
	inks
)

const (
	paper ground = iota
	delGround
	insGround
	grounds
)

var (
	inkNames      = [inks]string{"text", "soft", "del", "ins"}
	inkColours    = [inks]color.RGBA{{0x1d, 0x1b, 0x18, 255}, {0x5d, 0x58, 0x50, 255}, {0x8c, 0x1d, 0x13, 255}, {0x14, 0x53, 0x2d, 255}}
	groundColours = [grounds]color.RGBA{{0xfb, 0xfa, 0xf6, 255}, {0xfa, 0xe5, 0xe1, 255}, {0xdf, 0xf1, 0xe2, 255}}
	ruleColour    = color.RGBA{0xd9, 0xd4, 0xc8, 255}
)

// A card has few colours: each ink on each ground in some steps of strength.
// Their number in the palette says which they are, so that paint is mixed
// without looking colours up, and the picture takes a byte a pixel.
const (
	steps   = 20
	rule    = int(inks) * int(grounds) * steps // the number of the rules' colour
	noPaint = 0                                // the first step of each ink is the ground alone
)

func colourOf(g ground, i ink, step int) uint8 {
	return uint8((int(g)*int(inks)+int(i))*steps + step)
}

var palette = func() color.Palette {
	p := make(color.Palette, rule+1)
	for g := range grounds {
		for i := range inks {
			for step := range steps {
				p[colourOf(g, i, step)] = mix(groundColours[g], inkColours[i], step)
			}
		}
	}
	p[rule] = ruleColour
	return p
}()

func mix(from, to color.RGBA, step int) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8((int(a)*(steps-1-step) + int(b)*step) / (steps - 1)) }
	return color.RGBA{part(from.R, to.R), part(from.G, to.G), part(from.B, to.B), 255}
}

// A canvas is a card being painted.
type canvas struct {
	img    *image.Paletted
	raster vector.Rasterizer
	mask   []uint8 // of one glyph
}

func (l Layout) paint() *image.Paletted {
	c := &canvas{img: image.NewPaletted(image.Rect(0, 0, Width, Height), palette)}
	c.fill(image.Rect(margin, headRule, Width-margin, headRule+2), uint8(rule)) // double, as in the masthead of the pages
	c.fill(image.Rect(margin, headRule+5, Width-margin, headRule+7), uint8(rule))
	c.fill(image.Rect(margin, footRule, Width-margin, footRule+2), uint8(rule))
	for _, k := range l.lines {
		for _, p := range k.pieces {
			if g := p.ground(); g != paper {
				c.fill(image.Rect(k.left(p), k.y-p.size*78/100, k.right(p), k.y+p.size*26/100), colourOf(g, p.ink(), noPaint))
			}
		}
	}
	for _, k := range l.lines {
		box := k.box()
		box.Min.X, box.Max.X = box.Min.X-bleed, box.Max.X+bleed
		for _, p := range k.pieces {
			for _, g := range p.glyphs {
				c.glyph(k, p, g, box)
			}
			c.strike(k, p)
		}
	}
	return c.img
}

// bleed is how far letters may reach beyond the ends of their line.
const bleed = 12

func (k placed) left(p piece) int  { return k.x + p.x.Floor() - p.size*6/100 }
func (k placed) right(p piece) int { return k.x + (p.x + p.width).Ceil() + p.size*6/100 }

// ink is what a span is written in.
func (s span) ink() ink {
	switch {
	case s.mark == brief.Del:
		return inkDel
	case s.mark == brief.Ins:
		return inkIns
	case s.soft:
		return inkSoft
	}
	return inkText
}

// ground is what a span is written on.
func (s span) ground() ground {
	switch s.mark {
	case brief.Del:
		return delGround
	case brief.Ins:
		return insGround
	}
	return paper
}

// strike draws the line through what was removed, or under what was added.
func (c *canvas) strike(k placed, p piece) {
	thick := max(3, p.size*8/100)
	top := k.y
	switch p.mark {
	case brief.Del:
		top -= p.size*27/100 + thick/2
	case brief.Ins:
		top += p.size * 13 / 100
	default:
		return
	}
	c.fill(image.Rect(k.left(p), top, k.right(p), top+thick), colourOf(p.ground(), p.ink(), steps-1))
}

func (c *canvas) fill(r image.Rectangle, colour uint8) {
	r = r.Intersect(c.img.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := c.img.Pix[c.img.PixOffset(r.Min.X, y):c.img.PixOffset(r.Max.X, y)]
		for i := range row {
			row[i] = colour
		}
	}
}

// glyph paints one glyph of a piece, as far as it stands in box.
func (c *canvas) glyph(k placed, p piece, g glyph, box image.Rectangle) {
	outline, ok := p.face.GlyphData(g.id).(font.GlyphOutline)
	if !ok || len(outline.Segments) == 0 {
		return
	}
	thicken := 0
	if p.fake {
		thicken = max(1, p.size/24)
	}
	at := image.Rect(g.left.Floor()-1, g.top.Floor()-1, g.right.Ceil()+1+thicken, g.bottom.Ceil()+1).Add(image.Pt(k.x, k.y))
	clip := at.Intersect(box).Intersect(c.img.Rect)
	if clip.Empty() || at.Dx() > Width || at.Dy() > Height {
		return
	}
	c.raster.Reset(at.Dx(), at.Dy())
	for shift := 0; shift <= thicken; shift++ {
		trace(&c.raster, outline.Segments, float32(p.size)/float32(p.face.Upem()),
			float32(g.x)/64+float32(k.x-at.Min.X+shift), float32(g.y)/64+float32(k.y-at.Min.Y))
	}
	c.mask = slices.Grow(c.mask[:0], at.Dx()*at.Dy())[:at.Dx()*at.Dy()]
	mask := &image.Alpha{Pix: c.mask, Stride: at.Dx(), Rect: c.raster.Bounds()}
	c.raster.DrawOp = draw.Src
	c.raster.Draw(mask, mask.Rect, image.Opaque, image.Point{})
	for y := clip.Min.Y; y < clip.Max.Y; y++ {
		for x := clip.Min.X; x < clip.Max.X; x++ {
			if a := mask.Pix[mask.PixOffset(x-at.Min.X, y-at.Min.Y)]; a > 0 {
				c.dab(x, y, p.ink(), (int(a)*(steps-1)+127)/255)
			}
		}
	}
}

// dab puts ink on one pixel, unless there is more on it already.
func (c *canvas) dab(x, y int, i ink, step int) {
	px := &c.img.Pix[c.img.PixOffset(x, y)]
	if int(*px) == rule || step <= int(*px)%steps {
		return
	}
	*px = colourOf(ground(int(*px)/steps/int(inks)), i, step)
}

// trace draws the outline of a glyph, whose y grows upwards.
func trace(r *vector.Rasterizer, outline []opentype.Segment, scale, x, y float32) {
	at := func(p opentype.SegmentPoint) (float32, float32) { return x + p.X*scale, y - p.Y*scale }
	for _, s := range outline {
		ax, ay := at(s.Args[0])
		bx, by := at(s.Args[1])
		cx, cy := at(s.Args[2])
		switch s.Op {
		case opentype.SegmentOpMoveTo:
			r.ClosePath()
			r.MoveTo(ax, ay)
		case opentype.SegmentOpLineTo:
			r.LineTo(ax, ay)
		case opentype.SegmentOpQuadTo:
			r.QuadTo(ax, ay, bx, by)
		case opentype.SegmentOpCubeTo:
			r.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	r.ClosePath()
}
