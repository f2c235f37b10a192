package textdiff

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	tests := []struct{ text, want string }{
		{"It cost 1,234.5 or -5 in all.", "It|cost|1,234.5|or|-5|in|all|."},
		{"$5 or 5% or 1.5m or €1,5", "$5|or|5%|or|1.5m|or|€1,5"},
		{"at 10:30 on 12/03/2024, won 3–2", "at|10:30|on|12/03/2024|,|won|3–2"},
		{"the U.S. and e.g. this. End.", "the|U.S.|and|e.g.|this|.|End|."},
		{"a well-known 5-year-old", "a|well-known|5-year-old"},
		{"don’t stop... now -- no", "don’t|stop|...|now|--|no"},
		{"see https://a.example/b?c=1, or (www.b.example).", "see|https://a.example/b?c=1|,|or|(|www.b.example|)|."},
		{"“We were”", "“|We|were|”"},
		{"34人が", "34|人|が"},
		{"กำ 👨‍👩‍👧", "กำ|👨‍👩‍👧"},
		{"", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, tok := range Tokens(tt.text) {
			got = append(got, tok.In(tt.text))
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("Tokens(%q):\n got %s\nwant %s", tt.text, s, tt.want)
		}
	}
}

// show writes spans as readers of these tests like them.
func show(spans []Span) string {
	var b strings.Builder
	for i, s := range spans {
		switch s.Op {
		case Same:
			b.WriteString(s.Text)
		case Del:
			b.WriteString("[-" + s.Text + "-]")
		case Ins:
			if i > 0 && spans[i-1].Op == Del {
				b.WriteByte(' ')
			}
			b.WriteString("{+" + s.Text + "+}")
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	tests := []struct{ name, old, new, want string }{
		{"equal", "a b", "a b", "a b"},
		{"empty", "", "", ""},
		{"added", "", "a b", "{+a b+}"},
		{"number", "34 killed", "38 killed", "[-34-] {+38+} killed"},
		{"sign", "It was -5 there.", "It was 5 there.", "It was [--5-] {+5+} there."},
		{"decimal", "It cost 1.5m to build.", "It cost 15m to build.", "It cost [-1.5m-] {+15m+} to build."},
		{"phrase", "30 people were injured when a train derailed.", "85 people were injured when two trains collided.",
			"[-30-] {+85+} people were injured when [-a train derailed-] {+two trains collided+}."},
		{"no_island_on_a_stop_word", "He praised the mayor of the old port again and again.", "He praised workers in the new town again and again.",
			"He praised [-the mayor of the old port-] {+workers in the new town+} again and again."},
		{"begin", "Dogs bark.", "Big Dogs bark.", "{+Big +}Dogs bark."},
		{"end", "Dogs bark.", "Dogs bark loudly.", "Dogs bark{+ loudly+}."},
		{"middle", "Dogs bark.", "Dogs often bark.", "Dogs {+often +}bark."},
		{"clause", "The mayor, who denied it, resigned.", "The mayor resigned.", "The mayor[-, who denied it,-] resigned."},
		{"sentence", "He left. Nobody knows.", "He left. He was tired. Nobody knows.", "He left. {+He was tired. +}Nobody knows."},
		{"sentence_with_a_like_end", "It rained. We left.", "It rained. It snowed. We left.", "It rained. {+It snowed. +}We left."},
		{"brackets", "See the map (page 2) and the list.", "See the map (page 2) and (page 3) the list.", "See the map (page 2) and {+(page 3) +}the list."},
		{"space", "a  b c", "a b c", "a [- -]b c"},
		{"headline", "Council delays bridge repair, citing cost", "Council votes to close bridge for two years",
			"[-Council delays bridge repair, citing cost-] {+Council votes to close bridge for two years+}"},
		{"mark_on_a_space", "a the", "a \u0E33", "a[- the-] {+ \u0E33+}"},
		{"family", "a 👨‍👩‍👧 b", "a 👨‍👩‍👧‍👦 b", "a [-👨‍👩‍👧-] {+👨‍👩‍👧‍👦+} b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spans := Words(tt.old, tt.new)
			if got := show(spans); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
			if err := checkWords(tt.old, tt.new, spans); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAlign(t *testing.T) {
	const (
		bridge = "The bridge carries 8,000 vehicles a day, most of them bound for the port."
		more   = "The bridge carries 11,000 vehicles a day, many of them bound for the port."
		mayor  = "The mayor promised in March that no jobs would be lost at the docks."
		quote  = "“We were not asked,” the harbour master said on Tuesday evening."
		cracks = "Engineers found cracks in two of the piers last winter."
		ad     = "Advertisement"
	)
	tests := []struct {
		name     string
		old, new []string
		want     string
	}{
		{"nothing", nil, nil, ""},
		{"equal", []string{bridge, mayor}, []string{bridge, mayor}, "0-0 1-1"},
		{"insertion_beside_an_edit", []string{bridge, mayor}, []string{quote, more, mayor}, "+0 0-1 1-2"},
		{"insertion_after_an_edit", []string{bridge, mayor}, []string{more, quote, mayor}, "0-0 +1 1-2"},
		{"removal", []string{bridge, quote, mayor}, []string{bridge, mayor}, "0-0 -1 2-1"},
		{"move", []string{bridge, mayor, quote}, []string{quote, bridge, mayor}, "2~0 0-1 1-2"},
		{"move_and_edit", []string{bridge, mayor, quote, cracks}, []string{mayor, quote, cracks, more}, "1-0 2-1 3-2 0~3"},
		{"the_shorter_moves", []string{bridge, ad}, []string{ad, bridge}, "1~0 0-1"},
		{"equal_paragraphs", []string{bridge, ad, mayor, ad, quote}, []string{bridge, ad, mayor, quote}, "0-0 1-1 2-2 -3 4-3"},
		{"replaced", []string{bridge, ad, mayor}, []string{bridge, cracks, mayor}, "0-0 +1 -1 2-2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pairs := Align(tt.old, tt.new)
			var got []string
			for _, p := range pairs {
				switch {
				case p.Old < 0:
					got = append(got, fmt.Sprintf("+%d", p.New))
				case p.New < 0:
					got = append(got, fmt.Sprintf("-%d", p.Old))
				case p.Moved:
					got = append(got, fmt.Sprintf("%d~%d", p.Old, p.New))
				default:
					got = append(got, fmt.Sprintf("%d-%d", p.Old, p.New))
				}
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("got %s, want %s", s, tt.want)
			}
			if err := checkAlign(tt.old, tt.new, pairs); err != nil {
				t.Error(err)
			}
		})
	}
}

func ExampleWords() {
	for _, s := range Words("At least 34 people died.", "At least 38 people died.") {
		fmt.Printf("%v %q\n", s.Op, s.Text)
	}
	// Output:
	// same "At least "
	// del "34"
	// ins "38"
	// same " people died."
}

func ExampleAlign() {
	old := []string{"The mayor resigned on Monday.", "Nobody knows why."}
	new := []string{"It rained.", "The mayor resigned on Tuesday.", "Nobody knows why."}
	for _, p := range Align(old, new) {
		fmt.Println(p.Old, p.New, p.Moved)
	}
	// Output:
	// -1 0 false
	// 0 1 false
	// 1 2 false
}

func BenchmarkWords(b *testing.B) {
	old := strings.Repeat("The bridge carries 8,000 vehicles a day, most of them bound for the port of Easton. ", 6)
	new := strings.Replace(old, "8,000", "11,000", 1)
	new = strings.TrimSuffix(new, "port of Easton. ") + "harbour."
	b.Run("tokens_floor", func(b *testing.B) {
		for b.Loop() {
			Tokens(old)
			Tokens(new)
		}
	})
	b.Run("paragraph_of_100_words", func(b *testing.B) {
		for b.Loop() {
			Words(old, new)
		}
	})
	lines := strings.Fields(strings.Repeat("a b c d e f ", 20))
	b.Run("align_120_equal_but_one", func(b *testing.B) {
		changed := slices.Insert(slices.Clone(lines), 60, "The bridge is closed.")
		for b.Loop() {
			Align(lines, changed)
		}
	})
}
