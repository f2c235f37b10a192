package edit

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/editwatch/editwatch/internal/news"
)

func paragraphs(s ...string) news.Text {
	return news.Text{Headline: "Bridge to close", Paragraphs: s}
}

// TestSentences compares single paragraphs. The words "{old>new}" stand for a
// change within the sentence.
func TestSentences(t *testing.T) {
	const (
		fact, minor, typography = "fact", "minor", "typography"
	)
	tests := []struct{ text, want string }{
		// Facts that rules of other tools hide.
		{"He was jailed for {3>18} months.", fact},
		{"The hearing is on {12>19} March.", fact},
		{"The minister acted {lawfully>unlawfully}, the court said.", fact},
		{"At least {34>38} killed in the crash.", fact},
		{"It cost {1.5m>15m} to build.", fact},
		{"It was {-5>5} degrees at noon.", fact},
		// And as many again.
		{"The fine was {£2m>£2bn}.", fact},
		{"Prices rose by {5%>5} a year.", fact},
		{"Prices rose by {0.5%>5%} in June.", fact},
		{"They walked for five {kilometres>miles}.", fact},
		{"It lasted {two>three} hours.", fact},
		{"It lasted two {hours>days}.", fact},
		{"He said on {Tuesday>Wednesday} that it was over.", fact},
		{"The vote is in {May>June}.", fact},
		{"The mayor {did>did not} agree to it.", fact},
		{"She {can>can't} be sacked, a lawyer said.", fact},
		{"The water is {harmful>harmless} to fish.", fact},
		{"The report was written by {Jane Miller>Jane Miler} last year.", fact},
		{"A spokesman for {Shell>BP} declined to comment.", fact},
		{"A man called {Smith>Smyth} declined to comment.", fact},
		{"They reported {NBC>NCB} staff.", fact},
		{"Troops from {Iran>Iraq} crossed it.", fact},
		{"He said: “We were {never>always} asked about it.”", fact},
		{`The mayor called it "a {sad>shameful} day" for the town.`, fact},
		{`The minister {lied>"lied"} about the report.`, fact},
		{"Doors open at {10:30>11:30}.", fact},
		{"They won {3-1>3-2} at home.", fact},
		{"The {5-year-old>6-year-old} boy is well.", fact},
		{"Some {34>38} were killed and {38>34} injured.", fact},
		// In other languages.
		{"Er wurde zu {drei>acht} Jahren Haft verurteilt.", fact},
		{"Die Ministerin hat den Bericht {gelesen>nicht gelesen}.", fact},
		{"Die Sitzung findet am {Montag>Dienstag} statt.", fact},
		{"Das sagte Kanzler {Merz>Scholz} in Berlin.", fact},
		{"Il a été condamné à {trois>huit} mois de prison.", fact},
		{"Le ministre {a>n'a pas} lu le rapport.", fact},
		{"La réunion aura lieu le 12 {mars>mai}.", fact},
		{"La reunión será el {lunes>martes} en Madrid.", fact},
		{"El ministro {leyó>no leyó} el informe.", fact},
		{"O ministro {leu>não leu} o relatório.", fact},
		{"A reunião será em {março>abril} de 2024.", fact},
		{"Il ministro {ha>non ha} letto il rapporto.", fact},
		{"Ci sono {due>tre} morti nella strage.", fact},
		{"事故で{34>38}人が死亡した。", fact},
		{"قتل {34>38} شخصا في الحادث", fact},
		{"נהרגו {34>38} בני אדם", fact},
		{"She came {second>third} in the race.", fact},
		{"La loi {est>n'est pas} en vigueur.", fact},
		{"Der Vertrag ist {rechtmäßig>unrechtmäßig}.", fact},
		{"{Smith>Jones} said it was over.", fact},
		{"{However>Still}, it was over.", minor},
		// Style.
		{"He {first >}spoke of it at home.", minor},
		{"They waited{ all week>} for an answer.", minor},
		{"O preço caiu {no>na} mercado da cidade com uma semana.", minor},
		{"The committe{>e} met in the morning.", minor},
		{"The shop in Harbour {Road>Raod} is open.", minor},
		{"The shop in Harbour {Raod>Road} is open.", minor},
		{"{Simth>Smith} said it was over.", minor},
		{"The {goverment>government} agreed to pay.", minor},
		{"It was a {big>large} crowd.", minor},
		{"They met {again >}in the town hall.", minor},
		{"The crowd cheered{ ,>,} and then left{>,} singing.", minor},
		{"The {President>president} agreed.", minor},
		{"It lasted {five>5} hours.", minor},
		{"It cost {1,000>1000} to mend.", minor},
		{"It fell by five {per cent>percent} a year.", minor},
		{"He {did not>didn't} agree to it.", minor},
		{"It opens on {12 March>March 12}.", minor},
		{"It opens in {Sept>September}.", minor},
		{"Die Regierung will das {Verfahren>Vorhaben} stoppen.", minor},
		{"The cost is due {to>for} review.", minor},
		{"Photo: the bridge {in 2019>in 2020}", minor},
		// Typography.
		{"He said: {“>\"}We were asked.{”>\"}", typography},
		{"It is over {–>—} for now.", typography},
		{"And then{...>…} nothing.", typography},
		{"The mayor{'>’}s plan failed.", typography},
		{"Vraiment{ >}?", typography},
		// More than a word or two.
		{"The mayor resigned. {>The council will choose another one next week. }Nobody knows why.", "addition"},
		{"The mayor resigned. {The council will choose another one next week. >}Nobody knows why.", "removal"},
		{"The mayor, {>who had denied all wrongdoing through lawyers, }resigned.", "addition"},
		{"The mayor resigned.{> An earlier version of this article misspelled a name.}", "correction addition"},
	}
	for _, tt := range tests {
		before, after := both(tt.text)
		e := Compare(paragraphs(before), paragraphs(after))
		got := make([]string, len(e.Classes))
		for i, c := range e.Classes {
			got[i] = string(c)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: got %q, want %q", tt.text, s, tt.want)
		}
	}
}

