package extract

// The words of walls, in lower case, with straight apostrophes. Each is
// something a site says to its reader; reports about walls speak of them in
// the third person. They decide only together with structure: see judge.

// consentPhrases are said by "us" to "you".
var consentPhrases = []string{
	"we use cookies", "we and our ", "our partners use", "and our partners", "our trusted partners", "our partners store", "this site uses cookies", "this website uses cookies", "cookies and similar", "before you continue", "before we continue", "we value your privacy", "we care about your privacy", "we respect your privacy", "your privacy choices", "your privacy matters", "your privacy is important", "about your privacy",
	"withdraw your consent", "your consent", "by clicking accept", "by clicking agree", "by clicking \"accept", "by clicking “accept", "by clicking 'accept", "by clicking i a", "you can change your mind", "change your choices", "change your preferences", "you consent to", "you agree to our use", "store and/or access information", "access information on a device",
	"wir und unsere", "wir verwenden cookies", "wir nutzen cookies", "ihre einwilligung", "ihre zustimmung", "ihre privatsphäre", "mit werbung weiter", "wir benötigen ihre", "deine zustimmung", "verarbeitung ihrer daten",
	"nous et nos", "nous utilisons des cookies", "votre consentement", "vos choix", "votre vie privée", "avec votre accord",
	"nosotros y nuestros", "utilizamos cookies", "usamos cookies", "su consentimiento", "tu consentimiento", "tu privacidad", "su privacidad",
	"nós e os nossos", "nós e nossos", "seu consentimento", "a sua privacidade", "sua privacidade",
	"noi e i nostri", "utilizziamo i cookie", "utilizziamo cookie", "il tuo consenso", "la tua privacy",
	"wij en onze", "wij gebruiken cookies", "we gebruiken cookies", "uw toestemming", "jouw toestemming",
}

// consentOffers stand on the controls of a consent wall and in its text.
var consentOffers = []string{
	"accept all", "reject all", "accept cookies", "manage options", "manage preferences", "manage settings", "cookie settings", "privacy settings", "cookie preferences", "consent preferences",
	"personalised ads", "personalized ads", "personalised advertising", "personalized advertising", "ad and content measurement", "information on a device", "legitimate interest", "cookie policy", "list of partners",
	"alle akzeptieren", "zustimmen und", "datenschutzeinstellungen", "unsere partner", "tout accepter", "tout refuser", "continuer sans accepter", "accepter et continuer", "nos partenaires", "paramétrer",
	"aceptar todo", "aceptar y continuar", "rechazar todo", "nuestros socios", "aceitar todos", "aceitar e continuar", "nossos parceiros", "accetta tutti", "accetta e continua", "rifiuta tutto", "continua senza accettare", "nostri partner", "alles accepteren", "onze partners",
}

var consentControls = []string{
	"accept", "agree", "i agree", "i accept", "yes, i", "reject", "decline", "allow", "got it", "ok", "continue", "consent", "manage", "more options", "no, manage", "save and", "confirm", "understood",
	"akzeptieren", "alle akzeptieren", "zustimmen", "einverstanden", "ablehnen", "einstellungen", "accepter", "tout accepter", "refuser", "j'accepte", "continuer", "paramétrer",
	"aceptar", "rechazar", "acepto", "configurar", "aceitar", "aceito", "rejeitar", "gerir", "accetta", "accetto", "rifiuta", "personalizza", "accepteren", "weigeren", "akkoord", "instellen",
}

var botTitles = []string{
	"just a moment", "attention required", "are you a robot", "are you human", "bot verification", "human verification", "pardon our interruption", "access denied", "access to this page has been denied",
	"security check", "checking your browser", "ddos-guard", "verify you are human", "verify that you are human", "unusual traffic", "one more step", "please wait...", "robot check", "captcha", "request blocked", "you have been blocked", "sicherheitsüberprüfung", "un instant…", "un momento…", "einen moment",
	"sicherheitsprüfung", "überprüfung ihres browsers", "ihr browser wird überprüft", "zugriff verweigert", "sind sie ein mensch", "sind sie ein roboter",
	"vérification de votre navigateur", "vérification de sécurité", "vérification en cours", "vérification que vous", "êtes-vous un robot", "êtes-vous humain", "accès refusé", "accès bloqué",
	"comprobando su navegador", "comprobando tu navegador", "verificación de seguridad", "verificación de su navegador", "verificación humana", "acceso denegado", "acceso bloqueado", "eres un robot", "es usted un robot", "es usted humano",
	"verificando seu navegador", "verificação de segurança", "verificação do navegador", "acesso negado", "acesso bloqueado", "você é um robô", "você é humano",
	"verifica del browser", "verifica di sicurezza", "controllo di sicurezza", "controllo del browser", "accesso negato", "sei un robot", "sei umano",
	"controle van uw browser", "controle van je browser", "uw browser wordt gecontroleerd", "je browser wordt gecontroleerd", "beveiligingscontrole", "toegang geweigerd", "bent u een robot", "ben je een robot",
}

