package edit

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// noteLabels open a correction, a clarification or an editor's note. A label
// counts at the beginning of a paragraph when a colon follows, as in "Correction:"
// and "Correction, 12 March:", or when it stands alone.
const noteLabels = `corrections?(?: and clarifications?)?|clarifications?|editor'?s'? notes?|editors'? notes?|note from the editors?|erratum|errata|` +
	`correction notice|this correction|retraction|apology|` +
	`korrekturen|korrektur|korrekturhinweis|berichtigung|richtigstellung|klarstellung|gegendarstellung|` +
	`anmerkung der redaktion|hinweis der redaktion|anm\. ?d\. ?red\.?|redaktioneller hinweis|` +
	`rectificatifs?|rectification|précision|mise au point|note de la rédaction|ndlr|` +
	`corrección|correcciones|corrige|fe de erratas?|fe de errores|rectificación|aclaración|nota de la redacción|nota del editor|nota de la editora|` +
	`correção|correções|erramos|esclarecimento|retificação|nota da redação|nota do editor|nota da editora|` +
	`correzione|correzioni|errata corrige|rettifica|precisazione|nota della redazione|nota del direttore|ndr|` +
	`correctie|rectificatie|noot van de redactie|` +
	`更正|勘误|编者按|编者注|編按|訂正|お詫び|おわび|تصحيح|توضيح|تنويه|תיקון|הבהרה|исправление|уточнение|sprostowanie|rättelse|rettelse`

const (
	thingEN = `(?:article|story|report|post|piece|column|page|headline|caption|photo caption|version|newsletter|blog|live ?blog|item|obituary|review|interview|graphic|chart|map|video|podcast|transcript|copy)`
	thingDE = `(?:artikels?|beitrags?|textes?|berichts?|meldung|überschrift|fassung|version|interviews?)`
	thingFR = `(?:article|texte|papier|dépêche|titre|version|publication)`
	thingES = `(?:artículo|texto|nota|noticia|información|titular|versión|publicación|pieza)`
	thingPT = `(?:artigo|texto|reportagem|notícia|matéria|título|versão|publicação|coluna)`
	thingIT = `(?:articolo|testo|pezzo|notizia|titolo|versione|pubblicazione)`
)

var (
	noteLabel = regexp.MustCompile(`^[\[(*"' _•【-]*(?:` + noteLabels + `)(?:[\])*"' .]*$|】|\s*[:：]| +- +|[^.!?:]{0,40}\d[^.!?:]{0,20}[:：])`)
	// notePhrase is found anywhere in a sentence, for no other sentence says so.
	notePhrase = regexp.MustCompile(strings.Join([]string{
		`\b(?:an?|the) (?:earlier|previous|prior|original|initial) versions? of (?:this|the|our) ` + thingEN,
		`\bin (?:an?|the) (?:earlier|previous|prior|original) version\b`,
		`\bthis ` + thingEN + `(?:'s \w+)? (?:was|has been|have been|were|is being) (?:\w+ly )?(?:\w+ on [^.]{1,30} to |updated to |edited to |amended to )?(?:amended|corrected|correct|clarified|clarify|retracted|revised|reflect|rectify|remove|fix)`,
		`\b(?:was|has been|were|have been) (?:amended|corrected|changed|updated|revised|edited)(?: on [^.]{1,40})? to (?:correct|clarify|reflect|rectify|remove|make clear|fix)`,
		`\b(?:we|the \w+) (?:apologi[sz]e|regret)s? (?:for )?(?:the|this|any) (?:error|mistake|confusion|misunderstanding)`,
		`\bmisstated\b|\bmisidentified\b[^.]*\bcorrected\b|\bincorrectly (?:stated|said|reported|identified|described|named|referred|attributed)\b.{0,200}\b(?:version|article|story|corrected|amended)\b`,
		`\bthis ` + thingEN + ` (?:incorrectly|wrongly|mistakenly|originally) (?:stated|said|reported|identified|described|named|referred|attributed)`,
		`in einer (?:früheren|ersten|vorherigen|ursprünglichen|älteren) (?:version|fassung)`,
		`(?:frühere|ursprüngliche|vorherige|erste) (?:version|fassung) (?:dieses|des|dieser) ` + thingDE,
		`(?:dies(?:er|en|es|em)|der) ` + thingDE + ` (?:wurde|ist) (?:\S+ ){0,6}(?:korrigiert|berichtigt|präzisiert|ergänzt und korrigiert)`,
		`(?:wir|haben) [^.]{0,60}(?:fehler|stelle|angabe|passage) (?:\S+ ){0,3}(?:korrigiert|berichtigt)|wir bitten,? (?:den|diesen) fehler zu entschuldigen`,
		`une? (?:version|première version) (?:précédente|antérieure|initiale|de) (?:de )?(?:cet|ce|l')`,
		`une version (?:précédente|antérieure)`,
		`(?:cet|ce|cette) ` + thingFR + ` a été (?:\S+ ){0,2}(?:corrigée?|rectifiée?|modifiée? (?:le|pour)|amendée?)`,
		`una versión (?:anterior|previa)`,
		`(?:este|esta) ` + thingES + ` (?:ha sido|fue|se ha) (?:\S+ ){0,2}(?:corregid[oa]|rectificad[oa]|modificad[oa] para|corregido)`,
		`uma versão (?:anterior|prévia|inicial)`,
		`(?:este|esta) ` + thingPT + ` foi (?:\S+ ){0,2}(?:corrigid[oa]|retificad[oa]|alterad[oa] para|atualizad[oa] para corrigir)`,
		`una (?:precedente versione|versione precedente)|in una (?:prima|precedente) versione`,
		`(?:questo|quest'|l'|il) ?` + thingIT + ` è stat[oa] (?:\S+ ){0,2}(?:corrett[oa]|rettificat[oa]|modificat[oa] per)`,
		`(?:een|in een) (?:eerdere|vorige) versie`,
		`(?:本文|文章|报道|此前版本|早前版本).{0,12}(?:更正|更新以|有误|错误)|記事.{0,12}(?:訂正|修正)`,
	}, "|"))
)