// both expands {old>new}.
func both(s string) (before, after string) {
	for s != "" {
		head, rest, ok := strings.Cut(s, "{")
		before, after = before+head, after+head
		if !ok {
			break
		}
		change, tail, _ := strings.Cut(rest, "}")
		o, n, _ := strings.Cut(change, ">")
		before, after, s = before+o, after+n, tail
	}
	return before, after
}

func TestHeadlines(t *testing.T) {
	tests := []struct {
		text string
		want []news.Class
	}{
		{"Council {delays>votes for} bridge repair", []news.Class{news.ClassHeadline}},
		{"{34>38} killed in crash", []news.Class{news.ClassHeadline, news.ClassFact}},
		{"Did the minister lie{>?}", []news.Class{news.ClassHeadline}},
		{"Le ministre a menti{ ?>}", []news.Class{news.ClassHeadline}},
		{"Council {Delays Bridge Repair>delays bridge repair}", []news.Class{news.ClassMinor}},
		{"Council delays bridge repair{>.}", []news.Class{news.ClassMinor}},
		{"Council {“>'}delays{”>'} repair", []news.Class{news.ClassMinor}},
		{"Mayor{'>’}s plan fails", []news.Class{news.ClassTypography}},
		{"Well{-> }known actor dies", []news.Class{news.ClassMinor}},
		{"{Council delays bridge repair, citing cost>Town to sell its harbour}", []news.Class{news.ClassHeadline}},
	}
	for _, tt := range tests {
		before, after := both(tt.text)
		e := Compare(news.Text{Headline: before}, news.Text{Headline: after})
		if !slices.Equal(e.Classes, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.text, e.Classes, tt.want)
		}
	}
}

