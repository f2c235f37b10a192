package brief

import "slices"

// A measure is how much a line may show: characters of unchanged text on
// either side of a change, and of each struck or added run.
type measure struct{ context, run int }

// measures go from generous to scant. Those before few are tried with all
// lines; the rest only once few lines are left, so that a long edit shows fewer
// parts rather than all of them as scraps.
var measures = []measure{{48, 500}, {48, 280}, {40, 200}, {32, 140}, {24, 100}, {16, 60}, {8, 40}, {0, 24}, {0, 12}}

const (
	generous = 4 // of the measures
	few      = 3 // parts
)

// Shrink returns the brief with lines of at most budget characters together,
// labels and signs not counted. It leaves out context first, then the ends of
// long texts, then the parts that matter least. It never fails: with no room at
// all there are no lines, and What still says what happened.
func (b Brief) Shrink(budget int) Brief { return b.shrink(budget, unlimited) }

// Size returns how many characters the lines have, labels and signs not
// counted: what a budget limits.
func (b Brief) Size() int {
	n := 0
	for _, l := range b.Lines {
		n += l.size()
	}
	return n
}

func (l Line) size() int {
	n := 0
	for _, r := range l.Runs {
		n += Len(r.Text)
	}
	return n
}

func (b Brief) shrink(budget, context int) Brief {
	all, full := b.Lines, b.More
	// try leaves its result in b.
	try := func(m measure, parts int) bool {
		lines := all
		b.More = full
		if partsIn(lines) > parts {
			var more int
			lines, more = firstParts(lines, parts)
			b.More += more
		}
		b.Lines = squeeze(lines, m.within(context))
		return b.Size() <= budget
	}
	total := partsIn(all)
	if budget >= unlimited && try(measure{context, unlimited}, total) {
		return b
	}
	for _, m := range measures[:generous] {
		if try(m, total) {
			return b
		}
	}
	if parts := fitting(squeeze(all, measures[generous-1].within(context)), budget); parts >= few && try(measures[generous-1], parts) {
		return b
	}
	for parts := min(total, few); parts >= min(total, 1); parts-- {
		for _, m := range measures[generous:] {
			if try(m, parts) {
				return b
			}
		}
	}
	b.Lines = chop(b.Lines, budget)
	b.More = full + total - partsIn(b.Lines)
	return b
}

// within returns the measure with no more context than that.
func (m measure) within(context int) measure {
	m.context = min(m.context, context)
	return m
}

// fitting returns how many parts, from the first on, have at most budget
// characters together.
func fitting(lines []Line, budget int) int {
	parts := 0
	for i, l := range lines {
		if budget -= l.size(); budget < 0 {
			if !startsPart(lines, i) {
				parts-- // its first line has room, its second has not
			}
			return parts
		}
		if startsPart(lines, i) {
			parts++
		}
	}
	return parts
}

// squeeze returns the lines cut to a measure. Those given are not changed.
func squeeze(lines []Line, m measure) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		l.Runs = squeezeRuns(l.Runs, m)
		out[i] = l
	}
	return out
}

func squeezeRuns(runs []Run, m measure) []Run {
	matters := func(r Run) bool { return r.Mark.Changed() || r.Mark == Found }
	first := slices.IndexFunc(runs, matters)
	if first < 0 {
		return cutRuns(runs, m)
	}
	last := len(runs) - 1
	for !matters(runs[last]) {
		last--
	}
	var out []Run
	for i, r := range runs {
		switch {
		case matters(r):
			out = append(out, marked(r, m.run)...)
		case r.Mark == Gap:
			out = append(out, r)
		default:
			out = append(out, around(r.Text, i > first, i < last, m.context)...)
		}
	}
	return joinGaps(out)
}

// marked returns a run that is marked of at most most characters, with a gap
// outside of the mark where it was cut.
func marked(r Run, most int) []Run {
	if Len(r.Text) <= most {
		return []Run{r}
	}
	text := start(r.Text, most-1)
	gap := ellipsis
	if startsWithSpace(r.Text[len(text):]) {
		gap = " " + gap
	}
	return []Run{{r.Mark, text}, {Gap, gap}}
}

// cutRuns cuts a line in which nothing is marked.
func cutRuns(runs []Run, m measure) []Run {
	out := slices.Clone(runs)
	for i, r := range out {
		if r.Mark == Plain && m.run < unlimited {
			out[i].Text = Cut(r.Text, m.run)
		}
	}
	return out
}

// around returns unchanged text cut to what stands near a change: its start if
// a change comes before it, its end if one comes after.
func around(s string, before, after bool, context int) []Run {
	room := 0
	if before {
		room += context
	}
	if after {
		room += context
	}
	// A gap that hides no more than a word or two is no gain.
	if Len(s) <= room+max(room/4, 8) {
		return []Run{{Plain, s}}
	}
	var out []Run
	start, end := "", ""
	if before {
		start = phraseHead(s, context)
	}
	if after {
		end = phraseTail(s, context)
	}
	gap := ellipsis
	if start != "" || before {
		if trimmed := trimRight(start); trimmed != start || startsWithSpace(s[len(start):]) {
			start, gap = trimmed, " "+gap
		}
	}
	if end != "" || after {
		if rest := s[:len(s)-len(end)]; rest != trimRight(rest) || startsWithSpace(end) {
			end, gap = trimLeft(end), gap+" "
		}
	}
	if start != "" {
		out = append(out, Run{Plain, start})
	}
	out = append(out, Run{Gap, gap})
	if end != "" {
		out = append(out, Run{Plain, end})
	}
	return out
}

// joinGaps makes gaps that follow each other one.
func joinGaps(runs []Run) []Run {
	out := runs[:0:0]
	for _, r := range runs {
		if n := len(out); n > 0 && r.Mark == Gap && out[n-1].Mark == Gap {
			continue
		}
		out = append(out, r)
	}
	return out
}

// chop keeps what fits of the lines, to the character.
func chop(lines []Line, budget int) []Line {
	var out []Line
	for _, l := range lines {
		var runs []Run
		for _, r := range l.Runs {
			if Len(r.Text) > budget {
				if text := start(r.Text, budget-1); r.Mark != Gap && text != "" {
					runs = append(runs, Run{r.Mark, text}, Run{Gap, ellipsis})
				}
				budget = 0
				break
			}
			budget -= Len(r.Text)
			runs = append(runs, r)
		}
		if len(runs) == 0 {
			break
		}
		l.Runs = runs
		out = append(out, l)
	}
	return out
}
