package bolt

// marks proves that every event is marked with what it is and nothing else,
// and that articles are in the order of their sources: each mark there must be
// is there, and there are as many as there must be.
func (c *checker) marks() {
	want, got := 0, 0
	c.each(events, func(k, v []byte) {
		r, err := c.decodeEvent(num8(k), v)
		if err != nil {
			return // said by events
		}
		if r.gone {
			return
		}
		for _, m := range c.markings(r) {
			want++
			if !c.marked(m, uint64(r.Seq)) {
				c.found("event %d is missing from the marks %c%d", r.Seq, m.kind, m.value)
			}
		}
		times := within(c.get(marks, markKey(markTime, 0, uint64(r.Seq))), millis(r.At), millis(r.At)+1)
		if !times.has(uint64(r.Seq) % markBlock) {
			c.found("event %d is missing from the times", r.Seq)
		}
	})
	c.each(articles, func(k, v []byte) {
		a, err := c.decodeArticle(num4(k), v)
		if err != nil {
			return // said by articles
		}
		if source := c.findName(a.Source); source != 0 {
			want++
			if c.get(marks, orderKey(source, recentKey(a))) == nil {
				c.found("article %s is missing from the order of its source", a.ID)
			}
		}
	})
	c.each(marks, func(k, v []byte) {
		switch k[0] {
		case markTime:
		case markOrder:
			got++
		default:
			var b block
			if err := b.unite(v); err != nil {
				c.found("marks %x cannot be read", k)
			}
			got += b.count()
		}
	})
	if got != want {
		c.found("there are %d marks, and there must be %d", got, want)
	}
}

func (c *checker) marked(m marking, seq uint64) bool {
	var b block
	v := c.get(marks, markKey(m.kind, m.value, seq))
	return v != nil && b.unite(v) == nil && b.has(seq%markBlock)
}
