package extract

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// letterName marks a box that invites readers to give their address.
const letterName = "(letter)"

// largestLetter and letterParas bound such a box, in bytes and paragraphs.
// letterShare is the share of a text that one may make: briefs are hardly longer
// than the invitation among them.
const (
	largestLetter = 400
	letterParas   = 6
	letterShare   = 0.6
)

// invites begin a sentence that asks the reader to subscribe, in lower case.
var invites = []string{
	"sign up", "subscribe", "join", "get ", "receive", "register", "don't miss",
	"inscrivez-vous", "inscris-toi", "abonnez-vous", "recevez", "rejoignez", "retrouvez",
	"melden sie sich", "abonnieren sie", "erhalten sie", "bestellen sie", "holen sie sich", "bestellen", "jetzt", "unser ", "unsere ",
	"suscríbete", "suscríbase", "recibe", "reciba", "apúntate", "regístrate", "únete", "únase",
	"assine", "inscreva-se", "receba", "subscreva", "cadastre-se", "junte-se",
	"iscriviti", "ricevi", "abbonati", "registrati", "unisciti",
	"meld je", "meld u", "schrijf je", "schrijf u", "ontvang", "abonneer", "sluit je", "sluit u",
}

// signUps are those that mean nothing else. A short sentence of one with a word
// for "free" asks to subscribe, whatever to.
var signUps = []string{
	"sign up", "subscribe", "inscrivez-vous", "abonnez-vous", "jetzt kostenlos", "jetzt gratis", "suscríbete", "suscríbase", "apúntate",
	"assine", "inscreva-se", "subscreva", "cadastre-se", "iscriviti", "abbonati", "meld je", "meld u", "schrijf je in", "schrijf u in", "abonneer",
}

var freeWords = wordSet("free gratuit gratuite gratuitement kostenlos kostenfrei gratis gratuita gratuitamente gratuito gratuiti")

// letterWords are what one subscribes to, where the sentence is an invitation.
var letterWords = []string{
	"newsletter", "your inbox", "your email", "infolettre", "votre boîte", "ihr postfach", "dein postfach", "boletín", "boletines", "tu correo", "su correo",
	"bandeja de entrada", "boletim", "boletins", "seu e-mail", "seu email", "caixa de entrada", "casella di posta", "tua casella", "tua email", "nieuwsbrief", "je inbox", "uw inbox", "je mailbox", "uw mailbox",
}

// ourWords and their letter: "our weekend letter" is the site's own.
var (
	ourWords  = wordSet("our notre nos unser unseren unsere unserem nuestro nuestra nuestros nosso nossa nossas nostra nostro nostre onze")
	ourLetter = wordSet("letter letters newsletter newsletters briefing bulletin lettre lettres infolettre rundbrief boletín boletines boletim lettera nieuwsbrief")
)

// unsubscribes promise that one can stop.
var unsubscribes = []string{
	"you can unsubscribe", "unsubscribe at any time", "unsubscribe any time", "unsubscribe anytime", "désinscription possible", "vous désinscrire", "vous désabonner", "désabonnement",
	"abmeldung jederzeit", "jederzeit abmelden", "jederzeit abbestell", "jederzeit kündbar", "darte de baja", "darse de baja", "baja cuando quieras", "cancelar tu suscripción", "cancelar su suscripción",
	"cancelar a inscrição", "cancelar a subscrição", "cancele quando quiser", "cancele a qualquer momento", "annullare l'iscrizione", "cancellare l'iscrizione", "disiscriverti", "disiscriversi",
	"uitschrijven kan", "moment uitschrijven", "afmelden kan", "moment afmelden",
}

