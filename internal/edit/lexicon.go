package edit

import (
	"math/bits"
	"strings"
)

// The words that make facts, in several languages at once. Left of the colon
// stands the meaning; two words of one meaning are the same fact, so that
// "five" → "5" and "Sept" → "September" are style. A meaning with a tilde is
// loose; see looseMark.

var numberWords = meanings(`
	0: zero null zéro cero
	2: two zwei deux dos dois duas due
	3: three drei trois tres três tre
	4: four vier quatre cuatro quatro quattro
	5: five fünf cinq cinco cinque
	6: six sechs seis sei
	7: seven sieben sept siete sete sette
	8: eight acht huit ocho oito otto
	9: nine neun neuf nueve nove
	10: ten zehn dix diez dez dieci
	11: eleven elf onze once undici
	12: twelve zwölf douze doce doze dodici
	13: thirteen dreizehn treize trece treze tredici
	14: fourteen vierzehn quatorze catorce catorze quattordici
	15: fifteen fünfzehn quinze quince quindici
	16: sixteen sechzehn seize dieciséis dezesseis sedici
	17: seventeen siebzehn diecisiete dezessete diciassette
	18: eighteen achtzehn dieciocho dezoito diciotto
	19: nineteen neunzehn diecinueve dezenove diciannove
	20: twenty zwanzig vingt veinte vinte venti
	30: thirty dreißig dreissig trente treinta trinta trenta
	40: forty vierzig quarante cuarenta quarenta quaranta
	50: fifty fünfzig cinquante cincuenta cinquenta cinquanta
	60: sixty sechzig soixante sesenta sessenta sessanta
	70: seventy siebzig setenta settanta
	80: eighty achtzig ochenta oitenta ottanta
	90: ninety neunzig noventa novanta
	100: hundred hundreds hundert hunderte cien ciento cem cento
	1000: thousand thousands tausend tausende mille mil milliers miles mila
	million: million millions millionen mio millón millones milhão milhões milione milioni
	billion: billion billions bn milliarde milliarden mrd milliard milliards bilhão bilhões miliardo miliardi
	trillion: trillion trillions billionen trilhão trilhões
	dozen: dozen dozens dutzend dutzende douzaine douzaines docena docenas dúzia dúzias dozzina dozzine
	half: half halves halb halbe hälfte demi moitié mitad metade metà mezzo
	quarter: quarter quarters viertel quart quarto
	double: double doubled doppelt doble dobro doppio
	triple: triple tripled dreifach triplo
	twice: twice zweimal
	~first: first erste ersten erster premier première primero primera primeiro primeira primo prima
	~second: second zweite zweiten zweiter deuxième segundo segunda secondo seconda
	~third: third thirds dritte dritten dritter drittel troisième tercero tercera terceiro terceira terzo terza
	~fourth: fourth vierte vierten quatrième cuarto cuarta quarta
	~fifth: fifth fünfte fünften cinquième quinto quinta
`)

// "per cent" is one unit in two words.
var (
	cents = set(`cent ciento cento`)
	pers  = set(`per pour por`)
)

var dateWords = meanings(`
	january: january jan januar jänner janvier enero janeiro gennaio
	february: february feb februar février febrero fevereiro febbraio
	march: march märz mars marzo março
	april: april apr avril abril aprile
	may: may mai mayo maio maggio
	june: june jun juni juin junio junho giugno
	july: july jul juli juillet julio julho luglio
	august: august aug août agosto
	september: september sept sep septembre septiembre setembro settembre
	october: october oct oktober okt octobre octubre outubro ottobre
	november: november nov novembre noviembre novembro
	december: december dec dezember dez décembre diciembre dezembro dicembre
	monday: monday mon montag lundi lunes segunda-feira lunedì
	tuesday: tuesday tue tues dienstag mardi martes terça-feira terça martedì
	wednesday: wednesday wed mittwoch mercredi miércoles quarta-feira mercoledì
	thursday: thursday thu thurs donnerstag jeudi jueves quinta-feira giovedì
	friday: friday fri freitag vendredi viernes sexta-feira sexta venerdì
	saturday: saturday sat samstag sonnabend samedi sábado sabato
	sunday: sunday sun sonntag dimanche domingo domenica
	today: today heute aujourd'hui hoy hoje oggi
	yesterday: yesterday gestern hier ayer ontem ieri
	tomorrow: tomorrow morgen demain mañana amanhã domani
	tonight: tonight
	overnight: overnight
`)

// capitalDates are those of dateWords that are other words in lower case.
var capitalDates = set(`sept march may mai mars mon sat sun wed fri dec nov sep jun jan oct dez avril hier morgen sexta terça`)

