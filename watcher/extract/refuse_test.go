package extract

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// page wraps a body as sites do, with header, navigation and footer.
func page(title, body string) string {
	return `<!DOCTYPE html><html lang="en"><head><title>` + title + ` - The Harbour Post</title><meta property="og:site_name" content="The Harbour Post">
<script>window.dataLayer=[];</script></head><body><header><a href="/">The Harbour Post</a><nav><a href="/news">News</a><a href="/sport">Sport</a><a href="/login">Sign in</a><a href="/subscribe">Subscribe now</a></nav></header>
<main>` + body + `</main><footer><a href="/privacy">Privacy</a><a href="/cookies">Cookie settings</a><p>© 2026 The Harbour Post</p></footer></body></html>`
}

const shortNews = `<article><h1>Ferry cancelled</h1><p>The evening ferry to the island has been cancelled because of strong winds, the company said.</p></article>`

var walls = []struct {
	name, page string
	want       Reason // empty: an article
}{
	{"consent_wall", page("Before you continue", `<div class="wall"><h1>Before you continue to The Harbour Post</h1><p>We and our 842 partners use cookies and similar technologies to store and access information on a device.</p><p>You can change your mind at any time in your settings.</p><button>Accept all</button><button>Manage options</button></div>`), ConsentWall},
	{"consent_wall_german", page("Datenschutz", `<section><h2>Mit Werbung weiterlesen</h2><p>Wir und unsere Partner verarbeiten Daten. Mit Klick auf „Alle akzeptieren“ geben Sie Ihre Zustimmung, dass wir Cookies verwenden.</p><a class="btn" href="#">Alle akzeptieren</a><a href="#">Einstellungen</a></section>`), ConsentWall},
	{"consent_wall_french", page("Vos choix", `<div><p>Avec votre accord, nous et nos partenaires utilisons des cookies pour stocker et accéder à des informations personnelles. Votre consentement est libre.</p><button>Tout accepter</button><button>Continuer sans accepter</button></div>`), ConsentWall},
	{"consent_wall_keeps_the_articles_title", `<html><head><title>Council votes to close bridge</title><meta property="og:type" content="article"></head><body><h1>Council votes to close bridge</h1><div><p>We value your privacy. We and our partners store and access information on a device, such as cookies.</p><p>By clicking Accept you consent to personalised ads and content.</p><button>Accept all</button></div></body></html>`, ConsentWall},
	{"bot_check", `<html><head><title>Just a moment...</title></head><body><h1>example.org</h1><p>Verifying you are human. This may take a few seconds.</p><p>example.org needs to review the security of your connection before proceeding.</p><div id="footer">Performance &amp; security by Cloudflare. Ray ID: 8f1</div></body></html>`, BotCheck},
	{"bot_check_denied", `<html><head><title>Access to this page has been denied</title></head><body><p>Please verify you are a human by pressing the button below. Press &amp; Hold to confirm you are a human and not a bot.</p></body></html>`, BotCheck},
	{"akamai", `<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access "http://example.org/a" on this server.<P>Reference #18.2d</BODY></HTML>`, BotCheck},
	{"bot_check_spanish", page("Verificación de seguridad", `<h1>Verificación de seguridad</h1><p>Confirme que es humano para seguir. Su red nos envía tráfico inusual.</p>`), BotCheck},
	{"bot_check_french", page("Vérification en cours", `<h1>Un contrôle rapide</h1><p>Cochez la case pour montrer que vous n’êtes pas un robot, puis patientez.</p>`), BotCheck},
	{"bot_check_german", page("Sind Sie ein Mensch?", `<h1>Sind Sie ein Mensch?</h1><p>Bitte klicken Sie, damit wir Sie einlassen können.</p>`), BotCheck},
	{"bot_check_dutch", page("Toegang", `<h1>Even controleren</h1><p>Laat zien dat u een mens bent. We zien ongebruikelijk verkeer van uw kant.</p>`), BotCheck},
	{"bot_check_italian", page("Controllo di sicurezza", `<h1>Attendere</h1><p>Stiamo controllando la connessione prima di lasciarla passare.</p>`), BotCheck},
	{"bot_check_portuguese", page("Verificação de segurança", `<h1>Aguarde</h1><p>Estamos a verificar a sua ligação antes de o deixar passar.</p>`), BotCheck},
	{"soft_404", page("Page not found", `<h1>Page not found</h1><p>Sorry, the page you are looking for could not be found. It may have been moved or deleted.</p>`), ErrorPage},
	{"soft_404_with_stories", page("Error", `<h1>Sorry, we couldn't find that page</h1><p>It may have been removed.</p><h2>Latest</h2>`+strings.Repeat(`<div class="card"><h3><a href="/x">Harbour master says no jobs will go in the coming year</a></h3><p>The harbour master told a meeting of the board on Tuesday that all was well and would remain so.</p></div>`, 6)), ErrorPage},
	{"error_503", `<html><head><title>503 Service Unavailable</title></head><body><h1>Service Unavailable</h1><p>The server is temporarily unable to service your request due to maintenance downtime. Please try again later.</p></body></html>`, ErrorPage},
	{"error_404_german", page("Fehler 404", `<h1>Seite nicht gefunden</h1><p>Die angeforderte Seite existiert nicht.</p>`), ErrorPage},
	{"paywall_stub", page("Council votes to close bridge", `<article><h1>Council votes to close bridge</h1><p>The council has voted to close the old bridge for two years, after engineers warned of cracks in three piers.</p><div class="gate"><h2>Subscribe to continue reading</h2><p>Already a subscriber? Log in.</p><button>Subscribe for £1 a month</button></div></article>`), Paywall},
	{"paywall_french", page("Le pont ferme", `<article><h1>Le pont ferme</h1><p>Le conseil a voté la fermeture du vieux pont pendant deux ans après une alerte des ingénieurs.</p><div><p>Cet article est réservé aux abonnés. Déjà abonné ? Se connecter</p></div></article>`), Paywall},
	{"login", page("Sign in", `<h1>Sign in</h1><form><label>E-mail</label><input type="email"><label>Password</label><input type="password"><button>Sign in</button><a href="#">Forgot your password?</a></form>`), LoginPage},
	{"needs_script", `<!DOCTYPE html><html><head><title>News</title><script src="/app.js"></script></head><body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body></html>`, NeedsScript},
	{"empty", "", EmptyPage},
	{"blank", "  \n", EmptyPage},
	{"no_text", `<html><head><title>x</title></head><body></body></html>`, EmptyPage},
	{"image_only", page("Photo", `<img src="a.jpg">`), NoArticle},
	{"cut_in_a_tag", page("Council", shortNews)[:420], CutPage},
	{"cut_in_a_paragraph", func() string { p := page("Council", shortNews); return p[:strings.Index(p, "strong winds")] }(), CutPage},
	{"front_page", page("The Harbour Post", strings.Repeat(`<div class="card"><h3><a href="/x">Harbour master says no jobs will go in the coming year</a></h3><p>The harbour master told a meeting of the board on Tuesday that all was well and would remain so.</p></div>`, 15)), Listing},
	{"redirect", `<html><head><title>You should be redirected quickly</title><meta http-equiv="refresh" content="0; url=https://example.org/b"></head><body><p>You should be redirected quickly, if not <a href="/b">click here</a>.</p></body></html>`, Redirects},
	{"too_deep", strings.Repeat("<div>", 600) + "text" + strings.Repeat("</div>", 600), NoArticle},

	{"short_news", page("Ferry cancelled", shortNews), ""},
	{"short_news_with_cookie_banner", page("Ferry cancelled", shortNews+`<div id="cookie-banner"><p>We and our partners use cookies and similar technologies. Manage your consent in our cookie settings.</p><button>Accept all</button><button>Reject all</button></div>`), ""},
	{"short_news_with_login_form", page("Ferry cancelled", shortNews+`<form><input type="password"><button>Sign in</button></form>`), ""},
	{"without_closing_tags", `<title>Ferry cancelled</title><h1>Ferry cancelled</h1><p>The evening ferry to the island has been cancelled because of strong winds.<p>It will sail again in the morning.`, ""},
	{"article_about_cookies", page("Why cookie banners may go", `<article><h1>Why cookie banners may go</h1><p>Banners that ask visitors to accept all cookies could disappear under a plan published on Monday by the commission.</p><p>“Nobody reads them,” said the commissioner. Under the plan, browsers would send a signal, and a site that asks for consent all the same would be fined.</p><p>Publishers said that they would lose income from personalised ads.</p><button>Accept all</button></article>`), ""},
	{"article_about_paywalls", page("Papers rethink the paywall", `<article><h1>Papers rethink the paywall</h1><p>Three local papers will drop the box that asks readers to pay for the rest of a story, their owner said on Monday.</p><p>Fewer than one reader in fifty ever paid, the company found, and many left for good.</p></article>`), ""},
	{"article_about_errors", page("Computer error closed bridge for a day", `<article><h1>Computer error closed bridge for a day</h1><p>A computer error closed the bridge for a day last week, the council has admitted, and the page that should have told drivers was not found by most.</p></article>`), ""},
	{"article_about_captchas", page("Are you a robot? The test that nobody passes", `<article><h1>The test that nobody passes</h1>`+strings.Repeat(`<p>Researchers asked four hundred people to pick out the pictures with traffic lights, and watched them fail again and again.</p><p>Machines did better, in less time, and did not complain about it afterwards either.</p>`, 4)+`</article>`), ""},
}

