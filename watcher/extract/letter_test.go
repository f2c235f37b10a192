package extract

import "testing"

func TestInvitationsGo(t *testing.T) {
	for _, p := range []string{
		"The day in six minutes. Sign up for free.",
		"Join 9,000 neighbours who read our morning letter.",
		"Get the harbour in your inbox. You can unsubscribe at any time.",
		"Melden Sie sich für unseren Newsletter an.", "Unser Rundbrief vom Hafen. Abmeldung jederzeit möglich.", "Alles vom Hafen. Jetzt kostenlos anmelden!",
		"Abonnez-vous à notre infolettre.", "Tous les matins, le port et ses gens. Inscrivez-vous gratuitement.", "Recevez notre lettre du soir. Désinscription possible en un clic.",
		"Suscríbete a nuestro boletín.", "Recibe las noticias en tu correo. Puedes darte de baja en cualquier momento.",
		"Assine a nossa newsletter.", "Receba as notícias no seu e-mail. Cancele quando quiser.",
		"Iscriviti alla nostra newsletter.", "Ricevi le notizie nella tua casella di posta.",
		"Meld je aan voor onze nieuwsbrief.", "Ontvang elke ochtend het nieuws in je inbox.",
	} {
		if got := paragraphsOf(t, p); len(got) != 2 {
			t.Errorf("%q stays", p)
		}
	}
}

func TestInvitationsStay(t *testing.T) {
	for _, p := range []string{
		"The letter to subscribers said the paper would close.", "Subscribers got a letter.", "The newsletter had 24,000 readers.", "Get out, the voice said.",
		"Join the queue by noon, the council says.", "“Join our newsletter,” the mayor said.", "Sign up for the vaccine by Friday.", "Receive it he did, and his letter of thanks was short.",
		"Our letter was never answered.", "He was free to subscribe.", "Register to vote by 12 March.",
		"La lettre aux abonnés annonçait la fermeture.", "Il a reçu notre lettre.", "Recevez ce prix, lui dit-on.", "Rejoignez la file avant midi, dit la mairie.",
		"Der Brief an die Abonnenten war kurz.", "Jetzt ist der Hafen zu.", "Unser Brief blieb ohne Antwort.", "Erhalten Sie die Brücke, rief er.",
		"La carta a los suscriptores fue breve.", "Reciba usted mi pésame, dijo.", "A carta aos assinantes foi curta.", "Receba o meu abraço, disse.",
		"La lettera agli abbonati era breve.", "Ricevi il premio, gli dissero.", "De brief aan de abonnees was kort.", "Ontvang hem goed, zei ze.",
	} {
		if got := paragraphsOf(t, p); len(got) != 3 || got[1] != p {
			t.Errorf("%q became %q", p, got)
		}
	}
}

// TestLetterBoxes: a box is known by its field or its label, whatever it says.
func TestLetterBoxes(t *testing.T) {
	const invite = "Wat de stad vandaag bespreekt, elke ochtend om zes uur."
	wrap := func(inside string) string {
		return page("Bridge", "<article><h1>Bridge closes</h1><p>"+opening+"</p>"+inside+"<p>"+closing+"</p></article>")
	}
	tests := []struct {
		name, inside string
		want         int // paragraphs, with opening and closing
	}{
		{"field", `<div class="kader"><h3>De ochtend</h3><p>` + invite + `</p><form><input type="email"><button>OK</button></form></div>`, 2},
		{"field_by_name", `<div><h3>De ochtend</h3><p>` + invite + `</p><input name="your_email"></div>`, 2},
		{"text_in_the_form", `<div><h4>De ochtend</h4><form><p>` + invite + `</p><input type="email"></form></div>`, 2},
		{"nested", `<div><div><h4>De ochtend</h4><p>` + invite + `</p><div><form><input type="email"></form></div></div></div>`, 2},
		{"label", `<div><h3>Stadspost</h3><p>` + invite + `</p><a href="/x">Schrijf je in</a></div>`, 2},
		{"button", `<section><p>` + invite + `</p><button>Je m’inscris</button></section>`, 2},
		{"search_field", `<div><h3>De ochtend</h3><p>` + invite + `</p><form><input type="search"></form></div>`, 4},
		{"paragraph_beside_the_box", `<div><p>` + closing + ` Lorries too.</p><p>` + opening + ` Again.</p><div><form><input type="email"></form></div></div>`, 4},
		{"much_text", `<div><h3>De ochtend</h3><p>` + opening + closing + ` 1</p><p>` + opening + closing + ` 2</p><form><input type="email"></form></div>`, 5},
		{"label_in_prose", `<div><p>To vote, <a href="/x">sign up</a> at the town hall before noon on Friday.</p></div>`, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read([]byte(wrap(tt.inside)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Text.Paragraphs) != tt.want {
				t.Errorf("read %q, want %d paragraphs", r.Text.Paragraphs, tt.want)
			}
		})
	}
}