func TestNotes(t *testing.T) {
	notes := []string{
		"Correction: An earlier figure was wrong.",
		"Correction, 12 March: the bridge carries 11,000 vehicles.",
		"CLARIFICATION — The mayor spoke on Monday.",
		"Editor’s note: This story was changed after publication.",
		"This article was amended on 12 March 2024 to remove a reference to the mayor.",
		"This story has been corrected to show that the vote was on Monday.",
		"• An earlier version of this article misstated the number of vehicles.",
		"We apologise for the error.",
		"Korrektur: In diesem Text stand zunächst eine falsche Zahl.",
		"Anmerkung der Redaktion: Wir haben die Zahl geändert.",
		"In einer früheren Version dieses Artikels hieß es, die Brücke sei gesperrt.",
		"Rectificatif : le pont a été fermé lundi.",
		"Une version précédente de cet article indiquait une autre date.",
		"Cet article a été corrigé le 12 mars.",
		"Fe de errores: el puente se cerró el lunes.",
		"Una versión anterior de este artículo decía otra cosa.",
		"Correção: a ponte foi fechada na segunda-feira.",
		"Uma versão anterior deste texto informava outra data.",
		"Errata corrige: il ponte è stato chiuso lunedì.",
		"Una versione precedente di questo articolo riportava un'altra data.",
		"更正：大桥于周一关闭。",
		"【訂正】橋は月曜日に閉鎖された。",
		"تصحيح: أغلق الجسر يوم الاثنين.",
		"תיקון: הגשר נסגר ביום שני.",
	}
	old := paragraphs("The bridge carries 8,000 vehicles a day.")
	for _, note := range notes {
		e := Compare(old, paragraphs("The bridge carries 11,000 vehicles a day.", note))
		if !e.Noted || !e.Has(news.ClassCorrection) || !e.Has(news.ClassFact) {
			t.Errorf("%s: noted %v, classes %v", note, e.Noted, e.Classes)
		}
	}
	prose := []string{
		"The correction in share prices went on: they fell by a tenth.",
		"Officers of the department of correction said nothing.",
		"He asked for clarification and an apology.",
		"The earlier version of the bridge stood for a century.",
		"Die Korrektur der Zahlen kam spät.",
		"The mayor corrected the record. It was late.",
	}
	for _, s := range prose {
		if e := Compare(old, paragraphs("The bridge carries 8,000 vehicles a day.", s)); e.Noted {
			t.Errorf("%s: taken for a note", s)
		}
	}
}

func TestStructure(t *testing.T) {
	a, b, c, d := "The bridge carries most of the traffic.", "The mayor promised that no jobs would go.", "Engineers found cracks in March.", "Repairs begin next year."
	tests := []struct {
		name     string
		old, new []string
		want     []string // op from>to class, in order
	}{
		{"equal", []string{a, b}, []string{a, b}, nil},
		{"insertion", []string{a, b}, []string{c, a, b}, []string{"add ->0 addition"}},
		{"insertion_beside_an_edit", []string{a, b}, []string{d, "The bridge carries all of the traffic.", b}, []string{"add ->0 addition", "edit 0>1 minor"}},
		{"removal", []string{a, b, c}, []string{a, c}, []string{"remove 1>- removal"}},
		{"move", []string{a, b, c, d}, []string{b, c, d, a}, []string{"move 0>3 reorder"}},
		{"move_and_edit", []string{a, b, c, d}, []string{b, c, d, "The bridge carries most of the daily traffic."}, []string{"move 0>3 reorder"}},
		{"split", []string{a + " " + b, c}, []string{a, b, c}, []string{"add ->0 reorder", "edit 0>1 reorder"}},
		{"join", []string{a, b, c}, []string{a + " " + b, c}, []string{"remove 0>- reorder", "edit 1>0 reorder"}},
		{"equal_paragraphs", []string{a, "Read more", b, "Read more", c}, []string{a, "Read more", b, c}, []string{"remove 3>- removal"}},
		{"caption", []string{a}, []string{a, "Photo: Getty Images"}, []string{"add ->1 minor"}},
	}
	for _, tt := range tests {
		e := Compare(paragraphs(tt.old...), paragraphs(tt.new...))
		var got []string
		for _, p := range e.Parts {
			number := func(n *int) string {
				if n == nil {
					return "-"
				}
				return string(rune('0' + *n))
			}
			got = append(got, string(p.Op)+" "+number(p.From)+">"+number(p.To)+" "+string(p.Classes[0]))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestJSON(t *testing.T) {
	tests := []struct {
		name     string
		old, new news.Text
		want     string
	}{
		{"equal", paragraphs("a"), paragraphs("a"), `{"significance":"none","classes":[],"noted":false,"parts":[]}`},
		{"fact", paragraphs("34 died."), paragraphs("38 died."), `{"significance":"major","classes":["fact"],"noted":false,"parts":[` +
			`{"part":"paragraph","op":"edit","classes":["fact"],"from":0,"to":0,"before":"34 died.","after":"38 died.",` +
			`"words":[{"op":"del","text":"34"},{"op":"ins","text":"38"},{"op":"same","text":" died."}]}]}`},
		{"headline", news.Text{Headline: "One"}, news.Text{Headline: "Two"}, `{"significance":"major","classes":["headline"],"noted":false,"parts":[` +
			`{"part":"headline","op":"edit","classes":["headline"],"from":null,"to":null,"before":"One","after":"Two",` +
			`"words":[{"op":"del","text":"One"},{"op":"ins","text":"Two"}]}]}`},
	}
	for _, tt := range tests {
		got, err := json.Marshal(Compare(tt.old, tt.new))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}
