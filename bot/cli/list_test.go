package cli

import (
	"strings"
	"testing"

	"github.com/editwatch/editwatch/bot"
)

func TestPrintList(t *testing.T) {
	list := bot.Answer{
		Lines: []string{
			"w1  console  The Harbour Post: news: ok, checked 2 min ago, next in 3 minutes",
			"w12  night desk  港の新聞、橋の記事: failing (no such host), next in 2 hours",
			"w3  console  Council votes to close the bridge for two years, citing cost: paused until resumed",
			"3 of 40 watches.",
		},
	}
	for _, f := range []string{
		`{"id":"w1","channel":"console","title":"The Harbour Post: news"}`,
		`{"id":"w12","channel":"night desk","title":"港の新聞、橋の記事"}`,
		`{"id":"w3","channel":"console","title":"Council votes to close the bridge for two years, citing cost"}`,
	} {
		list.Facts = append(list.Facts, []byte(f))
	}
	one := bot.Answer{Lines: []string{"w1  The Post: ok"}, Facts: list.Facts[:1]}
	one.Facts = append(one.Facts[:0:0], []byte(`{"id":"w1","channel":"desk","title":"The Post"}`))
	tests := []struct {
		name  string
		a     bot.Answer
		cells int
		want  string
	}{
		{"narrow", list, 90, `
w1   console     The Harbour Post: news           ok, checked 2 min ago, next in 3 minutes
w12  night desk  港の新聞、橋の記事               failing (no such host), next in 2 hours
w3   console     Council votes to close the bri…  paused until resumed
3 of 40 watches.
`},
		{"very_narrow", list, 20, `
w1   console     The Harbour Post: news    ok, checked 2 min ago, next in 3 minutes
w12  night desk  港の新聞、橋の記事        failing (no such host), next in 2 hours
w3   console     Council votes to close…   paused until resumed
3 of 40 watches.
`},
		{"of_one_channel", one, 0, "\nw1  The Post  ok\n"},
		{"nothing", bot.Answer{Lines: []string{"Nothing is watched here yet."}}, 80, "\nNothing is watched here yet.\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := PrintList(&b, tt.a, tt.cells); err != nil {
				t.Fatal(err)
			}
			if got := "\n" + b.String(); got != tt.want {
				t.Errorf("got:%swant:%s", got, tt.want)
			}
		})
	}
}
