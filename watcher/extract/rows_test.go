package extract

import (
	"strings"
	"testing"
)

// TestRowsGo: rows, counters and times stand above a text or between its
// paragraphs, and are no part of it.
func TestRowsGo(t *testing.T) {
	for _, row := range []string{
		"12 shares", "1,204 views", "Shared 48 times", "Comments (3)", "7.6k views",
		"12 Mal geteilt", "1.204 Aufrufe", "Kommentare: 8", "48 Leser",
		"12 partages", "7 668 lectures", "Partagé 48 fois", "3 commentaires",
		"48 veces compartido", "1.204 visitas", "8 comentarios",
		"48 compartilhamentos", "1.204 visualizações", "8 comentários",
		"48 condivisioni", "1.204 letture", "8 commenti",
		"48 keer gedeeld", "1.204 weergaven", "8 reacties",
		"An hour ago", "a few minutes ago", "vor 3 Stunden", "vor einer Stunde", "il y a 3 heures", "à l'instant", "hace 3 horas", "hace una hora",
		"há 3 horas", "há uma hora", "3 ore fa", "3 giorni fa", "3 uur geleden", "2 dagen geleden",
		"4 Min. Lesezeit", "Temps de lecture : 4 min", "Tiempo de lectura: 4 minutos", "Tempo de leitura: 4 minutos", "Tempo di lettura: 4 minuti", "Leestijd 4 minuten",
		"Bijgewerkt op 12 maart 2026 om 10:05", "Mis à jour le 12 mars 2026 à 10:05",
		"3 min read | 1,204 views", "12.03.2026 10:05 · 4 Min. Lesezeit · 1.204 Aufrufe", "By Ann Smith | 5 min read",
	} {
		if got := paragraphsOf(t, row); len(got) != 2 {
			t.Errorf("%q stays", row)
		}
	}
}

// TestRowsAbove: with names in it a row goes only where the text has not begun.
func TestRowsAbove(t *testing.T) {
	for _, row := range []string{
		"Ann Smith | 12.03.2026 10:05 GMT | 4 min read | 1,204 views",
		"Ann Smith | 20 minutes ago | 4 min read",
		"Ann Smith and Joe Bloggs · Updated 10:05 GMT",
		"Politik | Jürgen Maier | 12.03.2026, 10:05 Uhr | 4 Min. Lesezeit",
		"Éloïse Martin • Publié le 12 mars 2026 à 10:05 • 12 partages",
		"María de la Cruz | 12/03/2026 10:05 | 1.204 lecturas",
		"João da Silva • há 3 horas • 48 compartilhamentos",
		"Giulia di Marco | 12 marzo 2026 | Tempo di lettura: 4 minuti",
		"Jan van den Berg · 12 maart 2026 · 4 min",
		"Ann Smith 12/03/2026 10:05 1,204 views",
	} {
		if got := readAfterHeadline(t, row); len(got) != 2 {
			t.Errorf("%q stays", row)
		}
		if got := paragraphsOf(t, row); len(got) != 3 && strings.Contains(row, "Ann Smith |") {
			t.Errorf("%q goes amid the text, where it may be its own", row)
		}
	}
}

// TestRowsStay: what looks like a row and is the text's own.
func TestRowsStay(t *testing.T) {
	for _, p := range []string{
		"34 views were heard at the hearing", "Il a partagé 12 photos", "12 people shared it", "She shared 12 photos.", "12 Leser schrieben uns.", "Le texte a été lu 3 fois en séance",
		"Compartió 12 fotos con ellos", "Ha condiviso 12 foto", "Hij deelde 12 foto's",
		"Ann Smith, 34", "Ann Smith | 34", "Harbour Rovers | 3 | Ellery Town | 1", "12 March | Town Hall | Free entry",
		"Joe Bloggs: 12", "18 Wochen", "18 semaines", "18 settimane", "18 weken", "vier Wochen", "una hora", "um ano",
		"Ferry – 12 minutes late", "Smith was 34.", "1,204 votes to 1,100", "12 mars, rue du Port", "Il y a 12 blessés", "Hay 12 heridos", "Há 12 feridos", "Ci sono 12 feriti", "Er zijn 12 gewonden",
	} {
		if got := paragraphsOf(t, p); len(got) != 3 || got[1] != p {
			t.Errorf("%q became %q", p, got)
		}
		if got := readAfterHeadline(t, p); len(got) != 3 || got[0] != p {
			t.Errorf("above the text %q became %q", p, got)
		}
	}
}

// readAfterHeadline reads a page whose text begins with p, in divisions without
// names.
func readAfterHeadline(t *testing.T, p string) []string {
	t.Helper()
	r, err := Read([]byte(page("Bridge", "<div><div>Transport</div><h1>Bridge closes</h1><div>"+p+"</div><p>"+opening+"</p><p>"+closing+"</p></div>")), Options{})
	if err != nil {
		t.Fatalf("%q: %v", p, err)
	}
	return r.Text.Paragraphs
}

func TestKickers(t *testing.T) {
	long := "Above the headline stands a sentence that says what happened, and it is part of what a reader reads."
	r, err := Read([]byte(page("Bridge", "<div><div>Transport</div><p>"+long+"</p><h1>Bridge closes</h1><p>"+opening+"</p><p>"+closing+"</p></div>")), Options{})
	if err != nil || len(r.Text.Paragraphs) != 3 || r.Text.Paragraphs[0] != long {
		t.Errorf("read %q, %v", r.Text.Paragraphs, err)
	}
}

// TestByline: the names the page gives for its author are no text at its edges.
func TestByline(t *testing.T) {
	meta := `<meta name="author" content="Ann Smith">`
	read := func(body string) int {
		r, err := Read([]byte("<html><head>"+meta+"</head><body><div><h1>Bridge closes</h1>"+body+"</div></body></html>"), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return len(r.Text.Paragraphs)
	}
	text := "<p>" + opening + "</p><p>" + closing + "</p><p>" + opening + " Again.</p><p>" + closing + " Again.</p>"
	if n := read("<p>Ann Smith</p>" + text); n != 4 {
		t.Errorf("%d paragraphs with the byline above", n)
	}
	if n := read(text + "<p>By ANN SMITH</p>"); n != 4 {
		t.Errorf("%d paragraphs with the byline below", n)
	}
	if n := read("<p>" + opening + "</p><p>Ann Smith</p><p>" + closing + "</p><p>" + opening + " Again.</p><p>" + closing + " Again.</p>"); n != 5 {
		t.Errorf("%d paragraphs with the name amid the text", n)
	}
}
