package cli

import (
	"testing"
	"time"

	"github.com/editwatch/editwatch/bot"
)

func TestDialect(t *testing.T) {
	for want, c := range map[string]bot.Command{
		"editwatch list":                                   {Verb: bot.List},
		"editwatch --help":                                 {Verb: bot.Help},
		"editwatch add --help":                             {Verb: bot.Help, Target: "add"},
		"editwatch add https://x.org/a":                    {Verb: bot.Add, Target: "https://x.org/a"},
		"editwatch add 'https://x.org/?a=b&c'":             {Verb: bot.Add, Target: "https://x.org/?a=b&c"},
		"editwatch add --label='it'\\''s' https://x.org/a": {Verb: bot.Add, Target: "https://x.org/a", Options: map[string]string{"label": "it's"}},
		"editwatch add '$(reboot)'":                        {Verb: bot.Add, Target: "$(reboot)"},
		"editwatch edit w1 min=major":                      {Verb: bot.Edit, Target: "w1", Options: map[string]string{"min": "major"}},
		"editwatch pause w1 90m":                           {Verb: bot.Pause, Target: "w1", For: 90 * time.Minute},
		"editwatch diff https://x.org/a 2 4":               {Verb: bot.Diff, Target: "https://x.org/a", From: 2, To: 4},
		"editwatch settings digest='daily 09:00'":          {Verb: bot.Settings, Options: map[string]string{"digest": "daily 09:00"}},
	} {
		if got := Dialect.Write(c); got != want {
			t.Errorf("%+v is typed %s, want %s", c, got, want)
		}
	}
}
