package bolt

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/editwatch/editwatch/internal/news"
)

// Template implements [store.Recorder].
func (s *Store) Template(ctx context.Context, host string) (news.Template, error) {
	out := news.Template{Host: host}
	err := s.view(ctx, func(t *tx) error {
		b := t.get(templates, n4(t.findName(host)))
		if b == nil {
			return nil
		}
		var err error
		out, err = unpackTemplate(b)
		return err
	})
	if err != nil {
		return news.Template{}, fmt.Errorf("template of %s: %w", host, err)
	}
	return out, nil
}

// PutTemplate implements [store.Recorder].
func (s *Store) PutTemplate(ctx context.Context, tpl news.Template) error {
	b, err := json.Marshal(tpl)
	if err != nil {
		return fmt.Errorf("template of %s: %w", tpl.Host, err)
	}
	packed, err := packPage(b)
	if err != nil {
		return err
	}
	return s.update(ctx, func(t *tx) error {
		n, err := t.name(tpl.Host)
		if err != nil {
			return err
		}
		return t.put(templates, n4(n), packed)
	})
}

func unpackTemplate(b []byte) (news.Template, error) {
	var out news.Template
	flat, err := unpackPage(b)
	if err == nil {
		err = json.Unmarshal(flat, &out)
	}
	if err != nil {
		return out, damaged("%v", err)
	}
	return out, nil
}
