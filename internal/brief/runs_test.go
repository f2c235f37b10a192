package brief

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRuns(t *testing.T) {
	tests := []struct {
		name   string
		pieces []Run
		want   []Run
	}{
		{"nothing", nil, nil},
		{"pieces_of_one_mark", []Run{{Del, "Council "}, {Del, "delays"}, {Del, " repair"}, {Ins, "Council votes"}},
			[]Run{{Del, "Council delays repair"}, {Plain, " "}, {Ins, "Council votes"}}},
		{"spaces", []Run{{Plain, "carries"}, {Del, " 8,000 "}, {Ins, "11,000 "}, {Plain, "vehicles "}},
			[]Run{{Plain, "carries"}, {Plain, " "}, {Del, "8,000"}, {Plain, " "}, {Ins, "11,000"}, {Plain, " vehicles "}}},
		{"found", []Run{{Plain, "The "}, {Found, "bridge"}, {Plain, " carries "}, {Found, "vehicles"}, {Ins, ", and carts"}},
			[]Run{{Plain, "The "}, {Found, "bridge"}, {Plain, " carries "}, {Found, "vehicles"}, {Ins, ", and carts"}}},
		{"found_without_spaces", []Run{{Plain, "新しい"}, {Found, "橋"}, {Plain, "が"}}, []Run{{Plain, "新しい"}, {Found, "橋"}, {Plain, "が"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, Runs(tt.pieces...)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRunsKeepTheirPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.Custom(func(t *rapid.T) Run {
			return Run{rapid.SampledFrom([]Mark{Plain, Del, Ins, Found}).Draw(t, "mark"), anyText().Draw(t, "text")}
		})
		runs := Runs(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces")...)
		if len(runs) == 0 {
			return
		}
		b := Brief{Lines: []Line{{Runs: runs}}}
		check(t, b, -1)
		budget := rapid.IntRange(0, 200).Draw(t, "budget")
		check(t, b.Shrink(budget), max(budget, 1))
	})
}