// invitation reports whether a whole block asks the reader to subscribe to the
// site's letter. What somebody is quoted to have said is none.
func invitation(t string) bool {
	if len(t) > longestFurniture || strings.ContainsAny(t, "“”„«»\"") {
		return false
	}
	low := strings.ToLower(strings.ReplaceAll(t, "’", "'"))
	asks, begs := false, false
	for s := range strings.FieldsFuncSeq(low, func(r rune) bool { return strings.ContainsRune(".!?:", r) }) {
		s = strings.TrimSpace(s)
		asks = asks || startsWith(s, invites)
		begs = begs || len(s) <= 60 && startsWith(s, signUps) && hasWord(s, freeWords)
	}
	stop := count(low, unsubscribes, 1) > 0
	letter := count(low, letterWords, 1) > 0 || ours(low)
	return begs || stop && (letter || asks) || asks && letter
}

// ours reports whether t speaks of a letter of its own site.
func ours(low string) bool {
	since := 10
	for w := range strings.FieldsSeq(low) {
		w = strings.Trim(w, ".,:;!?()")
		since++
		if ourWords[w] {
			since = 0
		} else if ourLetter[w] && since <= 3 {
			return true
		}
	}
	return false
}

func startsWith(s string, starts []string) bool {
	for _, start := range starts {
		if strings.HasPrefix(s, start) {
			return true
		}
	}
	return false
}

func hasWord(s string, set map[string]bool) bool {
	for w := range strings.FieldsSeq(s) {
		if set[strings.Trim(w, ".,:;!?()")] {
			return true
		}
	}
	return false
}

// signUpLabels are what the button or link of an invitation says.
var signUpLabels = lineSet(`
sign up
sign me up
sign up now
sign up for free
subscribe
subscribe now
join now
je m'inscris
s'inscrire
s'abonner
je m'abonne
abonnieren
jetzt abonnieren
jetzt anmelden
kostenlos anmelden
suscríbete
suscribirse
suscribirme
apuntarme
apúntate
assinar
inscrever-se
inscreva-se
quero receber
iscriviti
iscriviti ora
mi iscrivo
aanmelden
meld je aan
inschrijven
schrijf je in
`)

// mailField reports whether an input asks for an address.
func mailField(n *html.Node) bool {
	kind := strings.ToLower(attr(n, "type"))
	if kind == "email" {
		return true
	}
	if kind != "" && kind != "text" {
		return false
	}
	for _, key := range []string{"name", "id", "autocomplete"} {
		if v := strings.ToLower(attr(n, key)); strings.Contains(v, "email") || strings.Contains(v, "e-mail") {
			return true
		}
	}
	return false
}

// letter notes n as a box that asks for an address: the innermost element that
// says something around the field, if it is small and begins as a box does.
func (c *collector) letter(n *html.Node, from int) {
	switch n.DataAtom {
	case atom.Form, atom.Fieldset, atom.Label, atom.P, atom.Li:
		return // said inside the form: the box is around it
	}
	if c.formFrom == from && c.formTo == len(c.paras) {
		return // nothing but the form
	}
	c.mail = false
	if len(c.paras)-from > letterParas {
		return
	}
	size := 0
	for _, p := range c.paras[from:] {
		size += len(p.text)
	}
	if lead := &c.paras[from]; size <= largestLetter && (heading(lead.tag) > 0 || invitation(lead.text) || len(lead.text) < 60) {
		c.spans = append(c.spans, span{from: from, to: len(c.paras), name: letterName})
	}
}

// boxes leaves out small divisions with a label to sign up: invitations without
// a form.
func (c *collector) boxes(total int) {
	for _, s := range c.spans {
		if !s.box || s.to-s.from > letterParas {
			continue
		}
		size, prose, asks := 0, 0, false
		for i := s.from; i < s.to; i++ {
			p := &c.paras[i]
			size += len(p.text)
			if p.prose() {
				prose += len(p.text)
			}
			asks = asks || (p.linked+p.control)*10 >= len(p.text)*9 && signUpLabels[strings.Trim(strings.ToLower(strings.ReplaceAll(p.text, "’", "'")), " .!›»→>")]
		}
		if asks && size <= largestLetter && float64(prose) <= letterShare*float64(total) {
			for i := s.from; i < s.to; i++ {
				c.paras[i].out = true
			}
		}
	}
}
