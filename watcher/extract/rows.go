package extract

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A row is a block that tells about an article rather than being of it: who
// wrote it and when, how long it takes to read, how many have. Sites write it as
// "Ann Smith | 12.03.2026 10:05 | 4 min read | 7,668 views".

// countedWords say what a counter counts. Each language's are here, because a
// page's own language is often stated wrongly.
var countedWords = wordSet(`
	comments comment shares share views view likes like reactions replies retweets reposts votes followers photos videos images reads shared viewed pageviews
	kommentare kommentar aufrufe aufruf abrufe ansichten geteilt gelesen klicks leser reaktionen
	commentaires commentaire partages partage lectures lecture vues vue réactions réaction partagé consultations lecteurs
	comentarios comentario compartidos compartido lecturas visualizaciones visitas reacciones leído
	comentários comentário compartilhamentos compartilhamento partilhas visualizações leituras curtidas reações acessos
	commenti commento condivisioni condivisione visualizzazioni letture visite reazioni condiviso
	reacties reactie weergaven gelezen gedeeld lezers bekeken
`)

// countingWords may stand beside them: "12 Mal geteilt", "shared 12 times".
var countingWords = wordSet("k m mio tsd mil times time mal fois veces vez vezes volte volta keer nombre de of")

// counter reports whether a block only counts something: "1,204 shares", "3 comments".
func counter(t string) bool {
	if len(t) > 40 {
		return false
	}
	digits, counted := false, false
	for w := range strings.FieldsSeq(strings.ToLower(t)) {
		w = strings.Trim(w, ".,:;()|•+")
		switch {
		case w == "":
		case countedWords[w]:
			counted = true
		case countingWords[w]:
		case number(w):
			digits = true
		default:
			return false
		}
	}
	return digits && counted
}

// number reports whether w is a number as counters have them: 1,204 or 7.6k.
func number(w string) bool {
	return strings.Trim(w, "0123456789.,'’km+") == "" && strings.ContainsAny(w, "0123456789")
}

// readingWords are said of how long an article takes.
var readingWords = wordSet("read reading lesezeit lesedauer lesen lecture lectura leitura lettura leestijd lezen")

// longestRow is in bytes.
const longestRow = 160

// isRow reports whether a whole block is a row. byline are the names the page
// gives for the author, if any. A name alone may be the text's own, so that it
// counts only above the text, and beside what no text has: a counter, the time it
// takes to read, when it was updated, or the byline itself.
func isRow(t, byline string, above bool) bool {
	if len(t) > longestRow {
		return false
	}
	parts := strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune("|¦·•●⋅∙", r) })
	if len(parts) < 2 {
		return above && mixedRow(t)
	}
	names, signs := 0, 0
	for _, part := range parts {
		part = strings.TrimSpace(part)
		switch {
		case wordful(part) && !latin(part):
			return false
		case !wordful(part):
		case counter(part):
			signs++
		case timeExpression(part), duration(part):
			if saysReading(part) {
				signs++
			}
		case bylineText(part):
			signs++
		case nameLike(part):
			names++
			if byline != "" && part == byline {
				signs++
			}
		default:
			return false
		}
	}
	return signs > 0 && (names == 0 || names <= 2 && above)
}

// mixedRow reports a row that nothing divides: a date, names and a counter.
func mixedRow(t string) bool {
	date, sign, names := false, false, 0
	digits := false
	for w := range strings.FieldsSeq(t) {
		w = strings.Trim(w, ",;:()[]–—-/")
		low := strings.Trim(strings.ToLower(w), ".")
		first, _ := utf8.DecodeRuneInString(w)
		switch {
		case w == "":
		case countedWords[low]:
			sign = sign || digits
		case countingWords[low], timeWords[low]:
		case number(low) || clock(low):
			digits = true
			date = date || strings.Count(low, ".") == 2 || strings.Count(low, "/") == 2 || strings.Count(low, "-") == 2 || strings.Contains(low, ":")
		case unicode.IsUpper(first):
			names++
		default:
			return false
		}
	}
	return date && sign && names <= 5
}

// saysReading reports whether a part of a row says how long reading takes, or
// when the article was updated or published.
func saysReading(part string) bool {
	for w := range strings.FieldsSeq(strings.ToLower(part)) {
		if w = strings.Trim(w, ".:,()"); readingWords[w] || strongTime[w] {
			return true
		}
	}
	return duration(part)
}

// duration reports "4 min", which is a reading time when it stands in a row.
func duration(part string) bool {
	f := strings.Fields(strings.ToLower(part))
	if len(f) != 2 || !number(f[0]) {
		return false
	}
	unit := strings.Trim(f[1], ".")
	return unit == "min" || unit == "mins" || strings.HasPrefix(unit, "minut")
}

// particles stand in names in lower case.
var particles = wordSet("de del della di da do dos das du des le la van von der den ter ten zu und and et y e en al el bin ibn")

// nameLike reports whether a part of a row can be names: a few words with
// capitals and no number among them.
func nameLike(part string) bool {
	f := strings.FieldsFunc(part, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '&' })
	if len(f) == 0 || len(f) > 8 || strings.ContainsAny(part, "0123456789?!:;") {
		return false
	}
	capitals := 0
	for _, w := range f {
		r, _ := utf8.DecodeRuneInString(w)
		switch {
		case unicode.IsUpper(r):
			capitals++
		case !particles[w]:
			return false
		}
	}
	return capitals > 0
}

// latin reports whether the letters of t have cases to tell names by.
func latin(t string) bool {
	return !strings.ContainsFunc(t, func(r rune) bool {
		return unicode.IsLetter(r) && !unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic)
	})
}

// isByline reports whether a block is the page's byline, with or without the word
// before it.
func isByline(t, byline string) bool {
	if byline == "" || len(t) > longestRow {
		return false
	}
	if strings.EqualFold(t, byline) {
		return true
	}
	low := strings.ToLower(t)
	return slices.ContainsFunc(bylineStarts, func(start string) bool {
		return strings.HasPrefix(low, start) && strings.EqualFold(strings.TrimSpace(t[min(len(start), len(t)):]), byline)
	})
}
