package newsroom

// Fault is a way in which reading a page or a feed goes wrong. None of them
// says anything about an article.
type Fault string

const (
	NoFault         Fault = ""
	ConsentWall     Fault = "consent wall"     // 200, a page about cookies in place of the article
	ConsentRedirect Fault = "consent redirect" // 302 to such a page
	Paywall         Fault = "paywall"          // 200, headline, one paragraph and an offer
	BotCheck403     Fault = "bot check 403"
	BotCheck200     Fault = "bot check 200"
	ScriptShell     Fault = "script shell" // 200, nothing but a script
	Soft404         Fault = "soft 404"     // 200, "not found"
	Login           Fault = "login"        // 302 to a login page
	RedirectHome    Fault = "redirect home"
	ServerError     Fault = "500"
	BadGateway      Fault = "502"
	Unavailable     Fault = "503"       // with Retry-After
	TooMany         Fault = "429"       // with Retry-After
	Truncated       Fault = "truncated" // the connection breaks half way through the announced length
	CutShort        Fault = "cut short" // an orderly answer that ends half way through the page
	EmptyBody       Fault = "empty body"
	Slow            Fault = "slow"        // a wait, then the article
	Mislabelled     Fault = "mislabelled" // UTF-8 that says it is ISO-8859-1
	BadBytes        Fault = "bad bytes"   // Windows-1252 that says it is UTF-8
	OldCopy         Fault = "old copy"    // a cache: every second reading is the version before
)

// Faults returns every fault.
func Faults() []Fault {
	return []Fault{
		ConsentWall, ConsentRedirect, Paywall, BotCheck403, BotCheck200, ScriptShell, Soft404, Login, RedirectHome,
		ServerError, BadGateway, Unavailable, TooMany, Truncated, CutShort, EmptyBody, Slow, Mislabelled, BadBytes, OldCopy,
	}
}

// spend takes one reading off a fault's remainder and reports whether the
// fault holds for this reading.
func spend(f Fault, left *int) bool {
	if f == NoFault || *left == 0 {
		return false
	}
	if *left > 0 {
		*left--
	}
	return true
}
