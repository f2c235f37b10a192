package bolt

import "github.com/editwatch/editwatch/internal/news"

// polling writes the state of visiting an address into a record that already
// has the address, under the field numbers from 40 to 55.
func (e *namer) polling(p news.Polling) {
	e.name(40, p.Host)
	e.time(41, p.Next)
	e.since(42, p.Last, p.Next)
	e.since(43, p.LastOK, p.Last)
	e.name(44, string(p.Outcome))
	e.text(45, p.Detail)
	e.int(46, p.Failures)
	e.time(47, p.FailingSince)
	e.bool(48, p.FailureTold)
	e.packed(49, p.ETag)
	e.packed(50, p.LastModified)
	e.packed(51, p.BodyHash)
}

// polling reads a field of the state of visiting.
func (d *unnamer) polling(p *news.Polling) {
	switch d.field {
	case 40:
		p.Host = d.name()
	case 41:
		p.Next = d.time()
	case 42:
		p.Last = d.since(p.Next)
	case 43:
		p.LastOK = d.since(p.Last)
	case 44:
		p.Outcome = news.Outcome(d.name())
	case 45:
		p.Detail = d.text()
	case 46:
		p.Failures = d.int()
	case 47:
		p.FailingSince = d.time()
	case 48:
		p.FailureTold = d.bool()
	case 49:
		p.ETag = d.packed()
	case 50:
		p.LastModified = d.packed()
	case 51:
		p.BodyHash = d.packed()
	}
}

// address writes a URL that most often begins with the host of its polling.
func (e *namer) address(field int, url, host string) {
	if rest, ok := cutOrigin(url, host); ok {
		e.listed(field, rest)
	} else {
		e.text(field+1, url)
	}
}

func cutOrigin(url, host string) (string, bool) {
	origin := "https://" + host + "/"
	if host == "" || len(url) < len(origin) || url[:len(origin)] != origin {
		return "", false
	}
	return url[len(origin):], true
}

// scheduleKey is the place of a feed or article in the schedule.
func scheduleKey(host uint32, ms int64, kind byte, n uint32) []byte {
	b := make([]byte, 0, 15)
	b = append(b, n4(host)...)
	b = appendMS(b, ms)
	b = append(b, kind)
	return append(b, n4(n)...)
}

const (
	kindArticle = 'a'
	kindFeed    = 'f'
)

// reschedule moves a feed or article from its old place in the schedule to
// its new one.
func (t *tx) reschedule(old, new news.Polling, kind byte, n uint32) error {
	from, to := millis(old.Next), millis(new.Next)
	if from == to && (old.Host == new.Host || to == 0) {
		return nil
	}
	if from != 0 {
		host := t.findName(old.Host)
		if err := t.del(schedule, scheduleKey(host, from, kind, n)); err != nil {
			return err
		}
		t.touchHost(host)
	}
	if to != 0 {
		host, err := t.name(new.Host)
		if err != nil {
			return err
		}
		if err := t.put(schedule, scheduleKey(host, to, kind, n), nil); err != nil {
			return err
		}
		t.touchHost(host)
	}
	return nil
}