var botPhrases = []string{
	"verify you are human", "verifying you are human", "verify that you are not a robot", "verify you're human", "confirm you are human", "confirm you're human", "you are not a robot", "you're not a robot", "i'm not a robot", "not a bot", "prove you are", "prove you're",
	"checking your browser", "checking if the site connection is secure", "review the security of your connection", "performance & security by cloudflare", "cloudflare ray id", "ray id", "ddos protection by", "unusual traffic", "unusual activity", "automated access", "automated requests", "automated traffic", "suspicious activity",
	"enable javascript and cookies to continue", "complete the security check", "complete the captcha", "solve the captcha", "solve this captcha", "press & hold", "press and hold", "incapsula incident", "request unsuccessful", "incident id", "you have been blocked", "been blocked", "permission to access", "reference #", "please enable cookies", "behaviour of a bot", "behavior of a bot", "made us think", "captcha", "security service to protect", "needs to review the security",
	"kein roboter", "dass sie ein mensch", "ungewöhnlich", "pas un robot", "vous êtes humain", "no eres un robot", "no soy un robot", "não é um robô", "non sei un robot",
	"keine maschine", "ein mensch sind", "anfragen aus ihrem netzwerk", "aktivieren sie javascript und cookies", "êtes un humain", "êtes bien humain", "trafic inhabituel", "activité inhabituelle", "activez javascript et les cookies", "requêtes automatisées", "résoudre le captcha",
	"que eres humano", "que es humano", "tráfico inusual", "actividad inusual", "habilite javascript y", "active javascript y las cookies", "solicitudes automáticas", "que é humano", "tráfego incomum", "tráfego anormal", "atividade incomum", "ative o javascript e os cookies", "habilite javascript e",
	"sei umano", "essere umano", "traffico insolito", "traffico anomalo", "attività insolita", "attiva javascript e i cookie", "abilita javascript e", "geen robot", "een mens bent", "ongebruikelijk verkeer", "ongewoon verkeer", "schakel javascript en cookies",
}

// errorCodes are the statuses error pages are headed with.
var errorCodes = map[string]bool{"400": true, "401": true, "403": true, "404": true, "410": true, "429": true, "500": true, "502": true, "503": true, "504": true}

var errorTitles = []string{
	"page not found", "not found", "page can't be found", "page cannot be found", "page could not be found", "page doesn't exist", "page does not exist", "page isn't available", "page is not available", "no longer available", "page unavailable", "article unavailable", "content unavailable", "page has moved", "nothing found", "nothing here", "can't find that page", "can't find the page", "couldn't find",
	"something went wrong", "an error occurred", "an error has occurred", "technical difficulties", "technical problem", "server error", "service unavailable", "temporarily unavailable", "bad gateway", "gateway timeout", "gateway time-out", "bad request", "forbidden", "under maintenance", "scheduled maintenance", "site maintenance", "down for maintenance", "we'll be back", "be right back", "site is down", "too many requests",
	"seite nicht gefunden", "nicht gefunden", "seite existiert nicht", "nicht verfügbar", "wartungsarbeiten", "page introuvable", "page non trouvée", "page n'existe pas", "introuvable", "en maintenance", "página no encontrada", "no encontrada", "página não encontrada", "não encontrada", "em manutenção", "pagina non trovata", "non trovata", "in manutenzione", "pagina niet gevonden", "niet gevonden",
}