func TestWalls(t *testing.T) {
	for _, tt := range walls {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read([]byte(tt.page), Options{URL: "https://example.org/news/a"})
			var refusal *Refusal
			switch {
			case err == nil && tt.want != "":
				t.Errorf("read %q, want refused as %s", r.Text, tt.want)
			case err != nil && (!errors.As(err, &refusal) || refusal.Reason != tt.want):
				t.Errorf("refused: %v, want %q", err, tt.want)
			}
		})
	}
}

// TestWallsWithPlace: a wall is refused as well when it stands where an article
// was read before.
func TestWallsWithPlace(t *testing.T) {
	article := page("Council votes to close bridge", `<article><h1>Council votes to close bridge</h1>`+strings.Repeat("<p>The council has voted to close the old bridge for two years, after engineers warned of cracks.</p><p>Buses will take the long way round.</p>", 8)+`</article>`)
	before, err := Read([]byte(article), Options{URL: "https://example.org/news/a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range walls {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want == "" {
				t.Skip("an article")
			}
			r, err := Read([]byte(tt.page), Options{URL: "https://example.org/news/a", Place: before.Place, Last: before.Text})
			if err == nil {
				t.Errorf("read %q, want refused as %s", r.Text, tt.want)
			}
		})
	}
	t.Run("meter", func(t *testing.T) {
		p := page("Council votes to close bridge", `<article><h1>Council votes to close bridge</h1><p>The council has voted to close the old bridge for two years, after engineers warned of cracks.</p><div><p>Start your free trial. Cancel anytime.</p></div></article>`)
		_, err := Read([]byte(p), Options{Place: before.Place, Last: before.Text})
		if fmt.Sprint(err) != "the page is a paywall" {
			t.Error(err)
		}
	})
	t.Run("shorter_article", func(t *testing.T) {
		p := page("Council votes to close bridge", `<article><h1>Council votes to close bridge</h1><p>The council has voted to close the old bridge for two years, after engineers warned of cracks.</p></article>`)
		r, err := Read([]byte(p), Options{Place: before.Place, Last: before.Text})
		if err != nil || r.Moved || len(r.Text.Paragraphs) != 1 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// TestAnotherPage: a short page that shares nothing with the last version, and
// does not call itself an article, is a notice in whatever language.
func TestAnotherPage(t *testing.T) {
	const headline = "Council votes to close bridge"
	text := strings.Repeat("<p>"+opening+"</p><p>"+closing+"</p>", 2)
	last, err := Read([]byte(page(headline, "<article><h1>"+headline+"</h1>"+text+"</article>")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	const notice = "<p>Proszę chwilę poczekać, sprawdzamy, kto do nas zagląda, zanim otworzymy.</p>"
	const other = "<p>Another story stands here now, of a ferry that came in with the tide and left without it.</p>"
	tests := []struct {
		name, title, meta, body string
		want                    Reason
	}{
		{"notice", "Chwileczkę", "", "<h1>Chwileczkę</h1>" + notice, AnotherPage},
		{"notice_in_the_same_place", "Chwileczkę", "", "<article><h1>Chwileczkę</h1>" + notice + "</article>", AnotherPage},
		{"withdrawn_under_its_headline", headline, "", "<article><h1>" + headline + "</h1><p>This report was withdrawn on Tuesday after a complaint by the council.</p></article>", ""},
		{"withdrawn_and_an_article", "Report withdrawn", `<meta property="og:type" content="article">`, "<article><h1>Report withdrawn</h1><p>This report was withdrawn on Tuesday after a complaint by the council.</p></article>", ""},
		{"new_headline", "Bridge shut", "", "<article><h1>Bridge shut for years</h1>" + text + "</article>", ""},
		{"rewritten", "Ferry", "", "<article><h1>Ferry in</h1>" + other + strings.Repeat(strings.Replace(other, "Another", "One more", 1)+other, 3) + "</article>", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := strings.Replace(page(tt.title, tt.body), "</head>", tt.meta+"</head>", 1)
			_, err := Read([]byte(p), Options{Place: last.Place, Last: last.Text})
			var refusal *Refusal
			switch {
			case err == nil && tt.want != "":
				t.Errorf("read, want %s", tt.want)
			case err != nil && (!errors.As(err, &refusal) || refusal.Reason != tt.want):
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}
