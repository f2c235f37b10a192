package extract_test

import (
	"errors"
	"fmt"

	"github.com/editwatch/editwatch/watcher/extract"
)

// The first reading finds the article; the place it was found at makes the next
// one cheaper, and comparable with the first.
func ExampleRead() {
	page := `<html><head><title>Bridge closes - The Harbour Post</title></head><body><article class="story">
<h1>Bridge closes</h1><p>5 minutes ago</p><p>The council has voted to close the old bridge for %s years.</p></article></body></html>`

	first, err := extract.Read([]byte(fmt.Sprintf(page, "two")), extract.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	second, err := extract.Read([]byte(fmt.Sprintf(page, "three")), extract.Options{Place: first.Place, Last: first.Text})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %q\n", second.Text.Headline, second.Text.Paragraphs)
	// Output: Bridge closes: ["The council has voted to close the old bridge for three years."]
}

func ExampleRefusal() {
	_, err := extract.Read([]byte("<html><body><h1>404 Not Found</h1></body></html>"), extract.Options{})
	if refusal, ok := errors.AsType[*extract.Refusal](err); ok {
		fmt.Println("not read:", refusal.Reason)
	}
	// Output: not read: an error page
}
