package bot

import (
	"github.com/editwatch/editwatch/internal/news"
)

// Pressed returns what pressing a button asks for; the front end adds where,
// and by whom. The rights are looked at anew, and so is whether what the button
// names is still there. An error is a *news.Refusal: anybody can send any text
// as a token.
func Pressed(token string) (Command, error) {
	a, err := news.ParseAction(token)
	if err != nil {
		return Command{}, &news.Refusal{What: "That button is not one of mine.", Do: "Ask again for a fresh answer."}
	}
	switch v := Verb(a.Verb); v {
	case Search:
		return searchAgain(a)
	case History, Diff, Explain, List, Mute, Unmute, Undo, Help, Status:
		return Command{Verb: v, Target: a.Target, From: a.From, To: a.To, Before: a.Before, After: a.After, State: a.State, FromButton: true}, nil
	}
	return Command{}, &news.Refusal{What: "That button is of another editwatch.", Do: "Ask again for a fresh answer."}
}

// button returns a button that asks for the action.
func button(label string, a news.Action) news.Button {
	return news.Button{Label: label, Token: a.Token()}
}
