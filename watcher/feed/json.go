package feed

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/mmcdole/gofeed"
	jsonfeed "github.com/mmcdole/gofeed/json"
)

// whole translates a JSON Feed without what is null in its lists: gofeed
// v1.4.2 panics at a null item or author.
type whole struct{ gofeed.DefaultJSONTranslator }

func (t whole) Translate(feed any) (*gofeed.Feed, error) {
	if f, ok := feed.(*jsonfeed.Feed); ok {
		null := func(a *jsonfeed.Author) bool { return a == nil }
		f.Authors = slices.DeleteFunc(f.Authors, null)
		f.Items = slices.DeleteFunc(f.Items, func(i *jsonfeed.Item) bool { return i == nil })
		for _, i := range f.Items {
			i.Authors = slices.DeleteFunc(i.Authors, null)
		}
	}
	return t.DefaultJSONTranslator.Translate(feed)
}

// coerce turns items' IDs that are numbers into strings, which the format asks
// readers to do (https://www.jsonfeed.org/version/1.1/#items) and gofeed
// refuses to. A document it cannot help is returned as it is.
func coerce(data []byte) []byte {
	var doc map[string]json.RawMessage
	var items []map[string]json.RawMessage
	if json.Unmarshal(data, &doc) != nil || json.Unmarshal(doc["items"], &items) != nil {
		return data
	}
	changed := false
	for _, item := range items {
		if id := bytes.TrimSpace(item["id"]); len(id) > 0 && (id[0] == '-' || '0' <= id[0] && id[0] <= '9') {
			item["id"] = slices.Concat([]byte{'"'}, id, []byte{'"'})
			changed = true
		}
	}
	if !changed {
		return data
	}
	var err error
	if doc["items"], err = json.Marshal(items); err != nil {
		return data
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return data
	}
	return out
}
