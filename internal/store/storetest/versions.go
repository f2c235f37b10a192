package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

var versionTests = map[string]func(*bench){
	"ReadBack": func(b *bench) {
		a := b.article("x.example", "a", start)
		var want []news.Version
		for i := 1; i <= 200; i++ { // more than any sensible chain of differences
			body := text(i)
			when := at(time.Duration(i) * time.Minute)
			b.version(a.ID, body, when)
			want = append(want, news.Version{Article: a.ID, Number: i, Seen: when, Hash: body.Hash(), Extractor: "page/1", Text: body})
		}
		b.again()
		b.same(must(b.s.Versions(b.ctx, a.ID, 1, 0))(b), want)
		b.same(must(b.s.Versions(b.ctx, a.ID, 90, 110))(b), want[89:110])
		b.same(must(b.s.Versions(b.ctx, a.ID, -5, 2))(b), want[:2])
		b.same(must(b.s.Versions(b.ctx, a.ID, 199, 1000))(b), want[198:])
		b.same(len(must(b.s.Versions(b.ctx, a.ID, 201, 300))(b)), 0)
		for _, n := range []int{1, 2, 63, 64, 65, 128, 200} {
			b.same(must(b.s.Version(b.ctx, a.ID, n))(b), want[n-1])
		}
		for _, n := range []int{-1, 0, 201} {
			_, err := b.s.Version(b.ctx, a.ID, n)
			b.fails(err, store.ErrNotFound)
		}
		_, err := b.s.Versions(b.ctx, "a999", 1, 0)
		b.fails(err, store.ErrNotFound)
		b.same(must(b.s.Counts(b.ctx))(b).Versions, 200)
	},

	"Shapes": func(b *bench) {
		long := strings.Repeat("words and words ", 20000)
		shapes := []news.Text{
			{},
			{Headline: "Only a headline"},
			{Headline: "h", Standfirst: "s"},
			{Paragraphs: []string{"Only a paragraph"}},
			{Headline: "h", Paragraphs: []string{"", "", ""}},
			{Headline: "h", Paragraphs: []string{long, "short", long}},
			{Headline: "h", Paragraphs: []string{"short", long}},
			{Headline: "Überschrift — “quoted” 新聞 🌉", Paragraphs: []string{"ﬃ", "é"}},
			{},
		}
		a := b.article("x.example", "a", start)
		for i, s := range shapes {
			b.version(a.ID, s, start)
			b.same(must(b.s.Version(b.ctx, a.ID, i+1))(b).Text, s)
		}
		for i, v := range must(b.s.Versions(b.ctx, a.ID, 1, 0))(b) {
			b.same(v.Text, shapes[i])
		}
	},

	"Basis": func(b *bench) {
		a := b.article("x.example", "a", start)
		a, _ = b.version(a.ID, text(1), start)
		basis := text(2)
		a.Versions, a.Hash = 2, text(3).Hash()
		must(b.s.Record(b.ctx, store.Record{Article: a, Version: &news.Version{
			Article: a.ID, Number: 2, Seen: start, Hash: text(3).Hash(), Text: text(3), Basis: &basis,
		}}))(b)
		b.version(a.ID, text(4), start)
		b.again()
		list := must(b.s.Versions(b.ctx, a.ID, 1, 0))(b)
		b.same(list[1].Basis, &basis)
		b.same(list[0].Basis == nil && list[2].Basis == nil, true)
		b.same(list[1].Before(list[0]), basis)
		b.same(list[2].Before(list[1]), text(3))
		b.same(must(b.s.FindVersion(b.ctx, a.ID, text(3).Hash()))(b), 2)
		_, err := b.s.FindVersion(b.ctx, a.ID, basis.Hash())
		b.fails(err, store.ErrNotFound) // a basis is no version
	},

	"FindVersion": func(b *bench) {
		a := b.article("x.example", "a", start)
		for _, n := range []int{1, 2, 1, 3} {
			b.version(a.ID, text(n), start)
		}
		b.same(must(b.s.FindVersion(b.ctx, a.ID, text(1).Hash()))(b), 3) // the newest
		b.same(must(b.s.FindVersion(b.ctx, a.ID, text(2).Hash()))(b), 2)
		_, err := b.s.FindVersion(b.ctx, a.ID, text(9).Hash())
		b.fails(err, store.ErrNotFound)
		_, err = b.s.FindVersion(b.ctx, a.ID, "")
		b.fails(err, store.ErrNotFound)
	},

	"HashMustFit": func(b *bench) {
		a := b.article("x.example", "a", start)
		a.Versions = 1
		_, err := b.s.Record(b.ctx, store.Record{Article: a, Version: &news.Version{
			Article: a.ID, Number: 1, Hash: text(2).Hash(), Text: text(1)}})
		if err == nil {
			b.Fatal("a version was stored under the hash of another text")
		}
	},

	"RandomEdits": func(b *bench) {
		a := b.article("x.example", "a", start)
		rnd := rand.New(rand.NewPCG(1, 2))
		body := text(0)
		var want []news.Text
		for range 150 {
			body = scramble(rnd, body)
			b.version(a.ID, body, start)
			want = append(want, body)
		}
		for i, v := range must(b.s.Versions(b.ctx, a.ID, 1, 0))(b) {
			b.same(v.Text, want[i])
		}
	},
}

// scramble edits a text as no editor would.
func scramble(rnd *rand.Rand, t news.Text) news.Text {
	p := append([]string(nil), t.Paragraphs...)
	for range 1 + rnd.IntN(3) {
		switch i := rnd.IntN(len(p) + 1); {
		case i == len(p) || len(p) == 0:
			p = append(p, fmt.Sprintf("A new paragraph, number %d.", rnd.IntN(1000)))
		case rnd.IntN(4) == 0:
			p = append(p[:i], p[i+1:]...)
		case rnd.IntN(4) == 0:
			j := rnd.IntN(len(p))
			p[i], p[j] = p[j], p[i]
		default:
			at := rnd.IntN(len(p[i]) + 1)
			p[i] = strings.ToValidUTF8(p[i][:at]+fmt.Sprint(rnd.IntN(100))+p[i][at:], "?")
		}
	}
	if len(p) == 0 {
		p = nil
	}
	t.Paragraphs = p
	return t
}