var unitWords = meanings(`
	second: seconds sekunde sekunden secondes segundos secondi
	minute: minute minutes minuten minuto minutos minuti
	hour: hour hours stunde stunden heure heures hora horas ora ore
	day: day days tag tage tagen jour jours día días dia dias giorno giorni
	week: week weeks woche wochen semaine semaines semana semanas settimana settimane
	month: month months monat monate monaten mois mes meses mês mese mesi
	year: year years jahr jahre jahren ans année années año años ano anos anno anni
	decade: decade decades jahrzehnt jahrzehnte décennie décennies década décadas decennio decenni
	century: century centuries jahrhundert jahrhunderte siècle siècles siglo siglos século séculos secolo secoli
	mm: mm millimetre millimetres millimeter millimeters
	cm: cm centimetre centimetres centimeter centimeters zentimeter centimètre centimètres centímetro centímetros centimetro centimetri
	metre: metre metres meter meters mètre mètres metro metros metri
	km: km kilometre kilometres kilometer kilometers kilomètre kilomètres kilómetro kilómetros quilômetro quilômetros quilómetros chilometro chilometri
	mile: mile miles meile meilen millas milhas miglia
	foot: ft foot feet
	inch: inch inches
	yard: yard yards
	acre: acre acres
	hectare: hectare hectares hektar hectárea hectáreas ettari
	gram: gram grams gramm gramme grammes gramo gramos grama gramas grammo grammi
	kg: kg kilo kilos kilogram kilograms kilogramm
	tonne: tonne tonnes tons tonnen tonelada toneladas tonnellata tonnellate
	pound: pound pounds lb lbs pfund livre livres libra libras sterlina sterline
	ounce: ounce ounces oz
	litre: litre litres liter liters litro litros litri
	gallon: gallon gallons
	barrel: barrel barrels barril barriles barris barili
	percent: percent pc % prozent pct
	point: percentage prozentpunkte
	celsius: celsius
	fahrenheit: fahrenheit
	degree: degree degrees ° grad degrés grados graus gradi
	mph: mph
	kph: kph km/h
	watt: watt watts
	kw: kw kilowatt kilowatts
	mw: mw megawatt megawatts
	gw: gw gigawatt gigawatts
	dollar: $ dollar dollars usd dólar dólares dollaro dollari
	euro: € euro euros eur
	sterling: £ gbp
	yen: ¥ yen yuan
	franc: franc francs franken chf
	rupee: ₹ rupee rupees
	peso: peso pesos
	real: reais
	cent: cents pence penny centavos centesimi
`)

var negations = set(`
	not no never none nobody nothing neither nor without cannot
	nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden nichts weder ohne
	ne pas jamais aucun aucune rien ni sans
	nunca jamás ningún ninguno ninguna nada nadie sin tampoco
	não nenhum nenhuma ninguém nem sem
	non nessun nessuno nessuna niente nulla né senza
	niet geen nooit zonder
	不 没 沒 未 無 无 非 ない ません لا لم لن ليس غير בלי לא
`)

// negativePrefixes turn a word into its opposite.
var negativePrefixes = []string{"un", "in", "im", "il", "ir", "dis", "non-", "non", "anti-", "anti", "de", "dé", "des", "dés", "miss", "mal"}

// opposites are endings of one stem that contradict each other.
var opposites = [][2]string{{"ful", "less"}, {"fully", "lessly"}, {"voll", "los"}}

// tongues are the languages that are told apart, each with common words.
var tongues = []struct{ name, words string }{
	{"en", `the of and to that is was with for it as at by from which has had were will would said`},
	{"de", `der das und ist nicht ein mit von den dem zu auf für sich des auch wird sagte nach bei die eine im hat dass`},
	{"fr", `le les et est une dans pour qui par sur pas au avec il du selon être cette aux`},
	{"es", `el los y las con por para del una su al como más fue sus ha pero dijo según`},
	{"pt", `o os e em um uma com não da na no dos das ao pelo pela mais foi disse segundo são`},
	{"it", `il di che è gli per della nel una del sono alla ha anche dei delle ma detto`},
}

// speakers tells which of tongues, by bit, use a word.
var speakers = func() map[string]uint8 {
	m := make(map[string]uint8)
	for i, t := range tongues {
		for w := range strings.FieldsSeq(t.words) {
			m[w] |= 1 << i
		}
	}
	return m
}()

// innocent are words that make a fact in one language and mean something else
// in another.
var innocent = map[string]map[string]bool{
	"en": set("once due sin sans pas ni ne nada mes non mil tre elf"),
	"de": set("sei mil"),
	"fr": set("mes prima due"),
	"pt": set("no once"),
}

// sure is by how many words a language must lead to be believed.
const sure = 2

// language guesses the language of words that are read together; it is empty
// when too little speaks for one.
func language(texts ...[]word) string {
	var counts [8]int
	for _, ws := range texts {
		for _, w := range ws {
			for by := speakers[w.low]; by != 0; by &= by - 1 {
				counts[bits.TrailingZeros8(by)]++
			}
		}
	}
	best, second := 0, 0
	for i := 1; i < len(tongues); i++ {
		switch {
		case counts[i] > counts[best]:
			best, second = i, counts[best]
		case counts[i] > second:
			second = counts[i]
		}
	}
	if counts[best]-second < sure {
		return ""
	}
	return tongues[best].name
}

func meanings(list string) map[string]string {
	m := make(map[string]string)
	for line := range strings.Lines(list) {
		meaning, words, _ := strings.Cut(strings.TrimSpace(line), ": ")
		for w := range strings.FieldsSeq(words) {
			m[w] = meaning
		}
	}
	return m
}
