package brief

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/editwatch/editwatch/internal/news"
)

// Count returns a number with its noun: "1 paragraph", "3 paragraphs".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return strconv.Itoa(n) + " " + noun
}

// Versions returns how often an article was read anew and edited: "6 versions,
// 5 edits". The edits are counted, not derived: rereadings make versions
// without edits.
func Versions(versions, edits int) string {
	return Count(versions, "version") + ", " + Count(edits, "edit")
}

// Pruned says that the oldest versions of an article, as many as n, are not kept
// any more; nothing where all are.
func Pruned(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "Its oldest version is no longer kept."
	}
	return "Its oldest " + strconv.Itoa(n) + " versions are no longer kept."
}

// List joins words as a sentence does: "headline, standfirst and 3 paragraphs".
func List(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// what names the event, and what it touched.
func what(r news.Report) string {
	touched := Touched(r.Edit)
	with := func(s, join string) string {
		if touched == "" {
			return s
		}
		return s + join + touched
	}
	switch r.Kind {
	case news.Edited:
		if touched == "" && r.Pruned {
			return "article edited"
		}
		if touched == "" {
			return "no change in the end"
		}
		return touched
	case news.Removed:
		return "article removed"
	case news.Returned:
		return with("article is back", ", edited: ")
	case news.Reverted:
		if r.RevertedTo > 0 {
			return with(fmt.Sprintf("reverted to version %d", r.RevertedTo), ": ")
		}
		return with("reverted to an earlier version", ": ")
	case news.Testing:
		return "headline under test"
	case news.Redirected:
		return with("article moved to a new address", ", edited: ")
	case news.Retired:
		return "article no longer checked"
	case news.Live:
		if r.Edits > 0 {
			return "live page, " + Count(r.Edits, "edit")
		}
		return "live page"
	case news.Failing:
		return kindOf(r) + " cannot be read"
	case news.Recovered:
		return kindOf(r) + " can be read again"
	}
	return with(tidy(string(r.Kind)), ": ")
}

// kindOf is what a notice speaks of. A notice about a feed has no article.
func kindOf(r news.Report) string {
	if r.Article.ID == "" {
		return "feed"
	}
	return "article"
}

// Touched names what an edit touched: "headline and 3 paragraphs", "2
// paragraphs added". It is empty for an edit without parts and for nil.
func Touched(e *news.Edit) string {
	if e == nil {
		return ""
	}
	var words []string
	paragraphs, ops := 0, make(map[news.Op]int)
	heads := make(map[news.Where]bool)
	for _, p := range e.Parts {
		if p.Part == news.WhereParagraph {
			paragraphs++
			ops[p.Op]++
			continue
		}
		heads[p.Part] = true
	}
	for _, w := range []news.Where{news.WhereHeadline, news.WhereStandfirst} {
		if heads[w] {
			words = append(words, string(w))
		}
	}
	if paragraphs > 0 {
		s := Count(paragraphs, "paragraph")
		for op, done := range map[news.Op]string{news.OpAdd: "added", news.OpRemove: "removed", news.OpMove: "moved"} {
			if ops[op] == paragraphs {
				s += " " + done
			}
		}
		words = append(words, s)
	}
	return List(words)
}

// worthTelling leaves out of an edit that matters the parts that only concern
// quotes and spaces, and says how many paragraphs those were.
func worthTelling(e *news.Edit) (_ *news.Edit, quiet int) {
	if e == nil || e.Significance <= news.Typography {
		return e, 0
	}
	kept := *e
	kept.Parts = nil
	for _, p := range e.Parts {
		switch only := len(p.Classes) == 1 && p.Classes[0] == news.ClassTypography; {
		case !only:
			kept.Parts = append(kept.Parts, p)
		case p.Part == news.WhereParagraph:
			quiet++
		}
	}
	return &kept, quiet
}

// remarks says what the lines do not show.
func remarks(r news.Report, quiet int) []string {
	e := r.Edit
	if e == nil || len(e.Parts) == 0 || r.Kind == news.Testing {
		return nil
	}
	var out []string
	if n := e.Unchanged(len(r.Old.Paragraphs)) - quiet; n > 0 {
		out = append(out, Count(n, "paragraph")+" unchanged")
	}
	if quiet > 0 {
		out = append(out, Count(quiet, "paragraph")+" changed in typography only")
	}
	fact := e.Has(news.ClassFact)
	switch {
	case fact && e.Noted:
		out = append(out, "facts changed, with a correction note")
	case fact:
		out = append(out, "facts changed, no correction note")
	case e.Noted:
		out = append(out, "with a correction note")
	case e.Significance == news.Minor:
		out = append(out, "minor")
	case e.Significance == news.Typography:
		out = append(out, "typography only")
	}
	return out
}

// sentences are the lines that no edit can say.
func sentences(r news.Report) []Line {
	detail := strings.TrimRight(tidy(r.Detail), ". ")
	say := func(s string) []Line { return []Line{sentence(s)} }
	if r.Pruned && (r.Kind == news.Edited || r.Kind == news.Reverted) {
		return say("What changed was not kept.")
	}
	switch r.Kind {
	case news.Removed:
		return say(missing(detail))
	case news.Testing:
		return underTest(r, detail)
	case news.Redirected:
		if to := tidy(r.RedirectedTo); to != "" {
			return say("It is now at " + to)
		}
	case news.Retired:
		if detail != "" {
			return say(Upper(detail) + ".")
		}
		return say("It has not been edited for long. Watch it again to have it checked again.")
	case news.Live:
		return say("It is edited so often that its edits are summed up from here on.")
	case news.Failing:
		if detail != "" {
			return say("The newest attempt: " + detail + ". Checks go on, less often.")
		}
		return say("Checks go on, less often.")
	case news.Recovered:
		if detail != "" {
			return say(Upper(detail) + ".")
		}
		return say("Checks go on as usual.")
	}
	return nil
}

// underTest shows two headlines that alternate. Neither is struck: both stand.
func underTest(r news.Report, detail string) []Line {
	one, two := r.Old.Headline, r.New.Headline
	if r.Edit != nil {
		for _, p := range r.Edit.Parts {
			if p.Part == news.WhereHeadline {
				one, two = p.Before, p.After
			}
		}
	}
	var out []Line
	if r.Edit == nil && detail != "" { // no versions to tell them from
		one, two = pair(detail)
	}
	for i, s := range []string{one, two} {
		if s = tidy(s); s != "" {
			out = append(out, Line{
				Part:  news.WhereHeadline,
				Label: []string{"A", "B"}[i],
				Runs:  []Run{{Plain, s}},
			})
		}
	}
	if len(out) == 0 && detail != "" {
		out = append(out, sentence(Upper(detail)+"."))
	}
	return append(out, sentence("The site switches between them. That is said once."))
}

// pair reads the two headlines of a test from its detail, “one” and “another”,
// or returns nothing where it cannot be told which they are.
func pair(detail string) (one, two string) {
	inner, opened := strings.CutPrefix(detail, "“")
	inner, closed := strings.CutSuffix(inner, "”")
	if !opened || !closed || strings.Count(inner, "” and “") != 1 {
		return "", ""
	}
	one, two, _ = strings.Cut(inner, "” and “")
	return one, two
}

// missing says how a page that was removed is missing: what the site answers, in
// words or as a bare status, or where the page leads.
func missing(detail string) string {
	status, _, _ := strings.Cut(detail, " ")
	_, err := strconv.Atoi(status)
	switch {
	case detail == "":
		return "The page is missing."
	case status == "410":
		return "The site says that the page is gone for good (410)."
	case err == nil:
		return "The page is missing (" + status + ")."
	}
	return Upper(detail) + "."
}

func sentence(s string) Line { return Line{Runs: []Run{{Plain, s}}} }
