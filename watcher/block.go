package watcher

import (
	"hash/fnv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/editwatch/editwatch/internal/edit"
	"github.com/editwatch/editwatch/internal/news"
)

// mayRepeat reports whether a paragraph is where, or what, boilerplate is: at
// the edges of the text, or a pointer to something else.
func mayRepeat(text news.Text, i int) bool {
	n := len(text.Paragraphs)
	p := text.Paragraphs[i]
	if edit.IsNote(p) {
		return false
	}
	return edge(i, n) || pointer(p)
}

func edge(i, n int) bool {
	return i < min(headBlocks, max(n/4, 1)) || i >= n-min(tailBlocks, max(n/3, 1))
}

// pointers begin a block that leads to something else; see also the arrows.
var pointers = []string{
	"read more", "read also", "also read", "see also", "more on this", "related:", "watch:", "listen:", "more from", "more:",
	"mehr zum thema", "lesen sie auch", "lesen sie mehr", "siehe auch", "mehr dazu",
	"lire aussi", "à lire aussi", "voir aussi", "lire la suite", "à voir", "lea también", "lee también", "vea también", "le puede interesar",
	"leia também", "leia mais", "veja também", "saiba mais", "leggi anche", "guarda anche", "per saperne di più", "lees ook", "lees meer",
}

// pointer reports whether a block leads to something else, as links do.
func pointer(p string) bool {
	if utf8.RuneCountInString(p) > 200 {
		return false
	}
	low := strings.ToLower(p)
	for _, begin := range pointers {
		if strings.HasPrefix(low, begin) {
			return true
		}
	}
	return strings.HasSuffix(low, "»") && !strings.Contains(low, "«") || strings.HasSuffix(low, "›") || strings.HasSuffix(low, "→") || strings.HasSuffix(low, ">>")
}

// appeals stand in what asks readers for something.
var appeals = []string{
	"subscribe", "newsletter", "sign up", "support our", "support us", "donate", "follow us", "download our app", "all rights reserved",
	"abonnieren", "abonnement", "unterstützen sie uns", "folgen sie uns", "alle rechte vorbehalten",
	"abonnez-vous", "inscrivez-vous", "lettre d'information", "soutenez", "suivez-nous", "tous droits réservés", "désinscription",
	"suscríbase", "suscríbete", "suscripción", "boletín", "síguenos", "todos los derechos", "assine", "inscreva-se", "siga-nos", "todos os direitos",
	"abbonati", "iscriviti", "seguici", "tutti i diritti", "nieuwsbrief", "abonneer", "steun ons", "volg ons", "alle rechten",
}

// prose reports whether a block reads like a sentence of an article rather than
// like a label, a list of topics, or an appeal to readers.
func prose(p string) bool {
	low := strings.ToLower(p)
	for _, a := range appeals {
		if strings.Contains(low, a) {
			return false
		}
	}
	if strings.Contains(p, "©") {
		return false
	}
	words := len(strings.Fields(p))
	last, _ := utf8.DecodeLastRuneInString(strings.TrimRight(p, `"'”’»)]`))
	ends := strings.ContainsRune(".!?…。！？؟", last)
	switch {
	case ends:
		return words >= 4 || utf8.RuneCountInString(p) >= 24 && unspaced(p)
	case unspaced(p):
		return utf8.RuneCountInString(p) >= 30
	}
	return words >= 16
}

// unspaced reports whether a text is of a script that sets no spaces.
func unspaced(p string) bool {
	return strings.IndexFunc(p, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai) }) >= 0
}

// sumOf names a block, whatever its typography.
func sumOf(p string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(edit.Fold(p)))
	return h.Sum64()
}
