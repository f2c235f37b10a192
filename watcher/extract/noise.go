package extract

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// noiseWords are the words of classes and ids by which sites name what
// surrounds an article. An element so named is left out whole unless it holds
// much of the text.
var noiseWords = wordSet(`
	share sharing social socials sharebar addtoany sharedaddy
	related recirc recirculation recommended recommendations recommendation readmore morefrom mostread mostpopular popular trending latest
	newsletter newsletters promo promos promotion promotional promobox
	ad ads advert adverts advertisement advertising advertorial adslot adunit sponsor sponsored sponsorship outbrain taboola dfp gpt
	comment comments disqus commenting livefyre
	byline bylines author authors authorbox bio contributor contributors timestamp
	tags taglist topics keywords hashtags
	caption captions wpcaption credit credits figcaption
	breadcrumb breadcrumbs sidebar toolbar pagination pager paginator
	subscribe subscription signup donate donation donations membership
	carousel slideshow lightbox player playlist jwplayer
	modal popup overlay toast
	login signin follow followus reactions reaction rating ratings vote poll quiz
	rail footer nav navigation menu skiplink
	dateline-time pubdate published posted
	embed tweet instagram tiktok
	boilerplate cta gallery photogallery endnote-promo favorite favorites
	copyright disclaimer print printonly noprint
	widget widgets teaser teasers crosslink crosslinks
	meta metadata kicker eyebrow overline rubrique dachzeile views viewcount pageviews
	partage partager partages publicite pub commentaires auteur auteurs
	anzeige anzeigen werbung teilen kommentare autor autoren autorenbox meistgelesen bildunterschrift
	compartir publicidad relacionadas relacionados comentarios autores boletin boletines
	compartilhar compartilhe partilhar publicidade comentários autoria
	condividi condivisione pubblicita correlati correlate commenti autore
	delen advertentie advertenties reacties gerelateerd nieuwsbrief
`)

// noisePairs are two words in a row.
var noisePairs = wordSet(`
	read-more read-next up-next more-from more-on most-read most-popular see-also also-read also-like you-may further-reading
	story-package inline-promo recent-posts latest-news top-stories sign-up wp-caption image-caption photo-caption media-caption
	post-meta entry-meta article-meta article-date post-date publish-date published-date pub-date last-updated read-time reading-time
	entry-footer article-footer post-footer article-tools story-tools call-out-link featured-posts next-post post-navigation
	lire-aussi a-lire lesen-auch lees-ook leggi-anche lea-tambien leia-tambem
	article-tags post-tags entry-tags tags-list post-categories sticky-bar
`)

// plainWords look like noise in the names of an article's own elements, where
// they follow one of these.
func wordSet(s string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(s) {
		set[w] = true
	}
	return set
}

// consentWords name what asks for consent: never an article's, whatever its size.
var consentWords = wordSet("cookie cookies gdpr consent cmp onetrust didomi cookiebot cookieconsent cookiebanner usercentrics")

// consentName marks an element named so.
const consentName = "(consent)"

// hiddenName marks what no reader sees.
const hiddenName = "(hidden)"

// noiseName returns what in n's names marks it as no part of the article,
// empty when nothing does.
func noiseName(n *html.Node) (name string) {
	if hiddenClass(attr(n, "class")) {
		return hiddenName
	}
	names(n, func(word, prev string) bool {
		switch {
		case consentWords[word]:
			name = consentName
		case noiseWords[word]:
			name = word
		case prev != "" && noisePairs[prev+"-"+word]:
			name = prev + "-" + word
		}
		return name == ""
	})
	return name
}

// hiddenClass reports a class that hides an element at every width: "hidden"
// alone, but not "hidden md:block".
func hiddenClass(class string) bool {
	if !strings.Contains(class, "hid") && !strings.Contains(class, "none") {
		return false
	}
	hides := false
	for name := range strings.FieldsSeq(class) {
		switch name {
		case "hidden", "hide", "is-hidden", "d-none", "u-hidden", "u-hide", "display-none", "dn":
			hides = true
		}
		if strings.Contains(name, "block") || strings.Contains(name, "flex") || strings.Contains(name, "inline") || strings.Contains(name, "show") {
			return false
		}
	}
	return hides
}

// timeWords are what a block that only tells a time is made of, besides numbers.
var timeWords = wordSet(`
	updated update published posted first last modified created on at of the by about and ago now just in
	min mins minute minutes hour hours hr hrs day days week weeks month months year years sec second seconds yesterday today tomorrow
	read reading time am pm a.m p.m noon midnight gmt utc bst cet cest est edt et pst pdt pt cst cdt ct mst mdt ist aest aedt jst z
	mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
	jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december
	st nd rd th h m s
	aktualisiert veröffentlicht stand vor uhr am um minuten stunden stunde tagen tag gestern heute lesezeit min lesedauer von
	januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
	publié mis à jour le la il y a heure heures jour jours hier aujourd'hui temps de lecture modifié
	janvier février mars avril juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche
	publicado actualizado el las hace horas hora día días minuto minutos ayer hoy lectura de del a
	enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo
	atualizado em às há dia dias ontem hoje leitura janeiro fevereiro março abril maio junho julho setembro outubro novembro dezembro
	segunda terça quarta quinta sexta feira
	pubblicato aggiornato il alle fa ore ora minuti giorni giorno ieri oggi lettura
	gennaio febbraio aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
	lunedì martedì mercoledì giovedì venerdì sabato domenica
	bijgewerkt gepubliceerd geplaatst uur geleden dagen minuten gisteren vandaag leestijd lezen op om
	januari februari maart mei juni juli augustus oktober maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
	an few une un una uma einer einem einen lesen zuletzt geändert erstellt tempo tiempo tempi di l'instant instant quelques unos unas pochi paar
	modificado modificato gewijzigd semaine semaines semana semanas settimana settimane woche wochen weken
`)

