package card

import (
	"bytes"
	"embed"
	"slices"
	"sync"
	"weak"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"github.com/go-text/typesetting/font"
)

// files are the fonts that no module has; fonts/README.md says where they come
// from and under which licence.
//
//go:embed fonts/*.ttf
var files embed.FS

// A family is one typeface, with the blocks of Unicode it is asked for.
type family struct {
	regular *source
	bold    *source // nil: the painter makes the regular one bold
	blocks  []block // empty: any
}

// Latin, Greek and Cyrillic: serif for what was published, sans for what we say
// about it, as on the pages.
var (
	serif = noto("NotoSerif")
	sans  = &family{regular: &source{open: bytesOf(liberationsansregular.TTF)}, bold: &source{open: bytesOf(liberationsansbold.TTF)}}
)

// fallbacks are asked in this order for what the family of a text lacks. The
// blocks spare us reading a font that has no such character.
var fallbacks = []*family{
	sans, // arrows and signs
	noto("NotoSerifHebrew", block{0x0590, 0x05FF}, block{0xFB1D, 0xFB4F}),
	noto("NotoNaskhArabic", block{0x0600, 0x06FF}, block{0x0750, 0x077F}, block{0xFB50, 0xFDFF}, block{0xFE70, 0xFEFC}),
	noto("NotoSerifDevanagari", block{0x0900, 0x097F}, block{0x1CD0, 0x1CFF}, block{0xA8E0, 0xA8FF}),
	noto("NotoSerifBengali", block{0x0980, 0x09FF}),
	noto("NotoSerifTamil", block{0x0B80, 0x0BFF}),
	noto("NotoSerifThai", block{0x0E00, 0x0E7F}),
	noto("NotoSerifArmenian", block{0x0530, 0x058F}, block{0xFB13, 0xFB17}),
	noto("NotoSerifGeorgian", block{0x10A0, 0x10FF}, block{0x1C90, 0x1CBF}, block{0x2D00, 0x2D2F}),
	{ // Chinese, Japanese, Korean
		regular: &source{open: file("DroidSansFallback"), large: true},
		blocks:  []block{{0x2E80, 0x9FFF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE4F}, {0xFF00, 0xFFEF}},
	},
}

// A block is a range of characters, both ends in it.
type block struct{ from, to rune }

func noto(name string, blocks ...block) *family {
	return &family{regular: &source{open: file(name + "-Regular")}, bold: &source{open: file(name + "-Bold")}, blocks: blocks}
}

// mayHave reports whether r stands in the family's blocks.
func (f *family) mayHave(r rune) bool {
	return len(f.blocks) == 0 || slices.ContainsFunc(f.blocks, func(b block) bool { return b.from <= r && r <= b.to })
}

// A source is a font's file, read when it is first needed.
type source struct {
	open func() font.Resource
	// large says that the font takes too much memory, once read, to be kept
	// when nobody draws with it: 15 MB for 30,000 characters.
	large bool

	mu   sync.Mutex // guards what is below
	kept *font.Font
	seen weak.Pointer[font.Font]
}

// file is one of those in the folder beside, which are read where they stand in
// the binary.
func file(name string) func() font.Resource {
	return func() font.Resource {
		f, err := files.Open("fonts/" + name + ".ttf")
		if err != nil {
			panic(err) // the files are part of the binary
		}
		return f.(font.Resource)
	}
}

func bytesOf(ttf []byte) func() font.Resource {
	return func() font.Resource { return bytes.NewReader(ttf) }
}

func (s *source) font() *font.Font {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.seen.Value(); f != nil {
		return f
	}
	face, err := font.ParseTTF(s.open())
	if err != nil {
		panic(err) // the fonts are part of the binary
	}
	if !s.large {
		s.kept = face.Font
	}
	s.seen = weak.Make(face.Font)
	return face.Font
}
