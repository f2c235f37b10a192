package extract

// A Refusal is the error of a page that is no article.
type Refusal struct {
	Reason Reason
}

func (r *Refusal) Error() string { return "the page is " + string(r.Reason) }

// Reason says what a refused page is, in words that follow "the page is" or
// "the answer was".
type Reason string

const (
	EmptyPage   Reason = "empty"
	CutPage     Reason = "a page cut short"
	ErrorPage   Reason = "an error page"
	ConsentWall Reason = "a consent wall"
	Paywall     Reason = "a paywall"
	LoginPage   Reason = "a login page"
	BotCheck    Reason = "a bot check"
	NeedsScript Reason = "a page that needs JavaScript"
	Listing     Reason = "a list of articles"
	NoArticle   Reason = "no readable article"
)

func (p *page_) judge(source string) *Refusal {
	if len(p.body.paragraphs) == 0 {
		return &Refusal{Reason: NoArticle}
	}
	return nil
}
