package web

import (
	"github.com/editwatch/editwatch/internal/news"
)

// A choice is one value of a form's field, with its name for people.
type choice struct{ Value, Name string }

// classNames are the classes of edits, in the order in which forms offer them.
var classNames = []choice{
	{string(news.ClassHeadline), "headline"},
	{string(news.ClassCorrection), "correction note"},
	{string(news.ClassFact), "fact"},
	{string(news.ClassStandfirst), "standfirst"},
	{string(news.ClassAddition), "paragraph added"},
	{string(news.ClassRemoval), "paragraph removed"},
	{string(news.ClassRewrite), "paragraph rewritten"},
	{string(news.ClassReorder), "paragraph moved"},
	{string(news.ClassMinor), "wording"},
	{string(news.ClassTypography), "typography"},
}

// kindNames are the kinds of events other than edits that readers look for.
var kindNames = []choice{
	{string(news.Removed), "article removed"},
	{string(news.Returned), "article returned"},
	{string(news.Reverted), "earlier text returned"},
	{string(news.Testing), "headline under test"},
	{string(news.Redirected), "article moved"},
}

// nameOf returns the name of a value, or the value itself.
func nameOf(choices []choice, value string) string {
	for _, c := range choices {
		if c.Value == value {
			return c.Name
		}
	}
	return value
}

// kinds names classes.
func kinds(classes []news.Class) []string {
	var out []string
	for _, c := range classes {
		out = append(out, nameOf(classNames, string(c)))
	}
	return out
}
