package extract

import "testing"

// TestStandfirstByPlace: a sentence next to the headline and outside of the body
// is the standfirst, whatever it is called; other things that stand there are
// not.
func TestStandfirstByPlace(t *testing.T) {
	const sentence = "Engineers found cracks in four piers; buses will take the long way round."
	body := `<main class="text"><p>` + opening + `</p><p>` + closing + `</p></main>`
	tests := []struct{ name, top, want string }{
		{"paragraph", `<p class="zz">` + sentence + `</p>`, sentence},
		{"french", `<p>Les bus feront le tour par la vieille ville pendant deux ans.</p>`, "Les bus feront le tour par la vieille ville pendant deux ans."},
		{"row", `<p>Ann Smith · 12.03.2026 10:05 · 1,204 views</p>`, ""},
		{"behind_another", `<p>Ann Smith</p><p>` + sentence + `</p>`, ""},
		{"no_sentence", `<p>The harbour, the bridge and all of the people who used it</p>`, ""},
		{"invitation", `<p>Iscriviti alla nostra newsletter, esce ogni mattina alle sei.</p>`, ""},
		{"named_as_noise", `<p class="caption">` + sentence + `</p>`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read([]byte(page("Bridge", `<div class="hero"><h1>Bridge closes</h1>`+tt.top+`</div>`+body)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Text.Standfirst != tt.want || len(r.Text.Paragraphs) != 2 {
				t.Errorf("read %q and %d paragraphs, want %q", r.Text.Standfirst, len(r.Text.Paragraphs), tt.want)
			}
			if tt.want == "" {
				return
			}
			// An advertisement between the two moves nothing.
			again, err := Read([]byte(page("Bridge", `<div class="hero"><h1>Bridge closes</h1><div class="ad">Advertisement</div>`+tt.top+`</div>`+body)), Options{Place: r.Place, Last: r.Text})
			if err != nil || again.Text.Standfirst != tt.want {
				t.Errorf("then read %q, %v", again.Text.Standfirst, err)
			}
		})
	}
}