var errorPhrases = []string{
	"page you requested", "page you are looking for", "page you're looking for", "page you were looking for", "page you have requested", "page that you requested", "article you requested", "article you are looking for", "article you're looking for", "story you are looking for", "story you were looking for", "url you requested", "requested url", "requested page", "could not be found", "can't be found", "cannot be found", "was not found on this server", "we couldn't find", "we can't find", "we could not find", "has been moved or deleted", "may have been moved", "may have been removed", "might have been removed", "no longer exists", "does not exist",
	"server encountered", "temporarily unable", "try again later", "try again in a few", "please try again", "experiencing technical", "undergoing maintenance", "carrying out maintenance", "currently performing maintenance", "error 404", "error 500", "error 503", "upstream", "backend fetch failed", "guru meditation",
	"die angeforderte seite", "die gesuchte seite", "existiert nicht", "wurde nicht gefunden", "la page que vous", "n'existe pas", "n'existe plus", "la página que", "ya no existe", "no existe", "a página que", "não existe", "la pagina che", "non esiste", "de pagina die",
}

var loginPhrases = []string{
	"sign in", "log in", "login", "signin", "password", "forgot your", "create an account", "create account", "register", "your account",
	"anmelden", "einloggen", "passwort", "se connecter", "connexion", "mot de passe", "iniciar sesión", "contraseña", "entrar", "senha", "accedi", "inloggen", "wachtwoord",
}

// paywallPhrases say that the rest costs something.
var paywallPhrases = []string{
	"to continue reading", "to keep reading", "continue reading with", "continue reading this article with", "to read the full", "to read the rest", "to read this article", "to read this story", "to finish reading", "to view the full", "subscribe to read", "subscribe to continue", "subscribe to unlock", "subscribe to access", "to unlock this", "unlock this article", "unlock this story", "unlock the full", "unlock full access",
	"subscriber-only", "subscribers only", "only for subscribers", "only available to subscribers", "available to subscribers", "available only to subscribers", "exclusive to subscribers", "exclusively for subscribers", "for subscribers only", "reserved for subscribers", "is for subscribers", "is for paying", "is for members", "members only", "member-only story", "premium content",
	"reached your limit", "reached your monthly limit", "reached your free article", "reached the limit", "reached your article limit", "used all your free", "run out of free", "your last free article", "last free article", "register to continue", "register to read", "sign in to continue", "log in to continue", "sign up to continue", "sign up to read", "create a free account to",
	"jetzt weiterlesen", "um weiterzulesen", "weiterlesen mit", "artikel weiterlesen mit", "nur für abonnenten", "exklusiv für abonnenten", "für abonnenten", "diesen artikel freischalten", "mit abo weiterlesen", "den vollständigen artikel",
	"réservé aux abonnés", "réservée aux abonnés", "réservés aux abonnés", "la suite est réservée", "pour lire la suite", "pour continuer la lecture", "il vous reste", "article abonné",
	"para seguir leyendo", "para continuar leyendo", "exclusivo para suscriptores", "contenido exclusivo", "solo para suscriptores", "sólo para suscriptores",
	"para continuar lendo", "para continuar a ler", "exclusivo para assinantes", "exclusiva para assinantes", "conteúdo exclusivo", "só para assinantes",
	"per continuare a leggere", "riservato agli abbonati", "contenuto riservato", "abbonati per", "om verder te lezen", "alleen voor abonnees", "exclusief voor abonnees",
}

// subscriptionPhrases are said beside articles as well.
var subscriptionPhrases = []string{
	"already a subscriber", "already subscribed", "already have an account", "already a member", "subscribe now", "subscribe today", "become a subscriber", "become a member", "start your free trial", "free trial", "start your subscription", "choose your plan", "view subscription options", "subscription options", "cancel anytime", "cancel any time", "per month", "a month", "a week", "unlimited access", "unlimited digital access", "full access", "free articles",
	"bereits abonnent", "schon abonnent", "abo abschließen", "jetzt abonnieren", "monatlich kündbar", "déjà abonné", "abonnez-vous", "s'abonner", "sans engagement", "ya eres suscriptor", "suscríbete", "já é assinante", "assine agora", "assine já", "sei già abbonato", "abbonati ora", "al abonnee",
}

var scriptPhrases = []string{
	"enable javascript", "javascript is required", "requires javascript", "javascript is disabled", "javascript is not enabled", "turn on javascript", "javascript to run this app", "javascript to view", "aktivieren sie javascript", "javascript aktivieren", "activer javascript", "habilita javascript", "habilitar javascript", "active javascript", "ativar o javascript", "abilita javascript", "abilitare javascript",
}
