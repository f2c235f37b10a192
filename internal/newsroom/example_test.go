package newsroom_test

import (
	"fmt"
	"strings"

	"github.com/editwatch/editwatch/internal/newsroom"
)

// A test edits an article and learns from the log what ought to be announced.
func ExampleNewsroom_Truth() {
	n := newsroom.New(newsroom.Options{Empty: true})
	a := n.Outlet("harbour-post").Publish(newsroom.Draft{
		Text: newsroom.Text{Headline: "Storm sinks ferry", Paragraphs: []string{"The storm killed 34 people."}},
	})
	a.Edit(func(t *newsroom.Text) { t.Paragraphs[0] = "The storm killed 38 people." }, "fact")
	a.Fault(newsroom.ConsentWall, 1) // nobody should hear of it
	a.Remove(newsroom.Gone)

	for _, c := range n.Truth() {
		fmt.Println(c.N, c.Kind, c.Significance, strings.Join(c.After.Paragraphs, " "))
	}
	// Output:
	// 1 published none The storm killed 34 people.
	// 2 edited major The storm killed 38 people.
	// 3 removed major
}
