package extract

import "strings"

// longestFurniture is the longest block that may be furniture, in bytes; what is
// longer is judged by where it stands, never by its words.
const longestFurniture = 220

// furnitureWhole are blocks that are never an article's, whole and in lower case.
var furnitureWhole = lineSet(`
advertisement
advertisements
ad
ads
advert
advertising
sponsored
sponsored content
promoted
story continues below
story continues below advertisement
article continues below
article continues below advertisement
article continues after ad
scroll to continue
continue reading
read more
read next
read also
see more
see also
learn more
more
more stories
more news
more like this
top stories
latest news
latest stories
most read
most popular
trending
trending now
related
related stories
related articles
related articles:
related content
related topics
related coverage
related posts
recommended
recommended for you
recommended stories
you may also like
you might also like
up next
editors' picks
editor's picks
comments
leave a comment
leave a reply
join the conversation
view comments
show comments
share
share this
share this article
share this story
share article
share on facebook
share on twitter
tweet
email
e-mail
print
facebook
twitter
linkedin
whatsapp
copy link
link copied
save
close
menu
search
subscribe
subscribe now
sign up
sign in
log in
follow us
follow
loading
loading...
loading…
watch
watch live
watch now
listen
listen now
play video
getty images
file photo
photo
photos
image
video
tags
tags:
topics
topics:
filed under
filed under:
categories
table of contents
contents
in this article
jump to
about the author
skip advertisement
back to top
next
previous
next article
previous article
support our journalism
anzeige
werbung
mehr zum thema
lesen sie auch
auch interessant
publicité
à lire aussi
lire aussi
sur le même sujet
publicidad
lea también
lee también
te puede interesar
publicidade
leia também
leia mais
veja também
continua após a publicidade
pubblicità
leggi anche
potrebbe interessarti
`)

// furnitureStarts begin such blocks. They are things said to the reader about
// the site; a sentence of an article that begins so is rare, and longer.
var furnitureStarts = []string{
	"sign up for our", "sign up to our", "sign up here", "sign up today", "subscribe to our", "subscribe to the", "subscribe for",
	"follow us on", "like us on", "find us on", "join us on", "follow him on", "follow her on", "follow them on", "follow @", "follow me on",
	"click here to", "click here for", "tap here to", "read more:", "read more about", "more:", "related:", "related story:", "related article:", "related stories:", "see also:", "also read:", "also read |", "read also:",
	"read next:", "read:", "read |", "watch:", "watch |", "listen:", "recommended:", "recommended reading", "more from", "more on this", "don't miss:", "don’t miss:", "you may also like:", "you might also like:",
	"story continues", "article continues", "advertisement -", "this advertisement has", "photo:", "photos:", "photo by", "photo credit", "image:", "image via", "image credit", "image source", "images:", "picture:", "credit:", "getty images",
	"copyright ©", "copyright 20", "© 20", "©20", "(c) 20", "all rights reserved", "get the latest", "get our", "get more", "download our", "download the app", "install our",
	"listen to this", "listen to the latest", "this material may not be", "this content is not available", "we may earn", "if you buy", "if you purchase", "this article contains affiliate", "this post contains affiliate",
	"your email address will not be", "please enter", "enter your email", "by signing up", "by subscribing", "by submitting", "you can unsubscribe", "thank you for signing", "thanks for signing", "thanks for subscribing",
	"view this post on instagram", "a post shared by", "pic.twitter.com", "share this", "share on", "filed under", "tagged:", "tags:", "topics:", "categories:", "posted in",
	"this newsletter may contain", "your subscription has been confirmed", "subscribe today to", "special offer for", "for more culture", "keep an eye on your inbox",
	"have a tip", "got a tip", "do you have a story", "to comment on this", "join the conversation", "comments are closed", "support our journalism", "make a donation", "donate now",
	"lesen sie auch", "lesen sie mehr", "mehr zum thema", "folgen sie uns", "abonnieren sie", "à lire aussi", "lire aussi", "a lire aussi", "abonnez-vous", "suivez-nous", "lea también", "lee también", "suscríbete", "síguenos",
	"leia também", "leia mais", "veja também", "saiba mais:", "siga o", "assine", "leggi anche", "iscriviti", "seguici su",
}

// furniture reports whether a whole block belongs to the site rather than to
// the article.
func furniture(t string) bool {
	if len(t) > longestFurniture {
		return false
	}
	low := strings.ToLower(strings.ReplaceAll(t, "’", "'"))
	low = strings.Trim(low, " .:»>›→-–—|*•[]()")
	if furnitureWhole[low] {
		return true
	}
	low = strings.ToLower(t)
	for _, start := range furnitureStarts {
		if strings.HasPrefix(low, start) {
			return true
		}
	}
	return false
}

// credits stand before the name of who took a picture, at the end of a caption.
var credits = []string{"photo: ", "photograph: ", "photo by ", "photo credit: ", "credit: ", "picture: ", "image: ", "foto: ", "crédit photo : ", "bild: "}

// agencies end a caption.
var agencies = []string{"getty images", "getty images)", "/ap", "/ap)", "ap photo", "/reuters", "/reuters)", "/afp", "/afp)", "shutterstock", "shutterstock)", "imago", "picture alliance"}

// longestCaption is in bytes.
const longestCaption = 400

// caption reports whether a block ends by crediting a picture, and so describes
// one. Sentences of an article do not end that way.
func caption(t string) bool {
	if len(t) > longestCaption || sentence(t) {
		return false
	}
	low := strings.ToLower(t)
	for _, a := range agencies {
		if strings.HasSuffix(low, a) {
			return true
		}
	}
	for _, c := range credits {
		if i := strings.LastIndex(low, c); i > 0 && !letterOrDigit(low[i-1]) && len(strings.Fields(low[i+len(c):])) <= 6 {
			return true
		}
	}
	return false
}

func lineSet(s string) map[string]bool {
	set := make(map[string]bool)
	for line := range strings.SplitSeq(s, "\n") {
		if line != "" {
			set[line] = true
		}
	}
	return set
}
