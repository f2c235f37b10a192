package exchange

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/editwatch/editwatch/internal/news"
	"github.com/editwatch/editwatch/internal/store"
)

// record adds the versions of an article that are missing here. It returns how
// many it added, and how far their numbers stand above those here.
func record(ctx context.Context, t Target, in *incoming, shift int) (added, _ int, err error) {
	if in.left || len(in.versions) == 0 {
		return 0, shift, nil
	}
	a, err := t.Article(ctx, in.id)
	if err != nil {
		return 0, shift, err
	}
	if in.have == nil {
		in.have = make(map[int]news.Hash)
		here, err := t.Versions(ctx, in.id, 1, 0)
		if err != nil {
			return 0, shift, err
		}
		for _, v := range here {
			in.have[v.Number] = v.Hash
		}
		if first := in.versions[0]; first.Number > 1 && in.have[1] == first.Hash {
			shift = first.Number - 1
		}
	}
	var copies []news.Copy
	for _, v := range in.versions {
		n := v.Number - shift
		if v.Archive != "" && n > a.Pruned {
			copies = append(copies, news.Copy{Article: in.id, Version: n, State: news.CopyKept, Wanted: v.Seen, Settled: v.Seen, URL: v.Archive})
		}
		hash, known := in.have[n]
		switch {
		case known && hash == v.Hash, n <= a.Pruned:
			continue
		case known, a.Versions > 0 && n != a.Versions+1, !in.fresh && !a.Polling.Next.IsZero():
			in.left = true
			return added, shift, nil
		}
		if a.Versions == 0 {
			a.Pruned = n - 1 // what was no longer kept there is not here either
		}
		a.Versions, a.Hash, a.Extractor, a.Headline = n, v.Hash, v.Extractor, cmp.Or(in.Headline, a.Headline)
		_, err := t.Record(ctx, store.Record{Article: a, Version: &news.Version{
			Article: in.id, Number: n, Seen: v.Seen.UTC(), Hash: v.Hash, Extractor: v.Extractor, Text: v.Text, Basis: v.Basis,
		}})
		if errors.Is(err, store.ErrConflict) { // it is being read this very moment
			in.left = true
			return added, shift, nil
		}
		if err != nil {
			return added, shift, fmt.Errorf("record version %d of %s: %w", n, in.URL, err)
		}
		in.have[n] = v.Hash
		added++
	}
	if len(copies) == 0 {
		return added, shift, nil
	}
	return added, shift, t.ImportCopies(ctx, copies)
}