// timeExpression reports whether a whole block tells a time and nothing else,
// as "Updated 15:10 GMT" or "5 min read" do. Prose never does: each word must be
// a number or one of a time's own.
func timeExpression(t string) bool {
	if len(t) > 90 {
		return false
	}
	number, shaped, strong, words, own := false, false, false, 0, 0
	for w := range strings.FieldsFuncSeq(strings.ToLower(t), func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune(",|•·–—()[]+", r)
	}) {
		w = strings.Trim(w, ".:;")
		if w == "" || w == "-" || w == "/" {
			continue
		}
		words++
		switch {
		case clock(w):
			number = true
			shaped = shaped || strings.Contains(w, ":") || strings.Count(w, "-") == 2 || strings.Count(w, "/") == 2 || strings.Count(w, ".") == 2
		case timeWords[w]:
			if !neutral[w] {
				own++
			}
			strong = strong || strongTime[w]
		default:
			return false
		}
	}
	return words <= 14 && (number && (shaped || own > 0) || strong && words <= 4)
}

// neutral words do not make a number a time: "18 months" may be the news.
var neutral = wordSet("min mins minute minutes hour hours hr hrs day days week weeks month months year years sec second seconds h m s in the of about by and at on to just minuten stunden stunde tagen tag heures heure jours jour horas hora días día minuto minutos dias dia ore ora minuti giorni giorno de del a la il el le an few un une una uma einer einem einen di quelques unos unas pochi paar tempo tempi tiempo uur dagen op om semaine semaines semana semanas settimana settimane woche wochen weken year jahr jahre")

var strongTime = wordSet(`updated published posted yesterday today ago now gestern heute aktualisiert veröffentlicht hier publié modifié l'instant
	vor ayer hoy hace publicado actualizado ontem hoje há atualizado ieri oggi fa pubblicato aggiornato gisteren vandaag geleden bijgewerkt gepubliceerd`)

// clock reports whether w is a number as times have them: 15:10, 12th, 2024, 5pm, 14h30.
func clock(w string) bool {
	digit := false
	letters := 0
	for _, r := range w {
		switch {
		case r >= '0' && r <= '9':
			digit = true
		case r == ':' || r == '.' || r == '-' || r == '/' || r == 'º' || r == '°':
		case unicode.IsLetter(r):
			letters++
		case unicode.Is(unicode.Han, r):
		default:
			return false
		}
	}
	return digit && letters <= 2 && len(w) <= 20
}

// bylineStarts begin a line that names the author.
var bylineStarts = []string{
	"by ", "von ", "par ", "por ", "di ", "words by ", "written by ", "reported by ", "reporting by ", "story by ",
	"text by ", "edited by ", "photos by ", "photography by ", "author: ", "autor: ", "auteur: ", "autore: ", "da redação",
	"editing by ", "additional reporting by ", "(reporting by ", "compiled by ", "posted by ", "published by ",
}

// bylineText reports whether a short block only names who wrote it.
func bylineText(t string) bool {
	if len(t) > 120 {
		return false
	}
	low := strings.ToLower(t)
	for _, start := range bylineStarts {
		if !strings.HasPrefix(low, start) {
			continue
		}
		// Names: nearly every word begins with a capital, and none ends a sentence.
		rest := strings.Fields(t[len(start):])
		capitals := 0
		for _, w := range rest {
			r := []rune(w)[0]
			if unicode.IsUpper(r) || unicode.IsDigit(r) || strings.ContainsRune("|,•·@&", r) || timeWords[strings.ToLower(w)] {
				capitals++
			}
		}
		return len(rest) > 0 && len(rest) <= 14 && capitals*4 >= len(rest)*3 && !strings.HasSuffix(t, "?") && !strings.HasSuffix(t, "!")
	}
	return false
}

// scriptText reports whether a block is code that leaked into the page.
func scriptText(t string) bool {
	if len(t) < 20 {
		return false
	}
	signs := strings.Count(t, "{") + strings.Count(t, "}") + strings.Count(t, ";") + strings.Count(t, "=") + strings.Count(t, "();")
	if signs*25 < len(t) {
		return false
	}
	for _, s := range []string{"function(", "function (", "var ", "window.", "document.", "=>", "googletag", "{\"", "@media", "!important", "px;", "color:"} {
		if strings.Contains(t, s) {
			return true
		}
	}
	return false
}
