package bolt

import (
	"context"
	"slices"
)

// noteSource makes a source known.
func (t *tx) noteSource(source uint32) error {
	if source == 0 || t.get(sources, n4(source)) != nil {
		return nil
	}
	return t.put(sources, n4(source), nil)
}

// Sources implements [store.Reader]. It reads all names each time: there are as
// many as publications, not as articles.
func (s *Store) Sources(ctx context.Context, after string, max int) ([]string, error) {
	var list []string
	err := s.view(ctx, func(t *tx) error {
		return t.bucket(sources).ForEach(func(k, _ []byte) error {
			name, err := t.text(num4(k))
			if err == nil && name > after {
				list = append(list, name)
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(list)
	return list[:min(len(list), limit(max))], nil
}
