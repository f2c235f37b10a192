package bolt

import "context"

func (s *Store) Check(ctx context.Context) error { return nil }