// noteStems and labelStems stand in everything the expressions above find. To
// look for them first makes prose, which has none, a hundred times cheaper.
var (
	noteStems = strings.Fields(`version versión versão versie fassung correct corrig corrett amend clarif apolog regret misst misid retract
		revis reflect rectif retific rettific remov incorrectly wrongly mistakenly originally korrig berichtig präzis entschuldig
		modif alterad atualizad updat edited changed amend 更正 更新 错误 有误 訂正 修正`)
	labelStems = strings.Fields(`corr clarif edit note errat this retract apolog korr bericht richtig klarst gegend anm hinweis redakt
		rectif précis mise nota ndlr ndr fe aclar erram escl retif rettif precis noot 更正 勘误 编者 編按 訂正 お詫び おわび
		تصحيح توضيح تنويه תיקון הבהרה исправ уточн sprost rätt rett`)
)

const labelMarks = `[(*"' _•【-`

// IsNote reports whether a paragraph is or holds a correction, a clarification
// or an editor's note, in any of the languages that big outlets write in.
func IsNote(paragraph string) bool { return isNote(paragraph) }

// isNote reports whether a paragraph is or holds a correction, a clarification
// or an editor's note.
func isNote(paragraph string) bool {
	s := strings.ToLower(foldMarks(paragraph))
	begin := strings.TrimLeft(s, labelMarks)
	for _, stem := range labelStems {
		if strings.HasPrefix(begin, stem) && noteLabel.MatchString(s) {
			return true
		}
	}
	for _, stem := range noteStems {
		if strings.Contains(s, stem) {
			return notePhrase.MatchString(s)
		}
	}
	return false
}

// captionLength is above which a paragraph is prose, whatever it begins with.
const captionLength = 300

var caption = regexp.MustCompile(`^[\[(]?(?:` +
	`(?:(?:photo|photograph|picture|image|video|file photo|illustration|graphic|chart|map|composite|screengrab|media)s?` +
	`(?: (?:credits?|captions?|source|by|courtesy(?: of)?))?|credits?|captions?|pictured|photography` +
	`|(?:foto|bild|grafik|illustration|symbolbild|archivbild|fotos|bilder)(?:quelle|nachweis|rechte|text|unterschrift)?|quelle` +
	`|(?:crédits?|légende|photo|vidéo|infographie|illustration)(?: photo)?` +
	`|(?:fotografía|foto|imagen|vídeo|video|créditos?|pie de foto|gráfico)` +
	`|(?:fotografia|imagem|crédito|legenda|infográfico|reprodução)` +
	`|(?:immagine|didascalia|crediti|fotografie))\s*(?:[:：/|©]|, |- )` +
	`|(?:photograph|photo|picture|foto|crédit|image) (?:by|courtesy|di|von|de) \S+|photo by |picture by ` +
	`|©|copyright ©|getty images|image (?:source|caption)\b|media caption\b)`)

// credit closes a caption: "… (Getty Images)", "… / AFP".
var credit = regexp.MustCompile(`(?:[/|(©]\s*(?:getty(?: images)?|afp|reuters|ap|epa|pa(?: media| wire)?|dpa|efe|ansa|lusa|shutterstock|alamy|imago|picture alliance)[^.]{0,40}\)?|via getty images|/getty images)[).]?$`)

// isCaption reports whether a paragraph is a picture's caption or credit.
func isCaption(paragraph string) bool {
	if utf8.RuneCountInString(paragraph) > captionLength {
		return false
	}
	s := strings.ToLower(foldMarks(paragraph))
	return caption.MatchString(s) || credit.MatchString(s)
}
