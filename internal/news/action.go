package news

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Button stands under an answer or an announcement. It leads to an address,
// or does something when pressed; one of the two is set.
type Button struct {
	Label string // a word or two, at most 30 characters
	URL   string
	// Token is an [Action] as it travels: at most MaxToken characters of
	// letters, digits, colons and hyphens. It goes into the platform's message
	// (Discord's custom_id, Slack's value) and comes back when somebody
	// presses, days and restarts later.
	Token string
}

// MaxToken is the most characters of a token: what Discord allows a custom_id
// (https://discord.com/developers/docs/components/reference#button).
const MaxToken = 100

// An Action is what pressing a button asks the bot for. It names things by
// their IDs and no channel: the place where it is pressed decides, and whoever
// presses needs the rights then and there.
type Action struct {
	Verb   string // a bot.Verb
	Target string // the ID of an article or a watch
	// From and To are versions. Before and After lead through lists: what is
	// older or newer than an event, or what follows a watch.
	From, To      int
	Before, After int
	State         string // of a list: which ones; of a search: how
	// Text is what a person typed, as far as the button asks for the same again.
	Text string
}

// Verbs of the buttons under announcements; they are those of package bot.
const (
	ActionHistory = "history"
	ActionDiff    = "diff"
	ActionMute    = "mute"
)

// tokenMark begins every token. Another form of token gets another mark.
const tokenMark = "e1"

// tokenFields is how many fields a token has; empty ones at its end are left out.
const tokenFields = 9

// Token returns the action as a button carries it. It is longer than MaxToken,
// and no button's, if the Text is longer than some sixty bytes.
func (a Action) Token() string {
	fields := []string{
		tokenMark, a.Verb, a.Target, tokenNumber(a.From), tokenNumber(a.To), tokenNumber(a.Before), tokenNumber(a.After), a.State, tokenText(a.Text),
	}
	return strings.TrimRight(strings.Join(fields, ":"), ":")
}

// tokenText writes text as one number of letters and digits, which is as short
// as it gets with these. The text does not begin with a NUL.
func tokenText(s string) string {
	if s == "" {
		return ""
	}
	return new(big.Int).SetBytes([]byte(s)).Text(big.MaxBase)
}

func tokenNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(int64(n), 36)
}

var errToken = errors.New("not a button of editwatch")

// ParseAction reads a token. An error means that the button is not ours, or of
// another version: anybody can send any text as one.
func ParseAction(token string) (Action, error) {
	f := strings.Split(token, ":")
	if len(token) > MaxToken || f[0] != tokenMark || len(f) < 2 || len(f) > tokenFields {
		return Action{}, errToken
	}
	for len(f) < tokenFields {
		f = append(f, "")
	}
	a := Action{Verb: f[1], Target: f[2], State: f[7]}
	for _, s := range []string{a.Verb, a.Target, a.State} {
		if strings.ContainsFunc(s, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			return Action{}, errToken
		}
	}
	for i, n := range []*int{&a.From, &a.To, &a.Before, &a.After} {
		if f[3+i] == "" {
			continue
		}
		v, err := strconv.ParseInt(f[3+i], 36, 62)
		if err != nil || v <= 0 {
			return Action{}, errToken
		}
		*n = int(v)
	}
	if n, ok := new(big.Int).SetString(f[8], big.MaxBase); ok && f[8] != "" {
		a.Text = string(n.Bytes())
	}
	if a.Verb == "" || !utf8.ValidString(a.Text) || a.Token() != token {
		return Action{}, errToken
	}
	return a, nil
}
