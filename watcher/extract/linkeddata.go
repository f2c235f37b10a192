package extract

import (
	"encoding/json"
	"strings"
	"time"
)

// linkedData is what a page's JSON-LD says of its article.
type linkedData struct {
	kind, headline, author, publisher string
	published, modified               string
	free                              string // isAccessibleForFree as written
	list                              bool   // it describes a list of articles
}

// articleKinds are the schema.org types whose subject is one article, best
// first: https://schema.org/Article and its more specific types.
var articleKinds = []string{
	"LiveBlogPosting", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "OpinionNewsArticle",
	"BackgroundNewsArticle", "AskPublicNewsArticle", "ReviewNewsArticle", "BlogPosting", "Report",
	"AdvertiserContentArticle", "SatiricalArticle", "ScholarlyArticle", "TechArticle", "SocialMediaPosting",
	"DiscussionForumPosting", "Article", "Review", "Recipe",
}

// maxLinkedData bounds the scripts read, in bytes.
const maxLinkedData = 1 << 20

// readLinkedData reads the page's JSON-LD scripts. What cannot be read is skipped.
func readLinkedData(scripts []string) linkedData {
	var out linkedData
	best := len(articleKinds)
	size := 0
	for _, script := range scripts {
		if size += len(script); size > maxLinkedData {
			break
		}
		script = strings.TrimSpace(script)
		script = strings.TrimSuffix(strings.TrimPrefix(script, "<!--"), "-->")
		var v any
		if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSpace(script), ";")), &v); err != nil {
			// Raw line breaks inside strings are the usual mistake.
			if json.Unmarshal([]byte(strings.Map(lineToSpace, script)), &v) != nil {
				continue
			}
		}
		best = out.from(v, best, 0)
	}
	return out
}

func lineToSpace(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// from takes the article out of a JSON value if it has one better than best.
func (d *linkedData) from(v any, best, depth int) int {
	if depth > 4 {
		return best
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			best = d.from(item, best, depth+1)
		}
	case map[string]any:
		for _, kind := range texts(v["@type"]) {
			kind = kind[strings.LastIndexAny(kind, "/:")+1:]
			if kind == "CollectionPage" || kind == "ItemList" && depth == 0 {
				d.list = true
			}
			for rank, known := range articleKinds {
				if kind == known && rank < best {
					best = rank
					d.take(v, kind)
				}
			}
		}
		for _, key := range []string{"@graph", "mainEntity", "mainEntityOfPage"} {
			switch inner := v[key].(type) {
			case []any, map[string]any:
				best = d.from(inner, best, depth+1)
			}
		}
	}
	return best
}

func (d *linkedData) take(v map[string]any, kind string) {
	d.kind = kind
	d.headline = clean(text(v["headline"]))
	d.author = clean(strings.Join(organisations(v["author"]), ", "))
	d.publisher = clean(strings.Join(organisations(v["publisher"]), ", "))
	d.published, d.modified = text(v["datePublished"]), text(v["dateModified"])
	switch free := v["isAccessibleForFree"].(type) {
	case bool:
		if !free {
			d.free = "false"
		}
	case string:
		d.free = strings.ToLower(free)
	}
}

// text returns v if it is a string, else the first string in it.
func text(v any) string {
	if all := texts(v); len(all) > 0 {
		return all[0]
	}
	return ""
}

func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// organisations returns the names of people or organisations.
func organisations(v any) []string {
	switch v := v.(type) {
	case string:
		if strings.Contains(v, "://") {
			return nil
		}
		return []string{v}
	case map[string]any:
		return texts(v["name"])
	case []any:
		var out []string
		for _, item := range v[:min(len(v), 10)] {
			out = append(out, organisations(item)...)
		}
		return out
	}
	return nil
}

// timeForms are the forms times have in metadata. Those without a zone are
// taken as UTC.
var timeForms = []string{
	time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700",
	"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -0700 MST",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
	time.RFC1123Z, time.RFC1123, "Mon, 2 Jan 2006 15:04:05 -0700", "Mon, 2 Jan 2006 15:04:05 MST",
	"Mon Jan 02 15:04:05 MST 2006", "2006-01-02", "2006/01/02", "20060102", "January 2, 2006", "2 January 2006",
}

// firstTime returns the first of the texts that states a time, in UTC.
func firstTime(texts ...string) time.Time {
	for _, s := range texts {
		s = strings.TrimSpace(s)
		if len(s) < 8 || len(s) > 40 {
			continue
		}
		for _, form := range timeForms {
			if t, err := time.Parse(form, s); err == nil && t.Year() > 1900 && t.Year() < 2200 {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}
